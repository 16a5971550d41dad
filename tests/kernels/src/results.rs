//! What has come of the cases on each kernel: as data, as words, as a table.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::boot::Booted;
use crate::compare::Outcome;
use crate::console;
use crate::matrix::MACHINE;
use crate::verdict::Verdict;

/// All that one kernel has told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// What the kernel is called here.
    pub(crate) kernel: String,
    /// What it calls itself.
    pub(crate) release: String,
    /// How long it ran.
    pub(crate) seconds: f64,
    /// A line a case.
    pub(crate) verdicts: Vec<Verdict>,
    /// What it complained of.
    pub(crate) splats: Vec<String>,
    /// Why it could not be asked.
    pub(crate) trouble: Option<String>,
    /// Why it was not asked, which is no failure.
    pub(crate) skipped: Option<String>,
}

impl Report {
    /// A kernel that was not asked.
    pub(crate) fn empty(kernel: &str) -> Self {
        Self {
            kernel: kernel.to_owned(),
            release: String::new(),
            seconds: 0.0,
            verdicts: Vec::new(),
            splats: Vec::new(),
            trouble: None,
            skipped: None,
        }
    }

    /// What a boot has left behind, for these cases.
    pub(crate) fn of(kernel: &str, release: &str, cases: &[String], booted: &Booted) -> Result<Self> {
        let lines = fs::read_to_string(&booted.results)?;
        let told: Vec<Verdict> = lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let verdicts = cases.iter().map(|name| {
            let found = told.iter().find(|verdict| verdict.case == *name);
            found.cloned().unwrap_or_else(|| Verdict {
                case: name.clone(),
                outcome: Outcome::Wrong("the kernel came to no verdict: its console says why".to_owned()),
                seconds: 0.0,
            })
        });
        Ok(Self {
            release: release.to_owned(),
            seconds: booted.seconds,
            verdicts: verdicts.collect(),
            splats: console::splats(&booted.console),
            trouble: booted.trouble.clone(),
            ..Self::empty(kernel)
        })
    }

    /// Whether all is as it should be.
    pub(crate) fn is_good(&self) -> bool {
        let right = |verdict: &Verdict| !matches!(verdict.outcome, Outcome::Wrong(_));
        self.trouble.is_none() && self.splats.is_empty() && self.verdicts.iter().all(right)
    }

    /// For a person: a line, and what is wrong below it.
    pub(crate) fn words(&self) -> String {
        if let Some(reason) = &self.skipped {
            return format!("{}: skipped: {reason}\n", self.kernel);
        }
        let count = |wanted: fn(&Outcome) -> bool| self.verdicts.iter().filter(|it| wanted(&it.outcome)).count();
        let mut text = format!(
            "{} ({}): {} work, {} are refused as expected, {} are wrong; {:.0} s\n",
            self.kernel,
            self.release,
            count(|outcome| *outcome == Outcome::Works),
            count(|outcome| matches!(outcome, Outcome::Refused(_))),
            count(|outcome| matches!(outcome, Outcome::Wrong(_))),
            self.seconds,
        );
        for verdict in &self.verdicts {
            if let Outcome::Wrong(what) = &verdict.outcome {
                text.push_str(&indented(&format!("{}: {what}", verdict.case)));
            }
        }
        for splat in &self.splats {
            text.push_str(&indented(&format!("the kernel complains: {splat}")));
        }
        if let Some(trouble) = &self.trouble {
            text.push_str(&indented(trouble));
        }
        text
    }

