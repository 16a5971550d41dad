//! BTF of one struct.

use super::Record;
use crate::btf::{Kind, MAGIC};
use crate::error::{At, Error};
use crate::fields::shortened;
use crate::limits;

/// Encodings of an integer (`BTF_INT_*` in `include/uapi/linux/btf.h`).
const SIGNED: u32 = 1;
const BOOLEAN: u32 = 4;

/// Bytes of the header.
const HEADER: u32 = 24;

/// BTF under construction. IDs count from 1.
#[derive(Default)]
pub(super) struct Writer {
    words: Vec<u32>,
    count: u32,
    strings: Vec<u8>,
}

impl Writer {
    /// Adds the struct with all that it is made of, and returns its ID.
    pub(super) fn record(&mut self, record: &Record<'_>) -> Result<u32, Error> {
        let ends = record
            .fields
            .iter()
            .skip(1)
            .map(|next| next.offset)
            .chain([record.size]);
        let mut members = Vec::new();
        for ((index, field), end) in record.fields.iter().enumerate().zip(ends) {
            let path = |part: &str| format!("Fields[{index}].{part}");
            let room = end.checked_sub(field.offset).ok_or_else(|| {
                let message = format!("{:?} begins after what follows it", shortened(field.name));
                Error::field(message).at(path("FieldOffset"))
            })?;
            let (llvm, c) = (field.llvm_type.trim(), field.c_type.trim());
            let ty = self.ty(llvm, c, room, limits::TYPE_DEPTH).at(|| path("LLVMType"))?;
            members.extend([self.name(field.name), ty, field.offset * 8]);
        }
        let name = self.name(record.name);
        Ok(self.add(name, Kind::Struct, record.fields.len() as u32, record.size, &members))
    }

    /// What reads as BTF.
    pub(super) fn bytes(self) -> Vec<u8> {
        // The first name is that of what has none.
        let (types, strings) = (self.words.len() as u32 * 4, self.strings.len() as u32 + 1);
        let mut bytes = MAGIC.to_ne_bytes().to_vec();
        // Version and flags.
        bytes.extend([1, 0]);
        let words = [HEADER, 0, types, types, strings].into_iter().chain(self.words);
        bytes.extend(words.flat_map(u32::to_ne_bytes));
        bytes.push(0);
        bytes.extend(self.strings);
        bytes
    }

    fn name(&mut self, name: &str) -> u32 {
        let offset = self.strings.len() as u32 + 1;
        // A NUL would end it early, and then two names would be one.
        self.strings.extend(name.bytes().map(|byte| byte.max(1)));
        self.strings.push(0);
        offset
    }

    fn add(&mut self, name: u32, kind: Kind, count: u32, size_or_type: u32, extra: &[u32]) -> u32 {
        self.words.extend([name, ((kind as u32) << 24) | count, size_or_type]);
        self.words.extend(extra);
        self.count += 1;
        self.count
    }

    fn integer(&mut self, name: &str, bytes: u32, encoding: u32) -> u32 {
        let name = self.name(name);
        self.add(name, Kind::Int, 0, bytes, &[(encoding << 24) | (bytes * 8)])
    }

    fn array(&mut self, element: u32, count: u32) -> u32 {
        self.add(0, Kind::Array, 0, 0, &[element, element, count])
    }

    /// A type of at most `room` bytes.
    fn ty(&mut self, llvm: &str, c: &str, room: u32, depth: usize) -> Result<u32, Error> {
        let unknown = || {
            Error::field(format!(
                "found {:?}, expected a type such as i32 or [16 x i8]",
                shortened(llvm)
            ))
        };
        let depth = depth.checked_sub(1).ok_or_else(unknown)?;
        if let Some(inside) = llvm.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (count, element) = inside.split_once('x').ok_or_else(unknown)?;
            let count: u32 = count.trim().parse().map_err(|_| unknown())?;
            let element_of_c = c.split_once('[').map_or(c, |(element, _)| element);
            let room = room.checked_div(count).unwrap_or(0);
            let element = self.ty(element.trim(), element_of_c.trim(), room, depth)?;
            return Ok(self.array(element, count));
        }
        if let Some(bits) = llvm.strip_prefix('i') {
            let bits: u32 = bits.parse().map_err(|_| unknown())?;
            return match bits {
                1 | 8 | 16 | 32 | 64 | 128 => Ok(self.number(c, bits.div_ceil(8))),
                _ => Err(unknown()),
            };
        }
        let float = |writer: &mut Self, bytes| {
            let name = writer.name(llvm);
            Ok(writer.add(name, Kind::Float, 0, bytes, &[]))
        };
        match llvm {
            "float" => float(self, 4),
            "double" => float(self, 8),
            "ptr" => Ok(self.add(0, Kind::Pointer, 0, 0, &[])),
            _ if llvm.ends_with('*') => Ok(self.add(0, Kind::Pointer, 0, 0, &[])),
            // A struct or union: its bytes are known, its members are not.
            _ if llvm.starts_with(['%', '{', '<']) => {
                let byte = self.integer("unsigned char", 1, 0);
                Ok(self.array(byte, room))
            }
            _ => Err(unknown()),
        }
    }

    /// The integer that C calls `c`, of so many bytes. LLVM does not know the sign.
    fn number(&mut self, c: &str, bytes: u32) -> u32 {
        let words: Vec<&str> = c
            .split_whitespace()
            .filter(|word| !matches!(*word, "const" | "volatile"))
            .collect();
        let text = words.join(" ");
        if matches!(text.as_str(), "bool" | "_Bool") {
            return self.integer("_Bool", bytes, BOOLEAN);
        }
        if text == "char" {
            return self.integer("char", bytes, SIGNED);
        }
        let unsigned = ["unsigned", "u", "__u", "size_t", "enum "]
            .iter()
            .any(|start| text.starts_with(start));
        let name = match (bytes, unsigned) {
            (1, false) => "signed char",
            (1, true) => "unsigned char",
            (2, false) => "short",
            (2, true) => "unsigned short",
            (4, false) => "int",
            (4, true) => "unsigned int",
            (8, false) => "long long",
            (8, true) => "unsigned long long",
            (_, false) => "__int128",
            (_, true) => "unsigned __int128",
        };
        self.integer(name, bytes, if unsigned { 0 } else { SIGNED })
    }
}
