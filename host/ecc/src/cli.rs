//! The arguments as plain data; what they mean is checked by the command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand as _, ValueEnum};

const EXAMPLES: &str = "\
Commands:
  gen-wasm-skel  Write a project for user space of your own, in Rust or C
  build-wasm     Build it: one file that `ecli run` runs; `ecc COMMAND -h` says more

Examples:
  ecc opensnoop.bpf.c opensnoop.h         Write package.json; `sudo ecli run package.json` runs it
  ecc gen-wasm-skel opensnoop.bpf.c opensnoop.h --lang rust
  ecc build-wasm";

/// What was typed.
pub(crate) enum Cli {
    Compile(Box<Compile>),
    Command(Commands),
}

impl Cli {
    /// Reads the command line. A first word that is a command's name is that command: no source is called so.
    pub(crate) fn parse(line: &[OsString]) -> Result<Self, clap::Error> {
        let is_command = line
            .get(1)
            .and_then(|word| word.to_str())
            .is_some_and(Commands::has_subcommand);
        if is_command {
            Commands::try_parse_from(line).map(Self::Command)
        } else {
            Compile::try_parse_from(line).map(Box::new).map(Self::Compile)
        }
    }
}

/// Compile a BPF C source into a package that anyone can run: no user-space code needed.
#[derive(Debug, Parser)]
#[command(
    name = "ecc",
    version,
    after_help = EXAMPLES,
    override_usage = "ecc [OPTIONS] SRC [HEADER]...\n       ecc gen-wasm-skel [OPTIONS] --lang LANG SRC [HEADER]...\n       ecc build-wasm [OPTIONS] [DIR|FILE]...",
)]
pub(crate) struct Compile {
    #[command(flatten)]
    pub(crate) args: CompileArgs,
}

/// What else `ecc` does.
#[derive(Debug, Parser)]
#[command(name = "ecc", version, disable_help_subcommand = true)]
pub(crate) enum Commands {
    GenWasmSkel(Box<GenWasmSkelArgs>),
    BuildWasm(BuildWasmArgs),
}

const SOURCE: &str = "The BPF program, such as opensnoop.bpf.c";

const HEADERS: &str =
    "Headers with the structs of the events: those with a comment `/// @export` above them, or all if none has";

/// `ecc SRC [HEADER…]`.
#[derive(Debug, Args)]
pub(crate) struct CompileArgs {
    #[arg(value_name = "SRC", help = SOURCE)]
    pub(crate) source: PathBuf,

    #[arg(value_name = "HEADER", help = HEADERS)]
    pub(crate) headers: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) compiler: CompilerArgs,
}

/// How it is compiled.
#[derive(Debug, Args)]
pub(crate) struct CompilerArgs {
    /// More options for clang, as one argument: "-DDEBUG -I ../include"; can be repeated
    #[arg(short, long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) additional_cflags: Vec<String>,

    /// The clang to use [default: the first of clang, clang-22 … clang-15 that is new enough]
    #[arg(short, long, value_name = "CLANG", env = "CLANG", hide_env_values = true)]
    pub(crate) clang_bin: Option<PathBuf>,

    /// The architectures to compile for, such as x86,arm64; one object for each where one cannot serve all [default: this machine's]
    #[arg(long, value_name = "ARCH", value_delimiter = ',')]
    pub(crate) target_arch: Vec<String>,

    /// Take this file as vmlinux.h; `small` is the one that comes with ecc and is the same everywhere [default: made from the running
    /// kernel's type information, or `small` where it shows none]
    #[arg(long, value_name = "FILE", conflicts_with = "btf")]
    pub(crate) vmlinux: Option<PathBuf>,

    /// Make vmlinux.h from the type information (BTF) in this file: raw, or an ELF with a .BTF section
    #[arg(long, value_name = "FILE")]
    pub(crate) btf: Option<PathBuf>,

    /// Leave out the hidden counters of records that find a ring buffer full; then nobody knows how many were lost
    #[arg(long)]
    pub(crate) no_loss_counter: bool,

    /// Pack what the program reads of kernel types, for kernels that show none (no CONFIG_DEBUG_INFO_BTF): needs an archive of BTF
    #[arg(short, long)]
    pub(crate) btfgen: bool,

    /// The archive: DISTRIBUTION/VERSION/ARCH/RELEASE.btf.tar.xz as BTFHub has them, or any folder of .btf or .btf.tar.xz files
    /// [default: ~/.eunomia/btfhub-archive]
    #[arg(long, value_name = "DIR", requires = "btfgen")]
    pub(crate) btfhub_archive: Option<PathBuf>,

