//! Tables: a header line, then a row a record, values at the columns of their names.

use crate::plan::{Field, Plan, Planner};
use crate::printer::Error;
use crate::text::{Style, name};
use alloc::vec::Vec;

/// The columns before the first name. A row's time and two spaces are one column more.
const TIME: &[u8; 9] = b"TIME     ";
/// The columns of the time in a row, which the first value follows.
pub(crate) const CLOCK: usize = 10;
/// The least columns of a value.
const NARROWEST: usize = 6;
/// The columns between two names.
const GAP: usize = 2;

/// The header line and the steps of a row, without its time, of these members of a record of this type.
pub(crate) fn plan(planner: &mut Planner, root: u32, source: &str, fields: &[Field]) -> Result<(Vec<u8>, Plan), Error> {
    let mut header = TIME.to_vec();
    let mut column = TIME.len();
    let mut width = 0;
    let mut steps = planner.begin(root, source)?;
    for (place, field) in fields.iter().enumerate() {
        let title = name(&field.name.to_uppercase(), Style::Bare);
        let title_columns = core::str::from_utf8(&title).map_or(title.len(), |title| title.chars().count());
        // The first value follows the time, the others are moved to the column of their name.
        if place > 0 {
            planner.column(column, width, &mut steps)?;
        }
        planner.bare(field, &mut steps)?;

        width = title_columns.max(NARROWEST) + GAP;
        column += width;
        header.extend(&title);
        header.extend(core::iter::repeat_n(b' ', width - title_columns));
    }
    header.push(b'\n');
    steps.text(b"\n");
    Ok((header, planner.end(steps, root)?))
}
