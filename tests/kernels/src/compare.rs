//! Whether a run ended as it should.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::expect::{Values, filled, fits, is_line};

/// What must come of a case on one kernel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expectation {
    /// It works.
    Works(Expected),
    /// The tool fails, and says so in a line of this pattern.
    Fails {
        /// The pattern.
        error: String,
        /// What is missing.
        why: String,
    },
}

/// How a run that works ends.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Expected {
    /// Lines that must be printed.
    pub(crate) stdout: Vec<Value>,
    /// Lines that must not be printed.
    pub(crate) never: Vec<Value>,
    /// Patterns of lines of standard error.
    pub(crate) stderr: Vec<String>,
    /// The exit status.
    pub(crate) exit: i32,
}

/// How a run has ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ended {
    /// The exit status; 128 and the signal's number if it was one; none if it had to be killed.
    pub(crate) exit: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// What went wrong around it; empty if nothing did.
    pub(crate) trouble: String,
}

/// What has come of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "text", rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// It works, as expected.
    Works,
    /// It does not, as expected, for this reason.
    Refused(String),
    /// It ended in another way than expected: what, and all that was written.
    Wrong(String),
}

impl Expected {
    /// The lines that have not been printed yet.
    pub(crate) fn missing<'line>(&'line self, stdout: &str, values: &Values) -> Vec<&'line Value> {
        let there = |wanted: &Value| stdout.lines().any(|line| is_line(wanted, line, values));
        self.stdout.iter().filter(|wanted| !there(wanted)).collect()
    }

    fn differences(&self, ended: &Ended, values: &Values) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.missing(&ended.stdout, values) {
            found.push(format!("stdout has no line {}", shown(line, values)));
        }
        for line in &self.never {
            if let Some(printed) = ended.stdout.lines().find(|printed| is_line(line, printed, values)) {
                found.push(format!("stdout has a line that it should not have: {printed}"));
            }
        }
        for pattern in &self.stderr {
            if !ended.stderr.lines().any(|line| fits(&filled(pattern, values), line)) {
                found.push(format!("stderr has no line {pattern}"));
            }
        }
        if ended.exit != Some(self.exit) {
            found.push(format!("expected exit status {}, {}", self.exit, said(ended.exit)));
        }
        found
    }
}

/// What comes of a run that ended so.
pub(crate) fn compare(expectation: &Expectation, works: &Expected, ended: &Ended, values: &Values) -> Outcome {
    let differences = match expectation {
        _ if !ended.trouble.is_empty() => vec![ended.trouble.trim_end().to_owned()],
        Expectation::Works(expected) => expected.differences(ended, values),
        Expectation::Fails { error, why } => {
            let said_so = ended.stderr.lines().any(|line| fits(&filled(error, values), line));
            if said_so && !matches!(ended.exit, None | Some(0)) {
                return Outcome::Refused(why.clone());
            }
            if works.differences(ended, values).is_empty() {
                vec![format!("it works, and should not: {why}")]
            } else if said_so {
                vec![format!("it says what was expected, {}", said(ended.exit))]
            } else {
                vec![format!("expected a failure with {error}, {}", said(ended.exit))]
            }
        }
    };
    if differences.is_empty() {
        Outcome::Works
    } else {
        Outcome::Wrong(format!("{}\n{}", differences.join("\n"), written(ended)))
    }
}

fn shown(line: &Value, values: &Values) -> String {
    filled(&line.to_string(), values)
}

fn said(exit: Option<i32>) -> String {
    match exit {
        Some(exit) => format!("and it was {exit}"),
        None => "and it did not end".to_owned(),
    }
}

