//! What was worked out once and is kept for the next run: compiled components, and the kernel's types cut down for an object.
//! Some of it is run as machine code, so a file counts only if nobody but this user could have written it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, MetadataExt, OpenOptions, OpenOptionsExt};
use sha2::{Digest, Sha256};

/// A folder with one file for each combination of components and engine, and for each object and kernel.
pub(crate) struct Cache {
    dir: Dir,
}

impl Cache {
    /// The folder of this user, made if it is missing. None, quietly, if there is no safe place for one.
    pub(crate) fn open() -> Option<Self> {
        // A program that may more than its user must not run code that the user could have written.
        if !rustix::process::geteuid().is_root() && may_more_than_its_user() {
            return None;
        }
        Self::open_at(&folder()?)
    }

    fn open_at(path: &Path) -> Option<Self> {
        let parent = path.parent()?;
        std::fs::create_dir_all(parent).ok()?;
        let parent = Dir::open_ambient_dir(parent, ambient_authority()).ok()?;
        let name = path.file_name()?;
        let mut private = DirBuilder::new();
        private.mode(0o700);
        match parent.create_dir_with(name, &private) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return None,
            _ => {}
        }
        let dir = parent.open_dir(name).ok()?;
        check(&dir.dir_metadata().ok()?).ok()?;
        Some(Self { dir })
    }

    /// The file of this name, if it is there and can be trusted.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut file = self
            .dir
            .open_with(name, OpenOptions::new().read(true).custom_flags(NOFOLLOW))
            .ok()?;
        check(&file.metadata().ok()?).ok()?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).ok()?;
        Some(bytes)
    }

    /// Keep a file. Another process that does the same at the same time does no harm: whoever is last wins, and
    /// nobody sees half a file.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let temporary = format!("{name}.{}.{}", std::process::id(), now.as_nanos());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let written = self
            .dir
            .open_with(&temporary, options.custom_flags(NOFOLLOW))
            // On the disk before it has its name: what a crash leaves must be whole, for it is run.
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| self.dir.rename(&temporary, &self.dir, name));
        if written.is_err() {
            self.dir.remove_file(&temporary).ok();
        }
        written.context("the cache cannot be written")
    }
}

const NOFOLLOW: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();

/// Whether the program file gave it capabilities.
fn may_more_than_its_user() -> bool {
    rustix::thread::capabilities(None).map_or(true, |sets| !sets.effective.is_empty())
}

/// Only this user can have written it.
fn check(metadata: &cap_std::fs::Metadata) -> Result<()> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        bail!("somebody else owns it");
    }
    if metadata.mode() & 0o022 != 0 {
        bail!("somebody else may write it");
    }
    Ok(())
}

/// `/var/cache/ecli` for root, else what the XDG base directory specification says.
fn folder() -> Option<PathBuf> {
    if rustix::process::geteuid().is_root() {
        return Some("/var/cache/ecli".into());
    }
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("ecli"))
}

/// A name that stands for these bytes and no others.
pub(crate) fn named<'bytes>(parts: impl IntoIterator<Item = &'bytes [u8]>, extension: &str) -> String {
    let mut digest = Fed::new();
    parts.into_iter().for_each(|part| digest.bytes(part));
    digest.name(extension)
}

/// A digest of a list of byte strings.
pub(crate) struct Fed(Sha256);

impl Fed {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Add bytes with their length, so that no two lists of them look the same.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Add bytes that say themselves how long they are.
    #[cfg(feature = "compiler")]
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// A file's name.
    pub(crate) fn name(self, extension: &str) -> String {
        let hex: String = self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex}.{extension}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(mode: u32) -> (tempfile::TempDir, Option<Cache>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ecli");
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        let cache = Cache::open_at(&path);
        (folder, cache)
    }

    #[test]
    fn what_was_written_is_read() {
        let (_folder, cache) = cache(0o700);
        let cache = cache.unwrap();
        assert!(cache.read("a.cwasm").is_none());
        cache.write("a.cwasm", b"code").unwrap();
        assert_eq!(cache.read("a.cwasm").unwrap(), b"code");
    }

    #[test]
    fn a_folder_that_others_may_write_is_not_used() {
        let (_folder, cache) = cache(0o777);
        assert!(cache.is_none());
    }

    #[test]
    fn a_file_that_others_may_write_is_not_used() {
        let (folder, cache) = cache(0o700);
        let cache = cache.unwrap();
        cache.write("a.cwasm", b"code").unwrap();
        let path = folder.path().join("ecli/a.cwasm");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
        assert!(cache.read("a.cwasm").is_none());
    }

    #[test]
    fn a_link_is_not_followed() {
        let (folder, cache) = cache(0o700);
        let cache = cache.unwrap();
        cache.write("a.cwasm", b"code").unwrap();
        std::os::unix::fs::symlink("a.cwasm", folder.path().join("ecli/b.cwasm")).unwrap();
        assert!(cache.read("b.cwasm").is_none());
    }
}
