//! What an event costs, and where the events went.

use anyhow::Result;

use super::Bench;
use crate::contenders::{FORMATTER, NATIVE, OURS, OWN};
use crate::driver::Rate;
use crate::report::{Report, grouped, median, note};
use crate::throughput::{self, Load, Sample};
use crate::tool::{Format, Tool};

const RATES: [Rate; 4] = [
    Rate::PerSecond(5_000),
    Rate::PerSecond(20_000),
    Rate::PerSecond(100_000),
    Rate::FlatOut,
];

/// The rate up to which a native tool loses nothing.
const STEADY: Rate = Rate::PerSecond(100_000);

const HEAD: [&str; 11] = [
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
    "writes / s",
];

/// The samples of each tool at one rate.
type Runs<'a> = [(&'a Tool, Vec<Sample>)];

impl Bench {
    /// CPU an event at each rate, and what became of the events. Gives back what does not add up.
    pub(crate) fn cpu(&self, report: &mut Report) -> Result<Vec<String>> {
        report.section(
            "CPU an event, and where the events went",
            &format!(
                "User and system time of the tool from the first event to the last line, for a million lines: the median \
                 of {} runs of {:?} each, the tools taking turns. `ecli ÷ this` is ecli's cost over this tool's, the median \
                 over the turns. Counts are sums over the runs; of each run, produced = delivered + lost + unread was checked.",
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
                        wrong.push(format!("{}, {format}, {rate}: {text}", tool.name));
                    }
                    rows.push(row(rate, tool.name, samples, of(&runs, OURS)));
                }
                judge(report, format, rate, &runs);
            }
            report.paragraph(&format!("### {format}"));
            report.table(&HEAD, &rows);
        }
        let found = if wrong.is_empty() {
            "in each run".to_owned()
        } else {
            format!("{} runs differ", wrong.len())
        };
        report.verdict(
            "produced = delivered + lost + unread",
            "exact",
            "",
            &found,
            wrong.is_empty(),
        );
        Ok(wrong)
    }

    fn take_turns(&self, format: Format, rate: Rate) -> Result<Vec<(&Tool, Vec<Sample>)>> {
        let tools = self.tools.iter().filter(|tool| tool.formats.contains(&format));
        let mut runs: Vec<(&Tool, Vec<Sample>)> = tools.map(|tool| (tool, Vec::new())).collect();
        let load = self.load(rate);
        for turn in 1..=self.repeat {
            for (tool, samples) in &mut runs {
                let sample = throughput::measure(tool, format, &load)?;
                let cost = sample.nanoseconds_an_event();
                note(&format!(
                    "{format}, {rate}, turn {turn}, {}: {cost:.0} ns an event",
                    tool.name
                ));
                samples.push(sample);
            }
        }
        Ok(runs)
    }

    /// A load of this rate.
    pub(super) fn load(&self, rate: Rate) -> Load<'_> {
        let (duration, offsets) = (self.duration, self.workload.offsets);
        Load {
            rate,
            duration,
            offsets,
            cores: self.cores,
            words: &self.words,
        }
    }
}

/// Hold ecli against the bounds.
fn judge(report: &mut Report, format: Format, rate: Rate, runs: &Runs<'_>) {
    let Some(ours) = of(runs, OURS) else { return };
    for (name, bound, aim) in [(NATIVE, 1.0, 0.7), (FORMATTER, 2.2, 1.7)] {
        if let Some(samples) = of(runs, name) {
            let ratio = ratio(ours, samples);
            let measure = format!("CPU against {name}, {format}, {rate}");
            report.verdict(
                &measure,
                &format!("≤ {bound} ×"),
                &format!("≤ {aim} ×"),
                &format!("{ratio:.2} ×"),
                ratio <= bound,
            );
        }
    }
    let Some(native) = of(runs, NATIVE) else { return };
    for (name, own) in OWN.iter().filter_map(|name| Some((name, of(runs, name)?))) {
        let ratio = ratio(own, native);
        report.verdict(
            &format!("CPU of an {name} against {NATIVE}, {format}, {rate}"),
            "≤ 1.0 ×",
            "",
            &format!("{ratio:.2} ×"),
            ratio <= 1.0,
        );
    }
    let sum = |samples: &[Sample], value: &dyn Fn(&Sample) -> u64| samples.iter().map(value).sum::<u64>();
    if rate == STEADY {
        let (lost, native) = (sum(ours, &|run| run.lost), sum(native, &|run| run.lost));
        let bound = format!("≤ {}", grouped(native));
        report.verdict(
            &format!("lost at {rate}, {format}"),
            &bound,
            "",
            &grouped(lost),
            lost <= native,
        );
    }
    if rate == Rate::FlatOut {
        let (kept, native) = (sum(ours, &|run| run.delivered), sum(native, &|run| run.delivered));
        let bound = format!("≥ {}", grouped(native));
        report.verdict(
            &format!("kept flat out, {format}"),
            &bound,
            "",
            &grouped(kept),
            kept >= native,
        );
    }
}

fn of<'a>(runs: &'a Runs<'_>, name: &str) -> Option<&'a [Sample]> {
    runs.iter()
        .find(|(tool, _)| tool.name == name)
        .map(|(_, samples)| samples.as_slice())
}

/// The median over the turns.
fn ratio(ours: &[Sample], theirs: &[Sample]) -> f64 {
    let turns = ours.iter().zip(theirs);
    median(
        &turns
            .map(|(our, their)| our.nanoseconds_an_event() / their.nanoseconds_an_event())
            .collect::<Vec<_>>(),
    )
}

fn row(rate: Rate, name: &str, samples: &[Sample], ours: Option<&[Sample]>) -> Vec<String> {
    let middle = |value: &dyn Fn(&Sample) -> f64| median(&samples.iter().map(value).collect::<Vec<_>>());
    let count = |value: &dyn Fn(&Sample) -> u64| grouped(samples.iter().map(value).sum());
    vec![
        rate.to_string(),
        name.to_owned(),
        format!("{:.3}", middle(&Sample::nanoseconds_an_event) / 1e3),
        ours.filter(|_| name != OURS)
            .map(|ours| format!("{:.2}", ratio(ours, samples)))
            .unwrap_or_default(),
        count(&|sample| sample.produced),
        count(&|sample| sample.delivered),
        count(&|sample| sample.lost),
        count(&|sample| sample.unread),
        grouped(middle(&|sample| sample.delivered as f64 / sample.span.as_secs_f64()) as u64),
        grouped(middle(&|sample| sample.sleeps as f64 / sample.span.as_secs_f64()) as u64),
        grouped(middle(&|sample| sample.writes as f64 / sample.span.as_secs_f64()) as u64),
    ]
}
