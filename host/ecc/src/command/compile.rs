//! `ecc SRC [HEADER…]`: compile, find the events' types, pack.

mod settings;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use package::Package;

use crate::annotate::{annotate, named_structs};
use crate::btfgen;
use crate::clang::Clang;
use crate::cli::CompileArgs;
use crate::error::{Error, Result, reason};
use crate::exports::{self, Header};
use crate::includes::Includes;
use crate::loss::Rings;
use crate::object::{self, Finished};
use crate::output;
use crate::printer::Printer;
use crate::source::SourceFile;
use settings::Settings;

/// Compiles what `args` names and writes its package.
pub(crate) fn run(args: &CompileArgs, printer: &mut Printer) -> Result<()> {
    printer.set_verbose(args.verbose);
    let settings = Settings::check(args)?;
    let source = SourceFile::read("source", &settings.source)?;
    let headers = settings
        .headers
        .iter()
        .map(|path| Header::read(path))
        .collect::<Result<Vec<_>>>()?;
    output::make_folder(output::folder_of(&settings.package))?;
    output::check_free(&settings.package, &settings.object_name())?;

    let compiler = Compiler {
        clang: Clang::find(settings.clang.as_deref())?,
        includes: Includes::write(settings.kernel_types())?,
        settings: &settings,
        source: &source,
        headers: &headers,
    };
    printer.step("Compiling bpf object...");
    let mut compiled = compiler.compile(printer)?;
    if !headers.is_empty() {
        printer.step("Generating export types...");
    }
    compiled = compiler.with_exports(compiled, printer)?;
    let mut names = Vec::new();
    for header in &headers {
        names.extend(header.found_in(&compiled.package)?);
    }

    printer.step("Packing ebpf object and config into package.json...");
    let mut package = pack(compiled, &settings, &names, &source)?;
    if let Some(archive) = &settings.btf_archive {
        let btfs = btfgen::collect(archive, package.object(), settings::target_arch()?, printer)?;
        package = package.with_kernel_btfs(&btfs).map_err(|error| packing(&error))?;
    }
    let package = package.to_json().map_err(|error| packing(&error))?;
    output::write(&settings.package, &package)
}

struct Compiler<'a> {
    clang: Clang,
    includes: Includes,
    settings: &'a Settings,
    source: &'a SourceFile,
    headers: &'a [Header],
}

/// An object, read as a package without annotations.
struct Compiled {
    package: Package,
    /// The ring buffers that it was compiled for.
    rings: Rings,
    /// Whether nothing goes into one of them uncounted.
    all_counted: bool,
    /// The files that clang read.
    files: Vec<PathBuf>,
}

