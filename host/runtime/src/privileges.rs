//! Giving up capabilities that a run does not need, as early as that is known.
//!
//! Before the guest runs go those that no BPF tool needs; once the default tool has attached its programs, all but what its sources and
//! the end of the run need. A component of one's own may load and attach more at any time: it keeps those that tools need. Nothing
//! that is given up comes back, not even by executing a program.

use std::fmt;

use package::{Attachment, CgroupMode, Description, Places, Target};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities, set_no_new_privs};

/// What opening, loading and attaching may take.
const TOOLS: CapabilitySet = CapabilitySet::BPF
    .union(CapabilitySet::PERFMON)
    // Objects of the kernel by their number, types of modules, `bpf_probe_write_user`.
    .union(CapabilitySet::SYS_ADMIN)
    .union(CapabilitySet::NET_ADMIN)
    .union(CapabilitySet::NET_RAW)
    // The memory lock limit of kernels before 5.11, and that of perf buffers.
    .union(CapabilitySet::SYS_RESOURCE)
    .union(CapabilitySet::IPC_LOCK)
    // The files of programs that are probed, and tracefs, for who is not root.
    .union(CapabilitySet::DAC_READ_SEARCH)
    .union(CapabilitySet::DAC_OVERRIDE)
    // Static probes of another user's process.
    .union(CapabilitySet::SYS_PTRACE)
    // Addresses in /proc/kallsyms.
    .union(CapabilitySet::SYSLOG)
    .union(symbols::CAPABILITIES);

/// Capabilities that a run keeps after it has attached its programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept(CapabilitySet);

impl Kept {
    /// What is needed for a package that the default tool runs, with its programs where `places` say.
    ///
    /// `BPF` reads sampled maps, counters of losses that are maps, and iterators; with `NET_ADMIN` it takes back what no descriptor
    /// holds: filters of `tc` and programs on maps of sockets or alone in a control group. With `symbols`, stack traces are shown with
    /// names, which takes what opens `/proc/PID` of everybody.
    pub fn for_package(description: &Description, places: &Places, symbols: bool) -> Self {
        let mut kept = CapabilitySet::empty();
        let is_map = |name: &String| description.maps.iter().any(|map| map.name == *name);
        let reads_maps = description
            .maps
            .iter()
            .any(|map| map.sample.is_some() || map.lost.as_ref().is_some_and(is_map));
        if reads_maps {
            kept |= CapabilitySet::BPF;
        }
        let named = |map: &package::Map| map.stack_trace.as_ref().is_some_and(|trace| trace.with_symbols);
        if symbols && description.maps.iter().any(named) {
            kept |= symbols::CAPABILITIES;
        }
        for program in description.programs.iter().filter(|program| program.link) {
            if program.is_struct_ops() {
                kept |= CapabilitySet::BPF | CapabilitySet::NET_ADMIN;
            }
            match program.attachment(places, &description.maps) {
                Ok(Attachment::Target(
                    Target::Tc { .. }
                    | Target::SockMap(_)
                    | Target::Cgroup {
                        mode: CgroupMode::Override | CgroupMode::Exclusive,
                        ..
                    },
                )) => kept |= CapabilitySet::BPF | CapabilitySet::NET_ADMIN,
                Ok(Attachment::Target(
                    Target::Iterator | Target::MapIterator(_) | Target::CgroupIterator(_) | Target::TaskIterator(_),
                )) => kept |= CapabilitySet::BPF,
                Ok(Attachment::Section) if program.section.starts_with("iter") => kept |= CapabilitySet::BPF,
                _ => {}
            }
        }
        Self(kept)
    }

    /// Their names, such as `CAP_BPF`.
    pub fn names(self) -> impl Iterator<Item = String> {
        self.0.iter_names().map(|(name, _)| format!("CAP_{name}"))
    }
}

/// `CAP_BPF, CAP_NET_ADMIN`, or `no capability`.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.names().collect();
        f.write_str(&if names.is_empty() {
            "no capability".to_owned()
        } else {
            names.join(", ")
        })
    }
}

/// Gives up what no tool needs. To be called by the thread that runs the guest, before it does.
pub(crate) fn begin() -> rustix::io::Result<()> {
    set_no_new_privs(true)?;
    keep(TOOLS)
}

/// Gives up all but `kept`.
pub(crate) fn attached(kept: Kept) -> rustix::io::Result<()> {
    keep(kept.0)
}

/// Gives up all that this thread has: for those that only wait, count and compute.
pub fn give_up_all() {
    // A thread that keeps them does no harm that its process could not do.
    keep(CapabilitySet::empty()).ok();
}

fn keep(wanted: CapabilitySet) -> rustix::io::Result<()> {
    let has = capabilities(None)?;
    let kept = has.permitted & wanted;
    set_capabilities(
        None,
        CapabilitySets {
            effective: has.effective & kept,
            permitted: kept,
            inheritable: CapabilitySet::empty(),
        },
    )
}
