//! `ecc SRC [HEADER…]`: compile, find the events' types, pack.

mod settings;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use package::Package;

use crate::annotate::annotate;
use crate::clang::Clang;
use crate::cli::CompileArgs;
use crate::error::{Error, Result, reason};
use crate::includes::Includes;
use crate::object;
use crate::output;
use crate::printer::Printer;
use crate::source::SourceFile;
use crate::source::structs::{Exports, exported_structs};
use settings::Settings;

/// Compiles what `args` names and writes its package.
pub(crate) fn run(args: &CompileArgs, printer: &mut Printer) -> Result<()> {
    printer.set_verbose(args.verbose);
    let settings = Settings::check(args)?;
    let source = SourceFile::read("source", &settings.source)?;
    let exports = settings
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
    };
    printer.step("Compiling bpf object...");
    let object = compiler.compile(&exports, printer)?;
    if !exports.is_empty() {
        printer.step("Generating export types...");
    }
    let (object, names) = compiler.with_exports(object, &exports, printer)?;

    printer.step("Packing ebpf object and config into package.json...");
    let package = pack(object, &settings, &names, &source)?;
    output::write(&settings.package, &package)
}

/// An export header and the structs that it offers.
struct Header {
    path: PathBuf,
    exports: Exports,
}

impl Header {
    fn read(path: &Path) -> Result<Self> {
        let file = SourceFile::read("header", path)?;
        let exports = exported_structs(&file)?;
        if exports.names().is_empty() {
            return Err(
                Error::failed(format!("{}: this header has no named struct to export", path.display()))
                    .with_hint("name the event's struct: `struct event { … };`, or leave the header out"),
            );
        }
        Ok(Self {
            path: path.to_owned(),
            exports,
        })
    }
}

struct Compiler<'a> {
    clang: Clang,
    includes: Includes,
    settings: &'a Settings,
}

impl Compiler<'_> {
    /// The source as it stands. Pointers to the structs of the headers are declared before it, so that its BTF has those
    /// that it defines, even if it never uses them: the lines that clang names are still the user's.
    fn compile(&self, headers: &[Header], printer: &mut Printer) -> Result<Vec<u8>> {
        let pointers = self.includes.add("export.h", &pointers(headers))?;
        let source = &self.settings.source;
        self.clang_to_object(&["-include".into(), pointers.into(), source.into()], printer)
    }

    /// The object, and which structs of the headers it has. Where the source includes none of them, it is compiled once more
    /// with the headers after it.
    fn with_exports(
        &self,
        object: Vec<u8>,
        headers: &[Header],
        printer: &mut Printer,
    ) -> Result<(Vec<u8>, Vec<String>)> {
        let found = self.resolve(&object, headers)?;
        if !found.is_empty() || headers.is_empty() {
            return Ok((object, self.all_picked(found, headers)?));
        }
        let pointers = self.includes.add("export.c", &pointers(headers))?;
        let mut arguments: Vec<OsString> = vec!["-w".into(), "-include".into(), (&self.settings.source).into()];
        for header in headers {
            arguments.extend(["-include".into(), (&header.path).into()]);
        }
        arguments.push(pointers.into());
        let object = self.clang_to_object(&arguments, printer)?;
        let found = self.resolve(&object, headers)?;
        Ok((object, self.all_picked(found, headers)?))
    }

    /// The structs of the headers that the object's BTF defines, in the headers' order.
    fn resolve(&self, object: &[u8], headers: &[Header]) -> Result<Vec<String>> {
        let names = headers.iter().flat_map(|header| header.exports.names());
        let name = &self.settings.name;
        // What is wrong with the object itself is an error; what fails beyond is the struct.
        Package::from_object(object.to_vec(), name, &[]).map_err(|error| packing(&error))?;
        let has = |export: &&String| Package::from_object(object.to_vec(), name, &[(*export).clone()]).is_ok();
        Ok(names.filter(has).cloned().collect())
    }

    fn all_picked(&self, found: Vec<String>, headers: &[Header]) -> Result<Vec<String>> {
        for header in headers {
            let (names, what) = match &header.exports {
                Exports::Picked(names) => (names.as_slice(), "has @export"),
                Exports::All(names) if found.is_empty() => (names.as_slice(), "is in the header"),
                Exports::All(_) => continue,
            };
            if let Some(name) = names.iter().find(|name| !found.contains(name)) {
                let path = header.path.display();
                let message = format!("{path}: struct {name} {what}, but is not defined when {path} is compiled");
                return Err(Error::failed(message).with_hint("look for an #if around it"));
            }
        }
        Ok(found)
    }

    fn clang_to_object(&self, inputs: &[OsString], printer: &mut Printer) -> Result<Vec<u8>> {
        let object = self.includes.path().join("object.o");
        let mut arguments = self.options()?;
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
        object::finish(&elf, &[output::folder_of(&self.settings.source), self.includes.path()])
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

/// A pointer to each struct, in a section of its own: it is in the BTF, and no loader makes a map of it.
fn pointers(headers: &[Header]) -> String {
    let names = headers.iter().flat_map(|header| header.exports.names());
    names
        .map(|name| {
            format!("struct {name};\nstruct {name} *__eunomia_dummy_{name}_ptr __attribute__((section(\".eunomia.types\")));\n")
        })
        .collect()
}

fn pack(object: Vec<u8>, settings: &Settings, exports: &[String], source: &SourceFile) -> Result<Vec<u8>> {
    let package = Package::from_object(object, &settings.name, exports).map_err(|error| packing(&error))?;
    let mut meta = package.meta().clone();
    annotate(&mut meta, source)?;
    let package = package.with_meta(meta).map_err(|error| packing(&error))?;
    // What the comments say is only known to fit the object when it has been joined with it.
    package.describe().map_err(|error| packing(&error))?;
    package.to_json().map_err(|error| packing(&error))
}

fn packing(error: &package::Error) -> Error {
    let packed = Error::failed(format!("cannot make a package of the object: {error}"));
    match error.hint() {
        Some(hint) => packed.with_hint(hint),
        None => packed,
    }
}
