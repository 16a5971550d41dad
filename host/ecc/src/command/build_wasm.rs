//! `ecc build-wasm [DIR|FILE…]`: a component.

use std::path::{Path, PathBuf};

use crate::build_wasm::rust;
use crate::cli::BuildWasmArgs;
use crate::error::{Error, Result};
use crate::interrupts::Interrupts;
use crate::output;
use crate::printer::Printer;

/// What the component is called where nobody says it.
const OUTPUT: &str = "app.wasm";

/// Builds what `args` names and writes the component.
pub(crate) fn run(args: &BuildWasmArgs, printer: &mut Printer) -> Result<()> {
    printer.set_verbose(args.verbose);
    let interrupts = Interrupts::listen()?;
    let folder = match args.inputs.as_slice() {
        [] => PathBuf::from("."),
        [folder] if folder.is_dir() => folder.clone(),
        [missing, ..] if !missing.exists() => {
            return Err(Error::failed(format!("{} does not exist", missing.display()))
                .with_hint("name the folder of a project that `ecc gen-wasm-skel` has written, or C files"));
        }
        [other, ..] => return Err(no_project(other)),
    };
    if !folder.join("Cargo.toml").is_file() {
        return Err(no_project(&folder));
    }
    let component = rust::build(&folder, printer)?;
    interrupts.check()?;
    let path = args.output.clone().unwrap_or_else(|| in_folder(&folder, OUTPUT));
    let size = component.len();
    output::write(output::folder_of(&path), &[(path.clone(), component)])?;
    printer.step(&format!("Wrote {} ({} KB)", path.display(), size.div_ceil(1000)));
    Ok(())
}

fn no_project(path: &Path) -> Error {
    Error::failed(format!(
        "{} is no project: there is no Cargo.toml in it",
        path.display()
    ))
    .with_hint("`ecc gen-wasm-skel SRC HEADER --lang rust -o DIR` writes one")
}

/// A path as short as the user's own.
fn in_folder(folder: &Path, file: &str) -> PathBuf {
    if folder == Path::new(".") {
        file.into()
    } else {
        folder.join(file)
    }
}
