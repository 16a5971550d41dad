//! What a line about one of the workload's events must say, from its sequence number alone.

use crate::tool::Format;

const NAMES: [&str; 16] = [
    "bash",
    "cargo",
    "rustc",
    "git",
    "systemd",
    "sshd",
    "cc1plus",
    "kworker/u8:2",
    "python3",
    "make",
    "ld.lld",
    "sed",
    "containerd-shim",
    "node",
    "sh",
    "postgres",
];

const PATHS: [&str; 16] = [
    "/usr/bin/bash",
    "/opt/cargo/bin/cargo",
    "/usr/local/bin/rustc",
    "/usr/bin/git",
    "/lib/systemd/systemd",
    "/usr/sbin/sshd",
    "/usr/libexec/gcc/12/cc1plus",
    "/proc/self/exe",
    "/usr/bin/python3",
    "/usr/bin/make",
    "/usr/bin/ld.lld",
    "/bin/sed",
    "/usr/bin/containerd-shim-runc-v",
    "/opt/node/bin/node",
    "/bin/sh",
    "/usr/lib/postgresql/bin/postgre",
];

/// The first line of a table.
pub(crate) const HEADER: &str = "TIME     DURATION_NS  PID     PPID    UID     EXIT_CODE  SEQUENCE  EXIT_EVENT  \
                                 MONOTONIC_TIME_NS  COMM    FILENAME  ";

/// Check a line, without its newline, byte for byte. Gives back the event's sequence number, or what is wrong.
pub(crate) fn check(line: &str, format: Format) -> Result<u32, String> {
    let wrong = || format!("not a line about an event: {line:?}");
    let (sequence, expected) = match format {
        Format::Table => {
            let columns: Vec<&str> = line.split_ascii_whitespace().collect();
            let (Some(clock), Some(sequence), Some(stamp)) = (columns.first(), columns.get(6), columns.get(8)) else {
                return Err(wrong());
            };
            let (sequence, stamp) = (
                sequence.parse().map_err(|_| wrong())?,
                stamp.parse().map_err(|_| wrong())?,
            );
            if clock.len() != 8
                || clock
                    .split(':')
                    .any(|part| part.len() != 2 || part.parse::<u8>().is_err())
            {
                return Err(format!("not a time: {clock:?}"));
            }
            (sequence, format!("{clock}  {}", row(sequence, stamp)))
        }
        Format::Json => {
            let sequence = number_after(line, "\"sequence\":").ok_or_else(wrong)?;
            let stamp = number_after(line, "\"monotonic_time_ns\":").ok_or_else(wrong)?;
            let sequence = u32::try_from(sequence).map_err(|_| wrong())?;
            (sequence, object(sequence, stamp))
        }
    };
    if line == expected {
        Ok(sequence)
    } else {
        Err(format!("a line says\n  {line}\nand should say\n  {expected}"))
    }
}

/// When the event of a JSON line was made, in nanoseconds of the monotonic clock.
pub(crate) fn stamp(line: &str) -> Option<u64> {
    number_after(line, "\"monotonic_time_ns\":")
}

fn number_after(line: &str, key: &str) -> Option<u64> {
    let (_, rest) = line.split_once(key)?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
    rest.get(..end)?.parse().ok()
}

fn row(sequence: u32, stamp: u64) -> String {
    let Event {
        duration,
        pid,
        ppid,
        uid,
        exit_code,
        exit,
        name,
        path,
    } = Event::new(sequence);
    format!(
        "{duration:<11} {pid:<7} {ppid:<7} {uid:<7} {exit_code:<10} {sequence:<9} {exit:<11} {stamp:<18} {name:<7} {path}"
    )
}

fn object(sequence: u32, stamp: u64) -> String {
    let Event {
        duration,
        pid,
        ppid,
        uid,
        exit_code,
        exit,
        name,
        path,
    } = Event::new(sequence);
    format!(
        "{{\"duration_ns\":{duration},\"pid\":{pid},\"ppid\":{ppid},\"uid\":{uid},\"exit_code\":{exit_code},\
         \"sequence\":{sequence},\"exit_event\":{exit},\"monotonic_time_ns\":{stamp},\"comm\":\"{name}\",\
         \"filename\":\"{path}\"}}"
    )
}

/// The contents of an event, as `bpf/workload.bpf.c` derives them.
struct Event {
    duration: u64,
    pid: u32,
    ppid: u32,
    uid: u32,
    exit_code: i32,
    exit: &'static str,
    name: &'static str,
    path: &'static str,
}

impl Event {
    fn new(sequence: u32) -> Self {
        let hash = sequence.wrapping_mul(2_654_435_761);
        let exits = sequence & 1 == 1;
        let low = i32::try_from(sequence & 255).unwrap_or(0);
        let text = |texts: &[&'static str; 16]| texts.get((hash >> 28) as usize).copied().unwrap_or("");
        Self {
            duration: if exits { u64::from(hash) * 20 } else { 0 },
            pid: (hash >> 10) + 1,
            ppid: (hash >> 18) + 1,
            uid: if sequence.is_multiple_of(3) { 1000 } else { 0 },
            exit_code: if hash & 7 == 0 { -low } else { 0 },
            exit: if exits { "true" } else { "false" },
            name: text(&NAMES),
            path: text(&PATHS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tool::Format;

    const ROW: &str = "15:20:32  53088715220 2592223 10126   0       0          1         true        1577140747994      \
                       make    /usr/bin/make";

    #[test]
    fn a_row_is_checked_byte_for_byte() {
        assert_eq!(check(ROW, Format::Table), Ok(1));
        assert!(check(&ROW.replace("2592223", "2592224"), Format::Table).is_err());
        assert!(check(&ROW.replace("  make", " make"), Format::Table).is_err());
        assert!(check("15:20:32", Format::Table).is_err());
    }

    #[test]
    fn an_object_is_checked_byte_for_byte() {
        let line = "{\"duration_ns\":0,\"pid\":990141,\"ppid\":3868,\"uid\":0,\"exit_code\":0,\"sequence\":2,\
                    \"exit_event\":false,\"monotonic_time_ns\":1578151828919,\"comm\":\"git\",\"filename\":\"/usr/bin/git\"}";
        assert_eq!(check(line, Format::Json), Ok(2));
        assert!(check(&line.replace("git\"}", "gat\"}"), Format::Json).is_err());
    }
}
