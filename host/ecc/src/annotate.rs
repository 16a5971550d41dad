//! From the comments of a BPF source into the metadata of its package.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::source::SourceFile;
use crate::source::comment::{Comment, Item};
use crate::source::declarations::{Declaration, declarations};
use crate::source::lexer::{Kind, Token, tokens};

/// Keys that say what an entry is: comments cannot change them.
const FIXED: [&str; 4] = ["name", "ident", "type", "mmaped"];

/// The parts of `bpf_skel.doc`.
const DOC: [&str; 5] = ["version", "brief", "details", "description", "author"];

/// Adds what the comments say to `meta`: descriptions and options of variables, settings of maps and programs, the doc.
pub(crate) fn annotate(meta: &mut Value, source: &SourceFile) -> Result<()> {
    let Some(skeleton) = meta.get_mut("bpf_skel") else {
        return Ok(());
    };
    let tokens = tokens(&source.text);
    let mut rest = tokens.as_slice();
    if let Some((comment, after)) = file_comment(source, rest)? {
        set_doc(skeleton, &comment);
        rest = after;
    }
    for declaration in declarations(rest) {
        if declaration.comments.is_empty() {
            continue;
        }
        if declaration.tokens.iter().any(|token| token.text == "\"license\"") {
            set_doc(skeleton, &Comment::parse(source, &declaration.comments)?);
        } else if let Some(place) = find_place(skeleton, &declaration) {
            let comment = Comment::parse(source, &declaration.comments)?;
            for item in &comment.items {
                check(skeleton, source, &place, item)?;
            }
            if let Some(entry) = skeleton.pointer_mut(&place.pointer).and_then(Value::as_object_mut) {
                set_entry(entry, comment, &place);
            }
        }
    }
    Ok(())
}

