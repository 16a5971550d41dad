//! `skel/NAME.skel.h` and `skel/NAME.skel.c`: the skeleton as libbpf's look, `struct NAME_bpf` with maps, programs and variables.

use std::fmt::Write as _;

use package::{Description, Map, Variable};

use super::print;
use crate::c_header::{Structs, exports};
use crate::wasm_skel::project::MADE;
use crate::wasm_skel::{Tool, identifier};

/// Bytes of the package on one line.
const LINE: usize = 100;

/// A variable above this size has no copy in the tool: it is read and written by name.
const LARGEST: u32 = 16 * 1024;

/// `BPF_MAP_TYPE_PERF_EVENT_ARRAY` and `BPF_MAP_TYPE_RINGBUF` of include/uapi/linux/bpf.h.
const BUFFERS: [u32; 2] = [4, 27];

/// The two files, and what `src/main.c` does with them.
pub(super) struct Skeleton {
    pub(super) header: String,
    pub(super) source: String,
    /// What prints the events, where they have types; else the default printer has to do.
    pub(super) events: Option<print::Events>,
}

/// The variables of one data section.
struct Section<'a> {
    /// As the skeleton calls it: `rodata`, `bss`.
    name: &'a str,
    variables: Vec<&'a Variable>,
}

pub(super) fn skeleton(tool: &Tool<'_>) -> Skeleton {
    let description = &tool.compiled.description;
    let name = identifier(tool.name);
    let mut structs = Structs::new(&description.types, &format!("{name}_"));
    for export in exports(&tool.compiled.package) {
        structs.add_named(&export, description);
    }
    let sections = sections(description);
    let maps: Vec<&Map> = visible(description).collect();
    let members = Members::new(&name, &sections, &maps, description, &mut structs);
    let events = print::events(&maps, &description.types, &mut structs);
    let header = header(tool.name, &name, &members, structs.finish());
    let source = source(tool, &name, &sections, &maps, description);
    Skeleton { header, source, events }
}

/// Maps that users look for: those of data sections are there as variables.
fn visible(description: &Description) -> impl Iterator<Item = &Map> {
    let is_section = |map: &Map| description.variables.iter().any(|variable| variable.map == map.name);
    let maps = description.maps.iter();
    maps.filter(move |map| !map.hidden && !is_section(map))
}

fn sections(description: &Description) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for variable in &description.variables {
        if variable.hidden || variable.size > LARGEST || variable.size == 0 {
            continue;
        }
        match sections.iter_mut().find(|section| section.name == variable.map) {
            Some(section) => section.variables.push(variable),
            None => sections.push(Section {
                name: &variable.map,
                variables: vec![variable],
            }),
        }
    }
    sections
}

/// The lines in the skeleton's struct.
struct Members {
    maps: String,
    programs: String,
    links: String,
    sections: String,
    asserts: String,
}

