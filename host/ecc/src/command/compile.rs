//! `ecc SRC [HEADER…]`: a package.

mod outputs;

use std::path::PathBuf;

use crate::c_header::c_header;
use crate::cli::CompileArgs;
use crate::compile::{Compiled, Settings, compile, packing};
use crate::error::Result;
use crate::interrupts::Interrupts;
use crate::output;
use crate::printer::Printer;
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
    let free = || {
        let mut files = outputs.files().into_iter();
        files.try_for_each(|(path, content)| output::check_free(&path, content, &settings.object_name()))
    };
    let compiled = compile(&settings, free, &interrupts, printer)?;
    printer.step(&packing_step(&outputs));
    let files = files(&compiled, &outputs, &settings)?;
    interrupts.check()?;
    output::write(&outputs.folder, &files)
}

/// The files and their bytes.
fn files(compiled: &Compiled, outputs: &Outputs, settings: &Settings) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let Compiled { package, description } = compiled;
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
        let text = c_header(package, description, &settings.object_name())?;
        files.push((outputs.path(file), text.into_bytes()));
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
