//! Attachments. Dropping one detaches.

use std::fmt;
use std::mem;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::attach::cgroup::Exclusive;
use crate::attach::iterator;
use crate::attach::network::OnSockets;
use crate::attach::tc::Filter;
use crate::error::{Error, Result};
use crate::object::Object;
use crate::watcher::Ticket;

/// A program's attachment, undone when dropped.
#[must_use = "dropping a link detaches the program"]
pub struct Link {
    // Taken only when it is undone, before the object is let go.
    held: Option<Held>,
    target: String,
    object: Object,
}

/// What keeps a program where it is.
#[derive(Debug)]
pub(crate) enum Held {
    /// A link that libbpf made.
    Libbpf(libbpf_rs::Link),
    /// A link of the kernel's, or a socket with the program on it: closing it is all.
    Descriptor(OwnedFd),
    /// One for each CPU or pattern.
    Several(Vec<Held>),
    /// A filter of `tc`.
    Filter(Filter, Option<Ticket>),
    /// A program of a control group that is not shared.
    Exclusive(Exclusive, Option<Ticket>),
    /// A `struct_ops` map without a link in the kernel.
    StructOps(libbpf_rs::Link, Option<Ticket>),
    /// A program on a map of sockets.
    Sockets(OnSockets),
}

impl Held {
    fn undo(self) -> Result<()> {
        match self {
            Self::Libbpf(link) => {
                let pointer = libbpf_rs::AsRawLibbpf::as_libbpf_object(&link);
                // The pointer is freed below, by the same call that dropping would make.
                mem::forget(link);
                // SAFETY: owned, and destroyed once.
                crate::raw::check(unsafe { libbpf_sys::bpf_link__destroy(pointer.as_ptr()) })
            }
            Self::Descriptor(descriptor) => {
                drop(descriptor);
                Ok(())
            }
            Self::Several(all) => all.into_iter().map(Self::undo).fold(Ok(()), Result::and),
            // The watcher is told last: what it does twice does no harm.
            Self::Filter(filter, _ticket) => filter.detach(),
            Self::Exclusive(program, _ticket) => program.detach(),
            Self::StructOps(link, _ticket) => Self::Libbpf(link).undo(),
            Self::Sockets(program) => program.detach(),
        }
    }
}

impl Link {
    pub(crate) fn new(held: Held, target: String, object: Object) -> Self {
        Self {
            held: Some(held),
            target,
            object,
        }
    }

    /// What it is attached to, as a section or a target has it.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The object whose program it is.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// What an iterator prints, from its beginning to its end, at most 64 MiB.
    pub fn read(&self) -> Result<Vec<u8>> {
        let read = match &self.held {
            Some(Held::Libbpf(link)) => iterator::read(link),
            _ => Err(Error::invalid("only iterators can be read")),
        };
        read.map_err(|error| error.context(format!("{} cannot be read", self.target)))
    }

    /// Detaches now and says if that failed; the attachment is gone from this process either way.
    pub fn detach(mut self) -> Result<()> {
        self.undo()
    }

    fn undo(&mut self) -> Result<()> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        held.undo()
            .map_err(|error: Error| error.context(format!("{} could not be detached", self.target)))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Who wants to know calls `detach`.
        let _ = self.undo();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.target).finish()
    }
}

/// How many links are detached at the same time at most: more threads hardly help, as the kernel takes a lock meanwhile.
const SIDE_BY_SIDE: usize = 8;

/// Detaches all, side by side: the kernel takes tens of milliseconds to close a tracepoint, most of it waiting.
///
/// All are gone afterwards, whatever is returned: the first error, if there was one.
pub fn detach_all(mut links: Vec<Link>) -> Result<()> {
    let each = links.len().div_ceil(SIDE_BY_SIDE).max(1);
    let mut parts = Vec::new();
    while links.len() > each {
        parts.push(Mutex::new(links.split_off(links.len() - each)));
    }
    // Shared, as a thread that cannot be started drops what it was given, and with it the error of detaching.
    let detach =
        |part: &Mutex<Vec<Link>>| in_turn(mem::take(&mut *part.lock().unwrap_or_else(PoisonError::into_inner)));
    thread::scope(|scope| {
        let threads: Vec<_> = parts
            .iter()
            .map_while(|part| thread::Builder::new().spawn_scoped(scope, move || detach(part)).ok())
            .collect();
        // This thread does the rest: with no threads to be had, that is all of it.
        let here = parts
            .iter()
            .skip(threads.len())
            .map(detach)
            .fold(in_turn(links), Result::and);
        threads
            .into_iter()
            .fold(here, |all, thread| all.and(thread.join().unwrap_or(Ok(()))))
    })
}

fn in_turn(links: Vec<Link>) -> Result<()> {
    links.into_iter().map(Link::detach).fold(Ok(()), Result::and)
}
