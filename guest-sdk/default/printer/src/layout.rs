//! What a printer is told about its records: the contract's `types`, without the contract.
//!
//! The formatter is compiled for the sandbox and for the machine alike, so it speaks of types of its own; the component
//! turns the contract's records into these once, when a printer is opened.

use alloc::string::String;
use alloc::vec::Vec;

/// One C type as BTF describes it. A layout is a list of them that name each other by their place in it.
#[derive(Debug, Clone)]
pub struct Type {
    /// The C name without `struct`, `union` or `enum`; empty for an anonymous type.
    pub name: String,
    /// What one value occupies, in bytes.
    pub size: u32,
    /// What its bytes mean.
    pub kind: Kind,
}

/// What the bytes of a type mean.
#[derive(Debug, Clone)]
pub enum Kind {
    /// An integer of 1, 2, 4, 8 or 16 bytes.
    Int {
        /// Whether it is in two's complement.
        signed: bool,
    },
    /// One byte that is text when an array holds it, and a small signed number otherwise, as C on x86 has it.
    Char,
    /// `_Bool`.
    Bool,
    /// IEEE 754 of 4 or 8 bytes; other sizes are shown as nothing.
    Float,
    /// `enum` or enum64.
    Enum {
        /// How a value without a name is shown.
        signed: bool,
        /// The names, in the order of their declaration.
        values: Vec<Enumerator>,
    },
    /// An address of 8 bytes.
    Ptr,
    /// Elements one after the other.
    Array {
        /// The type of each.
        element: u32,
        /// How many; 0 for a flexible array.
        count: u32,
    },
    /// Members in the order of their declaration.
    Struct(Vec<Member>),
    /// Members that share their bytes.
    Union(Vec<Member>),
    /// What has no bytes to show.
    Opaque,
}

/// One name of an enumeration.
#[derive(Debug, Clone)]
pub struct Enumerator {
    /// As in C.
    pub name: String,
    /// The value's 64 bits, sign-extended where the enumeration is signed.
    pub value: u64,
}

/// A member of a struct or union.
#[derive(Debug, Clone)]
pub struct Member {
    /// Empty for an anonymous struct or union, whose members then belong to the outer one, as in C.
    pub name: String,
    /// The place of its type in the layout.
    pub ty: u32,
    /// From the start of the struct, in bits.
    pub bit_offset: u32,
    /// The width of a bitfield, 1 to 64; 0 for every other member.
    pub bit_width: u32,
}

/// A named source of records. A record says by number which source it comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The map's name.
    pub name: String,
    /// What its records are.
    pub kind: SourceKind,
}

impl Source {
    /// The types of a sampled map, if it is one.
    pub(crate) fn entry(&self) -> Option<&EntryType> {
        match &self.kind {
            SourceKind::Entries(entry) => Some(entry),
            SourceKind::Log2Histograms(of) | SourceKind::LinearHistograms(of) => Some(&of.entry),
            SourceKind::Events(_) | SourceKind::StackTraces(_) | SourceKind::Bytes => None,
        }
    }
}

/// What the records of a source are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// Each is one value of the type at this place of the layout.
    Events(u32),
    /// Keys and values of a sampled map.
    Entries(EntryType),
    /// The same, whose values count powers of two.
    Log2Histograms(HistogramType),
    /// The same, whose values count steps of equal width.
    LinearHistograms(HistogramType),
    /// Stack traces.
    StackTraces(StackType),
    /// Bytes whose type nobody declared.
    Bytes,
}

/// The two types of a sampled map, by their places in the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryType {
    /// The type of the key, none if the map has no keys.
    pub key: Option<u32>,
    /// The type of the value.
    pub value: u32,
    /// From one CPU's value to the next, in bytes; 0 for a map that is not per CPU.
    pub value_stride: u32,
}

/// A sampled map whose values are histograms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramType {
    /// The types of the map.
    pub entry: EntryType,
    /// What is counted, such as `usecs`.
    pub unit: String,
    /// Where the first step of a linear histogram begins.
    pub base: i64,
    /// The width of each step of a linear histogram; 0 is taken as 1.
    pub step: u64,
}

/// Records that hold the stacks of one moment. The names are those of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackType {
    /// The type of the whole record.
    pub ty: u32,
    /// The process's id.
    pub pid: String,
    /// The CPU's number.
    pub cpu: String,
    /// The thread's name.
    pub comm: String,
    /// How many bytes of the kernel's stack count; 0 or less if there is none.
    pub kernel_size: String,
    /// The kernel's stack: an array of addresses, the innermost first.
    pub kernel: String,
    /// How many bytes of the stack of user space count.
    pub user_size: String,
    /// The stack of user space.
    pub user: String,
    /// Whether addresses are shown with names.
    pub symbols: bool,
}

/// How the user wants to see records. The default is a table of everything, without a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The format.
    pub format: Format,
    /// Whether a table begins with a header line.
    pub header: bool,
    /// What to add to UTC for local time, in seconds.
    pub utc_offset: i32,
    /// Columns of the terminal, none if the output is not a terminal.
    pub width: Option<u32>,
    /// Whether colours are welcome.
    pub color: bool,
    /// Which members to show, in this order; all if there are none.
    pub fields: Vec<String>,
    /// Which records to show, in the language of `filter`; none for all.
    pub filter: Option<String>,
    /// The member to sort by, the largest first, or the smallest with a `-` before its name.
    pub sort: Option<String>,
    /// Show the first so many of each sample; of events, of each `interval`.
    pub top: Option<u32>,
    /// The most rows to show in all.
    pub max_rows: Option<u64>,
    /// How often `top` of events is shown, in nanoseconds; none for a second.
    pub interval: Option<u64>,
    /// Whether to show the values of a per-CPU map one by one, in place of their sum.
    pub per_cpu: bool,
}

/// What a printer may be asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// One object a line.
    Json,
    /// One object over several lines.
    JsonPretty,
    /// RFC 4180.
    Csv,
    /// The records' bytes, each after its length.
    Raw,
    /// One document an event.
    Yaml,
    /// Stacks as flame graphs take them.
    Folded,
    /// Stacks as a flame graph.
    Svg,
}
