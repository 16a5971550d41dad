//! libbpf's own log: kept per thread so that an error can quote it, and passed on only when someone asks.
//!
//! libbpf prints to stderr by default. Here nothing is printed: each thread keeps the last part of what libbpf said while one call
//! ([`record`]) ran, and a sink of that thread may receive every line.

use std::cell::RefCell;
use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::format::with_formatted;

/// How much one recorded call keeps: a verifier log is up to 16 MiB, and only its end says why.
const KEPT: usize = 96 * 1024;

/// How serious a line of libbpf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed, or will.
    Warn,
    /// Worth knowing.
    Info,
    /// Every step that libbpf takes.
    Debug,
}

/// What receives libbpf's log, line by line.
pub type LogSink = Box<dyn Fn(Level, &str) + Send + Sync>;

thread_local! {
    static SINK: RefCell<Option<(Level, LogSink)>> = const { RefCell::new(None) };
    static KEPT_LOG: RefCell<Option<(Level, String)>> = const { RefCell::new(None) };
}

/// Passes on what libbpf says on this thread, each message with its line feed, up to and including `level`; `None` stops it.
///
/// For packages that set `debug_verbose`. The sink must not call into this crate.
pub fn set_log_sink(sink: Option<(Level, LogSink)>) {
    install();
    SINK.set(sink);
}

/// Runs a call into libbpf and gives back what it logged on this thread, warnings and information only, the last 96 KiB.
pub(crate) fn record<T>(call: impl FnOnce() -> T) -> (T, String) {
    record_to(Level::Info, call)
}

/// The same with all that is said up to and including `level`.
pub(crate) fn record_to<T>(level: Level, call: impl FnOnce() -> T) -> (T, String) {
    install();
    let outer = KEPT_LOG.with_borrow_mut(|kept| kept.replace((level, String::new())));
    let result = call();
    let log = KEPT_LOG.with_borrow_mut(|kept| std::mem::replace(kept, outer));
    (result, log.map(|(_, log)| log).unwrap_or_default())
}

/// Takes libbpf's printing over, once a process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: libbpf calls the function with a level, a format and a `va_list`. Where the binding declares the last one as a
        // pointer to its tag, the C calling conventions of x86-64 and arm64 both pass a pointer, which is all that is relied on.
        unsafe {
            let print: libbpf_sys::libbpf_print_fn_t = Some(std::mem::transmute::<
                unsafe extern "C" fn(u32, *const c_char, *mut c_void) -> c_int,
                unsafe extern "C" fn(u32, *const c_char, *mut libbpf_sys::__va_list_tag) -> c_int,
            >(print));
            libbpf_sys::libbpf_set_print(print);
        }
    });
}

/// Called by libbpf for each message, on the thread that called libbpf.
unsafe extern "C" fn print(level: u32, format: *const c_char, arguments: *mut c_void) -> c_int {
    let level = match level {
        libbpf_sys::LIBBPF_WARN => Level::Warn,
        libbpf_sys::LIBBPF_INFO => Level::Info,
        _ => Level::Debug,
    };
    // A panic must not unwind through libbpf's frames.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: libbpf gives the format and the arguments that were made for it, and calls once for each message.
        SINK.with_borrow(|sink| unsafe { pass_on(level, format, arguments, sink.as_ref()) });
    }));
    0
}

/// Formats a message for whoever wants it.
///
/// # Safety
/// As for [`with_formatted`]: a format that ends in NUL, and a `va_list` with the arguments that it asks for, not used otherwise.
unsafe fn pass_on(level: Level, format: *const c_char, arguments: *mut c_void, sink: Option<&(Level, LogSink)>) {
    let sink = sink.filter(|(up_to, _)| level <= *up_to);
    let keep = KEPT_LOG.with_borrow(|kept| kept.as_ref().is_some_and(|(up_to, _)| level <= *up_to));
    if !keep && sink.is_none() {
        return;
    }
    let take = |text: &str| {
        if let Some((_, sink)) = sink {
            sink(level, text);
        }
        if keep {
            KEPT_LOG.with_borrow_mut(|kept| {
                if let Some((_, kept)) = kept {
                    kept.push_str(text);
                    keep_end(kept, KEPT);
                }
            });
        }
    };
    // SAFETY: what the caller promises is what is asked for.
    let _ = unsafe { with_formatted(format, arguments, take) };
}

/// Cuts the front off, at a line where there is one, so that at most `size` bytes stay.
pub(crate) fn keep_end(text: &mut String, size: usize) {
    if text.len() <= size {
        return;
    }
    let mut cut = text.len() - size;
    while !text.is_char_boundary(cut) {
        cut += 1;
    }
    let line = text
        .get(cut..)
        .and_then(|rest| rest.find('\n'))
        .map_or(cut, |line| cut + line + 1);
    text.drain(..if line < text.len() { line } else { cut });
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;

    #[test]
    fn what_is_kept_is_the_end_in_whole_lines() {
        let mut text = String::from("first\nsecond\nthird\n");
        keep_end(&mut text, 10);
        assert_eq!(text, "third\n");
        let mut text = "é".repeat(10);
        keep_end(&mut text, 5);
        assert_eq!(text, "éé");
    }

    #[test]
    fn libbpf_speaks_to_the_recorder_and_not_to_stderr() {
        let (object, log) = record(|| libbpf_rs::ObjectBuilder::default().open_memory(b"not an object"));
        assert!(object.is_err());
        assert!(log.contains("libbpf:"), "{log}");
    }

    #[test]
    fn a_sink_hears_its_own_thread_and_nothing_once_it_is_taken_away() {
        let provoke = || {
            let (object, _) = record(|| libbpf_rs::ObjectBuilder::default().open_memory(b"not an object"));
            assert!(object.is_err());
        };
        let heard = Arc::new(Mutex::new(String::new()));
        let listen = |to: &Arc<Mutex<String>>| {
            let to = Arc::clone(to);
            set_log_sink(Some((
                Level::Warn,
                Box::new(move |_, text| to.lock().unwrap().push_str(text)),
            )));
        };
        let taken = || std::mem::take(&mut *heard.lock().unwrap());
        listen(&heard);
        provoke();
        assert!(taken().contains("libbpf:"));
        // What another thread does, with a sink of its own and without one, is not this one's.
        let theirs = Arc::new(Mutex::new(String::new()));
        thread::scope(|scope| {
            scope.spawn(provoke);
            scope.spawn(|| {
                listen(&theirs);
                provoke();
                set_log_sink(None);
            });
        });
        assert_eq!(taken(), "");
        assert!(theirs.lock().unwrap().contains("libbpf:"));
        // Nor does it take away this one's.
        provoke();
        assert!(taken().contains("libbpf:"));
        set_log_sink(None);
        provoke();
        assert_eq!(taken(), "");
    }
}
