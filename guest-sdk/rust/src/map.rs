//! Maps in the kernel: as bytes, with [`Map`]'s own functions, or with types.
//!
//! ```no_run
//! use eunomia::map::{Mode, TypedMap};
//! # fn main() -> Result<(), eunomia::Error> {
//! # let object = eunomia::Skeleton::embedded("x")?.open()?.load()?;
//! let starts: TypedMap<u32, u64> = TypedMap::new(object.map("starts")?)?;
//! starts.set(&1, &42, Mode::Any)?;
//! for entry in starts.iter() {
//!     let (pid, time) = entry?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`TypedMap`] is also for storage of tasks and control groups, whose keys are numbers of processes (`u32`) and groups (`u64`). A map
//! goes into a map of maps with [`Map::insert_map`], a program into a program array with
//! [`Program::insert`](crate::program::Program::insert), a record into a user ring buffer with [`Map::submit`].

use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use bytemuck::{AnyBitPattern, NoUninit, Pod};

use crate::bytemuck;
use crate::bytes::read;
use crate::{Error, ErrorKind};

mod kinds;

pub use crate::bindings::map::{Entries, Error as MapError, Info, Map, Memory, UpdateMode as Mode};
pub use kinds::{Arena, BloomFilter, LpmTrie, Queue, StackTraces};

/// Entries that one call brings: enough that the call costs nothing an entry.
const MOST: u32 = 4096;

/// A map whose keys and values have types.
pub struct TypedMap<K, V> {
    map: Map,
    of: PhantomData<(K, V)>,
}

/// A map with a value for each CPU and key.
pub struct PerCpuMap<K, V> {
    map: Map,
    /// From one CPU's value to the next.
    stride: usize,
    of: PhantomData<(K, V)>,
}

fn check(map: &Map, what: &str, found: u32, name: &str, wanted: usize) -> Result<(), Error> {
    if usize::try_from(found) == Ok(wanted) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::WrongSize,
        format!(
            "{what} of map {} have {found} bytes, and {name} has {wanted}",
            map.info().name
        ),
    ))
}

impl<K: Pod, V: Pod> TypedMap<K, V> {
    /// The map with types.
    ///
    /// # Errors
    /// [`WrongSize`](ErrorKind::WrongSize) if they have other sizes than the map's keys and values.
    pub fn new(map: Map) -> Result<Self, Error> {
        let info = map.info();
        check(&map, "keys", info.key_size, core::any::type_name::<K>(), size_of::<K>())?;
        check(
            &map,
            "values",
            info.value_size,
            core::any::type_name::<V>(),
            size_of::<V>(),
        )?;
        Ok(Self { map, of: PhantomData })
    }

    /// The value of a key, none if there is no such key.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn get(&self, key: &K) -> Result<Option<V>, Error> {
        let value = self.map.lookup(bytemuck::bytes_of(key))?;
        value.map(|bytes| read(&bytes)).transpose()
    }

    /// Writes a value.
    ///
    /// # Errors
    /// [`Full`](ErrorKind::Full), and what the mode asks for.
    pub fn set(&self, key: &K, value: &V, mode: Mode) -> Result<(), Error> {
        Ok(self
            .map
            .update(bytemuck::bytes_of(key), bytemuck::bytes_of(value), mode)?)
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// [`NoSuchKey`](ErrorKind::NoSuchKey).
    pub fn delete(&self, key: &K) -> Result<(), Error> {
        Ok(self.map.delete(bytemuck::bytes_of(key))?)
    }

    /// The value of a key, which is deleted.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn take(&self, key: &K) -> Result<Option<V>, Error> {
        let value = self.map.lookup_and_delete(bytemuck::bytes_of(key))?;
        value.map(|bytes| read(&bytes)).transpose()
    }

    /// Writes many entries, and says how many were written.
    ///
    /// # Errors
    /// Only if not even the first one could be written.
    pub fn set_all(&self, entries: &[(K, V)], mode: Mode) -> Result<u32, Error> {
        let keys: Vec<u8> = entries.iter().flat_map(|(key, _)| bytes_of(key)).copied().collect();
        let values: Vec<u8> = entries.iter().flat_map(|(_, value)| bytes_of(value)).copied().collect();
        Ok(self.map.update_batch(&keys, &values, mode)?)
    }

    /// All entries, many a call. While somebody writes, entries may be missed or come twice.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.walk(false)
    }

    /// As [`iter`](Self::iter), and entries are deleted as they are read, up to 4,096 a call: go on to the end, or those that were read
    /// and not given out are gone.
    pub fn drain(&self) -> Iter<'_, K, V> {
        self.walk(true)
    }

    fn walk(&self, delete: bool) -> Iter<'_, K, V> {
        Iter {
            walk: Walk::new(&self.map, delete, size_of::<K>(), size_of::<V>()),
            of: PhantomData,
        }
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}

