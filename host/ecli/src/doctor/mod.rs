//! `ecli doctor`: what this system lacks, for tools of any kind or for one. The checks are the loader's; here are its words.

mod json;
mod text;

use console::{Exit, Failure, Printer};
use package::{Package, Places};
use registry::{Limits, Name};
use runtime::Embedded;
use runtime::preflight::{self, Finding};

use crate::cli::{Doctor, ReportFormat};
use crate::content::Content;
use crate::failed;
use crate::places::are_used;
use crate::settings::{parse_name, places};

/// What the user gets to know.
struct Report {
    /// What was asked about, as the user named it; none for all tools.
    name: Option<String>,
    findings: Vec<Finding>,
}

impl Report {
    /// How many things are missing without which nothing runs.
    fn preventing(&self) -> usize {
        self.findings.iter().filter(|finding| finding.prevents()).count()
    }
}

/// Says what is missing; the exit status says whether that matters.
pub(crate) fn doctor(command: &Doctor, printer: &mut Printer) -> Result<Exit, Failure> {
    let places = places(&command.places)?;
    let report = match &command.name {
        None if places != Places::default() => {
            return Err(Failure::usage(
                "--attach, --iface and --cgroup are for the programs of a tool: name it",
            ));
        }
        None => Report {
            name: None,
            findings: preflight::system(),
        },
        Some(name) => of_tool(&parse_name(name)?, &places)?,
    };
    printer.data(&if command.json || command.output == ReportFormat::Json {
        json::report(&report)
    } else {
        text::report(&report)
    })?;
    Ok(if report.preventing() == 0 {
        Exit::Success
    } else {
        Exit::Failed
    })
}

fn of_tool(name: &Name, places: &Places) -> Result<Report, Failure> {
    let bytes = registry::fetch(name, &Limits::default()).map_err(failed::fetch)?.bytes;
    let findings = match Content::read(bytes, name, Ok)? {
        Content::Package(package) => {
            of_package(&package, places).map_err(|failure| failure.context(name.to_string()))?
        }
        Content::Component(bytes) => of_component(&bytes, name, places)?,
    };
    Ok(Report {
        name: Some(name.to_string()),
        findings,
    })
}

fn of_package(package: &Package, places: &Places) -> Result<Vec<Finding>, Failure> {
    let description = package.describe()?;
    are_used(places, &[&description])?;
    Ok(preflight::tool(package, &description, places)?)
}

/// What the packages need that a component carries. What several need is said once.
fn of_component(bytes: &[u8], name: &Name, places: &Places) -> Result<Vec<Finding>, Failure> {
    let packages = Embedded::all_of(bytes).map_err(Failure::host)?;
    if packages.is_empty() {
        return Err(Failure::host(anyhow::anyhow!(
            "{name} carries no BPF program, so nobody knows what it needs"
        ))
        .with_hint("`ecli doctor` without a name looks at all that tools need"));
    }
    let mut read = Vec::new();
    for Embedded { name: skeleton, bytes } in packages {
        let of_skeleton = |failure: Failure| failure.context(format!("{name}: {skeleton}"));
        let package = Package::parse(&bytes).map_err(|error| of_skeleton(error.into()))?;
        let description = package.describe().map_err(|error| of_skeleton(error.into()))?;
        read.push((skeleton, package, description));
    }
    are_used(
        places,
        &read.iter().map(|(_, _, description)| description).collect::<Vec<_>>(),
    )?;
    let mut findings: Vec<Finding> = Vec::new();
    for (skeleton, package, description) in &read {
        let found = preflight::tool(package, description, places)
            .map_err(|error| Failure::from(error).context(format!("{name}: {skeleton}")))?;
        for finding in found {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}
