//! `ecli inspect`: what is in a file that could be run. It reads; nothing of what it reads is run, and the kernel is not asked.

mod component;
mod facts;
mod json;
mod layouts;
mod option;
mod table;
mod text;

use console::{Exit, Failure, Printer};
use registry::{Digest, Limits};

use crate::cli::{Inspect, ReportFormat};
use crate::content::Content;
use crate::failed;
use crate::settings::parse_name;
use component::Component;
use facts::{Described, Facts};
pub(crate) use table::clean;

/// A file, before what is in it.
struct File {
    /// As the user named it.
    name: String,
    /// Bytes.
    size: usize,
    digest: Digest,
}

/// Says what is in what the command names.
pub(crate) fn inspect(command: &Inspect, printer: &mut Printer) -> Result<Exit, Failure> {
    let name = parse_name(&command.name)?;
    let bytes = registry::fetch(&name, &Limits::default()).map_err(failed::fetch)?.bytes;
    let file = File {
        name: name.to_string(),
        size: bytes.len(),
        digest: Digest::of(&bytes),
    };
    let as_json = command.json || command.output == ReportFormat::Json;
    let said = match Content::read(bytes, &name, Described::new)? {
        Content::Package(package) => {
            let facts = Facts::gather(file, &package)?;
            if as_json {
                pretty(&json::package(&facts))
            } else {
                text::package(&facts)
            }
        }
        Content::Component(bytes) => {
            let component = Component::read(file, &bytes)?;
            if as_json {
                pretty(&component.json())
            } else {
                component.text()
            }
        }
    };
    printer.data(&said)?;
    Ok(Exit::Success)
}

/// One document over several lines: people read this too.
fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
