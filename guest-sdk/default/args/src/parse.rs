//! The arguments, one after the other, as getopt_long(3) reads them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use eunomia_component::Value as _;
use eunomia_component::args::{Assignment, Outcome};
use eunomia_component::types::Description;

use crate::command::{Choice, Command, Meaning};
use crate::nearest::nearest;
use crate::{default, help, value};

/// Read a command line. `arguments` does not hold the tool's name.
///
/// `--long VALUE`, `--long=VALUE`, `-s VALUE`, `-sVALUE` and `-s=VALUE` are the same; letters of flags may stand together;
/// what comes twice counts the last time; `--` ends the options. Help and version win as soon as they are reached.
pub fn parse(description: &Description, arguments: &[String]) -> Outcome {
    let command = Command::new(description);
    let given = match read(&command, arguments) {
        Ok(given) => given,
        Err(Stop::Text(text)) => return Outcome::Text(text),
        Err(Stop::Usage(text)) => return Outcome::Usage(text),
    };
    assignments(&command, given).map_or_else(Outcome::Usage, Outcome::Run)
}

/// Why reading ended early.
enum Stop {
    Text(String),
    Usage(String),
}

/// What each option was given, as JSON text.
type Given = Vec<Option<String>>;

/// Values in the order of the variables: what the user gave, or else the package's default.
fn assignments(command: &Command<'_>, given: Given) -> Result<Vec<Assignment>, String> {
    let mut options = command.options.iter().zip(given).peekable();
    let mut assignments = Vec::new();
    for variable in &command.description.variables {
        let value = match options.next_if(|(option, _)| option.variable.name == variable.name) {
            Some((_, Some(value))) => Some(value),
            Some((option, None)) => default::assigned(option)?,
            // No option can spell its type, but its default is to be set all the same: the host knows all types.
            None if !variable.hidden => default::given(variable).map(ToString::to_string),
            None => None,
        };
        if let Some(value) = value {
            assignments.push(Assignment {
                variable: variable.name.clone(),
                value,
            });
        }
    }
    Ok(assignments)
}

fn read(command: &Command<'_>, arguments: &[String]) -> Result<Given, Stop> {
    let mut given = vec![None; command.options.len()];
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            break;
        }
        if let Some(long) = argument.strip_prefix("--") {
            let (name, inline) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let meaning = command.long(name).ok_or_else(|| unknown(command, argument, name))?;
            let name = format!("--{name}");
            let next = || arguments.next().map(String::as_str);
            take(command, &mut given, meaning, &name, inline, next)?;
            continue;
        }
        let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            return Err(misplaced(argument));
        };
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            let name = format!("-{letter}");
            let meaning = command.short(letter).ok_or_else(|| unknown(command, argument, &name))?;
            let rest = letters.as_str();
            let inline = match meaning {
                // Behind a flag may stand its value, or the next letter.
                Meaning::Value(_) if !rest.is_empty() => Some(rest.strip_prefix('=').unwrap_or(rest)),
                _ => rest.strip_prefix('='),
            };
            let next = || arguments.next().map(String::as_str);
            take(command, &mut given, meaning, &name, inline, next)?;
            if inline.is_some() {
                break;
            }
        }
    }
    match arguments.next() {
        Some(argument) => Err(misplaced(argument)),
        None => Ok(given),
    }
}

/// Does what an option says. `inline` is the value in the same argument, `next` fetches the next one.
fn take<'a>(
    command: &Command<'_>,
    given: &mut Given,
    meaning: Meaning,
    name: &str,
    inline: Option<&'a str>,
    next: impl FnOnce() -> Option<&'a str>,
) -> Result<(), Stop> {
    let (index, value) = match meaning {
        Meaning::Help => return Err(Stop::Text(help::help(command))),
        Meaning::Version => return Err(Stop::Text(help::version(command))),
        Meaning::Flag(index, sets) => {
            let said = inline.map_or(Some(true), value::boolean).ok_or_else(|| {
                let inline = shown(inline.unwrap_or_default());
                Stop::Usage(format!("{name} was given {inline}, and takes nothing, =true or =false"))
            })?;
            (index, (said == sets).to_json())
        }
        Meaning::Value(index) => {
            let option = command.options.get(index).ok_or_else(|| misplaced(name))?;
            let text = inline.or_else(next).ok_or_else(|| missing(option, name))?;
            let value = value::from_text(&option.shape, text)
                .map_err(|takes| Stop::Usage(format!("{name} was given {}, and takes {takes}", shown(text))))?;
            (index, value)
        }
    };
    if let Some(place) = given.get_mut(index) {
        *place = Some(value);
    }
    Ok(())
}

fn missing(option: &Choice<'_>, name: &str) -> Stop {
    Stop::Usage(format!("{name} was given nothing, and takes {}", option.shape.takes()))
}

fn misplaced(argument: &str) -> Stop {
    Stop::Usage(format!(
        "the argument {} belongs to no option, and the tool takes nothing but options\nhint: -h lists them",
        shown(argument)
    ))
}

fn unknown(command: &Command<'_>, argument: &str, name: &str) -> Stop {
    let listed: Vec<String> = command.listed().collect();
    // `-pid` is a long name with a dash too few, unless its letters mean something of their own.
    let meant = nearest(name, listed.iter().map(String::as_str))
        .or_else(|| nearest(argument.trim_start_matches('-'), listed.iter().map(String::as_str)))
        .filter(|_| argument.chars().count() > 2);
    let hint = match meant {
        Some(meant) => format!("did you mean --{}? -h lists all options", help::short(meant)),
        None => "-h lists all options".to_string(),
    };
    let dashes = if name.starts_with('-') { "" } else { "--" };
    let part = if name.len() + dashes.len() < argument.len() && dashes.is_empty() {
        format!(" (in {})", shown(argument))
    } else {
        String::new()
    };
    Stop::Usage(format!(
        "there is no option {}{part}\nhint: {hint}",
        help::short(&format!("{dashes}{name}"))
    ))
}

/// An argument in quotes, with nothing in it that a terminal would obey.
fn shown(text: &str) -> String {
    format!("\"{}\"", help::short(text))
}
