//! What this system lacks for running eBPF tools, and what to do about it: asked before anything runs, and again when something failed.
//!
//! Each check is a function that looks at one thing and answers a [`Finding`] in words for people. [`system`] makes all of them,
//! [`tool`] those that matter to one object. Nothing stays in the kernel: what is loaded to find out is closed at once.

mod config;
mod group;
mod hooks;
mod kernel;
mod memory;
mod mounts;
mod places;
mod probe;
mod rights;
mod symbols;
mod tool;

pub(crate) use hooks::{Hook, KPROBE_MULTI, NETFILTER, NETKIT, NO_CLSACT, TCX, UPROBE_MULTI, kprobes};
pub(crate) use kernel::btf;
use memory::size;
pub(crate) use memory::{LESS_MEMORY, beyond_group, memory_of};
use mounts::cgroup2;
pub(crate) use mounts::{GROUPS, group_folder, tracefs};
pub(crate) use places::{FUNCTIONS, no_function, no_match, tracepoint};
pub(crate) use rights::{
    CAP_BPF, CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, Capability, capabilities_missing, how_to_get, lockdown,
    lockdown_is_why, without_capabilities,
};
pub(crate) use tool::capabilities_for;
pub use tool::tool;

use crate::error::{Error, Kind};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there.
    Ok,
    /// It is there in part, or could not be looked at: some tools may not do what they should.
    Warning,
    /// It is not there.
    Missing,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was checked, in a word or two: `btf`, `kprobe.multi`, `program handle_exec`.
    pub check: String,
    /// How it ended.
    pub state: State,
    /// Whether it has to be there: for nearly all tools, or for the one that was asked about.
    pub needed: bool,
    /// What was looked at and what that means, as one line without a full stop at its end.
    pub message: String,
    /// What the user can do about it, in the same form.
    pub hint: Option<String>,
}

impl Finding {
    fn new(check: &str, state: State, message: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            state,
            needed: false,
            message: message.into(),
            hint: None,
        }
    }

    fn ok(check: &str, message: impl Into<String>) -> Self {
        Self::new(check, State::Ok, message)
    }

    fn warning(check: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(check, State::Warning, message).with_hint(hint)
    }

    fn missing(check: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(check, State::Missing, message).with_hint(hint)
    }

    fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, where nothing runs without it.
    fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    /// Whether tools, or the one that was asked about, cannot run because of this.
    pub fn prevents(&self) -> bool {
        self.needed && self.state == State::Missing
    }

    /// The same as the reason of something that has failed; none if the check found nothing wrong.
    pub(crate) fn error(self, kind: Kind) -> Option<Error> {
        (self.state == State::Missing).then(|| self.reason(kind))
    }

    /// The same as an error.
    pub(crate) fn reason(self, kind: Kind) -> Error {
        let error = Error::new(kind, self.message);
        match self.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// Looks at all that tools of any kind need. Takes a tenth of a second.
pub fn system() -> Vec<Finding> {
    let mut found = vec![
        kernel::version().needed(),
        rights::namespaces().needed(),
        rights::capabilities().needed(),
        lockdown().needed(),
        rights::bpf().needed(),
        btf().needed(),
        tracefs().needed(),
        mounts::bpffs(),
        cgroup2(),
        memory::locked().needed(),
        memory::available(),
        kernel::jit(),
        kernel::ftrace(),
        rights::unprivileged(),
        rights::perf_events(),
        rights::addresses(),
    ];
    found.extend(config::options());
    let may_load = !found
        .iter()
        .any(|finding| finding.check == rights::BPF && finding.state == State::Missing);
    found.extend(hooks::all(may_load));
    found
}
