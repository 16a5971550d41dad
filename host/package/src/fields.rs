//! Typed reading of JSON objects. A `null` is as good as an absent field: generators write both.

use serde_json::{Map, Value};

use crate::error::{At, Error};

/// The fields of one JSON object.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

/// What a value is, in words for an error.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn mismatch(found: &Value, expected: &str) -> Error {
    Error::field(format!("found {}, expected {expected}", kind_of(found)))
}

/// `value` as an object.
pub(crate) fn object(value: &Value) -> Result<Fields<'_>, Error> {
    value
        .as_object()
        .map(Fields)
        .ok_or_else(|| mismatch(value, "an object"))
}

/// `value` as a whole number from 0 to `max`.
pub(crate) fn number(value: &Value, max: u64) -> Result<u64, Error> {
    let Value::Number(number) = value else {
        return Err(mismatch(value, "a number"));
    };
    number.as_u64().filter(|&found| found <= max).ok_or_else(|| {
        Error::field(format!(
            "found {}, expected a whole number from 0 to {max}",
            shortened(&number.to_string())
        ))
    })
}

impl<'a> Fields<'a> {
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.value(name)
            .map(|value| read(value).ok_or_else(|| mismatch(value, expected).at(name)))
            .transpose()
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<&'a str>, Error> {
        self.read(name, "a string", Value::as_str)
    }

    pub(crate) fn required_string(&self, name: &str) -> Result<&'a str, Error> {
        self.string(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Error {
        Error::field("this field is missing, a string is expected").at(name)
    }

    pub(crate) fn boolean(&self, name: &str, default: bool) -> Result<bool, Error> {
        Ok(self.read(name, "true or false", Value::as_bool)?.unwrap_or(default))
    }

    /// A whole number from 0 to `max`.
    pub(crate) fn number(&self, name: &str, max: u64) -> Result<Option<u64>, Error> {
        self.value(name).map(|value| number(value, max).at(|| name)).transpose()
    }

    pub(crate) fn number_u32(&self, name: &str) -> Result<Option<u32>, Error> {
        let number = self.number(name, u64::from(u32::MAX))?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<Fields<'a>>, Error> {
        self.value(name).map(|value| object(value).at(|| name)).transpose()
    }

    /// The elements of an array; none if it is absent.
    pub(crate) fn array(&self, name: &str) -> Result<&'a [Value], Error> {
        Ok(self
            .read(name, "an array", |value| value.as_array())?
            .map_or(&[], Vec::as_slice))
    }

    /// Reads each element of an array of objects.
    pub(crate) fn objects<T>(
        &self,
        name: &str,
        mut read: impl FnMut(Fields<'a>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.array(name)?
            .iter()
            .enumerate()
            .map(|(index, value)| object(value).and_then(&mut read).at(|| format!("{name}[{index}]")))
            .collect()
    }
}

/// At most 60 characters of what the file says: an error is a line, not the file.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_is_absent() {
        let value = json!({"a": null});
        let fields = object(&value).unwrap();
        assert_eq!(fields.string("a"), Ok(None));
        assert_eq!(fields.array("a"), Ok(&[][..]));
        assert_eq!(fields.boolean("a", true), Ok(true));
        assert_eq!(
            fields.required_string("a").unwrap_err().to_string(),
            "a: this field is missing, a string is expected"
        );
    }

    #[test]
    fn numbers_are_whole_and_bounded() {
        let value = json!({"a": 1.5, "b": 300, "c": "9"});
        let fields = object(&value).unwrap();
        let refusal = |name: &str| fields.number(name, 255).unwrap_err().to_string();
        assert_eq!(refusal("a"), "a: found 1.5, expected a whole number from 0 to 255");
        assert_eq!(refusal("b"), "b: found 300, expected a whole number from 0 to 255");
        assert_eq!(refusal("c"), "c: found a string, expected a number");
    }

    #[test]
    fn what_a_file_says_is_cut_between_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ü".repeat(61)), "ü".repeat(60) + "…");
    }
}
