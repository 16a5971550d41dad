//! What tools say when they are ended under load.

use anyhow::Result;

use super::Bench;
use crate::driver::Rate;
use crate::ending::{self, Ending};
use crate::report::{Report, grouped};

const RATES: [Rate; 2] = [Rate::PerSecond(100_000), Rate::FlatOut];

impl Bench {
    /// End each tool in the midst of a load. Gives back what is not true.
    pub(crate) fn ending(&self, report: &mut Report) -> Result<Vec<String>> {
        report.section(
            "Ended under load",
            "SIGINT while events are made. `left` is what the program counted as produced and nobody printed or lost; a tool \
             that keeps books has to say the same.",
        );
        let mut rows = Vec::new();
        let mut wrong = Vec::new();
        for rate in RATES {
            for tool in self.main_tools() {
                let ending = ending::measure(tool, &self.load(rate))?;
                if let Some(is_true) = ending.is_true() {
                    let measure = format!("totals when ended at {rate}, {}", tool.name);
                    report.verdict(&measure, "exact", "", &said(&ending), is_true);
                    if !is_true {
                        wrong.push(format!(
                            "{}, ended at {rate}: {ending:?}, {} left",
                            tool.name,
                            ending.left()
                        ));
                    }
                }
                let counts = [ending.produced, ending.delivered, ending.lost, ending.left()].map(grouped);
                let took = format!("{:.1} ms", ending.took.as_secs_f64() * 1e3);
                rows.push(
                    [
                        vec![rate.to_string(), tool.name.to_owned()],
                        counts.to_vec(),
                        vec![said(&ending), took],
                    ]
                    .concat(),
                );
            }
        }
        report.table(
            &[
                "rate",
                "tool",
                "produced",
                "delivered",
                "lost",
                "left",
                "the tool says",
                "SIGINT → end",
            ],
            &rows,
        );
        Ok(wrong)
    }
}

fn said(ending: &Ending) -> String {
    ending.said.map_or_else(String::new, |said| {
        format!(
            "{} + {} + {}",
            grouped(said.delivered),
            grouped(said.lost),
            grouped(said.unread)
        )
    })
}
