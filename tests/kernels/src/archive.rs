//! The archive that a kernel unpacks into its first file system: cpio in the "newc" form of the kernel's `initramfs/buffer-format.rst`.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// How files are laid out: the kernel skips zeros between archives.
const BLOCK: usize = 512;

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;

/// An archive being written.
pub(crate) struct Archive<W: Write> {
    out: W,
    written: usize,
    entries: u32,
}

impl<W: Write> Archive<W> {
    /// An empty one.
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            written: 0,
            entries: 0,
        }
    }

    /// A folder. Those above it must be there.
    pub(crate) fn folder(&mut self, name: &str) -> io::Result<()> {
        self.entry(name, FOLDER, &[])
    }

    /// A file, which can be run.
    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.entry(name, PROGRAM, bytes)
    }

    /// A file at an absolute path, and the folders above it.
    pub(crate) fn file_with_folders(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let above: Vec<&Path> = path.ancestors().skip(1).collect();
        let name = |path: &Path| path.to_string_lossy().trim_start_matches('/').to_owned();
        for folder in above.into_iter().rev().map(name).filter(|name| !name.is_empty()) {
            self.folder(&folder)?;
        }
        self.file(&name(path), bytes)
    }

    /// A folder with all that is in it.
    pub(crate) fn tree(&mut self, name: &str, folder: &Path) -> io::Result<()> {
        self.folder(name)?;
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
            if fs::metadata(entry.path())?.is_dir() {
                self.tree(&inner, &entry.path())?;
            } else {
                self.file(&inner, &fs::read(entry.path())?)?;
            }
        }
        Ok(())
    }

    /// The end: the trailer, and zeros up to the next block, where another archive may begin.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.entry("TRAILER!!!", 0, &[])?;
        self.pad(BLOCK)?;
        self.out.flush()
    }

    fn entry(&mut self, name: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
        self.entries += 1;
        let size = u32::try_from(bytes.len()).map_err(|_| io::Error::other(format!("{name} is larger than 4 GiB")))?;
        let mut header = b"070701".to_vec();
        // Inode, mode, owner, group, links, time, size, four numbers of devices, length of the name with its end, checksum.
        let length = u32::try_from(name.len() + 1).map_err(io::Error::other)?;
        for field in [self.entries, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, length, 0] {
            header.extend_from_slice(format!("{field:08X}").as_bytes());
        }
        header.extend_from_slice(name.as_bytes());
        header.push(0);
        self.put(&header)?;
        self.pad(4)?;
        self.put(bytes)?;
        self.pad(4)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len();
        self.out.write_all(bytes)
    }

    fn pad(&mut self, to: usize) -> io::Result<()> {
        let missing = self.written.next_multiple_of(to) - self.written;
        self.put(&vec![0; missing])
    }
}

/// Whether a file was not changed after another.
pub(crate) fn is_newer(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).map(|data| (data.mtime(), data.mtime_nsec()));
    matches!((time(file), time(than)), (Ok(file), Ok(than)) if file > than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_whole_blocks() {
        let mut bytes = Vec::new();
        let mut archive = Archive::new(&mut bytes);
        archive.folder("bin").unwrap();
        archive.file_with_folders(Path::new("/bin/a"), b"hello").unwrap();
        archive.finish().unwrap();
        assert_eq!(bytes.len() % BLOCK, 0);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("070701"));
        assert_eq!(
            text.matches("070701").count(),
            4,
            "two entries of a folder, a file, and the trailer"
        );
        let at = text.find("hello").unwrap();
        assert_eq!(at % 4, 0, "contents are aligned");
        assert!(text[..at].contains("bin/a\0"));
    }
}
