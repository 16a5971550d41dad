//! Objects compiled when a test runs, from the C files in `tests/bpf`.

#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use loader::{Map, Object, OpenObject, OpenOptions};
use package::{Description, Package};

/// The object of a C file, and its description. `events` holds records of `struct event` where the file has one.
pub(crate) fn compile(name: &str) -> (Vec<u8>, Description) {
    static COMPILED: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    // A test that failed while it held the lock has failed already.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let object = compiled
        .entry(name.to_owned())
        .or_insert_with(|| run_clang(name))
        .clone();
    let without = ["refused", "places", "missing"].contains(&name)
        || ["core", "kinds"].iter().any(|group| name.starts_with(group));
    let export: Vec<_> = (!without).then(|| "event".to_owned()).into_iter().collect();
    let description = Package::from_object(object.clone(), name, &export)
        .unwrap()
        .describe()
        .unwrap();
    (object, description)
}

fn run_clang(name: &str) -> Vec<u8> {
    let includes = includes();
    let object = tempfile::NamedTempFile::new_in(includes).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/bpf")
        .join(format!("{name}.bpf.c"));
    let clang = ["clang-19", "clang"]
        .into_iter()
        .find(|clang| Command::new(clang).arg("--version").output().is_ok());
    let output = Command::new(clang.expect("these tests need clang"))
        .args(["-g", "-O2", "-target", "bpf", "-Wall", "-c", "-I"])
        .args([includes, &source, Path::new("-o"), object.path()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(object.path()).unwrap()
}

/// Opened as the package has it.
pub(crate) fn open(name: &str) -> OpenObject {
    open_with(name, |_| {})
}

/// Opened with a description that a test has changed.
pub(crate) fn open_with(name: &str, change: impl FnOnce(&mut Description)) -> OpenObject {
    let (object, mut description) = compile(name);
    change(&mut description);
    OpenObject::open(&object, Arc::new(description), &OpenOptions::default()).unwrap()
}

pub(crate) fn load(name: &str) -> Object {
    open(name).load().unwrap()
}

/// A variable of 8 bytes.
pub(crate) fn number(object: &Object, name: &str) -> u64 {
    u64::from_ne_bytes(object.read_variable(name).unwrap().try_into().unwrap())
}

/// Runs a test with the tracing file system in sight, which a mount of its own gives it where the machine has none.
pub(crate) fn with_tracefs(test: impl FnOnce() + Send + 'static) {
    if Path::new("/sys/kernel/tracing/events").exists() {
        return test();
    }
    in_own_mounts(|| {
        mount("tracefs", "/sys/kernel/tracing");
        test();
    });
}

/// Runs a test in a thread whose mounts nobody else sees.
pub(crate) fn in_own_mounts(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::spawn(|| {
        // SAFETY: only this thread's view of the mounts changes, and no pointer but to constants is passed.
        let done = unsafe {
            libc::unshare(libc::CLONE_NEWNS) == 0
                && libc::mount(
                    c"none".as_ptr(),
                    c"/".as_ptr(),
                    std::ptr::null(),
                    libc::MS_REC | libc::MS_PRIVATE,
                    std::ptr::null(),
                ) == 0
        };
        assert!(done, "{}", std::io::Error::last_os_error());
        test();
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Mounts a file system of the kernel's over a folder.
pub(crate) fn mount(kind: &str, folder: &str) {
    let (kind, folder) = (
        std::ffi::CString::new(kind).unwrap(),
        std::ffi::CString::new(folder).unwrap(),
    );
    // SAFETY: the strings live through the call.
    let code = unsafe { libc::mount(kind.as_ptr(), folder.as_ptr(), kind.as_ptr(), 0, std::ptr::null()) };
    assert_eq!(code, 0, "{}", std::io::Error::last_os_error());
}

/// A folder with `vmlinux.h` and `bpf/`, the same for all tests: each file is put there whole.
fn includes() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("include");
        std::fs::create_dir_all(folder.join("bpf")).unwrap();
        let put = |name: &Path, text: &str| {
            let file = tempfile::NamedTempFile::new_in(&folder).unwrap();
            std::fs::write(file.path(), text).unwrap();
            file.persist(folder.join(name)).unwrap();
        };
        put(Path::new("vmlinux.h"), &loader::vmlinux_header(None).unwrap());
        for (name, text) in loader::headers() {
            put(&Path::new("bpf").join(name), text);
        }
        folder
    })
}

pub(crate) fn bytes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

/// What a program answers to a packet of nothing.
pub(crate) fn run_raw(object: &Object, program: &str) -> i32 {
    object.program(program).unwrap().run(&[0; 16]).unwrap().value as i32
}

/// All entries, by batches of `most`.
pub(crate) fn all(map: &Map, most: u32, delete: bool) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let (mut found, mut start) = (BTreeMap::new(), None);
    loop {
        let read = if delete {
            Map::lookup_and_delete_batch
        } else {
            Map::lookup_batch
        };
        let entries = read(map, start.as_deref(), most).unwrap();
        let (key, value) = (map.info().key_size as usize, map.info().value_size as usize);
        assert_eq!(entries.keys.len(), entries.count as usize * key);
        assert_eq!(entries.values.len(), entries.count as usize * value);
        for (key, value) in entries.keys.chunks(key).zip(entries.values.chunks(value)) {
            assert_eq!(found.insert(key.to_vec(), value.to_vec()), None);
        }
        start = entries.next;
        if start.is_none() {
            return found;
        }
    }
}