fn bytes_of<T: NoUninit>(value: &T) -> &[u8] {
    bytemuck::bytes_of(value)
}

impl<K: Pod, V: Pod> PerCpuMap<K, V> {
    /// The map with types: `V` is the value of one CPU. The kernel says only to which multiple of 8 bytes a value is padded: a type
    /// that is padded to the same is taken.
    ///
    /// # Errors
    /// [`WrongSize`](ErrorKind::WrongSize) if they have other sizes than the map's keys and values,
    /// [`Mismatch`](ErrorKind::Mismatch) if the map is not one for each CPU.
    pub fn new(map: Map) -> Result<Self, Error> {
        let info = map.info();
        check(&map, "keys", info.key_size, core::any::type_name::<K>(), size_of::<K>())?;
        if info.cpus == 0 {
            let text = format!("map {} has one value for all CPUs", info.name);
            return Err(Error::new(ErrorKind::Mismatch, text));
        }
        let stride = info.value_stride as usize;
        // The kernel pads each value to a multiple of 8 bytes.
        if size_of::<V>().next_multiple_of(8) != stride {
            check(
                &map,
                "values",
                info.value_stride,
                core::any::type_name::<V>(),
                size_of::<V>(),
            )?;
        }
        Ok(Self {
            map,
            stride,
            of: PhantomData,
        })
    }

    /// The values of a key, by CPU; none if there is no such key.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn get(&self, key: &K) -> Result<Option<Vec<V>>, Error> {
        let values = self.map.lookup(bytemuck::bytes_of(key))?;
        values.map(|bytes| by_cpu(&bytes, self.stride)).transpose()
    }

    /// Writes the values of all CPUs: as many as there are, or none for zeros.
    ///
    /// # Errors
    /// [`WrongSize`](ErrorKind::WrongSize) if there are more or fewer than CPUs.
    pub fn set(&self, key: &K, values: &[V], mode: Mode) -> Result<(), Error> {
        let mut bytes = Vec::new();
        self.append(values, &mut bytes)?;
        Ok(self.map.update(bytemuck::bytes_of(key), &bytes, mode)?)
    }

    /// As [`set`](Self::set), many entries a call. Says how many were written.
    ///
    /// # Errors
    /// Only if not even the first one could be written, or if there are more or fewer values than CPUs.
    pub fn set_all(&self, entries: &[(K, &[V])], mode: Mode) -> Result<u32, Error> {
        let keys: Vec<u8> = entries.iter().flat_map(|(key, _)| bytes_of(key)).copied().collect();
        let mut bytes = Vec::new();
        for (_, values) in entries {
            self.append(values, &mut bytes)?;
        }
        Ok(self.map.update_batch(&keys, &bytes, mode)?)
    }

    /// The values of a key as the kernel takes them.
    fn append(&self, values: &[V], bytes: &mut Vec<u8>) -> Result<(), Error> {
        let info = self.map.info();
        if values.is_empty() {
            let size = info.value_size as usize;
            bytes.resize(bytes.len() + size, 0);
        } else if values.len() != info.cpus as usize {
            let text = format!(
                "map {} has {} CPUs, and there are {} values",
                info.name,
                info.cpus,
                values.len()
            );
            return Err(Error::new(ErrorKind::WrongSize, text));
        }
        for value in values {
            let end = bytes.len() + self.stride;
            bytes.extend_from_slice(bytemuck::bytes_of(value));
            bytes.resize(end, 0);
        }
        Ok(())
    }

    /// All entries, many a call, with the values of all CPUs.
    pub fn iter(&self) -> PerCpuIter<'_, K, V> {
        let value = self.map.info().value_size as usize;
        PerCpuIter {
            walk: Walk::new(&self.map, false, size_of::<K>(), value),
            stride: self.stride,
            of: PhantomData,
        }
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}

