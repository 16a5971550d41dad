//! What the kernel itself says: the workload's counters and the links that exist, found by number from outside.

use anyhow::{Context, Result};
use libbpf_rs::query::{LinkInfoIter, MapInfoIter};
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use object::{Object, ObjectSection, ObjectSymbol};

/// Where the workload's counters lie in its `.bss`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CounterOffsets {
    /// Of the whole section.
    size: usize,
    produced: usize,
    lost: usize,
    unread: usize,
    answers: usize,
}

impl CounterOffsets {
    /// Read them from the object's symbols: the offsets in its BTF are filled in only when it is loaded.
    pub(crate) fn from_object(bytes: &[u8]) -> Result<Self> {
        let file = object::File::parse(bytes).context("the workload is not an ELF")?;
        let offset = |name: &str| -> Result<usize> {
            let symbol = file
                .symbol_by_name(name)
                .with_context(|| format!("the workload has no variable {name}"))?;
            Ok(usize::try_from(symbol.address())?)
        };
        let section = file.section_by_name(".bss").context("the workload has no .bss")?;
        Ok(Self {
            size: usize::try_from(section.size())?,
            produced: offset("produced")?,
            lost: offset("lost")?,
            unread: offset("unread")?,
            answers: offset("answers")?,
        })
    }
}

/// What the workload counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Events made, lost ones included.
    pub(crate) produced: u64,
    /// Events for which the ring had no room.
    pub(crate) lost: u64,
    /// Bytes in the ring when it was last asked.
    pub(crate) unread: u64,
    /// How often it was asked.
    pub(crate) answers: u64,
}

/// The counters of one loaded workload. They outlive the process that loaded it.
#[derive(Debug)]
pub(crate) struct Counters {
    map: MapHandle,
    offsets: CounterOffsets,
}

impl Counters {
    /// Those of the workload that was loaded after the map numbered `after`, none while there is none.
    pub(crate) fn find(after: u32, offsets: CounterOffsets) -> Result<Option<Self>> {
        // What comes before the section's name differs: it is how the tool calls its object.
        let found = MapInfoIter::default().find(|map| {
            map.id > after && map.value_size as usize == offsets.size && map.name.to_string_lossy().ends_with(".bss")
        });
        let Some(found) = found else { return Ok(None) };
        // Gone again between the two calls: its owner failed, and says so itself.
        Ok(MapHandle::from_map_id(found.id).ok().map(|map| Self { map, offsets }))
    }

    /// What they say now.
    pub(crate) fn read(&self) -> Result<Counts> {
        let bytes = self
            .map
            .lookup(&0u32.to_ne_bytes(), MapFlags::ANY)?
            .context("the workload's .bss is empty")?;
        let at = |offset: usize| -> Result<u64> {
            let bytes = bytes
                .get(offset..offset + 8)
                .context("the workload's .bss is too short")?;
            Ok(u64::from_ne_bytes(bytes.try_into()?))
        };
        Ok(Counts {
            produced: at(self.offsets.produced)?,
            lost: at(self.offsets.lost)?,
            unread: at(self.offsets.unread)?,
            answers: at(self.offsets.answers)?,
        })
    }
}

/// The highest number of a map that exists; later maps get higher ones.
pub(crate) fn newest_map() -> u32 {
    MapInfoIter::default().map(|map| map.id).max().unwrap_or(0)
}

/// The highest number of a link that exists.
pub(crate) fn newest_link() -> u32 {
    LinkInfoIter::default().map(|link| link.id).max().unwrap_or(0)
}

/// How many links were made after the one numbered `after`, and still exist.
pub(crate) fn links_after(after: u32) -> usize {
    LinkInfoIter::default().filter(|link| link.id > after).count()
}
