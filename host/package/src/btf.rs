//! BTF as it stands in an object or is shown by a kernel: the kernel's `Documentation/bpf/btf.rst`, `include/uapi/linux/btf.h`.
//!
//! One pass finds where each type starts; a type is decoded when asked for. References between types are not followed
//! here, so nothing can loop, except along chains of typedefs, which are counted.

mod chains;
pub(crate) mod ext;
mod kind;
mod raw;

pub(crate) use kind::Kind;
pub(crate) use raw::Raw;

use crate::error::Error;
use crate::limits;

/// The first two bytes of BTF, and of `.BTF.ext`.
pub(crate) const MAGIC: u16 = 0xeb9f;

pub(crate) struct Btf<'a> {
    /// Where it is from, for messages.
    whose: &'static str,
    types: &'a [u8],
    strings: &'a [u8],
    /// Where the type with ID `index + 1` starts.
    starts: Vec<u32>,
}

/// A type as encoded; `void` (ID 0) included.
#[derive(Clone, Copy)]
pub(crate) struct BtfType<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: Kind,
    /// Bytes of the type, or the ID of the type that it refers to.
    pub(crate) size_or_type: u32,
    pub(crate) kind_flag: bool,
    raw: Raw<'a>,
}

/// Integer encoding of [`Kind::Int`].
#[derive(Clone, Copy)]
pub(crate) struct Integer {
    pub(crate) signed: bool,
    pub(crate) character: bool,
    pub(crate) boolean: bool,
    /// Bits from the start, for old compilers' bit fields.
    pub(crate) offset: u32,
    pub(crate) bits: u32,
}

/// A member of a struct or union.
pub(crate) struct BtfMember<'a> {
    pub(crate) name: &'a str,
    pub(crate) ty: u32,
    pub(crate) bit_offset: u32,
    /// 0 unless it is a bit field.
    pub(crate) bits: u32,
}

/// A variable in a data section.
pub(crate) struct SectionEntry {
    pub(crate) variable: u32,
    pub(crate) offset: u32,
    pub(crate) size: u32,
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes
        .get(offset..)?
        .first_chunk()
        .map(|chunk| u32::from_ne_bytes(*chunk))
}

