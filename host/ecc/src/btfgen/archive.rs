//! A folder of BTF files, as the BTFHub archive has them: `DISTRIBUTION/VERSION/ARCHITECTURE/RELEASE.btf.tar.xz`, or unpacked.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use package::Kernel;

use crate::error::{Error, Result, reason};

/// Folders inside each other that are looked into: archives have four.
const DEPTH: usize = 16;

/// Bytes of a kernel's BTF; large ones have 10 MB.
const LARGEST_BTF: u64 = 128 << 20;

/// KiB that unpacking a file may take: what `xz -9` asks for.
const XZ_MEMORY: u32 = 128 << 10;

/// Names of architectures, which a folder has to have for the folders above it to say something too.
const ARCHITECTURES: [&str; 10] = [
    "x86_64",
    "amd64",
    "arm64",
    "aarch64",
    "arm",
    "riscv64",
    "s390x",
    "ppc64le",
    "loongarch64",
    "mips64",
];

/// A file with the BTF of a kernel.
#[derive(Debug)]
pub(crate) struct BtfFile {
    pub(crate) path: PathBuf,
    pub(crate) kernel: Kernel,
    packed: bool,
}

/// All BTF files under a folder, by path, but those of another architecture.
pub(crate) fn find(folder: &Path, architecture: &str) -> Result<Vec<BtfFile>> {
    let mut files = Vec::new();
    walk(folder, DEPTH, &mut files)?;
    if files.is_empty() {
        return Err(Error::failed(format!(
            "there is no BTF under {}: no file ends in .btf or .btf.tar.xz",
            folder.display()
        ))
        .with_hint(
            "name the folder of a BTFHub archive, or of BTF files called as `uname -r`, with --btfhub-archive",
        ));
    }
    files.sort();
    let mut found: Vec<BtfFile> = files.into_iter().map(|path| BtfFile::new(path, folder)).collect();
    found.retain(|file| {
        file.kernel
            .architecture
            .as_deref()
            .is_none_or(|found| same(found, architecture))
    });
    if found.is_empty() {
        return Err(Error::failed(format!(
            "there is no BTF for {architecture} under {}, only for other architectures",
            folder.display()
        )));
    }
    Ok(found)
}

fn same(one: &str, other: &str) -> bool {
    one == other || [("amd64", "x86_64"), ("aarch64", "arm64")].contains(&(one, other))
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = |path: &Path, error: &io::Error| Error::input("BTF archive", path, error);
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let path = entry.path();
        // Folders behind links may lead in circles; files behind links are as good as any.
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() {
            if depth == 0 {
                let message = format!(
                    "cannot read the BTF archive {}: its folders are nested too deeply",
                    path.display()
                );
                return Err(Error::failed(message));
            }
            walk(&path, depth - 1, files)?;
        } else if release(&path).is_some() && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// The kernel's release in a file's name, and whether the file is packed.
fn release(path: &Path) -> Option<(&str, bool)> {
    let name = path.file_name()?.to_str()?;
    let packed = name.strip_suffix(".btf.tar.xz").map(|release| (release, true));
    packed
        .or_else(|| name.strip_suffix(".btf").map(|release| (release, false)))
        .filter(|(release, _)| !release.is_empty())
}

impl BtfFile {
    /// What the path says below the archive's own folder.
    fn new(path: PathBuf, archive: &Path) -> Self {
        let (release, packed) = release(&path).unwrap_or_default();
        let mut kernel = Kernel {
            release: release.to_owned(),
            ..Kernel::default()
        };
        let below = path.parent().and_then(|folder| folder.strip_prefix(archive).ok());
        let mut folders = below
            .into_iter()
            .flat_map(Path::components)
            .rev()
            .filter_map(|folder| folder.as_os_str().to_str())
            .map(str::to_owned);
        if let Some(architecture) = folders.next().filter(|folder| ARCHITECTURES.contains(&folder.as_str())) {
            kernel.architecture = Some(architecture);
            kernel.version = folders.next();
            kernel.distribution = folders.next();
        }
        Self { path, kernel, packed }
    }

    /// The BTF, unpacked.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        let read = || -> io::Result<Vec<u8>> {
            let file = BufReader::new(File::open(&self.path)?);
            if self.packed { unpack(file) } else { limited(file) }
        };
        read().map_err(|error| {
            Error::failed(format!(
                "cannot read the BTF {}: {}",
                self.path.display(),
                reason(&error)
            ))
            .with_hint("get the file again, or remove it from the archive")
        })
    }
}

/// The one BTF file in an archive.
fn unpack(file: impl Read) -> io::Result<Vec<u8>> {
    let xz = lzma_rust2::XzReader::new_mem_limit(file, false, XZ_MEMORY);
    // What is packed may be of any size.
    let mut tar = tar::Archive::new(xz.take(2 * LARGEST_BTF));
    for entry in tar.entries()? {
        let entry = entry?;
        if entry.header().entry_type().is_file() && entry.path_bytes().ends_with(b".btf") {
            return limited(entry);
        }
    }
    Err(io::Error::other("it has no file that ends in .btf"))
}

fn limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LARGEST_BTF + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_BTF {
        return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST_BTF >> 20)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_say_which_kernel_it_is_as_far_as_they_do() {
        let parts = |path: &str| {
            let file = BtfFile::new(Path::new("/archive").join(path), Path::new("/archive"));
            let kernel = file.kernel;
            let known = [kernel.distribution, kernel.version, kernel.architecture];
            (kernel.release, known.map(Option::unwrap_or_default), file.packed)
        };
        let known = |known: [&str; 3]| known.map(str::to_owned);
        assert_eq!(
            parts("ubuntu/20.04/x86_64/5.4.0-1009-aws.btf.tar.xz"),
            ("5.4.0-1009-aws".to_owned(), known(["ubuntu", "20.04", "x86_64"]), true)
        );
        assert_eq!(
            parts("more/centos/7/arm64/3.10.0.btf"),
            ("3.10.0".to_owned(), known(["centos", "7", "arm64"]), false)
        );
        assert_eq!(
            parts("arm64/6.1.0.btf"),
            ("6.1.0".to_owned(), known(["", "", "arm64"]), false)
        );
        assert_eq!(
            parts("my/kernels/6.1.0.btf"),
            ("6.1.0".to_owned(), known([""; 3]), false)
        );
        assert_eq!(release(Path::new("a/vmlinux")), None);
        assert_eq!(release(Path::new("a/.btf")), None);
    }
}
