//! The kernel's types, cut down for one object and kept for its next start: reading all of them is most of what a start costs.
//!
//! A cut is an advice that is checked and never needed: one that is missing, damaged or made for another kernel is as good as none,
//! and the loader falls back to the kernel's own types when an object does not load with it.

use std::fs;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use package::Package;
use sha2::{Digest, Sha256};

use crate::cache::{self, Cache};
use crate::privileges::give_up_all;

const KERNEL_BTF: &str = "/sys/kernel/btf/vmlinux";

/// Notes of the running kernel's image; one is its build ID.
const KERNEL_NOTES: &str = "/sys/kernel/notes";

/// Bytes of the digest that a kept cut begins with.
const DIGEST: usize = 32;

/// Cuts that are to be made once the objects that want them are attached.
#[derive(Default)]
pub(crate) struct Cuts {
    wanted: Vec<(String, Arc<Package>)>,
    making: Option<JoinHandle<()>>,
}

impl Cuts {
    /// The cut for this object and the running kernel, if one is kept. If not, and one would help, it is made later.
    pub(crate) fn find(&mut self, package: &Arc<Package>) -> Option<Vec<u8>> {
        if !package::btf_needs(package.object()).is_ok_and(|needs| needs.cut_helps()) {
            return None;
        }
        let name = name(package.object(), &fs::read(KERNEL_NOTES).ok()?);
        let kept = Cache::open()?.read(&name).and_then(whole);
        if kept.is_none() && !self.wanted.iter().any(|(wanted, _)| *wanted == name) {
            self.wanted.push((name, Arc::clone(package)));
        }
        kept
    }

    /// Make what is wanted, beside the run. To be called when events are on their way.
    pub(crate) fn make(&mut self) {
        if self.wanted.is_empty() {
            return;
        }
        let wanted = std::mem::take(&mut self.wanted);
        self.finish();
        // Without a thread the next start is as slow as this one was.
        self.making = thread::Builder::new()
            .name("btf".into())
            .spawn(move || {
                give_up_all();
                let (Ok(kernel), Some(cache)) = (fs::read(KERNEL_BTF), Cache::open()) else {
                    return;
                };
                for (name, package) in wanted {
                    if let Some(kept) = cut(package.object(), &kernel) {
                        cache.write(&name, &kept).ok();
                    }
                }
            })
            .ok();
    }

    /// Wait for those that are being made: half-written ones would stay behind.
    pub(crate) fn finish(&mut self) {
        if let Some(making) = self.making.take() {
            making.join().ok();
        }
    }
}

/// A cut as it is kept: its digest, then its bytes. None where a cut might resolve otherwise than the whole: types that the
/// kernel's image lacks may be a module's.
fn cut(object: &[u8], kernel: &[u8]) -> Option<Vec<u8>> {
    let cut = package::cut_btf(object, kernel)
        .ok()
        .filter(|cut| cut.absent.is_empty())?;
    let mut kept = Sha256::digest(&cut.bytes).to_vec();
    kept.extend(cut.bytes);
    Some(kept)
}

/// The bytes of a cut that was kept, if they are all there.
fn whole(kept: Vec<u8>) -> Option<Vec<u8>> {
    let (digest, bytes) = kept.split_at_checked(DIGEST)?;
    (Sha256::digest(bytes).as_slice() == digest).then(|| bytes.to_vec())
}

/// The name under which a cut is kept: all that it depends on.
fn name(object: &[u8], kernel: &[u8]) -> String {
    cache::named([env!("CARGO_PKG_VERSION").as_bytes(), object, kernel], "btf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_cut_is_none() {
        let mut kept = Sha256::digest(b"types").to_vec();
        kept.extend(b"types");
        assert_eq!(whole(kept.clone()).unwrap(), b"types");
        for at in 0..kept.len() {
            let mut damaged = kept.clone();
            damaged[at] ^= 1;
            assert!(whole(damaged).is_none(), "byte {at}");
            assert!(whole(kept[..at].to_vec()).is_none(), "cut off at {at}");
        }
    }

    #[test]
    fn another_object_or_kernel_is_another_name() {
        let names = [
            name(b"a", b"bc"),
            name(b"ab", b"c"),
            name(b"b", b"bc"),
            name(b"a", b"c"),
        ];
        let different: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len());
    }
}
