//! Where a package and its user want a program: sections without a place, joined with what stands beside them.

use serde_json::{Map as Object, Value};

use super::parse::{CGROUP_MODES, FREQUENCY, NETFILTER_FAMILIES, NETFILTER_HOOKS};
use super::settings::word;
use super::{CgroupMode, Direction, Interface, Netfilter, PerfEvent, Places, SampleRate, Target, XdpMode, perf};
use crate::description::{Map, Program};
use crate::error::{At, Error};
use crate::fields::{Fields, number, object, shortened};

/// Where control groups are, on every distribution.
const CGROUP_ROOT: &str = "/sys/fs/cgroup";
const OWN_NAMESPACE: &str = "/proc/self/ns/net";
/// What old generators took if nobody said another: the loopback.
const LOOPBACK: u32 = 1;
/// `BPF_MAP_TYPE_SOCKMAP`, `BPF_MAP_TYPE_SOCKHASH`.
const SOCK_MAPS: [u32; 2] = [15, 18];
/// `XDP_FLAGS_SKB_MODE`, `XDP_FLAGS_DRV_MODE`, `XDP_FLAGS_HW_MODE` of `include/uapi/linux/if_link.h`.
const XDP_FLAGS: [(u64, XdpMode); 3] = [(2, XdpMode::Generic), (4, XdpMode::Driver), (8, XdpMode::Hardware)];

/// How a program comes to its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// libbpf reads it from the program's section.
    Section,
    /// It is known.
    Target(Target),
    /// It is never attached by itself: it is run by hand, or belongs to a `struct_ops` map or another program's table.
    ByHand,
}

impl Program {
    /// Whether it is a function of a `struct_ops` map, which is attached in its place.
    pub fn is_struct_ops(&self) -> bool {
        matches!(self.section.split(['/', '.']).next(), Some("struct_ops"))
    }

    /// Where the program goes: what `places` say, else the package, else its section.
    ///
    /// `maps` are those of the object. For programs of a network interface, a control group or a network namespace that nobody chose, these
    /// are the loopback, the root of the hierarchy and the host's own.
    ///
    /// # Errors
    /// A field that is not as the format has it, with its path, or what has to be named and is not.
    pub fn attachment(&self, places: &Places, maps: &[Map]) -> Result<Attachment, Error> {
        if let Some((_, target)) = places.targets.iter().find(|(program, _)| *program == self.name) {
            return Ok(Attachment::Target(target.clone()));
        }
        let entry = self.entry(places, maps);
        let found = match &self.attach {
            Some(text) => entry.chosen(text),
            None => entry.section(&self.section),
        };
        found.at(|| format!("program {}", self.name))
    }

    /// Refuses fields beside its section that are not as the format has them. What the package does not say at all the user may.
    pub(crate) fn check_fields(&self, maps: &[Map]) -> Result<(), Error> {
        let places = Places::default();
        let section = self.attach.as_ref().unwrap_or(&self.section);
        match self.entry(&places, maps).section(section) {
            Err(error) if !error.path().is_empty() => Err(error),
            _ => Ok(()),
        }
    }

    fn entry<'a>(&'a self, places: &'a Places, maps: &'a [Map]) -> Entry<'a> {
        Entry {
            fields: Fields(&self.options),
            places,
            maps,
        }
    }
}

struct Entry<'a> {
    fields: Fields<'a>,
    places: &'a Places,
    maps: &'a [Map],
}

