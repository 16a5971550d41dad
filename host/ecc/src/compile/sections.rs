//! Sections that no kernel takes programs from.

use loader::sections;
use package::{Description, Program};

use crate::error::Error;
use crate::source::SourceFile;
use crate::source::lexer::{Token, tokens};

/// For each program that libbpf has no type for: what its section is called, at its place.
pub(super) fn unknown(source: &SourceFile, description: &Description) -> Vec<Error> {
    let programs: Vec<_> = description
        .programs
        .iter()
        .filter(|program| !sections::is_known(program))
        .collect();
    if programs.is_empty() {
        return Vec::new();
    }
    let tokens = tokens(&source.text);
    programs
        .into_iter()
        .map(|program| {
            let message = format!(
                "libbpf knows no section {}, and program {} has no type: {}",
                program.section,
                program.name,
                sections::hint_for(&program.section)
            );
            match name_of(program, &tokens) {
                Some(token) => source.error_at(token.offset, &message),
                None => Error::failed(message),
            }
        })
        .collect()
}

/// Where the source says which section it is: `SEC("…")`. Macros of one's own may do that elsewhere.
fn name_of<'text>(program: &Program, tokens: &[Token<'text>]) -> Option<Token<'text>> {
    tokens.windows(3).find_map(|window| match window {
        [sec, open, name] if sec.text == "SEC" && open.is("(") => {
            let section = name.text.strip_prefix('"')?.strip_suffix('"')?;
            // Who writes `?` has it loaded only if somebody asks for that.
            (section.trim_start_matches('?') == program.section).then_some(*name)
        }
        _ => None,
    })
}
