//! A package in each of its forms is the same tool: JSON, YAML, two files, older generations, objects for several architectures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cli_tests::{Running, ecli, program, root, run};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What `ecc` makes of examples/bootstrap with these options, in a folder that is gone afterwards.
fn bootstrap(options: &[&str]) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    let example = root().join("examples/bootstrap");
    let compiled = run(Command::new(program("ecc"))
        .args([example.join("bootstrap.bpf.c"), example.join("bootstrap.h")])
        .args(options)
        .arg("-o")
        .arg(out.path()));
    assert_eq!(compiled.code(), 0, "{}", compiled.stderr);
    out
}

/// Runs a package until it has shown that a process started.
#[track_caller]
fn shows_a_process(package: &Path) {
    let mut ecli = Running::start(ecli(["run", "-o", "json", "--count", "1"]).arg(package));
    let start = || assert!(Command::new("/bin/true").status().unwrap().success());
    ecli.line_after(start, |line| line.contains("\"exit_event\":"));
    let ended = ecli.wait();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
}

#[test]
fn yaml_runs_as_json_does() {
    let out = bootstrap(&["--yaml"]);
    shows_a_process(&out.path().join("package.yaml"));
}

#[test]
fn two_files_run_as_one_does() {
    for (options, meta) in [(["-n"], "bootstrap.skel.json"), (["-ny"], "bootstrap.skel.yaml")] {
        let out = bootstrap(&options);
        shows_a_process(&out.path().join(meta));
    }
}

/// As base64, in lines of 76 characters.
fn base64(file: &Path) -> String {
    let done = run(Command::new("base64").arg(file));
    assert_eq!(done.code(), 0, "{}", done.stderr);
    done.stdout
}

/// The file of a package.
fn written(out: &TempDir, package: &Value) -> PathBuf {
    let path = out.path().join("older.json");
    fs::write(&path, package.to_string()).unwrap();
    path
}

#[test]
fn generation_0_runs() {
    let out = bootstrap(&["-n"]);
    let field = |name: &str, ty: &str, llvm: &str, offset: u32| json!({"Name": name, "Type": ty, "LLVMType": llvm, "FieldOffset": offset});
    let package = json!({
        "name": "bootstrap",
        "data": base64(&out.path().join("bootstrap.bpf.o")),
        "maps": [{"name": "events", "type": "BPF_MAP_TYPE_RINGBUF", "export_data_types": {
            "Struct Name": "event", "Size": 1344, "DataSize": 1344, "Alignment": 64, "Fields": [
                field("pid", "int", "i32", 0),
                field("ppid", "int", "i32", 32),
                field("exit_event", "_Bool", "i8", 1336),
            ],
        }}],
        "progs": [{"name": "handle_exec"}, {"name": "handle_exit"}],
        "runtime_args": {"min_duration_ns": 0},
    });
    shows_a_process(&written(&out, &package));
}

#[test]
fn generation_0_2_runs() {
    let out = bootstrap(&[]);
    let mut package: Value = serde_json::from_slice(&fs::read(out.path().join("package.json")).unwrap()).unwrap();
    let id = package["meta"]["export_types"][0]["type_id"].clone();
    // Its records have types of their own: here those of the object, found by the header of 24 bytes.
    let loose = bootstrap(&["-n"]);
    let object = fs::read(loose.path().join("bootstrap.bpf.o")).unwrap();
    let magic = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0];
    let begin = object.windows(magic.len()).position(|window| window == magic).unwrap();
    let word = |at: usize| u32::from_le_bytes(object[begin + at..begin + at + 4].try_into().unwrap()) as usize;
    let types = out.path().join("types");
    fs::write(&types, &object[begin..begin + 24 + word(16) + word(20)]).unwrap();
    package["meta"]["export_types"] = json!({
        "export_btf": base64(&types).replace('\n', ""),
        "structs": [{"id": id, "name": "event"}, {"id": null, "name": "trace_event_raw_sched_process_exec"}],
    });
    shows_a_process(&written(&out, &package));
}

#[test]
fn two_files_of_which_one_is_missing_or_another_are_named() {
    let out = bootstrap(&["-n"]);
    let (meta, object): (PathBuf, PathBuf) = (
        out.path().join("bootstrap.skel.json"),
        out.path().join("bootstrap.bpf.o"),
    );
    fs::write(&object, "no object").unwrap();
    let ended = run(ecli(["run"]).arg(&meta));
    assert_eq!(ended.code(), 125);
    assert!(
        ended
            .stderr
            .contains("bootstrap.bpf.o are not a package that can be run: "),
        "{}",
        ended.stderr
    );
    fs::remove_file(object).unwrap();
    let ended = run(ecli(["run"]).arg(&meta));
    assert_eq!(ended.code(), 127);
    assert!(
        ended.stderr.contains("the object of ") && ended.stderr.contains("bootstrap.bpf.o"),
        "{}",
        ended.stderr
    );
}

#[test]
fn the_object_for_this_machine_is_taken() {
    // It looks into registers, which lie elsewhere in each architecture.
    let source = "#include \"vmlinux.h\"\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_tracing.h>\n\
        char LICENSE[] SEC(\"license\") = \"GPL\";\n__u64 seen;\n\
        SEC(\"uprobe\")\nint BPF_UPROBE(hit, long first)\n{\n\tseen += first;\n\treturn 0;\n}\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("probe.bpf.c"), source).unwrap();
    let compile = |architectures: &str| {
        let compiled = run(Command::new(program("ecc"))
            .args(["probe.bpf.c", "--target-arch", architectures])
            .current_dir(folder.path()));
        assert_eq!(compiled.code(), 0, "{}", compiled.stderr);
        run(ecli(["run", "package.json", "-h"]).current_dir(folder.path()))
    };
    let help = compile("x86,arm64");
    assert_eq!(help.code(), 0, "{}", help.stderr);
    assert!(help.stdout.contains("probe"), "{}", help.stdout);
    let refused = compile("riscv,mips");
    assert_eq!(refused.code(), 125);
    assert!(
        refused.stderr.contains("the package has no object for ") && refused.stderr.contains("only for riscv, mips"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("hint: "), "{}", refused.stderr);
}
