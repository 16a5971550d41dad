//! JSON: one object a line, members in the order of their declaration.

use crate::plan::{Plan, Planner};
use crate::printer::Error;

/// The steps of a line for a record of this type.
pub(crate) fn plan(planner: &mut Planner, root: u32, source: &str) -> Result<Plan, Error> {
    let mut steps = planner.begin(root, source)?;
    let fields = planner.columns(root, &steps)?;
    planner.object(&fields, &mut steps)?;
    steps.text(b"\n");
    planner.end(steps, root)
}
