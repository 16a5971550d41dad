//! Ending in order when somebody asks for it: with no file half written and none left in the folder for temporary ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::{Error, Exit, Result, reason};

/// The first signal is remembered, a second one ends the process at once.
#[derive(Debug)]
pub(crate) struct Interrupts {
    signal: Arc<AtomicUsize>,
}

impl Interrupts {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        let signal = Arc::new(AtomicUsize::new(0));
        for (number, value) in [(SIGINT, 2), (SIGTERM, 15), (SIGHUP, 1)] {
            let again = Arc::new(AtomicBool::new(false));
            flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&again))
                .and_then(|_| flag::register(number, again))
                .and_then(|_| flag::register_usize(number, Arc::clone(&signal), value))
                .map_err(|error| Error::failed(format!("cannot listen for signals: {}", reason(&error))))?;
        }
        Ok(Self { signal })
    }

    /// An error if there was a signal.
    pub(crate) fn check(&self) -> Result<()> {
        match u8::try_from(self.signal.load(Ordering::SeqCst)) {
            Ok(0) => Ok(()),
            Ok(signal) => Err(Error::failed("interrupted: nothing was written").with_exit(Exit::Signal(signal))),
            Err(_) => Ok(()),
        }
    }
}
