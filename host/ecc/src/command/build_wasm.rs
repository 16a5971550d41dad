//! `ecc build-wasm [DIR|FILE…]`: a component.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::build_wasm::{c, rust};
use crate::cli::BuildWasmArgs;
use crate::error::{Error, Result};
use crate::interrupts::Interrupts;
use crate::output;
use crate::printer::Printer;

/// What the component is called where nobody says it.
const OUTPUT: &str = "app.wasm";

/// Files that are put somewhere together, as git does it, differ by less.
const AT_ONCE: Duration = Duration::from_secs(2);

/// What every WebAssembly file begins with.
const MAGIC: &[u8] = b"\0asm";

/// Builds what `args` names and writes the component.
pub(crate) fn run(args: &BuildWasmArgs, printer: &mut Printer) -> Result<()> {
    printer.set_verbose(args.verbose);
    let interrupts = Interrupts::listen()?;
    let (folder, work) = work(args)?;
    if args.inputs.iter().all(|input| input.is_dir()) {
        for (source, skeleton) in outdated(&folder) {
            printer.note(&format!(
                "{} is newer than {}, which was made of it: `ecc gen-wasm-skel` makes that anew, README.md has the whole line",
                source.display(),
                skeleton.display()
            ));
        }
    }
    let path = args.output.clone().unwrap_or_else(|| in_folder(&folder, OUTPUT));
    check_free(&path)?;
    let component = match work {
        Work::Rust => rust::build(&folder, printer)?,
        Work::C(settings) => c::build(&settings, printer, &interrupts)?,
    };
    interrupts.check()?;
    let size = component.len();
    output::write(output::folder_of(&path), &[output::File::new(path.clone(), component)])?;
    printer.step(&format!("Wrote {} ({} KB)", path.display(), size.div_ceil(1000)));
    Ok(())
}

/// How a tool is built.
enum Work {
    Rust,
    C(Box<c::Settings>),
}

/// What the user means: a project, by the files in it, or C files. The folder is where the component goes if nobody says it.
fn work(args: &BuildWasmArgs) -> Result<(PathBuf, Work)> {
    let folder = match args.inputs.as_slice() {
        [] => PathBuf::from("."),
        [folder] if folder.is_dir() => folder.clone(),
        [missing] if !missing.exists() => {
            return Err(Error::failed(format!("{} does not exist", missing.display()))
                .with_hint("name the folder of a project that `ecc gen-wasm-skel` has written, or C files"));
        }
        files => {
            let settings = with_options(c::Settings::of_files(files)?, args)?;
            return Ok((PathBuf::from("."), Work::C(Box::new(settings))));
        }
    };
    if folder.join("Cargo.toml").is_file() {
        if !args.c.is_empty() {
            return Err(Error::usage(format!(
                "{} is a project in Rust, and --cflags and --sysroot are for C",
                folder.display()
            )));
        }
        return Ok((folder, Work::Rust));
    }
    match c::Settings::of_project(&folder) {
        Some(settings) => Ok((folder, Work::C(Box::new(with_options(settings, args)?)))),
        None => Err(Error::failed(format!(
            "{} is no project: there is neither a Cargo.toml nor a C file in src/",
            folder.display()
        ))
        .with_hint("`ecc gen-wasm-skel SRC HEADER --lang rust|c -o DIR` writes one")),
    }
}

fn with_options(settings: c::Settings, args: &BuildWasmArgs) -> Result<c::Settings> {
    let mut flags = Vec::new();
    for text in &args.c.cflags {
        flags.extend(
            shlex::split(text).ok_or_else(|| Error::usage(format!("--cflags: a quote is not closed in {text:?}")))?,
        );
    }
    Ok(c::Settings {
        flags,
        clang: args.c.clang_bin.clone(),
        sysroot: args.c.sysroot.clone(),
        ..settings
    })
}

/// The BPF programs of a project that have changed since their skeletons were made, with those.
fn outdated(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let skeletons = with_ending(&in_folder(folder, "skel"), ".json");
    let newest = skeletons.iter().max_by_key(|(_, modified)| *modified);
    let mut found = Vec::new();
    for (source, modified) in with_ending(folder, ".bpf.c") {
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        let own = name.replace(".bpf.c", ".json");
        let is_own = |skeleton: &&(PathBuf, SystemTime)| skeleton.0.file_name().is_some_and(|name| *name == *own);
        // One that was made under another name is among the others.
        if let Some((skeleton, made)) = skeletons.iter().find(is_own).or(newest)
            && modified.duration_since(*made).is_ok_and(|since| since > AT_ONCE)
        {
            found.push((source, skeleton.clone()));
        }
    }
    found
}

/// The files in a folder whose names end so, in the order of their names, and when they were changed.
fn with_ending(folder: &Path, ending: &str) -> Vec<(PathBuf, SystemTime)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(ending))
        .filter_map(|entry| {
            Some((
                in_folder(folder, entry.file_name()),
                entry.metadata().ok()?.modified().ok()?,
            ))
        })
        .collect();
    found.sort();
    found
}

/// Refuses to replace a file that is no WebAssembly.
fn check_free(path: &Path) -> Result<()> {
    let mut start = [0; MAGIC.len()];
    let is_free = match File::open(path) {
        Ok(mut file) => file.read_exact(&mut start).is_ok() && start == MAGIC,
        // Writing it says what is wrong, if something is.
        Err(_) => !path.is_dir(),
    };
    if is_free {
        return Ok(());
    }
    Err(
        Error::failed(format!("{} exists and is no WebAssembly", path.display()))
            .with_hint("name another file with -o FILE"),
    )
}

/// A path as short as the user's own.
fn in_folder(folder: &Path, file: impl AsRef<Path>) -> PathBuf {
    if folder == Path::new(".") {
        file.as_ref().to_owned()
    } else {
        folder.join(file)
    }
}
