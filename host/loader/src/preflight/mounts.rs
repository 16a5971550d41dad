//! File systems of the kernel that tools look into.

use std::fs;
use std::path::Path;

use super::Finding;

/// `BPF_FS_MAGIC` and `CGROUP2_SUPER_MAGIC` of `include/uapi/linux/magic.h`.
const BPF_FS: u64 = 0xcafe_4a11;
const CGROUP2: u64 = 0x6367_7270;

/// Where control groups are, unless a system keeps version 1 too.
const CGROUP_ROOT: &str = "/sys/fs/cgroup";

/// Where the tracing file system shows its events.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"];

/// Where it is mounted, in the place where libbpf looks or in the older one.
pub(crate) fn tracefs_events() -> Option<&'static str> {
    TRACEFS.into_iter().find(|path| Path::new(path).exists())
}

/// Whether the tracing file system is there, without which there are no tracepoints.
pub(crate) fn tracefs() -> Finding {
    const MOUNT: &str = "mount it: mount -t tracefs tracefs /sys/kernel/tracing";
    let Some(events) = tracefs_events() else {
        // Who may not enter the folder does not see what is in it.
        let closed = fs::read_dir("/sys/kernel/tracing")
            .is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
        return if closed {
            unreadable("/sys/kernel/tracing")
        } else {
            Finding::missing("tracefs", "the tracing file system is not mounted", MOUNT)
        };
    };
    // The kernel's own list of tracepoints is read with what libbpf needs to read.
    match fs::read_dir(events) {
        Ok(_) => Finding::ok("tracefs", format!("{events}: tracepoints can be looked up")),
        Err(_) => unreadable(events),
    }
}

fn unreadable(folder: &str) -> Finding {
    Finding::missing(
        "tracefs",
        format!("the tracing file system is mounted, and this process may not read {folder}"),
        "run as root, or mount it for a group: mount -o remount,mode=750,gid=GROUP /sys/kernel/tracing",
    )
}

/// Whether the BPF file system is where everybody looks for it.
pub(super) fn bpffs() -> Finding {
    const FOLDER: &str = "/sys/fs/bpf";
    if magic(FOLDER) == Some(BPF_FS) {
        Finding::ok(
            "bpffs",
            format!("{FOLDER}: programs and maps of others can be found by their pins"),
        )
    } else {
        Finding::warning(
            "bpffs",
            format!("no BPF file system is mounted at {FOLDER}: there are no pins; tools themselves need none"),
            format!("mount it: mount -t bpf bpf {FOLDER}"),
        )
    }
}

/// Whether programs of control groups find the hierarchy.
pub(crate) fn cgroup2() -> Finding {
    match group_folder(CGROUP_ROOT) {
        Ok(folder) => Finding::ok(
            "cgroup2",
            format!("{folder}: programs can be attached to control groups"),
        ),
        Err(_) => Finding::missing(
            "cgroup2",
            "no cgroup2 hierarchy is mounted: programs of control groups have no place",
            format!("mount it: mount -t cgroup2 cgroup2 {CGROUP_ROOT}"),
        ),
    }
}

/// The kind of file system that a folder is on.
fn magic(folder: &str) -> Option<u64> {
    // On some architectures a signed number, extended.
    let found = rustix::fs::statfs(folder).ok()?.f_type as u64;
    Some(found & 0xffff_ffff)
}

/// Where a file system of this kind is mounted that can be reached: `proc_pid_mountinfo(5)`.
fn mounted(kind: &str) -> Option<String> {
    let mounts = fs::read_to_string("/proc/thread-self/mountinfo").ok()?;
    mounts
        .lines()
        .filter_map(|line| {
            let (before, after) = line.split_once(" - ")?;
            let folder = before.split(' ').nth(4)?;
            (after.split(' ').next()? == kind).then_some(folder)
        })
        // Another may be mounted over it.
        .find(|folder| kind != "cgroup2" || magic(folder) == Some(CGROUP2))
        .map(str::to_owned)
}

/// The folder of a control group. The usual root is looked up where systems that keep version 1 have put it.
///
/// # Errors
/// What is wrong with the path, and where control groups are.
pub(crate) fn group_folder(path: &str) -> Result<String, Finding> {
    let kind = magic(path);
    if kind == Some(CGROUP2) {
        return Ok(path.to_owned());
    }
    let root = mounted("cgroup2");
    if path.trim_end_matches('/') == CGROUP_ROOT
        && let Some(root) = root
    {
        return Ok(root);
    }
    let what = if kind.is_none() {
        "there is no control group"
    } else {
        "this is no folder of the cgroup2 hierarchy:"
    };
    let hint = match root {
        Some(root) => format!("groups are folders below {root}: `ls` shows them, `mkdir` makes one"),
        None => GROUPS.to_owned(),
    };
    Err(Finding::missing("", format!("{what} {path}"), hint))
}

/// Whether a folder is a control group.
pub(super) fn group(path: &str) -> Finding {
    group_folder(path).map_or_else(
        |finding| finding,
        |folder| Finding::ok("", format!("control group {folder}")),
    )
}

/// Where control groups are.
pub(crate) const GROUPS: &str = "groups are folders below the cgroup2 mount, most often /sys/fs/cgroup";
