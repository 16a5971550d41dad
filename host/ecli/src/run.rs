//! `ecli run`.

use std::io::{self, IsTerminal};
use std::time::Instant;

use anyhow::Context;
use registry::{Fetched, Limits, Name};
use runtime::{Engine, Outcome, OutputOptions, Replacement, Replacements, Session, Skeleton, Stop, Tool};

use crate::content::Content;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::{self, Printer};
use crate::settings::{Settings, Verbosity};
use crate::{habits, signals, totals};

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

    let engine = Engine::new();
    let tool_name = match &content {
        Content::Package(skeleton) => skeleton.description().name.clone(),
        // A component says what it is called only in its help.
        Content::Component(_) => settings.tool_name(),
    };
    let (tool, skeleton) = prepare(&engine, content, &replacements, &settings.name)?;
    let stop = stop(&settings)?;
    let mut session = Session::new(tool_name.clone(), stop.clone());
    session.skeleton = skeleton;
    if settings.verbosity == Verbosity::Verbose {
        let ready = begin.elapsed() - read;
        printer.note(format_args!(
            "{} is {kind} of {size} bytes, read in {read:.1?}, ready in {ready:.1?}",
            settings.name
        ));
    }
    session.arguments.extend(settings.arguments.iter().cloned());
    session.output = output(&settings);
    session.count = settings.count;
    session.fail_on_loss = settings.fail_on_loss;
    session.undeclared_skeletons = settings.undeclared_skeletons;
    signals::request_stop(&stop)
        .context("cannot listen for signals")
        .map_err(Failure::host)?;
    let outcome = tool.run(session);
    report(outcome, &tool_name, &settings, printer)
}

fn fetch(name: &Name, settings: &Settings, printer: &mut Printer) -> Result<Fetched, Failure> {
    let fetched = registry::fetch(name, &Limits::default()).map_err(|error| not_fetched(error, name))?;
    if let Some(digest) = fetched.digest
        && settings.verbosity > Verbosity::Quiet
    {
        printer.note(format_args!("{name} is {digest}"));
    }
    Ok(fetched)
}

fn not_fetched(error: registry::Error, name: &Name) -> Failure {
    let failure = Failure::from(error);
    match name {
        Name::File(path) if failure.exit == Exit::NotFound && habits::is_older_command(path.as_os_str()) => failure
            .with_hint(format!(
                "`{}` was a command of older versions; this one has `run` only",
                path.display()
            )),
        _ => failure,
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

/// The run's end, counted from here if it is a matter of time.
fn stop(settings: &Settings) -> Result<Stop, Failure> {
    // A deadline past the end of the clock is none.
    match settings.timeout.and_then(|timeout| Instant::now().checked_add(timeout)) {
        Some(deadline) => Stop::at(deadline),
        None => Stop::new(),
    }
    .map_err(Failure::host)
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
            .with_context(|| format!("{name} does not run on this host")),
    }
    .map_err(Failure::host)
}

fn output(settings: &Settings) -> OutputOptions {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let size = terminal.then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
    OutputOptions {
        format: settings.format,
        header: settings.header,
        utc_offset: chrono::Local::now().offset().local_minus_utc(),
        // A terminal that does not know its size says 0.
        width: size.map(|size| u32::from(size.ws_col)).filter(|&columns| columns > 0),
        color: terminal && printer::colors_allowed(),
    }
}

fn report(outcome: Outcome, tool_name: &str, settings: &Settings, printer: &mut Printer) -> Result<Exit, Failure> {
    let exit = match outcome.exit {
        runtime::Exit::Code(code) => {
            if code == Exit::Usage.code()
                && let Some(line) = settings.corrected()
            {
                printer.hint(format_args!("host options come before the name: {line}"));
            }
            Exit::Tool(code)
        }
        runtime::Exit::Trapped(reason) => {
            printer.error(&anyhow::anyhow!("{tool_name} was stopped: {reason}"));
            Exit::Trapped
        }
        runtime::Exit::Failed(error) => return Err(Failure::host(error)),
    };
    let Some(totals) = outcome.totals else { return Ok(exit) };
    // Who could not attach has said so, and that there were no events says nothing more.
    if settings.verbosity > Verbosity::Quiet && (exit == Exit::Tool(0) || totals::any(&totals)) {
        printer.note(totals::line(&totals));
    }
    let lost = totals.lost.unwrap_or_default();
    if lost > 0 {
        printer.warning(totals::loss(&totals, lost));
        printer.hint(totals::LESS_LOSS);
    }
    // Nobody can say that nothing was lost if nobody knows.
    let all_there = totals.lost == Some(0);
    Ok(if !all_there && settings.fail_on_loss && exit == Exit::Tool(0) {
        Exit::EventsLost
    } else {
        exit
    })
}
