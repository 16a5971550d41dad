//! Which entry of the skeleton a declaration of the source made.

use serde_json::Value;

use crate::source::declarations::Declaration;

/// What an entry of the skeleton is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Variable,
    Map,
    Program,
}

/// An entry of the skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) role: Role,
    pub(super) name: String,
    /// From the skeleton on, such as `maps[2]`.
    pub(super) path: String,
    /// The same as a JSON pointer.
    pub(super) pointer: String,
}

impl Place {
    /// The entry that a declaration made. The object says what is a variable, a map or a program; the source has to name it.
    pub(super) fn of(skeleton: &Value, declaration: &Declaration<'_>) -> Option<Self> {
        if declaration.is_function {
            return declaration
                .function_names()
                .find_map(|name| entry(skeleton, Role::Program, &["progs"], "name", name));
        }
        let names = declaration.names();
        names
            .into_iter()
            .find_map(|name| variable(skeleton, name).or_else(|| map(skeleton, name)))
    }
}

/// A global variable that the skeleton lists.
pub(super) fn variable(skeleton: &Value, name: &str) -> Option<Place> {
    let sections = skeleton.get("data_sections")?.as_array()?;
    (0..sections.len()).find_map(|section| {
        let section = section.to_string();
        entry(
            skeleton,
            Role::Variable,
            &["data_sections", &section, "variables"],
            "name",
            name,
        )
    })
}

/// A map that the skeleton lists.
pub(super) fn map(skeleton: &Value, name: &str) -> Option<Place> {
    entry(skeleton, Role::Map, &["maps"], "ident", name)
}

fn entry(skeleton: &Value, role: Role, list: &[&str], key: &str, name: &str) -> Option<Place> {
    let pointer = format!("/{}", list.join("/"));
    let entries = skeleton.pointer(&pointer)?.as_array()?;
    let found = |entry: &Value| entry.get(key).and_then(Value::as_str) == Some(name);
    let at = entries.iter().position(found)?;
    let path = match list {
        [sections, section, variables] => format!("{sections}[{section}].{variables}[{at}]"),
        _ => format!("{}[{at}]", list.join(".")),
    };
    Some(Place {
        role,
        name: name.to_owned(),
        path,
        pointer: format!("{pointer}/{at}"),
    })
}
