//! Columns for people.

/// On which side of its column a cell stands.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

/// Rows of cells under a head, each column as wide as its widest cell. A note stands on lines of its own under its row.
pub(super) struct Table {
    sides: Vec<Side>,
    rows: Vec<(Vec<String>, Vec<String>)>,
}

impl Table {
    pub(super) fn new(columns: &[(&str, Side)]) -> Self {
        let head = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self {
            sides: columns.iter().map(|(_, side)| *side).collect(),
            rows: vec![(head, Vec::new())],
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>, notes: Vec<String>) {
        let cells = cells.into_iter().map(|cell| clean(&cell)).collect();
        self.rows.push((cells, notes.iter().map(|note| clean(note)).collect()));
    }

    /// The lines, with two blanks before each; nothing if there are no rows. A column without cells is left out.
    pub(super) fn lines(&self) -> String {
        let [_, rows @ ..] = self.rows.as_slice() else {
            return String::new();
        };
        if rows.is_empty() {
            return String::new();
        }
        let width = |column: usize, rows: &[(Vec<String>, Vec<String>)]| {
            let cells = rows.iter().filter_map(|(cells, _)| cells.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<Option<usize>> = (0..self.sides.len())
            .map(|column| (width(column, rows) > 0).then(|| width(column, &self.rows)))
            .collect();
        let mut text = String::new();
        for (cells, notes) in &self.rows {
            let mut line = String::new();
            for ((cell, side), width) in cells.iter().zip(&self.sides).zip(&widths) {
                let Some(width) = *width else { continue };
                line += &match side {
                    Side::Left => format!("  {cell:<width$}"),
                    Side::Right => format!("  {cell:>width$}"),
                };
            }
            text += &format!("{}\n", line.trim_end());
            text.extend(notes.iter().map(|note| format!("      {note}\n")));
        }
        text
    }
}

/// What a file calls things must neither move a terminal's cursor nor break a line.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be_and_empty_ones_are_left_out() {
        let mut table = Table::new(&[
            ("NAME", Side::Left),
            ("SIZE", Side::Right),
            ("NOTHING", Side::Left),
            ("X", Side::Left),
        ]);
        assert_eq!(table.lines(), "");
        let row = |cells: [&str; 4]| cells.map(str::to_owned);
        table.row(row(["a", "1", "", ""]), vec!["a note".into()]);
        table.row(row(["longer", "22222", "", "é\x1b[0m\n"]), vec![]);
        assert_eq!(
            table.lines(),
            "  NAME     SIZE  X\n  a           1\n      a note\n  longer  22222  é\\u{1b}[0m\\n\n"
        );
    }
}
