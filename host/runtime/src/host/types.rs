//! `wit/types.wit`: from what a package says to what a guest is told.

use std::collections::HashSet;

use package::{Description, SampleKind, StackTrace, TypeIndex, TypeKind};

use super::eunomia::bpf::types as wit;
use crate::session::{OutputFormat, OutputOptions};
use crate::state::State;

impl wit::Host for State {}

/// `BPF_MAP_TYPE_PERCPU_HASH`, `_PERCPU_ARRAY`, `_LRU_PERCPU_HASH` and `_PERCPU_CGROUP_STORAGE` of include/uapi/linux/bpf.h.
const PER_CPU: [u32; 4] = [5, 6, 10, 21];

/// The whole description, as the contract has it.
pub(super) fn description(of: &Description) -> wit::Description {
    let sections: HashSet<&str> = of.variables.iter().map(|variable| variable.map.as_str()).collect();
    wit::Description {
        name: of.name.clone(),
        documentation: wit::Documentation {
            version: of.doc.version.clone(),
            brief: of.doc.brief.clone(),
            description: of.doc.description.clone(),
            details: of.doc.details.clone(),
        },
        layout: of.types.iter().map(definition).collect(),
        variables: of.variables.iter().map(|found| variable(found, of)).collect(),
        maps: of
            .maps
            .iter()
            // Data sections are variables already; libbpf's own maps and hidden ones are nobody's business.
            .filter(|map| !map.hidden && !sections.contains(map.name.as_str()))
            .map(map)
            .collect(),
        programs: of
            .programs
            .iter()
            .map(|program| wit::ProgramDescription {
                name: program.name.clone(),
                section: program.attach.clone().unwrap_or_else(|| program.section.clone()),
                link: program.link,
                description: program
                    .options
                    .get("description")
                    .and_then(|text| text.as_str())
                    .map(str::to_string),
            })
            .collect(),
        header: of.print_header,
    }
}

fn definition(of: &package::Type) -> wit::TypeDefinition {
    let sign = |signed: bool| {
        if signed {
            wit::Signedness::Signed
        } else {
            wit::Signedness::Unsigned
        }
    };
    let members = |members: &[package::Member]| {
        members
            .iter()
            .map(|member| wit::Member {
                name: member.name.clone(),
                type_: member.ty,
                bit_offset: member.bit_offset,
                bit_width: member.bits,
            })
            .collect()
    };
    wit::TypeDefinition {
        name: of.name.clone(),
        size: of.size,
        kind: match &of.kind {
            TypeKind::Int { signed } => wit::TypeKind::Int(sign(*signed)),
            TypeKind::Char => wit::TypeKind::Char,
            TypeKind::Bool => wit::TypeKind::Bool,
            TypeKind::Float => wit::TypeKind::Float,
            TypeKind::Enum { signed, values } => wit::TypeKind::Enum(wit::Enumeration {
                signedness: sign(*signed),
                values: values
                    .iter()
                    .map(|(name, value)| wit::Enumerator {
                        name: name.clone(),
                        value: *value,
                    })
                    .collect(),
            }),
            TypeKind::Pointer => wit::TypeKind::Ptr,
            TypeKind::Array { element, count } => wit::TypeKind::Array(wit::ArrayType {
                element: *element,
                count: *count,
            }),
            TypeKind::Struct(found) => wit::TypeKind::Struct(members(found)),
            TypeKind::Union(found) => wit::TypeKind::Union(members(found)),
            TypeKind::Opaque => wit::TypeKind::Opaque,
        },
    }
}

fn variable(of: &package::Variable, all: &Description) -> wit::Variable {
    wit::Variable {
        name: of.name.clone(),
        section: of.section.clone(),
        type_name: of.type_name.clone(),
        type_: of.ty,
        initial: initial(of, all),
        read_only: of.read_only,
        hidden: of.hidden,
        description: of.description.clone(),
        argument: of.argument.as_ref().map(|argument| wit::Argument {
            default: argument.default.as_ref().map(ToString::to_string),
            long: argument.long.clone(),
            short: argument.short.map(String::from),
            help: argument.help.clone(),
        }),
    }
}

