//! A package's document as a tree, from JSON or YAML.

mod yaml;
mod yaml_scalar;
mod yaml_write;

use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::elf::file_kind;
use crate::error::{Error, ErrorKind};
use crate::fields::kind_of;
use crate::flat;
use crate::limits;
use crate::packed::DAMAGED;
pub(crate) use yaml_write::to_yaml;

/// For who took another file for one.
pub(crate) const A_PACKAGE: &str = "a package is a JSON or YAML document with `bpf_object` and `meta`";

/// Keys that a package or its metadata begin with.
const KEYS: [&str; 7] = [
    "meta",
    "bpf_skel",
    "bpf_object",
    "bpf_object_size",
    "bpf_objects",
    "export_types",
    "eunomia_version",
];

/// The tree of a document. A byte order mark and space around it are skipped, of duplicate keys the last one wins.
pub(crate) fn read(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    check_size(bytes)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // The space stays: lines are counted from the file's start.
    let start = text.trim_ascii_start();
    let document = if matches!(start.first(), Some(b'{' | b'[' | b'"')) {
        json(text)?
    } else if is_yaml(start) {
        yaml::read(text)?
    } else {
        return Err(something_else(start));
    };
    object(document)
}

/// The same of a document that is known to be JSON, with nothing before it.
pub(crate) fn read_json(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    check_size(bytes)?;
    object(json(bytes)?)
}

fn check_size(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() > limits::DOCUMENT_BYTES {
        return Err(Error::limit(format!(
            "the document is larger than {} MiB",
            limits::DOCUMENT_BYTES >> 20
        )));
    }
    Ok(())
}

fn object(document: Value) -> Result<Map<String, Value>, Error> {
    match document {
        Value::Object(document) => Ok(document),
        other => {
            let error = Error::field(format!("a package is an object, found {}", kind_of(&other)));
            Err(error.with_hint(A_PACKAGE))
        }
    }
}

/// The name of the object in a package of any generation, or in metadata alone; nothing if this is neither.
pub fn object_name(document: &[u8]) -> Option<String> {
    let document = read(document).ok()?;
    if let Some(name) = flat::name(&document) {
        return Some(name.to_owned());
    }
    let skeleton = document.get("meta").and_then(|meta| meta.get("bpf_skel"));
    let name = skeleton.or_else(|| document.get("bpf_skel"))?.get("obj_name")?;
    name.as_str().map(str::to_owned)
}

pub(crate) fn too_many_values() -> Error {
    Error::limit(format!("the document has more than {} values", limits::DOCUMENT_VALUES))
}

fn json(text: &[u8]) -> Result<Value, Error> {
    // Each value but the first follows one of these, and base64 has none of them.
    let values = text.iter().filter(|byte| b",[{".contains(byte)).count();
    if values > limits::DOCUMENT_VALUES {
        return Err(too_many_values());
    }
    serde_json::from_slice(text).map_err(|error| syntax(&error))
}

fn syntax(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    if error.classify() == Category::Eof {
        let message =
            format!("not valid JSON: the document ends at line {line}, column {column}, before it is complete");
        return Error::new(ErrorKind::Syntax, message).with_hint(DAMAGED);
    }
    let text = error.to_string();
    let position = format!(" at line {line} column {column}");
    let reason = text.strip_suffix(&position).unwrap_or(&text);
    Error::new(
        ErrorKind::Syntax,
        format!("not valid JSON at line {line}, column {column}: {reason}"),
    )
}

/// Nearly any text is YAML of some sort: what matters is whether it looks like a package.
fn is_yaml(text: &[u8]) -> bool {
    let start = text.get(..text.len().min(4096)).unwrap_or_default();
    if start.starts_with(b"---") || start.starts_with(b"%YAML") {
        return true;
    }
    start.split(|&byte| byte == b'\n').any(|line| {
        KEYS.iter().any(|key| {
            line.strip_prefix(key.as_bytes())
                .is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
        })
    })
}

fn something_else(text: &[u8]) -> Error {
    match file_kind(text) {
        "empty" => Error::new(ErrorKind::Syntax, "the document is empty").with_hint(A_PACKAGE),
        kind => Error::new(ErrorKind::Unsupported, format!("this is {kind}, not a package")).with_hint(A_PACKAGE),
    }
}
