//! Tables for people, on standard output and in a file: the same text.

use std::io::Write;

/// What the file begins with.
const TITLE: &str = "# Results

Written by `make bench`, which compares programs in one run on one machine: ratios hold, absolute numbers are this machine's.
";

/// What was measured, as Markdown.
#[derive(Debug, Default)]
pub(crate) struct Report {
    text: String,
    verdicts: Vec<Vec<String>>,
}

impl Report {
    /// A heading and what the tables below it mean.
    pub(crate) fn section(&mut self, title: &str, meaning: &str) {
        self.add(&format!("\n## {title}\n{meaning}\n"));
    }

    /// A paragraph or a list.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.add(&format!("\n{text}\n"));
    }

    /// A table whose columns are padded so that it can be read as it is.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::from("|");
            for (cell, &width) in cells.zip(&widths) {
                line.push_str(&format!(" {cell:<width$} |"));
            }
            line.push('\n');
            line
        };
        let mut text = String::from("\n");
        text.push_str(&line(&mut head.iter().copied()));
        text.push('|');
        for width in &widths {
            text.push_str(&"-".repeat(width + 2));
            text.push('|');
        }
        text.push('\n');
        for row in rows {
            text.push_str(&line(&mut row.iter().map(String::as_str)));
        }
        self.add(&text);
    }

    /// Whether a bound was kept. The numbers are texts with their units; there may be no aim.
    pub(crate) fn verdict(&mut self, measure: &str, bound: &str, aim: &str, found: &str, kept: bool) {
        let kept = if kept { "yes" } else { "**no**" };
        self.verdicts
            .push([measure, bound, aim, found, kept].map(str::to_owned).to_vec());
    }

    /// Print the verdicts, and give back the file: title, machine and numbers, with the verdicts at the end.
    pub(crate) fn finish(mut self) -> String {
        if !self.verdicts.is_empty() {
            self.section(
                "Against the bounds",
                "Nothing here is asserted: a number beside its bound, and whether it is within.",
            );
            let verdicts = std::mem::take(&mut self.verdicts);
            self.table(&["measure", "bound", "aim", "found", "within"], &verdicts);
        }
        format!("{TITLE}{}", self.text)
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        // A reader who has gone takes nothing from the file.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
}

/// A line on standard error: progress, or something that is missing.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}

/// The middle one, or the mean of the two in the middle; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    if sorted.len() % 2 == 1 {
        at(sorted.len() / 2)
    } else {
        f64::midpoint(at((sorted.len() / 2).wrapping_sub(1)), at(sorted.len() / 2))
    }
}

/// The value that 99 of 100 do not exceed; 0 of none.
pub(crate) fn percentile_99(values: &mut [u64]) -> u64 {
    values.sort_unstable();
    values
        .get((values.len() * 99 / 100).min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0)
}

/// A number with a thin grouping, so that millions can be read.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Bytes as megabytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

/// Milliseconds with two digits.
pub(crate) fn milliseconds(value: f64) -> String {
    format!("{value:.2} ms")
}

#[cfg(test)]
mod tests {
    use super::{grouped, median, percentile_99};

    #[test]
    fn the_middle_of_odd_and_even_counts() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn percentiles_and_groups() {
        assert_eq!(percentile_99(&mut (0..1000).collect::<Vec<_>>()), 990);
        assert_eq!(percentile_99(&mut [7]), 7);
        assert_eq!(
            (grouped(1_234_567), grouped(12), grouped(123)),
            ("1 234 567".into(), "12".into(), "123".into())
        );
    }
}
