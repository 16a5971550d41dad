//! A request to end, that a waiting reader hears at once.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::event::{EventfdFlags, eventfd};

use crate::error::Result;

/// A stop request, shared by whoever asks and whoever waits.
///
/// It is asked for by [`request`](Self::request), by the deadline that it was made with, or by writing 8 bytes that are not all
/// zero to [`fd`](Self::fd). It is never taken back.
#[derive(Clone, Debug)]
pub struct Stop {
    shared: Arc<Shared>,
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Shared {
    /// An eventfd. Nobody reads it: once written it stays readable, for all who wait.
    fd: OwnedFd,
    requested: AtomicBool,
}

impl Stop {
    /// A request that nobody has made yet. Fails when the process is out of file descriptors.
    pub fn new() -> Result<Self> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            shared: Arc::new(Shared {
                fd,
                requested: AtomicBool::new(false),
            }),
            deadline: None,
        })
    }

    /// The same, and it counts as made from `deadline` on.
    pub fn at(deadline: Instant) -> Result<Self> {
        Ok(Self::new()?.until(deadline))
    }

    /// The same request, which counts as made from `deadline` on for whoever has this one.
    pub fn until(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// Asks for the end. May be called from a signal handler, and any number of times.
    pub fn request(&self) {
        self.shared.requested.store(true, Ordering::Release);
        // The write fails only when the counter is at its end; then it is readable already.
        let _ = rustix::io::write(&self.shared.fd, &1_u64.to_ne_bytes());
    }

    /// Whether the end was asked for, or the deadline has passed.
    ///
    /// A write to the descriptor counts once a reader has waited on it.
    pub fn is_requested(&self) -> bool {
        self.shared.requested.load(Ordering::Acquire)
            || self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// From when on it counts as made, whatever else happens.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// An eventfd that is readable once the end was asked for (the deadline does not make it so).
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.shared.fd.as_fd()
    }
}
