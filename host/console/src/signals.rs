use std::io;
use std::thread;
use std::time::{Duration, Instant};

use runtime::Stop;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::exit::Exit;

/// What comes sooner after the first signal is the same request: `timeout` signals its child and then its group, so the child
/// hears it twice. Nobody presses Ctrl-C twice as fast.
const SAME_REQUEST: Duration = Duration::from_millis(100);

/// Makes the first SIGINT, SIGTERM or SIGHUP ask the run to end in order, and the second one end the process at once.
///
/// Before this is called they end the process, which is right as long as it only reads files: nothing is in the kernel yet.
pub(crate) fn request_stop(stop: &Stop) -> io::Result<()> {
    // Whoever starts a program with nohup has SIGHUP ignored, and wants that kept.
    let wanted = [SIGINT, SIGTERM, SIGHUP]
        .into_iter()
        .filter(|&signal| signal != SIGHUP || !is_ignored(signal));
    let mut signals = Signals::new(wanted)?;
    let stop = stop.clone();
    thread::Builder::new().name("signals".into()).spawn(move || {
        runtime::give_up_all();
        let mut asked: Option<Instant> = None;
        for signal in signals.forever() {
            match asked {
                None => {
                    asked = Some(Instant::now());
                    stop.request();
                }
                Some(at) if at.elapsed() < SAME_REQUEST => {}
                Some(_) => low_level::exit(Exit::of_signal(signal)),
            }
        }
    })?;
    Ok(())
}

/// Whether the process was started with this signal ignored: `SigIgn` of proc(5), a hexadecimal mask.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_process() {
        assert!(is_ignored(signal_hook::consts::SIGPIPE), "Rust's runtime ignores it");
        assert!(!is_ignored(signal_hook::consts::SIGUSR1));
    }

    #[test]
    fn the_first_signal_asks_for_the_end_and_its_echo_does_not_end_the_process() {
        let stop = Stop::new().unwrap();
        request_stop(&stop).unwrap();
        assert!(!stop.is_requested());
        low_level::raise(SIGTERM).unwrap();
        low_level::raise(SIGTERM).unwrap();
        let start = Instant::now();
        while !stop.is_requested() {
            assert!(start.elapsed() < Duration::from_secs(5), "the signal was not heard");
            thread::yield_now();
        }
    }
}
