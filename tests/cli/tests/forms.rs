//! A package in each of its forms is the same tool: JSON, YAML, two files, objects for several architectures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cli_tests::{Running, ecli, program, root, run};
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
