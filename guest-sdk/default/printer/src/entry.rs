//! Entries of sampled maps as records of a struct.
//!
//! A layout has the types of a map's key and value, and no type of both. So one is added to it, and an entry is then
//! printed as every record is: `{key, value}`, or `{key, cpu, value}` where each CPU's value is shown by itself.

mod counts;
mod merge;

use crate::histogram::Slots;
use crate::layout::{EntryType, Kind, Member, Type};
use crate::plan::Planner;
use crate::printer::Error;
use crate::text::label;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use counts::Counts;
pub(crate) use merge::{How, Merge, Sum};

/// Keys and values are padded to this, as the kernel and the contract have them.
const WORD: usize = 8;
/// What a header says of a record whose CPU is unknown, and what is shown then.
const NO_CPU: u16 = 0xffff;

/// The struct of a map's entries, and where its members are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntryStruct {
    /// The place in the layout of the struct with a member `key` and a member `value`.
    pub(crate) nested: u32,
    /// The place of the same struct, but with the members of a key or value that is a struct, as a table shows them.
    pub(crate) flat: u32,
    value_type: u32,
    value: usize,
    value_size: usize,
    /// From one CPU's value to the next, in a record that has those of all; 0 where there is one.
    stride: usize,
    /// Where the CPU's number is, if it is shown. It is not of the record's own bytes.
    cpu: Option<usize>,
}

impl EntryStruct {
    /// Add the struct to the layout. It is checked as all types are, when a plan is made of it.
    pub(crate) fn add(layout: &mut Vec<Type>, of: EntryType, per_cpu: bool, source: &str) -> Result<Self, Error> {
        let count = layout.len();
        let find = |index: u32, which| {
            layout.get(index as usize).ok_or_else(|| {
                let source = label(source);
                Error::Other(format!(
                    "{source}.{which}: its type is number {index} of a layout of {count} types"
                ))
            })
        };
        let key = of.key.map(|key| find(key, "key")).transpose()?;
        let value = find(of.value, "value")?;
        let is_struct = |ty: &Type| matches!(ty.kind, Kind::Struct(_) | Kind::Union(_));
        let (flat_key, flat_value) = (key.is_some_and(is_struct), is_struct(value));
        let value_size = u64::from(value.size);
        let value = key.map_or(0, |key| u64::from(key.size)).next_multiple_of(WORD as u64);
        let after = (value + value_size).next_multiple_of(WORD as u64);
        let size = if per_cpu { after + 4 } else { value + value_size };
        // Offsets are in bits.
        if size > u64::from(u32::MAX / 8) {
            let source = label(source);
            return Err(Error::Other(format!(
                "{source}: its entries have {size} bytes; at most {} can be shown",
                u32::MAX / 8
            )));
        }
        // All of them fit now, where an address has 32 bits too.
        let (value, value_size) = (value as usize, value_size as usize);
        let cpu = per_cpu.then_some(after as usize);
        let cpu_type = layout.len() as u32;
        layout.push(Type {
            name: "int".to_string(),
            size: 4,
            kind: Kind::Int { signed: true },
        });
        let mut add = |flat: bool| {
            let mut members = Vec::new();
            if let Some(key) = of.key {
                members.push(member("key", key, 0, flat && flat_key));
            }
            if let Some(cpu) = cpu {
                members.push(member("cpu", cpu_type, cpu, false));
            }
            members.push(member("value", of.value, value, flat && flat_value));
            let place = layout.len() as u32;
            layout.push(Type {
                name: "entry".to_string(),
                size: size as u32,
                kind: Kind::Struct(members),
            });
            place
        };
        Ok(Self {
            nested: add(false),
            flat: add(true),
            value_type: of.value,
            value,
            value_size,
            stride: of.value_stride as usize,
            cpu,
        })
    }
}

/// A member at a byte offset; an anonymous one's own members stand in its place.
fn member(name: &str, ty: u32, offset: usize, anonymous: bool) -> Member {
    Member {
        name: if anonymous { String::new() } else { name.to_string() },
        ty,
        bit_offset: 8 * offset as u32,
        bit_width: 0,
    }
}

/// Makes values of the struct from the records of a sampled map.
#[derive(Debug)]
pub(crate) struct Entries {
    of: EntryStruct,
    merge: Merge,
    /// The counts of a histogram, where their sum needs more room than they have.
    counts: Option<Counts>,
    /// An entry that no record has in one piece.
    made: Vec<u8>,
}

impl Entries {
    pub(crate) fn new(planner: &mut Planner, of: EntryStruct, source: &str) -> Result<Self, Error> {
        Ok(Self {
            of,
            merge: planner.merge(of.value_type, source)?,
            counts: None,
            made: Vec::new(),
        })
    }

    /// Add these counts up over all CPUs, and say where their sums are going to be. None if they are right where they are.
    pub(crate) fn count(&mut self, slots: Slots) -> Option<Slots> {
        if self.of.stride == 0 || self.of.cpu.is_some() {
            return None;
        }
        self.counts = Counts::new(slots, self.of.value, self.of.value + self.of.value_size);
        self.counts.as_ref().map(Counts::slots)
    }

    /// A record as a value of the struct, none if it is too short. `cpu` is what its header says.
    ///
    /// A record with the values of several CPUs becomes one with their sum.
    pub(crate) fn entry<'a>(&'a mut self, record: &'a [u8], cpu: u16) -> Option<&'a [u8]> {
        let EntryStruct {
            value,
            value_size,
            stride,
            cpu: shown,
            ..
        } = self.of;
        let entry = record.get(..value + value_size)?;
        let values = record.get(value..)?;
        let several = stride > 0 && values.len() / stride > 1;
        if !several && shown.is_none() && self.counts.is_none() {
            return Some(entry);
        }
        self.made.clear();
        self.made.extend_from_slice(entry);
        if several && let Some(sum) = self.made.get_mut(value..) {
            self.merge.run(values, stride, sum);
        }
        if let Some(counts) = &self.counts {
            counts.add_up(values, stride, &mut self.made);
        }
        if let Some(place) = shown {
            let cpu = if cpu == NO_CPU { -1 } else { i32::from(cpu) };
            self.made.resize(place, 0);
            self.made.extend(cpu.to_ne_bytes());
        }
        Some(&self.made)
    }
}
