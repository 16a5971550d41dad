//! The registers of functions' arguments for architectures other than the one that the types are from.
//!
//! libbpf's `bpf_tracing.h` looks into one struct an architecture: `struct pt_regs`, or what the kernel shows user space in its place.
//! Their layouts are from the kernel's `arch/*/include/uapi/asm/ptrace.h`, and `asm/ptrace.h` where that one has none.

use std::fmt::Write as _;
use std::ops::Range;

use package::Words;

/// What the structs are called somewhere.
const NAMES: [&str; 3] = ["pt_regs", "user_pt_regs", "user_regs_struct"];

/// Structs with registers inside that programs name instead of these.
const CONTAINERS: [&str; 1] = ["bpf_perf_event_data"];

const STRUCTS: [(&str, &str); 8] = [
    (
        "x86",
        "struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};",
    ),
    (
        "arm64",
        "struct user_pt_regs {
	unsigned long long regs[31];
	unsigned long long sp, pc, pstate;
};
struct pt_regs {
	union {
		struct user_pt_regs user_regs;
		struct {
			unsigned long long regs[31];
			unsigned long long sp, pc, pstate;
		};
	};
	unsigned long long orig_x0;
	int syscallno;
};",
    ),
    (
        "riscv",
        "struct user_regs_struct {
	unsigned long pc, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;
	unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
};
struct pt_regs {
	unsigned long epc, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;
	unsigned long s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
	unsigned long status, badaddr, cause, orig_a0;
};",
    ),
    (
        "s390",
        "typedef struct {
	unsigned long args[1];
	struct {
		unsigned long mask, addr;
	} psw;
	unsigned long gprs[16];
} user_pt_regs;
struct pt_regs {
	union {
		user_pt_regs user_regs;
		struct {
			unsigned long args[1];
			struct {
				unsigned long mask, addr;
			} psw;
			unsigned long gprs[16];
		};
	};
	unsigned long orig_gpr2;
};",
    ),
    (
        "powerpc",
        "struct pt_regs {
	unsigned long gpr[32];
	unsigned long nip, msr, orig_gpr3, ctr, link, xer, ccr, softe, trap, dar, dsisr, result;
};",
    ),
    (
        "loongarch",
        "struct user_pt_regs {
	unsigned long regs[32];
	unsigned long orig_a0, csr_era, csr_badv, reserved[10];
};
struct pt_regs {
	unsigned long regs[32];
	unsigned long orig_a0, csr_era, csr_badvaddr, csr_crmd, csr_prmd, csr_euen, csr_ecfg, csr_estat;
};",
    ),
    (
        "arm",
        "struct pt_regs {
	unsigned int uregs[18];
};",
    ),
    (
        "mips",
        "struct pt_regs {
	unsigned long regs[32];
	unsigned long cp0_status, hi, lo, cp0_badvaddr, cp0_cause, cp0_epc;
};",
    ),
];

/// What stands around the registers in a header.
const BEGIN: &str = "/* Registers. */\n";
const END: &str = "/* End of the registers. */\n";

/// In a header with the types of a kernel of architecture `own`, lets programs for other architectures have the registers of those.
/// A header without registers stays as it is, and so does one of a kernel whose architecture is not known.
pub(super) fn add_others(header: String, own: Option<&str>) -> String {
    let mut blocks: Vec<Range<usize>> = NAMES.iter().filter_map(|name| definition(&header, name)).collect();
    blocks.sort_unstable_by_key(|block| block.start);
    let (Some(own), Some(first)) = (own, blocks.first()) else {
        return header;
    };
    let others: Vec<_> = STRUCTS.iter().filter(|(name, _)| *name != own).collect();
    let conditions: Vec<_> = others
        .iter()
        .map(|(name, _)| format!("!defined(__TARGET_ARCH_{name})"))
        .collect();
    let mut text = String::with_capacity(header.len() + 8192);
    text.push_str(header.get(..first.start).unwrap_or_default());
    text.push_str(BEGIN);
    for (name, structs) in &others {
        // Writing to a string does not fail.
        let _ = write!(text, "#ifdef __TARGET_ARCH_{name}\n{structs}\n#endif\n");
    }
    let mut end = first.start;
    for block in blocks {
        // What stands between two of them may be needed by the second.
        text.push_str(header.get(end..block.start).unwrap_or_default());
        let structs = header.get(block.clone()).unwrap_or_default();
        let _ = write!(text, "#if {}\n{structs}#endif\n", conditions.join(" && "));
        end = block.end;
    }
    text.push_str(END);
    text.push_str(header.get(end..).unwrap_or_default());
    text
}

/// Whether a text with these words needs the registers of a header.
pub(super) fn are_named(words: &Words<'_>) -> bool {
    NAMES.iter().chain(&CONTAINERS).any(|name| words.program.contains(name))
}

/// The header without the registers that [`add_others`] has marked, which are declared only, and without what contains them.
pub(super) fn leave_out(header: &str) -> String {
    let parts = header.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = parts else {
        return header.to_owned();
    };
    let mut text = format!("{before}struct pt_regs;\n{after}");
    for name in CONTAINERS {
        if let Some(block) = definition(&text, name) {
            text.replace_range(block, "");
        }
    }
    text
}

/// Where `struct NAME` is defined, from its first byte to after its last line.
fn definition(header: &str, name: &str) -> Option<Range<usize>> {
    let start = header.find(&format!("\nstruct {name} {{\n"))? + 1;
    let rest = header.get(start..)?;
    let last = rest.find("\n}")? + 1;
    let end = rest.get(last..)?.find('\n')? + last + 1;
    Some(start..start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERNEL: &str = "typedef int a;\n\nstruct user_pt_regs {\n\tint regs[31];\n};\n\nstruct pt_regs {\n\tunion {\n\t\tint x;\n\t};\n} \
        __attribute__((aligned(16)));\n\nstruct other {\n\tstruct pt_regs regs;\n};\n";

    #[test]
    fn an_architecture_keeps_its_own_registers_and_the_others_get_theirs() {
        let text = add_others(KERNEL.into(), Some("arm64"));
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (registers, after) = rest.split_once(END).unwrap();
        assert_eq!(before, "typedef int a;\n\n");
        assert!(after.starts_with("\nstruct other {"), "{after}");
        assert!(registers.starts_with("#ifdef __TARGET_ARCH_x86\nstruct pt_regs {\n\tunsigned long r15,"));
        assert!(!registers.contains("orig_x0") && !registers.contains("!defined(__TARGET_ARCH_arm64)"));
        let own = "__attribute__((aligned(16)));\n#endif\n";
        assert!(registers.ends_with(own), "{registers}");
        let data = "\nstruct bpf_perf_event_data {\n\tstruct pt_regs regs;\n};\n";
        assert_eq!(
            leave_out(&(text.clone() + data)),
            format!("{before}struct pt_regs;\n{after}\n")
        );
    }

    #[test]
    fn a_header_without_registers_stays_as_it_is() {
        for (header, own) in [
            ("struct pt_regs;\n", Some("x86")),
            (KERNEL, None),
            ("\nstruct pt_regs {\n", Some("x86")),
        ] {
            assert_eq!(add_others(header.into(), own), header);
            assert_eq!(leave_out(header), header);
        }
    }
}