fn by_cpu<V: AnyBitPattern>(bytes: &[u8], stride: usize) -> Result<Vec<V>, Error> {
    let values = bytes.chunks_exact(stride.max(1));
    values
        .map(|value| read(value.get(..size_of::<V>()).unwrap_or_default()))
        .collect()
}

/// A key and a value.
type Entry<'a> = (&'a [u8], &'a [u8]);

/// Entries as bytes, a batch a call.
struct Walk<'a> {
    map: &'a Map,
    delete: bool,
    key: usize,
    value: usize,
    entries: Entries,
    /// How many of them were given out.
    given: usize,
    begun: bool,
}

impl<'a> Walk<'a> {
    fn new(map: &'a Map, delete: bool, key: usize, value: usize) -> Self {
        let entries = Entries {
            keys: Vec::new(),
            values: Vec::new(),
            count: 0,
            next: None,
        };
        Self {
            map,
            delete,
            key,
            value,
            entries,
            given: 0,
            begun: false,
        }
    }

    /// A key and a value.
    fn next(&mut self) -> Option<Result<Entry<'_>, Error>> {
        while self.given >= self.entries.count as usize {
            let start = self.entries.next.take();
            if self.begun && start.is_none() {
                return None;
            }
            self.begun = true;
            let read = if self.delete {
                self.map.lookup_and_delete_batch(start.as_deref(), MOST)
            } else {
                self.map.lookup_batch(start.as_deref(), MOST)
            };
            match read {
                Ok(entries) => self.entries = entries,
                Err(error) => {
                    // Nothing follows an error.
                    self.entries.count = 0;
                    return Some(Err(error.into()));
                }
            }
            self.given = 0;
        }
        let place = self.given;
        self.given += 1;
        let of = |bytes: &'_ [u8], size: usize| -> Option<core::ops::Range<usize>> {
            let begin = place.checked_mul(size)?;
            let range = begin..begin.checked_add(size)?;
            bytes.get(range.clone()).map(|_| range)
        };
        let (Some(key), Some(value)) = (of(&self.entries.keys, self.key), of(&self.entries.values, self.value)) else {
            return Some(Err(Error::other("the host gave fewer bytes than it said")));
        };
        let key = self.entries.keys.get(key).unwrap_or_default();
        let value = self.entries.values.get(value).unwrap_or_default();
        Some(Ok((key, value)))
    }
}

/// The entries of a [`TypedMap`].
pub struct Iter<'a, K, V> {
    walk: Walk<'a>,
    of: PhantomData<(K, V)>,
}

impl<K: Pod, V: Pod> Iterator for Iter<'_, K, V> {
    type Item = Result<(K, V), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(
            self.walk
                .next()?
                .and_then(|(key, value)| Ok((read(key)?, read(value)?))),
        )
    }
}

/// The entries of a [`PerCpuMap`].
pub struct PerCpuIter<'a, K, V> {
    walk: Walk<'a>,
    stride: usize,
    of: PhantomData<(K, V)>,
}

impl<K: Pod, V: Pod> Iterator for PerCpuIter<'_, K, V> {
    type Item = Result<(K, Vec<V>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let stride = self.stride;
        let entry = self.walk.next()?;
        Some(entry.and_then(|(key, values)| Ok((read(key)?, by_cpu(values, stride)?))))
    }
}

impl<K, V> fmt::Debug for TypedMap<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("TypedMap").field(&self.map).finish()
    }
}

impl<K, V> fmt::Debug for PerCpuMap<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PerCpuMap").field(&self.map).finish()
    }
}
