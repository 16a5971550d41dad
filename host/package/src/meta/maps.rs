//! `maps[]` of a package's metadata.

use serde_json::Value;

use super::text;
use crate::description::{Sample, SampleKind, StackTrace};
use crate::error::{At, Error};
use crate::fields::{Fields, shortened};

/// An entry of `maps`.
#[derive(Default)]
pub(crate) struct MapMeta<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) ident: Option<&'a str>,
    pub(crate) sample: Option<Sample>,
    pub(crate) export: ExportConfig<'a>,
    pub(crate) stack_trace: Option<StackTrace>,
    pub(crate) lost: Option<&'a str>,
    /// Queues have values only.
    pub(crate) data: Vec<(Option<&'a Value>, &'a Value)>,
}

/// `export_config`.
#[derive(Default)]
pub(crate) enum ExportConfig<'a> {
    #[default]
    NoExport,
    Default,
    Type(u32),
    Members(Vec<CustomMember<'a>>),
}

pub(crate) struct CustomMember<'a> {
    pub(crate) name: &'a str,
    /// Bytes.
    pub(crate) offset: u32,
    pub(crate) type_id: u32,
}

pub(super) fn map<'a>(map: Fields<'a>) -> Result<MapMeta<'a>, Error> {
    let (name, ident) = (map.string("name")?, map.string("ident")?);
    if name.is_none() && ident.is_none() {
        map.required_string("ident")?;
    }
    let sample = match map.object("sample")? {
        Some(fields) => Some(sample(fields).at(|| "sample")?),
        None => None,
    };
    let data = map.objects("data", |entry| {
        let value = entry
            .value("value")
            .ok_or_else(|| Error::field("this field is missing").at("value"))?;
        Ok((entry.value("key"), value))
    })?;
    Ok(MapMeta {
        name,
        ident,
        sample,
        export: export_config(map)?,
        stack_trace: interpreter(map)?,
        lost: map.string("lost")?,
        data,
    })
}

fn sample(fields: Fields<'_>) -> Result<Sample, Error> {
    let kind = match fields.string("type")? {
        None | Some("default_kv") => SampleKind::KeyValue,
        Some("log2_hist") => SampleKind::Log2Histogram,
        Some("linear_hist") => SampleKind::LinearHistogram {
            base: base(fields)?,
            step: fields.number("step", u64::MAX)?.unwrap_or(1).max(1),
        },
        Some(other) => {
            return Err(Error::field(format!(
                "found {:?}, expected log2_hist, linear_hist or default_kv",
                shortened(other)
            ))
            .at("type"));
        }
    };
    Ok(Sample {
        // A file that asks for 0 means "as often as possible".
        interval_ms: fields.number("interval", u64::MAX)?.unwrap_or(1000).max(1),
        kind,
        unit: text(fields, "unit")?.unwrap_or_else(|| "(unit)".into()),
        clear: fields.boolean("clear_map", false)?,
    })
}

fn base(fields: Fields<'_>) -> Result<i64, Error> {
    match fields.value("base") {
        None => Ok(0),
        Some(value) => value.as_i64().ok_or_else(|| {
            let found = shortened(&value.to_string());
            Error::field(format!("found {found}, expected a whole number of 64 bits")).at("base")
        }),
    }
}

fn export_config<'a>(map: Fields<'a>) -> Result<ExportConfig<'a>, Error> {
    const NAME: &str = "export_config";
    let expected = r#"expected "no_export", "default", {"btf_type_id": N} or {"custom_members": […]}"#;
    match map.value(NAME) {
        None => Ok(ExportConfig::NoExport),
        Some(Value::String(text)) if text == "no_export" => Ok(ExportConfig::NoExport),
        Some(Value::String(text)) if text == "default" => Ok(ExportConfig::Default),
        Some(Value::Object(fields)) => {
            let fields = Fields(fields);
            let id = fields.number_u32("btf_type_id").at(|| NAME)?;
            let members = fields.value("custom_members").is_some();
            match (id, members) {
                (Some(id), false) => Ok(ExportConfig::Type(id)),
                (None, true) => fields
                    .objects("custom_members", custom_member)
                    .map(ExportConfig::Members)
                    .at(|| NAME),
                _ => Err(Error::field(format!("found an object, {expected}")).at(NAME)),
            }
        }
        Some(other) => Err(Error::field(format!("found {}, {expected}", shortened(&other.to_string()))).at(NAME)),
    }
}

fn custom_member<'a>(member: Fields<'a>) -> Result<CustomMember<'a>, Error> {
    let number = |name: &str| {
        member
            .number_u32(name)?
            .ok_or_else(|| Error::field("this field is missing, a number is expected").at(name))
    };
    Ok(CustomMember {
        name: member.required_string("name")?,
        offset: number("offset")?,
        type_id: number("btf_type_id")?,
    })
}

fn interpreter(map: Fields<'_>) -> Result<Option<StackTrace>, Error> {
    // The format spells it so.
    const NAME: &str = "intepreter";
    let expected = r#"expected "default_struct" or {"stack_trace": {…}}"#;
    let fields = match map.value(NAME) {
        None => return Ok(None),
        Some(Value::String(text)) if text == "default_struct" => return Ok(None),
        Some(Value::Object(fields)) => Fields(fields).object("stack_trace").at(|| NAME)?,
        Some(_) => None,
    };
    let Some(fields) = fields else {
        let found = map.value(NAME).map(|value| shortened(&value.to_string()));
        let found = found.unwrap_or_default();
        return Err(Error::field(format!("found {found}, {expected}")).at(NAME));
    };
    stack_trace(fields).map(Some).at(|| format!("{NAME}.stack_trace"))
}

fn stack_trace(fields: Fields<'_>) -> Result<StackTrace, Error> {
    let names = fields.object("field_map")?;
    let member = |name: &str| -> Result<String, Error> {
        let given = match names {
            Some(names) => names.string(name).at(|| "field_map")?,
            None => None,
        };
        Ok(given.unwrap_or(name).to_owned())
    };
    Ok(StackTrace {
        pid: member("pid")?,
        cpu_id: member("cpu_id")?,
        comm: member("comm")?,
        kstack_sz: member("kstack_sz")?,
        ustack_sz: member("ustack_sz")?,
        kstack: member("kstack")?,
        ustack: member("ustack")?,
        with_symbols: fields.boolean("with_symbols", true)?,
    })
}
