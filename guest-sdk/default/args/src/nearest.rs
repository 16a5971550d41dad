//! The name that was probably meant.

use alloc::vec::Vec;

/// Longer names are not compared: the time it takes grows with the square.
const LONGEST: usize = 64;

/// The candidate that is the fewest edits away from `name`, the first of several. None if all are too far to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let length = name.chars().count().max(candidate.chars().count());
        if length > LONGEST {
            continue;
        }
        let started = candidate.starts_with(name) && name.chars().count() > 1;
        let distance = if started { 1 } else { distance(name, candidate) };
        // A third of the letters may be wrong.
        let near = distance <= (length / 3).max(1) && distance < length;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters must be put in, left out, replaced, or swapped with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    // Three rows of the table: what it takes from the letters so far to each start of `right`.
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (index, letter) in left.chars().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(index + 1);
        let mut diagonal = index;
        for (place, other) in right.iter().enumerate() {
            let above = last.get(place + 1).copied().unwrap_or(usize::MAX - 1);
            let beside = row.last().copied().unwrap_or(usize::MAX - 1);
            let mut least = (diagonal + usize::from(letter != *other))
                .min(above + 1)
                .min(beside + 1);
            let swapped = place > 0 && previous == Some(*other) && right.get(place - 1) == Some(&letter);
            if let (true, Some(earlier)) = (swapped, before.get(place.wrapping_sub(1))) {
                least = least.min(earlier + 1);
            }
            row.push(least);
            diagonal = above;
        }
        before = last;
        last = row;
        previous = Some(letter);
    }
    last.last().copied().unwrap_or(usize::MAX)
}
