//! Where a run's data and words go.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use loader::Stop;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// A byte stream that the contract's `output` and WASI's standard streams can share. Clones write to the same place;
/// nothing is buffered, so that their order is kept.
#[derive(Clone)]
pub struct Stream {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    writer: Box<dyn Write + Send>,
    terminal: bool,
    left: u64,
    limit: u64,
    /// Who is told that nobody reads any more.
    stop: Option<Stop>,
    closed: bool,
}

impl Stream {
    /// A stream into `writer`, which should not buffer.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self::with(Box::new(writer), false)
    }

    /// The process's standard output, past the buffer that Rust's own has.
    pub fn stdout() -> Self {
        Self::with(
            Box::new(Descriptor(rustix::stdio::stdout)),
            io::IsTerminal::is_terminal(&io::stdout()),
        )
    }

    /// The process's standard error.
    pub fn stderr() -> Self {
        Self::with(
            Box::new(Descriptor(rustix::stdio::stderr)),
            io::IsTerminal::is_terminal(&io::stderr()),
        )
    }

    fn with(writer: Box<dyn Write + Send>, terminal: bool) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                writer,
                terminal,
                left: u64::MAX,
                limit: u64::MAX,
                stop: None,
                closed: false,
            })),
        }
    }

    /// Allow so many bytes in all.
    pub(crate) fn limit(&self, bytes: u64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.limit = bytes;
        inner.left = bytes;
    }

    /// Ask the run to end when nobody reads this any more.
    pub(crate) fn stop_when_closed(&self, stop: Stop) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).stop = Some(stop);
    }

    /// Whether its reader has gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).closed
    }

    /// Write all of `bytes`.
    pub(crate) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        match inner.left.checked_sub(length) {
            Some(left) => inner.left = left,
            None => {
                let limit = inner.limit;
                return Err(io::Error::new(
                    io::ErrorKind::QuotaExceeded,
                    format!("output limit: the guest wrote more than {limit} bytes to its standard error"),
                ));
            }
        }
        let written = inner.writer.write_all(bytes);
        if written
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        {
            inner.closed = true;
            if let Some(stop) = &inner.stop {
                stop.request();
            }
        }
        written
    }
}

/// One of the process's own descriptors.
struct Descriptor(fn() -> std::os::fd::BorrowedFd<'static>);

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match rustix::io::write((self.0)(), bytes) {
            // Somebody who shares the terminal or pipe with us made it non-blocking.
            Err(rustix::io::Errno::AGAIN) => {
                let descriptor = (self.0)();
                let mut wait = [rustix::event::PollFd::new(&descriptor, rustix::event::PollFlags::OUT)];
                rustix::event::poll(&mut wait, None)?;
                Err(io::ErrorKind::Interrupted.into())
            }
            done => Ok(done?),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).terminal
    }
}

impl StdoutStream for Stream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.write_all(&bytes).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => StreamError::Closed,
            io::ErrorKind::QuotaExceeded => StreamError::Trap(wasmtime::Error::msg(error.to_string())),
            _ => StreamError::LastOperationFailed(wasmtime::Error::msg(error.to_string())),
        })
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.write_all(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
