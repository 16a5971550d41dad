//! The command line as plain data. What it means is [`settings`](crate::settings)' business.

use std::ffi::OsString;

use clap::builder::{PossibleValuesParser, Styles, TypedValueParser, styling::AnsiColor};
use clap::{Args, Parser, Subcommand, ValueEnum};
use console::FORMATS;
use runtime::OutputFormat;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  sudo ecli run package.json           Print events as a table, until Ctrl-C
  sudo ecli run -o json package.json   Print each event as a line of JSON
  ecli run package.json -h             Say which options the tool has
  ecli run -h                          Say which options `run` has, and how it ends
  ecli inspect package.json            Say what is in it, and what it asks of the kernel
  sudo ecli doctor                     Say what this system lacks for running tools

Most tools need root, or the capabilities BPF and PERFMON. Their help does not.";

const RUN_TEMPLATE: &str = "\
{about}

{usage-heading} {usage}

Arguments:
  NAME     What to run: a file, an http:// or https:// address, or - for standard
           input. It is a package (JSON or YAML, made by ecc) or a component
           (WebAssembly)
  ARGS...  For the tool; `ecli run NAME -h` says what it takes

{all-args}{after-help}
";

const RUN_EXAMPLES: &str = "\
Examples:
  sudo ecli run package.json -p 1234     Options of the tool follow its name
  sudo ecli run -o json package.json     Options of ecli stand before it
  cat package.json | sudo ecli run -j --count 10 -
  sudo ecli run --timeout 10 https://example.com/package.json

Exit status:
  0      The run ended well, be it by itself, by Ctrl-C, --timeout or --count
  1      The tool failed, and has said why
  2      The command line is wrong, ecli's part or the tool's
  4      Events were lost, under --fail-on-loss
  125    The tool was not started: a broken file, a failed download
  127    There is nothing of that name
  134    The tool trapped or went over a limit
  128+n  A second signal n ended it at once; the first ends it in order
  A tool may have others of its own.";

/// Run eBPF tools whose user space is sandboxed WebAssembly
#[derive(Debug, Parser)]
#[command(
    name = "ecli", version, styles = STYLES, max_term_width = 100, after_help = EXAMPLES, arg_required_else_help = true,
    override_usage = "ecli run [OPTIONS] NAME [ARGS]...\n       ecli NAME [ARGS]...\n       ecli inspect [OPTIONS] NAME\n       ecli doctor [OPTIONS] [NAME]",
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Box<Run>),
    Inspect(Inspect),
    Doctor(Doctor),
}

/// Run a tool until it ends, until Ctrl-C, or until a limit set here
#[derive(Debug, Args)]
#[command(
    args_override_self = true, help_template = RUN_TEMPLATE, after_help = RUN_EXAMPLES,
    override_usage = "ecli run [OPTIONS] NAME [ARGS]...",
)]
pub(crate) struct Run {
    /// How to print events: table, json, json-pretty, csv, yaml, raw (bytes, each record after its length); and stacks for flame
    /// graphs: folded, svg
    #[arg(short, long, value_name = "FORMAT", value_parser = format(), default_value = FORMATS[0].0, hide_possible_values = true)]
    pub(crate) output: OutputFormat,

    /// The same as -o json
    #[arg(short, long, conflicts_with = "output")]
    pub(crate) json: bool,

    /// Leave out the header line of a table
    #[arg(long)]
    pub(crate) no_header: bool,

    /// Print these members only, in this order, such as pid,comm or addr.port
    #[arg(long, value_name = "NAMES", allow_hyphen_values = true)]
    pub(crate) fields: Option<String>,

    /// Print what fits, such as 'pid != 1 and (comm =~ "^ssh" or ret < 0)'
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,

    /// Sort by this member, the largest first; -FIELD: the smallest first. For maps, or with --top
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,

