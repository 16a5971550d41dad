//! The program of a standalone tool. `ecc -s` puts a package behind it; what comes out behaves as `ecli run package.json` does.
//!
//! All arguments are the tool's. What `ecli run` takes as options stands in the environment variable `ECLI_OPTIONS`.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Instant;

use console::{Exit, Failure, Options, Printer, Run};
use runtime::{Engine, Own, Skeleton};

/// The variable with the options of the run.
const OPTIONS: &str = "ECLI_OPTIONS";

fn main() -> ExitCode {
    if console::serves_another() {
        return ExitCode::SUCCESS;
    }
    let mut printer = Printer::stderr();
    let mut line = std::env::args_os();
    let name = line.next().unwrap_or_else(|| "this program".into());
    execute(&name.to_string_lossy(), line.collect(), &mut printer)
        .unwrap_or_else(|failure| {
            printer.failure(&failure);
            failure.exit
        })
        .into()
}

/// `program` is what this was called as; it is for messages only.
fn execute(program: &str, words: Vec<OsString>, printer: &mut Printer) -> Result<Exit, Failure> {
    let begin = Instant::now();
    let options = options()?;
    let own = Own::read().map_err(|error| {
        Failure::host(error)
            .context(format!("{program} cannot be run"))
            .with_hint("get the file again, or make it anew with `ecc -s`")
    })?;
    let skeleton = Skeleton::parse(own.package())
        .map_err(|error| Failure::from(error).context(format!("{program} has no package that can be run")))?;
    let read = begin.elapsed();
    let tool = Engine::new()
        .own_tool(&own)
        .map_err(|error| Failure::host(error).context(format!("{program} does not run on this machine")))?;
    let ready = begin.elapsed() - read;
    let arguments = console::arguments(words)?;
    let misplaced = arguments.iter().any(|word| Options::is_option(word));
    let help = console::asks_for_help(&arguments);
    let size = own.package().len();
    let run = Run {
        tool: &tool,
        name: skeleton.description().name.clone(),
        skeleton: Some(skeleton),
        unexplained: "`ecli doctor` says what this system lacks".into(),
        undeclared_skeletons: false,
        // Who made the executable chose the components in it, and its user trusts all of it.
        symbols: true,
        arguments,
        beginning: format!("{program} is a package of {size} bytes, read in {read:.1?}, ready in {ready:.1?}"),
    };
    let exit = console::run(run, &options, printer)?;
    // The tool's help knows nothing of them.
    if (exit == Exit::Tool(Exit::Usage.code()) && misplaced) || (exit == Exit::Success && help) {
        printer.hint(format_args!(
            "options of ecli go into the environment: {OPTIONS}='-o json' {program}"
        ));
    }
    Ok(exit)
}

fn options() -> Result<Options, Failure> {
    let Some(text) = std::env::var_os(OPTIONS) else {
        return Ok(Options::default());
    };
    match text.to_str() {
        Some(text) => Options::from_words(text),
        None => Err(Failure::usage("it is not UTF-8")),
    }
    .map_err(|failure| failure.context(OPTIONS))
}