/// All that it wrote, as far as anybody reads.
fn written(ended: &Ended) -> String {
    const MOST: usize = 40;
    let shown = |text: &str| {
        let lines: Vec<String> = text.lines().map(|line| format!("  | {line}\n")).collect();
        if lines.len() <= MOST {
            return lines.concat();
        }
        let (first, last) = (lines.get(..MOST / 2), lines.get(lines.len() - MOST / 2..));
        let left_out = format!("  | … {} more lines\n", lines.len() - MOST / 2 * 2);
        first.unwrap_or_default().concat() + &left_out + &last.unwrap_or_default().concat()
    };
    format!("  stdout:\n{}  stderr:\n{}", shown(&ended.stdout), shown(&ended.stderr))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn works() -> Expected {
        Expected {
            stdout: vec![json!({"comm": "sh", "sig": 10})],
            never: vec![json!({"sig": 17})],
            stderr: vec!["ecli: * 0 lost*".to_owned()],
            exit: 0,
        }
    }

    fn good() -> Ended {
        Ended {
            exit: Some(0),
            stdout: "{\"comm\":\"init\",\"sig\":1}\n{\"comm\":\"sh\",\"sig\":10,\"ret\":0}\n".to_owned(),
            stderr: "ecli: 2 events, 0 lost, 0 unread\n".to_owned(),
            trouble: String::new(),
        }
    }

    fn refused() -> Ended {
        Ended {
            exit: Some(1),
            stdout: String::new(),
            stderr: "error: cannot attach probe: No such file or directory\nhint: …\n".to_owned(),
            trouble: String::new(),
        }
    }

    fn fails() -> Expectation {
        Expectation::Fails {
            error: "*attach*No such file*".to_owned(),
            why: "no kprobes".to_owned(),
        }
    }

    fn outcome(expectation: &Expectation, ended: &Ended) -> Outcome {
        compare(expectation, &works(), ended, &Values::new())
    }

    #[track_caller]
    fn wrong(expectation: &Expectation, ended: &Ended, word: &str) {
        match outcome(expectation, ended) {
            Outcome::Wrong(text) => assert!(text.contains(word), "{word:?} in {text}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_ends_as_expected_is_right() {
        assert_eq!(outcome(&Expectation::Works(works()), &good()), Outcome::Works);
        assert_eq!(outcome(&fails(), &refused()), Outcome::Refused("no kprobes".to_owned()));
    }

    #[test]
    fn a_success_that_was_not_expected_is_wrong() {
        wrong(&fails(), &good(), "it works, and should not: no kprobes");
    }

    #[test]
    fn another_failure_than_the_expected_one_is_wrong() {
        let mut ended = refused();
        ended.stderr = "error: cannot load: Invalid argument\n".to_owned();
        wrong(
            &fails(),
            &ended,
            "expected a failure with *attach*No such file*, and it was 1",
        );
        ended = refused();
        ended.exit = Some(0);
        wrong(&fails(), &ended, "it says what was expected, and it was 0");
    }

    #[test]
    fn what_a_script_could_not_do_is_wrong() {
        let mut ended = good();
        ended.trouble = "trigger.sh: it ended with 1\n".to_owned();
        wrong(
            &Expectation::Works(works()),
            &ended,
            "trigger.sh: it ended with 1\n  stdout:",
        );
        ended = refused();
        ended.trouble = "trigger.sh: it ended with 1\n".to_owned();
        wrong(&fails(), &ended, "trigger.sh");
    }

    #[test]
    fn each_thing_that_was_expected_counts() {
        let expectation = Expectation::Works(works());
        let mut ended = good();
        ended.stdout = ended.stdout.replace("10", "11");
        wrong(&expectation, &ended, r#"stdout has no line {"comm":"sh","sig":10}"#);
        ended = good();
        ended.stdout.push_str("{\"sig\":17}\n");
        wrong(&expectation, &ended, r#"that it should not have: {"sig":17}"#);
        ended = good();
        ended.stderr = "ecli: 2 events, 1 lost, 0 unread\n".to_owned();
        wrong(&expectation, &ended, "stderr has no line ecli: * 0 lost*");
        ended = good();
        ended.exit = Some(134);
        wrong(&expectation, &ended, "expected exit status 0, and it was 134");
        ended.exit = None;
        wrong(&expectation, &ended, "it did not end");
    }
}
