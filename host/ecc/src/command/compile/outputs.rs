//! Which files are written, under which names.

use std::path::{Path, PathBuf};

use package::architecture;

use crate::cli::OutputArgs;
use crate::compile::Settings;
use crate::error::{Error, Result};
use crate::output::{self, Content};
use crate::standalone::Components;

/// The files to write.
#[derive(Debug)]
pub(crate) struct Outputs {
    pub(crate) folder: PathBuf,
    pub(crate) kind: OutputKind,
    /// A C header, if one is wanted.
    pub(crate) header: Option<String>,
    /// A standalone executable, if one is wanted, with these components.
    pub(crate) standalone: Option<(String, Components)>,
}

/// A package, or its two parts.
#[derive(Debug)]
pub(crate) enum OutputKind {
    Json { file: String },
    Yaml { file: String },
    LooseJson { meta: String, object: String },
    LooseYaml { meta: String, object: String },
}

impl Outputs {
    /// Where the arguments want the package of `settings`.
    pub(crate) fn check(args: &OutputArgs, settings: &Settings) -> Result<Self> {
        let name = &settings.name;
        let folder = args
            .output_path
            .as_deref()
            .unwrap_or(output::folder_of(&settings.source));
        let file = |ending: &str| match &args.name {
            Some(name) => format!("{name}.{ending}"),
            None => format!("package.{ending}"),
        };
        let object = format!("{name}.bpf.o");
        let kind = match (args.no_generate_package_json, args.yaml) {
            (true, _) if settings.architectures.len() > 1 => {
                return Err(
                    Error::usage("only a package has room for objects of several architectures")
                        .with_hint("leave out --no-generate-package-json, or name one architecture"),
                );
            }
            (false, false) => OutputKind::Json { file: file("json") },
            (false, true) => OutputKind::Yaml { file: file("yaml") },
            (true, false) => OutputKind::LooseJson {
                meta: format!("{name}.skel.json"),
                object,
            },
            (true, true) => OutputKind::LooseYaml {
                meta: format!("{name}.skel.yaml"),
                object,
            },
        };
        let header = args
            .name
            .as_ref()
            .map_or("ewasm-skel.h".to_owned(), |name| format!("{name}.skel.h"));
        Ok(Self {
            folder: folder.to_owned(),
            kind,
            header: args.wasm_header.then_some(header),
            standalone: standalone(args, settings)?,
        })
    }

    /// A path as short as the user's own.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        if self.folder == Path::new(".") {
            file.into()
        } else {
            self.folder.join(file)
        }
    }

    /// All of them, and what is in them.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Content)> {
        let mut files = match &self.kind {
            OutputKind::Json { file } | OutputKind::Yaml { file } => vec![(self.path(file), Content::Package)],
            OutputKind::LooseJson { meta, object } | OutputKind::LooseYaml { meta, object } => {
                vec![
                    (self.path(meta), Content::Package),
                    (self.path(object), Content::Object),
                ]
            }
        };
        files.extend(self.header.iter().map(|file| (self.path(file), Content::Header)));
        let executable = self.standalone.iter();
        files.extend(executable.map(|(file, _)| (self.path(file), Content::Executable)));
        files
    }
}

/// The executable is this machine's, so the package has to have an object for it.
fn standalone(args: &OutputArgs, settings: &Settings) -> Result<Option<(String, Components)>> {
    if !args.standalone {
        return Ok(None);
    }
    let architectures = &settings.architectures;
    if !architecture::host().is_some_and(|host| architectures.contains(&host)) {
        return Err(Error::usage(format!(
            "--standalone makes an executable for this machine, and --target-arch names {} only",
            architectures.join(", ")
        ))
        .with_hint("name this machine's architecture too, or call ecc on a machine of the other one"));
    }
    let components = Components {
        args: args.args.clone(),
        printer: args.printer.clone(),
    };
    Ok(Some((settings.name.clone(), components)))
}
