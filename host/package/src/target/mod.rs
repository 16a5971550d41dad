//! Where programs are attached: what a section, a package's entry and a command line say, in one type.

mod alternatives;
mod declared;
mod parse;
mod perf;
mod places;
mod settings;
mod text;

pub use alternatives::{Alternatives, Fallback};
pub use declared::Attachment;
pub use places::Places;

/// A place to attach a program to: `target` of the contract, with maps and programs by their names.
///
/// [`Target::parse`] reads it from `KIND/PLACE[,KEY=VALUE]…`, and `Display` writes that again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the contract, and its records say what each is"
)]
pub enum Target {
    /// `tracepoint/CATEGORY/NAME`.
    Tracepoint { category: String, name: String },
    /// `raw_tracepoint/NAME`, also writable ones.
    RawTracepoint(String),
    /// fentry, fexit, fmod_ret, tp_btf, LSM: which of these, and the function or tracepoint to load the program for.
    Trace { kind: String, function: String },
    /// freplace: the function to take the place of, in a program of the kernel by its number (`bpftool prog`).
    Replace { program: u32, function: String },
    /// `kprobe`, `kretprobe`: a kernel function, and how far from its start.
    Kprobe {
        function: String,
        offset: u64,
        point: ProbePoint,
    },
    /// `kprobe.multi` and its relatives: names or patterns.
    KprobeMulti { functions: Vec<String>, point: ProbePoint },
    /// `ksyscall`, `kretsyscall`: a system call by its bare name.
    Ksyscall { name: String, point: ProbePoint },
    /// `uprobe`, `uretprobe`.
    Uprobe(Uprobe),
    /// `uprobe.multi` and its relatives: names or patterns.
    UprobeMulti {
        path: String,
        functions: Vec<String>,
        pid: Option<u32>,
        point: ProbePoint,
    },
    /// A static user-space tracepoint.
    Usdt {
        path: String,
        provider: String,
        name: String,
        pid: Option<u32>,
    },
    /// A perf event, software or hardware.
    PerfEvent(PerfEvent),
    /// An interface's earliest receive path.
    Xdp { interface: Interface, mode: XdpMode },
    /// A filter of the `clsact` queueing discipline; 0 lets the kernel choose handle and priority.
    Tc {
        interface: Interface,
        direction: Direction,
        handle: u32,
        priority: u32,
    },
    /// tcx.
    Tcx { interface: Interface, direction: Direction },
    /// A netkit device; `Ingress` is its peer.
    Netkit { interface: Interface, direction: Direction },
    /// A hook of a control group; which one, the program's type says.
    Cgroup { path: String, mode: CgroupMode },
    /// A sockmap or sockhash, by the map's name.
    SockMap(String),
    /// The program's hook in the network namespace of this path.
    NetworkNamespace(String),
    /// All packets of an interface, through a packet socket.
    SocketFilter(Interface),
    /// The group of a reuseport socket on this port of the loopback.
    SkReuseport(u16),
    /// A netfilter hook.
    Netfilter(Netfilter),
    /// An iterator over all that the kernel has of its kind.
    Iterator,
    /// An iterator over the elements of the map of this name.
    MapIterator(String),
    /// An iterator over a control group and those below it.
    CgroupIterator(String),
    /// An iterator over one process, by thread group ID.
    TaskIterator(u32),
    /// A `struct_ops` map, by its name.
    StructOps(String),
}

/// Where in a function a probe sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbePoint {
    /// When it is called, or at the offset.
    Entry,
    /// When it returns.
    Return,
    /// Both, with state between them.
    Session,
}

/// A function of a program or library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uprobe {
    /// An absolute path, or a name to look up as the dynamic linker and the shell do.
    pub path: String,
    /// A symbol; none if `offset` counts from the start of the file.
    pub function: Option<String>,
    /// Bytes from the function, or from the start of the file.
    pub offset: u64,
    /// Only this process.
    pub pid: Option<u32>,
    /// `Entry` or `Return`.
    pub point: ProbePoint,
    /// The file offset of the semaphore to hold above zero; 0 for none.
    pub semaphore: u64,
}

/// An event for perf_event_open(2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerfEvent {
    /// `PERF_TYPE_*`.
    pub kind: u32,
    /// Which one of its type.
    pub config: u64,
    /// How often the program runs.
    pub rate: SampleRate,
    /// Only this CPU; none for every one that is online.
    pub cpu: Option<u32>,
    /// Only this process; none for all.
    pub pid: Option<u32>,
}

/// How often a perf event runs the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleRate {
    /// So many times a second and CPU.
    Frequency(u64),
    /// Once every so many events.
    Period(u64),
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interface {
    /// Such as `eth0`.
    Name(String),
    /// Its number, as `ip link` shows it; 1 is the loopback.
    Index(u32),
}

/// How XDP reaches an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XdpMode {
    /// In the driver if it can, else generic.
    Automatic,
    /// In the driver.
    Driver,
    /// In the network stack.
    Generic,
    /// In the card.
    Hardware,
}

/// Which way packets go, seen from the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Received.
    Ingress,
    /// Sent.
    Egress,
}

/// How a program shares a control group's hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupMode {
    /// All run, from the group upwards.
    Multi,
    /// A program of a group below takes this one's place.
    Override,
    /// No group below may attach another.
    Exclusive,
}

/// A hook of netfilter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Netfilter {
    /// `NFPROTO_IPV4` (2) or `NFPROTO_IPV6` (10).
    pub family: u32,
    /// `NF_INET_*`.
    pub hook: u32,
    /// Lower runs earlier.
    pub priority: i32,
    /// Whether packets are put together first.
    pub defragment: bool,
}
