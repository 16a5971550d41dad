//! `ecc gen-wasm-skel SRC [HEADER…] --lang rust|c`: a project with user space of one's own.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use package::Package;

use crate::cli::{GenWasmSkelArgs, Language};
use crate::compile::{Compiled, Settings, compile, given_name, packing};
use crate::error::{Error, Result};
use crate::interrupts::Interrupts;
use crate::output::folder_of;
use crate::printer::Printer;
use crate::wasm_skel::{Project, Tool, c, names, rust};

/// Compiles what `args` names, or takes the package, and writes a project around it.
pub(crate) fn run(args: &GenWasmSkelArgs, printer: &mut Printer) -> Result<()> {
    printer.set_verbose(args.compiler.verbose);
    let folder = args.output_path.as_deref().unwrap_or(folder_of(&args.source));
    let interrupts = Interrupts::listen()?;
    let mut project = Project::new(folder);
    let Input {
        name,
        compiled,
        program,
        sources,
    } = if is_package(&args.source) {
        read_package(args)?
    } else {
        let settings = Settings::check(&args.source, &args.headers, args.name.as_deref(), false, &args.compiler)?;
        Input {
            compiled: compile(&settings, || Ok(()), &interrupts, printer)?,
            program: settings.source.file_name().map(PathBuf::from),
            sources: copy_sources(&settings, folder, &mut project, printer)?,
            name: settings.name,
        }
    };
    let json = compiled.package.to_json().map_err(|error| packing(&error))?;
    let tool = Tool {
        name: &name,
        compiled: &compiled,
        json: &json,
        program: program.as_deref(),
        sources: &format!("{sources}{}", options(args)),
    };
    match args.lang {
        Language::Rust => rust(&tool, &mut project)?,
        Language::C => c(&tool, &mut project)?,
    }
    interrupts.check()?;
    let written = project.write()?;
    let list = |paths: &[PathBuf]| {
        let top = |path: &PathBuf| {
            path.components()
                .next()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
        };
        let mut names: Vec<String> = Vec::new();
        for path in paths {
            // The SDK is one thing to its user.
            let name = match top(path) {
                Some(sdk) if sdk == "sdk" => "sdk/".to_owned(),
                _ => path.display().to_string(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(", ")
    };
    printer.step(&format!("Wrote {} in {}", list(&written.written), folder.display()));
    if !written.kept.is_empty() {
        printer.step(&format!("Left as they are: {}", list(&written.kept)));
    }
    printer.step(&next_steps(folder));
    Ok(())
}

/// What a project is made from.
struct Input {
    name: String,
    compiled: Compiled,
    /// The file with the BPF program, in the project's folder.
    program: Option<PathBuf>,
    /// As the project's README names it.
    sources: String,
}

/// The options without which the same skeleton would not be made again, each with a space before it. Those that name a file are left
/// out: it is found from the folder where ecc was called.
fn options(args: &GenWasmSkelArgs) -> String {
    let compiler = &args.compiler;
    let mut words: Vec<&str> = Vec::new();
    for (option, value) in args
        .name
        .iter()
        .map(|name| ("--name", name))
        .chain(compiler.additional_cflags.iter().map(|flags| ("-a", flags)))
    {
        words.extend([option, value]);
    }
    let architectures = compiler.target_arch.join(",");
    if !architectures.is_empty() {
        words.extend(["--target-arch", &architectures]);
    }
    if compiler.vmlinux.as_deref() == Some(Path::new("small")) {
        words.extend(["--vmlinux", "small"]);
    }
    for (option, is_given) in [
        ("--no-loss-counter", compiler.no_loss_counter),
        ("--btfgen", compiler.btfgen),
    ] {
        words.extend(is_given.then_some(option));
    }
    words.iter().map(|word| format!(" {}", quoted(word))).collect()
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    // Only a NUL cannot be quoted, and no argument has one.
    shlex::try_quote(word).unwrap_or_default()
}

fn is_package(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "yaml" | "yml"))
}

/// Somebody else's package does as well as a source.
fn read_package(args: &GenWasmSkelArgs) -> Result<Input> {
    if let Some(header) = args.headers.first() {
        return Err(Error::usage(format!(
            "a package has its types in itself: {} is one too many",
            header.display()
        ))
        .with_hint("name the package alone, or the BPF program and its headers"));
    }
    let bytes = fs::read(&args.source).map_err(|error| Error::input("package", &args.source, &error))?;
    let read = || -> Result<_, package::Error> {
        let package = Package::parse(&bytes)?;
        let description = package.describe()?;
        Ok(Compiled { package, description })
    };
    let compiled = read().map_err(|error| {
        let what = Error::failed(format!("{} is no package: {error}", args.source.display()));
        match error.hint() {
            Some(hint) => what.with_hint(hint),
            None => what,
        }
    })?;
    names::check(&compiled.package, &compiled.description)?;
    let name = given_name(args.name.as_deref().unwrap_or(&compiled.description.name))?;
    Ok(Input {
        program: None,
        sources: format!("skel/{name}.json -o ."),
        name,
        compiled,
    })
}

/// Puts the sources into the project if they are not there, and says how they are named from its folder.
fn copy_sources(settings: &Settings, folder: &Path, project: &mut Project, printer: &mut Printer) -> Result<String> {
    let mut names = Vec::new();
    for path in [&settings.source].into_iter().chain(&settings.headers) {
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        if names.contains(&name.display().to_string()) {
            return Err(
                Error::failed(format!("two of the sources are called {}", name.display()))
                    .with_hint("they would be one file in the project: name one of them otherwise"),
            );
        }
        let bytes = fs::read(path).map_err(|error| Error::input("source", path, &error))?;
        let there = folder.join(&name);
        match fs::read(&there) {
            Ok(other) if other != bytes => printer.note(&format!(
                "{} differs from {} and is left as it is; the skeleton is made from the latter",
                there.display(),
                path.display()
            )),
            Ok(_) => {}
            Err(_) => project.offer(&name, bytes),
        }
        names.push(name.display().to_string());
    }
    let words: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    Ok(words.join(" "))
}

fn next_steps(folder: &Path) -> String {
    let (argument, file) = if folder == Path::new(".") {
        (String::new(), "app.wasm".into())
    } else {
        (format!(" {}", folder.display()), folder.join("app.wasm"))
    };
    format!("Next: ecc build-wasm{argument} && sudo ecli run {}", file.display())
}
