//! Many entries of a map in one call.

use std::ffi::c_void;
use std::ptr;

use crate::error::{ENOTSUPP, Error, Kind, Result};
use crate::map::{Map, UpdateMode};
use crate::refused_kinds::{self, Access};

/// Below this many entries they are read one by one: the kernel gives a bucket of a hash table whole or not at all.
const FEW: u32 = 64;
/// The most bytes that a bucket may have in which there are more entries than were asked for.
const MOST_BYTES: usize = 16 << 20;
/// Bytes that may be taken where fewer entries were asked for than the kernel gives at least.
const LITTLE: u64 = 1 << 20;
/// In a token that says where to go on: the kernel's own, a key to go on after, or from the beginning.
const BY_KERNEL: u8 = 0;
const AFTER_KEY: u8 = 1;
const ANEW: u8 = 2;

/// Entries that were read together: keys back to back, values back to back, in the same order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// `count` times the size of a key.
    pub keys: Vec<u8>,
    /// `count` times the size of a value.
    pub values: Vec<u8>,
    /// How many.
    pub count: u32,
    /// What the next call takes to go on; `None` at the end. Its bytes mean nothing to anyone else.
    pub next: Option<Vec<u8>>,
}

/// Which of the kernel's two batch operations.
type Batch = unsafe extern "C" fn(
    i32,
    *mut c_void,
    *mut c_void,
    *mut c_void,
    *mut c_void,
    *mut u32,
    *const libbpf_sys::bpf_map_batch_opts,
) -> i32;

impl Map {
    /// Up to `most` entries, from the beginning or from the `next` of the call before. While programs write, entries may be missed
    /// or come twice. The caller bounds `most`; memory for so many entries, but no more than the map has, is taken. A bucket of a hash
    /// table comes whole: where it alone has more than `most` entries, all of these come, up to 16 MiB.
    pub fn lookup_batch(&self, start: Option<&[u8]>, most: u32) -> Result<Entries> {
        refused_kinds::check(self.info(), Access::Read)?;
        refused_kinds::check(self.info(), Access::Walk)?;
        self.batch(start, most, libbpf_sys::bpf_map_lookup_batch, false)
    }

    /// The same, and what is given back is deleted. Queues and stacks have no keys: values are popped.
    pub fn lookup_and_delete_batch(&self, start: Option<&[u8]>, most: u32) -> Result<Entries> {
        refused_kinds::check(self.info(), Access::Delete)?;
        if self.info().is_queue() {
            return self.pop(start, most);
        }
        refused_kinds::check(self.info(), Access::Walk)?;
        self.batch(start, most, libbpf_sys::bpf_map_lookup_and_delete_batch, true)
    }

