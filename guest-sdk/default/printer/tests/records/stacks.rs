//! Stack traces, and who knows names, for tests.

use super::{chars, int, structure, ty};
use printer::{Kind, Nameless, Source, SourceKind, Space, StackType, Symbol, Symbols, Type};
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) fn stack_type() -> StackType {
    StackType {
        ty: 0,
        pid: "pid".into(),
        cpu: "cpu_id".into(),
        comm: "comm".into(),
        kernel_size: "kstack_sz".into(),
        kernel: "kstack".into(),
        user_size: "ustack_sz".into(),
        user: "ustack".into(),
        symbols: true,
    }
}

pub(crate) fn stacks(of: StackType) -> Source {
    Source {
        name: "events".into(),
        kind: SourceKind::StackTraces(of),
    }
}

/// The event of a profiler, with stacks of four addresses at most.
pub(crate) fn layout() -> Vec<Type> {
    vec![
        structure(
            "stacktrace_event",
            96,
            &[
                ("pid", 1, 0),
                ("cpu_id", 1, 4),
                ("comm", 3, 8),
                ("kstack_sz", 2, 24),
                ("ustack_sz", 2, 28),
                ("kstack", 5, 32),
                ("ustack", 5, 64),
            ],
        ),
        int(4, false),
        int(4, true),
        chars(4, 16),
        ty("char", 1, Kind::Char),
        ty("", 32, Kind::Array { element: 6, count: 4 }),
        int(8, false),
    ]
}

/// A record of it. Its sizes are those of the stacks.
pub(crate) fn event(comm: &str, pid: u32, kernel: &[u64], user: &[u64]) -> Vec<u8> {
    event_of_sizes(
        comm,
        pid,
        (8 * kernel.len() as i32, kernel),
        (8 * user.len() as i32, user),
    )
}

pub(crate) fn event_of_sizes(comm: &str, pid: u32, kernel: (i32, &[u64]), user: (i32, &[u64])) -> Vec<u8> {
    let mut record = [pid.to_ne_bytes(), 3_u32.to_ne_bytes()].concat();
    record.extend(comm.as_bytes());
    record.resize(24, 0);
    record.extend(kernel.0.to_ne_bytes());
    record.extend(user.0.to_ne_bytes());
    for addresses in [kernel.1, user.1] {
        for place in 0..4 {
            let address = addresses.get(place).copied().unwrap_or(0xeeee_eeee_eeee_eeee);
            record.extend(address.to_ne_bytes());
        }
    }
    record
}

/// What was asked, and what the answer is.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) calls: Vec<(Space, Vec<u64>)>,
    pub(crate) refusal: Option<Nameless>,
    /// Every name begins with this.
    pub(crate) before: String,
}

/// Functions of 256 bytes, the first of the kernel at its base, the first of a process at 0x1000, with a file where the number is
/// even. Nothing has a name below.
#[derive(Clone, Default)]
pub(crate) struct Table(pub(crate) Rc<RefCell<Asked>>);

pub(crate) const KERNEL: u64 = 0xffff_ffff_8100_0000;

impl Symbols for Table {
    fn resolve(&mut self, space: Space, addresses: &[u64]) -> Result<Vec<Option<Symbol>>, Nameless> {
        let mut asked = self.0.borrow_mut();
        assert!(addresses.len() <= 4096);
        asked.calls.push((space, addresses.to_vec()));
        if let Some(refusal) = &asked.refusal {
            return Err(refusal.clone());
        }
        let (base, name) = match space {
            Space::Kernel => (KERNEL, "kernel"),
            Space::Process(_) => (0x1000, "user"),
        };
        let symbol = |address: &u64| {
            let (number, offset) = (address.checked_sub(base)? / 256, address % 256);
            Some(Symbol {
                name: format!("{}{name}_{number}", asked.before),
                offset,
                file: (number % 2 == 0).then(|| format!("{name}.c")),
                line: (number % 4 == 0).then_some(offset as u32),
            })
        };
        Ok(addresses.iter().map(symbol).collect())
    }
}
