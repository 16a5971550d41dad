//! How long a run takes to begin and to end.

use anyhow::Result;

use super::Bench;
use crate::contenders::{NATIVE, OURS};
use crate::report::{Report, median};
use crate::start::{self, Start, Trigger};
use crate::tool::Tool;

/// How often a start is repeated for each repetition of a load: it is short.
const STARTS: usize = 4;

/// What attaching may cost above a native tool, in milliseconds, and what it should.
const BOUND: f64 = 3.0;
const AIM: f64 = 1.5;

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
        let workload: Vec<Tool> = self.main_tools().cloned().collect();
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
    let (Some(ours), Some(native)) = (starts(OURS), starts(NATIVE)) else {
        return;
    };
    let more: Vec<f64> = ours
        .iter()
        .zip(native)
        .map(|(our, their)| our.attached - their.attached)
        .collect();
    let (bound, aim) = (format!("≤ + {BOUND} ms"), format!("≤ + {AIM} ms"));
    let more = median(&more);
    let measure = format!("exec to attached, {program}, above {NATIVE}");
    report.verdict(&measure, &bound, &aim, &format!("{more:+.2} ms"), more <= BOUND);
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
