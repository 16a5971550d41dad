//! The structs of an export header.

use super::SourceFile;
use super::comment::Comment;
use super::declarations::{Declaration, declarations};
use super::lexer::{Token, tokens};
use crate::error::{Error, Result};

/// The structs that events have, in the order of the header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exports {
    /// Those that have `@export`: each must be found in the object.
    Picked(Vec<Export>),
    /// All that have a name. Some may be behind a condition.
    All(Vec<Export>),
}

/// A struct of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    pub(crate) name: String,
    /// Whether only a typedef names it: `typedef struct { … } NAME;`.
    pub(crate) is_typedef: bool,
    /// Where it, or its `@export`, stands in the header.
    pub(crate) offset: usize,
}

impl Exports {
    pub(crate) fn structs(&self) -> &[Export] {
        match self {
            Self::Picked(structs) | Self::All(structs) => structs,
        }
    }
}

/// The named structs at file scope, or those with `@export` if any has it.
pub(crate) fn exported_structs(header: &SourceFile) -> Result<Exports> {
    let (mut all, mut picked) = (Vec::new(), Vec::new());
    for declaration in declarations(&tokens(&header.text)) {
        let export = struct_of(&declaration);
        let comment = Comment::read(&declaration.comments);
        let wanted = comment.items.iter().find(|item| item.key == "export");
        match (export, wanted) {
            (Some(export), Some(item)) => picked.push(Export {
                offset: item.offset,
                ..export
            }),
            (Some(export), None) => all.push(export),
            (None, Some(item)) => {
                return Err(header
                    .error_at(
                        item.offset,
                        "@export stands on nothing that defines a struct with a name",
                    )
                    .with_hint("put it right above `struct event { … };`"));
            }
            (None, None) => {}
        }
    }
    Ok(if picked.is_empty() {
        Exports::All(all)
    } else {
        Exports::Picked(picked)
    })
}

/// What comments of a header say that is nearly `@export`.
pub(crate) fn nearly_exported(header: &SourceFile) -> Vec<Error> {
    let declarations = declarations(&tokens(&header.text));
    let comments = declarations
        .iter()
        .map(|declaration| Comment::read(&declaration.comments));
    let mut notes = Vec::new();
    for item in comments.flat_map(|comment| comment.items) {
        if matches!(strsim::osa_distance(&item.key, "export"), 1 | 2) {
            let message = format!("ecc has no @{}: did you mean @export?", item.key);
            notes.push(header.error_at(item.offset, &message));
        }
    }
    notes
}

/// The struct that a declaration defines, by its tag or by the typedef that is its only name.
fn struct_of(declaration: &Declaration<'_>) -> Option<Export> {
    if declaration.is_function {
        return None;
    }
    let keyword = declaration
        .tokens
        .iter()
        .find(|token| matches!(token.text, "struct" | "union" | "enum" | "="))?;
    if keyword.text != "struct" {
        return None;
    }
    let export = |token: &Token<'_>, is_typedef| Export {
        name: token.text.to_owned(),
        is_typedef,
        offset: token.offset,
    };
    let first = declaration.inside.first()?;
    let has_value = declaration
        .tokens
        .iter()
        .any(|token| token.is("=") && token.offset < first.offset);
    if has_value {
        return None;
    }
    if let Some(tag) = declaration.tag() {
        return Some(export(tag, false));
    }
    let is_typedef = declaration.tokens.first().is_some_and(|token| token.text == "typedef");
    let name = declaration.names().into_iter().next().filter(|_| is_typedef)?;
    let token = declaration.tokens.iter().find(|token| token.text == name)?;
    Some(export(token, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exports(text: &str) -> Exports {
        exported_structs(&SourceFile {
            path: "a.h".into(),
            text: text.into(),
        })
        .unwrap()
    }

    /// Names, and how they are to be written in C.
    fn names(exports: &[Export]) -> Vec<String> {
        let c_name = |export: &Export| {
            if export.is_typedef {
                export.name.clone()
            } else {
                format!("struct {}", export.name)
            }
        };
        exports.iter().map(c_name).collect()
    }

    #[test]
    fn without_a_choice_every_named_struct_at_file_scope_counts() {
        let text = "struct a { struct inner { int x; } i; };\ntypedef struct b { int y; } b_t;\nstruct c;\nstruct a *f(struct a *);\nstatic struct a g(void) {}\n\
            struct __attribute__((packed)) d { int z; };\ntypedef struct { int q; } no_tag;\n/* struct e { }; */\nstruct a value = { 1 };\n\
            struct __packed g { int z; } __attribute__((aligned(8)));\n#if 0\nstruct h { int x; };\n#endif\nunion u { int x; };";
        let Exports::All(all) = exports(text) else {
            panic!("nothing is picked");
        };
        assert_eq!(names(&all), ["struct a", "struct b", "struct d", "no_tag", "struct g"]);
    }

    #[test]
    fn an_export_comment_picks_the_struct_that_it_stands_on() {
        let text = "struct a { int x; };\n/// Something happened.\n/// @export\nstruct b { int y; };\nstruct c { int z; };\n\
            /** @export */ typedef struct d { struct a a; } d_t;\n/// @export\n#ifdef BIG\nstruct e { long x; };\n#else\nstruct f { int x; };\n\
            #endif\n/// @export\ntypedef struct __attribute__((packed)) {\n int x; } g_t, *g_p; struct h { int x; }; ///< @export";
        let Exports::Picked(picked) = exports(text) else {
            panic!("some are picked");
        };
        assert_eq!(
            names(&picked),
            ["struct b", "struct d", "struct e", "struct f", "g_t", "struct h"]
        );
    }

    #[test]
    fn an_export_comment_on_something_else_is_an_error_at_its_place() {
        for text in ["int x;", "struct a;", "enum a { B };", "void f(void) { }"] {
            let file = SourceFile {
                path: "a.h".into(),
                text: format!("/// @export\n{text}"),
            };
            let error = exported_structs(&file).unwrap_err().to_string();
            assert!(
                error.starts_with("error: a.h:1:5: @export stands on nothing"),
                "{text}: {error}"
            );
        }
    }
}
