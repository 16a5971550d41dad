use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use crate::failure::Failure;

/// The one owner of what the program itself says. Data goes to standard output, words go to standard error; a stream that
/// nobody reads any more is nothing to complain about.
pub struct Printer<E = io::Stderr> {
    stderr: E,
    color: bool,
}

/// Colours of the first word of a line, as ANSI attributes.
#[derive(Clone, Copy)]
enum Style {
    Error = 31,
    Warning = 33,
    Hint = 36,
}

impl Printer {
    /// To the process's standard error, in colour if that is a terminal and the environment does not object.
    pub fn stderr() -> Self {
        let stderr = io::stderr();
        Self {
            color: stderr.is_terminal() && colors_allowed(),
            stderr,
        }
    }
}

impl<E: Write> Printer<E> {
    /// Prints why nothing ran, and what to do about it.
    pub fn failure(&mut self, failure: &Failure) {
        self.error(&failure.error);
        if let Some(hint) = &failure.hint {
            self.hint(hint);
        }
    }

    /// Prints what `error` says and its causes, one line where the messages are.
    pub fn error(&mut self, error: &anyhow::Error) {
        self.labelled(Style::Error, "error", format_args!("{error:#}"));
    }

    /// Prints that something is not as the user may think, and the run goes on.
    pub fn warning(&mut self, message: impl Display) {
        self.labelled(Style::Warning, "warning", message);
    }

    /// Prints what to do about the line before.
    pub fn hint(&mut self, hint: impl Display) {
        self.labelled(Style::Hint, "hint", hint);
    }

    /// Prints a line of the program's own.
    pub fn note(&mut self, note: impl Display) {
        self.line(format_args!("ecli: {}", without_controls(&note.to_string())));
    }

    /// Prints what was asked for, on standard output.
    ///
    /// # Errors
    /// It was not all taken, by somebody who still reads.
    pub fn data(&mut self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        written.or_else(Failure::of_output)
    }

    fn labelled(&mut self, style: Style, label: &str, text: impl Display) {
        let text = without_controls(&text.to_string());
        if self.color {
            self.line(format_args!("\x1b[1;{}m{label}:\x1b[0m {text}", style as u8));
        } else {
            self.line(format_args!("{label}: {text}"));
        }
    }

    /// One `write` a line, so that the words of several processes do not mix.
    fn line(&mut self, text: impl Display) {
        self.stderr.write_all(format!("{text}\n").as_bytes()).ok();
    }
}

/// What files and guests have a say in must not move a terminal's cursor or set its title.
fn without_controls(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Whether the environment leaves colours to the program: <https://no-color.org>.
pub(crate) fn colors_allowed() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(color: bool) -> String {
        let mut printer = Printer {
            stderr: Vec::new(),
            color,
        };
        printer.error(&anyhow::anyhow!("no such file").context("cannot open x"));
        printer.hint("look again");
        String::from_utf8(printer.stderr).unwrap()
    }

    #[test]
    fn an_error_is_one_line_with_its_causes_and_a_hint_has_a_line_of_its_own() {
        assert_eq!(printed(false), "error: cannot open x: no such file\nhint: look again\n");
    }

    #[test]
    fn only_the_first_word_is_coloured() {
        assert_eq!(
            printed(true),
            "\x1b[1;31merror:\x1b[0m cannot open x: no such file\n\x1b[1;36mhint:\x1b[0m look again\n"
        );
    }

    #[test]
    fn a_file_name_cannot_control_the_terminal() {
        let mut printer = Printer {
            stderr: Vec::new(),
            color: false,
        };
        printer.error(&anyhow::anyhow!("cannot open \x1b]0;title\x07é\nnext line"));
        let printed = String::from_utf8(printer.stderr).unwrap();
        assert_eq!(printed, "error: cannot open \\u{1b}]0;title\\u{7}é\nnext line\n");
    }
}
