//! From the command line as it was typed to what a run is given, checked.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use console::{Failure, Options, Verbosity};
use registry::Name;
use runtime::{OutputFormat, Places, View};

use crate::cli::{PlaceOptions, Run};
use crate::{failed, habits};

/// A run that can be started.
#[derive(Debug, PartialEq)]
pub(crate) struct Settings {
    /// What to run.
    pub(crate) name: Name,
    /// What follows the name, the tool's own.
    pub(crate) arguments: Vec<String>,
    pub(crate) options: Options,
    pub(crate) undeclared_skeletons: bool,
    /// Whether a component may have names of addresses.
    pub(crate) symbols: bool,
    pub(crate) printer: Option<Name>,
    pub(crate) args: Option<Name>,
    /// The options of the places that were chosen, as words of a command.
    typed_places: Vec<String>,
    /// The options as they were typed, for the line that [`corrected`](Self::corrected) shows.
    before: Vec<OsString>,
    typed_name: OsString,
}

impl Settings {
    /// Checks `run`, which was read from `line`.
    pub(crate) fn new(run: Run, line: &[OsString]) -> Result<Self, Failure> {
        let view = view(&run)?;
        let before = line
            .get(2..line.len().saturating_sub(run.tool.len()))
            .unwrap_or_default();
        let (name, mut arguments) = name_and_arguments(run.tool, before)?;
        // `ecli run NAME -- ARGS`: who separates the two as with other programs means the same.
        if arguments.first().is_some_and(|first| first == "--") {
            arguments.remove(0);
        }
        Ok(Self {
            name: parse_name(&name)?,
            typed_name: name,
            typed_places: run.places.words(),
            before: before.iter().filter(|word| *word != "--").cloned().collect(),
            arguments,
            options: Options {
                format: if run.json { OutputFormat::Json } else { run.output },
                header: !run.no_header,
                view,
                symbols: !run.no_symbols,
                timeout: seconds("timeout", run.timeout.as_deref())?,
                count: number("count", run.count.as_deref())?,
                fail_on_loss: run.fail_on_loss,
                verbosity: match (run.quiet, run.verbose) {
                    (true, _) => Verbosity::Quiet,
                    (false, true) => Verbosity::Verbose,
                    (false, false) => Verbosity::Normal,
                },
                places: places(&run.places)?,
            },
            undeclared_skeletons: run.allow_undeclared_skeletons,
            symbols: run.allow_symbols,
            printer: run.printer.as_deref().map(parse_name).transpose()?,
            args: run.args.as_deref().map(parse_name).transpose()?,
        })
    }

    /// The line that was meant if the tool does not know its arguments; none if no option of `run` is among them.
    pub(crate) fn corrected(&self) -> Option<String> {
        habits::corrected(&self.before, &self.typed_name, &self.arguments)
    }

    /// The line that looks at what the tool needs. Standard input has been read.
    pub(crate) fn doctor(&self) -> String {
        match &self.name {
            Name::File(_) | Name::Url(_) => {
                let words = self.typed_places.iter().map(String::as_str);
                let name = self.name.to_string();
                let words: Vec<String> = words.chain([name.as_str()]).map(habits::quoted).collect();
                format!("ecli doctor {}", words.join(" "))
            }
            _ => "ecli doctor NAME".to_owned(),
        }
    }

    /// What the tool is called: the name's last part without its extension.
    pub(crate) fn tool_name(&self) -> String {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        match &self.name {
            Name::File(path) => stem(path),
            Name::Url(url) => stem(Path::new(url.to_string().split(['?', '#']).next().unwrap_or_default())),
            _ => None,
        }
        .unwrap_or_else(|| "tool".into())
    }
}

/// Where the user wants programs.
pub(crate) fn places(options: &PlaceOptions) -> Result<Places, Failure> {
    let targets = options.attach.iter().map(|text| Options::attach(text));
    Ok(Places {
        targets: targets.collect::<Result<_, _>>()?,
        interface: options.iface.as_deref().map(Options::interface).transpose()?,
        cgroup: options.cgroup.as_deref().map(Options::cgroup).transpose()?,
    })
}

impl PlaceOptions {
    /// These options as words of a command.
    fn words(&self) -> Vec<String> {
        let attach = self.attach.iter().map(|target| ("--attach", target));
        let iface = self.iface.iter().map(|name| ("--iface", name));
        let cgroup = self.cgroup.iter().map(|path| ("--cgroup", path));
        let all = attach.chain(iface).chain(cgroup);
        all.flat_map(|(option, value)| [option.to_owned(), value.clone()])
            .collect()
    }
}

fn view(run: &Run) -> Result<View, Failure> {
    Ok(View {
        fields: run
            .fields
            .as_deref()
            .map(Options::fields)
            .transpose()?
            .unwrap_or_default(),
        filter: run.filter.clone(),
        sort: run.sort.clone(),
        top: number("top", run.top.as_deref())?,
        max_rows: number("max-rows", run.max_rows.as_deref())?,
        interval: seconds("interval", run.interval.as_deref())?,
        per_cpu: run.per_cpu,
    })
}

fn seconds(option: &str, text: Option<&str>) -> Result<Option<Duration>, Failure> {
    text.map(|text| Options::seconds(option, text)).transpose()
}

fn number<N: FromStr + Default + PartialEq>(option: &str, text: Option<&str>) -> Result<Option<N>, Failure> {
    text.map(|text| Options::number(option, text)).transpose()
}

/// Splits what clap gathered from the first word that is no option of `run`. clap has taken one `--` away; it stands for
/// standard input unless a name follows.
fn name_and_arguments(tool: Vec<OsString>, before: &[OsString]) -> Result<(OsString, Vec<String>), Failure> {
    let is_option = |word: &OsStr| word != "-" && word.as_encoded_bytes().starts_with(b"-");
    let separated = before.last().is_some_and(|word| word == "--");
    let mut words = tool.into_iter().peekable();
    let name = match words.peek() {
        Some(first) if !is_option(first) => words.next().unwrap_or_default(),
        _ if separated => "-".into(),
        _ => {
            return Err(Failure::usage("the name of what to run is missing")
                .with_hint("for example `ecli run package.json`; `ecli run -h` says more"));
        }
    };
    Ok((name, console::arguments(words)?))
}

/// What a name on the command line stands for.
pub(crate) fn parse_name(name: &OsStr) -> Result<Name, Failure> {
    Name::parse(name).map_err(failed::name)
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
