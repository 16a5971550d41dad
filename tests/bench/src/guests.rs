//! User space of one's own, built as users build it: `ecc gen-wasm-skel`, a main of ours, `ecc build-wasm`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::programs::{SOURCES, run};

/// What a guest is written in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Language {
    /// Built by cargo.
    Rust,
    /// Built by clang.
    C,
}

impl Language {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Rust, Self::C];

    fn option(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::C => "c",
        }
    }
}

/// Builds `guests/NAME` with the skeleton of `source`, a package or a BPF program, and gives back the component.
pub(crate) fn build(ecc: &Path, name: &str, source: &Path, language: Language, folder: &Path) -> Result<PathBuf> {
    let project = folder.join(format!("{name}-{}", language.option()));
    if project.exists() {
        std::fs::remove_dir_all(&project)?;
    }
    run(Command::new(ecc)
        .arg("gen-wasm-skel")
        .arg(source)
        .args(["--lang", language.option(), "-o"])
        .arg(&project))?;
    let main = Path::new(SOURCES)
        .join("guests")
        .join(name)
        .with_extension(language.ending());
    let to = project.join("src/main").with_extension(language.ending());
    std::fs::copy(&main, &to).with_context(|| format!("cannot copy {}", main.display()))?;
    build_wasm(ecc, &project, folder)?;
    Ok(project.join("app.wasm"))
}

/// Builds an example with user space of its own, and says how large the component is without what it carries.
pub(crate) fn example_size(ecc: &Path, name: &str, language: Language, folder: &Path) -> Result<u64> {
    let example = Path::new(SOURCES).join("../../examples").join(name);
    let project = folder.join(format!("{name}-{}", language.option()));
    if project.exists() {
        std::fs::remove_dir_all(&project)?;
    }
    copy(&example.join(language.option()), &project)?;
    run(Command::new(ecc)
        .arg("gen-wasm-skel")
        .args([example.join(format!("{name}.bpf.c")), example.join(format!("{name}.h"))])
        .args(["--lang", language.option(), "-o"])
        .arg(&project))?;
    build_wasm(ecc, &project, folder)?;
    let bytes = |path: PathBuf| std::fs::metadata(path).map(|metadata| metadata.len());
    let skeleton = bytes(project.join("skel").join(name).with_extension("json"))?;
    Ok(bytes(project.join("app.wasm"))?.saturating_sub(skeleton))
}

fn build_wasm(ecc: &Path, project: &Path, folder: &Path) -> Result<()> {
    run(Command::new(ecc)
        .arg("build-wasm")
        .arg(project)
        // What cargo has built once serves all.
        .env("CARGO_TARGET_DIR", folder.join("guests-target")))
}

/// What a user has written: what is made from it is left where it is.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().context("a file without a name")?;
        if ["sdk", "skel", "target"].iter().any(|made| name == *made) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            std::fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
