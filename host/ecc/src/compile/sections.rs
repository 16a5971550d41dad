//! Sections that no kernel takes programs from.

use loader::{names, sections};
use package::{Description, Program};

use crate::error::Error;
use crate::source::SourceFile;
use crate::source::lexer::tokens;

/// For each program whose section libbpf does not know: that it cannot be loaded, at its place.
pub(super) fn unknown(source: &SourceFile, description: &Description) -> Vec<Error> {
    let is_unknown = |program: &&Program| names::program_type(&program.section).is_none();
    let programs: Vec<_> = description.programs.iter().filter(is_unknown).collect();
    if programs.is_empty() {
        return Vec::new();
    }
    let tokens = tokens(&source.text);
    programs
        .into_iter()
        .map(|program| {
            let message = format!(
                "program {} cannot be loaded: libbpf knows no section {}: {}",
                program.name,
                program.section,
                sections::hint_for(&program.section)
            );
            // Who writes `?` has it loaded only if somebody asks for that.
            let names_it = |text: &str| {
                let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                text.is_some_and(|text| text.trim_start_matches('?') == program.section)
            };
            match tokens.iter().find(|token| names_it(token.text)) {
                Some(token) => source.error_at(token.offset, &message),
                None => Error::failed(message),
            }
        })
        .collect()
}
