//! The object as libbpf has it, with the names that packages use for its maps.

use std::ffi::{CStr, CString, c_char};
use std::io;
use std::ops::Range;
use std::ptr::NonNull;

use libbpf_rs::AsRawLibbpf;
use libbpf_sys::{bpf_map, bpf_program};
use package::{Description, Variable};

use crate::error::{Error, Result};

/// How many names an error lists of those there are.
const LISTED: usize = 16;

/// An object of libbpf, closed when dropped. That unloads what nothing else in the kernel holds.
#[derive(Debug)]
pub(crate) struct Raw {
    /// Loaded or not, closing it is the same.
    pub(crate) owner: libbpf_rs::OpenObject,
    maps: Vec<MapEntry>,
    programs: Vec<(String, NonNull<bpf_program>)>,
}

/// A map of an object.
#[derive(Debug)]
pub(crate) struct MapEntry {
    /// The C identifier: the variable's name, or `rodata`, `bss`, … for a data section.
    pub(crate) name: String,
    pub(crate) raw: NonNull<bpf_map>,
}

// SAFETY: libbpf's objects are bound to no thread, and the pointers point into the object that goes along. What is called through a
// shared reference only reads the object; `Object` takes a lock around the calls that do not.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl Raw {
    pub(crate) fn new(owner: libbpf_rs::OpenObject) -> Result<Self> {
        let pointer = owner.as_libbpf_object();
        // SAFETY: the object is open for as long as `owner`; the iterators only follow its lists.
        let object = unsafe { pointer.as_ref() };
        let maps = libbpf_rs::MapIter::new(object).map(MapEntry::new).collect();
        let programs = libbpf_rs::ProgIter::new(object)
            .map(|program| {
                // SAFETY: the program is the object's, and its name a string that it owns.
                let name = text(unsafe { libbpf_sys::bpf_program__name(program.as_ptr()) });
                (name, program)
            })
            .collect();
        Ok(Self { owner, maps, programs })
    }

    pub(crate) fn maps(&self) -> &[MapEntry] {
        &self.maps
    }

    pub(crate) fn programs(&self) -> &[(String, NonNull<bpf_program>)] {
        &self.programs
    }

    pub(crate) fn map(&self, name: &str) -> Result<&MapEntry> {
        self.maps
            .iter()
            .find(|map| map.name == name)
            .ok_or_else(|| unknown("map", name, self.maps.iter().map(|map| map.name.as_str())))
    }

    /// The maps that are described, each with as many entries as it will have: somebody may have changed that.
    pub(crate) fn sized<'map>(
        &self,
        description: &'map Description,
    ) -> impl Iterator<Item = (&'map package::Map, u32)> {
        description.maps.iter().filter_map(|map| {
            let entry = self.map(&map.name).ok()?;
            // SAFETY: the map is an open object's.
            let entries = unsafe { libbpf_sys::bpf_map__max_entries(entry.raw.as_ptr()) };
            Some((map, entries))
        })
    }

    pub(crate) fn program(&self, name: &str) -> Result<NonNull<bpf_program>> {
        let found = self.programs.iter().find(|(known, _)| known == name);
        found
            .map(|(_, program)| *program)
            .ok_or_else(|| unknown("program", name, self.programs.iter().map(|(name, _)| name.as_str())))
    }
}

impl MapEntry {
    fn new(raw: NonNull<bpf_map>) -> Self {
        // SAFETY: the map is an open object's, and its name a string that it owns.
        let (name, section) = unsafe {
            (
                text(libbpf_sys::bpf_map__name(raw.as_ptr())),
                libbpf_sys::bpf_map__is_internal(raw.as_ptr()),
            )
        };
        Self {
            name: if section { section_identifier(&name) } else { name },
            raw,
        }
    }
}

/// The identifier of a data section's map: libbpf names it `opensnoo.rodata` or, for others than the usual ones, `.rodata.str1.1`.
fn section_identifier(name: &str) -> String {
    let section = match name.strip_prefix('.') {
        Some(section) => section,
        None => name.rsplit_once('.').map_or(name, |(_, section)| section),
    };
    section
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// A string of libbpf's.
pub(crate) fn text(string: *const c_char) -> String {
    if string.is_null() {
        return String::new();
    }
    // SAFETY: callers pass strings that libbpf owns and ends with a NUL.
    unsafe { CStr::from_ptr(string) }.to_string_lossy().into_owned()
}

pub(crate) fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::invalid(format!("{text:?} contains a NUL")))
}

/// What a function of libbpf said that answers 0 or a negative error number.
pub(crate) fn check(code: i32) -> Result<()> {
    if code < 0 { Err(Error::from_errno(code)) } else { Ok(()) }
}

/// What a function of libbpf said that answers null.
pub(crate) fn last_error() -> Error {
    Error::from_errno(last_errno())
}

pub(crate) fn last_errno() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

/// There is no such thing, but there are these.
pub(crate) fn unknown<'name>(what: &str, name: &str, known: impl Iterator<Item = &'name str>) -> Error {
    let known: Vec<_> = known.take(LISTED + 1).collect();
    let message = match known.len() {
        0 => format!("there is no {what} {name:?}, the object has none"),
        1..=LISTED => format!("there is no {what} {name:?}, only {}", known.join(", ")),
        _ => format!(
            "there is no {what} {name:?}, only {}, …",
            known.get(..LISTED).unwrap_or_default().join(", ")
        ),
    };
    Error::not_found(message)
}

/// Where a variable lies in its section, if it lies in it.
pub(crate) fn range(variable: &Variable, section: usize) -> Option<Range<usize>> {
    let (start, size) = (variable.offset as usize, variable.size as usize);
    let end = start.checked_add(size)?;
    (end <= section).then_some(start..end)
}

pub(crate) fn outside(variable: &Variable) -> Error {
    Error::invalid(format!(
        "variable {} lies outside of its section {}",
        variable.name, variable.section
    ))
}

#[cfg(test)]
mod tests {
    use super::section_identifier;

    #[test]
    fn sections_go_by_their_c_identifier() {
        assert_eq!(section_identifier("opensnoo.rodata"), "rodata");
        assert_eq!(section_identifier("my.tool.bss"), "bss");
        assert_eq!(section_identifier(".rodata.str1.1"), "rodata_str1_1");
    }
}