/// The block comment that starts the file, if it has `@brief`, and what comes after it.
fn file_comment<'a, 'text>(
    source: &SourceFile,
    tokens: &'a [Token<'text>],
) -> Result<Option<(Comment, &'a [Token<'text>])>> {
    let Some((first, rest)) = tokens.split_first() else {
        return Ok(None);
    };
    if first.kind != Kind::Comment || !first.text.starts_with("/*") {
        return Ok(None);
    }
    let comment = Comment::parse(source, &[*first])?;
    Ok(comment.has("brief").then_some((comment, rest)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Variable,
    Map,
    Program,
}

/// An entry of the skeleton, as a JSON pointer.
struct Place {
    role: Role,
    pointer: String,
}

/// The entry that a declaration made. The object says what is a variable, a map or a program: the source only has to name it.
fn find_place(skeleton: &Value, declaration: &Declaration<'_>) -> Option<Place> {
    let words = declaration.tokens.iter().filter(|token| token.kind == Kind::Word);
    words.map(|token| token.text).find_map(|word| {
        variable(skeleton, word)
            .map(|pointer| Place {
                role: Role::Variable,
                pointer,
            })
            .or_else(|| {
                let pointer = entry(skeleton, "/maps", "ident", word)?;
                Some(Place {
                    role: Role::Map,
                    pointer,
                })
            })
            .or_else(|| {
                let pointer = entry(skeleton, "/progs", "name", word)?;
                Some(Place {
                    role: Role::Program,
                    pointer,
                })
            })
    })
}

fn variable(skeleton: &Value, name: &str) -> Option<String> {
    let sections = skeleton.get("data_sections")?.as_array()?;
    (0..sections.len()).find_map(|at| entry(skeleton, &format!("/data_sections/{at}/variables"), "name", name))
}

fn entry(skeleton: &Value, list: &str, key: &str, name: &str) -> Option<String> {
    let entries = skeleton.pointer(list)?.as_array()?;
    let at = entries
        .iter()
        .position(|entry| entry.get(key).and_then(Value::as_str) == Some(name))?;
    Some(format!("{list}/{at}"))
}

/// What can be wrong with a command that is JSON all right.
fn check(skeleton: &Value, source: &SourceFile, place: &Place, item: &Item) -> Result<()> {
    let needs_object = matches!(item.key.as_str(), "cmdarg" | "sample" | "tchook" | "tcopts" | "xdpopts");
    if needs_object && !item.value.is_object() {
        let message = format!("the value of @{} must be an object: {{…}}", item.key);
        return Err(source.error_at(item.offset, &message));
    }
    if place.role == Role::Map && item.key == "lost" {
        let name = item.value.as_str().unwrap_or_default();
        if variable(skeleton, name).is_none() && entry(skeleton, "/maps", "ident", name).is_none() {
            let message = format!("@lost names {name:?}, which is no global variable and no map of this file");
            return Err(source
                .error_at(item.offset, &message)
                .with_hint("name the variable that counts failed reserves, such as `__u64 lost;`"));
        }
    }
    Ok(())
}

fn set_entry(entry: &mut Map<String, Value>, comment: Comment, place: &Place) {
    if place.role != Role::Map
        && let Some(description) = comment.description()
    {
        entry.insert("description".to_owned(), description.into());
    }
    for item in comment.items {
        if !FIXED.contains(&item.key.as_str()) && item.key != "description" {
            entry.insert(item.key, item.value);
        }
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
mod tests {
    use serde_json::json;

    use super::*;

    fn skeleton() -> Value {
        json!({"bpf_skel": {
            "data_sections": [
                {"name": ".rodata", "variables": [{"name": "pid", "type": "pid_t"}]},
                {"name": ".bss", "variables": [{"name": "dropped", "type": "unsigned long long"}]},
            ],
            "maps": [{"name": "events", "ident": "events"}],
            "progs": [{"name": "handle", "attach": "tc", "link": true}],
        }})
    }

    fn annotated(text: &str) -> Result<Value> {
        let mut meta = skeleton();
        annotate(
            &mut meta,
            &SourceFile {
                path: "a.bpf.c".into(),
                text: text.into(),
            },
        )?;
        Ok(meta["bpf_skel"].take())
    }

    #[test]
    fn each_comment_lands_in_the_entry_of_what_it_stands_on() {
        let skeleton = annotated(
            "/** @brief Short. @details Long. */\n#include <x.h>\nchar L[] SEC(\"license\") = \"GPL\"; ///< @version 1.2\n\
             /// @cmdarg {\"short\": \"p\"}\n/// Process to trace\nconst volatile pid_t pid = 0;\n__u64 dropped;\n\
             /// @lost dropped\nstruct { int x; } events SEC(\".maps\");\n\
             /// @tchook {\"ifindex\": 1}\nSEC(\"tc\") int BPF_PROG(handle, int a) { return 0; }",
        )
        .unwrap();
        assert_eq!(
            skeleton["doc"],
            json!({"version": "1.2", "brief": "Short.", "details": "Long."})
        );
        let variable = &skeleton["data_sections"][0]["variables"][0];
        let expected =
            json!({"name": "pid", "type": "pid_t", "description": "Process to trace", "cmdarg": {"short": "p"}});
        assert_eq!(variable, &expected);
        assert_eq!(
            skeleton["maps"][0],
            json!({"name": "events", "ident": "events", "lost": "dropped"})
        );
        assert_eq!(skeleton["progs"][0]["tchook"], json!({"ifindex": 1}));
    }

    #[test]
    fn a_counter_that_does_not_exist_is_an_error_at_its_place() {
        let error = annotated("/// @lost losst\nstruct { int x; } events SEC(\".maps\");")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("error: a.bpf.c:1:5: @lost names \"losst\""),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_object_is_refused_where_one_is_needed() {
        let error = annotated("/// @cmdarg 3\nconst volatile pid_t pid;")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.bpf.c:1:5: the value of @cmdarg must be an object"),
            "{error}"
        );
    }

    #[test]
    fn a_comment_cannot_rename_anything() {
        let skeleton = annotated("/// @name other\n/// @type int\n/// x\nconst volatile pid_t pid;").unwrap();
        let variable = &skeleton["data_sections"][0]["variables"][0];
        assert_eq!(variable, &json!({"name": "pid", "type": "pid_t", "description": "x"}));
    }
}
