//! Maps in the kernel, as bytes whose lengths are checked here.

use std::os::fd::{AsFd, BorrowedFd};
use std::ptr;
use std::sync::Arc;

use crate::error::{ENOTSUPP, Error, Kind, Result};
use crate::lost::Counter;
use crate::map_key::pointer;
use crate::object::Object;
use crate::raw::{self, MapEntry};
use crate::refused_kinds::{self, Access};

pub(crate) use crate::map_info::{MapInfo, kind_name};

/// A map in the kernel.
///
/// A value of a per-CPU map is the values of all possible CPUs one after the other, each padded to a multiple of 8 bytes. Keys and
/// values are the kernel's, but where those would be descriptors of this process:
/// * The key of task storage is the number of a process, `u32`; from Linux 6.9 also that of a thread.
/// * The key of control group storage is the group's number, `u64`, as `bpf_get_current_cgroup_id` gives it.
/// * A bloom filter is a set: its elements are the keys, and values are empty.
/// * Maps of maps and program arrays are read as the kernel's numbers of what is in them. [`Map::insert_map`] and
///   [`Program::insert`](crate::Program::insert) write them.
#[derive(Clone, Debug)]
pub struct Map {
    info: Arc<MapInfo>,
    lost: Option<Arc<Counter>>,
    record: Option<u32>,
    fd: i32,
    // Keeps the descriptor open.
    object: Object,
}

/// What an update expects of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateMode {
    /// It exists or not.
    Any,
    /// It does not exist; else the error is [`Kind::Exists`].
    NoExist,
    /// It exists; else the error is [`Kind::NotFound`].
    Exist,
}

impl UpdateMode {
    pub(crate) fn flags(self) -> u64 {
        match self {
            Self::Any => libbpf_sys::BPF_ANY.into(),
            Self::NoExist => libbpf_sys::BPF_NOEXIST.into(),
            Self::Exist => libbpf_sys::BPF_EXIST.into(),
        }
    }
}

impl Map {
    pub(crate) fn new(object: Object, entry: &MapEntry) -> Result<Self> {
        // SAFETY: the map is the object's, which `object` keeps.
        let fd = unsafe { libbpf_sys::bpf_map__fd(entry.raw.as_ptr()) };
        if fd < 0 {
            return Err(Error::not_found(format!(
                "map {} was not created in the kernel",
                entry.name
            )));
        }
        let info = Arc::new(MapInfo::read(&entry.name, fd)?);
        let description = object.description();
        let described = description.maps.iter().find(|map| map.name == entry.name);
        let lost = described
            .and_then(|map| map.lost.as_deref())
            .map(|name| Counter::open(&object, name))
            .transpose()?;
        let record = described
            .and_then(|map| map.record)
            .and_then(|ty| description.types.get(ty))
            .map(|ty| ty.size);
        Ok(Self {
            info,
            lost: lost.map(Arc::new),
            record: record.filter(|size| *size > 0),
            fd,
            object,
        })
    }

    /// What is known of it.
    pub fn info(&self) -> &MapInfo {
        &self.info
    }

    /// Its C identifier.
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// The object that it came from.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// What the counter says that the package names for this map: records that its programs could not put into it.
    /// `None` if there is none, or if it cannot be read.
    pub fn lost(&self) -> Option<u64> {
        self.lost.as_ref()?.read()
    }

    /// Whether the package names one and the same counter for both.
    pub(crate) fn shares_counter(&self, other: &Self) -> bool {
        self.lost
            .as_ref()
            .zip(other.lost.as_ref())
            .is_some_and(|(one, other)| one.is_same(other))
    }

    /// The length of the records that the package says it holds.
    pub(crate) fn record_size(&self) -> Option<u32> {
        self.record
    }

    /// The value of a key; `None` if there is no such key. Queues and stacks have an empty key: it shows what would be popped. A prefix
    /// trie answers with the longest prefix that holds the key, a bloom filter with an empty value where the element may be in.
    ///
    /// [`Kind::Unsupported`] and [`Kind::KernelLacks`] for kinds of maps that are not read so; the text says what is done instead.
    pub fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        refused_kinds::check(&self.info, Access::Read)?;
        if self.info.kind == libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER {
            return self.may_hold(key);
        }
        let key = match self.kernel_key(key) {
            Ok(key) => key,
            Err(error) if error.kind() == Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut value = vec![0_u8; self.info.value_size as usize];
        // SAFETY: the kernel reads a key and writes a value of this map's sizes; both buffers have them.
        let code = unsafe { libbpf_sys::bpf_map_lookup_elem(self.fd, key.as_ptr(), value.as_mut_ptr().cast()) };
        self.found(code, value, "read")
    }

    /// Whether an element may be in a bloom filter.
    fn may_hold(&self, element: &[u8]) -> Result<Option<Vec<u8>>> {
        self.check_key(element)?;
        let mut element = element.to_vec();
        // SAFETY: such a map has no key, and its elements are of the length that was just checked.
        let code = unsafe { libbpf_sys::bpf_map_lookup_elem(self.fd, ptr::null(), element.as_mut_ptr().cast()) };
        self.found(code, Vec::new(), "read")
    }

