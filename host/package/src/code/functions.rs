//! The functions of an object, and what each of them calls by itself.

use std::collections::BTreeSet;

use super::KernelFunction;
use super::relocations::Relocations;
use crate::elf::{Content, Elf};
use crate::error::Error;
use crate::limits;

/// Bytes of an instruction.
const INSTRUCTION: u64 = 8;

/// `BPF_JMP | BPF_CALL`.
const CALL: u8 = 0x85;

/// `BPF_LD | BPF_IMM | BPF_DW`.
const LOAD_ADDRESS: u8 = 0x18;

/// What the source register of a call says: a helper by number, a function by distance, one of the kernel's by number.
const HELPER: u8 = 0;
const SUBPROGRAM: u8 = 1;
const KERNEL: u8 = 2;

/// What the source register of [`LOAD_ADDRESS`] says if the address is a function's (`BPF_PSEUDO_FUNC`).
const FUNCTION: u8 = 4;

/// All functions, programs and what they call.
pub(super) struct Functions<'a> {
    pub(super) all: Vec<Function<'a>>,
    /// The section of functions that others call, if there is one.
    text: Option<usize>,
}

/// A function: a run of instructions.
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) section: usize,
    /// Instructions before it in its section.
    pub(super) first: u64,
    /// Instructions of its own.
    pub(super) count: u64,
    /// Whether it is called by others only.
    pub(super) subprogram: bool,
}

/// What the instructions of a function call, each once.
#[derive(Default)]
pub(super) struct Calls {
    pub(super) helpers: BTreeSet<u32>,
    pub(super) kfuncs: BTreeSet<KernelFunction>,
    /// Places in [`Functions::all`].
    pub(super) functions: BTreeSet<usize>,
}

struct Instruction {
    code: u8,
    source: u8,
    immediate: i32,
}

impl Instruction {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (&[code, registers], rest) = bytes.split_first_chunk()?;
        Some(Self {
            code,
            // The order of bit fields is that of bytes.
            source: if cfg!(target_endian = "little") {
                registers >> 4
            } else {
                registers & 0xf
            },
            immediate: i32::from_ne_bytes(*rest.get(2..)?.first_chunk()?),
        })
    }
}

