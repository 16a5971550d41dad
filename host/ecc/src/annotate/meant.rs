//! Commands that mean nothing where they stand: most were meant to be others, or to stand elsewhere.

use super::commands::{OF_MAPS, OF_PROGRAMS, belongs, is_for_readers};
use super::place::Role;
use crate::error::Error;
use crate::source::SourceFile;
use crate::source::comment::Comment;

const CMDARG: &str = "cmdarg";

/// What is a word of ordinary documentation too, of Doxygen or of somebody's own, and may stand anywhere.
const ORDINARY: [&str; 9] = [
    "attach", "data", "fallback", "flags", "link", "lost", "map", "optional", "port",
];

/// For each command of a comment that nobody reads: what is wrong with it, at its place.
pub(super) fn unread(source: &SourceFile, role: Option<Role>, comment: &Comment) -> Vec<Error> {
    let mut found = Vec::new();
    for item in &comment.items {
        let key = item.key.as_str();
        if is_for_readers(key) || ORDINARY.contains(&key) {
            continue;
        }
        let home = home(key);
        let is_read = match role {
            Some(Role::Variable) => key == CMDARG,
            Some(role) => belongs(role, key),
            None => false,
        };
        let message = match (home, is_read) {
            (_, true) => continue,
            (Some(home), false) => format!("@{key} means nothing here: it belongs above {home}"),
            (None, false) => match nearest(key) {
                Some(near) => format!("ecc has no @{key}: did you mean @{near}?"),
                None => continue,
            },
        };
        found.push(source.error_at(item.offset, &message));
    }
    found
}

/// What a command stands above.
fn home(key: &str) -> Option<&'static str> {
    if key == CMDARG {
        Some("a global variable that is not static")
    } else if OF_MAPS.contains(&key) {
        Some("the definition of a map")
    } else if OF_PROGRAMS.contains(&key) {
        Some("a program, which has SEC(…)")
    } else {
        None
    }
}

/// The command that this may be a slip of: two letters, or one of a short word.
fn nearest(key: &str) -> Option<&'static str> {
    let all = OF_MAPS.into_iter().chain(OF_PROGRAMS).chain([CMDARG, "description"]);
    all.filter(|known| !ORDINARY.contains(known))
        .map(|known| (strsim::osa_distance(key, known), known))
        .filter(|(edits, known)| *edits <= if known.len() > 5 { 2 } else { 1 })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}
