//! Writing what was made: whole or not at all, and never over something that is not its predecessor.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use runtime::Payload;
use tempfile::NamedTempFile;

use crate::error::{Error, Result, reason};

/// Bytes of an existing file that are worth reading to see what it is; packages are far smaller.
const LARGEST: u64 = 64 << 20;

/// What helps against a file in the way.
fn elsewhere(content: Content) -> &'static str {
    match content {
        Content::Package => "write NAME.json with --name NAME, or into another folder with -o DIR",
        Content::Object | Content::Header | Content::Executable => {
            "choose another name with --name NAME, or another folder with -o DIR"
        }
    }
}

/// What a file holds, which says what may be in its place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A package, or the metadata of one.
    Package,
    /// An ELF.
    Object,
    /// C, which says in its first line which tool's it is.
    Header,
    /// A standalone executable.
    Executable,
}

/// A file to write.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    bytes: Vec<u8>,
    mode: u32,
}

impl File {
    /// What anybody may read and write, as far as the user's umask lets them.
    pub(crate) fn new(path: PathBuf, bytes: Vec<u8>) -> Self {
        let mode = 0o666;
        Self { path, bytes, mode }
    }

    /// What anybody may run too.
    pub(crate) fn executable(path: PathBuf, bytes: Vec<u8>) -> Self {
        let mode = 0o777;
        Self { path, bytes, mode }
    }
}

/// Refuses to replace a file that holds something else, or the same of another tool.
pub(crate) fn check_free(path: &Path, content: Content, object_name: &str) -> Result<()> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        // The folder is made later.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_write(path, &error)),
    };
    let bytes = match found.len() {
        0..=LARGEST if found.is_file() && content != Content::Executable => fs::read(path).unwrap_or_default(),
        _ => Vec::new(),
    };
    let (kind, name) = match content {
        Content::Package => ("package", package::object_name(&bytes)),
        Content::Header => ("C header of a package", header_of(&bytes)),
        Content::Executable => ("standalone executable", standalone_of(path)),
        // It is called as the tool is: what matters is that it is one.
        Content::Object if bytes.starts_with(b"\x7fELF") => return Ok(()),
        Content::Object => ("BPF object", None),
    };
    let path = path.display();
    match name {
        Some(name) if name == object_name => return Ok(()),
        Some(name) => Err(Error::failed(format!(
            "{path} is the {kind} of another tool: its obj_name is {name}, not {object_name}"
        ))),
        None => Err(Error::failed(format!("{path} exists and is no {kind}"))),
    }
    .map_err(|error| error.with_hint(elsewhere(content)))
}

/// The first line of a C header: [`check_free`] finds the tool in it.
pub(crate) fn header_line(object_name: &str) -> String {
    format!("/* The package of {object_name}, made by ecc: changes are lost. */")
}

fn header_of(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let (before, after) = std::str::from_utf8(line).ok()?.split_once(", made by ecc")?;
    let name = before.strip_prefix("/* The package of ")?;
    (header_line(name).ends_with(after)).then(|| name.to_owned())
}

/// The tool that a standalone executable is. Only its end is read.
fn standalone_of(path: &Path) -> Option<String> {
    // Opening anything but a file could wait for ever.
    let file = fs::metadata(path).ok()?.is_file().then(|| fs::File::open(path))?.ok()?;
    package::object_name(Payload::of(&file).ok()??.package())
}

/// Puts files into a folder and those below it, which are made if need be. Each is written beside its place and then renamed: a reader
/// sees the old one or the new one, and if one of them cannot be written, none is.
pub(crate) fn write(folder: &Path, files: &[File]) -> Result<()> {
    let mut made = make_folder(folder)?;
    let done = (|| {
        let mut written = Vec::new();
        for file in files {
            let inner = folder_of(&file.path);
            made.extend(make_folder(inner)?);
            written.push(write_beside(inner, file).map_err(|error| cannot_write(&file.path, &error))?);
        }
        for (file, File { path, .. }) in written.into_iter().zip(files) {
            file.persist(path).map_err(|error| cannot_write(path, &error.error))?;
        }
        Ok(())
    })();
    if done.is_err() {
        for folder in made.iter().rev() {
            // It is empty, or somebody else has put something into it.
            let _ = fs::remove_dir(folder);
        }
    }
    done
}

fn write_beside(folder: &Path, file: &File) -> std::io::Result<NamedTempFile> {
    let mut written = tempfile::Builder::new()
        .prefix(".ecc-")
        .permissions(Permissions::from_mode(file.mode))
        .tempfile_in(folder)?;
    written.write_all(&file.bytes)?;
    Ok(written)
}

/// Makes a folder and those that it is in, and says which were not there, outermost first.
fn make_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let lacking = folder
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let mut made: Vec<PathBuf> = lacking.map(Path::to_owned).collect();
    made.reverse();
    fs::create_dir_all(folder).map_err(|error| {
        Error::failed(format!(
            "cannot make the folder {}: {}",
            folder.display(),
            reason(&error)
        ))
        .with_hint("name a folder that can be written to with -o DIR")
    })?;
    Ok(made)
}

/// The folder that a path is in; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot write {}: {}", path.display(), reason(error)))
        .with_hint("name a folder that can be written to with -o DIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_earlier_package_of_the_same_tool_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.json");
        let check = |content, name| check_free(&path, content, name).map_err(|error| error.to_string());
        check(Content::Package, "a_bpf").unwrap();
        let own = [
            r#"{"meta": {"bpf_skel": {"obj_name": "a_bpf"}}}"#,
            r#"{"bpf_skel": {"obj_name": "a_bpf"}}"#,
            "meta:\n  bpf_skel:\n    obj_name: a_bpf\n",
        ];
        for text in own {
            fs::write(&path, text).unwrap();
            check(Content::Package, "a_bpf").unwrap();
            let other = check(Content::Package, "b_bpf").unwrap_err();
            assert!(other.contains("its obj_name is a_bpf, not b_bpf"), "{other}");
            assert!(
                check(Content::Object, "a_bpf")
                    .unwrap_err()
                    .contains("is no BPF object")
            );
        }
        for text in [r#"{"name": "left-pad"}"#, "", "text"] {
            fs::write(&path, text).unwrap();
            let npm = check(Content::Package, "a_bpf").unwrap_err();
            assert!(npm.contains("exists and is no package"), "{npm}");
        }
        fs::write(&path, header_line("a_bpf") + "\nint x;\n").unwrap();
        check(Content::Header, "a_bpf").unwrap();
        assert!(check(Content::Header, "b_bpf").is_err());
    }

    #[test]
    fn if_one_of_several_cannot_be_written_the_folder_is_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.json");
        fs::create_dir_all(path.join("in the way")).unwrap();
        assert!(write(folder.path(), &[File::new(path.clone(), b"{}".to_vec())]).is_err());
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["package.json"]);
        assert!(check_free(&path, Content::Package, "a_bpf").is_err());
    }

    #[test]
    fn a_folder_that_was_made_for_nothing_is_gone_again() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("a/b");
        let file = new.join("file");
        let clash = [file.clone(), file.join("in a file")].map(|path| File::new(path, Vec::new()));
        assert!(write(&new, &clash).is_err());
        assert!(!folder.path().join("a").exists());
        write(&new, &[File::new(new.join("file"), b"x".to_vec())]).unwrap();
        assert_eq!(fs::read(new.join("file")).unwrap(), b"x");
    }
}