impl<'a> Functions<'a> {
    /// The function that has this instruction of a section.
    pub(super) fn at(&self, section: usize, instruction: u64) -> Option<&Function<'a>> {
        let behind = self
            .all
            .partition_point(|function| (function.section, function.first) <= (section, instruction));
        let found = self.all.get(behind.checked_sub(1)?)?;
        (found.section == section && instruction - found.first < found.count).then_some(found)
    }

    /// Those that symbols name, by section and place.
    pub(super) fn of(elf: &Elf<'a>) -> Result<Self, Error> {
        let is_code = |index: usize| {
            elf.sections
                .get(index)
                .is_some_and(|section| section.content == Content::Code)
        };
        let mut all = Vec::new();
        let mut bytes = 0_u64;
        for symbol in elf
            .symbols
            .iter()
            .filter(|symbol| symbol.function && is_code(symbol.section))
        {
            let room = elf.sections.get(symbol.section).map_or(0, |section| section.data.len());
            let end = symbol.value.checked_add(symbol.size);
            if end.is_none_or(|end| end > room as u64) {
                return Err(
                    Error::object(format!("the function lies outside its section of {room} bytes")).at(symbol.name),
                );
            }
            if !symbol.value.is_multiple_of(INSTRUCTION) || !symbol.size.is_multiple_of(INSTRUCTION) {
                return Err(Error::object("the function is no whole number of instructions").at(symbol.name));
            }
            // Several names of one place are fine; reading the same bytes without end is not.
            bytes = bytes.saturating_add(symbol.size);
            if bytes > limits::OBJECT_BYTES as u64 {
                return Err(Error::limit("the object's functions overlap too much"));
            }
            all.push(Function {
                name: symbol.name,
                section: symbol.section,
                first: symbol.value / INSTRUCTION,
                count: symbol.size / INSTRUCTION,
                // All sections of the name: no program can be in one.
                subprogram: elf
                    .sections
                    .get(symbol.section)
                    .is_some_and(|section| section.name == ".text"),
            });
        }
        all.sort_by_key(|function| (function.section, function.first, function.count, function.name));
        let text = elf
            .sections
            .iter()
            .rposition(|section| section.name == ".text" && section.content == Content::Code && section.size > 0);
        Ok(Self { all, text })
    }

    /// What one function calls by itself.
    pub(super) fn calls(
        &self,
        elf: &Elf<'a>,
        function: &Function<'_>,
        relocations: &Relocations,
    ) -> Result<Calls, Error> {
        let mut calls = Calls::default();
        let (start, count) = (function.first * INSTRUCTION, function.count * INSTRUCTION);
        let code = elf
            .sections
            .get(function.section)
            .and_then(|section| section.data.get(start as usize..)?.get(..count as usize))
            .unwrap_or_default();
        for (bytes, place) in code.chunks_exact(INSTRUCTION as usize).zip(function.first..) {
            let Some(instruction) = Instruction::read(bytes) else {
                continue;
            };
            if !matches!(instruction.code, CALL | LOAD_ADDRESS) {
                continue;
            }
            let mut symbols = relocations.at(function.section, place * INSTRUCTION).peekable();
            if symbols.peek().is_none() {
                self.unrelocated(&instruction, place, &mut calls)?;
            }
            for symbol in symbols {
                self.relocated(&instruction, place, symbol, elf, &mut calls)?;
            }
        }
        Ok(calls)
    }

    /// An instruction that stays as it is.
    fn unrelocated(&self, instruction: &Instruction, place: u64, calls: &mut Calls) -> Result<(), Error> {
        match (instruction.code, instruction.source) {
            (CALL, HELPER) => {
                calls.helpers.insert(instruction.immediate.cast_unsigned());
            }
            (CALL, SUBPROGRAM) => {
                // A static function beside the caller: the distance from the next instruction.
                let target = place.checked_add_signed(i64::from(instruction.immediate) + 1);
                self.follow(target, place, calls)?;
            }
            (CALL, KERNEL) => {
                let number = instruction.immediate.cast_unsigned();
                calls.kfuncs.insert(KernelFunction::Numbered(number));
            }
            (CALL, other) => {
                return Err(Error::object(format!(
                    "instruction {place} calls what is of the unknown kind {other}"
                )));
            }
            (_, FUNCTION) => {
                return Err(Error::object(format!(
                    "instruction {place} takes the address of an unknown function"
                )));
            }
            _ => {}
        }
        Ok(())
    }

    /// An instruction that the loader changes for the sake of a symbol.
    fn relocated(
        &self,
        instruction: &Instruction,
        place: u64,
        symbol: usize,
        elf: &Elf<'_>,
        calls: &mut Calls,
    ) -> Result<(), Error> {
        let symbol = elf.symbol(symbol)?;
        let is_call = instruction.code == CALL;
        if symbol.section == 0 {
            if is_call {
                calls.kfuncs.insert(KernelFunction::Named(symbol.name.to_owned()));
            }
            return Ok(());
        }
        let in_text = Some(symbol.section) == self.text;
        let added = i64::from(instruction.immediate);
        match (is_call, in_text) {
            // A global function by itself, a static one by its section and its place there.
            (true, true) => self.follow((symbol.value / INSTRUCTION).checked_add_signed(added + 1), place, calls),
            (true, false) => Err(Error::object(nowhere(place))),
            (false, true) => {
                let target = symbol.value.checked_add_signed(added);
                self.follow(target.map(|bytes| bytes / INSTRUCTION), place, calls)
            }
            // The address of data, or of a map.
            (false, false) => Ok(()),
        }
    }

    /// Adds the function that an instruction of `.text` belongs to: the last that starts before it, and of those with several names
    /// the longest.
    fn follow(&self, target: Option<u64>, place: u64, calls: &mut Calls) -> Result<(), Error> {
        let found = self.text.zip(target).and_then(|(text, target)| {
            let end = self
                .all
                .partition_point(|function| (function.section, function.first) <= (text, target));
            let index = end.checked_sub(1)?;
            let function = self.all.get(index)?;
            (function.section == text && target - function.first < function.count).then_some(index)
        });
        calls
            .functions
            .insert(found.ok_or_else(|| Error::object(nowhere(place)))?);
        Ok(())
    }
}

fn nowhere(place: u64) -> String {
    format!("instruction {place} calls what is no function of .text")
}
