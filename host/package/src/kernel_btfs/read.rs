//! Reading the field, and picking the BTF for a kernel.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use serde_json::{Map, Value};

use super::{ANY, KERNEL_BTFS, Kernel, architecture, too_large};
use crate::cut::cut_btf;
use crate::error::{At, Error};
use crate::fields::{self, Fields};
use crate::limits;
use crate::packed::{DAMAGED, decode};

/// The field as it stands in the document; numbers are checked, the BTFs not yet unpacked.
pub(crate) struct Packed<'a> {
    btfs: &'a str,
    sizes: Vec<u64>,
    entries: Vec<Entry<'a>>,
}

/// A kernel and the index of its BTF.
struct Entry<'a> {
    distribution: &'a str,
    version: &'a str,
    architecture: &'a str,
    release: &'a str,
    btf: usize,
}

impl<'a> Packed<'a> {
    /// Reads the field, if the document has it.
    pub(crate) fn read(document: &'a Map<String, Value>) -> Result<Option<Self>, Error> {
        let Some(field) = Fields(document).object(KERNEL_BTFS)? else {
            return Ok(None);
        };
        Self::fields(field).at(|| KERNEL_BTFS).map(Some)
    }

    fn fields(field: Fields<'a>) -> Result<Self, Error> {
        let btfs = field.required_string("btfs")?;
        let sizes = sizes(field.array("sizes")?)?;
        let mut entries = Vec::new();
        for (place, releases) in field.object("kernels")?.into_iter().flat_map(|kernels| kernels.0) {
            let within = || format!("kernels[{place:?}]");
            let parts: Vec<&str> = place.split('/').collect();
            let &[distribution, version, architecture] = parts.as_slice() else {
                let error = Error::field("kernels are listed under DISTRIBUTION/VERSION/ARCHITECTURE");
                return Err(error.at(within()));
            };
            for release in fields::object(releases).at(within)?.0.keys() {
                let last = sizes.len().saturating_sub(1) as u64;
                let index = fields::object(releases)?
                    .number(release, last)
                    .at(within)?
                    .and_then(|index| usize::try_from(index).ok())
                    .filter(|&index| index < sizes.len())
                    .ok_or_else(|| {
                        Error::field("found no number of one of `sizes`")
                            .at(release.as_str())
                            .at(within())
                    })?;
                entries.push(Entry {
                    distribution,
                    version,
                    architecture,
                    release,
                    btf: index,
                });
            }
        }
        Ok(Self { btfs, sizes, entries })
    }

    /// How many kernels are listed.
    pub(crate) fn kernels(&self) -> usize {
        self.entries.len()
    }

    /// The BTF for a kernel, cut down again for `object`: whatever the package has, what comes out is sound.
    ///
    /// Release and architecture have to be the kernel's. Where that leaves different BTFs, those of its distribution count, and of
    /// these those of its version: inside a container both are the container's.
    pub(crate) fn pick(&self, kernel: &Kernel, object: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let machine = kernel.architecture.as_deref().map(architecture);
        let fits = |entry: &&Entry<'_>| {
            let architecture = entry.architecture == ANY || machine.is_none_or(|machine| machine == entry.architecture);
            entry.release == kernel.release && architecture
        };
        let rank = |entry: &Entry<'_>| {
            let distribution = kernel.distribution.as_deref() == Some(entry.distribution);
            let version = kernel
                .version
                .as_deref()
                .is_some_and(|version| is_version(entry.version, version));
            u8::from(distribution) + u8::from(distribution && version)
        };
        let fitting: Vec<&Entry<'_>> = self.entries.iter().filter(fits).collect();
        let best = fitting.iter().map(|entry| rank(entry)).max();
        let mut indices = fitting
            .iter()
            .filter(|entry| Some(rank(entry)) == best)
            .map(|entry| entry.btf);
        let Some(first) = indices.next() else { return Ok(None) };
        if indices.any(|index| index != first) {
            return Err(Error::field(format!(
                "the package has different BTFs for kernels of this release, and cannot tell which is that of {kernel}"
            ))
            .at(KERNEL_BTFS));
        }
        self.unpack(first)
            .and_then(|btf| cut_btf(object, &btf))
            .at(|| format!("{KERNEL_BTFS}.btfs[{first}]"))
            .map(|cut| Some(cut.bytes))
    }

    fn unpack(&self, index: usize) -> Result<Vec<u8>, Error> {
        let damaged = |what: String| Error::field(what).with_hint(DAMAGED);
        let before: u64 = self.sizes.iter().take(index).sum();
        let size = self.sizes.get(index).copied().unwrap_or(0);
        let packed = decode(self.btfs)?;
        let mut stream = ZlibDecoder::new(packed.as_slice());
        let mut btf = Vec::new();
        io::copy(&mut (&mut stream).take(before), &mut io::sink())
            .and_then(|_| (&mut stream).take(size).read_to_end(&mut btf))
            .map_err(|error| damaged(format!("not valid zlib data: {error}")))?;
        if btf.len() as u64 == size {
            Ok(btf)
        } else {
            Err(damaged("it inflates to fewer bytes than `sizes` says".into()))
        }
    }
}

/// Sizes that are no more than the limit together.
fn sizes(values: &[Value]) -> Result<Vec<u64>, Error> {
    let mut total = 0_u64;
    let mut sizes = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let size = fields::number(value, limits::KERNEL_BTF_BYTES as u64).at(|| format!("sizes[{index}]"))?;
        total += size;
        if total > limits::KERNEL_BTF_BYTES as u64 {
            return Err(too_large(usize::try_from(total).unwrap_or(usize::MAX)).at("sizes"));
        }
        sizes.push(size);
    }
    Ok(sizes)
}

/// Whether an archive's folder means a distribution's version: `7` does `7.9`, as `7.9` does.
fn is_version(folder: &str, version: &str) -> bool {
    version
        .strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
