//! What the verifier's log says: why, in which line of C, and what to write instead.

use super::between;
use super::source::places;
use crate::error::{Error, Kind};
use crate::log::keep_end;
use crate::preflight;

/// How much of a verifier's log an error keeps.
const VERIFIER_LOG: usize = 64 * 1024;
const LOG_BEGIN: &str = "-- BEGIN PROG LOAD LOG --\n";
const LOG_END: &str = "-- END PROG LOAD LOG --";

/// What reasons have in them, and what to do. The first that fits counts; the words are those of the kernel's `kernel/bpf/verifier.c`,
/// from 5.10 on.
const HINTS: [(&[&str], &str); 19] = [
    (
        &["_or_null'", "possibly NULL pointer"],
        "the pointer may be NULL: compare it with NULL before it is used",
    ),
    (
        &["invalid access to packet"],
        "compare the end of what is read with data_end first: if (data + sizeof(*header) > data_end) return",
    ),
    (
        &[
            "unbounded memory access",
            "unbounded min value",
            "with unbounded",
            "min value is negative",
            "min value is outside of the allowed memory range",
            "max value is outside of the allowed memory range",
            "invalid access to map value",
            "invalid access to memory",
            "invalid zero-sized read",
            "outside of the allowed memory range",
        ],
        "the index or length has no limit that the verifier sees: compare it with the size right before it is used, or mask it (index & (SIZE - 1))",
    ),
    (
        &["invalid mem access 'scalar'", "invalid mem access 'inv'"],
        "this is a number to the verifier, not a pointer: read with bpf_probe_read_kernel or BPF_CORE_READ, memory of a process with bpf_probe_read_user",
    ),
    (
        &[
            "invalid mem access 'rdonly",
            "cannot write into",
            "the prog is not allowed to write",
        ],
        "this memory is read-only: copy it to a variable of your own, and change that",
    ),
    (
        &[
            "back-edge",
            "infinite loop detected",
            "BPF program is too large",
            "too many instructions",
            "The sequence of",
            "is too complex",
        ],
        "give the loop a limit that is a constant, make that smaller, or use bpf_loop or bpf_for (Linux 5.17, 6.4)",
    ),
    (
        &[
            "combined stack size",
            "stack depth",
            "invalid write to stack",
            "stack limit",
        ],
        "a program and the functions that it calls have 512 bytes of stack: keep large variables in a per-CPU array",
    ),
    (
        &[
            "from stack",
            "invalid indirect",
            "invalid indirect read",
            "invalid read from stack",
        ],
        "not all of the variable has a value: begin with `= {}` or memset, the gaps between its members too",
    ),
    (
        &[
            "Unreleased reference",
            "reference leak",
            "reference has not been released",
        ],
        "what was taken has to be given back on every way to the end: bpf_ringbuf_submit or bpf_ringbuf_discard, bpf_sk_release, bpf_task_release",
    ),
    (
        &["cannot call GPL-restricted function"],
        "the helper is for programs under the GPL: char LICENSE[] SEC(\"license\") = \"GPL\", if the program is",
    ),
    (
        &[
            "program of this type cannot use helper",
            "helper call is not allowed",
            "not allowed in",
        ],
        "this helper is not for programs of this type: find another, or another section",
    ),
    (
        &["unknown func", "invalid func "],
        "the kernel is too old for this helper, or does not have it for programs of this type: `ecli doctor NAME` says which",
    ),
    (
        &["misaligned"],
        "the address is no multiple of the size: copy the bytes with __builtin_memcpy or bpf_probe_read_kernel, or load them one by one",
    ),
    (
        &["R0 !read_ok"],
        "the program may end without a value: return one on every way",
    ),
    (
        &["At program exit the register R0", "At program exit"],
        "programs of this type may return certain values only: those in the brackets",
    ),
    (
        &["!read_ok"],
        "the variable may be used before it has a value: give it one where it is declared",
    ),
    (
        &["dereference of modified ctx"],
        "the context is read at constant places only: copy the member to a variable, and go on with that",
    ),
    (
        &["invalid bpf_context access"],
        "the context of this type of program has no such member, or is read with another size",
    ),
    (
        &["type=ctx expected=", " expected=", "expected pointer"],
        "the argument is of another kind than the helper takes: see the list of expected ones",
    ),
];

