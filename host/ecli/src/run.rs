//! `ecli run`.

use std::time::Instant;

use console::{Exit, Failure, Printer, Run, Verbosity};
use registry::{Fetched, Limits, Name};
use runtime::{Engine, Replacement, Replacements, Skeleton, Tool, UnfitReplacement};

use crate::content::Content;
use crate::settings::Settings;
use crate::{failed, habits, places};

/// Runs what the settings name, to its end.
pub(crate) fn run(settings: Settings, printer: &mut Printer) -> Result<Exit, Failure> {
    let begin = Instant::now();
    let fetched = fetch(&settings.name, &settings, printer)?;
    let size = fetched.bytes.len();
    let content = Content::read(fetched.bytes, &settings.name, Skeleton::new)?;
    let replacements = Replacements {
        args: replacement(settings.args.as_ref(), &settings, printer)?,
        printer: replacement(settings.printer.as_ref(), &settings, printer)?,
    };
    let read = begin.elapsed();
    let kind = content.kind();

    if let (Content::Component(bytes), false) = (&content, settings.undeclared_skeletons) {
        places::are_used_by(&settings.options.places, bytes)?;
    }
    let engine = Engine::new();
    let tool_name = match &content {
        Content::Package(skeleton) => skeleton.description().name.clone(),
        // A component says what it is called only in its help.
        Content::Component(_) => settings.tool_name(),
    };
    let (tool, skeleton) = prepare(&engine, content, &replacements, &settings.name)?;
    let ready = begin.elapsed() - read;
    let run = Run {
        // What ships with this program prints the stack traces of packages with names; others have to be allowed to.
        symbols: settings.symbols
            || (skeleton.is_some() && replacements.args.is_none() && replacements.printer.is_none()),
        tool: &tool,
        name: tool_name,
        skeleton,
        arguments: settings.arguments.clone(),
        unexplained: format!("`{}` says what this system lacks", settings.doctor()),
        undeclared_skeletons: settings.undeclared_skeletons,
        beginning: format!(
            "{} is {kind} of {size} bytes, read in {read:.1?}, ready in {ready:.1?}",
            settings.name
        ),
    };
    let exit = console::run(run, &settings.options, printer)?;
    if exit == Exit::Tool(Exit::Usage.code())
        && let Some(line) = settings.corrected()
    {
        printer.hint(format_args!("host options come before the name: {line}"));
    }
    Ok(exit)
}

fn fetch(name: &Name, settings: &Settings, printer: &mut Printer) -> Result<Fetched, Failure> {
    let fetched = registry::fetch(name, &Limits::default()).map_err(|error| not_fetched(error, name))?;
    if let Some(digest) = fetched.digest
        && settings.options.verbosity > Verbosity::Quiet
    {
        printer.note(format_args!("{name} is {digest}"));
    }
    Ok(fetched)
}

fn not_fetched(error: registry::Error, name: &Name) -> Failure {
    let failure = failed::fetch(error);
    let word = match name {
        // Who says `run` means a file.
        Name::File(path)
            if failure.exit == Exit::NotFound && std::env::args_os().nth(1).as_deref() == Some(path.as_os_str()) =>
        {
            habits::meant(path.as_os_str())
        }
        _ => None,
    };
    match word {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

fn replacement(
    name: Option<&Name>,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Option<Replacement>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let bytes = fetch(name, settings, printer)?.bytes;
    Ok(Some(Replacement {
        name: name.to_string(),
        bytes,
    }))
}

/// A tool for the content: the default one with its skeleton, or the component itself.
fn prepare(
    engine: &Engine,
    content: Content<Skeleton>,
    replacements: &Replacements,
    name: &Name,
) -> Result<(Tool, Option<Skeleton>), Failure> {
    match content {
        Content::Package(skeleton) => engine.default_tool(replacements).map(|tool| (tool, Some(skeleton))),
        Content::Component(bytes) => engine
            .tool(&bytes, replacements)
            .map(|tool| (tool, None))
            .map_err(|error| {
                if error.is::<UnfitReplacement>() {
                    return error;
                }
                error.context(format!("{name} does not run on this host"))
            }),
    }
    .map_err(Failure::host)
}
