//! Tools with user space of their own, made by `ecc gen-wasm-skel` and `ecc build-wasm`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::{program, root, run};

/// A project that `ecc gen-wasm-skel` writes for a source below `root`, in a folder of its own below the target folder, which all
/// projects share for what cargo builds.
pub fn project(name: &str, source: &str, language: &str) -> PathBuf {
    let folder = projects().join(name);
    fs::remove_dir_all(&folder).ok();
    let source = root().join(source);
    let header = PathBuf::from(source.to_str().unwrap().replace(".bpf.c", ".h"));
    let mut ecc = Command::new(program("ecc"));
    ecc.arg("gen-wasm-skel").arg(&source);
    if header.exists() {
        ecc.arg(header);
    }
    let done = run(ecc.args(["--lang", language, "-o"]).arg(&folder));
    assert_eq!(done.code(), 0, "{}", done.stderr);
    folder
}

fn projects() -> PathBuf {
    program("ecc").ancestors().nth(2).unwrap().join("projects")
}

/// `ecc build-wasm` in a project's folder.
pub fn build_wasm(folder: &Path) -> Command {
    let mut ecc = Command::new(program("ecc"));
    ecc.arg("build-wasm")
        .arg(folder)
        .env("CARGO_TARGET_DIR", projects().join("target"));
    ecc
}

/// The component of a project.
#[track_caller]
pub fn built(folder: &Path) -> PathBuf {
    // Projects of the same name have the same file in the target folder.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _alone = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // However long it takes: cargo may wait for another cargo, and compiles.
    let done = build_wasm(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder.join("app.wasm")
}

/// The component of an example with user space of its own: `examples/NAME/LANGUAGE`, with the skeletons of these BPF programs in the
/// example's folder. What is made is made in a copy.
pub fn example_tool(name: &str, objects: &[&str], language: &str) -> PathBuf {
    // Several tests have the same tool: it is made once, and not from under another that runs it.
    static MADE: Mutex<BTreeMap<PathBuf, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let example = root().join("examples").join(name);
    let folder = projects().join(format!("{name}-{language}"));
    if let Some(component) = made.get(&folder) {
        return component.clone();
    }
    fs::remove_dir_all(&folder).ok();
    copy_own(&example.join(language), &folder);
    for object in objects {
        let source = example.join(format!("{object}.bpf.c"));
        let mut ecc = Command::new(program("ecc"));
        ecc.arg("gen-wasm-skel")
            .arg(&source)
            .arg(source.with_extension("").with_extension("h"));
        let done = run(ecc.args(["--lang", language, "-o"]).arg(&folder));
        assert_eq!(done.code(), 0, "{}", done.stderr);
    }
    let component = built(&folder);
    made.insert(folder, component.clone());
    component
}

/// What somebody has written, without what is made from it.
fn copy_own(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if ["sdk", "skel", "target"].iter().any(|made| name == *made) {
            continue;
        }
        if path.is_dir() {
            copy_own(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A source file below `sources/c`, by its name without `.c`.
pub fn c_source(name: &str) -> PathBuf {
    root().join("tests/cli/sources/c").join(name).with_extension("c")
}

/// The component of one such file, built once for each test binary.
pub fn c_tool(name: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let make = || {
        let folder = projects();
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("c-{name}.wasm"));
        let done = run(Command::new(program("ecc"))
            .arg("build-wasm")
            .arg(c_source(name))
            .arg("-o")
            .arg(&path));
        assert_eq!((done.code(), done.stderr.as_str()), (0, ""), "{done:?}");
        path
    };
    built.entry(name.to_owned()).or_insert_with(make).clone()
}

/// As [`project`], in C and with one such file as its `main.c`.
pub fn c_tool_project(name: &str, bpf: &str, main: &str) -> PathBuf {
    let folder = project(name, bpf, "c");
    fs::copy(c_source(main), folder.join("src/main.c")).unwrap();
    folder
}
