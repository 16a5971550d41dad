//! `skel/NAME.rs`: the skeleton as functions with types, in the phases that an object goes through.

use std::fmt::Write as _;

use package::{Description, Map, TypeIndex, Variable};

use super::types::Declarations;
use crate::wasm_skel::names::comment;
use crate::wasm_skel::project::MADE;
use crate::wasm_skel::{Tool, identifier};

/// `BPF_MAP_TYPE_PERCPU_HASH`, `PERCPU_ARRAY`, `LRU_PERCPU_HASH` of include/uapi/linux/bpf.h: kinds whose values are one for each CPU.
const PER_CPU: [u32; 3] = [5, 6, 10];

/// `BPF_MAP_TYPE_PERF_EVENT_ARRAY` and `BPF_MAP_TYPE_RINGBUF`.
const BUFFERS: [u32; 2] = [4, 27];

/// Kinds that are no tables of bytes: `BPF_MAP_TYPE_PROG_ARRAY`, `ARRAY_OF_MAPS`, `HASH_OF_MAPS`, `USER_RINGBUF`, `ARENA`.
const PLAIN: [u32; 5] = [3, 12, 13, 31, 33];

/// `BPF_MAP_TYPE_BLOOM_FILTER`: what the definition calls a value is a key of the contract.
const BLOOM_FILTER: u32 = 30;

/// `BPF_MAP_TYPE_TASK_STORAGE` and `BPF_MAP_TYPE_CGRP_STORAGE`: keys are numbers where the definition has a descriptor.
const TASK_STORAGE: u32 = 29;
const CGRP_STORAGE: u32 = 32;

/// What the C identifiers of data sections begin with.
const SECTIONS: [&str; 4] = ["rodata", "data", "bss", "kconfig"];

/// The file, and what `src/main.rs` does with it.
pub(super) struct Skeleton {
    pub(super) text: String,
    /// Whether there are events with a type; else the default printer has to do.
    pub(super) typed: bool,
    /// The lines that make the source of events.
    pub(super) setup: String,
    /// The lines that print a record.
    pub(super) events: String,
}

pub(super) fn skeleton(tool: &Tool<'_>) -> Skeleton {
    let description = &tool.compiled.description;
    let mut declarations = Declarations::new(&description.types);
    let open: String = description
        .variables
        .iter()
        .map(|it| setter(it, &mut declarations))
        .collect();
    let variables: String = description
        .variables
        .iter()
        .filter(|variable| !variable.read_only)
        .map(|variable| access(variable, &mut declarations))
        .collect();
    let maps: String = visible(description)
        .map(|map| function(map, &mut declarations))
        .collect();
    let programs: String = description
        .programs
        .iter()
        .map(|program| program_function(&program.name))
        .collect();
    let sources: Vec<(&Map, String)> = visible(description)
        .filter(|map| BUFFERS.contains(&map.kind))
        .filter_map(|map| Some((map, declarations.type_of(map.record?, &format!("{}_record", map.name)))))
        .collect();
    let module = super::module(tool.name);
    let text = format!(
        "// The skeleton of {name}, {MADE}.\n{HEAD}\neunomia::carry_skeleton!({name:?}, \"{name}.json\");\n\n\
         /// The package that this component carries.\npub fn skeleton() -> Result<Skeleton, Error> {{\n    \
         Skeleton::embedded({name:?})\n}}\n\n{OPEN}{open}}}\n\n{LOADED}{maps}{programs}{variables}}}\n\n{types}",
        name = tool.name,
        types = declarations.finish(),
    );
    Skeleton {
        text,
        typed: !sources.is_empty(),
        setup: setup(&sources),
        events: events(&sources, &module),
    }
}

const HEAD: &str = "\
#![allow(dead_code, non_camel_case_types, non_snake_case, non_upper_case_globals, unused_imports, unsafe_code, clippy::all)]