    /// Writes many entries. Gives back how many were written; an error only if the first one could not be. Queues and stacks have no
    /// keys, bloom filters no values.
    pub fn update_batch(&self, keys: &[u8], values: &[u8], mode: UpdateMode) -> Result<u32> {
        let (key, value) = (self.info().key_size as usize, self.info().value_size as usize);
        let count = if key == 0 {
            values.len() / value.max(1)
        } else {
            self.split_keys(keys)?.len()
        };
        if keys.len() != count * key || values.len() != count * value {
            let message = format!(
                "{} bytes of keys of {key} each and {} bytes of values of {value} each do not match",
                keys.len(),
                values.len()
            );
            return Err(Error::invalid(message).context(format!("map {}", self.name())));
        }
        let mut written = 0;
        for place in 0..count {
            let part = |bytes: &'_ [u8], size: usize| -> std::ops::Range<usize> {
                let start = (place * size).min(bytes.len());
                start..(start + size).min(bytes.len())
            };
            let key = keys.get(part(keys, key)).unwrap_or_default();
            let value = values.get(part(values, value)).unwrap_or_default();
            match self.update(key, value, mode) {
                Ok(()) => written += 1,
                Err(error) if written == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(written)
    }

    /// Deletes many keys; those that do not exist are skipped. Gives back how many were deleted.
    pub fn delete_batch(&self, keys: &[u8]) -> Result<u32> {
        refused_kinds::check(self.info(), Access::Delete)?;
        let mut deleted = 0;
        for key in self.split_keys(keys)? {
            match self.delete(key) {
                Ok(()) => deleted += 1,
                Err(error) if error.kind() == Kind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(deleted)
    }

    fn split_keys<'keys>(&self, keys: &'keys [u8]) -> Result<std::slice::ChunksExact<'keys, u8>> {
        let size = self.info().key_size as usize;
        if size == 0 || !keys.len().is_multiple_of(size) {
            return Err(Error::invalid(format!(
                "{} bytes are no keys of map {}: each has {size}",
                keys.len(),
                self.name()
            )));
        }
        Ok(keys.chunks_exact(size))
    }

    fn batch(&self, start: Option<&[u8]>, most: u32, operation: Batch, delete: bool) -> Result<Entries> {
        let most = self.at_most(most)?;
        let (kind, rest) = match start {
            None => (ANEW, &[][..]),
            Some(token) => token
                .split_first()
                .map_or((u8::MAX, token), |(kind, rest)| (*kind, rest)),
        };
        match kind {
            ANEW if most < FEW => self.one_by_one(None, most, delete),
            ANEW => match self.by_kernel(None, most, operation, delete)? {
                Some(entries) => Ok(entries),
                None => self.one_by_one(None, most, delete),
            },
            AFTER_KEY => self.one_by_one(Some(rest), most, delete),
            BY_KERNEL if rest.len() == self.token_size() => {
                // The kernel gives a bucket whole, which takes room; where there is none, going on by key takes none.
                if most < FEW && !self.is_small() {
                    return Err(self.unknown_token());
                }
                match self.by_kernel(Some(rest), most.max(FEW), operation, delete)? {
                    Some(entries) => Ok(entries),
                    // Where keys are gone on from by themselves, the token is the last one.
                    None => self.one_by_one(rest.get(..self.info().key_size as usize), most, delete),
                }
            }
            _ => Err(self.unknown_token()),
        }
    }

    /// Pops until there are no more values.
    fn pop(&self, start: Option<&[u8]>, most: u32) -> Result<Entries> {
        let most = self.at_most(most)?;
        if !matches!(start, None | Some([ANEW])) {
            return Err(self.unknown_token());
        }
        let mut entries = Entries::default();
        while entries.count < most {
            let Some(value) = self.lookup_and_delete(&[])? else {
                return Ok(entries);
            };
            entries.values.extend_from_slice(&value);
            entries.count += 1;
        }
        entries.next = Some(vec![ANEW]);
        Ok(entries)
    }

    /// No more than there can be, and one so that the end shows. Storage does not say how many it may have.
    fn at_most(&self, most: u32) -> Result<u32> {
        let most = match self.info().max_entries {
            0 => most,
            entries => most.min(entries.saturating_add(1)),
        };
        if most == 0 {
            return Err(Error::invalid(format!(
                "map {} cannot be read in batches of none",
                self.name()
            )));
        }
        Ok(most)
    }

    /// Whether the fewest entries that the kernel gives at once are little to keep.
    fn is_small(&self) -> bool {
        let entry = u64::from(self.info().key_size) + u64::from(self.info().value_size);
        entry * u64::from(FEW) <= LITTLE
    }

    fn unknown_token(&self) -> Error {
        Error::invalid(format!("map {}: these bytes do not say where to go on", self.name()))
    }

    /// By the kernel's batch operation; `None` if it has none for this kind of map, or the first entries do not fit into such a batch.
    ///
    /// It gives a bucket of a hash table whole, which has more than `most` entries if somebody chose the keys for that.
    fn by_kernel(&self, from: Option<&[u8]>, most: u32, operation: Batch, delete: bool) -> Result<Option<Entries>> {
        let (key, value) = (self.info().key_size as usize, self.info().value_size as usize);
        let mut most = most;
        // What has been deleted cannot be read a second time.
        let mut zeroed = delete;
        loop {
            let mut from = from.map(<[u8]>::to_vec);
            let mut next = vec![0_u8; self.token_size()];
            let (mut keys, mut values) = (
                Vec::<u8>::with_capacity(key * most as usize),
                Vec::<u8>::with_capacity(value * most as usize),
            );
            if zeroed {
                keys.resize(key * most as usize, 0);
                values.resize(value * most as usize, 0);
            }
            let mut count = most;
            let options = libbpf_sys::bpf_map_batch_opts {
                sz: size_of::<libbpf_sys::bpf_map_batch_opts>() as libbpf_sys::size_t,
                ..Default::default()
            };
            // SAFETY: the kernel reads a token and writes one, and at most `count` keys and values of this map's sizes; the buffers
            // have as much. It sets `count` to how many.
            let code = unsafe {
                operation(
                    self.raw_fd(),
                    from.as_mut().map_or(ptr::null_mut(), |from| from.as_mut_ptr().cast()),
                    next.as_mut_ptr().cast(),
                    keys.as_mut_ptr().cast(),
                    values.as_mut_ptr().cast(),
                    &raw mut count,
                    &raw const options,
                )
            };
            let end = match -code {
                ..=0 => false,
                libc::ENOENT => true,
                libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP | libc::ENOSPC if from.is_none() => return Ok(None),
                libc::ENOSPC if (key + value) * most as usize * 2 <= MOST_BYTES => {
                    most = most.saturating_mul(2);
                    continue;
                }
                // Before Linux 6.15 that is also what it says where an array of maps has places with nothing in them.
                libc::EINTR => return Ok(None),
                _ => return Err(self.refused(Error::from_errno(code), code, "read")),
            };
            let count = count.min(most);
            // Who refuses in the kernel's place, as a BPF program of the LSM may, has not set `count`.
            if end && count == most && !zeroed {
                zeroed = true;
                continue;
            }
            // SAFETY: the kernel sets `count` to none first, and then to what it has written; there is room for `most`. Where that is not
            // certain the memory is not new.
            unsafe {
                keys.set_len(key * count as usize);
                values.set_len(value * count as usize);
            }
            next.insert(0, BY_KERNEL);
            return Ok(Some(Entries {
                keys,
                values,
                count,
                next: (!end).then_some(next),
            }));
        }
    }

    fn one_by_one(&self, after: Option<&[u8]>, most: u32, delete: bool) -> Result<Entries> {
        let mut entries = Entries::default();
        let mut key = self.next_key(after)?;
        while let Some(found) = key {
            if entries.count == most {
                let token = if delete {
                    vec![ANEW]
                } else {
                    self.token_after(&entries.keys)
                };
                entries.next = Some(token);
                break;
            }
            key = self.next_key(Some(&found))?;
            // A key that has gone meanwhile is skipped.
            if let Some(value) = self.lookup(&found)? {
                if delete {
                    match self.delete(&found) {
                        Err(error) if error.kind() != Kind::NotFound => return Err(error),
                        _ => {}
                    }
                }
                entries.keys.extend_from_slice(&found);
                entries.values.extend_from_slice(&value);
                entries.count += 1;
            }
        }
        Ok(entries)
    }

    fn token_after(&self, keys: &[u8]) -> Vec<u8> {
        let last = keys.len().saturating_sub(self.info().key_size as usize);
        let mut token = vec![AFTER_KEY];
        token.extend_from_slice(keys.get(last..).unwrap_or_default());
        token
    }

    /// What the kernel's token needs at most: a hash table's is 4 bytes, others' are a key.
    fn token_size(&self) -> usize {
        (self.info().key_size as usize).max(4)
    }
}
