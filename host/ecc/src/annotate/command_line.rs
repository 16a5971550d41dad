//! What `@cmdarg` asks for against the types of variables and against each other: the package's command line as a whole.

use std::collections::HashMap;

use package::{Description, TypeIndex, TypeKind, Types, Value, Variable, encode_value};

use super::place::Place;
use crate::error::{Error, Result};
use crate::source::SourceFile;
use crate::source::comment::Item;

/// Checks every option that the comments ask for.
pub(super) fn check(items: &[(Place, Item)], source: &SourceFile, description: &Description) -> Result<()> {
    let mut options = Options {
        source,
        has_version: description.doc.version.is_some(),
        longs: HashMap::new(),
        shorts: HashMap::new(),
    };
    for (place, item) in items.iter().filter(|(_, item)| item.key == "cmdarg") {
        let Some(variable) = find(description, place) else {
            continue;
        };
        check_type(source, item, variable, &description.types)?;
        check_default(source, item, variable, &description.types)?;
        options.add(item, variable)?;
    }
    Ok(())
}

/// By name: the description leaves out what the object has not, so places differ.
fn find<'description>(description: &'description Description, place: &Place) -> Option<&'description Variable> {
    description
        .variables
        .iter()
        .find(|variable| variable.name == place.name)
}

/// A command line has words for numbers, enums, strings and arrays of them.
fn takes_words(types: &Types, ty: TypeIndex) -> bool {
    match types.get(ty).map(|ty| &ty.kind) {
        Some(TypeKind::Array { element, .. }) => takes_words(types, *element),
        Some(TypeKind::Struct(_) | TypeKind::Union(_) | TypeKind::Pointer | TypeKind::Opaque) | None => false,
        Some(_) => true,
    }
}

fn check_type(source: &SourceFile, item: &Item, variable: &Variable, types: &Types) -> Result<()> {
    if takes_words(types, variable.ty) {
        return Ok(());
    }
    let message = format!(
        "@cmdarg: {} is of type {}, which cannot be given on a command line",
        variable.name, variable.type_name
    );
    Err(source
        .error_at(item.offset, &message)
        .with_hint("options can be numbers, bools, enums, strings and arrays of these"))
}

fn check_default(source: &SourceFile, item: &Item, variable: &Variable, types: &Types) -> Result<()> {
    let Some(default) = item.value.get("default").filter(|default| !default.is_null()) else {
        return Ok(());
    };
    let mut scratch = variable.initial.clone();
    let Err(error) = encode_value(types, variable.ty, default, &mut scratch) else {
        return Ok(());
    };
    let typed = typed(types, variable.ty, default);
    if typed.is_some_and(|value| encode_value(types, variable.ty, &value, &mut scratch).is_ok()) {
        return Ok(());
    }
    let message = format!(
        "@cmdarg: default is no value of {} {}: {error}",
        variable.type_name, variable.name
    );
    Err(source.error_at(item.place("default"), &message))
}

/// What a default means that is written as a user would type it, with or without quotes: `"0x10"`, `1` for true, `"1,2,3"`.
fn typed(types: &Types, ty: TypeIndex, value: &Value) -> Option<Value> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    match &types.get(ty)?.kind {
        TypeKind::Bool => match text.as_str() {
            "0" | "false" => Some(Value::Bool(false)),
            "1" | "true" => Some(Value::Bool(true)),
            _ => None,
        },
        TypeKind::Array { element, .. } => match types.get(*element)?.kind {
            TypeKind::Char => Some(text.into()),
            _ => text
                .split(',')
                .map(|part| typed(types, *element, &part.trim().into()))
                .collect(),
        },
        TypeKind::Int { .. } => whole(&text),
        _ => Some(text.parse().unwrap_or_else(|_| text.into())),
    }
}

/// A whole number as C writes it.
fn whole(text: &str) -> Option<Value> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let bases = [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8), ("0", 8)];
    let in_base = bases.iter().find_map(|(prefix, base)| {
        let digits = digits.strip_prefix(prefix).filter(|digits| !digits.is_empty())?;
        u128::from_str_radix(digits, *base).ok()
    });
    let decimal = in_base.map_or(digits.to_owned(), |number| number.to_string());
    format!("{sign}{decimal}").parse().ok()
}

/// The names that are taken, and by which variable. Those of variables without a comment are not: they give way to who asks.
struct Options<'a> {
    source: &'a SourceFile,
    has_version: bool,
    longs: HashMap<String, &'a str>,
    shorts: HashMap<String, &'a str>,
}

impl<'a> Options<'a> {
    fn add(&mut self, item: &Item, variable: &'a Variable) -> Result<()> {
        let text = |name: &str| {
            let text = item.value.get(name)?.as_str()?;
            Some(text.trim_start_matches('-').to_owned())
        };
        if let Some(short) = text("short") {
            if short == "h" || short == "V" && self.has_version {
                let meaning = if short == "h" { "help" } else { "version" };
                return Err(self.taken(item, "short", &format!("-{short} is the option for the {meaning}")));
            }
            if let Some(other) = self.shorts.insert(short.clone(), &variable.name) {
                return Err(self.taken(item, "short", &format!("-{short} is the option of {other} already")));
            }
        }
        let long = text("long").unwrap_or_else(|| variable.name.clone());
        let folded = folded(&long);
        if folded == "help" || folded == "version" && self.has_version {
            return Err(self.taken(item, "long", &format!("--{long} is the option for the {folded}")));
        }
        match self.longs.insert(folded, &variable.name) {
            Some(other) => Err(self.taken(item, "long", &format!("--{long} is the option of {other} already"))),
            None => Ok(()),
        }
    }

    fn taken(&self, item: &Item, member: &str, reason: &str) -> Error {
        let error = self.source.error_at(item.place(member), &format!("@cmdarg: {reason}"));
        let other = if member == "short" { "letter" } else { "name" };
        error.with_hint(format!("take another {other} with {{\"{member}\": …}}"))
    }
}

/// `_` and `-` are the same on a command line.
fn folded(name: &str) -> String {
    name.replace('_', "-")
}
