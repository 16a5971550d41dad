//! `export_types`: an array since 0.3, before that an object with a BTF of its own.

use serde_json::Value;

use crate::error::{At, Error};
use crate::fields::Fields;
use crate::limits;

const NAME: &str = "export_types";

/// The types of records, and where they are defined.
#[derive(Default)]
pub(crate) struct Exports<'a> {
    pub(crate) types: Vec<ExportType<'a>>,
    /// 0.2: raw BTF in base64, whose IDs the types have. Otherwise those are of the object's own BTF.
    pub(crate) btf: Option<&'a str>,
}

pub(crate) struct ExportType<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) size: Option<u32>,
    pub(crate) type_id: Option<u32>,
}

impl<'a> Exports<'a> {
    /// Reads the field of `meta`; paths of errors start there.
    pub(super) fn read(meta: Fields<'a>) -> Result<Self, Error> {
        let exports = match meta.value(NAME) {
            Some(Value::Object(fields)) => Self::older(Fields(fields)).at(|| NAME)?,
            _ => Self {
                types: meta.objects(NAME, |ty| export_type(ty, "type_id"))?,
                btf: None,
            },
        };
        if exports.types.len() > limits::EXPORT_TYPES {
            return Err(Error::limit(format!(
                "found {} types, at most {} are read",
                exports.types.len(),
                limits::EXPORT_TYPES
            ))
            .at(NAME));
        }
        Ok(exports)
    }

    fn older(fields: Fields<'a>) -> Result<Self, Error> {
        const BTF: &str = "export_btf";
        let types = fields.objects("structs", |ty| export_type(ty, "id"))?;
        let btf = fields.string(BTF)?.filter(|text| !text.is_empty());
        if btf.is_none() && !types.is_empty() {
            return Err(Error::field("this field is missing, a string in base64 is expected").at(BTF));
        }
        Ok(Self { types, btf })
    }

    /// Where in the package the type at `index` stands.
    pub(crate) fn path(&self, index: usize) -> String {
        match self.btf {
            Some(_) => format!("meta.{NAME}.structs[{index}]"),
            None => format!("meta.{NAME}[{index}]"),
        }
    }

    /// What the field of a type's BTF ID is called.
    pub(crate) fn id_field(&self) -> &'static str {
        if self.btf.is_some() { "id" } else { "type_id" }
    }
}

fn export_type<'a>(ty: Fields<'a>, id: &str) -> Result<ExportType<'a>, Error> {
    let ty = ExportType {
        name: ty.string("name")?,
        size: ty.number_u32("size")?,
        type_id: ty.number_u32(id)?,
    };
    if ty.name.is_none() && ty.type_id.is_none() {
        return Err(Error::field(format!("neither name nor {id} is given")));
    }
    Ok(ty)
}
