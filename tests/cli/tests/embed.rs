//! The runtime inside other programs: `examples/embed-rust` and `examples/embed-c`, with the real kernel.

use std::path::{Path, PathBuf};
use std::process::Command;

use cli_tests::{Ended, Running, example, guest, program, root, run};

fn exec() {
    Command::new("/bin/true").status().unwrap();
}

/// The C program, linked with the library of the workspace.
fn embed_c(folder: &Path) -> PathBuf {
    let library = program("libecli.so");
    let library = library.parent().unwrap().display();
    let out = folder.join("embed");
    let done = run(Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror"])
        .arg("-I")
        .arg(root().join("host/embed/include"))
        .arg(root().join("examples/embed-c/embed.c"))
        .arg("-o")
        .arg(&out)
        .args([format!("-L{library}"), "-lecli".into(), format!("-Wl,-rpath,{library}")]));
    assert_eq!(done.code(), 0, "{}", done.stderr);
    out
}

fn three_events(command: &mut Command) -> Ended {
    let mut running = Running::start(command.arg(example("execsnoop")));
    running.line_after(exec, |line| line.starts_with("ended"));
    running.wait()
}

#[test]
fn a_program_in_rust_receives_the_events() {
    let ended = three_events(&mut Command::new(program("embed-rust")));
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{ended:?}");
    assert!(lines[..3].iter().all(|line| line.starts_with("process ")), "{lines:?}");
    assert!(
        lines[3].starts_with("ended: Code(0), Some(Totals { delivered: 3, samples: 0, lost: Some(0), "),
        "{lines:?}"
    );
}

#[test]
fn a_program_in_c_receives_the_events() {
    let folder = tempfile::tempdir().unwrap();
    let embed = embed_c(folder.path());
    let ended = three_events(&mut Command::new(&embed));
    assert_eq!(ended.code(), 0);
    let events = ended.stdout.trim_start_matches("received: ");
    let first: serde_json::Value = serde_json::from_str(events.lines().next().unwrap()).unwrap();
    assert!(first["pid"].is_u64() && first["comm"].is_string(), "{first}");
    assert!(
        ended.stdout.ends_with("ended: 0, 3 lines, 3 events, 0 lost\n"),
        "{ended:?}"
    );

    // A component, and one that is stopped.
    let ended = run(Command::new(&embed).arg(guest("code")).arg("7"));
    assert_eq!(
        (ended.code(), ended.stdout.as_str()),
        (7, "ended: 7, 0 lines, 0 events, 0 lost\n")
    );
    let ended = run(Command::new(&embed).arg(guest("traps")));
    assert_eq!(ended.code(), 134);
    assert!(
        ended.stderr.contains("error: wasm trap: wasm `unreachable`"),
        "{}",
        ended.stderr
    );
    // What is neither.
    let ended = run(Command::new(&embed).arg("/etc/passwd"));
    assert_eq!(ended.code(), 1);
    assert!(
        ended.stderr.starts_with("error: neither a component nor a package: "),
        "{}",
        ended.stderr
    );
}

/// A header that a C++ compiler refuses, or whose structs are not what the library thinks, would be found here.
#[test]
fn the_header_is_for_c_and_cplusplus() {
    for (language, standard) in [("c", "c99"), ("c++", "c++11")] {
        let done = run(Command::new("cc")
            .args([
                "-fsyntax-only",
                "-Wall",
                "-Wextra",
                "-pedantic",
                "-Werror",
                "-x",
                language,
            ])
            .arg(format!("-std={standard}"))
            .arg(root().join("host/embed/include/ecli.h")));
        assert_eq!(done.code(), 0, "{}", done.stderr);
    }
}
