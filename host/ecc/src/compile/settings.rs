//! The arguments, checked.

use std::path::{Path, PathBuf};

use package::architecture;

use crate::cli::CompilerArgs;
use crate::error::{Error, Result};
use crate::kernel_types::KernelTypes;
use crate::output;

/// The word that stands for the header that comes with ecc.
const SMALL: &str = "small";

/// Architectures of the other byte order than nearly all: their objects have it too.
const BIG_ENDIAN: [&str; 1] = ["s390"];

/// What one compilation needs to know.
pub(crate) struct Settings {
    pub(crate) source: PathBuf,
    pub(crate) headers: Vec<PathBuf>,
    /// The tool's name, without `_bpf`.
    pub(crate) name: String,
    pub(crate) cflags: Vec<String>,
    pub(crate) clang: Option<PathBuf>,
    /// libbpf's names, at least one.
    pub(crate) architectures: Vec<&'static str>,
    pub(crate) types: KernelTypes,
    /// Whether failed reserves of ring buffers are counted.
    pub(crate) loss_counter: bool,
    /// The folder with BTF of kernels, if what the object needs of them is to be packed.
    pub(crate) btf_archive: Option<PathBuf>,
    /// The folder of headers that `--workspace-path` names.
    workspace: Option<PathBuf>,
    /// The source is a header.
    pub(crate) header_only: bool,
    /// What the user gave and nobody needs.
    pub(crate) needless: Option<&'static str>,
}

impl Settings {
    /// `name` is the tool's, if the user gave one; a source may be a header only if that was asked for.
    pub(crate) fn check(
        source: &Path,
        headers: &[PathBuf],
        name: Option<&str>,
        header_only: bool,
        compiler: &CompilerArgs,
    ) -> Result<Self> {
        Ok(Self {
            name: match name {
                Some(name) => given_name(name)?,
                None => name_of(source, header_only)?,
            },
            source: source.to_owned(),
            headers: if header_only {
                vec![source.to_owned()]
            } else {
                headers.to_vec()
            },
            cflags: cflags(&compiler.additional_cflags)?,
            clang: compiler.clang_bin.clone(),
            types: match (&compiler.vmlinux, &compiler.btf) {
                (Some(word), _) if word == Path::new(SMALL) => KernelTypes::Small,
                (Some(header), _) => KernelTypes::Header(header.clone()),
                (None, Some(btf)) => KernelTypes::Btf(btf.clone()),
                (None, None) => KernelTypes::Running,
            },
            architectures: architectures(&compiler.target_arch)?,
            loss_counter: !compiler.no_loss_counter,
            btf_archive: btf_archive(compiler)?,
            workspace: workspace(compiler.workspace_path.as_deref())?,
            header_only,
            needless: compiler
                .llvm_strip_bin
                .is_some()
                .then_some("--llvm-strip-bin is not needed any more: ecc takes debug information out by itself"),
        })
    }

    /// Folders of headers before those that come with ecc, the most important first.
    pub(crate) fn folders(&self, architecture: &str) -> Vec<PathBuf> {
        let mut folders = vec![output::folder_of(&self.source).to_owned()];
        if let Some(include) = &self.workspace {
            folders.push(include.clone());
            folders.push(include.join("vmlinux").join(architecture));
        }
        folders
    }

    /// `obj_name` of the package.
    pub(crate) fn object_name(&self) -> String {
        if self.name.ends_with("_bpf") {
            self.name.clone()
        } else {
            format!("{}_bpf", self.name)
        }
    }
}

/// Its `include`.
fn workspace(path: Option<&Path>) -> Result<Option<PathBuf>> {
    let Some(path) = path else { return Ok(None) };
    let include = path.join("include");
    if !include.is_dir() {
        return Err(
            Error::usage(format!("--workspace-path: {} is no folder", include.display()))
                .with_hint("name the folder that include/ is in; -I FOLDER of --additional-cflags takes any"),
        );
    }
    Ok(Some(include))
}

/// libbpf's names, each once; this machine's if none is given.
fn architectures(given: &[String]) -> Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for name in given {
        let name = architecture::named(name.trim()).ok_or_else(|| {
            let all: Vec<&str> = architecture::all().collect();
            Error::usage(format!("--target-arch: {name:?} is no architecture"))
                .with_hint(format!("those that libbpf knows are {}", all.join(", ")))
        })?;
        if BIG_ENDIAN.contains(&name) != cfg!(target_endian = "big") {
            return Err(Error::usage(format!(
                "--target-arch: {name} has another byte order than this machine, and so have its objects"
            ))
            .with_hint(format!("make packages for {name} on a machine of its byte order")));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        let here = std::env::consts::ARCH;
        names.push(architecture::host().ok_or_else(|| {
            Error::failed(format!("libbpf does not know this machine's architecture, {here}"))
                .with_hint("name one with --target-arch, if it is one of its relatives")
        })?);
    }
    Ok(names)
}

