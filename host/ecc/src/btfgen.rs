//! `ecc --btfgen`: the types of kernels that show none, cut down for the object, from an archive of their BTF.

mod archive;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use package::{KernelBtfs, Package, btf_needs, cut_btf};

use crate::error::{Error, Result};
use crate::printer::Printer;
use archive::BtfFile;

/// Architectures by the suffix of `__TARGET_ARCH_` and by the folder that BTFHub has for them.
const FOLDERS: [(&str, &str); 5] = [
    ("x86", "x86_64"),
    ("riscv", "riscv64"),
    ("s390", "s390x"),
    ("powerpc", "ppc64le"),
    ("loongarch", "loongarch64"),
];

/// Cuts the BTF of each kernel under `folder` that may run an object of the package.
///
/// One file that cannot be read or is damaged is an error: a package that lacks a kernel which the user sees in the archive would fail
/// far from here. None at all is one too. An object that asks nothing of a kernel's types gets none.
pub(crate) fn collect(
    folder: &Path,
    package: &Package,
    architectures: &[&'static str],
    printer: &mut Printer,
) -> Result<KernelBtfs> {
    let needs = btf_needs(package.first_object())
        .map_err(|error| Error::failed(format!("cannot read the object's relocations: {error}")))?;
    if needs.relocations == 0 {
        printer.step("The program reads no kernel types: kernels without BTF need nothing packed");
        return Ok(KernelBtfs::default());
    }
    if let Some(what) = &needs.kernel {
        printer.step(&format!(
            "Kernels without BTF cannot load all of this: {what} needs the kernel's own"
        ));
    }
    let mut btfs = KernelBtfs::default();
    for architecture in architectures {
        let object = package
            .object_for(architecture)
            .map_err(|error| Error::failed(error.to_string()))?;
        collect_for(folder, object, architecture, &mut btfs, printer)?;
    }
    printer.step(&format!(
        "Packed what {} need: {} different",
        kernels(btfs.kernels()),
        btfs.different()
    ));
    Ok(btfs)
}

fn collect_for(
    folder: &Path,
    object: &[u8],
    architecture: &str,
    btfs: &mut KernelBtfs,
    printer: &mut Printer,
) -> Result<()> {
    let architecture = FOLDERS
        .iter()
        .find(|(name, _)| *name == architecture)
        .map_or(architecture, |(_, folder)| folder);
    let files = archive::find(folder, architecture)?;
    printer.step(&format!("Cutting the BTF of {}...", kernels(files.len())));
    for (file, cut) in files.iter().zip(cut_all(&files, object)?) {
        btfs.add(&file.kernel, cut);
    }
    Ok(())
}

fn kernels(count: usize) -> String {
    match count {
        1 => "1 kernel".to_owned(),
        count => format!("{count} kernels"),
    }
}

/// The cut of each file, made on all processors: unpacking one takes a good part of a second. Of several errors, the first by the order
/// of files.
fn cut_all(files: &[BtfFile], object: &[u8]) -> Result<Vec<Vec<u8>>> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::with_capacity(files.len()));
    let work = || {
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { break };
            let cut = cut(file, object);
            failed.fetch_or(cut.is_err(), Ordering::Relaxed);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, cut));
        }
    };
    thread::scope(|scope| {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        for _ in 1..processors.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, cut)| cut).collect()
}

fn cut(file: &BtfFile, object: &[u8]) -> Result<Vec<u8>> {
    let btf = file.read()?;
    let cut = cut_btf(object, &btf).map_err(|error| {
        let failed = Error::failed(format!("cannot cut {}: {error}", file.path.display()));
        match error.hint() {
            Some(hint) => failed.with_hint(hint),
            None => failed,
        }
    })?;
    Ok(cut.bytes)
}
