//! Kinds of maps that are more than a table, with types.

use alloc::format;
use alloc::vec::Vec;
use core::marker::PhantomData;

use bytemuck::{NoUninit, Pod};

use super::{Map, Memory, Mode, Walk, bytes_of, check};
use crate::bytes::read;
use crate::{Error, ErrorKind, bytemuck};

/// `enum bpf_map_type` of the kernel's `include/uapi/linux/bpf.h`.
const STACK_TRACE: u32 = 7;
const LPM_TRIE: u32 = 11;
const QUEUE: u32 = 22;
const STACK: u32 = 23;
const BLOOM_FILTER: u32 = 30;
const ARENA: u32 = 33;

/// The length of a prefix, in front of a trie's keys.
const PREFIX: usize = size_of::<u32>();

/// The length of an address in a stack trace.
const ADDRESS: usize = size_of::<u64>();

fn expect(map: &Map, kinds: &[u32], what: &str) -> Result<(), Error> {
    let info = map.info();
    if kinds.contains(&info.kind) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Mismatch,
        format!("map {} is no {what}", info.name),
    ))
}

/// A queue, or a stack: the same, but that it gives back first what was put in last.
#[derive(Debug)]
pub struct Queue<V> {
    map: Map,
    of: PhantomData<V>,
}

impl<V: Pod> Queue<V> {
    /// The map with a type.
    ///
    /// # Errors
    /// [`Mismatch`](ErrorKind::Mismatch) for another kind of map, [`WrongSize`](ErrorKind::WrongSize) if its values have another size.
    pub fn new(map: Map) -> Result<Self, Error> {
        expect(&map, &[QUEUE, STACK], "queue or stack")?;
        let size = map.info().value_size;
        check(&map, "values", size, core::any::type_name::<V>(), size_of::<V>())?;
        Ok(Self { map, of: PhantomData })
    }

    /// Puts a value in.
    ///
    /// # Errors
    /// [`Full`](ErrorKind::Full).
    pub fn push(&self, value: &V) -> Result<(), Error> {
        Ok(self.map.update(&[], bytes_of(value), Mode::Any)?)
    }

    /// Puts a value in; if it is full, what is oldest makes room.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn push_anyway(&self, value: &V) -> Result<(), Error> {
        Ok(self.map.update(&[], bytes_of(value), Mode::Exist)?)
    }

    /// Takes the next value out, none if it is empty.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn pop(&self) -> Result<Option<V>, Error> {
        self.map.lookup_and_delete(&[])?.map(|bytes| read(&bytes)).transpose()
    }

    /// The value that [`pop`](Self::pop) would take out.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn peek(&self) -> Result<Option<V>, Error> {
        self.map.lookup(&[])?.map(|bytes| read(&bytes)).transpose()
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}

/// A set that may say yes for what is not in, rarely, and never no for what is.
#[derive(Debug)]
pub struct BloomFilter<V> {
    map: Map,
    of: PhantomData<V>,
}

impl<V: NoUninit> BloomFilter<V> {
    /// The map with a type.
    ///
    /// # Errors
    /// [`Mismatch`](ErrorKind::Mismatch) for another kind of map, [`WrongSize`](ErrorKind::WrongSize) if its elements have another size.
    pub fn new(map: Map) -> Result<Self, Error> {
        expect(&map, &[BLOOM_FILTER], "bloom filter")?;
        let size = map.info().key_size;
        check(&map, "elements", size, core::any::type_name::<V>(), size_of::<V>())?;
        Ok(Self { map, of: PhantomData })
    }

    /// Puts an element in, for as long as the map lives.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn insert(&self, element: &V) -> Result<(), Error> {
        Ok(self.map.update(bytes_of(element), &[], Mode::Any)?)
    }

    /// Whether an element may be in.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn may_contain(&self, element: &V) -> Result<bool, Error> {
        Ok(self.map.lookup(bytes_of(element))?.is_some())
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}

/// A table of prefixes, such as routes: `K` is a whole key without the prefix's length, most often an array of bytes.
#[derive(Debug)]
pub struct LpmTrie<K, V> {
    map: Map,
    of: PhantomData<(K, V)>,
}

impl<K: Pod, V: Pod> LpmTrie<K, V> {
    /// The map with types.
    ///
    /// # Errors
    /// [`Mismatch`](ErrorKind::Mismatch) for another kind of map, [`WrongSize`](ErrorKind::WrongSize) if keys or values have other sizes.
    pub fn new(map: Map) -> Result<Self, Error> {
        expect(&map, &[LPM_TRIE], "prefix trie")?;
        let info = map.info();
        let key = size_of::<K>() + PREFIX;
        check(&map, "keys", info.key_size, core::any::type_name::<(u32, K)>(), key)?;
        let name = core::any::type_name::<V>();
        check(&map, "values", info.value_size, name, size_of::<V>())?;
        Ok(Self { map, of: PhantomData })
    }

