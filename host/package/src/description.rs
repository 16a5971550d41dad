use serde_json::Value;

use crate::types::{TypeIndex, Types};

/// What a package holds, joined with its object's ELF and BTF: all that a guest and a loader need.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// `obj_name` without its `_bpf`: the tool's name.
    pub name: String,
    /// What the help text says about the tool.
    pub doc: Doc,
    /// Every layout that the rest refers to.
    pub types: Types,
    /// The global variables that the package lists.
    pub variables: Vec<Variable>,
    /// All maps of the object: those that the package lists in its order, then the others.
    pub maps: Vec<Map>,
    /// All programs of the object: those that the package lists in its order, then the others.
    pub programs: Vec<Program>,
    /// Whether a table starts with a line of column names.
    pub print_header: bool,
    /// How long one wait for events takes at most, in milliseconds.
    pub poll_timeout_ms: u64,
    /// Pages of each CPU's perf buffer: a power of two.
    pub perf_buffer_pages: u32,
    /// Whether the loader's debug log goes to stderr.
    pub debug_verbose: bool,
}

/// `bpf_skel.doc`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doc {
    /// What `--version` prints.
    pub version: Option<String>,
    /// One line, before the options in the help text.
    pub brief: Option<String>,
    /// Text after the options.
    pub details: Option<String>,
    /// More text before the options.
    pub description: Option<String>,
}

/// A global variable of the object.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its C name.
    pub name: String,
    /// The ELF section, such as `.rodata`.
    pub section: String,
    /// The C identifier of the section's map, such as `rodata` or `rodata_str1_1`.
    pub map: String,
    /// Its type as the source has it, without qualifiers: `pid_t`, `char[16]`.
    pub type_name: String,
    /// Its layout.
    pub ty: TypeIndex,
    /// Bytes from the section's start.
    pub offset: u32,
    /// Bytes. More than the type's own size where it ends in a flexible array.
    pub size: u32,
    /// Whether it is fixed once the object is loaded.
    pub read_only: bool,
    /// Its bytes in the ELF, `size` long.
    pub initial: Vec<u8>,
    /// What the package sets it to: `runtime_args`, else `value`. It has been checked against the layout.
    pub value: Option<Value>,
    /// A sentence for the help text.
    pub description: Option<String>,
    /// What the package says about its command-line option.
    pub argument: Option<Argument>,
    /// Made by the generator: no option, never written.
    pub hidden: bool,
}

/// `cmdarg` of a variable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Argument {
    /// The value when the user gives none. Not yet checked against the layout.
    pub default: Option<Value>,
    /// The long option, without dashes.
    pub long: Option<String>,
    /// The short option: one character.
    pub short: Option<char>,
    /// What the help text says.
    pub help: Option<String>,
}

/// A map of the object.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The C identifier: the variable's name, or `rodata`, `bss`, … for the map of a data section.
    pub name: String,
    /// `BPF_MAP_TYPE_*` (`enum bpf_map_type` in the kernel's `include/uapi/linux/bpf.h`).
    pub kind: u32,
    /// Bytes of a key; 0 where the kind has none.
    pub key_size: u32,
    /// Bytes of a value; 0 where the kind has none.
    pub value_size: u32,
    /// Entries, or bytes of a ring buffer; 0 where the loader decides.
    pub max_entries: u32,
    /// `BPF_F_*` at creation.
    pub flags: u32,
    /// Whether it asks to be pinned, and found again, under its name in the BPF file system.
    pub pinned: bool,
    /// The key's layout, where BTF has it.
    pub key: Option<TypeIndex>,
    /// The value's layout, where BTF has it.
    pub value: Option<TypeIndex>,
    /// What an event of a ring or perf buffer is, or what the package says a sampled value is.
    pub record: Option<TypeIndex>,
    /// That and how the map is read every so often.
    pub sample: Option<Sample>,
    /// That its records are stack traces, and which members hold what.
    pub stack_trace: Option<StackTrace>,
    /// What the programs increment when the buffer is full: a `u64` of `.bss` that
    /// `variables` has, or a per-CPU array of one.
    pub lost: Option<String>,
    /// Entries to write after load and before attach, key and value. They have been checked against the layouts. Keys of kinds that have
    /// none (queues, stacks, bloom filters) are null; in a per-CPU map a list that is no value by itself has one for each CPU.
    pub data: Vec<(Value, Value)>,
    /// Made by the generator, such as a counter of losses: nothing that users look for.
    pub hidden: bool,
}

/// `sample` of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Milliseconds between two readings, at least 1.
    pub interval_ms: u64,
    /// How an entry is shown.
    pub kind: SampleKind,
    /// What a histogram counts.
    pub unit: String,
    /// Whether entries are deleted once they are read.
    pub clear: bool,
}

/// How a sampled entry is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleKind {
    /// `slots` counts powers of two.
    Log2Histogram,
    /// `slots` counts equal widths.
    LinearHistogram {
        /// Where the first slot starts.
        base: i64,
        /// The width of a slot, at least 1.
        step: u64,
    },
    /// The key's members, then the value's.
    KeyValue,
}

/// The members of a record that holds stack traces, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackTrace {
    /// Process ID.
    pub pid: String,
    /// CPU number.
    pub cpu_id: String,
    /// Process name.
    pub comm: String,
    /// Bytes of the kernel stack that are used; 0 or negative for none.
    pub kstack_sz: String,
    /// Bytes of the user stack that are used; 0 or negative for none.
    pub ustack_sz: String,
    /// Addresses of the kernel stack.
    pub kstack: String,
    /// Addresses of the user stack.
    pub ustack: String,
    /// Whether addresses are shown as symbols.
    pub with_symbols: bool,
}

/// A program of the object.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The function's name.
    pub name: String,
    /// The ELF section, such as `tp/sched/sched_process_exec`, without a leading `?`.
    pub section: String,
    /// What the package has it attached to in place of the section's text.
    pub attach: Option<String>,
    /// Whether to attach it.
    pub link: bool,
    /// Every other key of the package's entry as it stands: `tchook`, `ifindex`, `ifname`, ….
    pub options: serde_json::Map<String, Value>,
}
