//! Builds what is measured: the BPF object, the native tools, the package.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libbpf_rs::btf::Btf;
use libbpf_rs::btf::types::Struct;
use package::Package;
use serde_json::json;

use crate::kernel::CounterOffsets;
use crate::report::note;

/// Where the sources of this crate lie.
pub(crate) const SOURCES: &str = env!("CARGO_MANIFEST_DIR");

/// libbpf's headers, as libbpf-sys installed them; its static libraries lie beside the folder.
pub(crate) const INCLUDE: &str = env!("BENCH_LIBBPF_INCLUDE");

/// The compilers to use.
#[derive(Clone, Debug)]
pub(crate) struct Compilers {
    /// A clang that knows the BPF target.
    pub(crate) clang: PathBuf,
    /// The system's C compiler.
    pub(crate) cc: PathBuf,
}

/// The workload, built.
#[derive(Debug)]
pub(crate) struct Workload {
    /// The native tool that prints its events.
    pub(crate) native: PathBuf,
    /// The same object as a package of format 0.3.
    pub(crate) package: PathBuf,
    /// Where the program counts.
    pub(crate) offsets: CounterOffsets,
}

impl Workload {
    /// Compile everything into `folder`.
    pub(crate) fn build(compilers: &Compilers, folder: &Path) -> Result<Self> {
        let sources = Path::new(SOURCES);
        let object = folder.join("workload.bpf.o");
        compile_object(&compilers.clang, &sources.join("bpf/workload.bpf.c"), &object)?;
        let native = folder.join("workload-native");
        compile_native(&compilers.cc, "workload.c", &sources.join("bpf"), &object, &native)?;
        let btf = Btf::from_path(&object).context("the workload's BTF cannot be read")?;
        let package = folder.join("workload.json");
        write_package(&object, &btf, &package)?;
        let offsets = CounterOffsets::from_object(&std::fs::read(&object)?)?;
        Ok(Self {
            native,
            package,
            offsets,
        })
    }
}

/// The example that traces processes, built.
#[derive(Debug)]
pub(crate) struct Bootstrap {
    /// A native tool with the same object inside.
    pub(crate) native: PathBuf,
    /// What `ecc` makes of it.
    pub(crate) package: PathBuf,
}

impl Bootstrap {
    /// Let `ecc` make the package, and compile the native tool around the object in it.
    pub(crate) fn build(ecc: &Path, compilers: &Compilers, folder: &Path) -> Result<Self> {
        let example = Path::new(SOURCES).join("../../examples/bootstrap");
        let output = folder.join("bootstrap");
        run(Command::new(ecc)
            .args([example.join("bootstrap.bpf.c"), example.join("bootstrap.h")])
            .arg("--output-path")
            .arg(&output)
            .env("CLANG", &compilers.clang))?;
        let package = output.join("package.json");
        let object = output.join("bootstrap.bpf.o");
        std::fs::write(&object, Package::parse(&std::fs::read(&package)?)?.object())?;
        let native = folder.join("bootstrap-native");
        compile_native(&compilers.cc, "bootstrap.c", &example, &object, &native)?;
        Ok(Self { native, package })
    }
}

/// Let `ecc` make an executable of examples/sigsnoop.
pub(crate) fn standalone(ecc: &Path, compilers: &Compilers, folder: &Path) -> Result<PathBuf> {
    let example = Path::new(SOURCES).join("../../examples/sigsnoop");
    let output = folder.join("standalone");
    run(Command::new(ecc)
        .args([example.join("sigsnoop.bpf.c"), example.join("sigsnoop.h")])
        .arg("--standalone")
        .arg("--output-path")
        .arg(&output)
        .env("CLANG", &compilers.clang))?;
    Ok(output.join("sigsnoop"))
}

