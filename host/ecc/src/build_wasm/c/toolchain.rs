//! What a build needs of the machine: clang, wasm-ld, the C library and the compiler's runtime for WebAssembly.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::clang::Clang;
use crate::error::{Error, Result};
use crate::printer::Printer;

/// clang's names for the target, the newer one first; Debian's files know the other one.
const TARGETS: [&str; 2] = ["wasm32-wasip1", "wasm32-wasi"];

/// Where Debian's packages have the C library.
const DEBIAN: &str = "/usr";

/// The part of the WASI SDK that has the C library.
const WASI_SYSROOT: &str = "share/wasi-sysroot";

/// The version that Debian 12 has, for packages to be named if there is no clang at all.
const USUAL: u32 = 19;

const RUNTIME: &str = "libclang_rt.builtins-wasm32.a";

/// The programs and folders of a build.
#[derive(Debug)]
pub(super) struct Toolchain {
    pub(super) clang: PathBuf,
    pub(super) linker: PathBuf,
    pub(super) target: &'static str,
    /// The C library's headers.
    pub(super) include: PathBuf,
    /// The folder of `libc.a`.
    pub(super) libraries: PathBuf,
    pub(super) runtime: PathBuf,
}

/// A C library for WebAssembly.
struct Sysroot {
    target: &'static str,
    include: PathBuf,
    libraries: PathBuf,
}

impl Toolchain {
    /// Looks for everything, and says of all that is missing at once how to get it.
    pub(super) fn find(clang: Option<&Path>, sysroot: Option<&Path>, printer: &mut Printer) -> Result<Self> {
        let wasi_sdk = env::var_os("WASI_SDK_PATH").map(PathBuf::from);
        // The WASI SDK has a clang of its own that fits.
        let own = wasi_sdk
            .as_ref()
            .map(|sdk| sdk.join("bin/clang"))
            .filter(|clang| clang.is_file());
        let clang = clang.or(own.as_deref());
        let clang = match Clang::find(clang) {
            Ok(clang) => Some(clang.checked(printer)?),
            Err(error) if clang.is_some() => return Err(error),
            Err(_) => None,
        };
        let library = match (sysroot, &wasi_sdk) {
            (Some(folder), _) => Some(Sysroot::of(folder).ok_or_else(|| no_sysroot("--sysroot", folder))?),
            (None, Some(sdk)) => {
                let folder = sdk.join(WASI_SYSROOT);
                Some(Sysroot::of(&folder).ok_or_else(|| no_sysroot("WASI_SDK_PATH", &folder))?)
            }
            (None, None) => Sysroot::of(Path::new(DEBIAN)),
        };
        let version = clang.as_ref().map_or(USUAL, |(_, version)| *version);
        let program = clang.as_ref().map(|(program, _)| program.as_path());
        let linker = linker(program, wasi_sdk.as_deref(), version);
        let runtime = runtime(program, wasi_sdk.as_deref());
        let parts = [
            (clang.is_none(), "clang", format!("clang-{version}")),
            (linker.is_none(), "the linker wasm-ld", format!("lld-{version}")),
            (library.is_none(), "the C library", "wasi-libc".to_owned()),
            (
                runtime.is_none(),
                "clang's runtime library",
                format!("libclang-rt-{version}-dev-wasm32"),
            ),
        ];
        match (clang, library, linker, runtime) {
            (Some((clang, _)), Some(library), Some(linker), Some(runtime)) => Ok(Self {
                clang,
                linker,
                target: library.target,
                include: library.include,
                libraries: library.libraries,
                runtime,
            }),
            _ => Err(missing(&parts)),
        }
    }
}

/// One error for all that is missing: what it is, and Debian's package of it.
fn missing(parts: &[(bool, &str, String)]) -> Error {
    let missing = || parts.iter().filter(|(missing, ..)| *missing);
    let things: Vec<&str> = missing().map(|(_, thing, _)| *thing).collect();
    let packages: Vec<&str> = missing().map(|(.., package)| package.as_str()).collect();
    Error::failed(format!(
        "what builds WebAssembly from C is not all here; missing: {}",
        things.join(", ")
    ))
    .with_hint(format!(
        "on Debian `apt install {}`; elsewhere set WASI_SDK_PATH to the folder of the WASI SDK",
        packages.join(" ")
    ))
}

impl Sysroot {
    /// The library in a folder that has it as the WASI SDK and Debian do.
    fn of(folder: &Path) -> Option<Self> {
        TARGETS.into_iter().find_map(|target| {
            let libraries = folder.join("lib").join(target);
            let include = folder.join("include");
            let own = include.join(target);
            libraries.join("libc.a").is_file().then(|| Self {
                target,
                include: if own.is_dir() { own } else { include },
                libraries,
            })
        })
    }
}

fn no_sysroot(from: &str, folder: &Path) -> Error {
    Error::failed(format!(
        "{from}: there is no C library for WebAssembly in {}: no lib/wasm32-wasi/libc.a",
        folder.display()
    ))
    .with_hint("name the folder that lib/ and include/ are in, or leave it out to take Debian's wasi-libc")
}

/// wasm-ld as the WASI SDK has it, beside clang, or on the path under the names that distributions give it.
fn linker(clang: Option<&Path>, wasi_sdk: Option<&Path>, version: u32) -> Option<PathBuf> {
    let plain = "wasm-ld".to_owned();
    let numbered = (15..=version.max(22)).rev().map(|number| format!("wasm-ld-{number}"));
    let same = format!("wasm-ld-{version}");
    let names: Vec<String> = [plain, same].into_iter().chain(numbered).collect();
    let beside = clang.and_then(|clang| Some(clang.canonicalize().ok()?.parent()?.to_owned()));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = wasi_sdk.map(|sdk| sdk.join("bin")).into_iter().chain(beside);
    let folders: Vec<PathBuf> = folders.chain(env::split_paths(&path)).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// What clang calls for what the processor cannot do, as it knows itself; else that of the WASI SDK.
fn runtime(clang: Option<&Path>, wasi_sdk: Option<&Path>) -> Option<PathBuf> {
    let ask = |clang| {
        Command::new(clang)
            .args(["--target=wasm32-wasi", "-print-libgcc-file-name"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()
    };
    let asked = clang
        .and_then(ask)
        .map(|output| PathBuf::from(OsString::from(String::from_utf8_lossy(&output.stdout).trim())));
    let of_sdk = || {
        let versions = std::fs::read_dir(wasi_sdk?.join("lib/clang")).ok()?;
        versions
            .flatten()
            .flat_map(|version| {
                let folders = [
                    "lib/wasi",
                    "lib/wasip1",
                    "lib/wasm32-unknown-wasi",
                    "lib/wasm32-unknown-wasip1",
                ];
                folders.map(|folder| version.path().join(folder))
            })
            .flat_map(|folder| [folder.join(RUNTIME), folder.join("libclang_rt.builtins.a")])
            .find(|path| path.is_file())
    };
    asked.filter(|path| path.is_file()).or_else(of_sdk)
}
