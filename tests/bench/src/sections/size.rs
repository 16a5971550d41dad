//! Memory under load, and the size of the programs.

use std::path::Path;

use anyhow::Result;

use super::Bench;
use crate::contenders::OURS;
use crate::driver::Rate;
use crate::guests::{self, Language};
use crate::report::{Report, megabytes};
use crate::throughput;
use crate::tool::Format;

const RATE: Rate = Rate::PerSecond(100_000);

/// What is allowed, in millions of bytes: memory, the program, and a standalone tool.
const MEMORY: f64 = 10.0;
const PROGRAM: f64 = 13.0;
const STANDALONE: f64 = 5.0;

fn within(bytes: u64, most: f64) -> bool {
    bytes as f64 <= most * 1e6
}

impl Bench {
    /// Memory under load, and the size of the programs. Gives back what does not add up.
    pub(crate) fn size(&self, report: &mut Report) -> Result<Vec<String>> {
        report.section(
            "Memory and size",
            &format!("Resident memory at the end of a load of {RATE}, and the most there was, both without the mapped BPF maps."),
        );
        if let Some(path) = &self.standalone {
            let size = std::fs::metadata(path)?.len();
            report.verdict(
                "standalone sigsnoop",
                "≤ 5 MB",
                "≤ 4 MB",
                &megabytes(size),
                within(size, STANDALONE),
            );
        }
        let mut rows = Vec::new();
        let mut wrong = Vec::new();
        for tool in self.main_tools() {
            let sample = throughput::measure(tool, Format::Table, &self.load(RATE))?;
            wrong.extend(sample.wrong.iter().map(|text| format!("{}, memory: {text}", tool.name)));
            let size = std::fs::metadata(&tool.program)?.len();
            if tool.name == OURS {
                let memory = sample.peak_memory;
                report.verdict(
                    "memory above the ring's pages",
                    "≤ 10 MB",
                    "≤ 8 MB",
                    &megabytes(memory),
                    within(memory, MEMORY),
                );
                report.verdict(
                    "ecli, stripped",
                    "≤ 13 MB",
                    "≤ 11 MB",
                    &megabytes(size),
                    within(size, PROGRAM),
                );
            }
            let numbers = [sample.memory, sample.peak_memory, size].map(megabytes);
            rows.push([vec![tool.name.to_owned()], numbers.to_vec()].concat());
        }
        report.table(&["tool", "resident", "most resident", "program"], &rows);
        Ok(wrong)
    }
}

/// How large components of one's own may be, in thousands of bytes, without the packages that they carry.
const COMPONENTS: [(Language, &str, u64); 2] = [(Language::Rust, "Rust", 120), (Language::C, "C", 70)];

/// The examples that have user space of their own in both languages.
const EXAMPLES: [&str; 3] = ["sigsnoop", "opensnoop", "runqlat"];

/// The size of components of one's own.
pub(crate) fn component_sizes(report: &mut Report, ecc: &Path, folder: &Path) -> Result<()> {
    report.section(
        "Components of one's own",
        "The tools under examples/ that have user space of their own, without the package that each carries.",
    );
    let mut rows = Vec::new();
    for (language, name, bound) in COMPONENTS {
        let mut largest = 0;
        for example in EXAMPLES {
            let size = guests::example_size(ecc, example, language, folder)?;
            rows.push(vec![
                example.to_owned(),
                name.to_owned(),
                format!("{:.1} KB", size as f64 / 1e3),
            ]);
            largest = largest.max(size);
        }
        report.verdict(
            &format!("largest tool in {name}"),
            &format!("≤ {bound} KB"),
            "",
            &format!("{:.1} KB", largest as f64 / 1e3),
            largest <= bound * 1000,
        );
    }
    report.table(&["tool", "language", "size"], &rows);
    Ok(())
}
