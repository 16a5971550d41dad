//! A loaded object, shared by everything that came from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use package::{Description, Places};

use crate::error::{Error, Kind, Result};
use crate::link::{Link, detach_all};
use crate::map::Map;
use crate::open::{find_variable, image, wrong_length};
use crate::program::Program;
use crate::raw::{self, Raw};
use crate::stand_in::StandIns;
use crate::user_ring::Producer;

/// An object in the kernel.
///
/// Programs, maps and links that came from it hold it: it is closed, and with it what nothing else holds, when the last is dropped.
#[derive(Clone)]
pub struct Object(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) raw: Raw,
    pub(crate) description: Arc<Description>,
    pub(crate) places: Places,
    /// Which programs are not there, and why.
    pub(crate) stand_ins: StandIns,
    /// What the user should know, until it is told.
    notes: Mutex<Vec<String>>,
    /// Held while libbpf attaches: for some kinds of program it notes something in the object.
    pub(crate) attaching: Mutex<()>,
    /// The numbers of the maps that have a reader.
    pub(crate) read: Mutex<BTreeSet<u32>>,
    /// What fills its user ring buffers, by their numbers: each can have one only.
    pub(crate) producers: Mutex<BTreeMap<u32, Producer>>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&self.0.description.name).finish()
    }
}

impl Object {
    pub(crate) fn new(raw: Raw, description: Arc<Description>, places: Places, stand_ins: StandIns) -> Self {
        Self(Arc::new(Inner {
            raw,
            description,
            places,
            stand_ins,
            notes: Mutex::default(),
            attaching: Mutex::new(()),
            read: Mutex::default(),
            producers: Mutex::default(),
        }))
    }

    /// Attaches each program to its place and hands each `struct_ops` map to the kernel, but those that the package excludes, those that
    /// were not loaded, and those of a type that is only ever run by hand (`syscall`). If one cannot be attached, those before it are
    /// detached again.
    pub fn attach(&self) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        match self.attach_into(&mut links) {
            Ok(()) => Ok(links),
            Err(error) => {
                // The error that matters is the first one.
                let _ = detach_all(links);
                Err(error)
            }
        }
    }

    fn attach_into(&self, links: &mut Vec<Link>) -> Result<()> {
        self.attach_programs(links)?;
        let mut functions = self
            .0
            .description
            .programs
            .iter()
            .filter(|program| program.is_struct_ops());
        if !functions.any(|program| program.link) {
            return Ok(());
        }
        for map in self.0.raw.maps() {
            // SAFETY: the map is a loaded object's.
            let kind = unsafe { libbpf_sys::bpf_map__type(map.raw.as_ptr()) };
            if kind == libbpf_sys::BPF_MAP_TYPE_STRUCT_OPS {
                links.push(self.attach_struct_ops(&self.map(&map.name)?)?);
            }
        }
        Ok(())
    }

    /// What the user should know of what was attached, a line each: optional programs that are left out. Told once.
    pub fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.0.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(&self, note: String) {
        self.0.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// The program of this name. It may have been left out of loading; then it cannot be attached.
    pub fn program(&self, name: &str) -> Result<Program> {
        Ok(Program::new(self.clone(), name.to_owned(), self.0.raw.program(name)?))
    }

    /// The map of this name: a C identifier, `rodata`, `bss`, … for data sections.
    pub fn map(&self, name: &str) -> Result<Map> {
        Map::new(self.clone(), self.0.raw.map(name)?)
    }

    /// The names of all programs.
    pub fn program_names(&self) -> impl Iterator<Item = &str> {
        self.0.raw.programs().iter().map(|(name, _)| name.as_str())
    }

    /// The names of all maps.
    pub fn map_names(&self) -> impl Iterator<Item = &str> {
        self.0.raw.maps().iter().map(|map| map.name.as_str())
    }

    /// What the object was opened with.
    pub fn description(&self) -> &Arc<Description> {
        &self.0.description
    }

    /// The bytes that a variable has now. A program may be changing them.
    pub fn read_variable(&self, name: &str) -> Result<Vec<u8>> {
        let variable = find_variable(&self.0.description, name)?;
        let bytes = self.variable_memory(variable)?;
        Ok((0..variable.size as usize)
            // SAFETY: `variable_memory` checked that so many bytes are mapped, for as long as the object lives. The kernel's
            // programs may write at the same time, hence volatile; a byte has no invalid value.
            .map(|at| unsafe { bytes.add(at).read_volatile() })
            .collect())
    }

    /// Changes a variable that is not read-only. The program may see some of its bytes before the others.
    pub fn write_variable(&self, name: &str, value: &[u8]) -> Result<()> {
        let variable = find_variable(&self.0.description, name)?;
        if variable.read_only {
            return Err(Error::new(
                Kind::Denied,
                format!("variable {name} is read-only once the object is loaded"),
            ));
        }
        if value.len() != variable.size as usize {
            return Err(wrong_length(variable, value.len()));
        }
        let bytes = self.variable_memory(variable)?;
        for (at, byte) in value.iter().enumerate() {
            // SAFETY: as in `read_variable`; sections that are not read-only are mapped to read and write.
            unsafe { bytes.add(at).write_volatile(*byte) };
        }
        Ok(())
    }

    /// Where a variable is mapped: `size` bytes, valid as long as the object.
    pub(crate) fn variable_memory(&self, variable: &package::Variable) -> Result<*mut u8> {
        let map = self.0.raw.map(&variable.map)?;
        let (base, size) = image(map).ok_or_else(|| {
            Error::new(
                Kind::KernelLacks,
                format!("section {} is not mapped by this kernel", variable.section),
            )
        })?;
        let range = raw::range(variable, size).ok_or_else(|| raw::outside(variable))?;
        // SAFETY: the range was just checked against the mapping.
        Ok(unsafe { base.as_ptr().add(range.start) })
    }

    pub(crate) fn attaching(&self) -> std::sync::MutexGuard<'_, ()> {
        self.0.attaching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
