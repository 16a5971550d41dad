use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::{Fetched, Limits, name};

/// Reads a file, a pipe or a device to its end.
pub(crate) fn file(path: &Path, limits: &Limits) -> Result<Fetched> {
    let file = File::open(path).map_err(|error| not_opened(path, error))?;
    let metadata = file
        .metadata()
        .map_err(|error| Error::io(error, format!("cannot read {}", path.display())))?;
    if metadata.is_dir() {
        return Err(directory(path));
    }
    let bytes = read(file, metadata.len(), &path.display().to_string(), limits)?;
    Ok(Fetched { bytes, digest: None })
}

/// Reads standard input to its end.
pub(crate) fn stdin(limits: &Limits) -> Result<Fetched> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(
            Error::new(Kind::Io, "standard input is a terminal, and nothing was piped into it")
                .with_hint("pipe a package into it: cat package.json | ecli run -"),
        );
    }
    let bytes = read(stdin.lock(), 0, "standard input", limits)?;
    if bytes.is_empty() {
        return Err(Error::new(Kind::Io, "standard input is empty")
            .with_hint("the command before the pipe wrote nothing; look at what it says on its own"));
    }
    Ok(Fetched { bytes, digest: None })
}

/// Reads to the end, or to one byte past the limit. `expected` is only how much room to begin with.
fn read(reader: impl Read, expected: u64, what: &str, limits: &Limits) -> Result<Vec<u8>> {
    let room = usize::try_from(expected.min(limits.bytes)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(room);
    reader
        .take(limits.bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io(error, format!("cannot read {what}")))?;
    if bytes.len() as u64 > limits.bytes {
        return Err(Error::too_large(what, limits.bytes));
    }
    Ok(bytes)
}

fn not_opened(path: &Path, error: io::Error) -> Error {
    let missing = error.kind() == io::ErrorKind::NotFound;
    let error = Error::io(error, format!("cannot open {}", path.display()));
    if !missing {
        return error;
    }
    match path.to_str() {
        Some(text) if name::is_image(text) => Error::new(
            Kind::InvalidName,
            format!("{text}: there is no such file, and names of an OCI registry are not supported yet"),
        )
        .with_hint("download the package and give its path, or give its http(s) address"),
        _ => error.with_hint("a name is a file, - for standard input, or an http(s) address"),
    }
}

fn directory(path: &Path) -> Error {
    let error = Error::new(Kind::Io, format!("{} is a directory", path.display()));
    let package = path.join("package.json");
    if package.is_file() {
        error.with_hint(format!("there is a package in it: {}", package.display()))
    } else {
        error.with_hint("give the path of a package or a component; `ecc` writes package.json beside the source")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(bytes: u64) -> Limits {
        Limits {
            bytes,
            ..Limits::default()
        }
    }

    #[test]
    fn a_file_comes_back_as_it_is_and_without_a_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("package.json");
        std::fs::write(&path, b"{}\0\xff").unwrap();
        assert_eq!(
            file(&path, &limits(4)).unwrap(),
            Fetched {
                bytes: b"{}\0\xff".to_vec(),
                digest: None
            }
        );
        let error = file(&path, &limits(3)).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
    }

    #[test]
    fn a_device_without_an_end_is_read_to_the_limit_only() {
        let error = file(Path::new("/dev/zero"), &limits(2 << 20)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/dev/zero has more than 2 MiB, the most that is read"
        );
    }

    #[test]
    fn a_missing_file_and_an_image_name_are_told_apart() {
        let error = file(Path::new("no/such/package.json"), &limits(1)).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (Kind::NotFound, "cannot open no/such/package.json".to_owned())
        );
        let error = file(Path::new("registry.example.com/x/y:tag"), &limits(1)).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidName);
        assert!(error.to_string().contains("not supported yet"), "{error}");
    }

    #[test]
    fn a_directory_names_the_package_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = file(folder.path(), &limits(1)).unwrap_err();
        assert!(error.to_string().ends_with(" is a directory"));
        assert!(error.hint().unwrap().contains("`ecc`"));
        let package = folder.path().join("package.json");
        std::fs::write(&package, "{}").unwrap();
        let error = file(folder.path(), &limits(1)).unwrap_err();
        assert_eq!(
            error.hint(),
            Some(format!("there is a package in it: {}", package.display()).as_str())
        );
    }
}
