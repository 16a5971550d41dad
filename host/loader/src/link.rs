//! Attachments. Dropping one detaches.

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

/// Detaches all, side by side: the kernel takes tens of milliseconds to close a tracepoint, nearly all of it waiting.
///
/// All are gone afterwards, whatever is returned: the first error, if there was one.
pub fn detach_all(mut links: Vec<Link>) -> Result<()> {
    let Some(last) = links.pop() else { return Ok(()) };
    thread::scope(|scope| {
        let threads: Vec<_> = links.into_iter().map(|link| scope.spawn(|| link.detach())).collect();
        let results = threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(())));
        let first = last.detach();
        results.fold(first, |all, one| all.and(one))
    })
}
