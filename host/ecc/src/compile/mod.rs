//! From a BPF C source to its package: compile, find the events' types, join with the comments.

mod compiler;
mod sections;
mod settings;

use std::path::PathBuf;

use package::{Description, Package, architecture};

use crate::annotate::annotate;
use crate::btfgen;
use crate::clang::Clang;
use crate::error::{Error, Result};
use crate::exports::{Header, spell_out, unchosen};
use crate::includes::Includes;
use crate::interrupts::Interrupts;
use crate::printer::Printer;
use crate::source::SourceFile;
use crate::words::Texts;
use compiler::{Build, Compiler};
pub(crate) use settings::{Settings, given_name};

/// A package, and what it describes.
pub(crate) struct Compiled {
    pub(crate) package: Package,
    pub(crate) description: Description,
}

/// Compiles what the settings name. `ready` is asked once the sources are read, before the work begins.
pub(crate) fn compile(
    settings: &Settings,
    ready: impl FnOnce() -> Result<()>,
    interrupts: &Interrupts,
    printer: &mut Printer,
) -> Result<Compiled> {
    let source = SourceFile::read(if settings.header_only { "header" } else { "source" }, &settings.source)?;
    let headers = settings
        .headers
        .iter()
        .map(|path| Header::read(path))
        .collect::<Result<Vec<_>>>()?;
    settings.types.check()?;
    ready()?;

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
    let compiler = Compiler::new(clang, includes, settings, &source, &headers, &texts, interrupts);
    let builds = compiler.compile_all(printer)?;
    interrupts.check()?;
    let compiled = join(builds, settings, &headers, &source, printer)?;
    interrupts.check()?;
    Ok(compiled)
}

/// One package of all builds. The first object is the one that the metadata is made from.
fn join(
    builds: Vec<Build>,
    settings: &Settings,
    headers: &[Header],
    source: &SourceFile,
    printer: &mut Printer,
) -> Result<Compiled> {
    let objects: Vec<(String, Vec<u8>)> = builds
        .iter()
        .map(|build| (build.architecture.to_owned(), build.package.object().to_vec()))
        .collect();
    let Some(Build { package, rings, .. }) = builds.into_iter().next() else {
        return Err(Error::failed("nothing was compiled"));
    };
    let mut exports = Vec::new();
    for header in headers {
        exports.extend(header.found_in(&package)?);
    }
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
    let mut notes = annotations.unread;
    notes.extend(headers.iter().flat_map(Header::notes));
    notes.extend(sections::unknown(source, &description));
    for note in notes {
        printer.note(&note.as_note());
    }
    if package.meta().get("enable_multiple_export_types") != Some(&true.into())
        && let Some(unchosen) = unchosen(headers, &exports, &description)
    {
        printer.note(&unchosen);
    }

    let mut package = with_objects(package, objects).map_err(|error| packing(&error))?;
    if let Some(archive) = &settings.btf_archive {
        let btfs = btfgen::collect(archive, &package, &settings.architectures, printer)?;
        package = package.with_kernel_btfs(&btfs).map_err(|error| packing(&error))?;
    }
    Ok(Compiled { package, description })
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

pub(crate) fn packing(error: &package::Error) -> Error {
    let packed = Error::failed(format!("cannot make a package of the object: {error}"));
    match error.hint() {
        Some(hint) => packed.with_hint(hint),
        None => packed,
    }
}
