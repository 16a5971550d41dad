//! Generation 0 of the format: one flat object, from before a package had `meta`.
//!
//! `name`, `data` (base64 of the bare ELF, broken into lines), `data_sz`, `maps`, `progs`, `runtime_args`, and what authors say about
//! themselves. It lists no variables and no sections to attach to: the object says both. Records have the type that their map has as
//! `export_data_types`. The document becomes one of a later generation, so that nothing else knows of this one.

mod records;

use serde_json::{Map, Value, json};

use crate::elf::Elf;
use crate::error::{At, Error};
use crate::fields::{Fields, kind_of, object};
use crate::limits;
use crate::packed::{damaged, decode_lines, too_large};
use crate::skeleton::{derive, find_btf};

const DATA: &str = "data";
const DATA_SIZE: &str = "data_sz";
const NAME: &str = "name";

/// Keys that no other generation has together with [`DATA`] at the top.
const OTHERS: [&str; 5] = [NAME, DATA_SIZE, "maps", "progs", "runtime_args"];

/// Whether the document is of this generation, sound or not.
pub(crate) fn is_flat(document: &Map<String, Value>) -> bool {
    let later = ["meta", "bpf_skel", "bpf_object", "bpf_objects"];
    document.contains_key(DATA)
        && OTHERS.iter().any(|key| document.contains_key(*key))
        && !later.iter().any(|key| document.contains_key(*key))
}

/// The name that a document of this generation has.
pub(crate) fn name(document: &Map<String, Value>) -> Option<&str> {
    document.get(NAME)?.as_str().filter(|_| is_flat(document))
}

/// The document with `meta` in place of the fields that say the same, and the object.
///
/// # Errors
/// A field has the wrong type, or the object is damaged.
pub(crate) fn unfold(mut document: Map<String, Value>) -> Result<(Map<String, Value>, Vec<u8>), Error> {
    let elf = object_of(Fields(&document))?;
    let name = Fields(&document).string(NAME)?.unwrap_or("bpf").to_owned();
    let meta = derive(&elf, &name, &[]).at(|| DATA)?;
    let Value::Object(mut meta) = meta else {
        return Err(Error::field("the object can't be described").at(DATA));
    };
    let fields = Fields(&document);
    let exports = records::exports(fields, &find_btf(&Elf::parse(&elf)?)?)?;
    let maps = fields
        .value("maps")
        .map(|_| list(fields, "maps", &["type", "sec_data", records::TYPE]));
    let programs = fields.value("progs").map(|_| list(fields, "progs", &["type"]));
    let doc = json!({"version": fields.value("version"), "description": fields.value("description")});
    if let Some(skeleton) = meta.get_mut("bpf_skel").and_then(Value::as_object_mut) {
        skeleton.insert("obj_name".into(), name.into());
        skeleton.insert("doc".into(), doc);
        for (key, given) in [("maps", maps), ("progs", programs)] {
            if let Some(given) = given {
                skeleton.insert(key.into(), given?);
            }
        }
    }
    meta.insert("export_types".into(), exports);
    meta.shift_remove("eunomia_version");
    for key in [NAME, DATA, DATA_SIZE, "maps", "progs", "version", "description"] {
        document.shift_remove(key);
    }
    document.insert("meta".into(), meta.into());
    Ok((document, elf))
}

/// The same error with the path that the field had before [`unfold`].
pub(crate) fn folded(error: Error) -> Error {
    error.renamed(&[
        ("meta.bpf_skel.doc.", ""),
        ("meta.bpf_skel.obj_name", NAME),
        ("meta.bpf_skel.", ""),
        ("meta.export_types.structs[0]", "maps.export_data_types"),
        ("meta.export_types[0]", "maps.export_data_types"),
        ("bpf_object", DATA),
    ])
}

fn object_of(fields: Fields<'_>) -> Result<Vec<u8>, Error> {
    let encoded = fields.string(DATA).and_then(|text| {
        text.ok_or_else(|| Error::field("this field is null, a string in base64 is expected").at(DATA))
    })?;
    let size = fields.number(DATA_SIZE, limits::OBJECT_BYTES as u64)?;
    let elf = decode_lines(encoded).at(|| DATA)?;
    if elf.len() > limits::OBJECT_BYTES {
        return Err(too_large().at(DATA));
    }
    match size {
        Some(size) if size != elf.len() as u64 => {
            Err(damaged(format!("it has {} bytes, {DATA_SIZE} says {size}", elf.len())).at(DATA))
        }
        _ => Ok(elf),
    }
}

/// A list of names, or of objects with a name, as objects without the fields of `left_out`: what the object says of itself.
fn list(fields: Fields<'_>, name: &str, left_out: &[&str]) -> Result<Value, Error> {
    let entry = |value: &Value| match value {
        Value::String(name) => Ok(json!({NAME: name})),
        Value::Object(_) => {
            let mut entry = object(value)?.0.clone();
            Fields(&entry).required_string(NAME)?;
            entry.retain(|key, _| !left_out.contains(&key.as_str()));
            Ok(entry.into())
        }
        other => Err(Error::field(format!("found {}, expected an object", kind_of(other)))),
    };
    let entries = fields.array(name)?.iter().enumerate();
    entries
        .map(|(index, value)| entry(value).at(|| format!("{name}[{index}]")))
        .collect()
}
