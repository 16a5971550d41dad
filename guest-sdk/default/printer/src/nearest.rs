//! The name that was probably meant.

use alloc::vec::Vec;

/// Longer names are not compared: the time it takes grows with the square.
const LONGEST: usize = 64;

/// The first of the candidates that are the fewest edits away from `name`; none if more than a third of it is wrong.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.len();
    candidates
        .filter(|candidate| letters.max(candidate.len()) <= LONGEST)
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= (letters.max(candidate.len()) / 3).max(1) && *edits < letters)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be put in, left out, or replaced; the case of a letter counts for nothing.
fn edits(from: &str, to: &str) -> usize {
    let to = to.as_bytes();
    // What it takes from the letters so far to each start of `to`.
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for letter in from.bytes() {
        let mut left = row.first().map_or(1, |first| first + 1);
        let mut diagonal = core::mem::replace(row.first_mut().unwrap_or(&mut 0), left);
        for (other, above) in to.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(!letter.eq_ignore_ascii_case(other));
            diagonal = *above;
            left = replaced.min(left + 1).min(diagonal + 1);
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
