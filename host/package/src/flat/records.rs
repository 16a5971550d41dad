//! `export_data_types`: a record's struct as clang's `-fdump-record-layouts` shows it.
//!
//! `{"Struct Name", "Size" (bits), "Fields": [{"Name", "Type" (C text), "LLVMType", "FieldOffset" (bits)}]}`. The struct is seldom in the
//! object's BTF, for clang keeps what programs refer to; then it is written down as BTF of the package's own, as generation 0.2 has it.

mod write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::btf::Btf;
use crate::error::{At, Error};
use crate::export::find_struct;
use crate::fields::{Fields, shortened};
use crate::limits;
use write::Writer;

/// The field of a map.
pub(super) const TYPE: &str = "export_data_types";

struct Record<'a> {
    name: &'a str,
    /// Bytes.
    size: u32,
    fields: Vec<Field<'a>>,
}

struct Field<'a> {
    name: &'a str,
    /// As the source has it, such as `unsigned int` or `char [16]`.
    c_type: &'a str,
    /// As LLVM has it, such as `i32` or `[16 x i8]`.
    llvm_type: &'a str,
    /// Bytes from the start.
    offset: u32,
}

/// `export_types` of a later generation for the records of all maps. They are of one type: no generator wrote several.
pub(super) fn exports(document: Fields<'_>, object: &Btf<'_>) -> Result<Value, Error> {
    let mut found: Option<(usize, Record<'_>)> = None;
    for (index, map) in document.array("maps")?.iter().enumerate() {
        // In a later form that names no offsets, it is a list; the object's own types have to do then.
        let Some(Value::Object(fields)) = map.get(TYPE) else {
            continue;
        };
        let path = || format!("maps[{index}].{TYPE}");
        let record = record(Fields(fields)).at(path)?;
        match &found {
            Some((first, other)) if other.name != record.name => {
                let (name, other) = (shortened(record.name), shortened(other.name));
                let message =
                    format!("found struct {name:?}, but maps[{first}] has struct {other:?}: all buffers have one");
                return Err(Error::field(message).at(path()));
            }
            Some(_) => {}
            None => found = Some((index, record)),
        }
    }
    let Some((index, record)) = found else {
        return Ok(json!([]));
    };
    if is_in(object, &record) {
        return Ok(json!([{"name": record.name, "size": record.size}]));
    }
    let mut writer = Writer::default();
    let id = writer.record(&record).at(|| format!("maps[{index}].{TYPE}"))?;
    let btf = STANDARD.encode(writer.bytes());
    Ok(json!({"export_btf": btf, "structs": [{"id": id, "name": record.name}]}))
}

fn record(fields: Fields<'_>) -> Result<Record<'_>, Error> {
    const NAME: &str = "Struct Name";
    let name = fields.required_string(NAME)?;
    let members = fields.objects("Fields", |field| {
        Ok(Field {
            name: field.required_string("Name")?,
            c_type: field.string("Type")?.unwrap_or_default(),
            llvm_type: field.required_string("LLVMType")?,
            offset: bytes(field, "FieldOffset")?,
        })
    })?;
    if members.len() > limits::MEMBERS {
        let message = format!("found {} fields, at most {} are read", members.len(), limits::MEMBERS);
        return Err(Error::limit(message).at("Fields"));
    }
    Ok(Record {
        name: name.strip_prefix("struct ").unwrap_or(name),
        size: bytes(fields, "Size")?,
        fields: members,
    })
}

/// A number of bits as bytes.
fn bytes(fields: Fields<'_>, name: &str) -> Result<u32, Error> {
    let bits = fields
        .number_u32(name)?
        .ok_or_else(|| Error::field("this field is missing, a number of bits is expected").at(name))?;
    if bits % 8 != 0 {
        let message = format!("found {bits}, expected bits of whole bytes: bit fields are not read");
        return Err(Error::field(message).at(name));
    }
    Ok(bits / 8)
}

/// Whether the object defines the same struct: it knows more of it.
fn is_in(object: &Btf<'_>, record: &Record<'_>) -> bool {
    let same = || -> Result<bool, Error> {
        let ty = object.get(object.peel(find_struct(object, record.name)?)?)?;
        let members = object.members(&ty).collect::<Result<Vec<_>, _>>()?;
        let places = members.iter().map(|member| (member.name, member.bit_offset));
        let expected = record.fields.iter().map(|field| (field.name, field.offset * 8));
        Ok(ty.size_or_type == record.size && places.eq(expected))
    };
    same().unwrap_or(false)
}