    /// Write it down.
    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(folder.join(format!("{}.json", self.kernel)), text)?;
        Ok(())
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// The table of what works where, for cases with what each is.
pub(crate) fn table(cases: &[(String, String)], reports: &[Report]) -> String {
    let asked: Vec<&Report> = reports.iter().filter(|report| !report.verdicts.is_empty()).collect();
    let mut text =
        "# What works where\n\nWritten by `make kernels KERNELS=all`. A number is the reason why not, below.\n\n"
            .to_owned();
    let mut reasons: Vec<&str> = Vec::new();
    let mut row = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        writeln!(text, "| {} |", cells.join(" | ")).ok();
    };
    let names = asked.iter().map(|report| report.kernel.clone());
    row(&mut std::iter::once("case".to_owned()).chain(names));
    row(&mut std::iter::repeat_n("---".to_owned(), asked.len() + 1));
    for (case, _) in cases {
        let cells = asked.iter().map(|report| {
            let verdict = report.verdicts.iter().find(|verdict| verdict.case == *case);
            match verdict.map(|verdict| &verdict.outcome) {
                Some(Outcome::Works) => "ok".to_owned(),
                Some(Outcome::Refused(why)) => {
                    let number = reasons.iter().position(|reason| reason == why).unwrap_or_else(|| {
                        reasons.push(why);
                        reasons.len() - 1
                    });
                    format!("[{}]", number + 1)
                }
                Some(Outcome::Wrong(_)) => "**wrong**".to_owned(),
                None => String::new(),
            }
        });
        row(&mut std::iter::once(case.clone()).chain(cells));
    }
    text.push('\n');
    for (number, reason) in reasons.iter().enumerate() {
        writeln!(text, "{}. {reason}", number + 1).ok();
    }
    text.push_str("\n## The cases\n\n");
    for (case, what) in cases {
        writeln!(text, "* `{case}`: {what}").ok();
    }
    text.push_str("\n## The kernels\n\n");
    for report in reports {
        match &report.skipped {
            Some(reason) => writeln!(
                text,
                "* {}: not there: {}",
                report.kernel,
                reason.lines().next().unwrap_or_default()
            ),
            // Of the machine's own the version says enough.
            None if report.kernel == MACHINE => {
                let version = report.release.split(['-', '+']).next();
                writeln!(
                    text,
                    "* {MACHINE}: {}, where the table was made",
                    version.unwrap_or_default()
                )
            }
            None => writeln!(text, "* {}: {}", report.kernel, report.release),
        }
        .ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: &[(&str, Outcome)]) -> Report {
        let mut report = Report::empty("amd64-6.1");
        report.verdicts = outcomes
            .iter()
            .map(|(case, outcome)| Verdict {
                case: (*case).to_owned(),
                outcome: outcome.clone(),
                seconds: 1.0,
            })
            .collect();
        report
    }

    #[test]
    fn one_wrong_case_or_complaint_is_a_failure() {
        let refused = Outcome::Refused("no kprobes".to_owned());
        let mut good = report(&[("a", Outcome::Works), ("b", refused)]);
        assert!(good.is_good());
        good.splats.push("WARNING: CPU: 0".to_owned());
        assert!(!good.is_good());
        assert!(good.words().contains("  the kernel complains: WARNING: CPU: 0"));
        let bad = report(&[("a", Outcome::Works), ("b", Outcome::Wrong("it works".to_owned()))]);
        assert!(!bad.is_good());
        assert!(bad.words().contains("  b: it works"));
    }

    #[test]
    fn a_case_without_a_verdict_is_wrong() {
        let folder = std::env::temp_dir().join(format!("kernels-results-{}", std::process::id()));
        let line = r#"{"case":"a","outcome":"works","seconds":1.5}"#;
        fs::write(&folder, format!("{line}\n{{\"case\":\"b\",\"outc")).unwrap();
        let booted = Booted {
            console: String::new(),
            results: folder.clone(),
            seconds: 3.0,
            trouble: None,
        };
        let report = Report::of("amd64-6.1", "6.1.0", &["a".to_owned(), "b".to_owned()], &booted).unwrap();
        fs::remove_file(folder).unwrap();
        assert_eq!(report.verdicts[0].outcome, Outcome::Works);
        assert!(matches!(report.verdicts[1].outcome, Outcome::Wrong(_)));
        assert!(!report.is_good());
    }

    #[test]
    fn the_table_has_a_reason_once() {
        let refused = || Outcome::Refused("no kprobes".to_owned());
        let cases = [("a", "first"), ("b", "second")].map(|(name, what)| (name.to_owned(), what.to_owned()));
        let text = table(&cases, &[report(&[("a", refused()), ("b", refused())])]);
        assert!(text.contains("| a | [1] |\n| b | [1] |\n\n1. no kprobes\n"), "{text}");
        assert!(text.contains("* `b`: second\n"));
    }
}