    /// A folder whose include/ and include/vmlinux/ARCH/ go before the headers that come with ecc
    #[arg(short, long, value_name = "DIR")]
    pub(crate) workspace_path: Option<PathBuf>,

    /// Not needed any more: ecc takes debug information out by itself
    #[arg(short, long, value_name = "PROGRAM", hide = true)]
    pub(crate) llvm_strip_bin: Option<PathBuf>,

    /// Show how clang is called
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Write a project for user space of your own, in Rust or C: it builds and runs as it is
///
/// Run it again when the BPF program or the event's header has changed: skel/ and sdk/ are made anew, and nothing else is touched that
/// is there.
#[derive(Debug, Args)]
pub(crate) struct GenWasmSkelArgs {
    /// The BPF program, such as opensnoop.bpf.c, or a package, such as package.json
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,

    #[arg(value_name = "HEADER", help = HEADERS)]
    pub(crate) headers: Vec<PathBuf>,

    /// The language of the user space
    #[arg(long, value_enum)]
    pub(crate) lang: Language,

    /// The project's folder, which is made if need be; the sources are copied into it if they are not there [default: the source's folder]
    #[arg(short, long = "output-path", value_name = "DIR")]
    pub(crate) output_path: Option<PathBuf>,

    /// Name the tool NAME [default: the source's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    #[command(flatten)]
    pub(crate) compiler: CompilerArgs,
}

/// Build a component from a project, or from C files: one file that `ecli run` runs
#[derive(Debug, Args)]
pub(crate) struct BuildWasmArgs {
    /// The project's folder, or C files [default: the current folder]
    #[arg(value_name = "DIR|FILE")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Write the component to this file [default: app.wasm in the project's folder, or in the current one for files]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) c: BuildCArgs,

    /// Show the commands that are run
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// How C is built.
#[derive(Debug, Args)]
pub(crate) struct BuildCArgs {
    /// More options for clang, as one argument: "-DDEBUG -I ../include"; can be repeated (C only)
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub(crate) cflags: Vec<String>,

    /// The clang to use [default: the first of clang, clang-22 … clang-15 that is new enough] (C only)
    #[arg(long, value_name = "CLANG", env = "CLANG", hide_env_values = true)]
    pub(crate) clang_bin: Option<PathBuf>,

    /// The folder of the C library for WebAssembly: lib/wasm32-wasi and include/ are in it [default: that of the WASI SDK in
    /// $WASI_SDK_PATH, else Debian's wasi-libc] (C only)
    #[arg(long, value_name = "DIR")]
    pub(crate) sysroot: Option<PathBuf>,
}

impl BuildCArgs {
    /// Whether nothing was said that would be lost on another language. The clang may come from the environment.
    pub(crate) fn is_empty(&self) -> bool {
        self.cflags.is_empty() && self.sysroot.is_none()
    }
}

/// What user space is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Built by cargo, for the target wasm32-wasip2
    Rust,
    /// Built by clang and wasm-ld
    C,
}

/// What is written and where.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Write the package into this folder, which is made if need be [default: the source's folder]
    #[arg(short, long = "output-path", value_name = "DIR")]
    pub(crate) output_path: Option<PathBuf>,

    /// Name the tool NAME and the package NAME.json [default: the source's name, and package.json]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Write YAML instead of JSON: package.yaml
    #[arg(short, long)]
    pub(crate) yaml: bool,

    /// Write the object and its description as two files, TOOL.bpf.o and TOOL.skel.json, instead of a package
    #[arg(short, long, conflicts_with = "btfgen")]
    pub(crate) no_generate_package_json: bool,

    /// Write a C header too, with the package's bytes and the structs of the events, for tools in C: ewasm-skel.h, or NAME.skel.h
    #[arg(long)]
    pub(crate) wasm_header: bool,

    /// Write a standalone executable too, called as the tool: it needs no ecli, and takes the options of `ecli run` from the
    /// environment, such as ECLI_OPTIONS="-o json --timeout 10"
    #[arg(short, long, conflicts_with = "header_only")]
    pub(crate) standalone: bool,

    /// Let the standalone executable print events with this component
    #[arg(long, value_name = "FILE.wasm", requires = "standalone")]
    pub(crate) printer: Option<PathBuf>,

    /// Let the standalone executable read its arguments with this component
    #[arg(long, value_name = "FILE.wasm", requires = "standalone")]
    pub(crate) args: Option<PathBuf>,

    /// SRC is a header: make a package of the structs in it, without programs
    #[arg(long, conflicts_with = "headers")]
    pub(crate) header_only: bool,
}
