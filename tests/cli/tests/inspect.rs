//! `ecli inspect`: what is in a file, said without running it and without any right.
//!
//! Each JSON file in `tests/inspect` is a test: what `inspect` says of it, as text and as JSON, lies beside it under the same name with the
//! extension `expected`. `BLESS=1` writes that anew. What a compiler may change from one version to the next is compiled here instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cli_tests::{compile, ecli, guest, program, root, run};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    root().join("tests/inspect")
}

/// Both outputs, in the folder itself, so that they show the bare name.
fn transcript(file: &Path) -> String {
    let mut text = String::new();
    for format in ["text", "json"] {
        let mut command = ecli(["inspect", "-o", format]);
        let ended = run(command.arg(file.file_name().unwrap()).current_dir(folder()));
        assert_eq!((ended.code(), ended.stderr.as_str()), (0, ""), "{}", file.display());
        text += &format!("--- {format}\n{}", ended.stdout);
    }
    text
}

#[test]
fn every_package_is_said_in_the_blessed_words() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut seen = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        seen += 1;
        let (beside, found) = (path.with_extension("expected"), transcript(&path));
        if bless {
            fs::write(&beside, found).unwrap();
        } else {
            let expected = fs::read_to_string(&beside).unwrap_or_default();
            assert_eq!(found, expected, "{}: BLESS=1 accepts what was found", path.display());
        }
    }
    assert!(seen >= 2, "the files are gone");
}

/// What inspect says of a source file, as JSON.
fn inspected(source: &str) -> Value {
    let source = root().join("tests/cli/sources").join(source);
    let package = compile(&source, &source.with_extension("").with_extension("h"));
    let ended = run(ecli(["inspect", "-j"]).arg(&package));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|entry| entry["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list:#}"))
}

#[test]
fn calls_are_followed_into_subprograms() {
    let all = inspected("many.bpf.c");
    let opened = named(&all["programs"], "opened");
    assert_eq!(opened["type"], "lsm");
    assert_eq!(opened["attach"], "lsm/file_open");
    assert_eq!(
        opened["helpers"],
        json!(["ktime_get_ns", "get_current_pid_tgid", "probe_read_kernel"])
    );
    assert_eq!(opened["kfuncs"], json!(["bpf_rcu_read_lock", "bpf_rcu_read_unlock"]));
    assert_eq!(opened["subprograms"], json!(["now"]));
    assert_eq!(opened["link"], json!(true));
    let packet = named(&all["programs"], "packet");
    assert_eq!((&packet["type"], &packet["link"]), (&json!("xdp"), &json!(false)));
    assert_eq!(packet["helpers"], json!(["map_lookup_elem"]));
    assert_eq!(packet["kfuncs"], json!([]));
}

#[test]
fn what_the_kernel_must_have_is_said() {
    let kernel = &inspected("many.bpf.c")["kernel"];
    assert_eq!(kernel["license"], "Dual BSD/GPL");
    assert_eq!(kernel["needs_btf"], json!(true));
    assert_eq!(kernel["core_relocations"], json!(2));
    assert_eq!(kernel["btf_of_its_own_for"], "lsm/file_open");
    assert_eq!(kernel["configuration"], json!(["CONFIG_HZ"]));
}

#[test]
fn maps_variables_and_types_are_all_there() {
    let all = inspected("many.bpf.c");
    let counts = named(&all["maps"], "counts");
    assert_eq!(counts["kind"], "percpu_hash");
    assert_eq!(counts["key"], json!({"size": 8, "type": "struct place"}));
    assert_eq!(counts["value"], json!({"size": 8, "type": "unsigned long long"}));
    assert_eq!(
        (&counts["max_entries"], &counts["flags"]),
        (&json!(64), &json!(["no_prealloc"]))
    );
    assert_eq!((&counts["pinned"], &counts["source"]), (&json!(true), &json!(null)));
    let events = named(&all["maps"], "events");
    assert_eq!(events["source"], "ring");
    assert_eq!(events["record"], json!({"size": 20, "type": "struct event"}));

    let level = named(&all["variables"], "level");
    assert_eq!(level["default"], "LOUD");
    assert_eq!(level["option"], json!({"long": "level", "short": "l", "help": null}));
    assert_eq!(level["description"], "How much is said");
    assert_eq!(named(&all["variables"], "names")["default"], json!(["init", ""]));
    assert_eq!(named(&all["variables"], "seen")["option"], json!(null), "it counts");

    let event = all["types"]
        .as_array()
        .unwrap()
        .iter()
        .find(|ty| ty["type"] == "struct event");
    let members = &event.unwrap()["members"];
    assert_eq!(
        named(members, "pid"),
        &json!({"name": "pid", "offset": 0, "size": 4, "type": "int"})
    );
    let flags = named(members, "low");
    assert_eq!(
        (&flags["offset"], &flags["bit_offset"], &flags["bits"]),
        (&json!(4), &json!(0), &json!(3))
    );
    let level = named(members, "level");
    let index = &level["index"];
    let found = all["types"]
        .as_array()
        .unwrap()
        .iter()
        .find(|ty| ty["index"] == *index)
        .unwrap();
    assert_eq!(found["values"][1], json!({"name": "LOUD", "value": 5}));
}

