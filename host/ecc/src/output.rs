//! Writing the package: whole or not at all, and never over something that is not its predecessor.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result, reason};

/// Bytes of an existing file that are worth reading to see what it is; packages are far smaller.
const LARGEST_PACKAGE: u64 = 64 << 20;

/// Refuses to replace a file that is not a package, or one of another tool.
pub(crate) fn check_free(path: &Path, object_name: &str) -> Result<()> {
    let length = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot_write(path, &error)),
    };
    let text = if length <= LARGEST_PACKAGE {
        fs::read(path).unwrap_or_default()
    } else {
        Vec::new()
    };
    let found: Option<Value> = serde_json::from_slice(&text).ok();
    let name = found
        .as_ref()
        .and_then(|tree| tree.pointer("/meta/bpf_skel/obj_name"))
        .and_then(Value::as_str);
    match name {
        Some(name) if name == object_name => return Ok(()),
        Some(name) => Err(Error::failed(format!(
            "{} is the package of another tool: its obj_name is {name}, not {object_name}",
            path.display()
        ))),
        None => Err(Error::failed(format!("{} exists and is no package", path.display()))),
    }
    .map_err(|error| error.with_hint("write NAME.json with --name NAME, or into another folder with -o DIR"))
}

/// Puts `bytes` at `path`: through a new file beside it and a rename, so that a reader sees the old package or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = folder_of(path);
    let put = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".ecc-")
            // What any program would ask for; the user's umask decides.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    put().map_err(|error| cannot_write(path, &error))
}

/// Makes the folder that the user asked for, if need be.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| {
        Error::failed(format!(
            "cannot make the folder {}: {}",
            folder.display(),
            reason(&error)
        ))
        .with_hint("name a folder that can be written to with -o DIR")
    })
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
        check_free(&path, "a_bpf").unwrap();
        fs::write(&path, r#"{"meta": {"bpf_skel": {"obj_name": "a_bpf"}}}"#).unwrap();
        check_free(&path, "a_bpf").unwrap();
        let other = check_free(&path, "b_bpf").unwrap_err().to_string();
        assert!(other.contains("its obj_name is a_bpf, not b_bpf"), "{other}");
        fs::write(&path, r#"{"name": "left-pad"}"#).unwrap();
        let npm = check_free(&path, "a_bpf").unwrap_err().to_string();
        assert!(npm.contains("exists and is no package"), "{npm}");
    }

    #[test]
    fn a_write_that_fails_leaves_the_folder_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.json");
        fs::create_dir_all(path.join("in the way")).unwrap();
        assert!(write(&path, b"{}").is_err());
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["package.json"]);
    }
}
