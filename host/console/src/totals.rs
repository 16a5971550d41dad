//! The words at the end of a run: produced = delivered + lost + left unread, as far as it is known.

use runtime::Totals;

/// What helps against losses.
pub(crate) const LESS_LOSS: &str = "make the buffer bigger (`max_entries` of a ring buffer in the BPF source, \
    `perf_buffer_pages` in the package), or filter more in the kernel";

/// What makes losses known.
pub(crate) const COUNT_LOSS: &str =
    "there is a buffer or a map here whose losses nobody counts: --fail-on-loss says which, and why";

const UNKNOWN: &str = "lost: unknown";

/// What became of the events, on one line.
pub(crate) fn line(totals: &Totals) -> String {
    let Totals {
        delivered,
        samples,
        unread,
        lost,
    } = *totals;
    let events = || {
        let lost = lost.map_or_else(|| UNKNOWN.to_owned(), |lost| format!("{lost} lost"));
        format!("{}, {lost}, {unread} unread", count(delivered, "event"))
    };
    let no_events = delivered == 0 && unread == 0;
    match samples {
        0 => events(),
        // Maps that are only read lose nothing.
        _ if no_events && lost == Some(0) => count(samples, "sample"),
        _ if no_events && lost.is_none() => format!("{}, {UNKNOWN}", count(samples, "sample")),
        _ => format!("{}, {}", events(), count(samples, "sample")),
    }
}

/// Whether there were any, as far as it is known.
pub(crate) fn any(totals: &Totals) -> bool {
    totals.delivered > 0 || totals.samples > 0 || totals.unread > 0 || totals.lost.is_some_and(|lost| lost > 0)
}

/// That some are missing.
pub(crate) fn loss(totals: &Totals, lost: u64) -> String {
    let produced = totals.delivered.saturating_add(totals.unread).saturating_add(lost);
    format!(
        "{lost} of {} lost: the buffer was full when they came",
        count(produced, "event")
    )
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_counts_is_unknown_and_never_0() {
        let mut totals = Totals {
            delivered: 1234,
            samples: 0,
            lost: Some(0),
            unread: 2,
        };
        assert_eq!(line(&totals), "1234 events, 0 lost, 2 unread");
        totals.lost = None;
        assert_eq!(line(&totals), "1234 events, lost: unknown, 2 unread");
        assert_eq!(
            line(&Totals {
                delivered: 1,
                samples: 0,
                lost: Some(3),
                unread: 0
            }),
            "1 event, 3 lost, 0 unread"
        );
    }

    #[test]
    fn maps_that_are_only_read_lose_nothing_and_their_samples_are_counted() {
        let mut totals = Totals {
            delivered: 0,
            samples: 1,
            lost: Some(0),
            unread: 0,
        };
        assert!(any(&totals));
        assert_eq!(line(&totals), "1 sample");
        (totals.delivered, totals.samples) = (5, 3);
        assert_eq!(line(&totals), "5 events, 0 lost, 0 unread, 3 samples");
        (totals.delivered, totals.lost) = (0, None);
        assert_eq!(line(&totals), "3 samples, lost: unknown");
    }

    #[test]
    fn losses_alone_are_events_too() {
        let mut totals = Totals {
            delivered: 0,
            samples: 0,
            lost: None,
            unread: 0,
        };
        assert!(!any(&totals));
        totals.lost = Some(1);
        assert!(any(&totals));
    }

    #[test]
    fn a_loss_is_told_as_part_of_what_was_produced() {
        let totals = Totals {
            delivered: 90,
            samples: 0,
            lost: Some(7),
            unread: 3,
        };
        assert_eq!(
            loss(&totals, 7),
            "7 of 100 events lost: the buffer was full when they came"
        );
    }
}
