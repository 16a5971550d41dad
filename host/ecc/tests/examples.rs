//! Every folder under `examples/` compiles without a warning, its package says what lies beside this test in
//! `examples/NAME.txt`, and the kernel takes it. `BLESS=1 cargo test -p ecc --test examples` rewrites those files.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use loader::{Kind, OpenObject, OpenOptions};
use package::{Description, Package, TypeIndex, TypeKind};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// The folders with one BPF program of the same name, in order: the others are made of several, or embed the host.
fn names() -> Vec<String> {
    let folders = fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = folders
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| examples().join(name).join(format!("{name}.bpf.c")).is_file())
        .collect();
    names.sort();
    names
}

/// Compiles an example into a folder that is gone afterwards.
fn compiled(name: &str, options: &[&str]) -> (Package, Description) {
    let source = examples().join(name);
    let header = source.join(format!("{name}.h"));
    let out = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .arg(source.join(format!("{name}.bpf.c")))
        .args(header.exists().then_some(header))
        .args(["--additional-cflags", "-Wall -Wextra -Wno-unused-parameter -Werror"])
        .args(options)
        .arg("-o")
        .arg(out.path())
        .env_remove("CLANG")
        .output()
        .unwrap();
    assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    let package = Package::parse(&fs::read(out.path().join("package.json")).unwrap()).unwrap();
    let description = package.describe().unwrap();
    (package, description)
}

/// What a user gets to know of a package, as text.
fn told(description: &Description) -> String {
    let mut text = format!(
        "{}: {}\n",
        description.name,
        description.doc.brief.as_deref().unwrap_or("?")
    );
    let mut programs: Vec<_> = description.programs.iter().collect();
    programs.sort_by_key(|program| &program.section);
    for program in programs {
        assert!(program.link && program.attach.is_none(), "{}", program.name);
        write!(text, "program {}: {}", program.name, program.section).unwrap();
        for (key, value) in &program.options {
            write!(text, ", {key} {value}").unwrap();
        }
        text.push('\n');
    }
    for variable in &description.variables {
        let Some(argument) = &variable.argument else { continue };
        let short = argument.short.map(|short| format!("-{short}, ")).unwrap_or_default();
        let long = argument.long.as_deref().unwrap();
        let help = variable.description.as_deref().unwrap();
        writeln!(text, "option {short}--{long}: {}, {help}", variable.type_name).unwrap();
    }
    for map in &description.maps {
        let name = &map.name;
        if let Some(record) = map.record {
            writeln!(text, "records of {name}: {}", layout(description, record)).unwrap();
        }
        if let Some(sample) = &map.sample {
            let (key, value) = (map.key.unwrap(), map.value.unwrap());
            let [key, value] = [key, value].map(|ty| layout(description, ty));
            writeln!(text, "samples of {name}: {sample:?}\n  key {key}\n  value {value}").unwrap();
        }
        if let Some(trace) = &map.stack_trace {
            writeln!(text, "stacks in {name}: {trace:?}").unwrap();
        }
    }
    text
}

/// A type's members with their offsets in bytes, or what else it is.
fn layout(description: &Description, ty: TypeIndex) -> String {
    let ty = description.types.get(ty).unwrap();
    match &ty.kind {
        TypeKind::Struct(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|member| format!("{}@{}", member.name, member.bit_offset / 8))
                .collect();
            format!("{} {{{}}}, {} bytes", ty.name, members.join(" "), ty.size)
        }
        kind => format!("{kind:?}, {} bytes", ty.size),
    }
}

/// Loads it; where the kernel does not let us, opening it has to do.
#[track_caller]
fn load(name: &str, package: &Package, description: Description) {
    let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default()).unwrap();
    match open.load() {
        Ok(_) => {}
        // Without privilege, or without this kind of program in the kernel, this is as far as it goes.
        Err(error) if matches!(error.kind(), Kind::Denied | Kind::KernelLacks) => {}
        Err(error) => panic!("{name}: {error:?}"),
    }
}

#[test]
fn each_package_says_what_it_should() {
    let blessed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    let mut wrong = Vec::new();
    for name in names() {
        let (package, description) = compiled(&name, &[]);
        let (path, told) = (blessed.join(format!("{name}.txt")), told(&description));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &told).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != told {
            wrong.push(format!("{}:\n{told}", path.display()));
        }
        load(&name, &package, description);
    }
    assert!(
        wrong.is_empty(),
        "BLESS=1 writes what these say now:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn each_is_the_same_with_the_types_that_come_with_ecc_and_for_two_architectures() {
    let blessed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    for name in names() {
        let (package, description) = compiled(&name, &["--vmlinux", "small", "--target-arch", "x86,arm64"]);
        let expected = fs::read_to_string(blessed.join(format!("{name}.txt"))).unwrap();
        assert_eq!(told(&description), expected);
        for architecture in package.architectures() {
            // System calls differ: an architecture may lack some of the programs.
            let other = told(&package.describe_for(architecture).unwrap());
            let lacking: Vec<&str> = expected.lines().filter(|line| !other.contains(line)).collect();
            let known = lacking.iter().all(|line| line.contains(": tp/syscalls/"));
            assert!(known && other.contains("program "), "{name}, {architecture}: {other}");
        }
        load(&name, &package, description);
    }
}

#[test]
fn each_readme_has_what_a_user_needs() {
    for name in names() {
        let folder = examples().join(&name);
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let has_header = folder.join(format!("{name}.h")).exists();
        let header = if has_header {
            format!(" {name}.h")
        } else {
            String::new()
        };
        let told = fs::read_to_string(folder.join(format!("../../host/ecc/tests/examples/{name}.txt"))).unwrap();
        let options = told.lines().filter_map(|line| line.strip_prefix("option "));
        let options = options.map(|line| line.split(": ").next().unwrap());
        let shown = [
            format!("# {name}\n"),
            format!("$ ecc {name}.bpf.c{header}\n"),
            "ecli run package.json".to_owned(),
            "[expected.txt]".to_owned(),
        ];
        for wanted in shown.into_iter().chain(options.map(str::to_owned)) {
            // An option is shown with its argument; the long name has to be there.
            let wanted = wanted.rsplit(", ").next().unwrap();
            assert!(
                readme.contains(wanted),
                "examples/{name}/README.md does not have {wanted:?}"
            );
        }
        let index = fs::read_to_string(examples().join("README.md")).unwrap();
        assert!(
            index.contains(&format!("[{name}]({name}/)")),
            "examples/README.md does not list {name}"
        );
        assert!(folder.join("expected.txt").exists(), "{name} has no expected.txt");
    }
}

#[test]
fn bootstrap_counts_its_losses_itself() {
    let (_, description) = compiled("bootstrap", &[]);
    let events = description.maps.iter().find(|map| map.name == "events").unwrap();
    assert_eq!((events.lost.as_deref(), events.max_entries), (Some("lost"), 256 * 1024));
}