impl Members {
    fn new(
        name: &str,
        sections: &[Section<'_>],
        maps: &[&Map],
        description: &Description,
        structs: &mut Structs<'_>,
    ) -> Self {
        let mut members = Self {
            maps: String::new(),
            programs: String::new(),
            links: String::new(),
            sections: String::new(),
            asserts: String::new(),
        };
        // Writing to a string does not fail.
        for map in maps {
            let types = [("key", map.key), ("value", map.value.or(map.record))].map(|(side, index)| {
                let declared = structs.add(index?)?;
                Some(format!("{side}: {declared}"))
            });
            let types: Vec<String> = types.into_iter().flatten().collect();
            let comment = match types.as_slice() {
                [] => String::new(),
                types => format!(" /* {} */", types.join(", ")),
            };
            let _ = writeln!(members.maps, "\t\tstruct bpf_map *{};{comment}", identifier(&map.name));
        }
        for program in &description.programs {
            let _ = writeln!(members.programs, "\t\tstruct bpf_program *{};", program.name);
            let _ = writeln!(members.links, "\t\tstruct bpf_link *{};", program.name);
        }
        for Section {
            name: section,
            variables,
        } in sections
        {
            let _ = writeln!(members.sections, "\tstruct {name}_bpf__{section} {{");
            for variable in variables {
                let declared = if structs.size(variable.ty) == variable.size {
                    structs.declaration(&variable.name, variable.ty, 2)
                } else {
                    // It ends in a flexible array.
                    format!("uint8_t {}[{}]", variable.name, variable.size)
                };
                let comment = comment(variable);
                let _ = writeln!(members.sections, "\t\t{declared};{comment}");
                let _ = writeln!(
                    members.asserts,
                    "_Static_assert(sizeof(((struct {name}_bpf__{section} *)0)->{}) == {}, \"the size in the BPF program\");",
                    variable.name, variable.size
                );
            }
            let _ = writeln!(members.sections, "\t}} *{section};");
        }
        members
    }
}

/// What the author says about a variable, so that it cannot end the comment.
fn comment(variable: &Variable) -> String {
    let text = variable.description.as_deref().unwrap_or_default();
    let text = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("*/", "* /");
    if text.is_empty() {
        String::new()
    } else {
        format!(" /* {text} */")
    }
}

fn header(tool: &str, name: &str, members: &Members, structs: String) -> String {
    let guard = format!("{}_SKEL_H", name.to_ascii_uppercase());
    let group = |what: &str, lines: &str| match lines {
        "" => String::new(),
        lines => format!("\tstruct {{\n{lines}\t}} {what};\n"),
    };
    format!(
        "/* The skeleton of {tool}, {MADE}. */\n#ifndef {guard}\n#define {guard}\n\n#include <eunomia.h>\n\n\
         /* Types of the BPF program, as wide as they are there: pointers and long have 64 bits. */\n\n{structs}\
         /* The object: its maps, programs and variables. Set what is in rodata before it is loaded. Links that the tool puts into\n \
         * `links` are destroyed with it, and programs that have one are not attached again. */\n\
         struct {name}_bpf {{\n\tstruct bpf_object *obj;\n\tchar *shadow; /* not for the tool */\n{maps}{programs}{links}{sections}}};\n\n\
         {asserts}\n\
         /* Opens the package that the component carries. NULL on errors, as everywhere: eunomia_error() says why. */\n\
         struct {name}_bpf *{name}_bpf__open(void);\n\n\
         /* Loads it with the variables as they are set. 0, or a negative errno. */\n\
         int {name}_bpf__load(struct {name}_bpf *skel);\n\n\
         /* Both. */\nstruct {name}_bpf *{name}_bpf__open_and_load(void);\n\n\
         /* Attaches each program to what its section names, and detaches. */\n\
         int {name}_bpf__attach(struct {name}_bpf *skel);\nvoid {name}_bpf__detach(struct {name}_bpf *skel);\n\n\
         /* The variables that are not read-only are copies of those in the kernel: pull reads them, push writes those that the tool has\n \
         * changed since. */\n\
         int {name}_bpf__pull(struct {name}_bpf *skel);\nint {name}_bpf__push(struct {name}_bpf *skel);\n\n\
         /* Detaches, unloads and frees. NULL is fine. */\nvoid {name}_bpf__destroy(struct {name}_bpf *skel);\n\n#endif\n",
        maps = group("maps", &members.maps),
        programs = group("progs", &members.programs),
        links = group("links", &members.links),
        sections = members.sections,
        asserts = members.asserts,
    )
}

fn source(tool: &Tool<'_>, name: &str, sections: &[Section<'_>], maps: &[&Map], description: &Description) -> String {
    let (mut initial, mut variables, mut places) = (String::new(), String::new(), String::new());
    for Section {
        name: section,
        variables: own,
    } in sections
    {
        let _ = writeln!(
            places,
            "\t{{ offsetof(struct {name}_bpf, {section}), sizeof(struct {name}_bpf__{section}) }},"
        );
        for variable in own {
            let bytes = initial_bytes(variable, description);
            let from = if bytes.iter().all(|byte| *byte == 0) {
                "NULL".to_owned()
            } else {
                let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
                let _ = writeln!(
                    initial,
                    "static const uint8_t initial_{}[] = {{ {} }};",
                    variable.name,
                    list.join(", ")
                );
                format!("initial_{}", variable.name)
            };
            let _ = writeln!(
                variables,
                "\t{{ \"{variable}\", offsetof(struct {name}_bpf, {section}), offsetof(struct {name}_bpf__{section}, {variable}),\n\t  \
                 {size}, {read_only}, {from} }},",
                variable = variable.name,
                size = variable.size,
                read_only = variable.read_only,
            );
        }
    }
    let maps: String = maps
        .iter()
        .map(|map| {
            let member = identifier(&map.name);
            format!(
                "\t{{ \"{}\", offsetof(struct {name}_bpf, maps.{member}) }},\n",
                map.name
            )
        })
        .collect();
    let programs: String = description
        .programs
        .iter()
        .map(|program| {
            let program = &program.name;
            format!(
                "\t{{ \"{program}\", offsetof(struct {name}_bpf, progs.{program}), offsetof(struct {name}_bpf, links.{program}) }},\n"
            )
        })
        .collect();
    let mut fields = String::new();
    let mut tables = initial;
    for (kind, field, lines) in [
        ("section", "sections", places),
        ("variable", "variables", variables),
        ("map", "maps", maps),
        ("program", "programs", programs),
    ] {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(
            tables,
            "static const struct eunomia_skeleton_{kind} {field}[] = {{\n{lines}}};\n"
        );
        let _ = writeln!(
            fields,
            "\t.{field} = {field},\n\t.num_{field} = sizeof({field}) / sizeof(*{field}),"
        );
    }
    format!(
        "/* The skeleton of {tool}, {MADE}. */\n#include \"{tool}.skel.h\"\n\n\
         /* The package, in a section of the component that takes no memory when it runs. */\n{package}\n{tables}\
         static const struct eunomia_skeleton skeleton = {{\n\t.name = \"{tool}\",\n\t.size = sizeof(struct {name}_bpf),\n{fields}}};\n\n\
         {functions}",
        tool = tool.name,
        package = section(tool.name, tool.json),
        functions = functions(name),
    )
}

