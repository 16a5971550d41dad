//! A target from its text.

use super::settings::{Settings, number, word};
use super::{
    CgroupMode, Direction, Interface, Netfilter, PerfEvent, ProbePoint, SampleRate, Target, Uprobe, XdpMode, perf,
};
use crate::error::Error;

pub(super) const DIRECTIONS: [(&str, Direction); 2] = [("ingress", Direction::Ingress), ("egress", Direction::Egress)];
/// As libbpf's sections call the two ends of a netkit pair.
pub(super) const ENDS: [(&str, Direction); 2] = [("peer", Direction::Ingress), ("primary", Direction::Egress)];
pub(super) const XDP_MODES: [(&str, XdpMode); 4] = [
    ("automatic", XdpMode::Automatic),
    ("driver", XdpMode::Driver),
    ("generic", XdpMode::Generic),
    ("hardware", XdpMode::Hardware),
];
pub(super) const CGROUP_MODES: [(&str, CgroupMode); 3] = [
    ("multi", CgroupMode::Multi),
    ("override", CgroupMode::Override),
    ("exclusive", CgroupMode::Exclusive),
];
/// `enum nf_inet_hooks`.
pub(super) const NETFILTER_HOOKS: [(&str, u32); 5] = [
    ("pre_routing", 0),
    ("local_in", 1),
    ("forward", 2),
    ("local_out", 3),
    ("post_routing", 4),
];
/// `NFPROTO_IPV4`, `NFPROTO_IPV6`.
pub(super) const NETFILTER_FAMILIES: [(&str, u32); 2] = [("ipv4", 2), ("ipv6", 10)];
const BOOLEANS: [(&str, bool); 2] = [("true", true), ("false", false)];
/// How often a profile is taken if nobody says: often enough to see, and not in step with timers.
pub(super) const FREQUENCY: u64 = 99;

impl Target {
    /// Reads `KIND/PLACE[,KEY=VALUE]…`. For what libbpf knows how to attach this is the text of a section.
    ///
    /// | text | settings |
    /// |---|---|
    /// | `tp/CATEGORY/NAME`, `raw_tp/NAME` | |
    /// | `tp_btf/NAME`, `fentry/FUNCTION`, `fexit/…`, `fmod_ret/…`, `lsm/HOOK` | |
    /// | `freplace/FUNCTION` | `program` (a number of the kernel's; needed) |
    /// | `kprobe/FUNCTION[+OFFSET]`, `kretprobe/FUNCTION`, `ksyscall/NAME`, `kretsyscall/NAME` | |
    /// | `kprobe.multi/PATTERN[,PATTERN]…`, `kretprobe.multi/…`, `kprobe.session/…` | |
    /// | `uprobe/PATH:FUNCTION[+OFFSET]`, `uprobe/PATH:OFFSET`, `uretprobe/…` | `pid`, `semaphore` |
    /// | `uprobe.multi/PATH:PATTERN[,PATTERN]…`, `uretprobe.multi/…`, `uprobe.session/…` | `pid` |
    /// | `usdt/PATH:PROVIDER:NAME` | `pid` |
    /// | `perf_event/EVENT` (a name of `perf list`, `rHEX`, `TYPE:CONFIG`) | `frequency` or `period`, `cpu`, `pid` |
    /// | `xdp/INTERFACE` | `mode`: automatic, driver, generic, hardware |
    /// | `tc/ingress/INTERFACE`, `tc/egress/INTERFACE` | `handle`, `priority` |
    /// | `tcx/ingress/INTERFACE`, `tcx/egress/…`, `netkit/primary/…`, `netkit/peer/…` | |
    /// | `cgroup/PATH` (absolute, so two slashes) | `mode`: multi, override, exclusive |
    /// | `sock_map/MAP`, `struct_ops/MAP` | |
    /// | `netns/PATH`, `socket/INTERFACE`, `sk_reuseport/PORT` | |
    /// | `netfilter/HOOK` | `family`: ipv4, ipv6; `priority`, `defragment` |
    /// | `iter`, `iter/map:NAME`, `iter/cgroup:PATH`, `iter/task:PID` | |
    ///
    /// # Errors
    /// What was found and what is allowed, in the words of the text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        read(text).map_err(|error| error.context(&format!("{text:?} is no target")))
    }
}

