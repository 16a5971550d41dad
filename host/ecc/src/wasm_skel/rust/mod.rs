//! A project in Rust.

mod skeleton;
mod types;

use std::path::Path;

use super::embedded::{CONTRACT, RUST_BINDINGS, RUST_SDK, template};
use super::project::Project;
use super::{Tool, identifier};
use crate::error::{Error, Result};

/// Adds all files of a project in Rust.
pub(crate) fn rust(tool: &Tool<'_>, project: &mut Project) -> Result<()> {
    if project.has("src/main.c") {
        return Err(Error::failed("this is a project in C: src/main.c is there")
            .with_hint("write the one in Rust into another folder with -o DIR"));
    }
    let module = module(tool.name);
    let skeleton = skeleton::skeleton(tool);
    project.generate(format!("skel/{}.json", tool.name), tool.json);
    project.generate(format!("skel/{}.rs", tool.name), skeleton.text);

    project.generate("sdk/eunomia/Cargo.toml", template("rust/sdk.toml", &[]));
    for (path, bytes) in RUST_SDK {
        // With what the generator makes in place of a call of it: a project builds without one.
        let generated = RUST_BINDINGS.iter().find(|(other, _)| other == path);
        let bytes = generated.map_or(bytes, |(_, made)| made);
        project.generate(Path::new("sdk/eunomia/rust").join(path), *bytes);
    }
    for (path, bytes) in CONTRACT {
        project.generate(Path::new("sdk/wit").join(path), *bytes);
    }

    let words = [
        ("name", tool.name),
        ("package", &package(tool.name)),
        ("module", &module),
        ("program", &tool.program_line()),
        ("sources", tool.sources),
        ("setup", &skeleton.setup),
        ("loop", &skeleton.events),
    ];
    project.offer("Cargo.toml", template("rust/Cargo.toml", &words));
    project.offer("README.md", template("rust/README.md", &words));
    project.offer(".gitignore", template("rust/gitignore", &words));
    project.offer(".github/workflows/build.yml", template("rust/build.yml", &words));
    let main = if skeleton.typed {
        "rust/typed.rs"
    } else {
        "rust/printed.rs"
    };
    project.offer("src/main.rs", template(main, &words));
    Ok(())
}

/// What `src/main.rs` uses under its own name.
const USED: [&str; 6] = ["alloc", "core", "eunomia", "program", "session", "std"];

/// The module of a skeleton.
fn module(name: &str) -> String {
    let name = identifier(name);
    if USED.contains(&name.as_str()) || types::word(&name) != name {
        format!("{name}_skel")
    } else {
        name
    }
}

/// The name as cargo has it.
fn package(name: &str) -> String {
    let name = name.replace('.', "-");
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("tool-{name}")
    } else {
        name
    }
}
