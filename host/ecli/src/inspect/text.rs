//! A package for people: short, in columns, the same for the same file.

use package::{Map, TypeKind, Variable};
use runtime::{Kept, Places, names};

use super::facts::{self, Facts};
use super::layouts::{exported, rows, size_of_type, type_text};
use super::option;
use super::table::{Side, Table, clean};

/// Characters of a value that are worth a column.
const VALUE: usize = 32;

/// Characters of a line that lists names.
const LINE: usize = 100;

/// All of it.
pub(super) fn package(facts: &Facts<'_>) -> String {
    let mut text = summary(facts);
    for (head, part) in [
        ("PROGRAMS", programs(facts)),
        ("MAPS", maps(facts)),
        ("VARIABLES", variables(facts)),
        ("TYPES OF EVENTS", types(facts)),
    ] {
        if !part.is_empty() {
            text += &format!("\n{head}\n{part}");
        }
    }
    text
}

fn summary(facts: &Facts<'_>) -> String {
    let (doc, needs) = (&facts.description.doc, &facts.needs);
    let brief = doc.brief.as_ref().or(doc.description.as_ref());
    let title = match brief {
        Some(brief) => format!("{}: {}", facts.description.name, brief.trim()),
        None => facts.description.name.clone(),
    };
    let mut lines = vec![clean(&title), String::new()];
    let mut line = |name: &str, value: String| lines.push(format!("{name:<9} {}", clean(&value)));
    if let Some(version) = &doc.version {
        line("version", version.clone());
    }
    let claimed = facts.claimed_version();
    let generator = claimed.map_or(String::new(), |version| format!(", written as {version}"));
    line("format", format!("0.3{generator}"));
    line("package", format!("{} bytes, {}", facts.file.size, facts.file.digest));
    for object in &facts.objects {
        let whose = object.architecture.map_or(String::new(), |name| format!(" for {name}"));
        line("object", format!("{} bytes{whose}, {}", object.size, object.digest));
    }
    line("license", needs.license.clone().unwrap_or_else(|| "none".into()));
    line("needs", needed(facts));
    let kept = Kept::for_package(facts.description, &Places::default(), true);
    line("keeps", format!("{kept} once it is attached"));
    lines.join("\n") + "\n"
}

/// What the kernel must have before any program runs.
fn needed(facts: &Facts<'_>) -> String {
    let needs = &facts.needs;
    let mut wanted = Vec::new();
    if needs.btf.relocations > 0 {
        wanted.push(format!(
            "the kernel's BTF for {} CO-RE relocations",
            needs.btf.relocations
        ));
    }
    if let Some(section) = &needs.btf.kernel {
        wanted.push(format!("the kernel's own BTF for {section}"));
    }
    if !needs.configuration.is_empty() {
        wanted.push(format!("values of {}", needs.configuration.join(", ")));
    }
    if !needs.variables.is_empty() {
        wanted.push(format!("the addresses of {}", needs.variables.join(", ")));
    }
    if wanted.is_empty() {
        return "no BTF of the kernel".into();
    }
    if facts.kernels > 0 {
        wanted.push(format!(
            "or one of the {} kernels whose types it carries",
            facts.kernels
        ));
    }
    wanted.join("; ")
}

fn programs(facts: &Facts<'_>) -> String {
    let mut table = Table::new(&[
        ("NAME", Side::Left),
        ("TYPE", Side::Left),
        ("SECTION", Side::Left),
        ("INSTRUCTIONS", Side::Right),
    ]);
    for program in &facts.description.programs {
        let mut notes = Vec::new();
        if !program.link {
            notes.push("not attached unless asked for".into());
        }
        if let Some(attach) = &program.attach {
            notes.push(format!("attached to {attach}"));
        }
        for (key, value) in program.options.iter().filter(|(key, _)| *key != "description") {
            notes.push(format!("{key} {value}"));
        }
        let code = facts.code(program);
        if let Some(code) = code {
            notes.extend(listed("calls", &facts::helpers(code)));
            notes.extend(listed("kfuncs", &facts::kfuncs(code)));
            notes.extend(listed("through", &code.subprograms));
        }
        let cells = [
            program.name.clone(),
            facts::program_type(program),
            program.section.clone(),
            code.map_or(0, |code| code.instructions).to_string(),
        ];
        table.row(cells, notes);
    }
    table.lines()
}