fn read(text: &str) -> Result<Target, Error> {
    let (kind, rest) = text.split_once('/').unwrap_or((text, ""));
    let mut settings = Settings::of(rest);
    let bare = kind.strip_suffix(".s").unwrap_or(kind);
    let target = match bare {
        "tp" | "tracepoint" => {
            let (category, name) = split(&settings, '/', "CATEGORY/NAME")?;
            Target::Tracepoint { category, name }
        }
        "raw_tp" | "raw_tracepoint" | "raw_tp.w" | "raw_tracepoint.w" => {
            Target::RawTracepoint(place(&settings, "NAME")?)
        }
        "tp_btf" | "fentry" | "fexit" | "fmod_ret" | "lsm" => Target::Trace {
            kind: kind.to_owned(),
            function: place(&settings, "FUNCTION")?,
        },
        "freplace" => Target::Replace {
            function: place(&settings, "FUNCTION")?,
            program: settings
                .number("program")?
                .ok_or_else(|| Error::field("expected ,program=NUMBER: the program whose function is replaced"))?,
        },
        "iter" if settings.place.is_empty() => Target::Iterator,
        "iter" => iterator(settings.place)?,
        "sock_map" => Target::SockMap(place(&settings, "MAP")?),
        "struct_ops" => Target::StructOps(place(&settings, "MAP")?),
        "perf_event" => perf_event(&mut settings)?,
        _ => match probe(bare, &mut settings)? {
            Some(target) => target,
            None => network(bare, &mut settings)?,
        },
    };
    settings.finish()?;
    Ok(target)
}

fn probe(kind: &str, settings: &mut Settings<'_>) -> Result<Option<Target>, Error> {
    let (family, point) = match kind {
        "kprobe" | "ksyscall" | "uprobe" | "kprobe.multi" | "uprobe.multi" => (kind, ProbePoint::Entry),
        "kretprobe" => ("kprobe", ProbePoint::Return),
        "kretsyscall" => ("ksyscall", ProbePoint::Return),
        "uretprobe" => ("uprobe", ProbePoint::Return),
        "kretprobe.multi" => ("kprobe.multi", ProbePoint::Return),
        "uretprobe.multi" => ("uprobe.multi", ProbePoint::Return),
        "kprobe.session" => ("kprobe.multi", ProbePoint::Session),
        "uprobe.session" => ("uprobe.multi", ProbePoint::Session),
        "usdt" => (kind, ProbePoint::Entry),
        _ => return Ok(None),
    };
    let patterns = |text: &str| text.split(',').map(str::to_owned).collect();
    Ok(Some(match family {
        "kprobe" => {
            let (function, offset) = function(settings.place)?;
            let function = function.ok_or_else(|| Error::field("expected a FUNCTION after the slash"))?;
            Target::Kprobe {
                function,
                offset,
                point,
            }
        }
        "kprobe.multi" => Target::KprobeMulti {
            functions: patterns(&place(settings, "PATTERN")?),
            point,
        },
        "ksyscall" => Target::Ksyscall {
            name: place(settings, "NAME")?,
            point,
        },
        "uprobe" => {
            let (path, rest) = last(settings, "PATH:FUNCTION")?;
            let (function, offset) = match number(&rest) {
                Some(offset) => (None, offset),
                None => function(&rest)?,
            };
            Target::Uprobe(Uprobe {
                path,
                function,
                offset,
                pid: settings.number("pid")?,
                point,
                semaphore: settings.number("semaphore")?.unwrap_or(0),
            })
        }
        "uprobe.multi" => {
            let (path, rest) = last(settings, "PATH:PATTERN")?;
            Target::UprobeMulti {
                path,
                functions: patterns(&rest),
                pid: settings.number("pid")?,
                point,
            }
        }
        _ => {
            let (rest, name) = last(settings, "PATH:PROVIDER:NAME")?;
            let (path, provider) = rest
                .rsplit_once(':')
                .filter(|(path, provider)| !path.is_empty() && !provider.is_empty())
                .ok_or_else(|| Error::field("expected PATH:PROVIDER:NAME after the slash"))?;
            Target::Usdt {
                path: path.to_owned(),
                provider: provider.to_owned(),
                name,
                pid: settings.number("pid")?,
            }
        }
    }))
}

