use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime::ResourceLimiter;

/// What a guest may use before it is stopped. Going over a limit traps the guest; the host and its neighbours go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of all linear memories together.
    pub memory: usize,
    /// Elements of all tables together.
    pub table_elements: usize,
    /// Core instances, memories and tables, of each kind.
    pub instances: usize,
    /// Resources that are open at the same time: objects, maps, links, streams.
    pub handles: usize,
    /// Bytes of packages that are read or opened and not loaded, all together: they lie in the host's own memory.
    pub packages: u64,
    /// Bytes of words that the guest writes to standard error, in all.
    pub words: u64,
    /// How long a guest may compute without calling the host. Waiting for events is a call. The default tool is not watched: it ends
    /// because of the limits of packages.
    pub compute: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            table_elements: 100_000,
            instances: 64,
            handles: 4096,
            packages: 256 << 20,
            words: 16 << 20,
            compute: Duration::from_secs(10),
        }
    }
}

/// Counts what all memories and tables of a store use together; wasmtime asks about each one by itself.
pub(crate) struct Meter {
    limits: Limits,
    memory: usize,
    table_elements: usize,
    packages: Arc<AtomicU64>,
}

/// A part of what packages may take, given back when it is dropped.
pub(crate) struct Share {
    total: Arc<AtomicU64>,
    bytes: u64,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.total.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            memory: 0,
            table_elements: 0,
            packages: Arc::default(),
        }
    }

    /// Takes `bytes` of the host's own memory for a package; the guest is trapped if that is too much.
    pub(crate) fn hold(&self, bytes: u64) -> wasmtime::Result<Share> {
        let total = self.packages.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let share = Share {
            total: Arc::clone(&self.packages),
            bytes,
        };
        if total > self.limits.packages {
            wasmtime::bail!(
                "package limit: the guest holds packages of {} MiB in all, {} MiB are allowed",
                total.div_ceil(1 << 20),
                self.limits.packages >> 20
            );
        }
        Ok(share)
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.limits.memory {
            wasmtime::bail!(
                "memory limit: the guest asked for {} MiB in all, {} MiB are allowed",
                total.div_ceil(1 << 20),
                self.limits.memory >> 20
            );
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > self.limits.table_elements {
            wasmtime::bail!(
                "table limit: the guest asked for {total} table elements in all, {} are allowed",
                self.limits.table_elements
            );
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.instances
    }

    fn memories(&self) -> usize {
        self.limits.instances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_counted_together() {
        let mut meter = Meter::new(Limits {
            memory: 3 << 20,
            ..Limits::default()
        });
        assert!(meter.memory_growing(0, 2 << 20, None).unwrap());
        assert!(meter.memory_growing(0, 1 << 20, None).unwrap());
        let refusal = meter.memory_growing(1 << 20, 2 << 20, None).unwrap_err();
        assert!(
            refusal.to_string().contains("4 MiB in all, 3 MiB are allowed"),
            "{refusal}"
        );
    }

    #[test]
    fn packages_that_are_dropped_count_no_more() {
        let meter = Meter::new(Limits {
            packages: 3 << 20,
            ..Limits::default()
        });
        let one = meter.hold(2 << 20).unwrap();
        let refusal = meter.hold(2 << 20).err().unwrap();
        assert!(
            refusal.to_string().contains("4 MiB in all, 3 MiB are allowed"),
            "{refusal}"
        );
        drop(one);
        assert!(meter.hold(3 << 20).is_ok());
    }

    #[test]
    fn table_elements_are_counted_together() {
        let mut meter = Meter::new(Limits::default());
        assert!(meter.table_growing(0, 60_000, None).unwrap());
        let refusal = meter.table_growing(0, 60_000, None).unwrap_err();
        assert!(refusal.to_string().contains("120000 table elements"), "{refusal}");
    }
}
