//! The arguments, checked.

use std::path::{Path, PathBuf};

use crate::cli::CompileArgs;
use crate::error::{Error, Result};
use crate::includes::KernelTypes;
use crate::output;

/// Architectures by Rust's name and by that of `bpf_tracing.h` (`__TARGET_ARCH_*`).
const ARCHITECTURES: [(&str, &str); 9] = [
    ("x86_64", "x86"),
    ("x86", "x86"),
    ("aarch64", "arm64"),
    ("arm", "arm"),
    ("riscv64", "riscv"),
    ("s390x", "s390"),
    ("powerpc64", "powerpc"),
    ("loongarch64", "loongarch"),
    ("mips64", "mips"),
];

/// What one compilation needs to know.
pub(crate) struct Settings {
    pub(crate) source: PathBuf,
    pub(crate) headers: Vec<PathBuf>,
    /// The tool's name, without `_bpf`.
    pub(crate) name: String,
    /// The file to write.
    pub(crate) package: PathBuf,
    pub(crate) cflags: Vec<String>,
    pub(crate) clang: Option<PathBuf>,
    /// Whether failed reserves of ring buffers are counted.
    pub(crate) loss_counter: bool,
    /// Where the types of kernels without BTF are packed from, if they are.
    pub(crate) btf_archive: Option<PathBuf>,
    vmlinux: Option<PathBuf>,
    btf: Option<PathBuf>,
}

impl Settings {
    pub(crate) fn check(args: &CompileArgs) -> Result<Self> {
        let name = match &args.name {
            Some(name) => given_name(name)?,
            None => name_of(&args.source)?,
        };
        let file = args
            .name
            .as_ref()
            .map_or("package.json".to_owned(), |name| format!("{name}.json"));
        let folder = args.output_path.as_deref().unwrap_or(output::folder_of(&args.source));
        Ok(Self {
            source: args.source.clone(),
            headers: args.headers.clone(),
            name,
            // A path as short as the user's own.
            package: if folder == Path::new(".") {
                file.into()
            } else {
                folder.join(file)
            },
            cflags: cflags(args.additional_cflags.as_deref().unwrap_or_default())?,
            clang: args.clang_bin.clone(),
            loss_counter: !args.no_loss_counter,
            btf_archive: btf_archive(args)?,
            vmlinux: args.vmlinux.clone(),
            btf: args.btf.clone(),
        })
    }

    /// `obj_name` of the package.
    pub(crate) fn object_name(&self) -> String {
        if self.name.ends_with("_bpf") {
            self.name.clone()
        } else {
            format!("{}_bpf", self.name)
        }
    }

    pub(crate) fn kernel_types(&self) -> KernelTypes<'_> {
        match (&self.vmlinux, &self.btf) {
            (Some(header), _) => KernelTypes::Header(header),
            (None, Some(btf)) => KernelTypes::Btf(btf),
            (None, None) => KernelTypes::Running,
        }
    }
}

/// The suffix of `__TARGET_ARCH_` for the machine that this runs on.
pub(crate) fn target_arch() -> Result<&'static str> {
    let here = std::env::consts::ARCH;
    let found = ARCHITECTURES.iter().find(|(name, _)| *name == here);
    found
        .map(|(_, suffix)| *suffix)
        .ok_or_else(|| Error::failed(format!("BPF programs for {here} are not supported")))
}

/// `opensnoop` of `src/opensnoop.bpf.c`.
fn name_of(source: &Path) -> Result<String> {
    let file = source
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let stem = file
        .strip_suffix(".bpf.c")
        .or_else(|| file.strip_suffix(".c"))
        .ok_or_else(|| {
            Error::usage(format!("{} is no C source", source.display()))
                .with_hint("name the BPF program first, such as opensnoop.bpf.c, then its headers")
        })?;
    if stem.is_empty() {
        return Err(
            Error::usage(format!("{} has no name before its ending", source.display()))
                .with_hint("name the tool with --name"),
        );
    }
    Ok(stem.to_owned())
}

/// A name is part of a file's name, and of the names of kernel maps.
fn given_name(name: &str) -> Result<String> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(valid) {
        return Err(Error::usage(format!("{name:?} cannot be a tool's name"))
            .with_hint("use letters, digits, `_`, `-` and `.`, and start with none of the last two"));
    }
    Ok(name.to_owned())
}

fn btf_archive(args: &CompileArgs) -> Result<Option<PathBuf>> {
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

fn cflags(text: &str) -> Result<Vec<String>> {
    shlex::split(text).ok_or_else(|| Error::usage(format!("--additional-cflags: a quote is not closed in {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_called_as_its_source_is() {
        assert_eq!(name_of(Path::new("src/opensnoop.bpf.c")).unwrap(), "opensnoop");
        assert_eq!(name_of(Path::new("a.b.c")).unwrap(), "a.b");
        assert!(
            name_of(Path::new("event.h"))
                .unwrap_err()
                .to_string()
                .contains("event.h is no C source")
        );
        assert!(name_of(Path::new(".bpf.c")).is_err());
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
        assert_eq!(cflags("-DA='b c' -I ../x").unwrap(), ["-DA=b c", "-I", "../x"]);
        assert!(cflags("-DA='").is_err());
        assert!(cflags("").unwrap().is_empty());
    }
}