fn network(kind: &str, settings: &mut Settings<'_>) -> Result<Target, Error> {
    let directed = |settings: &Settings<'_>, words: &[(&str, Direction)]| -> Result<_, Error> {
        let (direction, interface) = split(settings, '/', "DIRECTION/INTERFACE")?;
        let direction = word(&direction, words).map_err(|error| error.context("direction"))?;
        Ok((direction, Interface::parse(&interface)))
    };
    Ok(match kind {
        "xdp" | "xdp.frags" => Target::Xdp {
            interface: Interface::parse(&place(settings, "INTERFACE")?),
            mode: settings.word("mode", &XDP_MODES)?.unwrap_or(XdpMode::Automatic),
        },
        "tc" => {
            let (direction, interface) = directed(settings, &DIRECTIONS)?;
            Target::Tc {
                interface,
                direction,
                handle: settings.number("handle")?.unwrap_or(0),
                priority: settings.number("priority")?.unwrap_or(0),
            }
        }
        "tcx" => {
            let (direction, interface) = directed(settings, &DIRECTIONS)?;
            Target::Tcx { interface, direction }
        }
        "netkit" => {
            let (direction, interface) = directed(settings, &ENDS)?;
            Target::Netkit { interface, direction }
        }
        "cgroup" => Target::Cgroup {
            path: absolute(settings)?,
            mode: settings.word("mode", &CGROUP_MODES)?.unwrap_or(CgroupMode::Multi),
        },
        "netns" => Target::NetworkNamespace(absolute(settings)?),
        "socket" => Target::SocketFilter(Interface::parse(&place(settings, "INTERFACE")?)),
        "sk_reuseport" => Target::SkReuseport(
            settings
                .place
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| Error::field("expected a PORT from 1 to 65535 after the slash"))?,
        ),
        "netfilter" => Target::Netfilter(Netfilter {
            hook: word(settings.place, &NETFILTER_HOOKS).map_err(|error| error.context("hook"))?,
            family: settings.word("family", &NETFILTER_FAMILIES)?.unwrap_or(2),
            priority: match settings.take("priority") {
                Some(value) => value
                    .parse()
                    .map_err(|_| Error::field(format!("priority={value}: expected a number in range")))?,
                None => 0,
            },
            defragment: settings.word("defragment", &BOOLEANS)?.unwrap_or(false),
        }),
        _ => {
            return Err(Error::field(format!(
                "{kind:?} is no kind of target; they begin like sections: kprobe/…, uprobe/…, xdp/…, tc/…, cgroup/…"
            )));
        }
    })
}

fn perf_event(settings: &mut Settings<'_>) -> Result<Target, Error> {
    let (kind, config) = perf::parse(settings.place).ok_or_else(|| {
        Error::field(format!(
            "event: found {:?}, expected a name of `perf list` such as cpu-clock, rHEX or TYPE:CONFIG",
            settings.place
        ))
    })?;
    let rate = match (settings.number("frequency")?, settings.number("period")?) {
        (Some(_), Some(_)) => return Err(Error::field("frequency and period exclude each other")),
        (None, Some(period)) => SampleRate::Period(period),
        (frequency, None) => SampleRate::Frequency(frequency.unwrap_or(FREQUENCY)),
    };
    Ok(Target::PerfEvent(PerfEvent {
        kind,
        config,
        rate,
        cpu: settings.number("cpu")?,
        pid: settings.number("pid")?,
    }))
}

fn iterator(place: &str) -> Result<Target, Error> {
    let expected = || Error::field("expected map:NAME, cgroup:PATH or task:PID after the slash, or nothing");
    let (what, which) = place.split_once(':').ok_or_else(expected)?;
    match what {
        "map" if !which.is_empty() => Ok(Target::MapIterator(which.to_owned())),
        "cgroup" if which.starts_with('/') => Ok(Target::CgroupIterator(which.to_owned())),
        "task" => which.parse().map(Target::TaskIterator).map_err(|_| expected()),
        _ => Err(expected()),
    }
}

/// `FUNCTION[+OFFSET]`.
fn function(text: &str) -> Result<(Option<String>, u64), Error> {
    let (name, offset) = match text.rsplit_once('+') {
        None => (text, 0),
        Some((name, offset)) => {
            let offset =
                number(offset).ok_or_else(|| Error::field(format!("offset: found {offset:?}, expected bytes")))?;
            (name, offset)
        }
    };
    Ok(((!name.is_empty()).then(|| name.to_owned()), offset))
}

fn place(settings: &Settings<'_>, what: &str) -> Result<String, Error> {
    if settings.place.is_empty() {
        Err(Error::field(format!("expected {what} after the slash")))
    } else {
        Ok(settings.place.to_owned())
    }
}

fn absolute(settings: &Settings<'_>) -> Result<String, Error> {
    if settings.place.starts_with('/') {
        Ok(settings.place.to_owned())
    } else {
        Err(Error::field(
            "expected an absolute PATH after the slash, so two slashes",
        ))
    }
}

fn split(settings: &Settings<'_>, at: char, what: &str) -> Result<(String, String), Error> {
    pair(settings.place.split_once(at), what)
}

fn last(settings: &Settings<'_>, what: &str) -> Result<(String, String), Error> {
    pair(settings.place.rsplit_once(':'), what)
}

fn pair(parts: Option<(&str, &str)>, what: &str) -> Result<(String, String), Error> {
    match parts {
        Some((first, second)) if !first.is_empty() && !second.is_empty() => Ok((first.to_owned(), second.to_owned())),
        _ => Err(Error::field(format!("expected {what} after the slash"))),
    }
}
