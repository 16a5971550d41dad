//! Stacks as flame graph tools take them: `comm;outermost;…;innermost_[k] 12`.

use super::Counts;
use crate::gathered::Gathered;
use crate::printer::Error;
use alloc::vec::Vec;

/// Write a line for each stack, sorted by their frames.
pub(crate) fn print(
    counts: &Counts,
    out: &mut Gathered,
    write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut line: Vec<u8> = Vec::new();
    // Where the name of each frame above ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut result = Ok(());
    counts.walk(|frame, depth| {
        // The root has no name here.
        let Some(above) = depth.checked_sub(1) else {
            return true;
        };
        ends.truncate(above);
        line.truncate(ends.last().copied().unwrap_or_default());
        if above > 0 {
            line.push(b';');
        }
        line.extend_from_slice(counts.name(frame));
        ends.push(line.len());
        if frame.own > 0 {
            out.append(&line);
            out.append(b" ");
            out.number(frame.own.into());
            out.append(b"\n");
            result = out.hand_on_if_enough(write);
        }
        result.is_ok()
    });
    result?;
    out.hand_on(write)
}
