//! Where in a record its stacks are.

use crate::layout::{Kind, StackType};
use crate::plan::{Field, Planner, Steps};
use crate::printer::Error;
use crate::text::label;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use eunomia_component::text::before_nul;

/// Where in a record its stacks are.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) pid: Number,
    pub(super) cpu: Number,
    pub(super) comm: Text,
    pub(super) kernel: Addresses,
    pub(super) user: Addresses,
}

/// An integer of 1, 2, 4 or 8 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    offset: usize,
    size: usize,
    signed: bool,
}

/// Characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    offset: usize,
    size: usize,
}

/// An array of addresses, and how many of its bytes count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses {
    bytes: Number,
    offset: usize,
    count: usize,
}

impl Fields {
    /// Find and check each member.
    pub(super) fn new(planner: &mut Planner, of: &StackType, steps: &Steps) -> Result<Self, Error> {
        let members = planner.columns(of.ty, steps)?;
        let finder = Finder {
            planner,
            members: &members,
            steps,
        };
        Ok(Self {
            pid: finder.number("pid", &of.pid)?,
            cpu: finder.number("cpu", &of.cpu)?,
            comm: finder.text("comm", &of.comm)?,
            kernel: finder.addresses("kernel-size", &of.kernel_size, "kernel", &of.kernel)?,
            user: finder.addresses("user-size", &of.user_size, "user", &of.user)?,
        })
    }
}

struct Finder<'a> {
    planner: &'a Planner<'a>,
    members: &'a [Field<'a>],
    steps: &'a Steps,
}

impl Finder<'_> {
    fn number(&self, role: &str, name: &str) -> Result<Number, Error> {
        const ALLOWED: &str = "an integer of 1, 2, 4 or 8 bytes";
        let (field, kind, size) = self.find(role, name, ALLOWED)?;
        match kind {
            Kind::Int { signed } if matches!(size, 1 | 2 | 4 | 8) => Ok(Number {
                offset: self.place(field, size)?,
                size: size as usize,
                signed: *signed,
            }),
            _ => Err(self.not_allowed(role, name, ALLOWED)),
        }
    }

    fn text(&self, role: &str, name: &str) -> Result<Text, Error> {
        const ALLOWED: &str = "an array of characters";
        let (field, kind, _) = self.find(role, name, ALLOWED)?;
        let Kind::Array { element, count } = kind else {
            return Err(self.not_allowed(role, name, ALLOWED));
        };
        let element = self.planner.find(*element, &self.steps.path)?;
        match element.kind {
            Kind::Char | Kind::Int { .. } if element.size == 1 => Ok(Text {
                offset: self.place(field, *count)?,
                size: *count as usize,
            }),
            _ => Err(self.not_allowed(role, name, ALLOWED)),
        }
    }

    fn addresses(&self, size_role: &str, size_name: &str, role: &str, name: &str) -> Result<Addresses, Error> {
        const ALLOWED: &str = "an array of addresses of 8 bytes";
        let bytes = self.number(size_role, size_name)?;
        let (field, kind, _) = self.find(role, name, ALLOWED)?;
        let &Kind::Array { element, count } = kind else {
            return Err(self.not_allowed(role, name, ALLOWED));
        };
        let element = self.planner.find(element, &self.steps.path)?;
        match element.kind {
            Kind::Int { .. } | Kind::Ptr if element.size == 8 && count > 0 => {}
            _ => return Err(self.not_allowed(role, name, ALLOWED)),
        }
        let size = u64::from(count) * 8;
        let size = u32::try_from(size).map_err(|_| self.steps.error(format!("{} has {size} bytes", label(name))))?;
        Ok(Addresses {
            bytes,
            offset: self.place(field, size)?,
            count: count as usize,
        })
    }

    fn find(&self, role: &str, name: &str, allowed: &str) -> Result<(&Field<'_>, &Kind, u32), Error> {
        let Some(field) = self.members.iter().find(|member| member.name == name) else {
            let names: Vec<String> = self.members.iter().take(16).map(|member| label(member.name)).collect();
            return Err(self.steps.error(format!(
                "a stack trace's {role} is its member {}, {allowed}; it has only {}",
                label(name),
                names.join(", ")
            )));
        };
        if field.bit_width > 0 || !field.bit_offset.is_multiple_of(8) {
            return Err(self.not_allowed(role, name, allowed));
        }
        let ty = self.planner.find(field.ty, &self.steps.path)?;
        Ok((field, &ty.kind, ty.size))
    }

    fn place(&self, field: &Field, size: u32) -> Result<usize, Error> {
        Ok(self.steps.place(field.bit_offset / 8, size.into())? as usize)
    }

    fn not_allowed(&self, role: &str, name: &str, allowed: &str) -> Error {
        let name = label(name);
        self.steps.error(format!(
            "a stack trace's {role} is its member {name}, which has to be {allowed}"
        ))
    }
}

impl Number {
    pub(super) fn read(self, record: &[u8]) -> i128 {
        let bytes = record.get(self.offset..self.offset + self.size).unwrap_or_default();
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let value = if cfg!(target_endian = "little") {
            bytes.iter().rev().fold(0, fold)
        } else {
            bytes.iter().fold(0, fold)
        };
        let unused = 64 - 8 * self.size as u32;
        if self.signed {
            i128::from((value << unused) as i64 >> unused)
        } else {
            i128::from(value)
        }
    }
}

impl Text {
    pub(super) fn read(self, record: &[u8]) -> &[u8] {
        before_nul(record.get(self.offset..self.offset + self.size).unwrap_or_default())
    }
}

impl Addresses {
    /// Those that count: as many as the record says, and has.
    pub(super) fn read(self, record: &[u8]) -> Vec<u64> {
        let bytes = usize::try_from(self.bytes.read(record).max(0)).unwrap_or(usize::MAX);
        let count = (bytes / 8).min(self.count);
        let from = record.get(self.offset..).unwrap_or_default();
        let (addresses, _) = from.as_chunks::<8>();
        addresses
            .iter()
            .take(count)
            .map(|address| u64::from_ne_bytes(*address))
            .collect()
    }
}
