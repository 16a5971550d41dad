//! The structs of an export header.

use super::SourceFile;
use super::comment::Comment;
use super::lexer::{Kind, Token, tokens};
use crate::error::Result;

/// The structs that events have, in the order of the header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Exports {
    /// Those that have `@export`: each must be found in the object.
    Picked(Vec<String>),
    /// All that have a name. Some may be behind a condition.
    All(Vec<String>),
}

impl Exports {
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::Picked(names) | Self::All(names) => names,
        }
    }
}

/// The named structs at file scope, or those with `@export` if any has it.
pub(crate) fn exported_structs(header: &SourceFile) -> Result<Exports> {
    let tokens = tokens(&header.text);
    let (mut all, mut picked) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    let mut wanted = false;
    for (place, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Comment if depth == 0 => {
                wanted |= Comment::parse(header, &[*token])?.has("export");
            }
            Kind::Punctuation => {
                depth = match token.text {
                    "{" => depth + 1,
                    "}" => depth.saturating_sub(1),
                    _ => depth,
                };
                wanted &= !(depth == 0 && token.text == ";");
            }
            Kind::Word if depth == 0 && token.text == "struct" => {
                let Some(name) = tag_of_definition(tokens.get(place + 1..).unwrap_or_default()) else {
                    continue;
                };
                all.push(name.to_owned());
                if wanted {
                    picked.push(name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(if picked.is_empty() {
        Exports::All(all)
    } else {
        Exports::Picked(picked)
    })
}

/// `name` in `name {` and in `__attribute__((packed)) name {`; nothing if the struct is only named, or has no name.
fn tag_of_definition<'text>(tokens: &[Token<'text>]) -> Option<&'text str> {
    let mut name = None;
    let mut before = "";
    let mut depth = 0_usize;
    for token in tokens {
        match token.text {
            // Any other parenthesis belongs to a function that returns a struct.
            "(" if depth == 0 && before != "__attribute__" => return None,
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ if depth > 0 || token.kind == Kind::Comment => {}
            "{" => return name,
            "__attribute__" => {}
            _ if token.kind == Kind::Word => name = Some(token.text),
            _ => return None,
        }
        before = token.text;
    }
    None
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

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn without_a_choice_every_named_struct_at_file_scope_counts() {
        let text = "struct a { struct inner { int x; } i; };\ntypedef struct b { int y; } b_t;\nstruct c;\nstruct a *f(struct a *);\nstatic struct a g(void) {}\n\
            struct __attribute__((packed)) d { int z; };\ntypedef struct { int q; } no_tag;\n/* struct e { }; */";
        assert_eq!(exports(text), Exports::All(names(&["a", "b", "d"])));
    }

    #[test]
    fn an_export_comment_picks_the_struct_under_it() {
        let text = "struct a { int x; };\n/// Something happened.\n/// @export\nstruct b { int y; };\nstruct c { int z; };\n\
            /** @export */ typedef struct d { struct a a; } d_t;";
        assert_eq!(exports(text), Exports::Picked(names(&["b", "d"])));
    }
}
