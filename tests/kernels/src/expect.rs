//! Whether a line that was printed is one that was expected.

use std::collections::BTreeMap;

use serde_json::Value;

/// What `$NAME` stands for.
pub(crate) type Values = BTreeMap<String, String>;

/// Put the values in the place of `$NAME`. A name that nobody has given stays as it is.
pub(crate) fn filled(text: &str, values: &Values) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        let end = after
            .find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
            .unwrap_or(after.len());
        let (name, next) = after.split_at(end);
        out.push_str(before);
        match values.get(name) {
            Some(value) => out.push_str(value),
            None => {
                out.push('$');
                out.push_str(name);
            }
        }
        rest = next;
    }
    out + rest
}

/// Whether a whole line fits a pattern, in which `*` is any text and blanks are any number of them.
pub(crate) fn fits(pattern: &str, line: &str) -> bool {
    let one_blank = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    glob(&one_blank(pattern), &one_blank(line))
}

/// Whether a text fits a pattern in which `*` is any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// Whether a line is one that was expected.
pub(crate) fn is_line(expected: &Value, line: &str, values: &Values) -> bool {
    match expected {
        Value::String(pattern) => fits(&filled(pattern, values), line),
        expected => serde_json::from_str(line).is_ok_and(|found| has(expected, &found, values)),
    }
}

/// Whether what was found has at least what was expected.
fn has(expected: &Value, found: &Value, values: &Values) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => expected
            .iter()
            .all(|(name, expected)| found.get(name).is_some_and(|found| has(expected, found, values))),
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(one, other)| has(one, other, values))
        }
        (Value::String(text), found) => is_text(text, found, values),
        _ => expected == found,
    }
}

fn is_text(text: &str, found: &Value, values: &Values) -> bool {
    let wanted = filled(text, values);
    let found = match found {
        Value::String(found) => found.clone(),
        other => other.to_string(),
    };
    if let Some(bound) = text.strip_prefix('>') {
        let bound = filled(bound, values).trim().parse::<f64>();
        return matches!((bound, found.parse::<f64>()), (Ok(bound), Ok(found)) if found > bound);
    }
    if text.contains('*') {
        return glob(&wanted, &found);
    }
    wanted == found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values() -> Values {
        [("pid", "42"), ("name", "a file")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    fn line(expected: Value, line: &str) -> bool {
        is_line(&expected, line, &values())
    }

    #[test]
    fn values_take_the_place_of_names() {
        assert_eq!(filled("$pid/$name: $other$", &values()), "42/a file: $other$");
    }

    #[test]
    fn a_pattern_is_for_the_whole_line() {
        assert!(fits("* sh  SIGUSR1 *0", "10:00:00   77 sh  SIGUSR1   78   0"));
        assert!(!fits("sh *", "a sh"));
        assert!(!fits("sh", "sh 1"));
        assert!(fits("sh*", "sh 1 "));
        assert!(!fits("*lost", "lost 1"));
        assert!(!fits("a*a", "a"), "a sign is used once");
    }

    #[test]
    fn an_object_has_at_least_these_members() {
        let found = r#"{"pid": 42, "comm": "sh", "at": {"x": [1, 2]}, "ret": -3}"#;
        assert!(line(json!({"pid": 42, "ret": -3}), found));
        assert!(line(json!({"pid": "$pid", "at": {"x": [1, 2]}}), found));
        assert!(!line(json!({"pid": 43}), found));
        assert!(!line(json!({"tid": "*"}), found), "a member that is not there");
        assert!(!line(json!({"comm": "$pid"}), found));
        assert!(!line(json!({"at": {"x": [1]}}), found));
        assert!(!line(json!({"pid": 42}), "pid 42"), "not JSON");
    }

    #[test]
    fn members_may_be_patterns_and_bounds() {
        let found = r#"{"ns": 500, "path": "/tmp/a file.txt"}"#;
        assert!(line(json!({"ns": ">499", "path": "*/$name.*"}), found));
        assert!(!line(json!({"ns": ">500"}), found));
        assert!(
            !line(json!({"path": "$name"}), found),
            "without a star the whole text counts"
        );
        assert!(!line(json!({"path": ">0"}), found), "a text is no number");
    }

    #[test]
    fn a_value_that_was_never_given_fits_nothing() {
        assert!(!line(json!({"pid": "$target"}), r#"{"pid": 42}"#));
    }
}