impl<'a> Btf<'a> {
    /// Reads the contents of a `.BTF` section.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::parse_of("the object's BTF", bytes)
    }

    /// Reads what a kernel shows as `/sys/kernel/btf/vmlinux`.
    pub(crate) fn parse_kernel(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::parse_of("the kernel's BTF", bytes)
    }

    /// Reads what a package of generation 0.2 defines its records in.
    pub(crate) fn parse_exported(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::parse_of("the package's own BTF", bytes)
    }

    /// Where it is from, as the beginning of a sentence.
    pub(crate) fn whose(&self) -> &'static str {
        self.whose
    }

    fn parse_of(whose: &'static str, bytes: &'a [u8]) -> Result<Self, Error> {
        let magic = bytes.first_chunk().map(|magic| u16::from_ne_bytes(*magic));
        match magic {
            Some(MAGIC) => {}
            Some(magic) if magic.swap_bytes() == MAGIC => {
                return Err(Error::btf(format!("{whose} has the other byte order")));
            }
            _ => return Err(Error::btf(format!("{whose} does not begin as BTF does"))),
        }
        let mut btf = Self {
            whose,
            types: &[],
            strings: &[],
            starts: Vec::new(),
        };
        let word = |offset| u32_at(bytes, offset).ok_or_else(|| btf.cut_off());
        let header = word(4)?;
        let part = |offset: u32, length: u32| -> Result<&'a [u8], Error> {
            let start = u64::from(header) + u64::from(offset);
            let end = start + u64::from(length);
            let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
                return Err(btf.cut_off());
            };
            bytes.get(start..end).ok_or_else(|| btf.cut_off())
        };
        (btf.types, btf.strings) = (part(word(8)?, word(12)?)?, part(word(16)?, word(20)?)?);
        // No name is the name at 0, and each has an end.
        if btf.strings.first() != Some(&0) || btf.strings.last() != Some(&0) {
            return Err(Error::btf(format!("{whose} has damaged names")));
        }
        btf.find_starts()?;
        Ok(btf)
    }

    fn cut_off(&self) -> Error {
        Error::btf(format!("{} is cut off", self.whose))
    }

    /// What is wrong with a type, as a sentence that begins with whose it is.
    pub(crate) fn error(&self, what: String) -> Error {
        Error::btf(format!("{} is damaged: {what}", self.whose))
    }

    fn find_starts(&mut self) -> Result<(), Error> {
        let mut offset = 0;
        while offset < self.types.len() {
            if self.starts.len() >= limits::BTF_TYPES {
                return Err(Error::limit(format!(
                    "{} has more than {} types",
                    self.whose,
                    limits::BTF_TYPES
                )));
            }
            let (kind, count) = self.kind_at(offset)?;
            self.starts.push(u32::try_from(offset).map_err(|_| self.cut_off())?);
            offset += 12 + kind.extra_bytes(count);
        }
        if offset > self.types.len() {
            return Err(self.cut_off());
        }
        Ok(())
    }

    fn kind_at(&self, offset: usize) -> Result<(Kind, usize), Error> {
        let info = u32_at(self.types, offset + 4).ok_or_else(|| self.cut_off())?;
        let number = (info >> 24) & 0x1f;
        let kind = Kind::from_number(number).ok_or_else(|| {
            Error::btf(format!(
                "{} type {} is of the unknown kind {number}",
                self.whose,
                self.starts.len() + 1
            ))
        })?;
        Ok((kind, (info & 0xffff) as usize))
    }

    fn start(&self, id: u32) -> Result<usize, Error> {
        let index = (id as usize).wrapping_sub(1);
        self.starts.get(index).map(|&start| start as usize).ok_or_else(|| {
            Error::btf(format!(
                "BTF type {id} does not exist: {} has types 1 to {}",
                self.whose,
                self.starts.len()
            ))
        })
    }

    /// The type with its name as an offset.
    pub(crate) fn raw(&self, id: u32) -> Result<Raw<'a>, Error> {
        if id == 0 {
            return Ok(Raw::VOID);
        }
        let start = self.start(id)?;
        let (kind, count) = self.kind_at(start)?;
        Raw::read(self.types, start, kind, count).ok_or_else(|| self.cut_off())
    }

    pub(crate) fn get(&self, id: u32) -> Result<BtfType<'a>, Error> {
        let raw = self.raw(id)?;
        Ok(BtfType {
            name: if raw.kind == Kind::Void {
                "void"
            } else {
                self.string(raw.name)?
            },
            kind: raw.kind,
            size_or_type: raw.size_or_type,
            kind_flag: raw.kind_flag,
            raw,
        })
    }

    /// All types by ascending ID, from 1 on.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, Raw<'a>)> {
        (1..).zip(&self.starts).filter_map(|(id, &start)| {
            let (kind, count) = self.kind_at(start as usize).ok()?;
            Some((id, Raw::read(self.types, start as usize, kind, count)?))
        })
    }

    /// The whole string section: strings end with a NUL.
    pub(crate) fn strings(&self) -> &'a [u8] {
        self.strings
    }

    /// The bytes of the string at `offset` of the string section.
    pub(crate) fn bytes(&self, offset: u32) -> Result<&'a [u8], Error> {
        self.strings
            .get(offset as usize..)
            .and_then(|rest| {
                let end = rest.iter().take(limits::NAME_BYTES).position(|&byte| byte == 0)?;
                rest.get(..end)
            })
            .ok_or_else(|| self.no_name(offset))
    }

    /// The string at `offset` of the string section.
    pub(crate) fn string(&self, offset: u32) -> Result<&'a str, Error> {
        std::str::from_utf8(self.bytes(offset)?).map_err(|_| self.no_name(offset))
    }

    fn no_name(&self, offset: u32) -> Error {
        Error::btf(format!("{} has no name at offset {offset} of its strings", self.whose))
    }

    /// The first two bytes of the string at `offset`, as one number; the second may be that of the end.
    pub(crate) fn beginning(&self, offset: u32) -> Option<u16> {
        self.strings
            .get(offset as usize..)?
            .first_chunk()
            .map(|chunk| u16::from_ne_bytes(*chunk))
    }

    /// Whether the string at `offset` is `name`, which is not searched for its end.
    pub(crate) fn is_named(&self, offset: u32, name: &[u8]) -> bool {
        self.strings
            .get(offset as usize..)
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.first() == Some(&0))
    }

    /// The first type of one of `kinds` that has this name. Compares in place: every name is looked at.
    pub(crate) fn find(&self, kinds: &[Kind], name: &str) -> Option<u32> {
        self.all()
            .find(|(_, raw)| kinds.contains(&raw.kind) && self.is_named(raw.name, name.as_bytes()))
            .map(|(id, _)| id)
    }

    pub(crate) fn integer(&self, ty: &BtfType<'_>) -> Result<Integer, Error> {
        let word = ty.raw.word(0).ok_or_else(|| self.cut_off())?;
        let encoding = word >> 24;
        Ok(Integer {
            signed: encoding & 1 != 0,
            character: encoding & 2 != 0,
            boolean: encoding & 4 != 0,
            offset: (word >> 16) & 0xff,
            bits: word & 0xff,
        })
    }

    /// Element type and count of an array.
    pub(crate) fn array(&self, ty: &BtfType<'_>) -> Result<(u32, u32), Error> {
        ty.raw.array().ok_or_else(|| self.cut_off())
    }

    pub(crate) fn members(&self, ty: &BtfType<'a>) -> impl ExactSizeIterator<Item = Result<BtfMember<'a>, Error>> {
        let kind_flag = ty.kind_flag;
        let entries: Vec<[u32; 3]> = ty.raw.entries().collect();
        entries.into_iter().map(move |[name, ty, offset]| {
            Ok(BtfMember {
                name: self.string(name)?,
                ty,
                bit_offset: if kind_flag { offset & 0xff_ffff } else { offset },
                bits: if kind_flag { offset >> 24 } else { 0 },
            })
        })
    }

    /// Names and values; values are sign-extended to 64 bits.
    pub(crate) fn enumerators(&self, ty: &BtfType<'a>) -> impl Iterator<Item = Result<(&'a str, u64), Error>> {
        let (wide, signed) = (ty.kind == Kind::Enum64, ty.kind_flag);
        let entries: Vec<(u32, u64)> = if wide {
            ty.raw
                .entries()
                .map(|[name, low, high]| (name, u64::from(high) << 32 | u64::from(low)))
                .collect()
        } else {
            ty.raw
                .entries()
                .map(|[name, value]| {
                    let extended = i64::from(value.cast_signed()).cast_unsigned();
                    (name, if signed { extended } else { u64::from(value) })
                })
                .collect()
        };
        entries.into_iter().map(|(name, value)| Ok((self.string(name)?, value)))
    }

    pub(crate) fn section_entries(&self, ty: &BtfType<'_>) -> Vec<SectionEntry> {
        ty.raw
            .entries()
            .map(|[variable, offset, size]| SectionEntry { variable, offset, size })
            .collect()
    }

    /// Linkage of a variable: 0 is `static`, 1 defined here, 2 `extern`.
    pub(crate) fn linkage(&self, ty: &BtfType<'_>) -> Result<u32, Error> {
        ty.raw.word(0).ok_or_else(|| self.cut_off())
    }
}
