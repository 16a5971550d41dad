//! What became of the sources, grouped by cause.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// What became of one source.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// With what is wrong.
    NotCompiled(String),
    /// With what the kernel or the loader says.
    NotLoaded(String),
    /// Its author wanted the verifier to refuse it.
    RefusedOnPurpose,
    Loaded,
}

/// All sources so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    loaded: usize,
    refused_on_purpose: usize,
    not_compiled: Groups,
    not_loaded: Groups,
}

/// Sources by what their causes have in common, each with its cause in full.
#[derive(Debug, Default)]
struct Groups(BTreeMap<String, Vec<(String, String)>>);

impl Report {
    pub(crate) fn add(&mut self, source: &Path, outcome: Outcome) {
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match outcome {
            Outcome::NotCompiled(cause) => self.not_compiled.add(name, cause),
            Outcome::NotLoaded(cause) => self.not_loaded.add(name, cause),
            Outcome::RefusedOnPurpose => self.refused_on_purpose += 1,
            Outcome::Loaded => self.loaded += 1,
        }
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let compiled = self.loaded + self.refused_on_purpose + self.not_loaded.len();
        self.not_compiled.print("not compiled", out)?;
        self.not_loaded.print("compiled and not loaded", out)?;
        writeln!(out, "{} sources", compiled + self.not_compiled.len())?;
        writeln!(out, "{compiled} compile as they are")?;
        writeln!(out, "{} load here", self.loaded)?;
        writeln!(
            out,
            "{} are refused by the verifier and say themselves that some of their programs should be",
            self.refused_on_purpose
        )
    }
}

impl Groups {
    fn add(&mut self, name: String, cause: String) {
        self.0.entry(common_part(&cause)).or_default().push((name, cause));
    }

    fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The largest group first.
    fn print(&self, what: &str, out: &mut impl Write) -> io::Result<()> {
        let mut groups: Vec<_> = self.0.iter().collect();
        groups.sort_by_key(|(_, sources)| std::cmp::Reverse(sources.len()));
        for (cause, sources) in groups {
            writeln!(out, "{} {what}: {cause}", sources.len())?;
            for (name, cause) in sources {
                writeln!(out, "    {name}: {cause}")?;
            }
        }
        writeln!(out)
    }
}

/// A cause without what is particular to one source: what is quoted, numbers, C names. A header that is missing stays, since it often
/// is the same one; of what the verifier says there are as many kinds as programs.
fn common_part(cause: &str) -> String {
    if cause.contains("file not found") {
        return cause.to_owned();
    }
    let cause = match cause.split_once("refused it: ") {
        Some((head, _)) => format!("{head}refused it"),
        None => cause.to_owned(),
    };
    let mut common: Vec<&str> = Vec::new();
    let mut before = "";
    for word in cause.split(' ') {
        let bare = word.trim_end_matches([',', '.', ':', ';', '?']);
        let is_particular = bare.starts_with(['\'', '"'])
            || bare.ends_with(['\'', '"'])
            || word.contains('_')
            || word.chars().any(|c| c.is_ascii_digit())
            || matches!(before, "program" | "map") && word != "that"
            || before == "no" && word.ends_with(',');
        common.push(if is_particular { "…" } else { word });
        before = word;
    }
    common.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_that_differ_in_names_only_are_one_group() {
        for (left, right) in [
            ("unknown type name 'a'", "unknown type name 'bcd'"),
            (
                "no member named 'a' in 'struct b'",
                "no member named 'c' in 'struct defg'",
            ),
            (
                "loading: this kernel has no dummy, which",
                "loading: this kernel has no a_b, which",
            ),
            (
                "program x cannot be loaded: R1 has 3",
                "program y_z cannot be loaded: R2 has 17",
            ),
            (
                "the verifier: program x cannot be loaded: the kernel's verifier refused it: a",
                "the verifier: program y cannot be loaded: the kernel's verifier refused it: b c",
            ),
        ] {
            assert_eq!(common_part(left), common_part(right));
        }
        assert_ne!(common_part("'a.h' file not found"), common_part("'b.h' file not found"));
    }

    #[test]
    fn the_numbers_add_up() {
        let mut report = Report::default();
        report.add(Path::new("x/a.c"), Outcome::Loaded);
        report.add(Path::new("x/b.c"), Outcome::RefusedOnPurpose);
        report.add(Path::new("x/c.c"), Outcome::NotCompiled("unknown type name 'q'".into()));
        report.add(Path::new("x/d.c"), Outcome::NotCompiled("unknown type name 'r'".into()));
        report.add(Path::new("x/e.c"), Outcome::NotLoaded("no such thing".into()));
        let mut out = Vec::new();
        report.print(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("2 not compiled: unknown type name …\n    c.c: unknown type name 'q'\n"),
            "{text}"
        );
        assert!(
            text.contains("5 sources\n3 compile as they are\n1 load here\n1 are refused"),
            "{text}"
        );
    }
}
