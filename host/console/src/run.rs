use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::time::Instant;

use anyhow::Context;
use runtime::{Outcome, OutputFormat, OutputOptions, Session, Skeleton, Stop, Tool};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Options, Verbosity};
use crate::printer::{self, Printer};
use crate::{signals, totals};

/// What is run.
pub struct Run<'run> {
    /// Ready to run.
    pub tool: &'run Tool,
    /// What it is called; the first of its arguments.
    pub name: String,
    /// The package that it runs, if that is what the user named.
    pub skeleton: Option<Skeleton>,
    /// The tool's own arguments.
    pub arguments: Vec<String>,
    /// What to do where loading or attaching fails and nobody knows why.
    pub unexplained: String,
    /// Whether a component may load packages that its file does not carry.
    pub undeclared_skeletons: bool,
    /// Whether the tool may have the names of addresses.
    pub symbols: bool,
    /// What `--verbose` says when it begins.
    pub beginning: String,
}

/// Runs a tool to its end, be it its own or one that was asked for, and says how it went.
///
/// # Errors
/// It was never started.
pub fn run(run: Run<'_>, options: &Options, printer: &mut Printer) -> Result<Exit, Failure> {
    // A component may load what nobody knows yet; whoever has read it asks before.
    if let Some(skeleton) = &run.skeleton
        && let Some(unused) = options.places.unused(&[skeleton.description()])
    {
        return Err(Failure::usage(unused));
    }
    let stop = stop(options)?;
    let mut session = Session::new(run.name.clone(), stop.clone());
    session.skeleton = run.skeleton;
    if options.verbosity == Verbosity::Verbose {
        printer.note(run.beginning);
    }
    let help = asks_for_help(&run.arguments);
    session.arguments.extend(run.arguments);
    session.output = output(options);
    session.count = options.count;
    session.fail_on_loss = options.fail_on_loss;
    session.give_up_capabilities = true;
    session.places = options.places.clone();
    session.unexplained = Some(run.unexplained);
    session.undeclared_skeletons = run.undeclared_skeletons;
    session.symbols = run.symbols && options.symbols;
    session.show_symbols = options.symbols;
    signals::request_stop(&stop)
        .context("cannot listen for signals")
        .map_err(Failure::host)?;
    report(run.tool.run(session), &run.name, help, options, printer)
}

/// Whether a tool's arguments ask for its help, as far as anybody knows who is not the tool.
pub fn asks_for_help(arguments: &[String]) -> bool {
    arguments.iter().any(|word| word == "-h" || word == "--help")
}

/// A tool's arguments.
///
/// # Errors
/// Guests take UTF-8 only.
pub fn arguments(words: impl IntoIterator<Item = OsString>) -> Result<Vec<String>, Failure> {
    let text = |word: OsString| {
        word.into_string()
            .map_err(|word| Failure::usage(format!("the tool's argument `{}` is not UTF-8", word.to_string_lossy())))
    };
    words.into_iter().map(text).collect()
}

/// The run's end, counted from here if it is a matter of time.
fn stop(options: &Options) -> Result<Stop, Failure> {
    // A deadline past the end of the clock is none.
    match options.timeout.and_then(|timeout| Instant::now().checked_add(timeout)) {
        Some(deadline) => Stop::at(deadline),
        None => Stop::new(),
    }
    .map_err(Failure::host)
}

fn output(options: &Options) -> OutputOptions {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let size = terminal.then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
    let mut view = options.view.clone();
    // What is refreshed stays on the screen: its header, and the line below the last one. A terminal that does not know its size says 0.
    if let (OutputFormat::Table, Some(rows)) = (
        options.format,
        size.map(|size| u32::from(size.ws_row)).filter(|&rows| rows > 0),
    ) {
        view.top = view.top.map(|top| top.min(rows.saturating_sub(2).max(1)));
    }
    OutputOptions {
        format: options.format,
        header: options.header,
        utc_offset: chrono::Local::now().offset().local_minus_utc(),
        // A terminal that does not know its size says 0.
        width: size.map(|size| u32::from(size.ws_col)).filter(|&columns| columns > 0),
        color: terminal && printer::colors_allowed(),
        view,
    }
}

fn report(
    outcome: Outcome,
    name: &str,
    asked_for_help: bool,
    options: &Options,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    let exit = match outcome.exit {
        runtime::Exit::Code(code) => Exit::Tool(code),
        runtime::Exit::Trapped(reason) => {
            printer.error(&anyhow::anyhow!("{name} was stopped: {reason}"));
            Exit::Trapped
        }
        runtime::Exit::Failed(error) => return Err(Failure::host(error)),
    };
    if let (Verbosity::Verbose, Some(kept)) = (options.verbosity, outcome.kept) {
        printer.note(format_args!("{name} kept {kept} after it was attached"));
    }
    let ignored = options.of_output();
    if exit == Exit::Tool(0) && !outcome.knows_output && !ignored.is_empty() && !asked_for_help {
        printer.warning(format_args!(
            "{name} prints by itself and took no notice of {}",
            ignored.join(", ")
        ));
    }
    let Some(totals) = outcome.totals else {
        return Ok(if exit == Exit::Tool(0) { Exit::Success } else { exit });
    };
    // Who could not attach has said so, and that there were no events says nothing more.
    if options.verbosity > Verbosity::Quiet && (exit == Exit::Tool(0) || totals::any(&totals)) {
        printer.note(totals::line(&totals));
    }
    if options.verbosity == Verbosity::Verbose && totals.lost.is_none() {
        printer.hint(totals::COUNT_LOSS);
    }
    let lost = totals.lost.unwrap_or_default();
    if lost > 0 {
        printer.warning(totals::loss(&totals, lost));
        printer.hint(totals::LESS_LOSS);
    }
    // Nobody can say that nothing was lost if nobody knows.
    let all_there = totals.lost == Some(0);
    Ok(if !all_there && options.fail_on_loss && exit == Exit::Tool(0) {
        Exit::EventsLost
    } else {
        exit
    })
}
