//! Waiting through WASI: descriptors as pollables.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::Poll;
use std::time::Instant;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use wasmtime_wasi::p2::Pollable;

/// Ready once one of its descriptors is readable, or a moment has come.
pub(crate) struct Readable {
    descriptors: Vec<OwnedFd>,
    moment: Box<dyn Fn() -> Option<Instant> + Send>,
}

impl Readable {
    /// Watches duplicates, so that it may outlive what it was made from.
    pub(crate) fn new(descriptors: &[BorrowedFd<'_>], deadline: Option<Instant>) -> std::io::Result<Self> {
        Self::at(descriptors, move || deadline)
    }

    /// The same, with a moment that is asked for at each wait.
    pub(crate) fn at(
        descriptors: &[BorrowedFd<'_>],
        moment: impl Fn() -> Option<Instant> + Send + 'static,
    ) -> std::io::Result<Self> {
        Ok(Self {
            descriptors: descriptors
                .iter()
                .map(BorrowedFd::try_clone_to_owned)
                .collect::<Result<_, _>>()?,
            moment: Box::new(moment),
        })
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Readable {
    async fn ready(&mut self) {
        #[expect(
            deprecated,
            reason = "its replacement is unsafe because of types that lie about their descriptor; these own theirs"
        )]
        let watched: Vec<_> = self
            .descriptors
            .iter()
            .filter_map(|descriptor| AsyncFd::with_interest(descriptor.as_fd(), Interest::READABLE).ok())
            .collect();
        let deadline = (self.moment)().map(|deadline| tokio::time::sleep_until(deadline.into()));
        let mut deadline = std::pin::pin!(deadline);
        std::future::poll_fn(|context| {
            let due = deadline
                .as_mut()
                .as_pin_mut()
                .is_some_and(|deadline| deadline.poll(context).is_ready());
            // What cannot be watched is reported as ready: the caller then looks by itself instead of waiting forever.
            if due || watched.len() < self.descriptors.len() {
                return Poll::Ready(());
            }
            match watched.iter().any(|fd| fd.poll_read_ready(context).is_ready()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
}
