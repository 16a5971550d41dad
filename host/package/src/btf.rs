//! BTF as it stands in an object: the kernel's `Documentation/bpf/btf.rst`, `include/uapi/linux/btf.h`.
//!
//! One pass finds where each type starts; a type is decoded when asked for. References between types are not followed
//! here, so nothing can loop, except in [`Btf::peel`], which counts.

use crate::error::Error;
use crate::limits;

const MAGIC: u16 = 0xeb9f;

pub(crate) struct Btf<'a> {
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
    /// What follows the common part: `count` entries.
    extra: &'a [u8],
}

/// `BTF_KIND_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Void,
    Int,
    Pointer,
    Array,
    Struct,
    Union,
    Enum,
    Forward,
    Typedef,
    Volatile,
    Const,
    Restrict,
    Function,
    Prototype,
    Variable,
    DataSection,
    Float,
    DeclarationTag,
    TypeTag,
    Enum64,
}

impl Kind {
    fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Int,
            2 => Self::Pointer,
            3 => Self::Array,
            4 => Self::Struct,
            5 => Self::Union,
            6 => Self::Enum,
            7 => Self::Forward,
            8 => Self::Typedef,
            9 => Self::Volatile,
            10 => Self::Const,
            11 => Self::Restrict,
            12 => Self::Function,
            13 => Self::Prototype,
            14 => Self::Variable,
            15 => Self::DataSection,
            16 => Self::Float,
            17 => Self::DeclarationTag,
            18 => Self::TypeTag,
            19 => Self::Enum64,
            _ => return None,
        })
    }

    /// Bytes after the common part, for `count` entries.
    fn extra_bytes(self, count: usize) -> usize {
        match self {
            Self::Int | Self::Variable | Self::DeclarationTag => 4,
            Self::Array => 12,
            Self::Struct | Self::Union | Self::DataSection | Self::Enum64 => count * 12,
            Self::Enum | Self::Prototype => count * 8,
            _ => 0,
        }
    }

    /// Whether it only qualifies or renames another type.
    fn is_transparent(self) -> bool {
        matches!(
            self,
            Self::Typedef | Self::Volatile | Self::Const | Self::Restrict | Self::TypeTag
        )
    }
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

fn cut_off() -> Error {
    Error::btf("the object's BTF is cut off")
}

fn u32_at(bytes: &[u8], offset: usize) -> Result<u32, Error> {
    bytes
        .get(offset..)
        .and_then(|rest| rest.first_chunk())
        .map(|chunk| u32::from_ne_bytes(*chunk))
        .ok_or_else(cut_off)
}

fn words<const N: usize>(extra: &[u8]) -> impl Iterator<Item = [u32; N]> + '_ {
    extra.chunks_exact(N * 4).map(|entry| {
        let mut words = [0; N];
        for (word, bytes) in words.iter_mut().zip(entry.chunks_exact(4)) {
            *word = u32_at(bytes, 0).unwrap_or_default();
        }
        words
    })
}

