//! Sections of programs that libbpf does not know, and what they were meant to be.

use crate::names::program_type;

/// How sections begin that name a place: `SEC_DEF` with a `+` in libbpf's `libbpf.c`. Those of programs that may sleep end in `.s`.
const PLACED: [&str; 35] = [
    "kprobe",
    "kretprobe",
    "kprobe.multi",
    "kretprobe.multi",
    "kprobe.session",
    "uprobe",
    "uretprobe",
    "uprobe.multi",
    "uretprobe.multi",
    "uprobe.session",
    "ksyscall",
    "kretsyscall",
    "usdt",
    "tp",
    "tracepoint",
    "raw_tp",
    "raw_tracepoint",
    "raw_tp.w",
    "raw_tracepoint.w",
    "tp_btf",
    "fentry",
    "fentry.s",
    "fexit",
    "fexit.s",
    "fmod_ret",
    "fmod_ret.s",
    "freplace",
    "lsm",
    "lsm.s",
    "lsm_cgroup",
    "iter",
    "iter.s",
    "struct_ops",
    "struct_ops.s",
    "uprobe.s",
];

/// Sections that are names as they stand: the others.
const WHOLE: [&str; 61] = [
    "action",
    "cgroup/bind4",
    "cgroup/bind6",
    "cgroup/connect4",
    "cgroup/connect6",
    "cgroup/connect_unix",
    "cgroup/dev",
    "cgroup/getpeername4",
    "cgroup/getpeername6",
    "cgroup/getpeername_unix",
    "cgroup/getsockname4",
    "cgroup/getsockname6",
    "cgroup/getsockname_unix",
    "cgroup/getsockopt",
    "cgroup/post_bind4",
    "cgroup/post_bind6",
    "cgroup/recvmsg4",
    "cgroup/recvmsg6",
    "cgroup/recvmsg_unix",
    "cgroup/sendmsg4",
    "cgroup/sendmsg6",
    "cgroup/sendmsg_unix",
    "cgroup/setsockopt",
    "cgroup/skb",
    "cgroup/sock",
    "cgroup/sock_create",
    "cgroup/sock_release",
    "cgroup/sysctl",
    "cgroup_skb/egress",
    "cgroup_skb/ingress",
    "classifier",
    "flow_dissector",
    "lirc_mode2",
    "lwt_in",
    "lwt_out",
    "lwt_seg6local",
    "lwt_xmit",
    "netfilter",
    "netkit/peer",
    "netkit/primary",
    "perf_event",
    "sk_lookup",
    "sk_msg",
    "sk_reuseport",
    "sk_reuseport/migrate",
    "sk_skb",
    "sk_skb/stream_parser",
    "sk_skb/stream_verdict",
    "sk_skb/verdict",
    "socket",
    "sockops",
    "syscall",
    "tc",
    "tc/egress",
    "tc/ingress",
    "tcx/egress",
    "tcx/ingress",
    "xdp",
    "xdp.frags",
    "xdp/cpumap",
    "xdp/devmap",
];

/// What to do about a section that libbpf does not know.
pub fn hint_for(section: &str) -> String {
    match meant(section) {
        Some(meant) => format!("did you mean SEC(\"{meant}\")?"),
        None => "name the section as libbpf does: tp/CATEGORY/NAME, kprobe/FUNCTION, xdp".into(),
    }
}

/// The section that libbpf knows and that this one is like: a slip of two letters, or of one where it is short, or colons between its
/// parts, as other programs have them.
fn meant(section: &str) -> Option<String> {
    let parts = section.replace(':', "/");
    let begin = parts.split('/').next().unwrap_or_default();
    let rest = parts.get(begin.len()..).unwrap_or_default();
    let placed = PLACED
        .iter()
        .filter(|_| rest.len() > 1)
        .filter_map(|known| Some((slips(begin, known)?, format!("{known}{rest}"))));
    let whole = WHOLE
        .iter()
        .filter_map(|known| Some((slips(&parts, known)?, (*known).to_owned())));
    let (_, meant) = placed.chain(whole).min_by_key(|(slips, _)| *slips)?;
    (meant != section && program_type(&meant).is_some()).then_some(meant)
}

/// By how many letters two words differ, if one may be a slip of the other.
fn slips(word: &str, known: &str) -> Option<usize> {
    let most = if known.len() > 5 { 2 } else { 1 };
    // Nobody mistypes that much.
    let near = word.len().abs_diff(known.len()) <= most;
    near.then(|| strsim::osa_distance(word, known))
        .filter(|slips| *slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libbpf_knows_all_that_is_proposed() {
        for section in WHOLE {
            assert!(program_type(section).is_some(), "{section}");
        }
        for begin in PLACED {
            assert!(program_type(&format!("{begin}/x")).is_some(), "{begin}");
        }
    }

    #[test]
    fn a_slip_is_told_and_nothing_else() {
        for (section, expected) in [
            ("kprob/vfs_read", Some("kprobe/vfs_read")),
            ("krpobe/vfs_read", Some("kprobe/vfs_read")),
            ("tracepiont/sched/sched_switch", Some("tracepoint/sched/sched_switch")),
            ("tracepoint:sched:sched_switch", Some("tracepoint/sched/sched_switch")),
            ("tb_btf/sched_switch", Some("tp_btf/sched_switch")),
            ("cgroup/conect4", Some("cgroup/connect4")),
            ("xpd", Some("xdp")),
            ("tcx/ingres", Some("tcx/ingress")),
            ("kprob", None),
            ("my/own", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(meant(section).as_deref(), expected, "{section}");
        }
        assert!(hint_for("my/own").starts_with("name the section"));
    }
}