/// The part of libbpf's log that the verifier wrote; none if it wrote nothing.
pub(super) fn log_of(log: &str) -> Option<&str> {
    let verifier = log.rsplit_once(LOG_BEGIN).map_or(log, |(_, rest)| rest);
    log.contains(LOG_END)
        .then(|| verifier.split(LOG_END).next().unwrap_or_default().trim_end())
        .filter(|text| !text.trim().is_empty())
}

/// The error of a program that the verifier refused, from its log; none if that says nothing.
pub(super) fn refused(verifier: &str, object: &[u8], program: &str) -> Option<Error> {
    let reason = reason(verifier)?;
    let mut kept = format!("{verifier}\n");
    keep_end(&mut kept, VERIFIER_LOG);
    let error = if let Some(relocation) = between(verifier, "failed to resolve CO-RE relocation", "\n") {
        let what = relocation.split_once("] ").map_or(relocation, |(_, what)| what).trim();
        let what = what.split(" (").next().unwrap_or(what);
        Error::new(
            Kind::KernelLacks,
            format!("it needs {what}, which this kernel does not have"),
        )
        .with_hint("ask with bpf_core_field_exists before it is read, or use a kernel that has it")
    } else {
        let lacks = reason.starts_with("unknown func") || reason.contains("invalid func ");
        // Helpers that read the kernel's memory are gone under lockdown.
        if (lacks || reason.contains("cannot use helper")) && preflight::lockdown_is_why() {
            let lockdown = preflight::lockdown();
            Error::new(Kind::Denied, format!("{}: {reason}", lockdown.message))
                .with_hint(lockdown.hint.unwrap_or_default())
        } else {
            let error = if lacks {
                Error::new(Kind::KernelLacks, format!("this kernel lacks a helper: {reason}"))
            } else {
                Error::new(
                    Kind::VerifierRejected,
                    format!("the kernel's verifier refused it: {reason}"),
                )
            };
            match hint(reason) {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        }
    };
    Some(
        error
            .with_source_lines(places(verifier, reason, object, program))
            .with_verifier_log(kept),
    )
}

fn hint(reason: &str) -> Option<&'static str> {
    let found = HINTS
        .iter()
        .find(|(parts, _)| parts.iter().any(|part| reason.contains(part)));
    found.map(|(_, hint)| *hint)
}

/// The line of a verifier's log that says why: the last one that is not about counting, nor a state that was the same before.
fn reason(log: &str) -> Option<&str> {
    const COUNTS: [&str; 8] = [
        "processed ",
        "verification time",
        "stack depth",
        "peak_states",
        "mark_read",
        "cur state:",
        "old state:",
        // Behind the reference that it is about.
        "BPF_EXIT instruction",
    ];
    log.lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty() && !COUNTS.iter().any(|count| line.starts_with(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_in_a_verifiers_log_is_its_last_line_that_does_not_count() {
        let log =
            "0: (b7) r0 = 0\nR1 invalid mem access 'scalar'\nprocessed 5 insns (limit 1000000) max_states_per_insn 0\n";
        assert_eq!(reason(log), Some("R1 invalid mem access 'scalar'"));
        assert_eq!(reason("processed 1 insns\n"), None);
        let log =
            "infinite loop detected at insn 2\ncur state: R1=0 R10=fp0\nold state: R1=0 R10=fp0\nprocessed 5 insns\n";
        assert_eq!(reason(log), Some("infinite loop detected at insn 2"));
    }

    #[test]
    fn reasons_of_older_kernels_have_hints_too() {
        for (reason, hint) in [
            ("R0 invalid mem access 'map_value_or_null'", "NULL"),
            ("R1 invalid mem access 'inv'", "bpf_probe_read_kernel"),
            ("unknown func bpf_loop#181", "too old"),
            ("back-edge from insn 5 to 2", "loop"),
            (
                "R0 unbounded memory access, make sure to bounds check any such access",
                "limit",
            ),
            ("combined stack size of 2 calls is 544. Too large", "512"),
            ("invalid indirect read from stack off -16+0 size 16", "memset"),
            ("Unreleased reference id=1 alloc_insn=3", "given back"),
            ("misaligned value access off (0x0; 0x0)+1+0 size 4", "multiple"),
            ("R0 !read_ok", "return one"),
            ("R3 !read_ok", "declared"),
        ] {
            assert!(
                super::hint(reason).is_some_and(|found| found.contains(hint)),
                "{reason}"
            );
        }
    }
}
