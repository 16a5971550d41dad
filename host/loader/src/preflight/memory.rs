//! Memory for maps.

use std::fs;

use package::Description;
use rustix::process::{Resource, getrlimit};

use super::{Finding, group, kernel, rights};
use crate::error::{Error, Kind};

/// Less than this is left soon.
const LITTLE: u64 = 64 << 20;

/// Nobody runs tools in a control group that allows less: maps that take no more need no look at it.
const SMALL: u64 = 4 << 20;

/// How much memory new maps may take.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Free {
    /// Bytes.
    bytes: u64,
    /// What sets the limit, as it stands in a sentence.
    of: String,
}

impl Free {
    /// The same as it stands in a sentence.
    fn left(&self) -> String {
        format!("{} {} are free", size(self.bytes), self.of)
    }
}

/// The least of what the machine and the control groups of this process leave. None where nobody says.
fn free() -> Option<Free> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(Free {
            bytes: kib << 10,
            of: "of the machine".to_owned(),
        })
    });
    let of_group = |group: group::Group| {
        Some(Free {
            bytes: group.left()?,
            of: format!("of the control group {}", group.folder.display()),
        })
    };
    let groups = group::groups().into_iter().flatten().filter_map(of_group);
    machine.into_iter().chain(groups).min_by_key(|free| free.bytes)
}

pub(super) fn available() -> Finding {
    const CHECK: &str = "memory";
    match free() {
        Some(free) if free.bytes < LITTLE => Finding::warning(
            CHECK,
            format!("{} for maps: large ones will not fit", free.left()),
            "raise the limit of the control group, end something, or ask for fewer entries",
        ),
        Some(free) => Finding::ok(CHECK, format!("{} for maps", free.left())),
        None => Finding::warning(
            CHECK,
            "/proc/meminfo cannot be read",
            "mount it: mount -t proc proc /proc",
        ),
    }
}

/// Whether maps fit into what a process may lock, where the kernel counts them there.
pub(super) fn locked() -> Finding {
    const CHECK: &str = "memlock";
    if kernel::release().is_none_or(|release| release >= group::CHARGED_FROM) {
        return Finding::ok(
            CHECK,
            "maps are charged to control groups, not to the memory-lock limit (from Linux 5.11)",
        );
    }
    match getrlimit(Resource::Memlock).current {
        Some(bytes) if bytes < LITTLE && !rights::missing(&[rights::RESOURCE]).is_empty() => Finding::missing(
            CHECK,
            format!(
                "kernels before 5.11 charge maps to the memory-lock limit, and that is {}",
                size(bytes)
            ),
            "raise it: ulimit -l unlimited",
        ),
        _ => Finding::ok(
            CHECK,
            "the memory-lock limit, which kernels before 5.11 charge maps to, can be raised",
        ),
    }
}

/// What the maps of an object take, beside what is free; and each that alone would not fit.
pub(super) fn maps(description: &Description) -> Vec<Finding> {
    const CHECK: &str = "maps";
    let (cpus, page) = (cpus(), rustix::param::page_size() as u64);
    let total = description.memory(cpus, page);
    let count = match description.maps.len() {
        0 => return Vec::new(),
        1 => "its map takes".to_owned(),
        count => format!("its {count} maps take"),
    };
    let Some(free) = free() else {
        return vec![Finding::ok(CHECK, format!("{count} about {}", size(total)))];
    };
    let sizes = description.maps.iter();
    let sizes = sizes.map(|map| (map.memory(map.max_entries, cpus, page), &map.name));
    let largest = sizes.max_by_key(|(bytes, _)| *bytes);
    let largest = largest.filter(|_| description.maps.len() > 1);
    let largest = largest.map_or(String::new(), |(bytes, name)| {
        format!(", {} of it for {name}", size(bytes))
    });
    let left = free.left();
    vec![if total > free.bytes {
        Finding::missing(
            CHECK,
            format!("{count} about {}{largest}; {left}", size(total)),
            LESS_MEMORY,
        )
        .needed()
    } else if total > free.bytes / 2 {
        Finding::warning(
            CHECK,
            format!("{count} about {}{largest}; no more than {left}", size(total)),
            LESS_MEMORY,
        )
    } else {
        Finding::ok(CHECK, format!("{count} about {}; {left}", size(total)))
    }]
}

/// That a map of so many entries takes so much memory, and how much there is; none where nobody says.
pub(crate) fn memory_of(map: &package::Map, entries: u32) -> Option<String> {
    let takes = map.memory(entries, cpus(), rustix::param::page_size() as u64);
    Some(format!("it takes about {}, and {}", size(takes), free()?.left()))
}

/// What is wrong if the maps, each with so many entries, take more than a control group of this process allows in all.
///
/// The kernel is not asked for those: while it fills the group, another thread of the process may need a page, and is killed for it.
pub(crate) fn beyond_group<'map>(maps: impl Iterator<Item = (&'map package::Map, u32)>) -> Option<Error> {
    let cpus = cpus();
    let maps: Vec<_> = maps
        .map(|(map, entries)| (map.memory_at_once(entries, cpus), map))
        .collect();
    let total = maps
        .iter()
        .fold(0, |total: u64, (bytes, _)| total.saturating_add(*bytes));
    if total <= SMALL {
        return None;
    }
    let limits = group::groups()
        .into_iter()
        .filter(|groups| groups.first().is_some_and(group::Group::has_this_process))
        .flatten()
        .filter_map(|group| Some((group.limit()?, group.folder)));
    let (limit, folder) = limits.min_by_key(|(limit, _)| *limit)?;
    if total <= limit {
        return None;
    }
    let (bytes, largest) = maps.iter().max_by_key(|(bytes, _)| *bytes)?;
    let (what, bytes) = match *bytes > limit {
        true => (format!("map {} cannot be created: it takes", largest.name), *bytes),
        false => ("the maps cannot be created: together they take".to_owned(), total),
    };
    let message = format!(
        "{what} {}, and the control group {} allows {}",
        size(bytes),
        folder.display(),
        size(limit)
    );
    Some(Error::new(Kind::Other, message).with_hint(LESS_MEMORY))
}

/// What to do where maps do not fit.
pub(crate) const LESS_MEMORY: &str =
    "ask for fewer entries, free memory, or raise the limit of the control group (memory.max)";

/// How many CPUs the machine may have: so many copies has an entry of a per-CPU map.
fn cpus() -> u64 {
    // SAFETY: no arguments.
    let (count, _) = crate::log::record(|| unsafe { libbpf_sys::libbpf_num_possible_cpus() });
    u64::try_from(count).unwrap_or(1).max(1)
}

/// Bytes for people: three digits, and a unit.
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1023.5 && unit < 5 {
        value /= 1024.0;
        unit += 1;
    }
    let name = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]
        .get(unit)
        .copied()
        .unwrap_or_default();
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {name}")
    } else {
        format!("{value:.1} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (256 << 10, "256 KiB"),
            (1_572_864, "1.5 MiB"),
            ((1 << 30) - 1, "1.0 GiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
