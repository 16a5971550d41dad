//! Names of a package that become code. One that `ecc` has made has C's; one of somebody else may have anything.

use package::{Description, Package, TypeKind};

use crate::c_header::exports;
use crate::error::{Error, Result};

/// Refuses a package whose names are none of C's: in generated code they would be more than names.
pub(crate) fn check(package: &Package, description: &Description) -> Result<()> {
    check_all("the name of a type of events", &exports(package))?;
    for ty in &description.types {
        match &ty.kind {
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                check_all("the name of a struct", [&ty.name])?;
                check_all("the name of a member", members.iter().map(|member| &member.name))?;
            }
            TypeKind::Enum { values, .. } => {
                check_all("the name of an enumeration", [&ty.name])?;
                check_all("the name of a value", values.iter().map(|(name, _)| name))?;
            }
            _ => {}
        }
    }
    check_all(
        "the name of a variable",
        description.variables.iter().map(|it| &it.name),
    )?;
    check_all("the name of a map", description.maps.iter().map(|it| &it.name))?;
    check_all("the name of a program", description.programs.iter().map(|it| &it.name))
}

/// An empty name is that of something anonymous.
fn check_all<'a>(what: &str, names: impl IntoIterator<Item = &'a String>) -> Result<()> {
    for name in names {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_word) {
            return Err(Error::failed(format!("{name:?} cannot be {what}: it is no name in C"))
                .with_hint("the package was not made by a compiler of C; ask whoever made it for its source"));
        }
    }
    Ok(())
}

/// Somebody's words as part of a comment in C or Rust: on one line, and with nothing that ends it.
pub(crate) fn comment(words: &str) -> String {
    let words: Vec<&str> = words.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ").replace("*/", "* /").replace("/*", "/ *")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_c_are_names() {
        let check = |name: &str| check_all("a name", [&name.to_owned()]);
        for name in ["", "x", "_1", "task_struct___old"] {
            check(name).unwrap();
        }
        for name in ["1x", "a b", "a\nb", "a\"", "*/", "é", "a.b", "r#x"] {
            assert!(
                check(name).unwrap_err().to_string().contains("it is no name in C"),
                "{name}"
            );
        }
    }

    #[test]
    fn nothing_ends_a_comment() {
        assert_eq!(comment("int`\n fn x() {} \r\u{2028} */ y"), "int` fn x() {} * / y");
    }
}
