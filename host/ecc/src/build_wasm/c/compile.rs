//! Calling clang for each source, several at a time, and wasm-ld for what comes of it.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::thread;

use super::toolchain::Toolchain;
use crate::error::{Error, Result, reason};
use crate::printer::Printer;

/// As Rust's: a recursion that is too deep ends in a message, not in other data.
const STACK: &str = "stack-size=1048576";

/// What the linker keeps of the SDK and the C library is decided by function.
const SECTIONS: [&str; 2] = ["-ffunction-sections", "-fdata-sections"];

/// For all sources. Signals are emulated: tools set a handler for Ctrl-C, and the SDK calls it.
const ALWAYS: [&str; 3] = ["-c", "-mbulk-memory", "-D_WASI_EMULATED_SIGNAL"];

/// A source and how it is compiled.
pub(super) struct Compilation {
    source: PathBuf,
    arguments: Vec<OsString>,
    /// Whether it is the user's: then what clang says about it is for the user.
    is_users: bool,
}

impl Compilation {
    /// A source of the SDK: for size, and without a word about what clang would write otherwise.
    pub(super) fn of_sdk(source: &Path, includes: Vec<PathBuf>) -> Self {
        let arguments = ["-Oz", "-w"]
            .map(OsString::from)
            .into_iter()
            .chain(include_flags(&includes));
        Self {
            source: source.to_owned(),
            arguments: arguments.collect(),
            is_users: false,
        }
    }

    /// A source of the tool: for speed, for events pass through it. The user's flags come last, so that they win.
    pub(super) fn of_tool(source: &Path, includes: Vec<PathBuf>, flags: &[String]) -> Self {
        let arguments = ["-O2", "-Wall"].map(OsString::from).into_iter();
        let arguments = arguments
            .chain(include_flags(&includes))
            .chain(flags.iter().map(OsString::from));
        Self {
            source: source.to_owned(),
            arguments: arguments.collect(),
            is_users: true,
        }
    }

    fn command(&self, toolchain: &Toolchain, object: &Path) -> Command {
        let mut clang = Command::new(&toolchain.clang);
        clang
            .arg(format!("--target={}", toolchain.target))
            .args(ALWAYS)
            .args(SECTIONS)
            // The machine's own headers are for another machine.
            .args(["-nostdlibinc", "-idirafter"])
            .arg(&toolchain.include)
            .args(&self.arguments)
            .arg(&self.source)
            .arg("-o")
            .arg(object)
            .stdin(Stdio::null());
        if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
            clang.arg("-fcolor-diagnostics");
        }
        clang
    }
}

fn include_flags(folders: &[PathBuf]) -> Vec<OsString> {
    let flag = |folder: &PathBuf| [OsString::from("-I"), folder.clone().into_os_string()];
    folders.iter().flat_map(flag).collect()
}

/// Compiles all, as many at a time as there are processors. Gives the objects' names in `scratch`, in the order of the sources.
pub(super) fn compile_all(
    toolchain: &Toolchain,
    compilations: &[Compilation],
    scratch: &Path,
    printer: &mut Printer,
) -> Result<Vec<String>> {
    let objects = object_names(compilations);
    let commands: Vec<Command> = compilations
        .iter()
        .zip(&objects)
        .map(|(compilation, object)| compilation.command(toolchain, &scratch.join(object)))
        .collect();
    for command in &commands {
        printer.detail(&in_words(command));
    }
    let outputs = run_all(commands);
    let mut failed = None;
    for (compilation, output) in compilations.iter().zip(outputs) {
        let source = compilation.source.display();
        let output = output.map_err(|error| cannot_run(&toolchain.clang, &error))?;
        if compilation.is_users || !output.status.success() {
            printer.diagnostics(&output.stderr);
        }
        if !output.status.success() && failed.is_none() {
            failed = Some(if compilation.is_users {
                Error::failed(format!("{source} does not compile: see what clang says above"))
            } else {
                Error::failed(format!("the SDK does not compile with {}", toolchain.clang.display())).with_hint(
                    "take the C library and clang from one source: both of the distribution, or both of the WASI SDK",
                )
            });
        }
    }
    failed.map_or(Ok(objects), Err)
}

/// Runs commands side by side; the outputs are in their order.
fn run_all(commands: Vec<Command>) -> Vec<std::io::Result<Output>> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(commands.len());
    let mut outputs: Vec<Option<std::io::Result<Output>>> = commands.iter().map(|_| None).collect();
    {
        let queue = Mutex::new(commands.into_iter().zip(outputs.iter_mut()));
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        // A worker that panicked has taken its command, and no more.
                        let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
                        let Some((mut command, output)) = next else { break };
                        *output = Some(command.output());
                    }
                });
            }
        });
    }
    let lost = || Err(std::io::Error::other("it was not started"));
    outputs.into_iter().map(|output| output.unwrap_or_else(lost)).collect()
}

/// `main.o` of `src/main.c`, and a number where two would be called the same: what the linker says names them.
fn object_names(compilations: &[Compilation]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for compilation in compilations {
        let stem = compilation
            .source
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut name = format!("{stem}.o");
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{stem}-{number}.o");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// Links the objects in `scratch` to a module.
pub(super) fn link(
    toolchain: &Toolchain,
    objects: &[String],
    scratch: &Path,
    printer: &mut Printer,
) -> Result<Vec<u8>> {
    let mut linker = Command::new(&toolchain.linker);
    linker
        // The objects' names are short in what the linker says, and the same in each build.
        .current_dir(scratch)
        .args([
            "--no-entry",
            "--gc-sections",
            "--strip-all",
            "--stack-first",
            "-z",
            STACK,
        ])
        .args(objects)
        .arg("-L")
        .arg(&toolchain.libraries)
        .args(["-lwasi-emulated-signal", "-lc"])
        .arg(&toolchain.runtime)
        .args(["-o", MODULE])
        .stdin(Stdio::null());
    printer.detail(&in_words(&linker));
    let output = linker.output().map_err(|error| cannot_run(&toolchain.linker, &error))?;
    printer.diagnostics(&output.stderr);
    if !output.status.success() {
        return Err(
            Error::failed("the tool cannot be linked: see what wasm-ld says above").with_hint(
                if String::from_utf8_lossy(&output.stderr).contains("undefined symbol: main") {
                    "a tool has a main: `int main(int argc, char **argv)`"
                } else {
                    "a tool in a sandbox has no processes, threads or sockets; everything else is in its own sources"
                },
            ),
        );
    }
    let module = scratch.join(MODULE);
    std::fs::read(&module).map_err(|error| Error::input("module that wasm-ld has written,", &module, &error))
}

const MODULE: &str = "tool.wasm";

fn cannot_run(program: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot run {}: {}", program.display(), reason(error)))
}

fn in_words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    format!("+ {}", words.join(" "))
}
