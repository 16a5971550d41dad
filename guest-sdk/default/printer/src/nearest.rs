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

/// How many letters must be put in, left out, replaced, or swapped with their neighbour; their case counts for nothing.
fn edits(from: &str, to: &str) -> usize {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    let width = to.len() + 1;
    // What it takes from each start of `from` to each start of `to`, row by row.
    let mut table: Vec<usize> = (0..width).collect();
    let at = |bytes: &[u8], place: usize| bytes.get(place).map(u8::to_ascii_lowercase);
    for row in 1..=from.len() {
        table.push(row);
        for column in 1..width {
            let end = table.len();
            let before = |back: usize| table.get(end.wrapping_sub(back)).copied().unwrap_or(usize::MAX / 2);
            let (letter, other) = (at(from, row - 1), at(to, column - 1));
            let mut least = (before(width + 1) + usize::from(letter != other))
                .min(before(width) + 1)
                .min(before(1) + 1);
            if row > 1 && column > 1 && letter == at(to, column - 2) && other == at(from, row - 2) {
                least = least.min(before(2 * width + 2) + 1);
            }
            table.push(least);
        }
    }
    table.last().copied().unwrap_or_default()
}
