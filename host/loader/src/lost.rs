//! Counters of lost records that a package names: what neither ring buffers nor the kernel tell, the program counts itself.

use std::sync::atomic::{AtomicU64, Ordering};

use package::Description;

use crate::error::{Error, Result};
use crate::map::Map;
use crate::object::Object;

/// Where a program counts.
#[derive(Debug)]
pub(crate) enum Counter {
    /// A `u64` in a data section: where it is mapped. The map that has the counter keeps the object, and so the mapping.
    Variable(*const AtomicU64),
    /// An array with one `u64` for each CPU.
    PerCpu(Box<Map>),
}

// SAFETY: the pointer is to memory that the map with the counter keeps mapped, and is only read, atomically.
unsafe impl Send for Counter {}
// SAFETY: as above.
unsafe impl Sync for Counter {}

impl Counter {
    /// Finds the counter. `check` has been there before.
    pub(crate) fn open(object: &Object, name: &str) -> Result<Self> {
        let description = object.description();
        let Some(variable) = description.variables.iter().find(|variable| variable.name == name) else {
            return Ok(Self::PerCpu(Box::new(object.map(name)?)));
        };
        let memory = object.variable_memory(variable)?.cast_const().cast::<AtomicU64>();
        if !memory.is_aligned() {
            return Err(Error::invalid(format!("the counter {name} is not aligned to 8 bytes")));
        }
        Ok(Self::Variable(memory))
    }

    /// Whether both are the same place in the kernel.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Variable(one), Self::Variable(other)) => std::ptr::eq(*one, *other),
            (Self::PerCpu(one), Self::PerCpu(other)) => one.info().id == other.info().id,
            _ => false,
        }
    }

    /// What it says now.
    pub(crate) fn read(&self) -> Option<u64> {
        match self {
            // SAFETY: eight aligned bytes that stay mapped; programs change them at any time, hence atomic.
            Self::Variable(memory) => Some(unsafe { (**memory).load(Ordering::Relaxed) }),
            Self::PerCpu(map) => {
                let values = map.lookup(&0_u32.to_ne_bytes()).ok()??;
                let (values, _) = values.as_chunks::<8>();
                Some(
                    values
                        .iter()
                        .map(|value| u64::from_ne_bytes(*value))
                        .fold(0, u64::saturating_add),
                )
            }
        }
    }
}

/// Checks that each counter that the package names is one.
pub(crate) fn check(description: &Description) -> Result<()> {
    for map in &description.maps {
        let Some(name) = &map.lost else { continue };
        if ![
            libbpf_sys::BPF_MAP_TYPE_RINGBUF,
            libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY,
        ]
        .contains(&map.kind)
        {
            return Err(Error::invalid(format!(
                "map {} names {name} as the counter of its losses and is no buffer",
                map.name
            )));
        }
        let is_variable = description.variables.iter().any(|variable| {
            variable.name == *name && variable.size == 8 && !variable.read_only && variable.offset.is_multiple_of(8)
        });
        let is_array = description.maps.iter().any(|array| {
            array.name == *name
                && array.kind == libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY
                && (array.key_size, array.value_size, array.max_entries) == (4, 8, 1)
        });
        if !is_variable && !is_array {
            return Err(Error::invalid(format!(
                "map {} names {name} as the counter of its losses: that is neither a u64 variable that can be written \
                 nor a per-CPU array of one u64",
                map.name
            )));
        }
    }
    Ok(())
}
