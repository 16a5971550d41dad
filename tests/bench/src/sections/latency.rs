//! How old events are when their line arrives.

use std::time::Duration;

use anyhow::Result;

use super::Bench;
use crate::contenders::OURS;
use crate::driver::Rate;
use crate::latency;
use crate::report::{Report, grouped, milliseconds};

const RATES: [Rate; 4] = [
    Rate::PerSecond(10),
    Rate::PerSecond(1_000),
    Rate::PerSecond(5_000),
    Rate::PerSecond(100_000),
];

/// In milliseconds.
const BOUND: f64 = 20.0;

/// Long enough for some events at the lowest rate.
const SHORTEST: Duration = Duration::from_secs(1);

impl Bench {
    /// From event to line. Gives back what was printed wrong.
    pub(crate) fn latency(&self, report: &mut Report) -> Result<Vec<String>> {
        report.section(
            "From event to line",
            "As JSON: the program stamps the event, whoever reads the pipe compares. The native tool flushes after each poll.",
        );
        let mut wrong = Vec::new();
        let mut rows = Vec::new();
        for rate in RATES {
            for tool in self.main_tools() {
                let load = crate::throughput::Load {
                    duration: self.duration.max(SHORTEST),
                    ..self.load(rate)
                };
                let measured = latency::measure(tool, &load)?;
                wrong.extend(
                    measured
                        .wrong
                        .map(|text| format!("{}, latency, {rate}: {text}", tool.name)),
                );
                if tool.name == OURS {
                    let found = format!(
                        "{}, 99 %: {}",
                        milliseconds(measured.slowest),
                        milliseconds(measured.most_of_them)
                    );
                    let bound = format!("≤ {BOUND} ms");
                    report.verdict(
                        &format!("event to line, slowest, {rate}"),
                        &bound,
                        "",
                        &found,
                        measured.slowest <= BOUND,
                    );
                }
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
}
