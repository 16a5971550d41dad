//! From the comments of a BPF source into the metadata of its package.

mod command_line;
mod commands;
mod maps;
mod meant;
mod place;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::source::SourceFile;
use crate::source::comment::{Comment, Item};
use crate::source::declarations::{Declaration, declarations};
use crate::source::lexer::{Kind, Token, tokens};
use place::{Place, Role};

/// The parts of `bpf_skel.doc`.
const DOC: [&str; 5] = ["version", "brief", "details", "description", "author"];

/// What the comments said, and where: for what turns out to be wrong with it later.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    items: Vec<(Place, Item)>,
    /// What nobody reads, and was probably meant otherwise.
    pub(crate) unread: Vec<Error>,
}

/// Adds what the comments say to `meta`: descriptions and options of variables, settings of maps and programs, the doc.
///
/// `type_id` finds the BTF ID of a struct by its name.
pub(crate) fn annotate(
    meta: &mut Value,
    source: &SourceFile,
    type_id: impl Fn(&str) -> Option<u32>,
) -> Result<Annotations> {
    let mut annotations = Annotations::default();
    let Some(skeleton) = meta.get_mut("bpf_skel") else {
        return Ok(annotations);
    };
    let tokens = tokens(&source.text);
    let (doc, rest) = file_comment(&tokens);
    if let Some(comment) = doc {
        set_doc(skeleton, &comment);
    }
    for declaration in declarations(rest) {
        if declaration.comments.is_empty() {
            continue;
        }
        if declaration.has("\"license\"") {
            set_doc(skeleton, &Comment::read(&declaration.comments));
            continue;
        }
        let place = Place::of(skeleton, &declaration);
        let said = Comment::read(&declaration.comments);
        let role = place.as_ref().map(|place| place.role);
        annotations.unread.extend(meant::unread(source, role, &said));
        if let Some(place) = place {
            let wanted = |key: &str| commands::belongs(place.role, key);
            let comment = Comment::parse(source, &declaration.comments, wanted)?;
            annotations.add(skeleton, source, &place, comment, &type_id)?;
        } else {
            check_static(source, &declaration)?;
        }
    }
    if annotations.has_export_config()
        && let Some(meta) = meta.as_object_mut()
    {
        meta.insert("enable_multiple_export_types".to_owned(), true.into());
    }
    Ok(annotations)
}

/// The structs that `@export_config` names: the object has to have them.
pub(crate) fn named_structs(source: &SourceFile) -> Vec<String> {
    let declarations = declarations(&tokens(&source.text));
    let named = declarations.iter().filter_map(|declaration| {
        let comment = Comment::read(&declaration.comments);
        let name = commands::struct_name(comment.get("export_config")?.as_str()?).to_owned();
        (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(name)
    });
    named.filter(|name| !commands::is_export_word(name)).collect()
}

/// The first block comment of the file, if it has `@brief` and no code stands before it, and what comes after it.
fn file_comment<'a, 'text>(tokens: &'a [Token<'text>]) -> (Option<Comment>, &'a [Token<'text>]) {
    let before_code = tokens
        .iter()
        .take_while(|token| matches!(token.kind, Kind::Comment | Kind::TrailingComment | Kind::Directive));
    for (place, token) in before_code.enumerate() {
        if token.kind == Kind::Comment && token.text.starts_with("/*") {
            let comment = Comment::read(&[*token]);
            if comment.has("brief") {
                return (Some(comment), tokens.get(place + 1..).unwrap_or_default());
            }
            break;
        }
    }
    (None, tokens)
}

/// An option for a variable that nobody outside of the file can see.
fn check_static(source: &SourceFile, declaration: &Declaration<'_>) -> Result<()> {
    let comment = Comment::read(&declaration.comments);
    let item = comment.items.iter().find(|item| item.key == "cmdarg");
    match (item, declaration.names().first()) {
        (Some(item), Some(name)) if !declaration.is_function && declaration.has("static") => Err(source
            .error_at(
                item.offset,
                &format!("{name} is static: nothing outside of the program can set it"),
            )
            .with_hint("leave out `static`")),
        _ => Ok(()),
    }
}

impl Annotations {
    fn add(
        &mut self,
        skeleton: &mut Value,
        source: &SourceFile,
        place: &Place,
        comment: Comment,
        type_id: &impl Fn(&str) -> Option<u32>,
    ) -> Result<()> {
        if place.role != Role::Map
            && let Some(description) = comment.description().or_else(|| comment.get("brief")?.as_str())
        {
            set(skeleton, place, "description", description.into());
        }
        for item in comment.items {
            if !commands::belongs(place.role, &item.key) {
                continue;
            }
            let value = commands::value(source, skeleton, &item, type_id)?;
            let again = |(other, before): &(Place, Item)| other == place && before.key == item.key;
            if item.key == "cmdarg" && self.items.iter().any(again) {
                return Err(source.error_at(item.offset, "this is the second @cmdarg of one variable"));
            }
            set(skeleton, place, &item.key, value);
            self.items.push((place.clone(), item));
        }
        Ok(())
    }

    fn has_export_config(&self) -> bool {
        self.items.iter().any(|(_, item)| item.key == "export_config")
    }

    /// Checks what can only be said when the metadata has been joined with the object.
    pub(crate) fn check(&self, source: &SourceFile, description: &package::Description) -> Result<()> {
        command_line::check(&self.items, source, description)?;
        maps::check(&self.items, source, description)
    }

    /// What is wrong with the package, at the place of the comment that is the cause, if one is.
    pub(crate) fn explain(&self, source: &SourceFile, error: &package::Error) -> Option<Error> {
        let path = error.path().strip_prefix("meta.bpf_skel.")?;
        let (item, rest) = self.items.iter().rev().find_map(|(place, item)| {
            let rest = path.strip_prefix(&format!("{}.{}", place.path, item.key))?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some((item, rest.trim_start_matches('.')))
        })?;
        let whole = error.to_string();
        let reason = whole.strip_prefix(&format!("{}: ", error.path())).unwrap_or(&whole);
        let part = if rest.is_empty() {
            String::new()
        } else {
            format!("{rest}: ")
        };
        let found = source.error_at(item.place(rest), &format!("@{}: {part}{reason}", item.key));
        Some(match error.hint() {
            Some(hint) => found.with_hint(hint),
            None => found,
        })
    }
}

fn set(skeleton: &mut Value, place: &Place, key: &str, value: Value) {
    if let Some(entry) = skeleton.pointer_mut(&place.pointer).and_then(Value::as_object_mut) {
        entry.insert(key.to_owned(), value);
    }
}

fn set_doc(skeleton: &mut Value, comment: &Comment) {
    let Some(skeleton) = skeleton.as_object_mut() else {
        return;
    };
    let mut doc = match skeleton.remove("doc") {
        Some(Value::Object(doc)) => doc,
        _ => Map::new(),
    };
    for key in DOC {
        if let Some(value) = comment.get(key) {
            doc.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(description) = comment.description() {
        doc.insert("description".to_owned(), description.into());
    }
    if !doc.is_empty() {
        skeleton.insert("doc".to_owned(), doc.into());
    }
}

#[cfg(test)]
mod tests;
