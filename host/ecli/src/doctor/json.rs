//! What was found, for programs: one object.

use runtime::preflight::{Finding, State};
use serde_json::{Value, json};

use super::Report;

pub(super) fn report(of: &Report) -> String {
    let document = json!({
        "name": of.name,
        "can_run": of.preventing() == 0,
        "findings": of.findings.iter().map(finding).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn finding(of: &Finding) -> Value {
    let state = match of.state {
        State::Ok => "ok",
        State::Warning => "warning",
        State::Missing => "missing",
    };
    json!({
        "check": of.check,
        "state": state,
        "needed": of.needed,
        "message": of.message,
        "hint": of.hint,
    })
}
