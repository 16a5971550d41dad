//! `.BTF.ext`: which function and which line each instruction belongs to, and what is relocated when it is loaded.
//!
//! The format is that of the kernel's Documentation/bpf/btf.rst.

use super::words;

/// Where `.BTF.ext` refers to `.BTF`: indices of words.
#[derive(Default)]
pub(super) struct Slots {
    /// Names of files.
    pub(super) files: Vec<usize>,
    /// Other strings.
    pub(super) strings: Vec<usize>,
    /// IDs of types.
    pub(super) types: Vec<usize>,
}

/// A part of the section: where its header says where it is, and which words of its records refer to what.
struct Part {
    header: usize,
    file: Option<usize>,
    string: Option<usize>,
    ty: Option<usize>,
}

/// Functions, lines, relocations.
const PARTS: [Part; 3] = [
    Part {
        header: 2,
        file: None,
        string: None,
        ty: Some(1),
    },
    Part {
        header: 4,
        file: Some(1),
        string: Some(2),
        ty: None,
    },
    Part {
        header: 6,
        file: None,
        string: Some(2),
        ty: Some(1),
    },
];

impl Slots {
    /// `None` if it is not what clang writes.
    pub(super) fn of(all: &[u32]) -> Option<Self> {
        let mut slots = Self::default();
        let header = words::at(all, 1)?;
        for part in PARTS.iter().filter(|part| (part.header + 2) * 4 <= header) {
            let start = header.checked_add(words::at(all, part.header)?)?;
            let length = words::at(all, part.header + 1)?;
            if length == 0 {
                continue;
            }
            slots.part(all, part, start / 4, start.checked_add(length)? / 4)?;
        }
        Some(slots)
    }

    fn part(&mut self, all: &[u32], part: &Part, start: usize, end: usize) -> Option<()> {
        let step = words::at(all, start)? / 4;
        let mut position = start + 1;
        while position < end {
            self.strings.push(position);
            let count = words::at(all, position + 1)?;
            position += 2;
            for _ in 0..count {
                self.files.extend(part.file.map(|slot| position + slot));
                self.strings.extend(part.string.map(|slot| position + slot));
                self.types.extend(part.ty.map(|slot| position + slot));
                position = position.checked_add(step).filter(|next| *next <= all.len())?;
            }
        }
        Some(())
    }
}
