//! Memory for maps.

use std::fs;
use std::path::{Path, PathBuf};

use package::Description;
use rustix::process::{Resource, getrlimit};

use super::{Finding, kernel, rights};

/// Less than this is left soon.
const LITTLE: u64 = 64 << 20;

/// How much memory new maps may take.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Free {
    /// Bytes.
    bytes: u64,
    /// What sets the limit, as it stands in a sentence.
    of: String,
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
    let groups = fs::read_to_string("/proc/thread-self/cgroup").unwrap_or_default();
    machine
        .into_iter()
        .chain(groups.lines().filter_map(of_group))
        .min_by_key(|free| free.bytes)
}

/// What a line of `/proc/self/cgroup` allows (`cgroups(7)`): its group, or one above it.
fn of_group(line: &str) -> Option<Free> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
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
        _ => return None,
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
    let root = roots.iter().map(Path::new).find(|root| root.is_dir())?;
    // A namespace of control groups may show no more than its own part: then the group is the root itself.
    let own = root.join(group.trim_start_matches('/'));
    own.ancestors()
        .take_while(|folder| folder.starts_with(root))
        .filter_map(|folder| {
            let used = read(folder.join(used))?.saturating_sub(cached(folder));
            let bytes = read(folder.join(limit))?.saturating_sub(used);
            Some(Free {
                bytes,
                of: format!("of the control group {}", folder.display()),
            })
        })
        .min_by_key(|free| free.bytes)
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
    if kernel::release().is_none_or(|release| release >= (5, 11)) {
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
    let left = format!("{} {} are free", size(free.bytes), free.of);
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
    let free = free()?;
    let takes = size(map.memory(cpus(), rustix::param::page_size() as u64));
    Some(format!(
        "it takes about {takes}, and {} {} are free",
        size(free.bytes),
        free.of
    ))
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
