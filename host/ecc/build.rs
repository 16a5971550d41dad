//! Embeds what `gen-wasm-skel` writes into projects: the templates, the guest SDKs and the contract. What C programs call of the
//! contract is made of it here. And the program of standalone tools.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "build/bindings.rs"]
mod bindings;
#[path = "build/rust_bindings.rs"]
mod rust_bindings;
#[path = "build/standalone.rs"]
mod standalone;

/// The files of the Rust SDK that call the generator; a project gets what it makes.
const GENERATED: [&str; 2] = ["src/bindings.rs", "component/src/bindings.rs"];

/// A constant of `embedded.rs`, and the folder whose files it holds.
const TREES: [(&str, &str); 4] = [
    ("TEMPLATES", "../../templates"),
    ("RUST_SDK", "../../guest-sdk/rust"),
    ("C_SDK", "../../guest-sdk/c"),
    ("CONTRACT", "../../wit"),
];

/// Made of the contract for readers; the files that it is made of say the same.
const PAGE: &str = "CONTRACT.md";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut text = String::new();
    for (name, folder) in TREES {
        let folder = root.join(folder).canonicalize()?;
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        gather(&folder, &mut files)?;
        // The same order on every machine.
        files.sort();
        // Writing to a string does not fail.
        let _ = writeln!(text, "pub(crate) const {name}: &[File] = &[");
        for file in files {
            let relative = file.strip_prefix(&folder).unwrap_or(&file);
            let _ = writeln!(text, "    ({relative:?}, include_bytes!({file:?})),");
        }
        text.push_str("];\n");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let made = bindings::write(&root.join("../../wit"), &root.join("../../guest-sdk/c/guest.wit"), &out)?;
    let _ = writeln!(text, "pub(crate) const C_BINDINGS: &[File] = &[");
    for file in made {
        let _ = writeln!(text, "    ({file:?}, include_bytes!({:?})),", out.join(&file));
    }
    text.push_str("];\n");
    let _ = writeln!(text, "pub(crate) const RUST_BINDINGS: &[File] = &[");
    for path in GENERATED {
        let source = fs::read_to_string(root.join("../../guest-sdk/rust").join(path))?;
        let made = out.join(path.replace('/', "-"));
        fs::write(&made, rust_bindings::expand(&source, &root.join("../../wit"))?)?;
        let _ = writeln!(text, "    ({path:?}, include_bytes!({made:?})),");
    }
    text.push_str("];\n");
    fs::write(out.join("embedded.rs"), text)?;
    standalone::write(&out)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if !path.ends_with(PAGE) {
            files.push(path);
        }
    }
    Ok(())
}
