//! Waiting through WASI: descriptors as pollables, and waits that a request to end cuts short.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::task::Poll;
use std::time::{Duration, Instant};

use loader::Stop;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::sync::io::poll;
use wasmtime_wasi::p2::{DynPollable, Pollable};
use wasmtime_wasi::runtime::in_tokio;
use wasmtime_wasi_io::bindings::wasi::io::poll as async_poll;

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

/// WASI's `poll` for a run that may be asked to end: nobody sleeps on for long after that.
pub(crate) struct Waiting<'a> {
    pub(crate) table: &'a mut ResourceTable,
    pub(crate) stop: Stop,
    /// How long a guest may wait for several things after the request, before it is trapped.
    pub(crate) grace: Duration,
}

/// What `work` gives, or none if `end` comes first.
async fn before<T>(end: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    let (mut end, mut work) = (std::pin::pin!(end), std::pin::pin!(work));
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

impl Waiting<'_> {
    /// Ready when the run should end.
    fn stopped(&self) -> wasmtime::Result<Readable> {
        Ok(Readable::new(&[self.stop.fd()], self.stop.deadline())?)
    }
}

impl poll::Host for Waiting<'_> {
    fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let mut stopped = self.stopped()?;
        let grace = self.grace;
        let end = async {
            stopped.ready().await;
            tokio::time::sleep(grace).await;
        };
        // The contract of `poll` leaves no way to say that nothing is ready.
        in_tokio(before(end, async_poll::Host::poll(self.table, pollables))).unwrap_or_else(|| {
            let seconds = grace.as_secs_f64();
            wasmtime::bail!("time limit: the guest went on waiting for {seconds} s after it was asked to end")
        })
    }
}

impl poll::HostPollable for Waiting<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        poll::HostPollable::ready(self.table, pollable)
    }

    /// A request to end wakes it at once: that is how a sleep ends early.
    fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        let mut stopped = self.stopped()?;
        in_tokio(before(
            stopped.ready(),
            async_poll::HostPollable::block(self.table, pollable),
        ))
        .unwrap_or(Ok(()))
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::HostPollable::drop(self.table, pollable)
    }
}
