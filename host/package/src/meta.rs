//! The typed view of a package's metadata, borrowed from its JSON tree. Nothing here looks at the object.

use serde_json::{Map, Value};

use crate::description::{Argument, Doc, Sample, SampleKind, StackTrace};
use crate::error::{At, Error};
use crate::fields::{Fields, object, shortened};
use crate::limits;

/// `meta`.
pub(crate) struct Meta<'a> {
    pub(crate) object_name: &'a str,
    pub(crate) doc: Doc,
    pub(crate) sections: Vec<SectionMeta<'a>>,
    pub(crate) maps: Vec<MapMeta<'a>>,
    /// `None` where the package does not say which programs there are.
    pub(crate) programs: Option<Vec<ProgramMeta<'a>>>,
    pub(crate) export_types: Vec<ExportType<'a>>,
    pub(crate) multiple_export_types: bool,
    pub(crate) print_header: bool,
    pub(crate) poll_timeout_ms: u64,
    pub(crate) perf_buffer_pages: u32,
    pub(crate) debug_verbose: bool,
}

pub(crate) struct SectionMeta<'a> {
    pub(crate) name: &'a str,
    pub(crate) variables: Vec<VariableMeta<'a>>,
}

pub(crate) struct VariableMeta<'a> {
    pub(crate) name: &'a str,
    pub(crate) type_name: Option<&'a str>,
    pub(crate) value: Option<&'a Value>,
    pub(crate) description: Option<String>,
    pub(crate) argument: Option<Argument>,
}

impl VariableMeta<'_> {
    /// Generators add pointers to the structs they export, so that clang keeps those types.
    pub(crate) fn is_hidden(&self) -> bool {
        is_hidden(self.name)
    }
}

/// Whether a variable's name says that a generator made it.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with("__dummy") || (name.starts_with("__eunomia_dummy_") && name.ends_with("_ptr"))
}

#[derive(Default)]
pub(crate) struct MapMeta<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) ident: Option<&'a str>,
    pub(crate) sample: Option<Sample>,
    pub(crate) export: ExportConfig<'a>,
    pub(crate) stack_trace: Option<StackTrace>,
    pub(crate) lost: Option<&'a str>,
    pub(crate) data: Vec<(&'a Value, &'a Value)>,
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

pub(crate) struct ProgramMeta<'a> {
    pub(crate) name: &'a str,
    pub(crate) attach: Option<&'a str>,
    pub(crate) link: bool,
    pub(crate) options: Map<String, Value>,
}

pub(crate) struct ExportType<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) size: Option<u32>,
    pub(crate) type_id: Option<u32>,
}

impl<'a> Meta<'a> {
    /// Reads `meta`; paths of errors start inside it.
    pub(crate) fn read(meta: &'a Value) -> Result<Self, Error> {
        let meta = object(meta)?;
        let skeleton = meta
            .object("bpf_skel")?
            .ok_or_else(|| Error::field("this field is missing, an object is expected").at("bpf_skel"))?;
        let export_types = meta.objects("export_types", export_type)?;
        if export_types.len() > limits::EXPORT_TYPES {
            return Err(Error::limit(format!(
                "found {} types, at most {} are read",
                export_types.len(),
                limits::EXPORT_TYPES
            ))
            .at("export_types"));
        }
        Ok(Self {
            export_types,
            multiple_export_types: meta.boolean("enable_multiple_export_types", false)?,
            print_header: meta.boolean("print_header", true)?,
            poll_timeout_ms: meta.number("poll_timeout_ms", u64::MAX)?.unwrap_or(100),
            perf_buffer_pages: perf_buffer_pages(meta)?,
            debug_verbose: meta.boolean("debug_verbose", false)?,
            ..Self::skeleton(skeleton).at(|| "bpf_skel")?
        })
    }

    fn skeleton(skeleton: Fields<'a>) -> Result<Self, Error> {
        let programs = match skeleton.value("progs") {
            Some(_) => Some(skeleton.objects("progs", program)?),
            None => None,
        };
        Ok(Self {
            object_name: skeleton.string("obj_name")?.unwrap_or("bpf"),
            doc: match skeleton.object("doc")? {
                Some(doc) => read_doc(doc).at(|| "doc")?,
                None => Doc::default(),
            },
            sections: skeleton.objects("data_sections", section)?,
            maps: skeleton.objects("maps", map)?,
            programs,
            export_types: Vec::new(),
            multiple_export_types: false,
            print_header: true,
            poll_timeout_ms: 0,
            perf_buffer_pages: 0,
            debug_verbose: false,
        })
    }
}

