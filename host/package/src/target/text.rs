//! A target as text: what `Target::parse` reads.

use std::fmt;

use super::parse::{CGROUP_MODES, DIRECTIONS, ENDS, FREQUENCY, NETFILTER_FAMILIES, NETFILTER_HOOKS, XDP_MODES};
use super::{CgroupMode, Interface, Netfilter, PerfEvent, ProbePoint, SampleRate, Target, Uprobe, XdpMode, perf};

/// What is only said where it is not what everybody would expect.
struct Setting<T>(&'static str, Option<T>);

impl<T: fmt::Display> fmt::Display for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(value) => write!(f, ",{}={value}", self.0),
            None => Ok(()),
        }
    }
}

fn unless<T: PartialEq>(value: T, usual: &T) -> Option<T> {
    (value != *usual).then_some(value)
}

fn named<T: PartialEq>(value: &T, words: &[(&'static str, T)]) -> &'static str {
    let found = words.iter().find(|(_, meaning)| meaning == value);
    found.map_or("?", |(word, _)| word)
}

/// The word before `probe` or `syscall`: with `r`, or without.
fn probe(entry: &'static str, at_return: &'static str, session: &'static str, point: ProbePoint) -> &'static str {
    match point {
        ProbePoint::Entry => entry,
        ProbePoint::Return => at_return,
        ProbePoint::Session => session,
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tracepoint { category, name } => write!(f, "tracepoint/{category}/{name}"),
            Self::RawTracepoint(name) => write!(f, "raw_tracepoint/{name}"),
            Self::Trace { kind, function } => write!(f, "{kind}/{function}"),
            Self::Replace { program, function } => write!(f, "freplace/{function},program={program}"),
            Self::Kprobe {
                function,
                offset,
                point,
            } => {
                write!(f, "{}/{function}", probe("kprobe", "kretprobe", "kprobe", *point))?;
                plus(f, *offset)
            }
            Self::KprobeMulti { functions, point } => {
                let kind = probe("kprobe.multi", "kretprobe.multi", "kprobe.session", *point);
                write!(f, "{kind}/{}", functions.join(","))
            }
            Self::Ksyscall { name, point } => {
                write!(f, "{}/{name}", probe("ksyscall", "kretsyscall", "ksyscall", *point))
            }
            Self::Uprobe(uprobe) => uprobe.fmt(f),
            Self::UprobeMulti {
                path,
                functions,
                pid,
                point,
            } => {
                let kind = probe("uprobe.multi", "uretprobe.multi", "uprobe.session", *point);
                write!(f, "{kind}/{path}:{}{}", functions.join(","), Setting("pid", *pid))
            }
            Self::Usdt {
                path,
                provider,
                name,
                pid,
            } => write!(f, "usdt/{path}:{provider}:{name}{}", Setting("pid", *pid)),
            Self::PerfEvent(event) => event.fmt(f),
            Self::Xdp { interface, mode } => {
                let mode = unless(*mode, &XdpMode::Automatic).map(|mode| named(&mode, &XDP_MODES));
                write!(f, "xdp/{interface}{}", Setting("mode", mode))
            }
            Self::Tc {
                interface,
                direction,
                handle,
                priority,
            } => write!(
                f,
                "tc/{}/{interface}{}{}",
                named(direction, &DIRECTIONS),
                Setting("handle", unless(*handle, &0)),
                Setting("priority", unless(*priority, &0))
            ),
            Self::Tcx { interface, direction } => write!(f, "tcx/{}/{interface}", named(direction, &DIRECTIONS)),
            Self::Netkit { interface, direction } => write!(f, "netkit/{}/{interface}", named(direction, &ENDS)),
            Self::Cgroup { path, mode } => {
                let mode = unless(*mode, &CgroupMode::Multi).map(|mode| named(&mode, &CGROUP_MODES));
                write!(f, "cgroup/{path}{}", Setting("mode", mode))
            }
            Self::SockMap(map) => write!(f, "sock_map/{map}"),
            Self::NetworkNamespace(path) => write!(f, "netns/{path}"),
            Self::SocketFilter(interface) => write!(f, "socket/{interface}"),
            Self::SkReuseport(port) => write!(f, "sk_reuseport/{port}"),
            Self::Netfilter(hook) => hook.fmt(f),
            Self::Iterator => f.write_str("iter"),
            Self::MapIterator(map) => write!(f, "iter/map:{map}"),
            Self::CgroupIterator(path) => write!(f, "iter/cgroup:{path}"),
            Self::TaskIterator(pid) => write!(f, "iter/task:{pid}"),
            Self::StructOps(map) => write!(f, "struct_ops/{map}"),
        }
    }
}

fn plus(f: &mut fmt::Formatter<'_>, offset: u64) -> fmt::Result {
    if offset == 0 { Ok(()) } else { write!(f, "+{offset:#x}") }
}

impl fmt::Display for Uprobe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}:",
            probe("uprobe", "uretprobe", "uprobe", self.point),
            self.path
        )?;
        match &self.function {
            Some(function) => {
                f.write_str(function)?;
                plus(f, self.offset)?;
            }
            None => write!(f, "{:#x}", self.offset)?,
        }
        let semaphore = unless(self.semaphore, &0);
        write!(f, "{}{}", Setting("pid", self.pid), Setting("semaphore", semaphore))
    }
}

impl fmt::Display for PerfEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "perf_event/{}", perf::text(self.kind, self.config))?;
        match self.rate {
            SampleRate::Frequency(FREQUENCY) => {}
            SampleRate::Frequency(frequency) => write!(f, ",frequency={frequency}")?,
            SampleRate::Period(period) => write!(f, ",period={period}")?,
        }
        write!(f, "{}{}", Setting("cpu", self.cpu), Setting("pid", self.pid))
    }
}

impl fmt::Display for Netfilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = unless(self.family, &2).map(|family| named(&family, &NETFILTER_FAMILIES));
        write!(
            f,
            "netfilter/{}{}{}{}",
            named(&self.hook, &NETFILTER_HOOKS),
            Setting("family", family),
            Setting("priority", unless(self.priority, &0)),
            Setting("defragment", unless(self.defragment, &false))
        )
    }
}

/// Its name, or `#` and its number.
impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => write!(f, "#{index}"),
        }
    }
}

impl Interface {
    /// A name, or `#` and a number.
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix('#').and_then(|digits| digits.parse().ok()) {
            Some(index) => Self::Index(index),
            None => Self::Name(text.to_owned()),
        }
    }
}
