//! `ecc SRC [HEADER…]`: compile, find the events' types, pack.

mod compiler;
mod settings;

use std::path::PathBuf;

use package::{Package, architecture};

use crate::annotate::annotate;
use crate::btfgen;
use crate::c_header::c_header;
use crate::clang::Clang;
use crate::cli::CompileArgs;
use crate::error::{Error, Result};
use crate::exports::{Header, spell_out};
use crate::includes::Includes;
use crate::interrupts::Interrupts;
use crate::output::{self, Content};
use crate::printer::Printer;
use crate::source::SourceFile;
use crate::words::Texts;
use compiler::{Compiled, Compiler};
use settings::{OutputKind, Settings};

/// Compiles what `args` names and writes its package.
pub(crate) fn run(args: &CompileArgs, printer: &mut Printer) -> Result<()> {
    printer.set_verbose(args.verbose);
    let settings = Settings::check(args)?;
    if let Some(text) = settings.needless {
        printer.note(text);
    }
    let interrupts = Interrupts::listen()?;
    let source = SourceFile::read(if settings.header_only { "header" } else { "source" }, &settings.source)?;
    let headers = settings
        .headers
        .iter()
        .map(|path| Header::read(path))
        .collect::<Result<Vec<_>>>()?;
    settings.types.check()?;
    let object_name = settings.object_name();
    for (path, content) in outputs(&settings) {
        output::check_free(&path, content, &object_name)?;
    }

    let clang = Clang::find(settings.clang.as_deref())?;
    let includes = Includes::write()?;
    let starts = [&settings.source].into_iter().chain(&settings.headers);
    let starts: Vec<_> = starts.map(PathBuf::as_path).collect();
    let folders = settings
        .architectures
        .iter()
        .flat_map(|architecture| settings.folders(architecture));
    let folders: Vec<PathBuf> = folders.collect();
    let texts = Texts::gather(&starts, &settings.cflags, &folders, includes.path());
    let compiler = Compiler::new(clang, includes, &settings, &source, &headers, &texts, &interrupts);
    let compiled = compiler.compile_all(printer)?;
    interrupts.check()?;

    let files = pack(compiled, &settings, &headers, &source, printer)?;
    interrupts.check()?;
    output::write(&settings.outputs.folder, &files)
}

/// The files that will be written, and what is in them.
fn outputs(settings: &Settings) -> Vec<(PathBuf, Content)> {
    let outputs = &settings.outputs;
    let mut files = match &outputs.kind {
        OutputKind::Json { file } | OutputKind::Yaml { file } => vec![(outputs.path(file), Content::Package)],
        OutputKind::LooseJson { meta, object } | OutputKind::LooseYaml { meta, object } => vec![
            (outputs.path(meta), Content::Package),
            (outputs.path(object), Content::Object),
        ],
    };
    files.extend(outputs.header.iter().map(|file| (outputs.path(file), Content::Header)));
    files
}

/// The files and their bytes. The first object is the one that the metadata is made from.
fn pack(
    compiled: Vec<Compiled>,
    settings: &Settings,
    headers: &[Header],
    source: &SourceFile,
    printer: &mut Printer,
) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let objects: Vec<(String, Vec<u8>)> = compiled
        .iter()
        .map(|compiled| (compiled.architecture.to_owned(), compiled.package.object().to_vec()))
        .collect();
    let Some(Compiled { package, rings, .. }) = compiled.into_iter().next() else {
        return Err(Error::failed("nothing was compiled"));
    };
    let mut exports = Vec::new();
    for header in headers {
        exports.extend(header.found_in(&package)?);
    }
    printer.step(&packing_step(settings));
    let object = package.object().to_vec();
    let package = Package::from_object(object, &settings.name, &exports).map_err(|error| packing(&error))?;
    let mut meta = package.meta().clone();
    let annotations = annotate(&mut meta, source, |name| package.type_id(name).ok())?;
    rings.name_counters(&mut meta);
    let plain = package.describe().map_err(|error| packing(&error))?;
    let first = exports.first().and_then(|name| package.type_id(name).ok());
    spell_out(&mut meta, &plain, first);
    let wrong = |error: package::Error| annotations.explain(source, &error).unwrap_or_else(|| packing(&error));
    let package = package.clone().with_meta(meta).map_err(wrong)?;
    // What the comments say is only known to fit the object when it has been joined with it.
    let description = package.describe().map_err(wrong)?;
    annotations.check(source, &description)?;

    let mut package = with_objects(package, objects).map_err(|error| packing(&error))?;
    if let Some(archive) = &settings.btf_archive {
        let btfs = btfgen::collect(archive, &package, &settings.architectures, printer)?;
        package = package.with_kernel_btfs(&btfs).map_err(|error| packing(&error))?;
    }
    let outputs = &settings.outputs;
    let yaml = || package.to_yaml().map_err(|error| packing(&error));
    let json = || package.to_json().map_err(|error| packing(&error));
    let mut files = match &outputs.kind {
        OutputKind::Json { file } => vec![(outputs.path(file), json()?)],
        OutputKind::Yaml { file } => vec![(outputs.path(file), yaml()?)],
        OutputKind::LooseJson { meta, object } => vec![
            (outputs.path(meta), package.meta().to_string().into_bytes()),
            (outputs.path(object), package.object().to_vec()),
        ],
        OutputKind::LooseYaml { meta, object } => vec![
            (outputs.path(meta), package.meta_to_yaml()),
            (outputs.path(object), package.object().to_vec()),
        ],
    };
    if let Some(file) = &outputs.header {
        let text = c_header(&package, &description, &settings.object_name())?;
        files.push((outputs.path(file), text.into_bytes()));
    }
    Ok(files)
}

/// One object where it serves all, or the only one is for this machine; else one for each architecture.
fn with_objects(package: Package, objects: Vec<(String, Vec<u8>)>) -> Result<Package, package::Error> {
    let serves_all = match objects.as_slice() {
        [(name, _)] => architecture::host() == Some(name),
        several => several
            .windows(2)
            .all(|pair| matches!(pair, [(_, one), (_, other)] if one == other)),
    };
    if serves_all {
        return Ok(package);
    }
    let names: Vec<String> = objects.iter().map(|(name, _)| name.clone()).collect();
    let package = package.with_objects(objects)?;
    for name in names {
        package.describe_for(&name)?;
    }
    Ok(package)
}

fn packing_step(settings: &Settings) -> String {
    match &settings.outputs.kind {
        OutputKind::Json { file } | OutputKind::Yaml { file } => {
            format!("Packing ebpf object and config into {file}...")
        }
        OutputKind::LooseJson { meta, object } | OutputKind::LooseYaml { meta, object } => {
            format!("Writing ebpf object and config to {object} and {meta}...")
        }
    }
}

pub(crate) fn packing(error: &package::Error) -> Error {
    let packed = Error::failed(format!("cannot make a package of the object: {error}"));
    match error.hint() {
        Some(hint) => packed.with_hint(hint),
        None => packed,
    }
}