/// `what A, B, C`, over as many lines as it takes.
fn listed(what: &str, names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.chars().count() + name.chars().count() < LINE => *line += &format!(" {name}{comma}"),
            Some(_) => lines.push(format!("{:width$} {name}{comma}", "", width = what.len())),
            None => lines.push(format!("{what} {name}{comma}")),
        }
    }
    lines
}

fn maps(facts: &Facts<'_>) -> String {
    let types = &facts.description.types;
    let mut table = Table::new(&[
        ("NAME", Side::Left),
        ("KIND", Side::Left),
        ("KEY", Side::Left),
        ("VALUE", Side::Left),
        ("ENTRIES", Side::Right),
        ("FLAGS", Side::Left),
    ]);
    for map in &facts.description.maps {
        let part = |ty: Option<u32>, size: u32| match ty {
            Some(ty) => format!("{} ({size})", type_text(types, ty)),
            None if size > 0 => format!("{size} bytes"),
            None => String::new(),
        };
        let cells = [
            map.name.clone(),
            facts::map_kind(map),
            part(map.key, map.key_size),
            part(map.value, map.value_size),
            map.max_entries.to_string(),
            names::map_flags(map.flags).join(", "),
        ];
        table.row(cells, map_notes(map, facts));
    }
    table.lines()
}

fn map_notes(map: &Map, facts: &Facts<'_>) -> Vec<String> {
    let types = &facts.description.types;
    let mut notes = Vec::new();
    if let Some(source) = facts::source(map) {
        let record = match map.record {
            Some(ty) => format!(" of {} ({})", type_text(types, ty), size_of_type(types, ty)),
            None => String::new(),
        };
        let every = map
            .sample
            .as_ref()
            .map_or(String::new(), |sample| format!(", every {} ms", sample.interval_ms));
        let lost = match (&map.lost, source) {
            (Some(lost), _) => format!(", losses counted in {lost}"),
            (None, "ring") => ", losses not counted".into(),
            _ => String::new(),
        };
        notes.push(format!("events: {source}{record}{every}{lost}"));
    }
    if map.hidden {
        notes.push("hidden: made by the compiler of the package".into());
    }
    if map.stack_trace.is_some() {
        notes.push("its records are stack traces".into());
    }
    if map.pinned {
        notes.push("asks to be pinned by its name".into());
    }
    if !map.data.is_empty() {
        notes.push(format!("{} entries from the start", map.data.len()));
    }
    notes
}

fn variables(facts: &Facts<'_>) -> String {
    let mut table = Table::new(&[
        ("NAME", Side::Left),
        ("TYPE", Side::Left),
        ("SECTION", Side::Left),
        ("DEFAULT", Side::Left),
        ("OPTION", Side::Left),
    ]);
    for variable in &facts.description.variables {
        let option = if variable.hidden {
            Some("hidden".to_owned())
        } else {
            option::spelling(variable, facts.description)
        };
        let cells = [
            variable.name.clone(),
            variable.type_name.clone(),
            variable.section.clone(),
            default_text(variable, facts),
            option.unwrap_or_default(),
        ];
        table.row(cells, variable.description.iter().cloned().collect());
    }
    table.lines()
}

fn default_text(variable: &Variable, facts: &Facts<'_>) -> String {
    let text = facts.default(variable).to_string();
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn types(facts: &Facts<'_>) -> String {
    let types = &facts.description.types;
    let mut blocks = Vec::new();
    for index in exported(facts.description) {
        let Some(ty) = types.get(index) else { continue };
        let head = format!("  {}, {} bytes\n", clean(&type_text(types, index)), ty.size);
        blocks.push(match &ty.kind {
            // Those without a name are shown where they lie.
            _ if ty.name.is_empty() => continue,
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                let columns = [
                    ("  OFFSET", Side::Right),
                    ("SIZE", Side::Right),
                    ("TYPE", Side::Left),
                    ("NAME", Side::Left),
                ];
                let mut table = Table::new(&columns);
                rows(types, members)
                    .into_iter()
                    .for_each(|row| table.row(row, Vec::new()));
                head + &table.lines()
            }
            TypeKind::Enum { values, .. } => {
                let names: Vec<String> = values.iter().map(|(name, value)| format!("{name} {value}")).collect();
                let lines = listed("", &names);
                head + &lines
                    .iter()
                    .map(|line| format!("    {}\n", clean(line.trim())))
                    .collect::<String>()
            }
            _ => continue,
        });
    }
    blocks.join("\n")
}
