//! Memory for maps.

use std::fs;
use std::path::{Path, PathBuf};

use package::Description;
use rustix::process::{Resource, getrlimit};

use super::{Finding, kernel, rights};
use crate::error::{Error, Kind};

/// Less than this is left soon.
const LITTLE: u64 = 64 << 20;

/// From this release the kernel charges maps to control groups, before it to what a process may lock.
const CHARGES_GROUPS: (u32, u32) = (5, 11);

/// Nobody runs tools in a control group that allows less: maps that take no more need no look at it.
const SMALL: u64 = 4 << 20;

/// How much memory new maps may take.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Free {
    /// Bytes that are left.
    bytes: u64,
    /// Bytes that there are in all.
    limit: u64,
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
        let bytes = |name: &str| -> Option<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Some(kib << 10)
        };
        Some(Free {
            bytes: bytes("MemAvailable:")?,
            limit: bytes("MemTotal:")?,
            of: "of the machine".to_owned(),
        })
    });
    machine.into_iter().chain(groups()).min_by_key(|free| free.bytes)
}

/// What each of the control groups of this process leaves, where the kernel charges maps to them.
fn groups() -> Vec<Free> {
    let command_line = fs::read_to_string("/proc/cmdline").unwrap_or_default();
    if !charges_groups(kernel::release(), &command_line) {
        return Vec::new();
    }
    let groups = fs::read_to_string("/proc/thread-self/cgroup").unwrap_or_default();
    groups.lines().flat_map(of_group).collect()
}

/// Whether a kernel of this release, started with these arguments, charges maps to control groups: `cgroup.memory` in its
/// `Documentation/admin-guide/kernel-parameters.txt`.
fn charges_groups(release: Option<(u32, u32)>, command_line: &str) -> bool {
    let off = |word: &str| {
        word.strip_prefix("cgroup.memory=")
            .is_some_and(|options| options.split(',').any(|option| matches!(option, "nobpf" | "nokmem")))
    };
    release.is_none_or(|release| release >= CHARGES_GROUPS) && !command_line.split_whitespace().any(off)
}

/// What a line of `/proc/self/cgroup` allows (`cgroups(7)`): its group, and those above it.
fn of_group(line: &str) -> Vec<Free> {
    let mut parts = line.splitn(3, ':');
    let (_, Some(controllers), Some(group)) = (parts.next(), parts.next(), parts.next()) else {
        return Vec::new();
    };
    let (roots, limit, used): (&[_], _, _) = match controllers {
        "" => (
            &["/sys/fs/cgroup", "/sys/fs/cgroup/unified"],
            "memory.max",
            "memory.current",
        ),
        "memory" => (
            &["/sys/fs/cgroup/memory"],
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
        ),
        _ => return Vec::new(),
    };
    let text = |file: PathBuf| fs::read_to_string(file).ok();
    let read = |file: PathBuf| -> Option<u64> { text(file)?.trim().parse().ok() };
    // What is only there because files were read goes when somebody needs the room.
    let cached = |folder: &Path| -> u64 {
        let all = text(folder.join("memory.stat")).unwrap_or_default();
        let of = |name: &str| {
            all.lines()
                .find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok())
        };
        ["active_file ", "inactive_file "].into_iter().filter_map(of).sum()
    };
    let Some(root) = roots.iter().map(Path::new).find(|root| root.is_dir()) else {
        return Vec::new();
    };
    // A namespace of control groups may show no more than its own part: then the group is the root itself.
    let own = root.join(group.trim_start_matches('/'));
    own.ancestors()
        .take_while(|folder| folder.starts_with(root))
        .filter_map(|folder| {
            let used = read(folder.join(used))?.saturating_sub(cached(folder));
            let limit = read(folder.join(limit))?;
            Some(Free {
                bytes: limit.saturating_sub(used),
                limit,
                of: format!("of the control group {}", folder.display()),
            })
        })
        .collect()
}

pub(super) fn available() -> Finding {
    const CHECK: &str = "memory";
    match free() {
        Some(free) if free.bytes < LITTLE => Finding::warning(
            CHECK,
            format!(
                "{} {} are free for maps: large ones will not fit",
                size(free.bytes),
                free.of
            ),
            "raise the limit of the control group, end something, or ask for fewer entries",
        ),
        Some(free) => Finding::ok(CHECK, format!("{} {} are free for maps", size(free.bytes), free.of)),
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
    if kernel::release().is_none_or(|release| release >= CHARGES_GROUPS) {
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
    let largest = description.maps.iter().max_by_key(|map| map.memory(cpus, page));
    let largest = largest.filter(|_| description.maps.len() > 1);
    let largest = largest.map_or(String::new(), |map| {
        format!(", {} of it for {}", size(map.memory(cpus, page)), map.name)
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

/// That a map takes so much memory, and how much there is; none where nobody says.
pub(crate) fn memory_of(map: &package::Map) -> Option<String> {
    let takes = map.memory(cpus(), rustix::param::page_size() as u64);
    Some(format!("it takes about {}, and {}", size(takes), free()?.left()))
}

/// What is wrong if the maps take more than a control group of this process allows in all.
///
/// The kernel is not asked for those: while it fills the group, another thread of the process may need a page, and is killed for it.
pub(crate) fn beyond_group(description: &Description) -> Option<Error> {
    let (cpus, page) = (cpus(), rustix::param::page_size() as u64);
    let takes = |map: &&package::Map| match map.grows() || map.pinned {
        true => 0,
        false => map.memory(cpus, page),
    };
    let total = description
        .maps
        .iter()
        .map(|map| takes(&map))
        .fold(0, u64::saturating_add);
    if total <= SMALL {
        return None;
    }
    let group = groups().into_iter().min_by_key(|group| group.limit)?;
    if total <= group.limit {
        return None;
    }
    let largest = description.maps.iter().max_by_key(takes)?;
    let message = match takes(&largest) {
        alone if alone > group.limit => {
            format!("map {} cannot be created: it takes about {}", largest.name, size(alone))
        }
        _ => format!("the maps cannot be created: together they take about {}", size(total)),
    };
    let error = Error::new(Kind::Other, format!("{message}, and {}", group.left()));
    Some(error.with_hint(LESS_MEMORY))
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
    use super::{charges_groups, size};

    #[test]
    fn maps_are_charged_to_groups_unless_the_kernel_is_old_or_told_not_to() {
        let line = "quiet cgroup.memory=nosocket root=/dev/vda";
        assert!(charges_groups(Some((5, 11)), line));
        assert!(charges_groups(None, ""));
        assert!(!charges_groups(Some((5, 10)), line));
        assert!(!charges_groups(Some((6, 12)), "quiet cgroup.memory=nosocket,nobpf"));
        assert!(!charges_groups(Some((6, 12)), "cgroup.memory=nokmem quiet"));
    }

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
