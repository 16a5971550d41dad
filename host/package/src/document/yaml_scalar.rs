//! What a scalar means: the core schema, YAML 1.2.2, section 10.3.

use saphyr_parser::ScalarStyle;
use serde_json::{Number, Value};

/// The value of a scalar. `tag` is what follows `!!`, if it has one.
///
/// Infinity and not-a-number, which JSON does not have, stay text.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&str>) -> Value {
    let plain = match tag {
        Some("str") => false,
        Some("null" | "bool" | "int" | "float") => true,
        _ => style == ScalarStyle::Plain,
    };
    if !plain {
        return text.into();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

/// Whether a plain scalar of this text would be something else than the text.
pub(super) fn is_special(text: &str) -> bool {
    !matches!(value(text, ScalarStyle::Plain, None), Value::String(_))
}

fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = digits.split_at_checked(whole)?;
    let (fraction, exponent) = match rest.strip_prefix('.') {
        Some(rest) => {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, rest) = rest.split_at_checked(length)?;
            (fraction, rest)
        }
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // As JSON spells it: all digits are kept, zeros before them are not allowed.
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let mut json = format!("{sign}{whole}");
    if !fraction.is_empty() {
        json.push('.');
        json.push_str(fraction);
    }
    if !exponent.is_empty() {
        json.push('e');
        json.push_str(exponent_of(exponent)?);
    }
    json.parse().ok()
}

/// `-3` of `e-3`.
fn exponent_of(text: &str) -> Option<&str> {
    let text = text.strip_prefix(['e', 'E'])?;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    u128::from_str_radix(digits, radix).ok()?.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        value(text, ScalarStyle::Plain, None).to_string()
    }

    #[test]
    fn scalars_mean_what_the_core_schema_says() {
        let meanings = [
            ("", "null"),
            ("~", "null"),
            ("Null", "null"),
            ("TRUE", "true"),
            ("yes", "\"yes\""),
            ("12", "12"),
            ("+12", "12"),
            ("-007", "-7"),
            ("0", "0"),
            (
                "340282366920938463463374607431768211455",
                "340282366920938463463374607431768211455",
            ),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("0x", "\"0x\""),
            ("0x-1", "\"0x-1\""),
            ("0b1", "\"0b1\""),
            ("1.50", "1.50"),
            (".5", "0.5"),
            ("1.", "1"),
            ("1e3", "1e+3"),
            ("1E-3", "1e-3"),
            ("1e", "\"1e\""),
            ("0.3.4", "\"0.3.4\""),
            (".", "\".\""),
            ("-", "\"-\""),
            (".inf", "\".inf\""),
            ("12:30", "\"12:30\""),
        ];
        for (text, expected) in meanings {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_and_tags_make_text_of_numbers_and_back() {
        assert_eq!(value("12", ScalarStyle::SingleQuoted, None), "12");
        assert_eq!(value("12", ScalarStyle::Plain, Some("str")), "12");
        assert_eq!(value("12", ScalarStyle::DoubleQuoted, Some("int")), 12);
        assert_eq!(value("x", ScalarStyle::Plain, Some("int")), "x");
    }
}
