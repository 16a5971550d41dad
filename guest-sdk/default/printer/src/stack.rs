//! Stack traces: whose, and the functions of the kernel and of user space that were under way.

mod fields;
mod json;
mod text;

use crate::layout::StackType;
use crate::plan::{Plan, Planner};
use crate::printer::Error;
use crate::symbols::{Names, Space, Symbol};
use alloc::vec::Vec;
use fields::Fields;
pub(crate) use json::print as print_json;
pub(crate) use text::print as print_text;

/// Reads the stacks of a source's records.
#[derive(Debug)]
pub(crate) struct Stacks {
    fields: Fields,
    /// Whether addresses are shown with names.
    with_names: bool,
}

/// The stacks of one record.
#[derive(Debug)]
pub(crate) struct Trace<'a> {
    /// The thread's name, up to its first NUL.
    pub(crate) comm: &'a [u8],
    pub(crate) pid: i128,
    pub(crate) cpu: i128,
    /// The innermost first.
    pub(crate) kernel: Vec<Frame<'a>>,
    /// The innermost first.
    pub(crate) user: Vec<Frame<'a>>,
    /// Whether there was anybody to ask for names.
    pub(crate) is_named: bool,
}

/// One function that was under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) address: u64,
    pub(crate) symbol: Option<&'a Symbol>,
    /// How far into the function the address is.
    pub(crate) offset: u64,
}

impl Stacks {
    /// Check the type of the records. The plan has no steps, but says what a record must have.
    pub(crate) fn new(planner: &mut Planner, of: &StackType, source: &str) -> Result<(Plan, Self), Error> {
        let steps = planner.begin(of.ty, source)?;
        let stacks = Self {
            fields: Fields::new(planner, of, &steps)?,
            with_names: of.symbols,
        };
        Ok((planner.end(steps, of.ty)?, stacks))
    }

    /// The stacks of a record that is as long as its type, with the names that there are at `now`, the batch's time.
    pub(crate) fn trace<'a>(&self, record: &'a [u8], names: &'a mut Names, now: u64) -> Trace<'a> {
        let Fields { pid, cpu, comm, .. } = &self.fields;
        let pid = pid.read(record);
        let kernel = self.fields.kernel.read(record);
        let user = self.fields.user.read(record);
        // What is no id is that of no process.
        let process = u32::try_from(pid).ok().map(Space::Process);
        if self.with_names {
            names.make_room(now);
            names.ask(Space::Kernel, &sought(&kernel), now);
            if let Some(process) = process {
                names.ask(process, &sought(&user), now);
            }
        }
        let names = &*names;
        let frames = |space: Option<Space>, addresses: &[u64]| {
            let sought = sought(addresses);
            let frame = |(address, sought): (&u64, &u64)| {
                let known = space.filter(|_| self.with_names);
                let symbol = known.and_then(|space| names.of(space, *sought));
                Frame {
                    address: *address,
                    symbol,
                    offset: symbol.map_or(0, |symbol| symbol.offset.wrapping_add(address.wrapping_sub(*sought))),
                }
            };
            addresses.iter().zip(&sought).map(frame).collect()
        };
        Trace {
            comm: comm.read(record),
            pid,
            cpu: cpu.read(record),
            kernel: frames(Some(Space::Kernel), &kernel),
            user: frames(process, &user),
            is_named: self.with_names && names.are_known(),
        }
    }
}

/// What to look up for these addresses. All but the innermost are where a call returns to, which may already belong to the
/// next function or line: the byte before belongs to the call.
fn sought(addresses: &[u64]) -> Vec<u64> {
    let sought = |(place, address): (usize, &u64)| address.saturating_sub(u64::from(place > 0));
    addresses.iter().enumerate().map(sought).collect()
}