use eunomia::map::{BloomFilter, Map, PerCpuMap, TypedMap};
use eunomia::program::{Link, Program};
use eunomia::{Bool, Error, Object, OpenObject, Skeleton, Text, bytemuck};
";

const OPEN: &str = "\
/// The object, open and not loaded: the time to set variables.
pub fn open() -> Result<Open, Error> {
    let skeleton = skeleton()?;
    let object = skeleton.open()?;
    Ok(Open { skeleton, object })
}

/// An object whose variables can be set.
pub struct Open {
    pub skeleton: Skeleton,
    pub object: OpenObject,
}

impl Open {
    /// Sets the variables that the command line names, as the default tool does: `-h` lists them.
    pub fn arguments(mut self) -> Result<Self, Error> {
        for assignment in eunomia::args::assignments(&self.skeleton.describe())? {
            self.object = self.object.set_json(&assignment.variable, &assignment.value)?;
        }
        Ok(self)
    }

    /// Loads maps and programs into the kernel.
    pub fn load(self) -> Result<Loaded, Error> {
        Ok(Loaded { object: self.object.load()? })
    }
";

const LOADED: &str = "\
/// The object in the kernel.
pub struct Loaded {
    pub object: Object,
}

impl Loaded {
    /// Attaches each program to what its section names. What is dropped is detached.
    pub fn attach(&self) -> Result<Vec<Link>, Error> {
        Ok(self.object.attach()?)
    }
";

/// Maps that users look for: those of data sections are there as variables.
fn visible(description: &Description) -> impl Iterator<Item = &Map> {
    let is_section = |map: &Map| {
        let begin = map.name.split('_').next().unwrap_or_default();
        SECTIONS.contains(&begin) && (map.name == begin || description.variables.iter().any(|it| it.map == map.name))
    };
    description
        .maps
        .iter()
        .filter(move |map| !map.hidden && !is_section(map))
}

fn sentence(variable: &Variable) -> String {
    let text = comment(variable.description.as_deref().unwrap_or_default());
    let colon = if text.is_empty() { "" } else { ": " };
    format!("`{} {}`{colon}{text}", comment(&variable.type_name), variable.name)
}

/// The Rust type of a variable and how it becomes bytes; none if it has no size of its own.
fn parameter(variable: &Variable, declarations: &mut Declarations<'_>) -> Option<(String, &'static str)> {
    let ty = declarations.type_of(variable.ty, &variable.name);
    Some(match ty.as_str() {
        _ if variable.hidden => return None,
        "Bool" => ("bool".into(), "&[u8::from(value)]"),
        _ => (ty, "bytemuck::bytes_of(&value)"),
    })
}

fn setter(variable: &Variable, declarations: &mut Declarations<'_>) -> String {
    let Some((ty, bytes)) = parameter(variable, declarations) else {
        return String::new();
    };
    let (ty, bytes) = if variable.size == declarations.size_of(variable.ty) {
        (ty, bytes)
    } else {
        // It ends in a flexible array.
        ("&[u8]".into(), "value")
    };
    format!(
        "\n    /// {sentence}.\n    pub fn set_{function}(mut self, value: {ty}) -> Result<Self, Error> {{\n        \
         self.object = self.object.set_bytes({name:?}, {bytes})?;\n        Ok(self)\n    }}\n",
        sentence = sentence(variable),
        function = variable.name,
        name = variable.name,
    )
}

fn access(variable: &Variable, declarations: &mut Declarations<'_>) -> String {
    if variable.size != declarations.size_of(variable.ty) {
        return String::new();
    }
    let Some((ty, bytes)) = parameter(variable, declarations) else {
        return String::new();
    };
    let read = if ty == "bool" {
        "Ok(bytes.iter().any(|byte| *byte != 0))"
    } else {
        "eunomia::bytes::read(&bytes)"
    };
    format!(
        "\n    /// {sentence}, as it is now.\n    pub fn get_{name}(&self) -> Result<{ty}, Error> {{\n        \
         let bytes = self.object.read_variable({name:?})?;\n        {read}\n    }}\n\n    \
         /// Changes `{name}`.\n    pub fn set_{name}(&self, value: {ty}) -> Result<(), Error> {{\n        \
         Ok(self.object.write_variable({name:?}, {bytes})?)\n    }}\n",
        sentence = sentence(variable),
        name = variable.name,
    )
}

/// A function for a map, with types where BTF has them.
fn function(map: &Map, declarations: &mut Declarations<'_>) -> String {
    let mut side = |index: Option<TypeIndex>, size: u32, name: &str| match index {
        Some(index) => declarations.type_of(index, &format!("{}_{name}", map.name)),
        None => format!("[u8; {size}]"),
    };
    let plain = || ("Map".to_owned(), format!("Ok(self.object.map({:?})?)", map.name));
    let (ty, body) = match (map.key_size, map.value_size) {
        _ if BUFFERS.contains(&map.kind) || PLAIN.contains(&map.kind) || map.value_size == 0 => plain(),
        (key_size, value_size) => {
            let key = match map.kind {
                TASK_STORAGE => "u32".into(),
                CGRP_STORAGE => "u64".into(),
                _ if key_size == 0 => "()".into(),
                _ => side(map.key, key_size, "key"),
            };
            let value = side(map.value, value_size, "value");
            let (of, types) = match map.kind {
                BLOOM_FILTER => ("BloomFilter", value),
                kind if PER_CPU.contains(&kind) => ("PerCpuMap", format!("{key}, {value}")),
                _ => ("TypedMap", format!("{key}, {value}")),
            };
            (
                format!("{of}<{types}>"),
                format!("{of}::new(self.object.map({:?})?)", map.name),
            )
        }
    };
    format!(
        "\n    /// The map `{name}`.\n    pub fn map_{function}(&self) -> Result<{ty}, Error> {{\n        {body}\n    }}\n",
        name = map.name,
        function = identifier(&map.name),
    )
}

fn program_function(name: &str) -> String {
    format!(
        "\n    /// The program `{name}`, to attach to a target that is chosen now.\n    \
         pub fn program_{name}(&self) -> Result<Program, Error> {{\n        Ok(self.object.program({name:?})?)\n    }}\n"
    )
}

/// Each map, then the source of them all.
fn setup(sources: &[(&Map, String)]) -> String {
    let mut lines = String::new();
    let mut inputs = Vec::new();
    for (map, _) in sources {
        let name = format!("{}_map", identifier(&map.name));
        let _ = writeln!(lines, "    let {name} = loaded.map_{}()?;", identifier(&map.name));
        inputs.push(format!("Input::buffer(&{name})"));
    }
    lines + &format!("    let source = EventSource::open(&[{}])?;", inputs.join(", "))
}

fn events(sources: &[(&Map, String)], module: &str) -> String {
    let line = |ty: &str, indent: &str| {
        let path = match ty.chars().next() {
            // An array, or a number.
            Some('[') => ty.to_owned(),
            _ if ty.starts_with("Text<") => format!("eunomia::{ty}"),
            _ if is_plain(ty) => ty.to_owned(),
            _ => format!("{module}::{ty}"),
        };
        format!("{indent}let event: &{path} = record.read()?;\n{indent}writeln!(output, \"{{event:?}}\")?;")
    };
    let indent = " ".repeat(12);
    match sources {
        [(_, ty)] => line(ty, &indent),
        several => {
            let mut text = format!("{indent}match record.source {{\n");
            for (place, (map, ty)) in several.iter().enumerate() {
                let inner = line(ty, &" ".repeat(20));
                let _ = writeln!(
                    text,
                    "{indent}    // {}\n{indent}    {place} => {{\n{inner}\n{indent}    }}",
                    map.name
                );
            }
            text + &format!("{indent}    _ => {{}}\n{indent}}}")
        }
    }
}

fn is_plain(ty: &str) -> bool {
    ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64"].contains(&ty)
}
