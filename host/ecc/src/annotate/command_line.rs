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
    // A number in quotes is what a user would type.
    let typed = default.as_str().and_then(|text| text.parse::<Value>().ok());
    if typed.is_some_and(|typed| encode_value(types, variable.ty, &typed, &mut scratch).is_ok()) {
        return Ok(());
    }
    let message = format!(
        "@cmdarg: default is no value of {} {}: {error}",
        variable.type_name, variable.name
    );
    Err(source.error_at(item.place("default"), &message))
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
