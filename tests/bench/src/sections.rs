//! The parts of the bench: who is measured how often, and the tables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::beside_us;
use crate::driver::Rate;
use crate::latency;
use crate::machine::Cores;
use crate::programs::Workload;
use crate::report::{Report, grouped, median, megabytes, milliseconds, note};
use crate::start::{self, Start, Trigger};
use crate::throughput::{self, Load, Sample};
use crate::tool::{BOTH, Format, Tool};

const RATES: [Rate; 4] = [
    Rate::PerSecond(5_000),
    Rate::PerSecond(20_000),
    Rate::PerSecond(100_000),
    Rate::FlatOut,
];

const LATENCY_RATES: [Rate; 3] = [Rate::PerSecond(10), Rate::PerSecond(1_000), Rate::PerSecond(100_000)];

/// The tool that is compared with the others.
const OURS: &str = "ecli";

/// How often a start is repeated for each repetition of a load.
const STARTS: usize = 3;

/// Everything that a part needs.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) duration: Duration,
    pub(crate) repeat: usize,
    pub(crate) cores: Cores,
    pub(crate) words: PathBuf,
    pub(crate) tools: Vec<Tool>,
    pub(crate) workload: Workload,
}

/// The tools that print the workload's events and whose names contain `filter`.
pub(crate) fn tools(workload: &Workload, ecli: Option<&Path>, filter: Option<&str>) -> Vec<Tool> {
    let package = workload.package.clone().into_os_string();
    let mut tools = vec![
        Tool {
            name: "native C",
            program: workload.native.clone(),
            table: vec![],
            json: vec!["-j".into()],
            flush: Some("--flush"),
            formats: BOTH,
        },
        Tool {
            name: "native C, clock once a second",
            program: workload.native.clone(),
            table: vec!["--clock-each-second".into()],
            json: vec![],
            flush: Some("--flush"),
            formats: &[Format::Table],
        },
    ];
    if let Some(program) = beside_us("same-formatter").filter(|path| path.exists()) {
        tools.push(Tool {
            name: "same formatter, native",
            program,
            table: vec![package.clone()],
            json: vec![package.clone(), "--json".into()],
            flush: None,
            formats: BOTH,
        });
    }
    if let Some(ecli) = ecli {
        tools.push(Tool {
            name: OURS,
            program: ecli.to_path_buf(),
            table: vec!["run".into(), package.clone()],
            json: vec!["run".into(), "-o".into(), "json".into(), package],
            flush: None,
            formats: BOTH,
        });
    }
    tools.retain(|tool| filter.is_none_or(|filter| tool.name.contains(filter)));
    tools
}

impl Bench {
    /// CPU an event at each rate, and what became of the events. Gives back what does not add up.
    pub(crate) fn cpu(&self, report: &mut Report) -> Result<Vec<String>> {
        report.section(
            "CPU an event, and where the events went",
            &format!(
                "User and system time of the tool from the first event to the last line, for a million lines; the median of {} runs of {:?}, \
                 the tools taking turns. The ratio is ecli's cost over this tool's, the median over the turns.",
                self.repeat, self.duration
            ),
        );
        let mut wrong = Vec::new();
        for format in [Format::Table, Format::Json] {
            let mut rows = Vec::new();
            for rate in RATES {
                let runs = self.take_turns(format, rate)?;
                for (tool, samples) in &runs {
                    for text in samples.iter().flat_map(|sample| &sample.wrong) {
                        wrong.push(format!("{}, {format:?}, {rate}: {text}", tool.name));
                    }
                    rows.push(row(rate, tool.name, samples, ours(&runs)));
                }
            }
            report.paragraph(&format!("### {format:?}"));
            report.table(
                &[
                    "rate",
                    "tool",
                    "CPU s / 1 M",
                    "ecli ÷ this",
                    "produced",
                    "delivered",
                    "lost",
                    "unread",
                    "lines / s",
                    "sleeps / s",
                ],
                &rows,
            );
        }
        Ok(wrong)
    }

    fn take_turns(&self, format: Format, rate: Rate) -> Result<Vec<(&Tool, Vec<Sample>)>> {
        let tools = self.tools.iter().filter(|tool| tool.formats.contains(&format));
        let mut runs: Vec<(&Tool, Vec<Sample>)> = tools.map(|tool| (tool, Vec::new())).collect();
        let load = Load {
            rate,
            duration: self.duration,
            offsets: self.workload.offsets,
            cores: self.cores,
            words: &self.words,
        };
        for turn in 1..=self.repeat {
            for (tool, samples) in &mut runs {
                let sample = throughput::measure(tool, format, &load)?;
                let cost = sample.nanoseconds_an_event();
                note(&format!(
                    "{format:?}, {rate}, turn {turn}, {}: {cost:.0} ns an event",
                    tool.name
                ));
                samples.push(sample);
            }
        }
        Ok(runs)
    }

