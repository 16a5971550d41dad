//! A kernel and a first file system for it, fetched once and kept.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::apt::Apt;
use crate::archive::Archive;
use crate::matrix::{Arch, Entry};
use crate::modules;

/// Where the static busybox comes from.
const BUSYBOX_SUITE: &str = "bookworm";

/// The folders of the first file system that others are mounted on or that are filled by `init`.
const FOLDERS: [&str; 14] = [
    "bin",
    "dev",
    "etc",
    "modules",
    "payload",
    "proc",
    "root",
    "run",
    "sys",
    "tmp",
    "usr",
    "usr/bin",
    "var",
    "var/cache",
];

/// What is kept of a kernel.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// The kernel itself.
    pub(crate) kernel: PathBuf,
    /// The first file system, without a payload.
    pub(crate) base: PathBuf,
    /// What `uname -r` says there.
    pub(crate) release: String,
}

/// A kernel: the one that is kept, or a new one.
///
/// # Errors
/// It cannot be fetched.
pub(crate) fn kernel(cache: &Path, entry: &Entry, init: &Path, busybox: &Path) -> Result<Fetched> {
    // apt has one user at a time.
    static FETCHING: Mutex<()> = Mutex::new(());
    let _alone = FETCHING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = cache.join(&entry.id);
    if !folder.exists() {
        fetch(cache, entry, &folder)?;
    }
    let release = fs::read_to_string(folder.join("release"))?.trim().to_owned();
    let fetched = Fetched {
        kernel: folder.join("vmlinuz"),
        base: folder.join("base.cpio"),
        release,
    };
    if !crate::archive::is_newer(&fetched.base, init) {
        base(&folder, &fetched.base, init, busybox).context("cannot write the first file system")?;
    }
    Ok(fetched)
}

/// Fetches the packages and keeps what is needed of them; the folder is there only when all of it is.
fn fetch(cache: &Path, entry: &Entry, folder: &Path) -> Result<()> {
    let apt = Apt::update(&cache.join("apt"), &entry.suite, entry.arch)?;
    let package = apt.find(&entry.package)?;
    let packages = apt.kernel(&package)?;
    let scratch = cache.join(format!("{}.partial", entry.id));
    fs::remove_dir_all(&scratch).ok();
    let root = scratch.join("root");
    fs::create_dir_all(&root)?;
    apt.unpack(&packages, &root)?;

    // From some version on the modules of a package are below /usr.
    if !root.join("lib").exists() {
        fs::rename(root.join("usr/lib"), root.join("lib"))?;
    }
    let releases = root.join("lib/modules");
    let release = fs::read_dir(&releases)?
        .next()
        .with_context(|| format!("{package} has no modules"))??;
    let release = release.file_name().to_string_lossy().into_owned();
    let boot = |name: &str| -> Result<PathBuf> {
        let inside = [
            root.join("boot").join(format!("{name}-{release}")),
            releases.join(&release).join(name),
        ];
        let found = inside.into_iter().find(|path| path.exists());
        found.with_context(|| format!("{package} has no {name} for {release}"))
    };
    fs::create_dir(scratch.join("modules"))?;
    for (number, (name, bytes)) in modules::load(&releases.join(&release))?.into_iter().enumerate() {
        fs::write(scratch.join("modules").join(format!("{number:02}-{name}.ko")), bytes)?;
    }
    fs::copy(boot("config")?, scratch.join("config"))?;
    fs::copy(boot("vmlinuz")?, scratch.join("vmlinuz"))?;
    fs::write(scratch.join("release"), format!("{release}\n"))?;
    fs::remove_dir_all(&root)?;
    fs::rename(&scratch, folder).context("cannot keep the kernel")
}

/// The static busybox of an architecture.
pub(crate) fn busybox(cache: &Path, arch: Arch) -> Result<PathBuf> {
    let path = cache.join(format!("busybox-{}", arch.debian()));
    if !path.exists() {
        let apt = Apt::update(&cache.join("apt"), BUSYBOX_SUITE, arch)?;
        let scratch = cache.join(format!("busybox-{}.partial", arch.debian()));
        fs::create_dir_all(&scratch)?;
        apt.unpack(&["busybox-static".to_owned()], &scratch)?;
        let bin = [scratch.join("bin/busybox"), scratch.join("usr/bin/busybox")];
        let found = bin
            .iter()
            .find(|path| path.exists())
            .context("busybox-static has no busybox")?;
        fs::rename(found, &path)?;
        fs::remove_dir_all(&scratch)?;
    }
    Ok(path)
}

fn base(folder: &Path, path: &Path, init: &Path, busybox: &Path) -> Result<()> {
    let partial = path.with_extension("partial");
    let mut archive = Archive::new(BufWriter::new(File::create(&partial)?));
    for name in FOLDERS {
        archive.folder(name)?;
    }
    archive.file("init", &fs::read(init)?)?;
    archive.file("bin/busybox", &fs::read(busybox)?)?;
    archive.file("config", &fs::read(folder.join("config"))?)?;
    archive.file("etc/passwd", b"root:x:0:0::/root:/bin/sh\n")?;
    archive.tree("modules", &folder.join("modules"))?;
    archive.finish()?;
    fs::rename(partial, path)?;
    Ok(())
}