impl Compiler<'_> {
    /// The source as it stands, with declarations before it: the lines that clang names are still the user's.
    fn compile(&self, printer: &mut Printer) -> Result<Compiled> {
        let guess = if self.settings.loss_counter {
            Rings::guess(self.source)
        } else {
            Rings::default()
        };
        let compiled = self.once(guess, &[(&self.settings.source).into()], printer)?;
        self.with_rings(compiled, printer)
    }

    /// Once more if the object has other ring buffers than the source seemed to have, or calls that no header can count: then
    /// without counters, which would not tell the truth.
    fn with_rings(&self, compiled: Compiled, printer: &mut Printer) -> Result<Compiled> {
        if !self.settings.loss_counter {
            return Ok(compiled);
        }
        let description = compiled.package.describe().map_err(|error| packing(&error))?;
        let rings = Rings::of(&description, &compiled.rings);
        let again =
            |rings, printer: &mut Printer| self.once(rings, &["-w".into(), (&self.settings.source).into()], printer);
        let compiled = if rings == compiled.rings {
            compiled
        } else {
            again(rings, printer)?
        };
        if compiled.all_counted || compiled.rings.header().is_empty() {
            return Ok(compiled);
        }
        again(Rings::default(), printer)
    }

    /// Once more with the headers after the source, where it includes none of them, and with what can only be declared there.
    fn with_exports(&self, compiled: Compiled, printer: &mut Printer) -> Result<Compiled> {
        let is_read = |header: &&Header| {
            let path = header.path.canonicalize().ok();
            compiled.files.iter().any(|file| file.canonicalize().ok() == path)
        };
        let lacking = self
            .headers
            .iter()
            .any(|header| header.lacks_typedef(&compiled.package));
        if !lacking && self.headers.iter().all(|header| is_read(&header)) {
            return Ok(compiled);
        }
        let typedefs: String = self.headers.iter().flat_map(Header::typedefs).collect();
        let last = self.includes.add("export.c", &typedefs)?;
        let mut inputs: Vec<OsString> = vec!["-w".into(), "-include".into(), (&self.settings.source).into()];
        for header in self.headers.iter().filter(|header| !is_read(header)) {
            inputs.extend(["-include".into(), (&header.path).into()]);
        }
        inputs.push(last.into());
        self.once(compiled.rings, &inputs, printer)
    }

    /// Compiles `inputs` after the declarations that keep types and count losses.
    fn once(&self, rings: Rings, inputs: &[OsString], printer: &mut Printer) -> Result<Compiled> {
        let tags = self.headers.iter().flat_map(Header::tags);
        let named = named_structs(self.source).into_iter().map(|name| exports::tag(&name));
        let text: String = tags.chain(named).chain([rings.header()]).collect();
        let first = self.includes.add("first.h", &text)?;
        let mut arguments: Vec<OsString> = vec!["-include".into(), first.into()];
        arguments.extend(inputs.iter().cloned());
        let (finished, files) = self.clang_to_object(&arguments, printer)?;
        let package = Package::from_object(finished.elf, &self.settings.name, &[]).map_err(|error| packing(&error))?;
        Ok(Compiled {
            package,
            rings,
            all_counted: finished.all_counted,
            files,
        })
    }

    fn clang_to_object(&self, inputs: &[OsString], printer: &mut Printer) -> Result<(Finished, Vec<PathBuf>)> {
        let object = self.includes.path().join("object.o");
        let read = self.includes.path().join("object.d");
        let mut arguments = self.options()?;
        arguments.extend(["-MD".into(), "-MF".into(), read.clone().into()]);
        arguments.extend(["-c".into(), "-o".into(), object.clone().into()]);
        arguments.extend(inputs.iter().cloned());
        let compiled = self.clang.run(&arguments, &self.settings.source, printer);
        compiled.map_err(|error| match self.includes.missing() {
            Some(why) => error.with_hint(format!(
                "there is no vmlinux.h: {why}; give one with --vmlinux, or --btf FILE"
            )),
            None => error,
        })?;
        let elf = fs::read(&object).map_err(|error| {
            Error::failed(format!(
                "clang wrote no object: {}: {}",
                object.display(),
                reason(&error)
            ))
        })?;
        let finished = object::finish(&elf, &[output::folder_of(&self.settings.source), self.includes.path()])?;
        Ok((
            finished,
            exports::files_read(&fs::read_to_string(&read).unwrap_or_default()),
        ))
    }

    fn options(&self) -> Result<Vec<OsString>> {
        let mut options: Vec<OsString> = ["-g", "-O2", "-fno-addrsig", "-target", "bpf"].map(Into::into).into();
        options.push(format!("-D__TARGET_ARCH_{}", settings::target_arch()?).into());
        // The folder that ecc is called from is nobody's business.
        options.push("-fdebug-compilation-dir=.".into());
        for folder in [output::folder_of(&self.settings.source), self.includes.path()] {
            options.extend(["-I".into(), folder.into()]);
        }
        // Where Debian has asm/types.h, which linux/bpf.h includes; other targets than bpf know this by themselves.
        let kernel = format!("/usr/include/{}-linux-gnu", std::env::consts::ARCH);
        if Path::new(&kernel).is_dir() {
            options.extend(["-idirafter".into(), kernel.into()]);
        }
        options.extend(self.settings.cflags.iter().map(Into::into));
        Ok(options)
    }
}

fn pack(compiled: Compiled, settings: &Settings, names: &[String], source: &SourceFile) -> Result<Package> {
    let Compiled { package, rings, .. } = compiled;
    let object = package.object().to_vec();
    let package = Package::from_object(object, &settings.name, names).map_err(|error| packing(&error))?;
    let mut meta = package.meta().clone();
    let annotations = annotate(&mut meta, source, |name| package.type_id(name).ok())?;
    rings.name_counters(&mut meta);
    let plain = package.describe().map_err(|error| packing(&error))?;
    let first = names.first().and_then(|name| package.type_id(name).ok());
    exports::spell_out(&mut meta, &plain, first);
    let wrong = |error: package::Error| annotations.explain(source, &error).unwrap_or_else(|| packing(&error));
    let package = package.clone().with_meta(meta).map_err(wrong)?;
    // What the comments say is only known to fit the object when it has been joined with it.
    let description = package.describe().map_err(wrong)?;
    annotations.check(source, &description)?;
    Ok(package)
}

fn packing(error: &package::Error) -> Error {
    let packed = Error::failed(format!("cannot make a package of the object: {error}"));
    match error.hint() {
        Some(hint) => packed.with_hint(hint),
        None => packed,
    }
}
