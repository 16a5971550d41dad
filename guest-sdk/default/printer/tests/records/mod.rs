//! Layouts and records for tests.
#![allow(dead_code, reason = "each test file uses some of it")]

pub(crate) mod histograms;
pub(crate) mod sampled;
pub(crate) mod stacks;

use printer::{Format, Kind, Member, Options, Printer, Source, SourceKind, Type};

/// Records as an event source hands them over.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) data: Vec<u64>,
}

impl Batch {
    /// Records of the first source.
    pub(crate) fn of(records: &[Vec<u8>]) -> Self {
        let mut batch = Self::default();
        for record in records {
            batch.push(0, record);
        }
        batch
    }

    /// Add a record.
    pub(crate) fn push(&mut self, source: u16, record: &[u8]) {
        self.push_lying(source, record.len() as u32, record);
    }

    /// Add a record that says another length than it has.
    pub(crate) fn push_lying(&mut self, source: u16, length: u32, record: &[u8]) {
        self.push_of(3, source, length, record);
    }

    /// Add a record of a CPU.
    pub(crate) fn push_of_cpu(&mut self, cpu: u16, record: &[u8]) {
        self.push_of(cpu, 0, record.len() as u32, record);
    }

    fn push_of(&mut self, cpu: u16, source: u16, length: u32, record: &[u8]) {
        let mut header = Vec::new();
        header.extend(length.to_ne_bytes());
        header.extend(source.to_ne_bytes());
        header.extend(cpu.to_ne_bytes());
        for bytes in [&header[..], record] {
            for chunk in bytes.chunks(8) {
                let mut word = [0xee; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                self.data.push(u64::from_ne_bytes(word));
            }
        }
    }
}

pub(crate) fn options(format: Format) -> Options {
    Options {
        format,
        header: true,
        utc_offset: 0,
        ..Options::default()
    }
}

pub(crate) fn events(name: &str, ty: u32) -> Source {
    Source {
        name: name.into(),
        kind: SourceKind::Events(ty),
    }
}

/// A printer of the layout's first type.
pub(crate) fn open(layout: &[Type], format: Format) -> Printer {
    Printer::new(layout, &[events("events", 0)], &options(format)).unwrap()
}

/// All that a batch prints, which has to be UTF-8.
pub(crate) fn print(printer: &mut Printer, batch: &Batch, time: u64) -> String {
    let mut printed = Vec::new();
    let mut writes = 0;
    printer
        .print(&batch.data, time, &mut |bytes| {
            writes += 1;
            printed.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
    assert!(writes <= 1 || printed.len() > 4 << 20, "{writes} writes");
    String::from_utf8(printed).unwrap()
}

/// One record of the layout's first type, as a line of JSON without its end.
pub(crate) fn json(layout: &[Type], record: &[u8]) -> String {
    let printed = print(&mut open(layout, Format::Json), &Batch::of(&[record.to_vec()]), 0);
    printed.strip_suffix('\n').unwrap().to_string()
}

/// The same as a row of a table, without the time.
pub(crate) fn row(layout: &[Type], record: &[u8]) -> String {
    let mut printer = Printer::new(
        layout,
        &[events("events", 0)],
        &Options {
            format: Format::Table,
            header: false,
            ..Options::default()
        },
    )
    .unwrap();
    let printed = print(&mut printer, &Batch::of(&[record.to_vec()]), 0);
    printed
        .strip_suffix('\n')
        .unwrap()
        .strip_prefix("00:00:00  ")
        .unwrap()
        .to_string()
}

pub(crate) fn ty(name: &str, size: u32, kind: Kind) -> Type {
    Type {
        name: name.into(),
        size,
        kind,
    }
}

pub(crate) fn int(size: u32, signed: bool) -> Type {
    ty("int", size, Kind::Int { signed })
}

/// A character array; `element` is the place of `char`.
pub(crate) fn chars(element: u32, count: u32) -> Type {
    ty("", count, Kind::Array { element, count })
}

/// A member at a byte offset.
pub(crate) fn member(name: &str, ty: u32, offset: u32) -> Member {
    Member {
        name: name.into(),
        ty,
        bit_offset: 8 * offset,
        bit_width: 0,
    }
}

/// A struct of members at byte offsets.
pub(crate) fn structure(name: &str, size: u32, members: &[(&str, u32, u32)]) -> Type {
    ty(
        name,
        size,
        Kind::Struct(
            members
                .iter()
                .map(|(name, ty, offset)| member(name, *ty, *offset))
                .collect(),
        ),
    )
}

/// Any type, whose indices may lie a little.
pub(crate) fn random_type(random: &mut fastrand::Rng, count: u32) -> Type {
    let some = |random: &mut fastrand::Rng| {
        let mut members: Vec<Member> = Vec::new();
        for _ in 0..random.u32(0..5) {
            let name = if random.u8(0..4) == 0 { "" } else { "member" };
            members.push(member(name, random.u32(0..count + 1), random.u32(0..20)));
        }
        members
    };
    let kind = match random.u8(0..9) {
        0 => Kind::Int { signed: random.bool() },
        1 => Kind::Char,
        2 => Kind::Bool,
        3 => Kind::Float,
        4 => Kind::Ptr,
        5 => Kind::Array {
            element: random.u32(0..count + 1),
            count: random.u32(0..9),
        },
        6 => Kind::Union(some(random)),
        7 => Kind::Opaque,
        _ => Kind::Struct(some(random)),
    };
    ty("t", [0, 1, 2, 4, 8, 16, 32, 64][random.usize(0..8)], kind)
}
