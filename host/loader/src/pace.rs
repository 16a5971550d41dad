//! When to read: at once, in a moment, or when the kernel says so.
//!
//! A reader that takes every event as it comes spends its time waking up. While events flow it is cheaper to sleep for a moment on
//! the clock and take what has gathered. Two bounds hold: no event waits longer than [`GROUP`], and no buffer fills beyond a
//! quarter if the rate stays what it was. A rate can rise while the reader sleeps, so no sleep is longer than a burst takes to
//! fill the smallest buffer.

use std::time::{Duration, Instant};

/// How long an event waits for others at most. Promised are 20 ms from the event to the caller; the rest is for late wake-ups.
const GROUP: Duration = Duration::from_millis(10);
/// The first sleep after a quiet time, when the rate is not known.
const FIRST: Duration = Duration::from_micros(50);
/// How full a buffer may become before it is read.
const ENOUGH: f64 = 0.25;
/// Bytes a second that a burst is taken to bring: 700,000 records of 96 bytes.
const BURST: f64 = 64.0 * 1024.0 * 1024.0;
/// Over which time records are counted to know whether events flow.
const MEMORY: f64 = 0.024;
/// Records within that time from which on gathering pays: a sleep costs as much as a wake-up for one record.
const FLOWING: f64 = 16.0;
/// Below so many it no longer does. The two lie apart so that a rate between them does not go to and fro.
const TRICKLE: f64 = 8.0;
/// Where that count is cut off, so that a flood is forgotten nearly as fast as a trickle.
const FLOOD: f64 = 6.0 * FLOWING;

/// Over which time a fast rate is forgotten, in seconds.
const CALM: f64 = 0.05;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Take what is there.
    Read,
    /// Sleep so long, whatever the kernel says, and look again.
    Doze(Duration),
    /// Sleep until the kernel says that there is something.
    Wait,
}

/// What a look at the buffers showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// How full the fullest buffer is, 0 to 1.
    pub(crate) share: f64,
    /// Whether there is as much as the caller can take, or wants.
    pub(crate) enough: bool,
}

/// The memory from one look to the next.
#[derive(Debug)]
pub(crate) struct Pace {
    /// The longest sleep.
    longest: Duration,
    /// The last sleep, or the next one after a wake-up.
    step: Duration,
    /// Nothing that lies in the buffers is older.
    oldest: Instant,
    /// The last look: when, and how full.
    seen: (Instant, f64),
    /// Shares a second.
    rate: f64,
    /// Records of the last moments, fading, and when they were counted.
    recent: (Instant, f64),
    /// Whether there were enough of them to gather more.
    flowing: bool,
}

impl Pace {
    /// For buffers of which the smallest holds so many bytes.
    pub(crate) fn new(now: Instant, smallest: u64) -> Self {
        let longest = Duration::from_secs_f64(smallest as f64 / BURST).clamp(FIRST, GROUP);
        Self {
            longest,
            step: FIRST,
            oldest: now,
            seen: (now, 0.0),
            rate: 0.0,
            recent: (now, 0.0),
            flowing: false,
        }
    }

    /// Decides after a look.
    pub(crate) fn decide(&mut self, now: Instant, look: Look) -> Step {
        self.measure(now, look.share);
        if look.share == 0.0 {
            self.oldest = now;
            return if self.flowing(now) {
                Step::Doze(self.sleep(look.share, GROUP))
            } else {
                Step::Wait
            };
        }
        let age = now.saturating_duration_since(self.oldest);
        if look.enough || look.share >= ENOUGH || age >= GROUP || !self.flowing(now) {
            return Step::Read;
        }
        Step::Doze(self.sleep(look.share, GROUP - age))
    }

    /// The kernel has just said that there is something.
    pub(crate) fn woken(&mut self, now: Instant) {
        self.oldest = now;
        self.seen = (now, 0.0);
        self.step = FIRST;
    }

    /// So many records were taken by a read that began at `began`; `all` if it left nothing behind.
    pub(crate) fn taken(&mut self, began: Instant, records: u64, all: bool) {
        let fresh = self.recent(began) + records as f64;
        self.recent = (began, fresh.min(FLOOD));
        if all {
            self.oldest = began;
            self.seen = (began, 0.0);
        } else {
            // What is left is as old as it was. How full it leaves the buffers shows at the next look.
            self.seen = (began, 1.0);
        }
    }