    /// The value of a key, which is deleted; `None` if there is no such key. Queues and stacks have an empty key: it pops.
    ///
    /// Where the kernel does not do that in one step, as for hash tables before Linux 5.14, it is done in two: what a program writes
    /// between them is lost.
    pub fn lookup_and_delete(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        refused_kinds::check(&self.info, Access::Delete)?;
        let bytes = key;
        let key = match self.kernel_key(key) {
            Ok(key) => key,
            Err(error) if error.kind() == Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut value = vec![0_u8; self.info.value_size as usize];
        // SAFETY: as in `lookup`.
        let code =
            unsafe { libbpf_sys::bpf_map_lookup_and_delete_elem(self.fd, key.as_ptr(), value.as_mut_ptr().cast()) };
        if is_lacking(code) && !bytes.is_empty() {
            let found = self.lookup(bytes)?;
            return match self.delete(bytes) {
                Ok(()) => Ok(found),
                Err(error) if error.kind() == Kind::NotFound => Ok(None),
                Err(error) => Err(error),
            };
        }
        self.found(code, value, "read and delete")
    }

    /// Writes a value; with per-CPU maps all CPUs' values at once. Queues and stacks have an empty key: it pushes, and with
    /// [`UpdateMode::Exist`] what is oldest makes room.
    pub fn update(&self, key: &[u8], value: &[u8], mode: UpdateMode) -> Result<()> {
        refused_kinds::check(&self.info, Access::Update)?;
        refused_kinds::check_value(&self.info, value)?;
        let kernel_key = self.kernel_key(key)?;
        self.check_value(value)?;
        let (key, value) = match self.info.kind {
            // The kernel's filters have values and no keys.
            libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER => (ptr::null(), pointer(key)),
            _ => (kernel_key.as_ptr(), pointer(value)),
        };
        // SAFETY: the kernel reads a key and a value of this map's sizes, which were just checked.
        let code = unsafe { libbpf_sys::bpf_map_update_elem(self.fd, key, value, mode.flags()) };
        raw::check(code).map_err(|error| self.refused(error, code, "write"))
    }

    /// Deletes a key; [`Kind::NotFound`] if there is no such key.
    pub fn delete(&self, key: &[u8]) -> Result<()> {
        refused_kinds::check(&self.info, Access::Delete)?;
        let key = self.kernel_key(key)?;
        // SAFETY: the kernel reads a key of this map's size, which was just checked.
        let code = unsafe { libbpf_sys::bpf_map_delete_elem(self.fd, key.as_ptr()) };
        raw::check(code).map_err(|error| self.refused(error, code, "delete from"))
    }

    /// The key after `key`, or the first one; `None` at the end. If `key` is gone it begins again.
    pub fn next_key(&self, key: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        refused_kinds::check(&self.info, Access::Walk)?;
        if let Some(key) = key {
            self.check_key(key)?;
        }
        let mut next = vec![0_u8; self.info.key_size as usize];
        let from = key.map_or(ptr::null(), pointer);
        // SAFETY: the kernel reads a key, if there is one, and writes a key of this map's size.
        let code = unsafe { libbpf_sys::bpf_map_get_next_key(self.fd, from, next.as_mut_ptr().cast()) };
        self.found(code, next, "walk")
    }

    /// As libbpf has it.
    pub(crate) fn raw(&self) -> Result<std::ptr::NonNull<libbpf_sys::bpf_map>> {
        Ok(self.object.0.raw.map(self.name())?.raw)
    }

    pub(crate) fn raw_fd(&self) -> i32 {
        self.fd
    }

    pub(crate) fn check_key(&self, key: &[u8]) -> Result<()> {
        self.check_length("key", self.info.key_size, key.len())
    }

    pub(crate) fn check_value(&self, value: &[u8]) -> Result<()> {
        self.check_length("value", self.info.value_size, value.len())
    }

    fn check_length(&self, what: &str, expected: u32, found: usize) -> Result<()> {
        if found == expected as usize {
            return Ok(());
        }
        let info = &self.info;
        let message = format!("a {what} of map {} has {expected} bytes, {found} were given", info.name);
        Err(Error::invalid(if what == "value" && info.cpus > 0 {
            format!("{message} ({} CPUs of {} each)", info.cpus, info.value_stride)
        } else {
            message
        }))
    }

    fn found(&self, code: i32, value: Vec<u8>, doing: &str) -> Result<Option<Vec<u8>>> {
        match code {
            0.. => Ok(Some(value)),
            code if code == -libc::ENOENT => Ok(None),
            code => Err(self.refused(Error::from_errno(code), code, doing)),
        }
    }

    /// An error with the map's name, and the kind that a map's error number means.
    pub(crate) fn refused(&self, error: Error, code: i32, doing: &str) -> Error {
        let name = &self.info.name;
        match -code {
            libc::EEXIST => Error::new(Kind::Exists, format!("map {name} has this key already")),
            libc::ENOENT => Error::not_found(format!("map {name} has no such key")),
            libc::E2BIG | libc::ENOSPC => Error::new(
                Kind::Full,
                format!(
                    "map {name} is full, or the key is beyond its {} entries",
                    self.info.max_entries
                ),
            ),
            libc::EINVAL if self.info.kind == libbpf_sys::BPF_MAP_TYPE_LPM_TRIE => Error::new(
                Kind::KernelLacks,
                format!(
                    "map {name} has no such prefix: a key begins with the prefix's length, at most {} bits",
                    self.info.key_size.saturating_sub(4).saturating_mul(8)
                ),
            ),
            _ if is_lacking(code) => Error::new(
                Kind::KernelLacks,
                format!(
                    "the kernel cannot {doing} map {name}, a {}, in this way",
                    kind_name(self.info.kind)
                ),
            ),
            _ => error.context(format!("the kernel refused to {doing} map {name}")),
        }
    }
}

impl AsFd for Map {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the descriptor is the object's, which `self` keeps.
        unsafe { BorrowedFd::borrow_raw(self.fd) }
    }
}

/// Whether the kernel says that it does not do this with a map of this kind.
fn is_lacking(code: i32) -> bool {
    matches!(-code, libc::EOPNOTSUPP | libc::EINVAL | ENOTSUPP)
}
