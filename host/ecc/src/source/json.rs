//! Where the parts of a JSON text stand, so that an error can point at the one that is wrong.

use std::collections::HashSet;

/// The names and values of a JSON text by paths such as `stack_trace.field_map` and `data[0].key`; the whole has the path ``.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Places(Vec<Place>);

/// A value and, in an object, its name.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    path: String,
    name: usize,
    value: usize,
}

impl Places {
    /// Reads a text that is valid JSON, or at least starts with a valid value; of anything else it finds what it can.
    pub(crate) fn of(text: &str) -> Self {
        let mut reader = Reader {
            text,
            position: 0,
            places: Vec::new(),
        };
        reader.space();
        let start = reader.position;
        reader.value(String::new(), start, 0);
        Self(reader.places)
    }

    /// The same with every place told by `place`: what stands in a comment is somewhere else in the file.
    pub(crate) fn moved(mut self, place: impl Fn(usize) -> usize) -> Self {
        for found in &mut self.0 {
            found.name = place(found.name);
            found.value = place(found.value);
        }
        self
    }

    /// Where the value at `path` starts, or the innermost one around it that there is.
    pub(crate) fn value(&self, path: &str) -> Option<usize> {
        self.find(path).map(|place| place.value)
    }

    /// Where the name of the value at `path` starts.
    pub(crate) fn name(&self, path: &str) -> Option<usize> {
        self.find(path).map(|place| place.name)
    }

    /// The second place of a name that an object has twice.
    pub(crate) fn twice(&self) -> Option<(&str, usize)> {
        let mut known = HashSet::new();
        let again = self.0.iter().find(|place| !known.insert(place.path.as_str()));
        again.map(|place| (place.path.as_str(), place.name))
    }

    fn find(&self, path: &str) -> Option<&Place> {
        let mut path = path;
        loop {
            // Of a name that is there twice, the last one counts.
            if let Some(place) = self.0.iter().rev().find(|place| place.path == path) {
                return Some(place);
            }
            if path.is_empty() {
                return None;
            }
            path = path.get(..path.rfind(['.', '[']).unwrap_or(0))?;
        }
    }
}

/// Deeper than any value that the JSON reader takes.
const DEEPEST: usize = 128;

struct Reader<'text> {
    text: &'text str,
    position: usize,
    places: Vec<Place>,
}

impl<'text> Reader<'text> {
    /// Values in the order in which they end, but a container before what it holds.
    fn value(&mut self, path: String, name: usize, depth: usize) {
        let value = self.position;
        self.places.push(Place {
            path: path.clone(),
            name,
            value,
        });
        match self.peek() {
            Some('{') if depth < DEEPEST => self.members(&path, depth),
            Some('[') if depth < DEEPEST => self.elements(&path, depth),
            Some('"') => {
                self.string();
            }
            _ => {
                let length = self.rest().find([',', '}', ']']).unwrap_or(self.rest().len());
                self.position += length;
            }
        }
    }

    fn members(&mut self, path: &str, depth: usize) {
        self.position += 1;
        loop {
            self.space();
            if self.peek() != Some('"') {
                break;
            }
            let start = self.position;
            let name = self.string();
            self.space();
            self.skip(':');
            self.space();
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            self.value(path, start, depth + 1);
            self.space();
            self.skip(',');
        }
        self.skip('}');
    }

    fn elements(&mut self, path: &str, depth: usize) {
        self.position += 1;
        let mut index = 0;
        loop {
            self.space();
            if matches!(self.peek(), None | Some(']' | '}' | ',')) {
                break;
            }
            self.value(format!("{path}[{index}]"), self.position, depth + 1);
            index += 1;
            self.space();
            self.skip(',');
        }
        self.skip(']');
    }

    /// A string as it is written, without its quotes.
    fn string(&mut self) -> &'text str {
        let rest = self.rest();
        let mut escaped = false;
        let inside = rest.get(1..).unwrap_or_default();
        let end = inside.find(|c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let length = end.unwrap_or(inside.len());
        self.position += (length + 2).min(rest.len());
        inside.get(..length).unwrap_or_default()
    }

    fn space(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start().len();
    }

    fn skip(&mut self, expected: char) {
        if self.peek() == Some(expected) {
            self.position += expected.len_utf8();
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'text str {
        self.text.get(self.position..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"short": "p\"{", "list": [1, {"key": true}] , "long":2}"#;

    fn at(position: usize) -> &'static str {
        TEXT.get(position..).unwrap()
    }

    #[test]
    fn a_value_is_found_by_its_path() {
        let places = Places::of(TEXT);
        assert!(at(places.value("short").unwrap()).starts_with(r#""p\"{""#));
        assert!(at(places.name("short").unwrap()).starts_with(r#""short""#));
        assert!(at(places.value("list[1].key").unwrap()).starts_with("true"));
        assert!(at(places.value("long").unwrap()).starts_with("2}"));
        assert_eq!(places.value(""), Some(0));
    }

    #[test]
    fn what_is_not_there_is_where_it_would_be() {
        let places = Places::of(TEXT);
        assert!(at(places.value("list[1].value.x").unwrap()).starts_with(r#"{"key""#));
        assert_eq!(places.value("other"), Some(0));
    }

    #[test]
    fn a_name_that_is_there_twice_is_told() {
        assert_eq!(Places::of(TEXT).twice(), None);
        assert_eq!(
            Places::of(r#"{"a": 1, "b": {"a": 2}, "a": 3}"#).twice(),
            Some(("a", 24))
        );
    }

    #[test]
    fn text_that_is_cut_off_ends_quietly() {
        for end in 0..TEXT.len() {
            Places::of(TEXT.get(..end).unwrap());
        }
        Places::of(&"[".repeat(10_000));
        Places::of("{{{");
    }
}
