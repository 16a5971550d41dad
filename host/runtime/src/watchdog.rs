//! Stops a guest that computes for long without calling the host. The default tool, which ships with the host, is not watched: looking
//! whether its time is up was a sixth of its machine code.

use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, Store, UpdateDeadline};

use crate::limits::Limits;
use crate::privileges::give_up_all;
use crate::state::State;

/// How often a thread advances the engine's epoch. Each tick makes every running guest look once whether its time is up.
const TICK: Duration = Duration::from_millis(250);

/// Makes code look at the engine's epoch.
pub(crate) fn configure(config: &mut Config) {
    config.epoch_interruption(true);
}

/// Lets the engine's epoch advance for as long as the engine lives.
pub(crate) fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    thread::Builder::new()
        .name("epoch".into())
        .stack_size(64 << 10)
        .spawn(move || {
            give_up_all();
            loop {
                thread::sleep(TICK);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })
        .map(drop)
}

/// Traps the guest once it has computed for `limits.compute` since it last called the host, or since it was asked to end.
/// Time that it spends inside a call of the host does not count. A guest whose code does not look goes on.
pub(crate) fn guard(store: &mut Store<State>, limits: &Limits) {
    let compute = limits.compute;
    let allowed = (compute.as_millis() / TICK.as_millis()).max(1);
    let mut calls = 0;
    let mut silent = 0;
    let mut ending = 0;
    store.epoch_deadline_callback(move |store| {
        let state = store.data();
        silent = if state.calls == calls { silent + 1 } else { 0 };
        calls = state.calls;
        ending += u128::from(state.session.stop.is_requested());
        let seconds = compute.as_secs_f64();
        if silent >= allowed {
            wasmtime::bail!("time limit: the guest computed for {seconds} s without calling the host");
        }
        if ending >= allowed {
            wasmtime::bail!("time limit: the guest went on computing for {seconds} s after it was asked to end");
        }
        Ok(UpdateDeadline::Continue(1))
    });
    store.set_epoch_deadline(1);
}