/// The bytes that a variable has if nobody sets it: the package's value over the object's own.
fn initial(of: &package::Variable, all: &Description) -> Vec<u8> {
    let mut bytes = of.initial.clone();
    if let Some(value) = &of.value
        && package::encode_value(&all.types, of.ty, value, &mut bytes).is_err()
    {
        // Opening the object says what is wrong with the value; here the object's own bytes are the truth.
        return of.initial.clone();
    }
    bytes
}

fn map(of: &package::Map) -> wit::MapDescription {
    wit::MapDescription {
        name: of.name.clone(),
        kind: of.kind,
        key_size: of.key_size,
        value_size: of.value_size,
        max_entries: of.max_entries,
        flags: of.flags,
        key: of.key,
        value: of.value,
        source: source(of),
        interval: of
            .sample
            .as_ref()
            .map(|sample| sample.interval_ms.saturating_mul(1_000_000)),
        clear: of.sample.as_ref().is_some_and(|sample| sample.clear),
    }
}

/// What a user should see of a map.
fn source(of: &package::Map) -> Option<wit::SourceKind> {
    if let Some(sample) = &of.sample {
        // What nobody knows the type of cannot be shown; a queue has no key to show.
        if of.key.is_none() && of.key_size > 0 {
            return None;
        }
        let entry = wit::EntryType {
            key: of.key,
            value: of.record.or(of.value)?,
            value_stride: if PER_CPU.contains(&of.kind) {
                of.value_size.next_multiple_of(8)
            } else {
                0
            },
        };
        let histogram = |base, step| wit::HistogramType {
            entry,
            unit: sample.unit.clone(),
            base,
            step,
        };
        return Some(match sample.kind {
            SampleKind::KeyValue => wit::SourceKind::Entries(entry),
            SampleKind::Log2Histogram => wit::SourceKind::Log2Histograms(histogram(0, 1)),
            SampleKind::LinearHistogram { base, step } => wit::SourceKind::LinearHistograms(histogram(base, step)),
        });
    }
    let record = of.record?;
    Some(match &of.stack_trace {
        Some(trace) => wit::SourceKind::StackTraces(stack(trace, record)),
        None => wit::SourceKind::Events(record),
    })
}

fn stack(of: &StackTrace, record: TypeIndex) -> wit::StackType {
    wit::StackType {
        type_: record,
        pid: of.pid.clone(),
        cpu: of.cpu_id.clone(),
        comm: of.comm.clone(),
        kernel_size: of.kstack_sz.clone(),
        kernel: of.kstack.clone(),
        user_size: of.ustack_sz.clone(),
        user: of.ustack.clone(),
        symbols: of.with_symbols,
    }
}

/// The same, with stack traces of addresses only.
pub(super) fn without_symbols(of: &mut wit::Description) {
    for map in &mut of.maps {
        if let Some(wit::SourceKind::StackTraces(stack)) = &mut map.source {
            stack.symbols = false;
        }
    }
}

/// What the user wants, as the contract has it.
pub(super) fn output_options(of: &OutputOptions) -> wit::OutputOptions {
    wit::OutputOptions {
        format: match of.format {
            OutputFormat::Table => wit::OutputFormat::Table,
            OutputFormat::Json => wit::OutputFormat::Json,
            OutputFormat::JsonPretty => wit::OutputFormat::JsonPretty,
            OutputFormat::Csv => wit::OutputFormat::Csv,
            OutputFormat::Raw => wit::OutputFormat::Raw,
            OutputFormat::Yaml => wit::OutputFormat::Yaml,
            OutputFormat::Folded => wit::OutputFormat::Folded,
            OutputFormat::Svg => wit::OutputFormat::Svg,
        },
        header: of.header,
        utc_offset: of.utc_offset,
        width: of.width,
        color: of.color,
        fields: of.view.fields.clone(),
        filter: of.view.filter.clone(),
        sort: of.view.sort.clone(),
        top: of.view.top,
        max_rows: of.view.max_rows,
        interval: of
            .view
            .interval
            .map(|interval| u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX)),
        per_cpu: of.view.per_cpu,
    }
}
