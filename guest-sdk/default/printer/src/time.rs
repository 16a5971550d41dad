//! The time of a batch, as a row of a table begins with it.

/// `HH:MM:SS` and two spaces; the bytes after these are to be written over.
///
/// `time` is in nanoseconds since 1970-01-01 00:00 UTC, `utc_offset` in seconds.
pub(crate) fn clock(time: u64, utc_offset: i32) -> [u8; 16] {
    const DAY: i64 = 24 * 60 * 60;
    // At most 2^64 / 10^9 seconds: it fits, and so does the sum.
    let seconds = (time / 1_000_000_000) as i64 + i64::from(utc_offset);
    let seconds = seconds.rem_euclid(DAY);
    let digits = |value: i64| [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
    let [h, hh] = digits(seconds / 3600);
    let [m, mm] = digits(seconds / 60 % 60);
    let [s, ss] = digits(seconds % 60);
    [
        h, hh, b':', m, mm, b':', s, ss, b' ', b' ', b' ', b' ', b' ', b' ', b' ', b' ',
    ]
}
