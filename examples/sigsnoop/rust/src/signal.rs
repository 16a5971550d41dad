//! What signals are called: include/uapi/asm-generic/signal.h, and glibc's names for the real-time ones.

use std::borrow::Cow;

const NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The first real-time signal that programs may use.
const RTMIN: i32 = 34;

/// None for a number that has no name: 0, which only tests, and what the C library keeps for itself.
pub fn name(signal: i32) -> Option<Cow<'static, str>> {
    match signal {
        RTMIN => Some("SIGRTMIN".into()),
        RTMIN..=64 => Some(format!("SIGRTMIN+{}", signal - RTMIN).into()),
        _ => {
            let place = usize::try_from(signal).ok()?.checked_sub(1)?;
            NAMES.get(place).map(|name| (*name).into())
        }
    }
}
