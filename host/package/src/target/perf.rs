//! The names of perf events, as `perf list` has them.

use super::settings::number;

/// `PERF_TYPE_HARDWARE`.
const HARDWARE: u32 = 0;
/// `PERF_TYPE_SOFTWARE`.
pub(super) const SOFTWARE: u32 = 1;
/// `PERF_TYPE_RAW`.
const RAW: u32 = 4;

/// `enum perf_hw_id` and `enum perf_sw_ids` of `include/uapi/linux/perf_event.h`. Of several names for one the first is written.
const NAMES: [(&str, u32, u64); 24] = [
    ("cpu-cycles", HARDWARE, 0),
    ("cycles", HARDWARE, 0),
    ("instructions", HARDWARE, 1),
    ("cache-references", HARDWARE, 2),
    ("cache-misses", HARDWARE, 3),
    ("branch-instructions", HARDWARE, 4),
    ("branches", HARDWARE, 4),
    ("branch-misses", HARDWARE, 5),
    ("bus-cycles", HARDWARE, 6),
    ("ref-cycles", HARDWARE, 9),
    ("cpu-clock", SOFTWARE, 0),
    ("task-clock", SOFTWARE, 1),
    ("page-faults", SOFTWARE, 2),
    ("faults", SOFTWARE, 2),
    ("context-switches", SOFTWARE, 3),
    ("cs", SOFTWARE, 3),
    ("cpu-migrations", SOFTWARE, 4),
    ("migrations", SOFTWARE, 4),
    ("minor-faults", SOFTWARE, 5),
    ("major-faults", SOFTWARE, 6),
    ("alignment-faults", SOFTWARE, 7),
    ("emulation-faults", SOFTWARE, 8),
    ("bpf-output", SOFTWARE, 10),
    ("cgroup-switches", SOFTWARE, 11),
];

/// Type and config of an event: a name, `rHEX` for one of the processor's own, or `TYPE:CONFIG`.
pub(super) fn parse(text: &str) -> Option<(u32, u64)> {
    if let Some((_, kind, config)) = NAMES.iter().find(|(name, ..)| *name == text) {
        return Some((*kind, *config));
    }
    if let Some((kind, config)) = text.split_once(':') {
        return Some((u32::try_from(number(kind)?).ok()?, number(config)?));
    }
    let digits = text.strip_prefix('r')?;
    Some((RAW, u64::from_str_radix(digits, 16).ok()?))
}

/// The text that [`parse`] reads as this event.
pub(super) fn text(kind: u32, config: u64) -> String {
    let known = NAMES.iter().find(|(_, of, which)| (*of, *which) == (kind, config));
    match known {
        Some((name, ..)) => (*name).to_owned(),
        None if kind == RAW => format!("r{config:x}"),
        None => format!("{kind}:{config:#x}"),
    }
}
