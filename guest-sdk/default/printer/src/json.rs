//! JSON: one object a line, members in the order of their declaration.

use crate::plan::{Field, Plan, Planner};
use crate::printer::Error;

/// The steps of a line of these members of a record of this type.
pub(crate) fn plan(planner: &mut Planner, root: u32, source: &str, fields: &[Field]) -> Result<Plan, Error> {
    let mut steps = planner.begin(root, source)?;
    planner.object(fields, &mut steps)?;
    steps.text(b"\n");
    planner.end(steps, root)
}
