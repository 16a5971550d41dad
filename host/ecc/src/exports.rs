//! The types of events: which ones, and how they get into the object's BTF even if no code names them.

use std::path::{Path, PathBuf};

use package::{Description, Package, TypeKind};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::object::TYPES_SECTION;
use crate::source::SourceFile;
use crate::source::structs::{Export, Exports, exported_structs, nearly_exported};

/// `BPF_MAP_TYPE_*` in the kernel's `include/uapi/linux/bpf.h`.
const PERF_EVENT_ARRAY: u32 = 4;
const RINGBUF: u32 = 27;

/// An export header and the structs that it offers.
pub(crate) struct Header {
    pub(crate) path: PathBuf,
    file: SourceFile,
    exports: Exports,
}

impl Header {
    /// Reads a header; without a struct it is an error.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let file = SourceFile::read("header", path)?;
        let exports = exported_structs(&file)?;
        if exports.structs().is_empty() {
            return Err(
                Error::failed(format!("{}: this header has no named struct to export", path.display()))
                    .with_hint("name the event's struct: `struct event { … };`, or leave the header out"),
            );
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            exports,
        })
    }

    /// What its comments say that was meant to be another word.
    pub(crate) fn notes(&self) -> Vec<Error> {
        nearly_exported(&self.file)
    }

    /// The names of its structs that the object defines. All that have `@export` must be there; without a choice, at least one.
    pub(crate) fn found_in(&self, object: &Package) -> Result<Vec<String>> {
        let structs = self.exports.structs();
        let is_there = |export: &&Export| object.type_id(&export.name).is_ok();
        let missing = structs.iter().find(|export| match &self.exports {
            // One comment may stand on several structs of which a condition chooses one.
            Exports::Picked(_) => {
                let mut alternatives = structs.iter().filter(|other| other.offset == export.offset);
                !alternatives.any(|other| is_there(&other))
            }
            Exports::All(_) => !structs.iter().any(|export| is_there(&export)),
        });
        if let Some(export) = missing {
            let what = match &self.exports {
                Exports::Picked(_) => "has @export",
                Exports::All(_) => "is in the header",
            };
            let message = format!(
                "{} {what}, but is not defined when {} is compiled",
                c_name(export),
                self.path.display()
            );
            let error = self.file.error_at(export.offset, &message);
            return Err(error.with_hint("look for an #if around it"));
        }
        Ok(structs
            .iter()
            .filter(is_there)
            .map(|export| export.name.clone())
            .collect())
    }

    /// Whether the object lacks a struct that only a typedef names: that cannot be declared before the header is read.
    pub(crate) fn lacks_typedef(&self, object: &Package) -> bool {
        let mut structs = self.exports.structs().iter();
        structs.any(|export| export.is_typedef && object.type_id(&export.name).is_err())
    }

    /// Declarations for before the header: of the structs with a tag. Those that it then does not define are not in the BTF.
    pub(crate) fn tags(&self) -> impl Iterator<Item = String> {
        let structs = self.exports.structs().iter();
        structs
            .filter(|export| !export.is_typedef)
            .map(|export| tag(&export.name))
    }

    /// Declarations for after the header: of the structs that only a typedef names.
    pub(crate) fn typedefs(&self) -> impl Iterator<Item = String> {
        let structs = self.exports.structs().iter();
        structs
            .filter(|export| export.is_typedef)
            .map(|export| pointer(&export.name, &export.name))
    }
}

/// What the user should know where nobody chose which of several structs the records of a buffer have: it is the first.
pub(crate) fn unchosen(headers: &[Header], exports: &[String], description: &Description) -> Option<String> {
    let [first, other, ..] = exports else { return None };
    // A map may say itself what its records are.
    let is_first = |record| description.types.get(record).is_some_and(|ty| ty.name == *first);
    let maps = description.maps.iter();
    let silent = maps.filter(|map| is_buffer(map.kind) && map.value.is_none() && map.record.is_some_and(is_first));
    let silent: Vec<&str> = silent.map(|map| map.name.as_str()).collect();
    let is_chosen = |header: &Header| matches!(header.exports, Exports::Picked(_));
    let all = exports.join(", ");
    match silent.as_slice() {
        [] => None,
        [buffer] if !headers.iter().any(is_chosen) => Some(format!(
            "the records of {buffer} are shown as struct {first}, the first of {all}; `/// @export` above another one chooses that"
        )),
        [_] => None,
        [buffers @ .., last] => Some(format!(
            "the records of {} and {last} are all shown as struct {first}, the first of {all}; `__type(value, struct {other})` in the \
             definition of a map gives it another one",
            buffers.join(", ")
        )),
    }
}

