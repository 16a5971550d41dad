//! `ecc SRC [HEADER…]`: a package.

mod outputs;

use crate::c_header::c_header;
use crate::cli::CompileArgs;
use crate::compile::{Compiled, Settings, compile, packing};
use crate::error::Result;
use crate::interrupts::Interrupts;
use crate::output::{self, File};
use crate::printer::Printer;
use crate::standalone::Standalone;
use outputs::{OutputKind, Outputs};

/// Compiles what `args` names and writes its package.
pub(crate) fn run(args: &CompileArgs, printer: &mut Printer) -> Result<()> {
    let CompileArgs {
        source,
        headers,
        output,
        compiler,
    } = args;
    printer.set_verbose(compiler.verbose);
    let settings = Settings::check(source, headers, output.name.as_deref(), output.header_only, compiler)?;
    let outputs = Outputs::check(output, &settings)?;
    if let Some(text) = settings.needless {
        printer.note(text);
    }
    let interrupts = Interrupts::listen()?;
    let mut standalone = None;
    let ready = || {
        for (path, content) in outputs.files() {
            output::check_free(&path, content, &settings.object_name())?;
        }
        if let Some((_, components)) = &outputs.standalone {
            standalone = Some(Standalone::prepare(components)?);
        }
        Ok(())
    };
    let compiled = compile(&settings, ready, &interrupts, printer)?;
    printer.step(&packing_step(&outputs));
    let mut files = files(&compiled, &outputs, &settings)?;
    if let (Some(standalone), Some((file, _))) = (standalone, &outputs.standalone) {
        printer.step(&format!("Writing standalone executable {file}..."));
        let json = compiled.package.to_json().map_err(|error| packing(&error))?;
        files.push(File::executable(outputs.path(file), standalone.with(json)));
    }
    interrupts.check()?;
    output::write(&outputs.folder, &files)
}

/// The files and their bytes, but for a standalone executable.
fn files(compiled: &Compiled, outputs: &Outputs, settings: &Settings) -> Result<Vec<File>> {
    let Compiled { package, description } = compiled;
    let file = |name: &str, bytes: Vec<u8>| File::new(outputs.path(name), bytes);
    let yaml = || package.to_yaml().map_err(|error| packing(&error));
    let json = || package.to_json().map_err(|error| packing(&error));
    let mut files = match &outputs.kind {
        OutputKind::Json { file: name } => vec![file(name, json()?)],
        OutputKind::Yaml { file: name } => vec![file(name, yaml()?)],
        OutputKind::LooseJson { meta, object } => vec![
            file(meta, package.meta().to_string().into_bytes()),
            file(object, package.object().to_vec()),
        ],
        OutputKind::LooseYaml { meta, object } => vec![
            file(meta, package.meta_to_yaml()),
            file(object, package.object().to_vec()),
        ],
    };
    if let Some(name) = &outputs.header {
        let text = c_header(package, description, &settings.object_name())?;
        files.push(file(name, text.into_bytes()));
    }
    Ok(files)
}

fn packing_step(outputs: &Outputs) -> String {
    match &outputs.kind {
        OutputKind::Json { file } | OutputKind::Yaml { file } => {
            format!("Packing ebpf object and config into {file}...")
        }
        OutputKind::LooseJson { meta, object } | OutputKind::LooseYaml { meta, object } => {
            format!("Writing ebpf object and config to {object} and {meta}...")
        }
    }
}
