//! Maps in the kernel, as bytes whose lengths are checked here.

use std::ffi::c_void;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr;
use std::sync::Arc;

use crate::error::{ENOTSUPP, Error, Kind, Result};
use crate::lost::Counter;
use crate::object::Object;
use crate::raw::{self, MapEntry};
use crate::refused_kinds::{self, Access};

/// A map in the kernel.
///
/// A value of a per-CPU map is the values of all possible CPUs one after the other, each padded to a multiple of 8 bytes.
#[derive(Clone, Debug)]
pub struct Map {
    info: Arc<MapInfo>,
    lost: Option<Arc<Counter>>,
    record: Option<u32>,
    fd: i32,
    // Keeps the descriptor open.
    object: Object,
}

/// What is known of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapInfo {
    /// Its C identifier.
    pub name: String,
    /// The kernel's number of this map.
    pub id: u32,
    /// `enum bpf_map_type`.
    pub kind: u32,
    /// Bytes of a key; 0 where the kind has none.
    pub key_size: u32,
    /// Bytes of what one lookup gives: for a per-CPU map `cpus` times `value_stride`.
    pub value_size: u32,
    /// From one CPU's value to the next; 0 for a map that is not per CPU.
    pub value_stride: u32,
    /// How many values a per-CPU map has for a key; 0 for a map that is not per CPU.
    pub cpus: u32,
    /// The most entries it takes; for a ring buffer its bytes.
    pub max_entries: u32,
    /// `BPF_F_*`, as given at creation.
    pub flags: u32,
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

    /// The value of a key; `None` if there is no such key.
    ///
    /// [`Kind::Unsupported`] if the keys are descriptors of the host, as those of task storage are. What changes a map is refused
    /// likewise where the values are descriptors, as those of a program array.
    pub fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        refused_kinds::check(&self.info, Access::Read)?;
        self.check_key(key)?;
        let mut value = vec![0_u8; self.info.value_size as usize];
        // SAFETY: the kernel reads a key and writes a value of this map's sizes; both buffers have them.
        let code = unsafe { libbpf_sys::bpf_map_lookup_elem(self.fd, pointer(key), value.as_mut_ptr().cast()) };
        self.found(code, value, "read")
    }

    /// The value of a key, which is deleted; `None` if there is no such key. Queues and stacks have an empty key: it pops.
    pub fn lookup_and_delete(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        refused_kinds::check(&self.info, Access::Change)?;
        self.check_key(key)?;
        let mut value = vec![0_u8; self.info.value_size as usize];
        // SAFETY: as in `lookup`.
        let code =
            unsafe { libbpf_sys::bpf_map_lookup_and_delete_elem(self.fd, pointer(key), value.as_mut_ptr().cast()) };
        self.found(code, value, "read and delete")
    }

    /// Writes a value; with per-CPU maps all CPUs' values at once.
    pub fn update(&self, key: &[u8], value: &[u8], mode: UpdateMode) -> Result<()> {
        refused_kinds::check(&self.info, Access::Change)?;
        self.check_key(key)?;
        self.check_value(value)?;
        // SAFETY: the kernel reads a key and a value of this map's sizes, which were just checked.
        let code = unsafe { libbpf_sys::bpf_map_update_elem(self.fd, pointer(key), pointer(value), mode.flags()) };
        raw::check(code).map_err(|error| self.refused(error, code, "write"))
    }

    /// Deletes a key; [`Kind::NotFound`] if there is no such key.
    pub fn delete(&self, key: &[u8]) -> Result<()> {
        refused_kinds::check(&self.info, Access::Change)?;
        self.check_key(key)?;
        // SAFETY: the kernel reads a key of this map's size, which was just checked.
        let code = unsafe { libbpf_sys::bpf_map_delete_elem(self.fd, pointer(key)) };
        raw::check(code).map_err(|error| self.refused(error, code, "delete from"))
    }

    /// The key after `key`, or the first one; `None` at the end. If `key` is gone it begins again.
    pub fn next_key(&self, key: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
        if let Some(key) = key {
            self.check_key(key)?;
        }
        let mut next = vec![0_u8; self.info.key_size as usize];
        let from = key.map_or(ptr::null(), pointer);
        // SAFETY: the kernel reads a key, if there is one, and writes a key of this map's size.
        let code = unsafe { libbpf_sys::bpf_map_get_next_key(self.fd, from, next.as_mut_ptr().cast()) };
        self.found(code, next, "walk")
    }

    /// One CPU's value put in for all; the value itself for a map that is not per CPU.
    pub(crate) fn for_all_cpus(&self, value: &[u8]) -> Vec<u8> {
        if self.info.cpus == 0 {
            return value.to_vec();
        }
        let mut one = value.to_vec();
        one.resize(self.info.value_stride as usize, 0);
        one.repeat(self.info.cpus as usize)
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
            libc::E2BIG => Error::new(
                Kind::Full,
                format!(
                    "map {name} is full, or the key is beyond its {} entries",
                    self.info.max_entries
                ),
            ),
            libc::EOPNOTSUPP | libc::EINVAL | ENOTSUPP => Error::new(
                Kind::Unsupported,
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

impl MapInfo {
    fn read(name: &str, fd: i32) -> Result<Self> {
        let mut info = libbpf_sys::bpf_map_info::default();
        let mut size = size_of::<libbpf_sys::bpf_map_info>() as u32;
        // SAFETY: the descriptor is open, and the kernel writes at most `size` bytes into `info`, which is plain data.
        let code = unsafe { libbpf_sys::bpf_map_get_info_by_fd(fd, &raw mut info, &raw mut size) };
        raw::check(code).map_err(|error| error.context(format!("the kernel does not describe map {name}")))?;
        let per_cpu = matches!(
            info.type_,
            libbpf_sys::BPF_MAP_TYPE_PERCPU_HASH
                | libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY
                | libbpf_sys::BPF_MAP_TYPE_LRU_PERCPU_HASH
                | libbpf_sys::BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE
        );
        let (cpus, stride) = if per_cpu {
            (possible_cpus()?, info.value_size.next_multiple_of(8))
        } else {
            (0, 0)
        };
        Ok(Self {
            name: name.to_owned(),
            id: info.id,
            kind: info.type_,
            key_size: info.key_size,
            value_size: if per_cpu {
                cpus.saturating_mul(stride)
            } else {
                info.value_size
            },
            value_stride: stride,
            cpus,
            max_entries: info.max_entries,
            flags: info.map_flags,
        })
    }
}

/// How many CPUs the kernel counts in per-CPU maps.
fn possible_cpus() -> Result<u32> {
    // SAFETY: no arguments; it reads a file of the kernel's.
    let cpus = unsafe { libbpf_sys::libbpf_num_possible_cpus() };
    u32::try_from(cpus).map_err(|_| Error::from_errno(cpus).context("the number of CPUs cannot be read"))
}

/// The name of a kind of map, such as `ringbuf`.
pub(crate) fn kind_name(kind: u32) -> String {
    // SAFETY: libbpf answers a string of its own, or null for kinds that it does not know.
    let name = raw::text(unsafe { libbpf_sys::libbpf_bpf_map_type_str(kind) });
    if name.is_empty() {
        format!("map of kind {kind}")
    } else {
        format!("{name} map")
    }
}

/// The pointer that stands for a key or value: null where there is none.
pub(crate) fn pointer(bytes: &[u8]) -> *const c_void {
    if bytes.is_empty() {
        ptr::null()
    } else {
        bytes.as_ptr().cast()
    }
}
