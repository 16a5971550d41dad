//! From what each function calls to what each program may end up doing.

use std::collections::BTreeSet;

use super::functions::{Calls, Functions};
use super::{KernelFunction, ProgramCode};
use crate::error::Error;
use crate::limits;

/// Each program with all that it reaches.
pub(super) fn programs(functions: &Functions<'_>, calls: &[Calls]) -> Result<Vec<ProgramCode>, Error> {
    let mut steps = limits::CODE_STEPS;
    let mut reached_by = vec![usize::MAX; functions.all.len()];
    let mut programs = Vec::new();
    for (index, function) in functions.all.iter().enumerate() {
        if function.subprogram {
            continue;
        }
        let (mut helpers, mut kfuncs) = (BTreeSet::new(), BTreeSet::<&KernelFunction>::new());
        let mut subprograms = Vec::new();
        let mut instructions = 0;
        let mut open = vec![index];
        if let Some(mark) = reached_by.get_mut(index) {
            *mark = index;
        }
        while let Some(next) = open.pop() {
            let (Some(function), Some(calls)) = (functions.all.get(next), calls.get(next)) else {
                continue;
            };
            let cost = 1 + calls.helpers.len() + calls.kfuncs.len() + calls.functions.len();
            steps = steps.checked_sub(cost).ok_or_else(too_much)?;
            instructions += function.count as usize;
            helpers.extend(&calls.helpers);
            kfuncs.extend(&calls.kfuncs);
            if next != index {
                subprograms.push(function.name.to_owned());
            }
            for &callee in &calls.functions {
                if let Some(mark) = reached_by.get_mut(callee)
                    && *mark != index
                {
                    *mark = index;
                    open.push(callee);
                }
            }
        }
        subprograms.sort_unstable();
        programs.push(ProgramCode {
            name: function.name.to_owned(),
            instructions,
            subprograms,
            helpers: helpers.into_iter().collect(),
            kfuncs: kfuncs.into_iter().cloned().collect(),
        });
    }
    Ok(programs)
}

fn too_much() -> Error {
    Error::limit(format!(
        "following what its programs call takes more than {} steps",
        limits::CODE_STEPS
    ))
}
