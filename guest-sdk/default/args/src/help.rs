//! The text of `-h`.

use alloc::format;
use alloc::string::{String, ToString};

use crate::command::{Choice, Command};
use crate::default;

/// How far options stand from the left, and what continues them.
const INDENT: &str = "    ";

/// How many characters of a value or a name are shown where it must stand on a line.
const SHOWN: usize = 64;

/// Usage, what the tool is for, its options, and what else its author has to say.
pub(crate) fn help(command: &Command<'_>) -> String {
    let documentation = &command.description.documentation;
    let mut text = usage(command);
    if let Some(about) = documentation.brief.as_ref().or(documentation.description.as_ref()) {
        text.push_str(plain(about).trim_end());
        text.push('\n');
    }
    text.push_str("\n\n");
    text.push_str(&format!("{INDENT}-h, --help  show this help message and exit\n"));
    if command.has_version() {
        text.push_str(&format!("{INDENT}-V, --version  show the version and exit\n"));
    }
    for option in command.options.iter().filter(|option| option.listed) {
        text.push_str(&line(option));
    }
    if let Some(details) = &documentation.details {
        text.push('\n');
        text.push_str(plain(details).trim_end());
        text.push('\n');
    }
    text
}

/// The text of `--version`.
pub(crate) fn version(command: &Command<'_>) -> String {
    let version = command.description.documentation.version.as_deref();
    format!("{}\n", plain(version.unwrap_or_default()))
}

/// Without what would move a terminal's cursor or change its colours: these texts come with a package from anywhere.
pub(crate) fn plain(text: &str) -> String {
    text.replace('\t', " ")
        .chars()
        .map(|letter| {
            if letter.is_control() && letter != '\n' {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

/// As [`plain`], on a single line and not too long.
pub(crate) fn short(text: &str) -> String {
    let text = plain(text).replace('\n', "\u{fffd}");
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        Some(start) => format!("{start}…"),
        None => text,
    }
}

fn usage(command: &Command<'_>) -> String {
    let mut text = format!("Usage: {} [-h]", short(&command.description.name));
    if command.has_version() {
        text.push_str(" [-V]");
    }
    for option in command.options.iter().filter(|option| option.listed) {
        let name = match option.short {
            Some(short) => format!("-{short}"),
            None => format!("--{}", short(&option.spelling())),
        };
        let value = if option.is_flag() {
            String::new()
        } else {
            format!(" {}", short(&option.long).replace('-', "_").to_ascii_uppercase())
        };
        text.push_str(&format!(" [{name}{value}]"));
    }
    text.push('\n');
    text
}

fn line(option: &Choice<'_>) -> String {
    let letter = option.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
    let value = if option.is_flag() {
        String::new()
    } else {
        format!("=<{}>", option.shape.placeholder())
    };
    let default = default::shown(option)
        .map(|default| format!(" [default: {}]", short(&default)))
        .unwrap_or_default();
    let about = plain(&about(option));
    let about = about.trim().replace('\n', &format!("\n{INDENT}{INDENT}"));
    format!(
        "{INDENT}{letter}--{}{value}  {about}{default}\n",
        short(&option.spelling())
    )
}

fn about(option: &Choice<'_>) -> String {
    let variable = option.variable;
    let argument = variable.argument.as_ref().and_then(|argument| argument.help.as_ref());
    let about = match argument.or(variable.description.as_ref()) {
        Some(about) => about.to_string(),
        None => format!("Set `{}` variable {}", variable.type_name, short(&variable.name)),
    };
    // The sentence is about the variable, and the option says the opposite.
    if option.on { format!("turn off: {about}") } else { about }
}