#[test]
fn text_has_what_json_has() {
    let source = root().join("tests/cli/sources/many.bpf.c");
    let ended = run(ecli(["inspect"]).arg(compile(&source, &source.with_extension("").with_extension("h"))));
    for line in [
        "      calls ktime_get_ns, get_current_pid_tgid, probe_read_kernel",
        "      kfuncs bpf_rcu_read_lock, bpf_rcu_read_unlock",
        "      not attached unless asked for",
        "      asks to be pinned by its name",
        "needs     the kernel's BTF for 2 CO-RE relocations; the kernel's own BTF for lsm/file_open; values of CONFIG_HZ",
    ] {
        assert!(
            ended.stdout.lines().any(|found| found == line),
            "{line}\n{}",
            ended.stdout
        );
    }
    assert!(ended.stdout.contains("-l, --level"), "{}", ended.stdout);
}

#[test]
fn a_component_says_what_it_asks_for() {
    for (name, role, asks) in [
        ("numbers", "tool", "eunomia:bpf/object@0.1.0"),
        ("printer_of_ones_own", "printer", "eunomia:bpf/output@0.1.0"),
        ("args_of_ones_own", "args", "eunomia:bpf/types@0.1.0"),
    ] {
        let ended = run(ecli(["inspect", "-j"]).arg(guest(name)));
        assert_eq!((ended.code(), ended.stderr.as_str()), (0, ""));
        let said: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!((&said["kind"], &said["role"]), (&json!("component"), &json!(role)));
        let imports: Vec<&str> = said["imports"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert!(imports.contains(&asks), "{imports:?}");
        assert!(imports.is_sorted());
        assert_eq!(said["size"], json!(fs::metadata(guest(name)).unwrap().len()));
        let text = run(ecli(["inspect"]).arg(guest(name))).stdout;
        assert!(text.contains(&format!("\n  {asks}")), "{text}");
    }
    let said = run(ecli(["inspect"]).arg(guest("code"))).stdout;
    assert!(!said.contains("eunomia:bpf/object"), "it asks for no object: {said}");
}

/// What cannot be run cannot be inspected, in the same words.
#[test]
fn a_bad_file_is_refused_as_run_refuses_it() {
    let bad = root().join("tests/bad");
    for entry in fs::read_dir(&bad).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "expected") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let ended = run(ecli(["inspect", &name]).current_dir(&bad));
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        match name.as_str() {
            // A component without exports is one all the same.
            "component-empty.wasm" => assert!(ended.stdout.contains("no tool"), "{}", ended.stdout),
            "component-cut.wasm" => {
                let words = "error: component-cut.wasm cannot be inspected: the component cannot be read: ";
                assert!(ended.stderr.starts_with(words), "{}", ended.stderr);
            }
            _ => assert_eq!(format!("exit {}\n{}", ended.code(), ended.stderr), expected, "{name}"),
        }
    }
    let ended = run(ecli(["inspect", "nothing-here.json"]).current_dir(&bad));
    assert_eq!(ended.code(), 127, "{}", ended.stderr);
}

#[test]
fn no_right_and_no_kernel_is_needed() {
    let package = folder().join("bootstrap.json");
    let ecli = program("ecli");
    let folder = tempfile::tempdir().unwrap();
    // By another process: a file that this one has open for writing while a neighbour forks cannot be executed.
    let copied = run(Command::new("cp").args([&ecli, &package]).arg(folder.path()));
    assert_eq!(copied.code(), 0, "{}", copied.stderr);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder.path(), mode).unwrap();
    let script = "mount -t tmpfs none /sys && exec setpriv --reuid=65534 --clear-groups --inh-caps=-all --bounding-set=-all ./ecli inspect bootstrap.json";
    let ended = run(Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .current_dir(folder.path()));
    assert_eq!((ended.code(), ended.stderr.as_str()), (0, ""));
    assert!(ended.stdout.starts_with("bootstrap: "), "{}", ended.stdout);
}

#[test]
fn objects_with_odd_instructions_do_no_harm() {
    let package = fs::read_to_string(folder().join("bootstrap.json")).unwrap();
    let mut tree: Value = serde_json::from_str(&package).unwrap();
    tree["meta"]["bpf_skel"]["obj_name"] = "\u{1b}[31mred\n_bpf".into();
    tree["meta"]["bpf_skel"]["doc"] = json!({"brief": "\u{7}ring"});
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), tree.to_string()).unwrap();
    let ended = run(ecli(["inspect"]).arg(file.path()));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(
        ended.stdout.starts_with("\\u{1b}[31mred\\n: \\u{7}ring\n"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_wrong_line_says_how_it_is_right() {
    let ended = run(&mut ecli(["inspect"]));
    assert_eq!(ended.code(), 2);
    assert!(ended.stderr.contains("Usage: ecli inspect"), "{}", ended.stderr);
    let ended = run(&mut ecli(["inspect", "--bogus", "x"]));
    assert_eq!(ended.code(), 2);
    assert!(!ended.stderr.contains("run NAME"), "{}", ended.stderr);
    let help = run(&mut ecli(["-h"])).stdout;
    assert!(help.contains("ecli inspect package.json"), "{help}");
}

/// A package for another machine is inspected all the same.
#[test]
fn every_object_is_listed_and_the_first_is_said_if_none_is_for_this_machine() {
    let mut tree: Value = serde_json::from_slice(&fs::read(folder().join("sigsnoop.json")).unwrap()).unwrap();
    let object = tree["bpf_object"].clone();
    tree["bpf_objects"] = json!({"riscv": object, "loongarch": object});
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), tree.to_string()).unwrap();
    let said: Value = serde_json::from_str(&run(ecli(["inspect", "-j"]).arg(file.path())).stdout).unwrap();
    let architectures: Vec<&Value> = said["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["architecture"])
        .collect();
    assert_eq!(architectures, [&json!("riscv"), &json!("loongarch")]);
    assert!(
        named(&said["programs"], "exit_kill")["helpers"]
            .as_array()
            .unwrap()
            .contains(&json!("perf_event_output"))
    );
}
