//! The package format: one JSON or YAML document that carries a compiled BPF object and what user space needs to run it.
//!
//! [`Package::parse`] reads the format in all its generations, with the leniency that existing files need, [`Package::from_object`] derives
//! a package from a BPF ELF, [`Package::describe`] joins the two: variables, maps, programs and the memory layouts
//! of every type that they use, taken from the object's BTF. [`encode_value`] turns JSON into those layouts, [`decode_value`] the
//! other way round; [`program_code`] reads from the instructions what the programs ask of the kernel. [`cut_btf`] cuts a kernel's
//! BTF down to what an object's relocations look at, and [`KernelBtfs`] puts such cuts into a package.
//!
//! The crate is pure: no I/O, no unsafe code, nothing that depends on the running kernel. Its input is hostile: each
//! count, size, offset and nesting is bounded ([`limits`]) and every refusal is an [`Error`] that names the field.

pub mod architecture;
mod btf;
mod c_text;
mod code;
mod cut;
mod decode;
mod describe;
mod description;
mod document;
mod elf;
mod encode;
mod error;
mod export;
mod fields;
mod flat;
mod kernel_btfs;
mod layout;
pub mod limits;
mod maps;
mod memory;
mod meta;
mod named;
mod objects;
mod package;
mod packed;
mod retarget;
mod sections;
mod skeleton;
mod target;
mod types;

pub use code::{KernelFunction, KernelNeeds, ProgramCode, SourceLine, kernel_needs, program_code, source_lines};
pub use cut::{BtfNeeds, CutBtf, btf_needs, cut_btf};
pub use decode::decode_value;
pub use description::{Argument, Description, Doc, Map, Program, Sample, SampleKind, StackTrace, Variable};
pub use document::object_name;
pub use encode::encode_value;
pub use error::{Error, ErrorKind};
pub use kernel_btfs::{Kernel, KernelBtfs};
pub use named::{KernelBtf, Words};
pub use package::Package;
/// A JSON value as packages carry it: numbers keep all their digits, objects their order.
pub use serde_json::Value;
pub use target::{
    Alternatives, Attachment, CgroupMode, Direction, Fallback, Interface, Netfilter, PerfEvent, Places, ProbePoint,
    SampleRate, Target, Uprobe, XdpMode,
};
pub use types::{Member, Type, TypeIndex, TypeKind, Types};
