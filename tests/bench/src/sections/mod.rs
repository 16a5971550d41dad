//! The parts of the bench: what is measured how often, the tables, and what they say about the bounds.

mod cpu;
mod ecc;
mod ending;
mod histograms;
mod latency;
mod maps;
mod size;
mod start;

use std::path::PathBuf;
use std::time::Duration;

use crate::machine::Cores;
use crate::programs::Workload;
use crate::tool::{BOTH, Tool};

pub(crate) use ecc::ecc;
pub(crate) use histograms::histograms;
pub(crate) use maps::maps;
pub(crate) use size::component_sizes;

/// Everything that a part needs.
#[derive(Debug)]
pub(crate) struct Bench {
    /// How long a load lasts.
    pub(crate) duration: Duration,
    /// How often each is repeated.
    pub(crate) repeat: usize,
    /// Who runs where.
    pub(crate) cores: Cores,
    /// A file for what a tool says.
    pub(crate) words: PathBuf,
    /// Who prints the workload's events.
    pub(crate) tools: Vec<Tool>,
    /// Who prints the events of examples/bootstrap.
    pub(crate) bootstrap: Vec<Tool>,
    /// An executable that `ecc` made of examples/sigsnoop, if there is an `ecc`.
    pub(crate) standalone: Option<PathBuf>,
    /// The workload.
    pub(crate) workload: Workload,
}

impl Bench {
    /// The tools that are measured with both formats, and outside of the comparison of formats too.
    fn main_tools(&self) -> impl Iterator<Item = &Tool> {
        self.tools.iter().filter(|tool| tool.formats == BOTH)
    }
}