impl<'a> Btf<'a> {
    /// Reads the contents of a `.BTF` section.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let magic = bytes.first_chunk().map(|magic| u16::from_ne_bytes(*magic));
        match magic {
            Some(MAGIC) => {}
            Some(magic) if magic.swap_bytes() == MAGIC => {
                return Err(Error::btf("the object's BTF has the other byte order"));
            }
            _ => return Err(Error::btf("the object's .BTF section holds no BTF")),
        }
        let header = u32_at(bytes, 4)?;
        let part = |offset: u32, length: u32| -> Result<&'a [u8], Error> {
            let start = u64::from(header) + u64::from(offset);
            let end = start + u64::from(length);
            let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
                return Err(cut_off());
            };
            bytes.get(start..end).ok_or_else(cut_off)
        };
        let types = part(u32_at(bytes, 8)?, u32_at(bytes, 12)?)?;
        let strings = part(u32_at(bytes, 16)?, u32_at(bytes, 20)?)?;
        let mut btf = Self {
            types,
            strings,
            starts: Vec::new(),
        };
        btf.find_starts()?;
        Ok(btf)
    }

    fn find_starts(&mut self) -> Result<(), Error> {
        let mut offset = 0;
        while offset < self.types.len() {
            if self.starts.len() >= limits::BTF_TYPES {
                return Err(Error::limit(format!(
                    "the object's BTF has more than {} types",
                    limits::BTF_TYPES
                )));
            }
            let (kind, count) = self.kind_at(offset)?;
            self.starts.push(u32::try_from(offset).map_err(|_| cut_off())?);
            offset += 12 + kind.extra_bytes(count);
        }
        if offset > self.types.len() {
            return Err(cut_off());
        }
        Ok(())
    }

    fn kind_at(&self, offset: usize) -> Result<(Kind, usize), Error> {
        let info = u32_at(self.types, offset + 4)?;
        let number = (info >> 24) & 0x1f;
        let kind = Kind::from_number(number).ok_or_else(|| {
            Error::btf(format!(
                "the object's BTF type {} is of the unknown kind {number}",
                self.starts.len() + 1
            ))
        })?;
        Ok((kind, (info & 0xffff) as usize))
    }

    fn start(&self, id: u32) -> Result<usize, Error> {
        let index = (id as usize).wrapping_sub(1);
        self.starts.get(index).map(|&start| start as usize).ok_or_else(|| {
            Error::btf(format!(
                "BTF type {id} does not exist: the object's BTF has types 1 to {}",
                self.starts.len()
            ))
        })
    }

    pub(crate) fn get(&self, id: u32) -> Result<BtfType<'a>, Error> {
        if id == 0 {
            return Ok(BtfType {
                name: "void",
                kind: Kind::Void,
                size_or_type: 0,
                kind_flag: false,
                extra: &[],
            });
        }
        let start = self.start(id)?;
        let (kind, count) = self.kind_at(start)?;
        let extra = start + 12;
        Ok(BtfType {
            name: self.string(u32_at(self.types, start)?)?,
            kind,
            size_or_type: u32_at(self.types, start + 8)?,
            kind_flag: u32_at(self.types, start + 4)? >> 31 != 0,
            extra: self
                .types
                .get(extra..extra + kind.extra_bytes(count))
                .ok_or_else(cut_off)?,
        })
    }

    /// The string at `offset` of the string section.
    fn string(&self, offset: u32) -> Result<&'a str, Error> {
        self.strings
            .get(offset as usize..)
            .and_then(|rest| {
                let end = rest.iter().take(limits::NAME_BYTES).position(|&byte| byte == 0)?;
                std::str::from_utf8(rest.get(..end)?).ok()
            })
            .ok_or_else(|| {
                Error::btf(format!(
                    "the object's BTF has no name at offset {offset} of its strings"
                ))
            })
    }

    /// Follows typedefs, qualifiers and tags to the type behind them.
    pub(crate) fn peel(&self, mut id: u32) -> Result<u32, Error> {
        for _ in 0..limits::TYPE_DEPTH {
            let ty = self.get(id)?;
            if !ty.kind.is_transparent() {
                return Ok(id);
            }
            id = ty.size_or_type;
        }
        Err(Error::btf(format!(
            "BTF type {id} hides behind more than {} typedefs, or refers to itself",
            limits::TYPE_DEPTH
        )))
    }

    /// The first type of one of `kinds` that has this name. Compares in place: every name is looked at.
    pub(crate) fn find(&self, kinds: &[Kind], name: &str) -> Option<u32> {
        let matches = |start: usize| {
            let Ok((kind, _)) = self.kind_at(start) else {
                return false;
            };
            kinds.contains(&kind)
                && u32_at(self.types, start).is_ok_and(|offset| {
                    self.strings
                        .get(offset as usize..)
                        .and_then(|rest| rest.strip_prefix(name.as_bytes()))
                        .is_some_and(|rest| rest.first() == Some(&0))
                })
        };
        let index = self.starts.iter().position(|&start| matches(start as usize))?;
        u32::try_from(index + 1).ok()
    }

    pub(crate) fn integer(&self, ty: &BtfType<'_>) -> Result<Integer, Error> {
        let word = u32_at(ty.extra, 0)?;
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
        Ok((u32_at(ty.extra, 0)?, u32_at(ty.extra, 8)?))
    }

    pub(crate) fn members(&self, ty: &BtfType<'a>) -> impl ExactSizeIterator<Item = Result<BtfMember<'a>, Error>> {
        let kind_flag = ty.kind_flag;
        let entries: Vec<[u32; 3]> = words(ty.extra).collect();
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
            words(ty.extra)
                .map(|[name, low, high]| (name, u64::from(high) << 32 | u64::from(low)))
                .collect()
        } else {
            words(ty.extra)
                .map(|[name, value]| {
                    let extended = i64::from(value.cast_signed()).cast_unsigned();
                    (name, if signed { extended } else { u64::from(value) })
                })
                .collect()
        };
        entries.into_iter().map(|(name, value)| Ok((self.string(name)?, value)))
    }

    pub(crate) fn section_entries(&self, ty: &BtfType<'_>) -> Vec<SectionEntry> {
        words(ty.extra)
            .map(|[variable, offset, size]| SectionEntry { variable, offset, size })
            .collect()
    }

    /// Linkage of a variable: 0 is `static`, 1 defined here, 2 `extern`.
    pub(crate) fn linkage(&self, ty: &BtfType<'_>) -> Result<u32, Error> {
        u32_at(ty.extra, 0)
    }
}
