//! Stacks as a flame graph: an image that needs nothing else.
//!
//! A frame is an image of its own within the whole, as wide as its share: so its name ends where it ends, and zooming is
//! to move and stretch these images. A click on a frame does that, one on the lowest undoes it.

use super::{Counted, Counts, KERNEL};
use crate::gathered::Gathered;
use crate::printer::Error;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The width of the image in pixels.
const WIDTH: u64 = 1200;
/// The height of a frame, and its distance from the next.
const HEIGHT: usize = 16;
const ROW: usize = 17;
/// The height of the line above.
const TITLE: usize = 30;
/// Places are in this part of the whole width: of a percent, with four decimals.
const WHOLE: u128 = 1_000_000;
/// Frames are left out that would be narrower than a pixel divided by this.
const NARROWEST: u64 = 10;
const SCRIPT: &str = include_str!("flame.js");

/// A frame at its place.
struct Placed<'a> {
    frame: &'a Counted,
    depth: usize,
    /// How many stacks are left of it.
    from: u64,
}

/// Write the image.
pub(crate) fn print(
    counts: &Counts,
    out: &mut Gathered,
    write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let all = counts.frames.first().map_or(0, |root| root.total);
    let placed = place(counts, all);
    let rows = placed.iter().map(|placed| placed.depth + 1).max().unwrap_or_default();
    let height = TITLE + rows * ROW;
    out.append(
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"monospace\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"4\" y=\"20\">{all} samples</text>\n"
        )
        .as_bytes(),
    );
    for Placed { frame, depth, from } in placed {
        let left = share(from, all);
        let width = share(from + frame.total, all) - left;
        let y = height - (depth + 1) * ROW;
        let name = markup(counts.name(frame));
        let percent = percent(u128::from(frame.total) * 10_000 / u128::from(all.max(1)), 100);
        let (left, width) = (self::percent(left, 10_000), self::percent(width, 10_000));
        let color = color(counts.name(frame), depth);
        let total = frame.total;
        out.append(
            format!(
                "<svg class=\"f\" x=\"{left}%\" y=\"{y}\" width=\"{width}%\" height=\"{HEIGHT}\">\
                 <title>{name} ({total} samples, {percent}%)</title>\
                 <rect width=\"100%\" height=\"100%\" fill=\"{color}\"/>\
                 <text x=\"3\" y=\"12\">{name}</text></svg>\n"
            )
            .as_bytes(),
        );
        out.hand_on_if_enough(write)?;
    }
    out.append(format!("<script><![CDATA[\n{SCRIPT}]]></script>\n</svg>\n").as_bytes());
    out.hand_on(write)
}

/// The frames that are wide enough to be seen, and where they are: those that one frame calls are side by side above it.
fn place(counts: &Counts, all: u64) -> Vec<Placed<'_>> {
    let mut placed = Vec::new();
    // Where the next frame of each depth begins.
    let mut begins: Vec<u64> = alloc::vec![0];
    counts.walk(|frame, depth| {
        begins.truncate(depth + 1);
        let from = begins.last().copied().unwrap_or_default();
        if let Some(next) = begins.last_mut() {
            *next += frame.total;
        }
        // The frames above this one begin where it does.
        begins.push(from);
        let is_seen = u128::from(frame.total) * u128::from(WIDTH * NARROWEST) >= u128::from(all);
        if is_seen {
            placed.push(Placed { frame, depth, from });
        }
        is_seen
    });
    placed
}

fn share(count: u64, all: u64) -> u128 {
    u128::from(count) * WHOLE / u128::from(all.max(1))
}

/// A number with as many decimals as `unit` has zeros.
fn percent(number: u128, unit: u128) -> String {
    let decimals = unit.ilog10() as usize;
    format!("{}.{:0decimals$}", number / unit, number % unit)
}

/// A name as it stands in XML. Control characters are escaped already; two more characters are not allowed.
fn markup(name: &[u8]) -> String {
    let mut markup = String::with_capacity(name.len());
    for character in core::str::from_utf8(name).unwrap_or_default().chars() {
        match character {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => markup.push(char::REPLACEMENT_CHARACTER),
            other => markup.push(other),
        }
    }
    markup
}

/// A function has one colour wherever it is: warm, or blue if it is the kernel's. Everything and the threads are grey.
fn color(name: &[u8], depth: usize) -> String {
    if depth < 2 {
        return "#d0d0d0".into();
    }
    // FNV-1a.
    let hash = name.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    let (a, b, c) = (hash % 50, hash / 50 % 110, hash / 5500 % 60);
    let (red, green, blue) = if name.ends_with(KERNEL) {
        (90 + c, 140 + b * 3 / 4, 205 + a)
    } else {
        (205 + a, 90 + b, 50 + c)
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}
