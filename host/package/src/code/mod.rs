//! What an object's programs ask of the kernel, read from their instructions.
//!
//! An instruction is `struct bpf_insn` of the kernel's `include/uapi/linux/bpf.h`. What a call means before libbpf has relocated it
//! follows libbpf (`bpf_program__record_reloc` and `bpf_object__reloc_code` in `src/libbpf.c`); where an object is odd, more is found
//! than it would get, never less.

mod functions;
mod lines;
mod needs;
mod reach;
mod relocations;

use crate::elf::Elf;
use crate::error::{At, Error};

pub use lines::{SourceLine, source_lines};
pub use needs::{KernelNeeds, kernel_needs};

/// What the instructions of a program say, its subprograms included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramCode {
    /// The function's name.
    pub name: String,
    /// Instructions, of 8 bytes each, that the kernel is given: the program's own and those of all its subprograms.
    pub instructions: usize,
    /// The functions that it reaches by calls, or whose address it takes, by name.
    pub subprograms: Vec<String>,
    /// The helpers that it may call: `BPF_FUNC_*` of `include/uapi/linux/bpf.h`, ascending.
    pub helpers: Vec<u32>,
    /// The kernel's own functions that it may call, sorted.
    pub kfuncs: Vec<KernelFunction>,
}

/// A function of the kernel that is no helper.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KernelFunction {
    /// By its name, which the loader looks up in the kernel's BTF.
    Named(String),
    /// By its number in the BTF of one kernel: no compiler writes this.
    Numbered(u32),
}

/// What each program of an object does, in the object's order. Functions that only others call are part of these.
///
/// # Errors
/// The object is damaged, or a call leads nowhere: no loader takes it.
pub fn program_code(object: &[u8]) -> Result<Vec<ProgramCode>, Error> {
    let elf = Elf::parse(object)?;
    let relocations = relocations::Relocations::of(&elf)?;
    let functions = functions::Functions::of(&elf)?;
    let calls = functions
        .all
        .iter()
        .map(|function| functions.calls(&elf, function, &relocations).at(|| function.name))
        .collect::<Result<Vec<_>, _>>()?;
    reach::programs(&functions, &calls)
}
