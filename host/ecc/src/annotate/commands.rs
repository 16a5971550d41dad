//! The commands of comments: where each belongs, and what can be wrong with it before the object is known.

use serde_json::{Value, json};

use super::place::{Role, map, variable};
use crate::error::{Error, Result};
use crate::source::SourceFile;
use crate::source::comment::Item;

/// What programs have.
pub(super) const OF_PROGRAMS: [&str; 16] = [
    "tchook",
    "tcopts",
    "ifindex",
    "ifname",
    "flags",
    "xdpopts",
    "attach",
    "link",
    "perf",
    "cgroup",
    "netns",
    "netfilter",
    "map",
    "port",
    "optional",
    "fallback",
];

/// What maps have.
pub(super) const OF_MAPS: [&str; 5] = ["sample", "intepreter", "export_config", "lost", "data"];

/// Keys that say what an entry is, and those that are read from the comment as a whole.
const FIXED: [&str; 10] = [
    "name",
    "ident",
    "type",
    "mmaped",
    "description",
    "brief",
    "details",
    "version",
    "author",
    "export",
];

/// Commands of Doxygen that document code: they are for its readers.
const DOXYGEN: [&str; 38] = [
    "a",
    "attention",
    "b",
    "bug",
    "c",
    "code",
    "cond",
    "copyright",
    "date",
    "def",
    "defgroup",
    "deprecated",
    "e",
    "em",
    "endcode",
    "endcond",
    "file",
    "fn",
    "ingroup",
    "internal",
    "invariant",
    "li",
    "note",
    "p",
    "par",
    "param",
    "post",
    "pre",
    "remark",
    "result",
    "return",
    "returns",
    "retval",
    "sa",
    "see",
    "since",
    "todo",
    "warning",
];

/// The members of the objects whose every member means something.
const MEMBERS: [(&str, &[&str]); 2] = [
    ("cmdarg", &["default", "short", "long", "help"]),
    ("sample", &["interval", "type", "unit", "clear_map", "base", "step"]),
];

/// Whether a command of a comment goes to the entry of what it stands on. A variable keeps what it is given, since other readers of
/// the format may know it, unless it only documents the code.
pub(super) fn belongs(role: Role, key: &str) -> bool {
    match role {
        Role::Program => OF_PROGRAMS.contains(&key),
        Role::Map => OF_MAPS.contains(&key),
        Role::Variable => !FIXED.contains(&key) && !DOXYGEN.contains(&key),
    }
}

/// Whether it documents the code, or the tool.
pub(super) fn is_for_readers(key: &str) -> bool {
    FIXED.contains(&key) || DOXYGEN.contains(&key)
}

/// What a command sets its key to, if that can be.
pub(super) fn value(
    source: &SourceFile,
    skeleton: &Value,
    item: &Item,
    type_id: &impl Fn(&str) -> Option<u32>,
) -> Result<Value> {
    match item.key.as_str() {
        "cmdarg" | "sample" | "tchook" | "tcopts" | "xdpopts" => object(source, item)?,
        "lost" => lost(source, skeleton, item)?,
        "intepreter" => stack_trace(source, item)?,
        "export_config" => return export_config(source, item, type_id),
        _ => {}
    }
    if item.key == "cmdarg" {
        cmdarg(source, item)?;
    }
    Ok(item.value.clone())
}

fn object(source: &SourceFile, item: &Item) -> Result<()> {
    let Some(members) = item.value.as_object() else {
        let message = format!("the value of @{} must be an object: {{…}}", item.key);
        return Err(source.error_at(item.place(""), &message));
    };
    let Some((_, known)) = MEMBERS.iter().find(|(key, _)| *key == item.key) else {
        return Ok(());
    };
    if let Some(unknown) = members.keys().find(|name| !known.contains(&name.as_str())) {
        let message = format!("@{} has no member {unknown:?}", item.key);
        let error = source.error_at(item.place_of_name(unknown), &message);
        return Err(error.with_hint(format!("it has {}", known.join(", "))));
    }
    match item.twice() {
        Some((name, offset)) => Err(source.error_at(offset, &format!("{name:?} is here twice"))),
        None => Ok(()),
    }
}

/// The types of its members; whether the default fits is known when the variable's type is.
fn cmdarg(source: &SourceFile, item: &Item) -> Result<()> {
    for name in ["short", "long", "help"] {
        let Some(value) = item.value.get(name) else { continue };
        let Some(text) = value.as_str() else {
            return Err(wrong(source, item, name, &format!("must be a string, found {value}")));
        };
        match name {
            "short" => {
                let letter = text.trim_start_matches('-');
                if letter.len() != 1 || !letter.chars().all(|c| c.is_ascii_alphanumeric()) {
                    return Err(wrong(
                        source,
                        item,
                        name,
                        &format!("must be one letter or digit, found {text:?}"),
                    ));
                }
            }
            "long" => {
                let word = text.trim_start_matches('-');
                let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
                if word.is_empty() || !word.chars().all(valid) {
                    let reason = format!("must be letters, digits, `-` and `_`, found {text:?}");
                    return Err(wrong(source, item, name, &reason));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn wrong(source: &SourceFile, item: &Item, path: &str, reason: &str) -> Error {
    source.error_at(item.place(path), &format!("@{}: {path} {reason}", item.key))
}

/// Which members of a record have what of a stack trace. Packages may say more there, and nobody reads it.
fn stack_trace(source: &SourceFile, item: &Item) -> Result<()> {
    const KNOWN: [&str; 7] = ["pid", "cpu_id", "comm", "kstack_sz", "ustack_sz", "kstack", "ustack"];
    let members = item.value.pointer("/stack_trace/field_map").and_then(Value::as_object);
    let unknown = members.and_then(|members| members.keys().find(|name| !KNOWN.contains(&name.as_str())));
    let Some(unknown) = unknown else { return Ok(()) };
    let error = wrong(
        source,
        item,
        "stack_trace.field_map",
        &format!("has no member {unknown:?}"),
    );
    Err(error.with_hint(format!(
        "it has {}, each with the name of a member of the record",
        KNOWN.join(", ")
    )))
}

fn lost(source: &SourceFile, skeleton: &Value, item: &Item) -> Result<()> {
    let name = item.value.as_str().unwrap_or_default();
    if variable(skeleton, name).is_some() || map(skeleton, name).is_some() {
        return Ok(());
    }
    let message = format!("@lost names {name:?}, which is no global variable and no map of this file");
    Err(source
        .error_at(item.offset, &message)
        .with_hint("name the variable that counts failed reserves, such as `__u64 lost;`"))
}

/// A word of the format, an object as the format has it, or a struct's name: nobody can know its BTF ID beforehand.
fn export_config(source: &SourceFile, item: &Item, type_id: &impl Fn(&str) -> Option<u32>) -> Result<Value> {
    let Some(text) = item.value.as_str() else {
        return Ok(item.value.clone());
    };
    if is_export_word(text) {
        return Ok(item.value.clone());
    }
    let name = struct_name(text);
    match type_id(name) {
        Some(id) => Ok(json!({"btf_type_id": id})),
        None => Err(source
            .error_at(
                item.offset,
                &format!("@export_config names struct {name:?}, which the program does not define"),
            )
            .with_hint("name a struct or a typedef of one, or write no_export or default")),
    }
}

/// Whether this is a word of the format and no struct's name.
pub(super) fn is_export_word(text: &str) -> bool {
    matches!(text, "no_export" | "default")
}

/// `event` of `struct event`.
pub(super) fn struct_name(text: &str) -> &str {
    text.strip_prefix("struct ").unwrap_or(text).trim()
}
