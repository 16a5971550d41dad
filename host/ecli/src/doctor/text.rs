//! What was found, for people: a line a check, below it what to do, and a verdict at the end.

use runtime::preflight::State;

use super::Report;
use crate::inspect::clean;

/// As wide as the longest state and the blanks behind it.
const STATE: usize = 9;

pub(super) fn report(of: &Report) -> String {
    let mut text = String::new();
    for finding in &of.findings {
        let state = match finding.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Missing => "missing",
        };
        text += &format!("{state:STATE$}{}: {}\n", clean(&finding.check), clean(&finding.message));
        if let Some(hint) = finding.hint.as_ref().filter(|_| finding.state != State::Ok) {
            text += &format!("{:STATE$}hint: {}\n", "", clean(hint));
        }
    }
    text + "\n" + &verdict(of)
}

fn verdict(of: &Report) -> String {
    let who = of.name.as_deref().map_or("tools".into(), clean);
    let warnings = of.findings.iter().filter(|finding| finding.state != State::Ok).count() - of.preventing();
    match (of.preventing(), warnings) {
        (0, 0) => format!("{who} can run\n"),
        (0, _) => format!("{who} can run, but for what the warnings and missing hooks say\n"),
        (1, _) => format!("{who} cannot run: 1 thing that is needed is missing\n"),
        (count, _) => format!("{who} cannot run: {count} things that are needed are missing\n"),
    }
}