    fn sleep(&mut self, share: f64, at_most: Duration) -> Duration {
        let mut sleep = self.step.min(self.longest).min(at_most);
        if self.rate > 0.0 {
            sleep = sleep.min(Duration::from_secs_f64(((ENOUGH - share) / self.rate).clamp(0.0, 1.0)));
        }
        self.step = (self.step * 2).min(self.longest);
        sleep.max(FIRST)
    }

    fn measure(&mut self, now: Instant, share: f64) {
        let (then, before) = self.seen;
        let time = now.saturating_duration_since(then);
        if time < FIRST {
            return;
        }
        self.seen = (now, share);
        // A rise counts at once. A fall may be a producer that was only held up for a moment.
        let kept = self.rate * (-time.as_secs_f64() / CALM).exp();
        let rate = (share - before) / time.as_secs_f64();
        self.rate = rate.max(kept);
        if share > 2.0 * ENOUGH {
            self.step = FIRST;
        }
    }

    fn flowing(&mut self, now: Instant) -> bool {
        self.flowing = self.recent(now) >= if self.flowing { TRICKLE } else { FLOWING };
        self.flowing
    }

    fn recent(&self, now: Instant) -> f64 {
        let (then, records) = self.recent;
        records * (-now.saturating_duration_since(then).as_secs_f64() / MEMORY).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: u64 = 256 * 1024;
    const RECORD: f64 = 96.0;

    /// Plays a steady producer against the pace, and gives back sleeps, reads, the longest wait of an event and the fullest share.
    fn play(per_second: f64, size: u64, seconds: f64) -> (u32, u32, f64, f64) {
        let start = Instant::now();
        let mut pace = Pace::new(start, size);
        let (mut clock, mut taken, mut sleeps, mut reads) = (0.0, 0.0, 0, 0);
        let (mut longest, mut fullest) = (0.0_f64, 0.0_f64);
        while clock < seconds {
            let now = start + Duration::from_secs_f64(clock);
            let there = (clock * per_second).floor() - taken;
            let share = there * RECORD / size as f64;
            fullest = fullest.max(share);
            match pace.decide(now, Look { share, enough: false }) {
                Step::Read => {
                    reads += 1;
                    longest = longest.max(clock - (taken + 1.0) / per_second);
                    taken += there;
                    pace.taken(now, there as u64, true);
                    clock += 10e-6;
                }
                Step::Doze(sleep) => {
                    sleeps += 1;
                    clock += sleep.as_secs_f64() + 60e-6;
                }
                Step::Wait => {
                    sleeps += 1;
                    clock = ((taken + 1.0) / per_second).max(clock) + 5e-6;
                    pace.woken(start + Duration::from_secs_f64(clock));
                }
            }
        }
        (sleeps, reads, longest, fullest)
    }

    #[test]
    fn rare_events_are_read_as_they_come() {
        let (sleeps, reads, longest, _) = play(100.0, RING, 2.0);
        assert!((195..=205).contains(&reads), "{reads}");
        assert!(sleeps <= 205, "{sleeps}");
        assert!(longest < 0.001, "{longest}");
    }

    #[test]
    fn a_steady_flow_comes_in_groups_and_never_late() {
        for per_second in [2_000.0, 5_000.0, 20_000.0, 100_000.0, 1_000_000.0] {
            for size in [4096, RING, 16 * RING] {
                let (sleeps, reads, longest, fullest) = play(per_second, size, 2.0);
                assert!(longest < 0.015, "{per_second}/s: an event waited {longest} s");
                assert!(
                    fullest < 0.6 || size == 4096,
                    "{per_second}/s in {size}: {fullest} full"
                );
                if size >= RING && per_second < 1_000_000.0 {
                    assert!(
                        f64::from(reads) < per_second / 4.0,
                        "{per_second}/s in {size}: {reads} reads"
                    );
                    assert!(
                        f64::from(sleeps) < per_second * 0.6,
                        "{per_second}/s in {size}: {sleeps} sleeps"
                    );
                }
            }
        }
    }

    #[test]
    fn a_full_quarter_or_enough_for_the_caller_is_read_at_once() {
        let now = Instant::now();
        let mut pace = Pace::new(now, RING);
        pace.taken(now, 1000, true);
        assert!(matches!(
            pace.decide(
                now,
                Look {
                    share: 0.01,
                    enough: false
                }
            ),
            Step::Doze(_)
        ));
        assert_eq!(
            pace.decide(
                now,
                Look {
                    share: 0.01,
                    enough: true
                }
            ),
            Step::Read
        );
        assert_eq!(
            pace.decide(
                now,
                Look {
                    share: 0.25,
                    enough: false
                }
            ),
            Step::Read
        );
    }
}