/// The bytes that a variable has if nobody sets it: the package's value over the object's own.
fn initial_bytes(variable: &Variable, description: &Description) -> Vec<u8> {
    let mut bytes = variable.initial.clone();
    if let Some(value) = &variable.value
        && package::encode_value(&description.types, variable.ty, value, &mut bytes).is_err()
    {
        return variable.initial.clone();
    }
    bytes
}

/// Assembly that puts the package into the custom section that the contract names: `object.skeleton.embedded`.
fn section(tool: &str, json: &[u8]) -> String {
    let mut text = format!("__asm__(\".section \\\".custom_section.eunomia:bpf/skeleton:{tool}\\\",\\\"\\\",@\\n\"\n");
    let json = String::from_utf8_lossy(json);
    let characters: Vec<char> = json.chars().collect();
    for line in characters.chunks(LINE) {
        text.push_str("\t\".ascii \\\"");
        for c in line {
            match c {
                // Once for the assembler's string, and once more for C's around it.
                '"' => text.push_str("\\\\\\\""),
                '\\' => text.push_str("\\\\\\\\"),
                // Could be the beginning of a trigraph.
                '?' => text.push_str("\\?"),
                c => text.push(*c),
            }
        }
        text.push_str("\\\"\\n\"\n");
    }
    text.push_str("\t\".text\\n\");\n");
    text
}

fn functions(name: &str) -> String {
    let own = format!("struct {name}_bpf *");
    format!(
        "{own}{name}_bpf__open(void)\n{{\n\treturn eunomia_skeleton__open(&skeleton);\n}}\n\n\
         int {name}_bpf__load({own}skel)\n{{\n\treturn eunomia_skeleton__load(&skeleton, skel);\n}}\n\n\
         {own}{name}_bpf__open_and_load(void)\n{{\n\t{own}skel = {name}_bpf__open();\n\n\
         \tif (skel && {name}_bpf__load(skel)) {{\n\t\t{name}_bpf__destroy(skel);\n\t\treturn NULL;\n\t}}\n\treturn skel;\n}}\n\n\
         int {name}_bpf__attach({own}skel)\n{{\n\treturn eunomia_skeleton__attach(&skeleton, skel);\n}}\n\n\
         void {name}_bpf__detach({own}skel)\n{{\n\t(void)eunomia_skeleton__detach(&skeleton, skel);\n}}\n\n\
         int {name}_bpf__pull({own}skel)\n{{\n\treturn eunomia_skeleton__pull(&skeleton, skel);\n}}\n\n\
         int {name}_bpf__push({own}skel)\n{{\n\treturn eunomia_skeleton__push(&skeleton, skel);\n}}\n\n\
         void {name}_bpf__destroy({own}skel)\n{{\n\teunomia_skeleton__destroy(&skeleton, skel);\n}}\n"
    )
}

/// The maps whose records are events with a type.
pub(super) fn sources<'a>(maps: &[&'a Map]) -> Vec<&'a Map> {
    let of_events = |map: &&&Map| BUFFERS.contains(&map.kind) && map.record.is_some();
    maps.iter().filter(of_events).copied().collect()
}