    /// Print the first N of each sample of a map, or of the events of each interval; a terminal shows them in place
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) top: Option<String>,

    /// Print no more than N rows, and end then; unlike --count this counts what --filter lets through
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) max_rows: Option<String>,

    /// Read maps, and print what --top asks for, at this interval [default: the package's, and 1]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) interval: Option<String>,

    /// Print each CPU's value of a map that has one for each, not their sum
    #[arg(long)]
    pub(crate) per_cpu: bool,

    /// Print the addresses of stack traces without names
    #[arg(long)]
    pub(crate) no_symbols: bool,

    /// End after this time, such as 10 or 0.5
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) timeout: Option<String>,

    /// End after so many events or samples of maps
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) count: Option<String>,

    /// End with status 4 if events were lost; do not run what cannot know
    #[arg(long)]
    pub(crate) fail_on_loss: bool,

    #[command(flatten)]
    pub(crate) places: PlaceOptions,

    /// Print events with this component instead of the built-in one
    #[arg(long, value_name = "FILE.wasm")]
    pub(crate) printer: Option<OsString>,

    /// Read ARGS with this component instead of the built-in one
    #[arg(long, value_name = "FILE.wasm")]
    pub(crate) args: Option<OsString>,

    /// Let a component load BPF objects that it does not carry in its file
    #[arg(long)]
    pub(crate) allow_undeclared_skeletons: bool,

    /// Let a component have the names of addresses, of the kernel and of all processes
    #[arg(long)]
    pub(crate) allow_symbols: bool,

    /// Say nothing but errors and losses, no totals at the end
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Say what is run and how long it takes to start
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// NAME and ARGS. One positional, because clap then leaves all that follows the first value alone.
    #[arg(hide = true, trailing_var_arg = true, value_name = "NAME")]
    pub(crate) tool: Vec<OsString>,
}

/// Where programs go, of a run or of a look at what that takes
#[derive(Debug, Default, Args)]
pub(crate) struct PlaceOptions {
    /// Attach a program elsewhere than its package says, such as handle=kprobe/vfs_unlink, handle=xdp/eth0,mode=generic or
    /// handle=uprobe//bin/bash:readline,pid=7; can be given for several programs
    #[arg(long, value_name = "PROGRAM=TARGET", action = clap::ArgAction::Append)]
    pub(crate) attach: Vec<String>,

    /// The network interface of programs that need one, instead of the package's or lo
    #[arg(long, value_name = "NAME")]
    pub(crate) iface: Option<String>,

    /// The control group of programs that need one, instead of the package's or the root
    #[arg(long, value_name = "PATH")]
    pub(crate) cgroup: Option<String>,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  ecli inspect package.json
  ecli inspect -o json package.json | jq '.programs[] | {name, helpers}'
  ecli inspect tool.wasm";

/// Say what is in a package or component; nothing of it is run
#[derive(Debug, Args)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(crate) struct Inspect {
    /// How to say it: text or json
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = ReportFormat::Text, hide_possible_values = true)]
    pub(crate) output: ReportFormat,

    /// The same as -o json
    #[arg(short, long, conflicts_with = "output")]
    pub(crate) json: bool,

    /// A file, an http:// or https:// address, or - for standard input, as `run` takes them
    #[arg(value_name = "NAME")]
    pub(crate) name: OsString,
}

const DOCTOR_TEMPLATE: &str = "\
{about}

{usage-heading} {usage}

Arguments:
  [NAME]  A package or component, as `run` takes them: then only what it needs is
          looked at - its programs' hooks, kinds of maps and their memory, helpers,
          capabilities. Without it, all that tools of any kind need

Options:
{options}{after-help}
";

const DOCTOR_HELP: &str = "\
Each line says what was looked at and what it means:
  ok       It is there
  warning  It is there in part, or nobody can tell: some tools may do less
  missing  It is not there; the line below says what to do
Programs that do nothing are loaded to find out, and taken back at once.

Examples:
  sudo ecli doctor
  sudo ecli doctor package.json
  sudo ecli doctor --iface eth0 package.json
  sudo ecli doctor -o json | jq '.findings[] | select(.state != \"ok\")'

Exit status:
  0      Tools can run, or the one that was named
  1      Something is missing that nearly all tools need, or that one
  2      The command line is wrong
  125    NAME cannot be read, or is nothing that can be run
  127    There is nothing of that name";

/// Say what this system lacks for running tools, and what to do about it
#[derive(Debug, Args)]
#[command(
    help_template = DOCTOR_TEMPLATE, after_help = DOCTOR_HELP, override_usage = "ecli doctor [OPTIONS] [NAME]",
)]
pub(crate) struct Doctor {
    /// How to say it: text or json
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = ReportFormat::Text, hide_possible_values = true)]
    pub(crate) output: ReportFormat,

    /// The same as -o json
    #[arg(short, long, conflicts_with = "output")]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) places: PlaceOptions,

    /// A file, an http:// or https:// address, or - for standard input
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<OsString>,
}

/// How to say what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// One object
    Json,
}

/// Reads what the contract calls `output-format`.
fn format() -> impl TypedValueParser<Value = OutputFormat> {
    PossibleValuesParser::new(FORMATS.map(|(name, _)| name)).map(|given| {
        let found = FORMATS.iter().find(|(name, _)| *name == given);
        found.map_or(OutputFormat::Table, |(_, format)| *format)
    })
}
