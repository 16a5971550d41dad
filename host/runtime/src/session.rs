use std::time::Duration;

use loader::{Stop, Totals};
use package::Places;

use crate::host::Skeleton;
use crate::limits::Limits;
use crate::privileges::Kept;
use crate::stream::Stream;

/// What a run is given. Everything that is not said here is closed to the guest.
pub struct Session {
    /// The skeleton that the user named; none for a tool that brings its own.
    pub skeleton: Option<Skeleton>,
    /// The command line; the first is the tool's name.
    pub arguments: Vec<String>,
    /// How events should look.
    pub output: OutputOptions,
    /// Ends the run in order when it is requested.
    pub stop: Stop,
    /// The most events to deliver.
    pub count: Option<u64>,
    /// Refuse a source whose losses nobody counts.
    pub fail_on_loss: bool,
    /// Whether the tool may load packages that its file does not carry.
    pub undeclared_skeletons: bool,
    /// The hint of an error of loading or attaching for which nobody knows one, as a line without a full stop.
    pub unexplained: Option<String>,
    /// Whether the tool may have the names of addresses, of the kernel and of every process.
    pub symbols: bool,
    /// Whether the user wants to see names at all: without, packages are described as if they wanted none.
    pub show_symbols: bool,
    /// Where programs go in place of what packages say. What no program of the tool takes is ignored: `Places::unused` tells it before.
    pub places: Places,
    /// Whether the thread that runs the tool gives up the capabilities that it does not need, and never gets them back: for
    /// programs that do nothing else.
    pub give_up_capabilities: bool,
    /// What the guest may use.
    pub limits: Limits,
    /// Where data goes.
    pub stdout: Stream,
    /// Where words go.
    pub stderr: Stream,
}

impl Session {
    /// A run of a tool called `name`, with the process's streams and every default.
    pub fn new(name: impl Into<String>, stop: Stop) -> Self {
        Self {
            skeleton: None,
            arguments: vec![name.into()],
            output: OutputOptions::default(),
            stop,
            count: None,
            fail_on_loss: false,
            undeclared_skeletons: false,
            symbols: false,
            show_symbols: true,
            unexplained: None,
            places: Places::default(),
            give_up_capabilities: false,
            limits: Limits::default(),
            stdout: Stream::stdout(),
            stderr: Stream::stderr(),
        }
    }
}

/// How the user wants to see events: `output-options` of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputOptions {
    /// The format.
    pub format: OutputFormat,
    /// Whether a table may begin with a header line.
    pub header: bool,
    /// What to add to UTC for local time, in seconds.
    pub utc_offset: i32,
    /// Columns of the terminal, if the output is one.
    pub width: Option<u32>,
    /// Whether colours are welcome.
    pub color: bool,
    /// What is shown of the events.
    pub view: View,
}

/// What is shown of the events, and in which order. The printer knows what the texts mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The members, in this order; all if there are none.
    pub fields: Vec<String>,
    /// Which records.
    pub filter: Option<String>,
    /// The member to sort by.
    pub sort: Option<String>,
    /// How many of each sample, or of each interval.
    pub top: Option<u32>,
    /// The most rows in all.
    pub max_rows: Option<u64>,
    /// How often maps are sampled, in place of what the package says, and how often `top` is shown.
    pub interval: Option<Duration>,
    /// Whether each CPU's value of a per-CPU map is shown.
    pub per_cpu: bool,
}

impl Default for OutputOptions {
    fn default() -> Self {
        Self {
            format: OutputFormat::Table,
            header: true,
            utc_offset: 0,
            width: None,
            color: false,
            view: View::default(),
        }
    }
}

/// `output-format` of the contract. Which ones work is up to the printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Columns for people.
    Table,
    /// One object a line.
    Json,
    /// One object over several lines.
    JsonPretty,
    /// RFC 4180.
    Csv,
    /// Bytes with their length before them.
    Raw,
    /// One document an event.
    Yaml,
    /// Stacks for flame graphs, as text.
    Folded,
    /// A flame graph.
    Svg,
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    /// With what status.
    pub exit: Exit,
    /// What became of the events, counted after everything was detached; none if the tool never opened a source.
    pub totals: Option<Totals>,
    /// Whether the tool asked for [`Session::output`]: one that prints by itself may do nothing of that.
    pub knows_output: bool,
    /// What capabilities were kept once the default tool had attached its programs; none if none were given up then.
    pub kept: Option<Kept>,
}

/// The status of a run.
#[derive(Debug)]
pub enum Exit {
    /// The tool ended by itself with this code.
    Code(u8),
    /// The guest was stopped: a trap, or a limit. The text says which.
    Trapped(String),
    /// It never ran: the component does not fit this host.
    Failed(anyhow::Error),
}
