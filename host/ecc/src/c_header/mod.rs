//! `--wasm-header`: a C header with the package and the structs of its events, for tools written in C.
//!
//! BPF has pointers and `long` of 64 bits, wasm32 of 32: the source's own header would describe other bytes there. So members get
//! types of a fixed size, and the compiler is told to check that they lie where the BPF program puts them.

mod structs;

use package::{Description, Package};
use serde_json::Value;

use crate::error::Result;
use crate::output::header_line;
use crate::wasm_skel::identifier;
pub(crate) use structs::Structs;

/// Characters of a string on one line.
const LINE: usize = 100;

/// The header for a package, and what [`Package::describe`] says about it.
pub(crate) fn c_header(package: &Package, description: &Description, object_name: &str) -> Result<String> {
    let json = package.to_json().map_err(|error| crate::compile::packing(&error))?;
    let json = String::from_utf8_lossy(&json);
    let name = identifier(&description.name);
    let guard = format!("{}_SKEL_H", name.to_ascii_uppercase());
    let mut structs = Structs::new(&description.types, "");
    for export in exports(package) {
        structs.add_named(&export, description);
    }
    Ok(format!(
        "{first}\n#ifndef {guard}\n#define {guard}\n\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n{structs}\
         /* The package, as object.open takes it: {name}_skeleton_size bytes, and a NUL. */\n\
         static const char {name}_skeleton[] =\n{text};\n\
         enum {{ {name}_skeleton_size = sizeof({name}_skeleton) - 1 }};\n\n\
         /* What this was called before. */\n#ifndef program_data\n#define program_data ((char *){name}_skeleton)\n#endif\n\n\
         #endif /* {guard} */\n",
        first = header_line(object_name),
        structs = structs.finish(),
        text = string(&json),
    ))
}

pub(crate) fn exports(package: &Package) -> Vec<String> {
    let types = package.meta().get("export_types").and_then(Value::as_array);
    let names = types.into_iter().flatten().filter_map(|export| export.get("name"));
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A string literal over several lines. JSON on one line has no control characters.
fn string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + text.len() / 8);
    let mut column = 0;
    literal.push_str("\t\"");
    for c in text.chars() {
        if column >= LINE {
            literal.push_str("\"\n\t\"");
            column = 0;
        }
        // A question mark could be the beginning of a trigraph.
        if matches!(c, '"' | '\\' | '?') {
            literal.push('\\');
        }
        literal.push(c);
        column += 1;
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_one_of_c() {
        assert_eq!(identifier("lsm-connect"), "lsm_connect");
        assert_eq!(identifier("7.x"), "_7_x");
    }

    #[test]
    fn text_is_escaped_and_broken_into_lines() {
        assert_eq!(string(r#"{"a\n?":"ü"}"#), "\t\"{\\\"a\\\\n\\?\\\":\\\"ü\\\"}\"");
        assert_eq!(string(&"x".repeat(LINE + 1)).lines().count(), 2);
    }
}
