//! Waits that a request to end cuts short.

use std::task::Poll;
use std::time::Duration;

use loader::Stop;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::sync::io::poll;
use wasmtime_wasi::p2::{DynPollable, Pollable};
use wasmtime_wasi::runtime::in_tokio;
use wasmtime_wasi_io::bindings::wasi::io::poll as async_poll;

use crate::poll::Readable;
use crate::state::State;

/// WASI's `poll` for a run that may be asked to end: nobody sleeps on for long after that.
pub(super) struct Waiting<'a> {
    table: &'a mut ResourceTable,
    stop: Stop,
    /// How long a guest may wait for several things after the request, before it is trapped.
    grace: Duration,
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

impl State {
    pub(super) fn waiting(&mut self) -> Waiting<'_> {
        let stop = self.session.stop.clone();
        let grace = self.session.limits.compute;
        let table = self.ctx().table;
        Waiting { table, stop, grace }
    }
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
