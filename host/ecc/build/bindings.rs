//! The contract as functions and structs of C.

use std::io;
use std::path::{Path, PathBuf};

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

/// The world in `guest.wit`; what is generated is named after it.
const WORLD: &str = "guest";

/// What the SDK's sources include.
const NAME: &str = "bindings";

/// What comes after the functions: a use of an object file that the generator makes too. `ecc` puts what is in that into components by
/// itself.
const OBJECT: &str = "\n// Ensure that the *_component_type.o object is linked in";

/// Writes `bindings.h` and `bindings.c` into `out`, and gives their names.
pub(crate) fn write(contract: &Path, world: &Path, out: &Path) -> io::Result<[PathBuf; 2]> {
    let wrong = |error| io::Error::other(format!("{error:#}"));
    let mut resolve = Resolve::default();
    resolve.push_dir(contract).map_err(wrong)?;
    let package = resolve.push_file(world).map_err(wrong)?;
    let world = resolve.select_world(&[package], Some(WORLD)).map_err(wrong)?;
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    generator.generate(&mut resolve, world, &mut files).map_err(wrong)?;

    let text = |ending: &str| {
        let name = format!("{WORLD}.{ending}");
        let found = files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| bytes);
        String::from_utf8(found.unwrap_or_default().to_vec()).map_err(io::Error::other)
    };
    let header = text("h")?;
    let source = text("c")?;
    let (functions, _) = source.split_once(OBJECT).ok_or_else(|| {
        io::Error::other("wit-bindgen-c writes something else than it did: look for where the functions end")
    })?;
    let source = functions.replace(&format!("{WORLD}.h"), &format!("{NAME}.h"));
    let made = [PathBuf::from(format!("{NAME}.h")), PathBuf::from(format!("{NAME}.c"))];
    for (file, text) in made.iter().zip([header, source]) {
        std::fs::write(out.join(file), text)?;
    }
    Ok(made)
}
