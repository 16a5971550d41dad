//! Sampled maps for tests.

use printer::{EntryType, Format, HistogramType, Options, Printer, Source, SourceKind, Type};

/// A map whose key is the first type of the layout, and its value the second.
pub(crate) const ENTRY: EntryType = EntryType {
    key: Some(0),
    value: 1,
    value_stride: 0,
};

pub(crate) fn entries(name: &str) -> Source {
    Source {
        name: name.into(),
        kind: SourceKind::Entries(ENTRY),
    }
}

pub(crate) fn histogram(unit: &str) -> HistogramType {
    HistogramType {
        entry: ENTRY,
        unit: unit.into(),
        base: 0,
        step: 1,
    }
}

pub(crate) fn log2(unit: &str) -> Source {
    Source {
        name: "hists".into(),
        kind: SourceKind::Log2Histograms(histogram(unit)),
    }
}

pub(crate) fn linear(base: i64, step: u64) -> Source {
    Source {
        name: "hists".into(),
        kind: SourceKind::LinearHistograms(HistogramType {
            base,
            step,
            ..histogram("bytes")
        }),
    }
}

/// The same for a per-CPU map, whose values are so far apart.
pub(crate) fn of_all_cpus(mut source: Source, stride: u32) -> Source {
    match &mut source.kind {
        SourceKind::Entries(entry) => entry.value_stride = stride,
        SourceKind::Log2Histograms(of) | SourceKind::LinearHistograms(of) => of.entry.value_stride = stride,
        other => panic!("{other:?} is not sampled"),
    }
    source
}

/// A printer of one source.
pub(crate) fn open_source(layout: &[Type], source: Source, format: Format) -> Printer {
    Printer::new(layout, &[source], &super::options(format)).unwrap()
}

/// The same for values of per-CPU maps, one by one.
pub(crate) fn open_per_cpu(layout: &[Type], source: Source, format: Format) -> Printer {
    let options = Options {
        per_cpu: true,
        ..super::options(format)
    };
    Printer::new(layout, &[of_all_cpus(source, 8)], &options).unwrap()
}

/// A record of a sampled map: the key and the values, each padded to 8 bytes but for the last.
pub(crate) fn record(key: &[u8], values: &[&[u8]]) -> Vec<u8> {
    let mut record = key.to_vec();
    for value in values {
        record.resize(record.len().next_multiple_of(8), 0xee);
        record.extend_from_slice(value);
    }
    if values.len() > 1 {
        record.resize(record.len().next_multiple_of(8), 0xee);
    }
    record
}