    /// From event to line. Gives back what was printed wrong.
    pub(crate) fn latency(&self, report: &mut Report) -> Result<Vec<String>> {
        report.section(
            "From event to line",
            "As JSON, read from the pipe. Bound: 20 ms. The native tool flushes after each poll.",
        );
        let mut wrong = Vec::new();
        let mut rows = Vec::new();
        for rate in LATENCY_RATES {
            for tool in self.tools.iter().filter(|tool| tool.formats == BOTH) {
                let duration = self.duration.max(Duration::from_secs(1));
                let measured = latency::measure(tool, rate, duration, self.workload.offsets, self.cores, &self.words)?;
                wrong.extend(
                    measured
                        .wrong
                        .map(|text| format!("{}, latency, {rate}: {text}", tool.name)),
                );
                rows.push(vec![
                    rate.to_string(),
                    tool.name.to_owned(),
                    grouped(measured.events as u64),
                    milliseconds(measured.median),
                    milliseconds(measured.most_of_them),
                    milliseconds(measured.slowest),
                ]);
            }
        }
        report.table(&["rate", "tool", "events", "median", "99 %", "slowest"], &rows);
        Ok(wrong)
    }

    /// From exec to attached and to the first line, and from SIGINT to the end.
    pub(crate) fn start(&self, report: &mut Report) -> Result<()> {
        report.section("Start and end", "Milliseconds, median and least; the tools take turns.");
        let tools: Vec<&Tool> = self.tools.iter().filter(|tool| tool.formats == BOTH).collect();
        let mut runs: Vec<Vec<Start>> = tools.iter().map(|_| Vec::new()).collect();
        for _ in 0..self.repeat * STARTS {
            for (tool, starts) in tools.iter().zip(&mut runs) {
                starts.push(start::measure(tool, 1, Trigger::Order, self.cores, &self.words)?);
            }
        }
        let rows: Vec<_> = tools
            .iter()
            .zip(&runs)
            .map(|(tool, starts)| start_row("workload", tool.name, starts))
            .collect();
        report.table(
            &[
                "program",
                "tool",
                "exec → attached",
                "exec → first line",
                "SIGINT → end",
            ],
            &rows,
        );
        Ok(())
    }

    /// Memory under load, and the size of the programs.
    pub(crate) fn size(&self, report: &mut Report) -> Result<()> {
        report.section(
            "Memory and size",
            "Resident memory after a load of 100k/s, without the mapped BPF maps; stripped programs.",
        );
        let load = Load {
            rate: Rate::PerSecond(100_000),
            duration: self.duration,
            offsets: self.workload.offsets,
            cores: self.cores,
            words: &self.words,
        };
        let mut rows = Vec::new();
        for tool in self.tools.iter().filter(|tool| tool.formats == BOTH) {
            let sample = throughput::measure(tool, Format::Table, &load)?;
            rows.push(vec![
                tool.name.to_owned(),
                megabytes(sample.memory),
                megabytes(sample.peak_memory),
                megabytes(std::fs::metadata(&tool.program)?.len()),
            ]);
        }
        report.table(&["tool", "resident", "most resident", "program"], &rows);
        Ok(())
    }
}

fn ours<'a>(runs: &'a [(&Tool, Vec<Sample>)]) -> Option<&'a [Sample]> {
    runs.iter()
        .find(|(tool, _)| tool.name == OURS)
        .map(|(_, samples)| samples.as_slice())
}

fn row(rate: Rate, name: &str, samples: &[Sample], ours: Option<&[Sample]>) -> Vec<String> {
    let middle = |value: &dyn Fn(&Sample) -> f64| median(&samples.iter().map(value).collect::<Vec<_>>());
    let count = |value: &dyn Fn(&Sample) -> u64| grouped(samples.iter().map(value).sum());
    let ratio = ours.filter(|_| name != OURS).map(|ours| {
        let ratios: Vec<f64> = ours
            .iter()
            .zip(samples)
            .map(|(our, this)| our.nanoseconds_an_event() / this.nanoseconds_an_event())
            .collect();
        format!("{:.2}", median(&ratios))
    });
    vec![
        rate.to_string(),
        name.to_owned(),
        format!("{:.3}", middle(&Sample::nanoseconds_an_event) / 1e3),
        ratio.unwrap_or_default(),
        count(&|sample| sample.produced),
        count(&|sample| sample.delivered),
        count(&|sample| sample.lost),
        count(&|sample| sample.unread),
        grouped(middle(&|sample| sample.delivered as f64 / sample.span.as_secs_f64()) as u64),
        grouped(middle(&|sample| sample.sleeps as f64 / sample.span.as_secs_f64()) as u64),
    ]
}

fn start_row(program: &str, name: &str, starts: &[Start]) -> Vec<String> {
    let cell = |value: &dyn Fn(&Start) -> f64| {
        let values: Vec<f64> = starts.iter().map(value).collect();
        format!(
            "{:.2} ({:.2})",
            median(&values),
            values.iter().copied().fold(f64::INFINITY, f64::min)
        )
    };
    vec![
        program.to_owned(),
        name.to_owned(),
        cell(&|start| start.attached),
        cell(&|start| start.first_line),
        cell(&|start| start.detach),
    ]
}
