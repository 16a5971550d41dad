//! What a kernel's console says.

/// What `init` says when all is mounted and loaded.
const READY: &str = "init: ready";
/// What it says last.
const ENDED: &str = "init: ended with ";

/// What a kernel writes when something is wrong with itself; a line that has one of these.
const SPLATS: &[&str] = &[
    "BUG:",
    "WARNING:",
    "Oops:",
    "Kernel panic",
    "general protection fault",
    "Unable to handle kernel",
    "soft lockup",
    "hard LOCKUP",
    "self-detected stall",
    "detected stalls",
    "blocked for more than",
    "possible circular locking",
    "suspicious RCU usage",
    "UBSAN:",
    "KASAN:",
    "refcount_t:",
    "Call trace:",
    "Call Trace:",
];

/// Whether the kernel came as far as running the payload.
pub(crate) fn is_ready(console: &str) -> bool {
    console.lines().any(|line| line.contains(READY))
}

/// The payload's exit status, if it came to an end.
pub(crate) fn exit(console: &str) -> Option<i32> {
    let line = console.lines().find_map(|line| line.split_once(ENDED))?.1;
    line.trim().parse().ok()
}

/// Its last lines.
pub(crate) fn end(console: &str) -> String {
    let lines: Vec<&str> = console.lines().collect();
    lines
        .get(lines.len().saturating_sub(20)..)
        .unwrap_or_default()
        .join("\n")
}

/// The complaints of a kernel, each with some lines of what follows it.
pub(crate) fn splats(console: &str) -> Vec<String> {
    let lines: Vec<&str> = console.lines().collect();
    let mut found = Vec::new();
    let mut next = 0;
    for (number, line) in lines.iter().enumerate() {
        if number < next || !SPLATS.iter().any(|splat| line.contains(splat)) {
            continue;
        }
        next = (number + 20).min(lines.len());
        found.push(lines.get(number..next).unwrap_or_default().join("\n"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "[    1.2] random: crng init done\ninit: ready\r\ninit: ended with 0\r\n[    9.1] reboot: Power down\n";

    #[test]
    fn a_quiet_console_has_no_complaints() {
        assert!(is_ready(GOOD));
        assert_eq!(exit(GOOD), Some(0));
        assert_eq!(splats(GOOD), Vec::<String>::new());
    }

    #[test]
    fn complaints_are_found_with_what_follows() {
        for line in [
            "[   12.1] WARNING: CPU: 0 PID: 77 at kernel/bpf/verifier.c:1 do_check+0x1/0x2",
            "[   12.1] BUG: kernel NULL pointer dereference, address: 0000000000000008",
            "[   40.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [ecli:81]",
            "[   61.0] rcu: INFO: rcu_preempt self-detected stall on CPU",
            "[   61.0] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:",
            "[  242.0] INFO: task ecli:81 blocked for more than 120 seconds.",
            "[    3.0] Kernel panic - not syncing: Attempted to kill init!",
            "[    3.0] Unable to handle kernel paging request at virtual address 0000000000000010",
        ] {
            let console = GOOD.replace(
                "init: ended",
                &format!("{line}\n[   12.1] Modules linked in: veth\ninit: ended"),
            );
            let found = splats(&console);
            assert_eq!(found.len(), 1, "{line}");
            assert!(
                found[0].starts_with(line) && found[0].contains("Modules linked in: veth"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn one_complaint_is_one() {
        let console = "WARNING: CPU: 0\nCall Trace:\n <TASK>\n".to_owned() + &"line\n".repeat(30) + "BUG: another\n";
        assert_eq!(splats(&console).len(), 2);
    }

    #[test]
    fn a_panic_leaves_no_end() {
        let console = "init: ready\n[    3.0] Kernel panic - not syncing\n";
        assert_eq!((is_ready(console), exit(console)), (true, None));
        assert!(!is_ready("[    0.1] booting"));
    }
}