/// A perf buffer has a power of two of pages: `perf_mmap` in the kernel's `kernel/events/core.c`.
fn perf_buffer_pages(meta: Fields<'_>) -> Result<u32, Error> {
    const NAME: &str = "perf_buffer_pages";
    let pages = meta.number_u32(NAME)?.unwrap_or(64);
    if !pages.is_power_of_two() {
        return Err(Error::field(format!("found {pages}, expected a power of two")).at(NAME));
    }
    Ok(pages)
}

/// Text that a generator may have written as a number, such as the version `1.0`.
fn text(fields: Fields<'_>, name: &str) -> Result<Option<String>, Error> {
    Ok(match fields.value(name) {
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => Some(scalar.to_string()),
        _ => fields.string(name)?.map(str::to_owned),
    })
}

fn read_doc(doc: Fields<'_>) -> Result<Doc, Error> {
    Ok(Doc {
        version: text(doc, "version")?,
        brief: text(doc, "brief")?,
        details: text(doc, "details")?,
        description: text(doc, "description")?,
    })
}

fn section<'a>(section: Fields<'a>) -> Result<SectionMeta<'a>, Error> {
    Ok(SectionMeta {
        name: section.required_string("name")?,
        variables: section.objects("variables", variable)?,
    })
}

fn variable<'a>(variable: Fields<'a>) -> Result<VariableMeta<'a>, Error> {
    let argument = match variable.object("cmdarg")? {
        Some(fields) => Some(argument(fields).at(|| "cmdarg")?),
        None => None,
    };
    Ok(VariableMeta {
        name: variable.required_string("name")?,
        type_name: variable.string("type")?,
        value: variable.value("value"),
        description: text(variable, "description")?,
        argument,
    })
}

fn argument(fields: Fields<'_>) -> Result<Argument, Error> {
    let short = fields.string("short")?.unwrap_or_default();
    let mut characters = short.chars();
    let argument = Argument {
        default: fields.value("default").cloned(),
        long: fields.string("long")?.map(str::to_owned),
        short: characters.next(),
        help: text(fields, "help")?,
    };
    if characters.next().is_some() {
        return Err(Error::field(format!("found {:?}, expected one character", shortened(short))).at("short"));
    }
    Ok(argument)
}

fn map<'a>(map: Fields<'a>) -> Result<MapMeta<'a>, Error> {
    let (name, ident) = (map.string("name")?, map.string("ident")?);
    if name.is_none() && ident.is_none() {
        map.required_string("ident")?;
    }
    let sample = match map.object("sample")? {
        Some(fields) => Some(sample(fields).at(|| "sample")?),
        None => None,
    };
    let data = map.objects("data", |entry| {
        let part = |name: &str| {
            entry
                .value(name)
                .ok_or_else(|| Error::field("this field is missing").at(name))
        };
        Ok((part("key")?, part("value")?))
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
        Some(value) => value
            .as_i64()
            .ok_or_else(|| Error::field("expected a whole number of 64 bits").at("base")),
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
        return Err(Error::field(expected).at(NAME));
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

fn program<'a>(program: Fields<'a>) -> Result<ProgramMeta<'a>, Error> {
    let mut options = program.0.clone();
    options.retain(|key, _| !matches!(key.as_str(), "name" | "attach" | "link"));
    Ok(ProgramMeta {
        name: program.required_string("name")?,
        attach: program.string("attach")?.filter(|text| !text.is_empty()),
        link: program.boolean("link", true)?,
        options,
    })
}

fn export_type<'a>(ty: Fields<'a>) -> Result<ExportType<'a>, Error> {
    let ty = ExportType {
        name: ty.string("name")?,
        size: ty.number_u32("size")?,
        type_id: ty.number_u32("type_id")?,
    };
    if ty.name.is_none() && ty.type_id.is_none() {
        return Err(Error::field("neither name nor type_id is given"));
    }
    Ok(ty)
}