/// A native tool, and the package with the same object, as `ecc` makes it.
pub(crate) fn with_native(name: &str, ecc: &Path, compilers: &Compilers, folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let output = folder.join(name);
    run(Command::new(ecc)
        .arg(Path::new(SOURCES).join(format!("bpf/{name}.bpf.c")))
        .arg("--output-path")
        .arg(&output)
        .env("CLANG", &compilers.clang))?;
    let package = output.join("package.json");
    let object = output.join(format!("{name}.bpf.o"));
    std::fs::write(&object, Package::parse(&std::fs::read(&package)?)?.object())?;
    let native = folder.join(format!("{name}-native"));
    let sources = Path::new(SOURCES).join("native");
    link_native(
        &compilers.cc,
        &[sources.join(format!("{name}.c"))],
        &sources,
        &object,
        &native,
    )?;
    Ok((native, package))
}

/// The version of the libbpf that everything here is linked with.
pub(crate) fn libbpf_version() -> String {
    let header = Path::new(INCLUDE).join("bpf/libbpf_version.h");
    let text = std::fs::read_to_string(header).unwrap_or_default();
    let numbers: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("#define LIBBPF_M"))
        .filter_map(|line| line.split_ascii_whitespace().next_back())
        .collect();
    numbers.join(".")
}

fn compile_object(clang: &Path, source: &Path, object: &Path) -> Result<()> {
    let mut command = Command::new(clang);
    command.args(["-g", "-O2", "-Wall", "-target", "bpf"]);
    command.args([
        "-I",
        INCLUDE,
        "-I",
        &format!("/usr/include/{}-linux-gnu", std::env::consts::ARCH),
    ]);
    run(command.arg("-c").arg(source).arg("-o").arg(object))?;
    // Without DWARF, as tools are shipped; the sizes and the start are measured.
    let strip = clang.to_string_lossy().replace("clang", "llvm-strip");
    if let Err(error) = run(Command::new(strip).arg("-g").arg(object)) {
        note(&format!("{} keeps its DWARF: {error:#}", object.display()));
    }
    Ok(())
}

/// Compile a static native tool that carries `object` inside, and strip it. The struct of its events is in a header in `include`.
fn compile_native(cc: &Path, source: &str, include: &Path, object: &Path, program: &Path) -> Result<()> {
    let sources = Path::new(SOURCES).join("native");
    let sources = [sources.join("tool.c"), sources.join(source)];
    link_native(cc, &sources, include, object, program)
}

fn link_native(cc: &Path, sources: &[PathBuf], include: &Path, object: &Path, program: &Path) -> Result<()> {
    let libraries = Path::new(INCLUDE)
        .parent()
        .context("libbpf-sys did not say where its headers are")?;
    run(Command::new(cc)
        .args(["-O2", "-Wall", "-Wextra", "-static", "-s", "-I", INCLUDE, "-I"])
        .arg(include)
        .arg(format!("-DOBJECT_PATH=\"{}\"", object.display()))
        .args(sources)
        .arg("-o")
        .arg(program)
        .arg("-L")
        .arg(libraries)
        .args(["-lbpf", "-lelf", "-lz"]))
}

fn write_package(object: &Path, btf: &Btf<'_>, package: &Path) -> Result<()> {
    let bytes = std::fs::read(object)?;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &bytes)?;
    let event: Struct<'_> = btf.type_by_name("event").context("the workload has no struct event")?;
    let document = json!({
        "bpf_object": STANDARD.encode(encoder.finish()?),
        "bpf_object_size": bytes.len(),
        "meta": {
            "bpf_skel": {
                "obj_name": "workload_bpf",
                "data_sections": [{"name": ".bss", "variables": [
                    {"name": "produced", "type": "__u64"},
                    {"name": "lost", "type": "__u64"},
                    {"name": "unread", "type": "__u64"},
                    {"name": "answers", "type": "__u64"},
                ]}],
                "maps": [{"name": "events", "ident": "events", "lost": "lost"}, {"name": "workload.bss", "ident": "bss", "mmaped": true}],
                "progs": [{"name": "on_rename", "attach": "raw_tp/task_rename", "link": true}],
            },
            "export_types": [{"name": "event", "size": 88, "type_id": u32::from(event.type_id()), "members": []}],
            "eunomia_version": "0.3.4",
        },
    });
    std::fs::write(package, document.to_string()).with_context(|| format!("cannot write {}", package.display()))
}

/// Run a command to its end; what it wrote is part of the error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
