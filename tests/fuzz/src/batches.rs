//! A layout, and a batch of records: printed as table and as JSON.

use printer::{
    EntryType, Enumerator, Format, HistogramType, Kind, Member, Options, Printer, Source, SourceKind, StackType, Type,
};

/// Numbers from the bytes; 0 once there are no more.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// Mostly small; one in sixteen may be anything.
    fn number(&mut self) -> u32 {
        match self.byte() {
            0xf0.. => u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            small => u32::from(small),
        }
    }

    fn name(&mut self) -> String {
        self.text(12)
    }

    /// Less than so many bytes of text.
    fn text(&mut self, end: u8) -> String {
        let length = usize::from(self.byte() % end);
        let (name, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(name).into_owned()
    }

    fn members(&mut self) -> Vec<Member> {
        let count = self.byte() % 8;
        (0..count)
            .map(|_| Member {
                name: self.name(),
                ty: self.number(),
                bit_offset: self.number(),
                bit_width: if self.byte() < 200 { 0 } else { self.number() },
            })
            .collect()
    }

    fn entry(&mut self) -> EntryType {
        EntryType {
            key: (self.byte() & 1 != 0).then(|| self.number()),
            value: self.number(),
            value_stride: self.number(),
        }
    }

    fn histogram(&mut self) -> HistogramType {
        HistogramType {
            entry: self.entry(),
            unit: self.name(),
            base: i64::from(self.number().cast_signed()),
            step: u64::from(self.number()),
        }
    }

    fn ty(&mut self) -> Type {
        let kind = match self.byte() % 12 {
            0 => Kind::Int { signed: false },
            1 => Kind::Int { signed: true },
            2 => Kind::Char,
            3 => Kind::Bool,
            4 => Kind::Float,
            5 => Kind::Enum {
                signed: self.byte() & 1 != 0,
                values: (0..self.byte() % 5)
                    .map(|_| Enumerator {
                        name: self.name(),
                        value: u64::from(self.number()) << (self.byte() % 40),
                    })
                    .collect(),
            },
            6 => Kind::Ptr,
            7 => Kind::Array {
                element: self.number(),
                count: self.number(),
            },
            8 | 9 => Kind::Struct(self.members()),
            10 => Kind::Union(self.members()),
            _ => Kind::Opaque,
        };
        Type {
            name: self.name(),
            size: self.number(),
            kind,
        }
    }
}

const FORMATS: [Format; 6] = [
    Format::Table,
    Format::Json,
    Format::JsonPretty,
    Format::Csv,
    Format::Raw,
    Format::Yaml,
];

/// Half of the inputs ask for nothing but a format.
fn options(numbers: &mut Numbers<'_>) -> Options {
    let choice = numbers.byte();
    let plain = Options {
        format: FORMATS[usize::from(choice >> 4) % FORMATS.len()],
        header: choice & 1 != 0,
        color: choice & 2 != 0,
        per_cpu: choice & 4 != 0,
        utc_offset: numbers.number().cast_signed(),
        ..Options::default()
    };
    if choice & 8 == 0 {
        return plain;
    }
    let some = numbers.byte();
    let given = |bit: u8| some >> bit & 1 != 0;
    Options {
        width: given(0).then(|| numbers.number()),
        fields: (0..if given(1) { numbers.byte() % 4 } else { 0 })
            .map(|_| numbers.name())
            .collect(),
        filter: given(2).then(|| numbers.text(64)),
        sort: given(3).then(|| numbers.name()),
        top: given(4).then(|| numbers.number()),
        max_rows: given(5).then(|| u64::from(numbers.number())),
        interval: given(6).then(|| u64::from(numbers.number())),
        ..plain
    }
}

/// Half of the sources are events.
fn source(numbers: &mut Numbers<'_>) -> SourceKind {
    match numbers.byte() % 10 {
        5 => SourceKind::Entries(numbers.entry()),
        6 => SourceKind::Log2Histograms(numbers.histogram()),
        7 => SourceKind::LinearHistograms(numbers.histogram()),
        8 => SourceKind::StackTraces(StackType {
            ty: numbers.number(),
            pid: numbers.name(),
            cpu: numbers.name(),
            comm: numbers.name(),
            kernel_size: numbers.name(),
            kernel: numbers.name(),
            user_size: numbers.name(),
            user: numbers.name(),
            symbols: numbers.byte() & 1 != 0,
        }),
        9 => SourceKind::Bytes,
        _ => SourceKind::Events(numbers.number()),
    }
}

/// The bytes are options, types and sources; what is left is the batch, in whole words.
pub fn batches(bytes: &[u8]) {
    let mut numbers = Numbers(bytes);
    let options = options(&mut numbers);
    let layout: Vec<Type> = (0..numbers.byte() % 16).map(|_| numbers.ty()).collect();
    let sources: Vec<Source> = (0..numbers.byte() % 4)
        .map(|_| Source {
            name: numbers.name(),
            kind: source(&mut numbers),
        })
        .collect();
    let Ok(mut printer) = Printer::new(&layout, &sources, &options) else {
        return;
    };
    let time = u64::from(numbers.number()) << 32;
    let words = numbers
        .0
        .chunks_exact(8)
        .map(|word| u64::from_ne_bytes(word.try_into().unwrap()));
    let batch: Vec<u64> = words.collect();
    let mut lines = Vec::new();
    let printed = printer.print(&batch, time, &mut |bytes| {
        lines.extend_from_slice(bytes);
        Ok(())
    });
    let _ = (printer.notes(), printer.totals());
    if printed.is_ok() {
        let whole = lines.is_empty() || lines.ends_with(b"\n") || options.format == Format::Raw;
        assert!(whole, "whole lines: {:?}", String::from_utf8_lossy(&lines));
        if options.format == Format::Json {
            for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                let read: Result<serde_json::Value, _> = serde_json::from_slice(line);
                assert!(read.is_ok(), "{read:?}: {}", String::from_utf8_lossy(line));
            }
        }
    }
}
