//! Control groups that limit the memory of this process (`cgroups(7)`).

use std::fs;
use std::path::{Component, Path, PathBuf};

/// From this release the kernel charges maps to control groups, before it to what a process may lock.
pub(super) const CHARGED_FROM: (u32, u32) = (5, 11);

/// A group, or one above it. It may have no limit.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) folder: PathBuf,
    version: &'static Version,
}

/// Where a version of control groups shows memory, in bytes.
#[derive(Debug)]
struct Version {
    roots: &'static [&'static str],
    limit: &'static str,
    used: &'static str,
}

static FIRST: Version = Version {
    roots: &["/sys/fs/cgroup/memory"],
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
};
static SECOND: Version = Version {
    roots: &["/sys/fs/cgroup", "/sys/fs/cgroup/unified"],
    limit: "memory.max",
    used: "memory.current",
};

/// Whether a kernel of this release, started with these arguments, charges maps to control groups: `cgroup.memory` in its
/// `Documentation/admin-guide/kernel-parameters.txt`.
fn charges(release: Option<(u32, u32)>, command_line: &str) -> bool {
    let mut options = command_line
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("cgroup.memory="))
        .flat_map(|options| options.split(','));
    release.is_none_or(|release| release >= CHARGED_FROM) && !options.any(|option| matches!(option, "nobpf" | "nokmem"))
}

/// The groups of this process and those above them, where the kernel charges maps to them: a list for each hierarchy that counts
/// memory, the nearest first.
pub(super) fn groups() -> Vec<Vec<Group>> {
    let command_line = fs::read_to_string("/proc/cmdline").unwrap_or_default();
    if !charges(super::kernel::release(), &command_line) {
        return Vec::new();
    }
    let groups = fs::read_to_string("/proc/thread-self/cgroup").unwrap_or_default();
    groups.lines().filter_map(of_line).collect()
}

/// What a line of `/proc/self/cgroup` names.
fn of_line(line: &str) -> Option<Vec<Group>> {
    let mut parts = line.splitn(3, ':');
    let (_, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
    let version = match controllers {
        "" => &SECOND,
        "memory" => &FIRST,
        _ => return None,
    };
    let root = version.roots.iter().map(Path::new).find(|root| root.is_dir())?;
    let own = root.join(group.trim_start_matches('/'));
    // Out of what this namespace shows.
    if own.components().any(|part| part == Component::ParentDir) {
        return None;
    }
    // A namespace may show no more than its own part: then the group is the root itself.
    let above = own.ancestors().take_while(|folder| folder.starts_with(root));
    let groups = above.filter(|folder| folder.is_dir()).map(|folder| Group {
        folder: folder.to_owned(),
        version,
    });
    Some(groups.collect())
}

impl Group {
    /// Bytes that it allows.
    pub(super) fn limit(&self) -> Option<u64> {
        self.number(self.version.limit)
    }

    /// Bytes that it leaves.
    pub(super) fn left(&self) -> Option<u64> {
        let used = self.number(self.version.used)?.saturating_sub(self.cached());
        Some(self.limit()?.saturating_sub(used))
    }

    /// Whether it has this process itself: a group of that name may be another one where the mounts are somebody else's.
    pub(super) fn has_this_process(&self) -> bool {
        let own = std::process::id();
        let processes = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap_or_default();
        processes.lines().any(|line| line.parse() == Ok(own))
    }

    /// What is only there because files were read: it goes when somebody needs the room.
    fn cached(&self) -> u64 {
        let all = fs::read_to_string(self.folder.join("memory.stat")).unwrap_or_default();
        let of = |name: &str| {
            all.lines()
                .find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok())
        };
        ["active_file ", "inactive_file "].into_iter().filter_map(of).sum()
    }

    fn number(&self, file: &str) -> Option<u64> {
        fs::read_to_string(self.folder.join(file)).ok()?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_charged_to_groups_unless_the_kernel_is_old_or_told_not_to() {
        let line = "quiet cgroup.memory=nosocket root=/dev/vda";
        assert!(charges(Some((5, 11)), line));
        assert!(charges(None, ""));
        assert!(!charges(Some((5, 10)), line));
        assert!(!charges(Some((6, 12)), "quiet cgroup.memory=nosocket,nobpf"));
        assert!(!charges(Some((6, 12)), "cgroup.memory=nokmem quiet"));
    }

    #[test]
    fn what_is_out_of_sight_is_no_group() {
        assert!(of_line("0::/../other").is_none());
        assert!(of_line("3:cpuset:/").is_none());
        assert!(of_line("").is_none());
    }
}
