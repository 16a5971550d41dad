//! Stops a guest that computes for long without calling the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::{CallHook, Engine, Store, UpdateDeadline};

use crate::limits::Limits;

/// How often a thread advances the engine's epoch. Each tick makes every running guest look once whether its time is up.
const TICK: Duration = Duration::from_millis(250);

/// Lets the engine's epoch advance for as long as the engine lives.
pub(crate) fn tick(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    thread::Builder::new()
        .name("epoch".into())
        .stack_size(64 << 10)
        .spawn(move || {
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

/// Traps the guest once it has computed for `limits.compute` since it last called the host. Time that it spends inside a
/// call of the host does not count.
pub(crate) fn guard<T>(store: &mut Store<T>, limits: &Limits) {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    store.call_hook(move |_, hook| {
        if matches!(hook, CallHook::CallingHost) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    });

    let compute = limits.compute;
    let allowed = (compute.as_millis() / TICK.as_millis()).max(1);
    let mut seen = 0;
    let mut ticks = 0;
    store.epoch_deadline_callback(move |_| {
        let now = calls.load(Ordering::Relaxed);
        // Asking this function is a call of the host, too.
        ticks = if now == seen + 1 { ticks + 1 } else { 0 };
        seen = now;
        if ticks >= allowed {
            wasmtime::bail!(
                "time limit: the guest computed for {} s without calling the host",
                compute.as_secs_f64()
            );
        }
        Ok(UpdateDeadline::Continue(1))
    });
    store.set_epoch_deadline(1);
}
