//! The typed view of a package's metadata, borrowed from its JSON tree. Nothing here looks at the object.

mod exports;
mod maps;

use serde_json::{Map, Value};

use crate::description::{Argument, Doc};
use crate::error::{At, Error};
use crate::fields::{Fields, object, shortened};
pub(crate) use exports::{ExportType, Exports};
pub(crate) use maps::{CustomMember, ExportConfig, MapMeta};

/// `meta`.
pub(crate) struct Meta<'a> {
    pub(crate) object_name: &'a str,
    pub(crate) doc: Doc,
    pub(crate) sections: Vec<SectionMeta<'a>>,
    pub(crate) maps: Vec<MapMeta<'a>>,
    /// `None` where the package does not say which programs there are.
    pub(crate) programs: Option<Vec<ProgramMeta<'a>>>,
    pub(crate) exports: Exports<'a>,
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

/// Whether the name of a variable or map says that a generator made it: `__eunomia_dummy_NAME_ptr`, `__eunomia_lost_NAME`.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with("__dummy") || name.starts_with("__eunomia_")
}

pub(crate) struct ProgramMeta<'a> {
    pub(crate) name: &'a str,
    pub(crate) attach: Option<&'a str>,
    pub(crate) link: bool,
    pub(crate) options: Map<String, Value>,
}

impl<'a> Meta<'a> {
    /// Reads `meta`; paths of errors start inside it.
    pub(crate) fn read(meta: &'a Value) -> Result<Self, Error> {
        let meta = object(meta)?;
        let skeleton = meta
            .object("bpf_skel")?
            .ok_or_else(|| Error::field("this field is missing, an object is expected").at("bpf_skel"))?;
        Ok(Self {
            exports: Exports::read(meta)?,
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
            maps: skeleton.objects("maps", maps::map)?,
            programs,
            exports: Exports::default(),
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
