//! A project in C.

mod print;
mod skeleton;

use std::path::{Path, PathBuf};

use super::embedded::{C_BINDINGS, C_SDK, CONTRACT, template};
use super::project::Project;
use super::{Tool, identifier};
use crate::error::{Error, Result};

/// Adds all files of a project in C.
pub(crate) fn c(tool: &Tool<'_>, project: &mut Project) -> Result<()> {
    if project.has("Cargo.toml") {
        return Err(Error::failed("this is a project in Rust: Cargo.toml is there")
            .with_hint("write the one in C into another folder with -o DIR"));
    }
    let skeleton = skeleton::skeleton(tool);
    project.generate(format!("skel/{}.json", tool.name), tool.json);
    project.generate(format!("skel/{}.skel.h", tool.name), skeleton.header);
    project.generate(format!("skel/{}.skel.c", tool.name), skeleton.source);
    for (path, bytes) in c_sdk() {
        project.generate(Path::new("sdk").join(path), bytes);
    }

    let identifier = identifier(tool.name);
    let events = skeleton.events.as_ref();
    let of_events =
        |part: fn(&print::Events) -> &String| events.map_or("", |events| part(events).trim_end_matches('\n'));
    let words = [
        ("name", tool.name),
        ("struct", &identifier),
        ("program", &tool.program_line()),
        ("sources", tool.sources),
        ("inputs", of_events(|events| &events.inputs)),
        ("functions", of_events(|events| &events.functions)),
        ("calls", of_events(|events| &events.calls)),
    ];
    project.offer("README.md", template("c/README.md", &words));
    project.offer(".gitignore", template("c/gitignore", &words));
    project.offer(".github/workflows/build.yml", template("c/build.yml", &words));
    let main = if events.is_some() { "c/typed.c" } else { "c/printed.c" };
    project.offer("src/main.c", template(main, &words));
    Ok(())
}

/// The SDK as a project has it under `sdk/`: paths from there, and what is in the files.
pub(crate) fn c_sdk() -> impl Iterator<Item = (PathBuf, &'static [u8])> {
    let own = C_SDK.iter().map(|(path, bytes)| match *path {
        // That name is for the note that says whose the folder is.
        "README.md" => (PathBuf::from("MANUAL.md"), *bytes),
        path => (PathBuf::from(path), *bytes),
    });
    let bindings = C_BINDINGS
        .iter()
        .map(|(path, bytes)| (Path::new("src").join(path), *bytes));
    let contract = CONTRACT
        .iter()
        .map(|(path, bytes)| (Path::new("wit").join(path), *bytes));
    own.chain(bindings).chain(contract)
}
