//! Sections of programs as libbpf knows them: what programs in them are, and what is meant by one that it does not know.

use package::Program;

use crate::log::{Level, record_to};
use crate::raw::c_string;

/// Type and expected attach type (`BPF_PROG_TYPE_*`, `BPF_*`) of programs in a section of this name.
pub(crate) fn types(section: &str) -> Option<(u32, u32)> {
    look_up(section, Level::Warn).ok()
}

/// The same, or what libbpf says to that.
fn look_up(section: &str, level: Level) -> Result<(u32, u32), String> {
    let name = c_string(section).map_err(|_| String::new())?;
    let (mut kind, mut attach) = (0, 0);
    // SAFETY: the name and both targets live through the call.
    let (code, log) = record_to(level, || unsafe {
        libbpf_sys::libbpf_prog_type_by_name(name.as_ptr(), &raw mut kind, &raw mut attach)
    });
    if code == 0 { Ok((kind, attach)) } else { Err(log) }
}

/// What a program is loaded as: the package may say another section than the source. None where libbpf knows neither.
pub(crate) fn types_of(program: &Program) -> Option<(u32, u32)> {
    let section = program.attach.as_deref().unwrap_or(&program.section);
    types(section).or_else(|| types(&program.section))
}

/// Whether libbpf knows what a program is.
pub fn is_known(program: &Program) -> bool {
    types_of(program).is_some()
}

/// What to do about a section that libbpf does not know.
pub fn hint_for(section: &str) -> String {
    match meant(section) {
        Some(meant) => format!("did you mean SEC(\"{meant}\")?"),
        None => "name the section as libbpf does: tp/CATEGORY/NAME, kprobe/FUNCTION, xdp".into(),
    }
}

/// The section that libbpf knows and that this one is like: a slip of two letters, or of one where it is short, or colons in place of
/// slashes, as other programs have them.
fn meant(section: &str) -> Option<String> {
    let begin = section.split(['/', ':']).next().unwrap_or_default();
    let rest = section.get(begin.len() + 1..).filter(|rest| !rest.is_empty());
    let all = known();
    let place = |kind: &str| match (kind, rest?) {
        // Its parts as well; elsewhere they may be a file's and a function's.
        ("tp" | "tracepoint", rest) => Some(format!("{kind}/{}", rest.replace(':', "/"))),
        (_, rest) => Some(format!("{kind}/{rest}")),
    };
    let meant = all.iter().filter_map(|known| match known.strip_suffix('+') {
        // The place is whatever stands behind it.
        Some(kind) => Some((slips(begin, kind)?, place(kind)?)),
        // Of these, the name is all: whatever stands behind it is too much.
        None => Some((
            slips(section, known).or_else(|| (begin == *known).then_some(0))?,
            (*known).to_owned(),
        )),
    });
    let (_, meant) = meant.min_by_key(|(slips, _)| *slips)?;
    (meant != section && types(&meant).is_some()).then_some(meant)
}

/// Those that libbpf knows, with a `+` where a place stands behind. It says so to whoever asks for another.
fn known() -> Vec<String> {
    const NONE: &str = "none of these";
    let log = look_up(NONE, Level::Debug).err().unwrap_or_default();
    let list = log.lines().find_map(|line| line.split_once("names are:"));
    let list = list.map_or("", |(_, list)| list);
    list.split_whitespace().map(str::to_owned).collect()
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
    fn libbpf_says_what_it_knows() {
        let known = known();
        for section in [
            "kprobe+",
            "tp+",
            "uretprobe.s+",
            "cgroup/connect4",
            "xdp",
            "tcx/ingress",
            "struct_ops+",
        ] {
            assert!(known.iter().any(|known| known == section), "{section}: {known:?}");
        }
        for section in &known {
            let section = section.replace('+', "/x");
            assert!(types(&section).is_some(), "{section}");
        }
    }

    #[test]
    fn a_slip_is_told_and_nothing_else() {
        for (section, expected) in [
            ("kprob/vfs_read", Some("kprobe/vfs_read")),
            ("krpobe/vfs_read", Some("kprobe/vfs_read")),
            ("kprobe:vfs_read", Some("kprobe/vfs_read")),
            ("tracepiont/sched/sched_switch", Some("tracepoint/sched/sched_switch")),
            ("tracepoint:sched:sched_switch", Some("tracepoint/sched/sched_switch")),
            ("uprob//bin/bash:readline", Some("uprobe//bin/bash:readline")),
            ("usdt.s", None),
            ("fentri.s/vfs_read", Some("fentry.s/vfs_read")),
            ("tb_btf/sched_switch", Some("tp_btf/sched_switch")),
            ("cgroup/conect4", Some("cgroup/connect4")),
            ("xpd", Some("xdp")),
            ("xdp/mine", Some("xdp")),
            ("tc/my_filter", Some("tc")),
            ("tcx/ingres", Some("tcx/ingress")),
            ("kprob", None),
            ("my/own", None),
            ("", None),
            ("/", None),
            ("é/é", None),
        ] {
            assert_eq!(meant(section).as_deref(), expected, "{section}");
        }
        assert!(hint_for("my/own").starts_with("name the section"));
    }
}