impl Entry<'_> {
    /// What the package says in place of the section.
    fn chosen(&self, text: &str) -> Result<Attachment, Error> {
        match self.section(text)? {
            Attachment::Section => Ok(Attachment::Target(Target::parse(text)?)),
            other => Ok(other),
        }
    }

    fn section(&self, text: &str) -> Result<Attachment, Error> {
        let (kind, rest) = text.split_once('/').unwrap_or((text, ""));
        let kind = kind.strip_suffix(".s").unwrap_or(kind);
        Ok(Attachment::Target(match (kind, rest) {
            ("syscall" | "struct_ops", _) | ("xdp" | "xdp.frags", "devmap" | "cpumap") => {
                return Ok(Attachment::ByHand);
            }
            ("xdp" | "xdp.frags", "") => Target::Xdp {
                interface: self.interface()?,
                mode: self.xdp_mode()?,
            },
            ("tc" | "classifier" | "action", "" | "ingress" | "egress") => self.tc(rest)?,
            ("tcx", "ingress" | "egress") => Target::Tcx {
                interface: self.interface()?,
                direction: direction(rest == "egress"),
            },
            ("netkit", "primary" | "peer") => Target::Netkit {
                interface: self.interface()?,
                direction: direction(rest == "primary"),
            },
            ("socket", "") => Target::SocketFilter(self.interface()?),
            ("sk_lookup" | "flow_dissector", "") => {
                Target::NetworkNamespace(self.fields.string("netns")?.unwrap_or(OWN_NAMESPACE).to_owned())
            }
            ("sk_msg", _) | ("sk_skb", _) => Target::SockMap(self.sock_map()?),
            ("sk_reuseport", "" | "migrate") => self.reuseport()?,
            ("netfilter", "") => self.netfilter()?,
            ("perf_event", "") => self.perf_event()?,
            ("sockops" | "lsm_cgroup" | "cgroup_skb", _) => self.cgroup()?,
            // The place of a target has an absolute path; a section never.
            ("cgroup", hook) if !hook.starts_with('/') => self.cgroup()?,
            ("iter", "bpf_map_elem" | "bpf_sk_storage_map") => Target::MapIterator(self.named_map("map")?),
            ("freplace", _) if !rest.contains(',') => {
                return Err(
                    Error::field("it takes the place of a function in a program that only the user knows").with_hint(
                        "name it: --attach PROGRAM=freplace/FUNCTION,program=NUMBER; `bpftool prog` lists numbers",
                    ),
                );
            }
            ("lwt_in" | "lwt_out" | "lwt_xmit" | "lwt_seg6local" | "lirc_mode2", _) => {
                return Err(
                    Error::field(format!("programs of the section {text} are attached by other tools"))
                        .with_hint("let the package say \"link\": false for it"),
                );
            }
            _ => return Ok(Attachment::Section),
        }))
    }

    fn interface(&self) -> Result<Interface, Error> {
        if let Some(interface) = &self.places.interface {
            return Ok(interface.clone());
        }
        if let Some(name) = self.fields.string("ifname")?.filter(|name| !name.is_empty()) {
            return Ok(Interface::parse(name));
        }
        let index = match self.child("tchook")? {
            Some(hook) => hook.number_u32("ifindex").at(|| "tchook")?,
            None => None,
        };
        let index = match index {
            Some(index) => Some(index),
            None => self.fields.number_u32("ifindex")?,
        };
        Ok(Interface::Index(index.filter(|&index| index > 0).unwrap_or(LOOPBACK)))
    }

    fn xdp_mode(&self) -> Result<XdpMode, Error> {
        let flags = self.fields.number("flags", u64::from(u32::MAX))?.unwrap_or(0);
        let found = XDP_FLAGS.iter().find(|(bit, _)| flags & bit != 0);
        Ok(found.map_or(XdpMode::Automatic, |(_, mode)| *mode))
    }

    fn tc(&self, section: &str) -> Result<Target, Error> {
        let point = match self.child("tchook")? {
            Some(hook) => hook.string("attach_point").at(|| "tchook")?,
            None => None,
        };
        let egress = match point {
            None => section == "egress",
            Some(point) => {
                word(point, &[("BPF_TC_INGRESS", false), ("BPF_TC_EGRESS", true)]).at(|| "tchook.attach_point")?
            }
        };
        let options = self.child("tcopts")?;
        let option = |name: &str| -> Result<u32, Error> {
            let found = options.map(|options| options.number_u32(name)).transpose();
            Ok(found.at(|| "tcopts")?.flatten().unwrap_or(0))
        };
        Ok(Target::Tc {
            interface: self.interface()?,
            direction: direction(egress),
            handle: option("handle")?,
            priority: option("priority")?,
        })
    }

    fn cgroup(&self) -> Result<Target, Error> {
        let own = match self.fields.value("cgroup") {
            Some(Value::Object(fields)) => Fields(fields),
            _ => Fields(empty()),
        };
        let path = match &self.places.cgroup {
            Some(path) => path,
            None if own.0.is_empty() => self.fields.string("cgroup")?.unwrap_or(CGROUP_ROOT),
            None => own.string("path").at(|| "cgroup")?.unwrap_or(CGROUP_ROOT),
        };
        let mode = own.string("mode").at(|| "cgroup")?;
        Ok(Target::Cgroup {
            path: path.to_owned(),
            mode: mode
                .map_or(Ok(CgroupMode::Multi), |mode| word(mode, &CGROUP_MODES))
                .at(|| "cgroup.mode")?,
        })
    }

    /// The map that the package names, or the only one that can be meant.
    fn sock_map(&self) -> Result<String, Error> {
        let mut found = self.maps.iter().filter(|map| SOCK_MAPS.contains(&map.kind));
        match (self.fields.string("map")?, found.next(), found.next()) {
            (Some(name), ..) => Ok(name.to_owned()),
            (None, Some(only), None) => Ok(only.name.clone()),
            (None, Some(_), Some(_)) => {
                Err(Error::field("the object has several maps of sockets").with_hint(NAME_THE_MAP))
            }
            (None, None, _) => Err(Error::field("the object has no map of sockets").with_hint(NAME_THE_MAP)),
        }
    }

    fn named_map(&self, field: &str) -> Result<String, Error> {
        match self.fields.string(field)? {
            Some(name) => Ok(name.to_owned()),
            None => Err(Error::field("nobody says which map it walks over")
                .with_hint("name it: --attach PROGRAM=iter/map:NAME, or `@map NAME` in the source")),
        }
    }

    fn reuseport(&self) -> Result<Target, Error> {
        match self.fields.number("port", u64::from(u16::MAX))? {
            Some(port) if port > 0 => Ok(Target::SkReuseport(port as u16)),
            _ => Err(Error::field("nobody says whose sockets it chooses among")
                .with_hint("name their port: --attach PROGRAM=sk_reuseport/PORT, or `@port PORT` in the source")),
        }
    }

    fn netfilter(&self) -> Result<Target, Error> {
        let Some(fields) = self.child("netfilter")? else {
            return Err(Error::field("nobody says at which hook").with_hint(
                "name it: --attach PROGRAM=netfilter/local_in, or `@netfilter {\"hook\": \"local_in\"}` in the source",
            ));
        };
        let named = |name: &str, words: &[(&str, u32)]| match fields.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => word(text, words).map(Some).at(|| name),
            Some(value) => number(value, 255).map(|number| Some(number as u32)).at(|| name),
        };
        let read = || -> Result<Target, Error> {
            let priority = fields.value("priority").map_or(Some(0), Value::as_i64);
            Ok(Target::Netfilter(Netfilter {
                hook: named("hook", &NETFILTER_HOOKS)?
                    .ok_or_else(|| Error::field("this field is missing").at("hook"))?,
                family: named("family", &NETFILTER_FAMILIES)?.unwrap_or(2),
                priority: priority
                    .and_then(|priority| i32::try_from(priority).ok())
                    .ok_or_else(|| Error::field("expected a whole number of 32 bits").at("priority"))?,
                defragment: fields.boolean("defragment", false)?,
            }))
        };
        read().at(|| "netfilter")
    }

    fn perf_event(&self) -> Result<Target, Error> {
        let fields = self.child("perf")?.unwrap_or(Fields(empty()));
        let read = || -> Result<Target, Error> {
            let (kind, config) = match fields.string("event")? {
                Some(name) => perf::parse(name).ok_or_else(|| {
                    Error::field(format!("{:?} is no event of `perf list`", shortened(name))).at("event")
                })?,
                None => (
                    fields.number_u32("type")?.unwrap_or(perf::SOFTWARE),
                    fields.number("config", u64::MAX)?.unwrap_or(0),
                ),
            };
            let rate = match (
                fields.number("frequency", u64::MAX)?,
                fields.number("period", u64::MAX)?,
            ) {
                (Some(_), Some(_)) => return Err(Error::field("frequency and period exclude each other")),
                (None, Some(period)) => SampleRate::Period(period),
                (frequency, None) => SampleRate::Frequency(frequency.unwrap_or(FREQUENCY)),
            };
            Ok(Target::PerfEvent(PerfEvent {
                kind,
                config,
                rate,
                cpu: fields.number_u32("cpu")?,
                pid: fields.number_u32("pid")?,
            }))
        };
        read().at(|| "perf")
    }

    fn child(&self, name: &str) -> Result<Option<Fields<'_>>, Error> {
        self.fields
            .value(name)
            .map(|value| object(value).at(|| name))
            .transpose()
    }
}

const NAME_THE_MAP: &str = "name it: --attach PROGRAM=sock_map/NAME, or `@map NAME` in the source";

fn direction(egress: bool) -> Direction {
    if egress { Direction::Egress } else { Direction::Ingress }
}

fn empty() -> &'static Object<String, Value> {
    static EMPTY: std::sync::OnceLock<Object<String, Value>> = std::sync::OnceLock::new();
    EMPTY.get_or_init(Object::new)
}