/// `opensnoop` of `src/opensnoop.bpf.c`.
fn name_of(source: &Path, is_header: bool) -> Result<String> {
    let file = source
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let ending = if is_header { ".h" } else { ".c" };
    let stem = file.strip_suffix(ending).ok_or_else(|| {
        if is_header {
            Error::usage(format!("{} is no C header", source.display()))
                .with_hint("--header-only takes a header with the structs of events, such as opensnoop.h")
        } else {
            Error::usage(format!("{} is no C source", source.display()))
                .with_hint("name the BPF program first, such as opensnoop.bpf.c, then its headers")
        }
    })?;
    let program = source.with_file_name(format!("{stem}.bpf.c"));
    if !is_header && program.exists() {
        return Err(Error::usage(format!(
            "{} and {} would be the same tool",
            source.display(),
            program.display()
        ))
        .with_hint("if this one is meant, name it with --name NAME"));
    }
    let stem = stem.strip_suffix(".bpf").unwrap_or(stem);
    if stem.is_empty() {
        return Err(
            Error::usage(format!("{} has no name before its ending", source.display()))
                .with_hint("name the tool with --name"),
        );
    }
    Ok(stem.to_owned())
}

/// A name is part of a file's name, and of the names of kernel maps.
pub(crate) fn given_name(name: &str) -> Result<String> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(valid) {
        return Err(Error::usage(format!("{name:?} cannot be a tool's name"))
            .with_hint("use letters, digits, `_`, `-` and `.`, and start with none of the last two"));
    }
    Ok(name.to_owned())
}

fn btf_archive(args: &CompilerArgs) -> Result<Option<PathBuf>> {
    match (&args.btfhub_archive, std::env::home_dir()) {
        _ if !args.btfgen => Ok(None),
        (Some(folder), _) => Ok(Some(folder.clone())),
        (None, Some(home)) => Ok(Some(home.join(".eunomia/btfhub-archive"))),
        (None, None) => Err(
            Error::usage("--btfgen needs an archive, and there is no home folder to look for one in")
                .with_hint("name its folder with --btfhub-archive DIR"),
        ),
    }
}

fn cflags(given: &[String]) -> Result<Vec<String>> {
    let mut flags = Vec::new();
    for text in given {
        let split = shlex::split(text);
        flags.extend(
            split.ok_or_else(|| Error::usage(format!("--additional-cflags: a quote is not closed in {text:?}")))?,
        );
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_called_as_its_source_is() {
        assert_eq!(name_of(Path::new("src/opensnoop.bpf.c"), false).unwrap(), "opensnoop");
        assert_eq!(name_of(Path::new("a.b.c"), false).unwrap(), "a.b");
        assert_eq!(name_of(Path::new("src/event.bpf.h"), true).unwrap(), "event");
        let header = name_of(Path::new("event.h"), false).unwrap_err().to_string();
        assert!(header.contains("event.h is no C source"), "{header}");
        assert!(name_of(Path::new(".bpf.c"), false).is_err());
        assert!(name_of(Path::new("a.c"), true).is_err());
    }

    #[test]
    fn names_that_would_leave_the_folder_are_refused() {
        for name in ["", "../x", "a/b", "-x", ".x", "a b"] {
            assert!(given_name(name).is_err(), "{name}");
        }
        assert_eq!(given_name("lsm-connect").unwrap(), "lsm-connect");
    }

    #[test]
    fn flags_are_split_as_a_shell_does() {
        let split = |text: &str| cflags(&[text.to_owned()]);
        assert_eq!(split("-DA='b c' -I ../x").unwrap(), ["-DA=b c", "-I", "../x"]);
        assert!(split("-DA='").is_err());
        assert!(split("").unwrap().is_empty());
        assert_eq!(cflags(&["-g".into(), "-w".into()]).unwrap(), ["-g", "-w"]);
    }

    #[test]
    fn architectures_have_one_name_each() {
        let names = |text: &str| architectures(&text.split(',').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(names("x86_64, arm64,aarch64,x86").unwrap(), ["x86", "arm64"]);
        assert!(names("vax").unwrap_err().to_string().contains("loongarch"));
        assert_eq!(architectures(&[]).unwrap(), [architecture::host().unwrap()]);
    }
}
