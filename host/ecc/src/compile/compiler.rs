//! From a source to an object: clang, once if it can be.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use package::Package;

use super::packing;
use super::settings::Settings;
use crate::annotate::named_structs;
use crate::clang::Clang;
use crate::error::{Error, Result};
use crate::exports::{self, Header};
use crate::includes::Includes;
use crate::interrupts::Interrupts;
use crate::loss::Rings;
use crate::object::{self, Finished};
use crate::output;
use crate::printer::Printer;
use crate::source::SourceFile;
use crate::words::Texts;

/// The file that a program includes to have the kernel's types.
const KERNEL_HEADER: &str = "vmlinux.h";

/// What compiling takes.
pub(super) struct Compiler<'a> {
    clang: Clang,
    includes: Includes,
    settings: &'a Settings,
    source: &'a SourceFile,
    headers: &'a [Header],
    texts: &'a Texts,
    interrupts: &'a Interrupts,
    kernel: RefCell<Kernel>,
}

/// What `vmlinux.h` is at the moment.
#[derive(Default)]
struct Kernel {
    written: Written,
    /// Why it is the small one, if nobody asked for that.
    instead: Option<String>,
    /// Whether it is included before everything else.
    first: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Written {
    #[default]
    Nothing,
    /// What the program seems to need.
    Some,
    All,
}

/// An object, read as a package without annotations.
pub(super) struct Build {
    pub(super) architecture: &'static str,
    pub(super) package: Package,
    /// The ring buffers that it was compiled for.
    pub(super) rings: Rings,
    /// Whether nothing goes into one of them uncounted.
    all_counted: bool,
    /// The files that clang read.
    files: Vec<PathBuf>,
}

/// What one run of clang is given.
struct Job<'x> {
    architecture: &'static str,
    inputs: &'x [OsString],
    /// Warnings were shown before.
    quiet: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(
        clang: Clang,
        includes: Includes,
        settings: &'a Settings,
        source: &'a SourceFile,
        headers: &'a [Header],
        texts: &'a Texts,
        interrupts: &'a Interrupts,
    ) -> Self {
        Self {
            clang,
            includes,
            settings,
            source,
            headers,
            texts,
            interrupts,
            kernel: RefCell::default(),
        }
    }

    /// An object for each architecture.
    pub(super) fn compile_all(&self, printer: &mut Printer) -> Result<Vec<Build>> {
        printer.step("Compiling bpf object...");
        let mut all: Vec<Build> = Vec::new();
        for architecture in &self.settings.architectures {
            let guess = match all.first() {
                Some(first) => first.rings.clone(),
                None if self.settings.loss_counter => Rings::guess(self.source),
                None => Rings::default(),
            };
            let compiled = self.compile(architecture, guess, !all.is_empty(), printer)?;
            if all.is_empty() && !self.headers.is_empty() {
                printer.step("Generating export types...");
            }
            all.push(self.with_exports(compiled, printer)?);
        }
        Ok(all)
    }

    /// The source as it stands, with declarations before it: the lines that clang names are still the user's.
    fn compile(&self, architecture: &'static str, guess: Rings, quiet: bool, printer: &mut Printer) -> Result<Build> {
        let job = Job {
            architecture,
            inputs: &[(&self.settings.source).into()],
            quiet,
        };
        let compiled = self.once(guess, &job, printer)?;
        self.with_rings(compiled, printer)
    }

    /// Once more if the object has other ring buffers than the source seemed to have, or calls that no header can count: then
    /// without counters, which would not tell the truth.
    fn with_rings(&self, compiled: Build, printer: &mut Printer) -> Result<Build> {
        if !self.settings.loss_counter {
            return Ok(compiled);
        }
        let description = compiled.package.describe().map_err(|error| packing(&error))?;
        let rings = Rings::of(&description, &compiled.rings);
        let job = Job {
            architecture: compiled.architecture,
            inputs: &[(&self.settings.source).into()],
            quiet: true,
        };
        let compiled = if rings == compiled.rings {
            compiled
        } else {
            self.once(rings, &job, printer)?
        };
        if compiled.all_counted || compiled.rings.header().is_empty() {
            return Ok(compiled);
        }
        self.once(Rings::default(), &job, printer)
    }

    /// Once more with the headers after the source, where it includes none of them, and with what can only be declared there.
    fn with_exports(&self, compiled: Build, printer: &mut Printer) -> Result<Build> {
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
        let mut inputs: Vec<OsString> = vec!["-include".into(), (&self.settings.source).into()];
        for header in self.headers.iter().filter(|header| !is_read(header)) {
            inputs.extend(["-include".into(), (&header.path).into()]);
        }
        inputs.push(last.into());
        let job = Job {
            architecture: compiled.architecture,
            inputs: &inputs,
            quiet: true,
        };
        self.once(compiled.rings, &job, printer)
    }

    /// Compiles after the declarations that keep types and count losses.
    fn once(&self, rings: Rings, job: &Job<'_>, printer: &mut Printer) -> Result<Build> {
        let tags = self.headers.iter().flat_map(Header::tags);
        let named = named_structs(self.source).into_iter().map(|name| exports::tag(&name));
        let text: String = tags.chain(named).chain([rings.header()]).collect();
        self.includes.add("first.h", &text)?;
        let (finished, files) = self.clang_to_object(job, printer)?;
        let package = Package::from_object(finished.elf, &self.settings.name, &[]).map_err(|error| packing(&error))?;
        Ok(Build {
            architecture: job.architecture,
            package,
            rings,
            all_counted: finished.all_counted,
            files,
        })
    }

