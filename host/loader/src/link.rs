//! Attachments. Dropping one detaches.

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::{Error, Result};
use crate::object::Object;

/// A program's attachment, undone when dropped.
#[derive(Debug)]
#[must_use = "dropping a link detaches the program"]
pub struct Link {
    // Dropped before the object.
    raw: libbpf_rs::Link,
    target: String,
    object: Object,
}

impl Link {
    pub(crate) fn new(raw: libbpf_rs::Link, target: String, object: Object) -> Self {
        Self { raw, target, object }
    }

    /// What it is attached to, as a section's text has it.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The object whose program it is.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// Detaches now and says if that failed; the attachment is gone from this process either way.
    pub fn detach(self) -> Result<()> {
        let Self { raw, target, object } = self;
        let pointer = libbpf_rs::AsRawLibbpf::as_libbpf_object(&raw);
        // The pointer is freed below, by the same call that dropping would make.
        std::mem::forget(raw);
        // SAFETY: owned, and destroyed once.
        let code = unsafe { libbpf_sys::bpf_link__destroy(pointer.as_ptr()) };
        drop(object);
        crate::raw::check(code).map_err(|error: Error| error.context(format!("{target} could not be detached")))
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