    /// The value of the longest prefix that the key begins with.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn get(&self, key: &K) -> Result<Option<V>, Error> {
        let bits = u32::try_from(size_of::<K>().saturating_mul(8)).unwrap_or(u32::MAX);
        let value = self.map.lookup(&prefixed(bits, key))?;
        value.map(|bytes| read(&bytes)).transpose()
    }

    /// Writes the value of a prefix: the first `bits` of the key.
    ///
    /// # Errors
    /// [`Mismatch`](ErrorKind::Mismatch) if the key does not have so many, [`Full`](ErrorKind::Full), and what the mode asks for.
    pub fn set(&self, bits: u32, key: &K, value: &V, mode: Mode) -> Result<(), Error> {
        Ok(self.map.update(&prefixed(bits, key), bytes_of(value), mode)?)
    }

    /// Deletes this very prefix.
    ///
    /// # Errors
    /// [`NoSuchKey`](ErrorKind::NoSuchKey).
    pub fn delete(&self, bits: u32, key: &K) -> Result<(), Error> {
        Ok(self.map.delete(&prefixed(bits, key))?)
    }

    /// All prefixes with their lengths in bits, and their values.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn entries(&self) -> Result<Vec<(u32, K, V)>, Error> {
        let mut walk = Walk::new(&self.map, false, size_of::<K>() + PREFIX, size_of::<V>());
        let mut entries = Vec::new();
        while let Some(entry) = walk.next() {
            let (key, value) = entry?;
            let (bits, key) = key.split_at_checked(PREFIX).unwrap_or_default();
            entries.push((read(bits)?, read(key)?, read(value)?));
        }
        Ok(entries)
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}

fn prefixed<K: NoUninit>(bits: u32, key: &K) -> Vec<u8> {
    let mut bytes = bits.to_ne_bytes().to_vec();
    bytes.extend_from_slice(bytes_of(key));
    bytes
}

/// Stack traces by the numbers that `bpf_get_stackid` gives.
#[derive(Debug)]
pub struct StackTraces {
    map: Map,
}

impl StackTraces {
    /// The map as stack traces.
    ///
    /// # Errors
    /// [`Mismatch`](ErrorKind::Mismatch) for another kind of map.
    pub fn new(map: Map) -> Result<Self, Error> {
        expect(&map, &[STACK_TRACE], "map of stack traces")?;
        Ok(Self { map })
    }

    /// The addresses of a trace, the innermost first; none if it is not there (any more). A negative number is an error of
    /// `bpf_get_stackid`'s, and no trace.
    ///
    /// # Errors
    /// Where the kernel refuses.
    pub fn get(&self, number: i32) -> Result<Option<Vec<u64>>, Error> {
        let Ok(number) = u32::try_from(number) else {
            return Ok(None);
        };
        let Some(trace) = self.map.lookup(&number.to_ne_bytes())? else {
            return Ok(None);
        };
        let addresses = trace.chunks_exact(ADDRESS).map(read);
        let mut addresses: Vec<u64> = addresses.collect::<Result<_, _>>()?;
        // What is after the last address is 0.
        let used = addresses.iter().position(|address| *address == 0);
        addresses.truncate(used.unwrap_or(addresses.len()));
        Ok(Some(addresses))
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}

/// Memory that BPF programs share.
#[derive(Debug)]
pub struct Arena {
    map: Map,
    memory: Memory,
}

impl Arena {
    /// The map as memory.
    ///
    /// # Errors
    /// [`Mismatch`](ErrorKind::Mismatch) for another kind of map.
    pub fn new(map: Map) -> Result<Self, Error> {
        expect(&map, &[ARENA], "arena")?;
        let memory = map.memory()?;
        Ok(Self { map, memory })
    }

    /// Its bytes. Not all need to exist.
    pub fn size(&self) -> u64 {
        self.memory.size
    }

    /// The offset of what a pointer in the arena points to; none if that is not in it, as for a null pointer.
    pub fn offset(&self, pointer: u64) -> Option<u64> {
        let offset = pointer.checked_sub(self.memory.address)?;
        (offset < self.memory.size).then_some(offset)
    }

    /// The value at an offset.
    ///
    /// # Errors
    /// [`WrongSize`](ErrorKind::WrongSize) beyond the end; where there is no page and only BPF programs make them.
    pub fn get<V: Pod>(&self, offset: u64) -> Result<V, Error> {
        let length = u32::try_from(size_of::<V>()).unwrap_or(u32::MAX);
        read(&self.map.read_memory(offset, length)?)
    }

    /// Writes a value at an offset.
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub fn set<V: NoUninit>(&self, offset: u64, value: &V) -> Result<(), Error> {
        Ok(self.map.write_memory(offset, bytes_of(value))?)
    }

    /// The map as bytes.
    pub fn map(&self) -> &Map {
        &self.map
    }
}
