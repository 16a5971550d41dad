//! Who is compared with whom.

use std::path::Path;

use anyhow::Result;

use crate::beside_us;
use crate::guests::{self, Language};
use crate::programs::{Bootstrap, Workload};
use crate::tool::{BOTH, Format, Tool};

/// The tool that the bench is about.
pub(crate) const OURS: &str = "ecli";

/// What people write without it.
pub(crate) const NATIVE: &str = "native C";

/// What it would cost without the sandbox.
pub(crate) const FORMATTER: &str = "same formatter, native";

/// User space of one's own, as people write it.
pub(crate) const OWN: [&str; 2] = ["own tool in Rust", "own tool in C"];

/// Components that print the workload's events by themselves.
pub(crate) fn own_tools(workload: &Workload, ecli: &Path, ecc: &Path, folder: &Path) -> Result<Vec<Tool>> {
    let tools = Language::ALL.into_iter().zip(OWN).map(|(language, name)| {
        let component = guests::build(ecc, "consumer", &workload.package, language, folder)?;
        let arguments = vec!["run".into(), component.into()];
        Ok(Tool {
            name,
            program: ecli.to_path_buf(),
            table: arguments.clone(),
            json: arguments,
            flush: None,
            formats: &[Format::Json],
        })
    });
    tools.collect()
}

/// Who prints the workload's events.
pub(crate) fn workload_tools(workload: &Workload, ecli: Option<&Path>) -> Vec<Tool> {
    let mut tools = vec![native(NATIVE, &workload.native)];
    tools.push(Tool {
        name: "native C, clock once a second",
        table: vec!["--clock-each-second".into()],
        formats: &[Format::Table],
        ..native(NATIVE, &workload.native)
    });
    tools.extend(ours(ecli, &workload.package));
    tools
}

/// Who prints the starts and ends of processes.
pub(crate) fn bootstrap_tools(bootstrap: &Bootstrap, ecli: Option<&Path>) -> Vec<Tool> {
    let mut tools = vec![native(NATIVE, &bootstrap.native)];
    tools.extend(ours(ecli, &bootstrap.package));
    tools
}

fn native(name: &'static str, program: &Path) -> Tool {
    Tool {
        name,
        program: program.to_path_buf(),
        table: vec![],
        json: vec!["-j".into()],
        flush: Some("--flush"),
        formats: BOTH,
    }
}

fn ours(ecli: Option<&Path>, package: &Path) -> Vec<Tool> {
    let package = package.as_os_str().to_owned();
    let formatter = beside_us("same-formatter")
        .filter(|path| path.exists())
        .map(|program| Tool {
            name: FORMATTER,
            program,
            table: vec![package.clone()],
            json: vec![package.clone(), "--json".into()],
            flush: None,
            formats: BOTH,
        });
    let ecli = ecli.map(|ecli| Tool {
        name: OURS,
        program: ecli.to_path_buf(),
        table: vec!["run".into(), package.clone()],
        json: vec!["run".into(), "-o".into(), "json".into(), package.clone()],
        flush: None,
        formats: BOTH,
    });
    formatter.into_iter().chain(ecli).collect()
}
