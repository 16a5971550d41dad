use std::sync::Arc;

use wasmtime::component::InstancePre;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::sync::CommandPre;

use crate::embedded::Embedded;
use crate::privileges;
use crate::session::{Exit, Outcome, Session};
use crate::state::State;
use crate::watchdog;

/// A component that is compiled and linked, ready to run any number of times.
pub struct Tool {
    command: CommandPre<State>,
    /// The packages that its own file carries.
    embedded: Arc<[Embedded]>,
}

impl Tool {
    pub(crate) fn new(instance: InstancePre<State>, embedded: Vec<Embedded>) -> anyhow::Result<Self> {
        let command = CommandPre::new(instance).map_err(|_| {
            anyhow::anyhow!("the component is no tool: it does not export wasi:cli/run, as a program with `main` does")
        })?;
        Ok(Self {
            command,
            embedded: embedded.into(),
        })
    }

    /// Run it to its end. Whatever happens, everything that it attached is detached when this returns.
    pub fn run(&self, session: Session) -> Outcome {
        let _quiet = Quiet;
        let limits = session.limits.clone();
        let mut store = Store::new(self.command.engine(), State::new(session, Arc::clone(&self.embedded)));
        store.limiter(|state| &mut state.meter);
        watchdog::guard(&mut store, &limits);
        if store.data().session.give_up_capabilities
            && let Err(error) = privileges::begin()
        {
            let error = anyhow::Error::from(error).context("capabilities cannot be given up");
            return Outcome {
                exit: Exit::Failed(error),
                totals: None,
                knows_output: false,
                kept: None,
            };
        }

        let returned = self
            .command
            .instantiate(&mut store)
            .and_then(|command| command.wasi_cli_run().call_run(&mut store));
        let state = store.data_mut();
        let totals = state.finish();
        let exit = match returned {
            Ok(result) => Exit::Code(state.exit_code.unwrap_or(u8::from(result.is_err()))),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                // std::process::exit arrives as 0 or 1; the code that the tool set says more.
                Some(I32Exit(code)) => Exit::Code(state.exit_code.unwrap_or_else(|| u8::try_from(*code).unwrap_or(1))),
                // It could not print what it had to say, and nobody would have read it.
                None if state.session.stdout.is_closed() => Exit::Code(0),
                None => Exit::Trapped(reason(&error)),
            },
        };
        Outcome {
            exit,
            totals,
            knows_output: state.knows_output,
            kept: state.kept,
        }
    }
}

/// Ends what a package with `debug_verbose` has begun: libbpf's words go to the run that they are about.
struct Quiet;

impl Drop for Quiet {
    fn drop(&mut self) {
        loader::set_log_sink(None);
    }
}

/// The cause of a trap in one line, without the backtrace that wasmtime puts before it.
fn reason(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(trap) => format!("{trap}"),
        None => error.root_cause().to_string(),
    }
}
