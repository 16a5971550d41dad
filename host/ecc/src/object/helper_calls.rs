//! Calls of helpers in the instructions of an object: those that are counted are marked, and the marks come off here.
//!
//! The format is that of the kernel's Documentation/bpf/standardization/instruction-set.rst.

use object::Endianness;
use object::endian::Endian as _;

use crate::loss::{COUNTED, PRODUCERS};

/// Bytes of an instruction.
const INSTRUCTION: usize = 8;

/// `BPF_LD | BPF_DW | BPF_IMM`: takes two places.
const LOAD_64: u8 = 0x18;

/// `BPF_JMP | BPF_CALL`.
const CALL: u8 = 0x85;

/// Gives marked calls the helper's own number. Says whether all calls that put a record into a ring buffer were marked.
pub(super) fn unmark(code: &mut [u8], endian: Endianness) -> bool {
    let mut all_marked = true;
    let (instructions, _) = code.as_chunks_mut::<INSTRUCTION>();
    let mut instructions = instructions.iter_mut();
    while let Some([opcode, registers, _, _, number @ ..]) = instructions.next() {
        // The register that a helper's call has no use for says what kind of call it is.
        let source = if endian.is_big_endian() {
            *registers & 0xf
        } else {
            *registers >> 4
        };
        match *opcode {
            LOAD_64 => {
                instructions.next();
            }
            CALL if source == 0 => {
                let called = endian.read_u32(*number);
                if called & COUNTED != 0 && PRODUCERS.contains(&(called & !COUNTED)) {
                    *number = endian.write_u32(called & !COUNTED);
                } else if PRODUCERS.contains(&called) {
                    all_marked = false;
                }
            }
            _ => {}
        }
    }
    all_marked
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `call number`.
    fn call(number: u32, registers: u8) -> [u8; 8] {
        let [a, b, c, d] = number.to_le_bytes();
        [CALL, registers, 0, 0, a, b, c, d]
    }

    #[test]
    fn marks_come_off_and_calls_without_one_are_told() {
        let other = call(1, 0);
        let mut code = [call(131 | COUNTED, 0), other, call(130 | COUNTED, 0)].concat();
        assert!(unmark(&mut code, Endianness::Little));
        assert_eq!(code, [call(131, 0), other, call(130, 0)].concat());
        let mut code = [call(198 | COUNTED, 0), call(131, 0)].concat();
        assert!(!unmark(&mut code, Endianness::Little));
        assert_eq!(code, [call(198, 0), call(131, 0)].concat());
    }

    #[test]
    fn what_only_looks_like_a_call_stays() {
        // A call of a function of the program, and the second half of a constant of 64 bits.
        let load = [LOAD_64, 1, 0, 0, 0, 0, 0, 0];
        let before = [call(131, 0x10), load, call(131 | COUNTED, 0), [0; 8]].concat();
        let mut code = before.clone();
        assert!(unmark(&mut code, Endianness::Little));
        assert_eq!(code, before);
    }
}
