//! The lines of `src/main.c` that read events and print their members.

use std::fmt::Write as _;

use package::{Map, Member, Type, TypeKind, Types};

use super::skeleton::sources;
use crate::c_header::Structs;
use crate::wasm_skel::identifier;

/// What a `main.c` needs for its events.
pub(super) struct Events {
    /// The lines of the list of inputs.
    pub(super) inputs: String,
    /// The functions that print an event, one for each map.
    pub(super) functions: String,
    /// The lines that call the one that a record is for.
    pub(super) calls: String,
}

/// None if no map has events of a struct that has a name: then nobody knows what to print.
pub(super) fn events(maps: &[&Map], types: &Types, structs: &mut Structs<'_>) -> Option<Events> {
    let mut events = Events {
        inputs: String::new(),
        functions: String::new(),
        calls: String::new(),
    };
    let sources = sources(maps);
    for (place, map) in sources.iter().enumerate() {
        let record = map.record?;
        let name = structs.add(record)?;
        let function = format!("show_{}", identifier(&map.name));
        let member = identifier(&map.name);
        // Writing to a string does not fail.
        let _ = writeln!(events.inputs, "\t\t{{ .map = skel->maps.{member} }},");
        let _ = writeln!(
            events.functions,
            "/* A record of the map {map}. The text goes out at the end of each batch. */\nstatic void {function}(const {name} *event)\n{{\n{lines}}}\n",
            map = map.name,
            lines = lines(types.get(record)?, types),
        );
        let (indent, case) = if sources.len() == 1 {
            ("\t\t\t", String::new())
        } else {
            ("\t\t\t\t", format!("\t\t\tif (record.source == {place}) {{\n"))
        };
        let _ = write!(
            events.calls,
            "{case}{indent}const {name} *event = eunomia_record__as(&record, {name});\n\n{indent}if (event)\n{indent}\t{function}(event);\n{end}",
            end = if case.is_empty() { "" } else { "\t\t\t}\n" },
        );
    }
    (!sources.is_empty()).then_some(events)
}

/// Each member that is a number or text, on one line of output.
fn lines(ty: &Type, types: &Types) -> String {
    let (TypeKind::Struct(members) | TypeKind::Union(members)) = &ty.kind else {
        return String::new();
    };
    let shown: Vec<(String, String)> = members
        .iter()
        .filter(|member| !member.name.is_empty())
        .filter_map(|member| member_format(member, types))
        .collect();
    let mut text = String::new();
    for (place, (format, value)) in shown.iter().enumerate() {
        let end = if place + 1 == shown.len() { "\\n" } else { " " };
        let _ = writeln!(text, "\teunomia_printf(\"{format}{end}\", {value});");
    }
    if shown.is_empty() {
        // A struct of structs: its bytes are all that can be said here.
        text.push_str("\teunomia_printf(\"an event of %zu bytes\\n\", sizeof(*event));\n");
    }
    text
}

/// `name=%d` and the argument for it; none for structs and arrays of numbers.
fn member_format(member: &Member, types: &Types) -> Option<(String, String)> {
    let name = &member.name;
    let ty = types.get(member.ty)?;
    let (format, value) = match &ty.kind {
        TypeKind::Array { element, count } if matches!(types.get(*element)?.kind, TypeKind::Char) => {
            (format!("%.{count}s"), format!("event->{name}"))
        }
        TypeKind::Int { signed } | TypeKind::Enum { signed, .. } if ty.size <= 8 => {
            let kind = if *signed { "long long" } else { "unsigned long long" };
            let letter = if *signed { "d" } else { "u" };
            (format!("%ll{letter}"), format!("({kind})event->{name}"))
        }
        TypeKind::Bool | TypeKind::Char => ("%d".to_owned(), format!("event->{name}")),
        TypeKind::Pointer => ("%#llx".to_owned(), format!("(unsigned long long)event->{name}")),
        TypeKind::Float if ty.size <= 8 => ("%g".to_owned(), format!("event->{name}")),
        _ => return None,
    };
    Some((format!("{name}={format}"), value))
}