    /// Runs clang with the types that the program seems to need; with all of the kernel's if that fails.
    fn clang_to_object(&self, job: &Job<'_>, printer: &mut Printer) -> Result<(Finished, Vec<PathBuf>)> {
        let object = self.includes.path().join("object.o");
        let read = self.includes.path().join("object.d");
        if self.texts.wants_kernel_types() && self.kernel.borrow().written == Written::Nothing {
            self.write_kernel_header(Written::Some)?;
        }
        let elf = loop {
            let arguments = self.arguments(job, &object, &read);
            let compilation = self.clang.compile(&arguments, &object, printer)?;
            self.interrupts.check()?;
            match compilation.object {
                Err(_) if self.has_more_types(&compilation.diagnostics)? => {}
                Err(status) => {
                    printer.diagnostics(&compilation.diagnostics);
                    return Err(self.not_compiled(job, status));
                }
                Ok(elf) => {
                    printer.diagnostics(&compilation.diagnostics);
                    break elf;
                }
            }
        };
        let finished = object::finish(&elf, &[output::folder_of(&self.settings.source), self.includes.path()])?;
        let rule = fs::read_to_string(&read).unwrap_or_default();
        Ok((finished, exports::files_read(&rule)))
    }

    /// Makes `vmlinux.h` larger if it can be, after clang has failed.
    fn has_more_types(&self, diagnostics: &[u8]) -> Result<bool> {
        let written = self.kernel.borrow().written;
        // Without one, it matters only if somebody looks for it.
        let name = KERNEL_HEADER.as_bytes();
        let missed = || diagnostics.windows(name.len()).any(|found| found == name);
        if self.settings.header_only && !self.kernel.borrow().first {
            self.kernel.borrow_mut().first = true;
            self.write_kernel_header(Written::All)?;
            return Ok(true);
        }
        match written {
            Written::All => Ok(false),
            Written::Nothing if !missed() => Ok(false),
            Written::Nothing | Written::Some => {
                self.write_kernel_header(Written::All)?;
                Ok(true)
            }
        }
    }

    fn write_kernel_header(&self, wanted: Written) -> Result<()> {
        let words = match wanted {
            Written::Some => self.texts.words(),
            Written::All | Written::Nothing => None,
        };
        let header = self.settings.types.header(words.as_ref())?;
        self.includes.add(KERNEL_HEADER, &header.text)?;
        let mut kernel = self.kernel.borrow_mut();
        kernel.written = if header.all { Written::All } else { Written::Some };
        kernel.instead = header.instead;
        Ok(())
    }

    fn not_compiled(&self, job: &Job<'_>, status: ExitStatus) -> Error {
        let source = self.settings.source.display();
        let target = if self.settings.architectures.len() > 1 {
            format!(" for {}", job.architecture)
        } else {
            String::new()
        };
        let error = match status.code() {
            Some(0) => Error::failed(format!("clang wrote no object for {source}{target}")),
            Some(_) => Error::failed(format!("clang could not compile {source}{target}")),
            None => Error::failed(format!("clang crashed while it compiled {source}{target} ({status})")),
        };
        match &self.kernel.borrow().instead {
            Some(why) => error.with_hint(format!(
                "{why}; vmlinux.h has what most programs need, give all types with --btf FILE or --vmlinux FILE"
            )),
            None => error,
        }
    }

    fn arguments(&self, job: &Job<'_>, object: &Path, read: &Path) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = ["-g", "-O2", "-fno-addrsig", "-target", "bpf"].map(Into::into).into();
        arguments.push(format!("-D__TARGET_ARCH_{}", job.architecture).into());
        // The folder that ecc is called from is nobody's business, and neither is that of the source.
        arguments.push("-fdebug-compilation-dir=.".into());
        for folder in [output::folder_of(&self.settings.source), self.includes.path()] {
            arguments.push(format!("-fmacro-prefix-map={}/=", folder.display()).into());
        }
        let own = [self.includes.path().to_owned()];
        for folder in self.settings.folders(job.architecture).into_iter().chain(own) {
            arguments.extend(["-I".into(), folder.into()]);
        }
        // Where Debian has asm/types.h, which linux/bpf.h includes; other targets than bpf know this by themselves.
        let kernel = format!("/usr/include/{}-linux-gnu", std::env::consts::ARCH);
        if Path::new(&kernel).is_dir() {
            arguments.extend(["-idirafter".into(), kernel.into()]);
        }
        arguments.extend(self.settings.cflags.iter().map(Into::into));
        if job.quiet {
            arguments.push("-w".into());
        }
        arguments.extend(["-MD".into(), "-MF".into(), read.into()]);
        arguments.extend(["-c".into(), "-o".into(), object.into()]);
        if self.settings.header_only {
            arguments.extend(["-x".into(), "c".into()]);
        }
        let first = self
            .kernel
            .borrow()
            .first
            .then(|| self.includes.path().join(KERNEL_HEADER));
        for file in first.into_iter().chain([self.includes.path().join("first.h")]) {
            arguments.extend(["-include".into(), file.into()]);
        }
        arguments.extend(job.inputs.iter().cloned());
        arguments
    }
}
