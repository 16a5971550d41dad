//! How long a run takes to begin and to end.

use anyhow::Result;

use super::Bench;
use crate::contenders::{NATIVE, OURS, OWN};
use crate::report::{Report, median};
use crate::start::{self, Start, Trigger};
use crate::tool::Tool;

/// How often a start is repeated for each repetition of a load: it is short.
const STARTS: usize = 4;

/// What attaching may cost above a native tool, in milliseconds, and what it should.
const BOUND: f64 = 3.0;
const AIM: f64 = 1.5;

/// What a component of one's own may take above the default tool, once it was compiled.
const OWN_BOUND: f64 = 2.0;

impl Bench {
    /// From exec to attached and to the first line, and from SIGINT to the end.
    pub(crate) fn start(&self, report: &mut Report) -> Result<()> {
        report.section(
            "Start and end",
            "Milliseconds, median (least); the tools take turns, and each has run before. The workload hangs on one raw \
             tracepoint and needs no BTF of the kernel. Bootstrap needs it, and hangs on two classic tracepoints, whose \
             closing is most of its end. The first line is the first about an event: of the workload there is one at \
             once, bootstrap needs a process that starts.",
        );
        let mut rows = Vec::new();
        // Components of one's own print JSON, and so does every tool here.
        let own = self.tools.iter().filter(|tool| OWN.contains(&tool.name));
        let workload: Vec<Tool> = self.main_tools().chain(own).cloned().collect();
        let programs = [
            ("workload", &workload, 1, Trigger::Order),
            ("bootstrap", &self.bootstrap, 2, Trigger::Process),
        ];
        for (program, tools, links, trigger) in programs {
            let mut runs: Vec<(&Tool, Vec<Start>)> = tools.iter().map(|tool| (tool, Vec::new())).collect();
            for turn in 0..=self.repeat * STARTS {
                for (tool, starts) in &mut runs {
                    let start = start::measure(tool, links, trigger, self.cores, &self.words)?;
                    // The first one fills the caches of the machine and of the tool.
                    if turn > 0 {
                        starts.push(start);
                    }
                }
            }
            judge(report, program, &runs);
            rows.extend(runs.iter().map(|(tool, starts)| row(program, tool.name, starts)));
        }
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
}

/// Compare turn by turn: what the machine is busy with changes between them.
fn judge(report: &mut Report, program: &str, runs: &[(&Tool, Vec<Start>)]) {
    let starts = |name: &str| {
        runs.iter()
            .find(|(tool, _)| tool.name == name)
            .map(|(_, starts)| starts)
    };
    let Some(ours) = starts(OURS) else { return };
    if let Some(native) = starts(NATIVE) {
        let (bound, aim) = (format!("≤ + {BOUND} ms"), format!("≤ + {AIM} ms"));
        let more = above(ours, native);
        let measure = format!("exec to attached, {program}, above {NATIVE}");
        report.verdict(&measure, &bound, &aim, &format!("{more:+.2} ms"), more <= BOUND);
    }
    for (name, own) in OWN.iter().filter_map(|name| Some((name, starts(name)?))) {
        let more = above(own, ours);
        let measure = format!("exec to attached, {name}, cached, above {OURS}");
        let bound = format!("≤ + {OWN_BOUND} ms");
        report.verdict(&measure, &bound, "", &format!("{more:+.2} ms"), more <= OWN_BOUND);
    }
}

/// Turn by turn, in milliseconds.
fn above(ours: &[Start], theirs: &[Start]) -> f64 {
    let turns = ours.iter().zip(theirs);
    median(
        &turns
            .map(|(our, their)| our.attached - their.attached)
            .collect::<Vec<_>>(),
    )
}

fn row(program: &str, name: &str, starts: &[Start]) -> Vec<String> {
    let cell = |value: &dyn Fn(&Start) -> f64| {
        let values: Vec<f64> = starts.iter().map(value).collect();
        format!(
            "{:.2} ({:.2})",
            median(&values),
            values.iter().copied().fold(f64::INFINITY, f64::min)
        )
    };
    let (attached, first_line, detach) = (
        cell(&|start| start.attached),
        cell(&|start| start.first_line),
        cell(&|start| start.detach),
    );
    vec![program.to_owned(), name.to_owned(), attached, first_line, detach]
}