/// Whether maps of this kind hold records.
pub(crate) fn is_buffer(kind: u32) -> bool {
    matches!(kind, PERF_EVENT_ARRAY | RINGBUF)
}

/// Where a comment gives one buffer a type of its own, each one has to say what its records are: what its definition says, or else
/// the first struct of the headers, whose BTF ID this is.
pub(crate) fn spell_out(meta: &mut Value, description: &Description, first: Option<u32>) {
    if meta.get("enable_multiple_export_types") != Some(&Value::Bool(true)) {
        return;
    }
    let maps = meta.pointer_mut("/bpf_skel/maps").and_then(Value::as_array_mut);
    for entry in maps.into_iter().flatten().filter_map(Value::as_object_mut) {
        let name = entry.get("ident").and_then(Value::as_str);
        let map = description.maps.iter().find(|map| Some(map.name.as_str()) == name);
        let Some(map) = map.filter(|map| is_buffer(map.kind)) else {
            continue;
        };
        let kind = map.value.and_then(|ty| description.types.get(ty)).map(|ty| &ty.kind);
        let config = match (kind, first) {
            (Some(TypeKind::Struct(_) | TypeKind::Union(_)), _) => Value::from("default"),
            (_, Some(id)) => json!({ "btf_type_id": id }),
            (_, None) => continue,
        };
        entry.entry("export_config").or_insert(config);
    }
}

/// A declaration that puts `struct NAME` into the BTF if it gets defined.
pub(crate) fn tag(name: &str) -> String {
    format!("struct {name};\n{}", pointer(&format!("struct {name}"), name))
}

/// The files that a compiler read, from the rule for make that it wrote (`-MD`).
pub(crate) fn files_read(rule: &str) -> Vec<PathBuf> {
    let (_, files) = rule.split_once(": ").unwrap_or_default();
    let one_line = files.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut names = vec![String::new()];
    let mut escaped = false;
    for c in one_line.chars() {
        match names.last_mut() {
            Some(name) if !c.is_whitespace() || escaped => {
                if escaped && c != ' ' && c != '#' {
                    name.push('\\');
                }
                if c != '\\' {
                    name.push(c);
                }
            }
            _ => names.push(String::new()),
        }
        escaped = c == '\\' && !escaped;
    }
    // make has its own meaning for a dollar.
    let names = names.into_iter().filter(|name| !name.is_empty());
    names.map(|name| name.replace("$$", "$").into()).collect()
}

/// In a section of its own, which is taken out of the object again when the type is in its BTF.
fn pointer(c_name: &str, name: &str) -> String {
    format!("{c_name} *__eunomia_dummy_{name}_ptr __attribute__((section(\"{TYPES_SECTION}\")));\n")
}

fn c_name(export: &Export) -> String {
    if export.is_typedef {
        export.name.clone()
    } else {
        format!("struct {}", export.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_that_a_compiler_read_are_named_as_make_names_them() {
        let rule =
            "/tmp/object.o: a.bpf.c \\\n  /tmp/first.h ./with\\ space.h \\\n  hash\\#.h dollar$$.h back\\slash.h\n";
        let expected = [
            "a.bpf.c",
            "/tmp/first.h",
            "./with space.h",
            "hash#.h",
            "dollar$.h",
            "back\\slash.h",
        ];
        assert_eq!(files_read(rule), expected.map(PathBuf::from));
        assert!(files_read("").is_empty() && files_read("a.o:").is_empty());
    }
}
