//! Which components make up a run: a tool, and what parses and prints for it.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};
use wac_graph::CompositionGraph;
use wac_graph::types::Package;

use crate::compose::compose;
use crate::defaults;

const ARGS: &str = "eunomia:bpf/args@0.1.0";
const PRINTER: &str = "eunomia:bpf/printer@0.1.0";

/// A component that the user named in place of a default one.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// What errors call it, such as its path.
    pub name: String,
    /// The component.
    pub bytes: Vec<u8>,
}

/// Which defaults to replace.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    /// A component that exports `args`.
    pub args: Option<Replacement>,
    /// A component that exports `printer`.
    pub printer: Option<Replacement>,
}

/// The tool with its imports of `args` and `printer` filled.
pub(crate) fn assemble(tool: &[u8], replacements: &Replacements) -> Result<Vec<u8>> {
    let args = part(defaults::ARGS, replacements.args.as_ref(), ARGS, &[])?;
    let printer = part(
        defaults::PRINTER,
        replacements.printer.as_ref(),
        PRINTER,
        &["eunomia:bpf/output"],
    )?;
    compose(tool, &[("args", &args), ("printer", &printer)])
        .context("the tool cannot be joined with its args and printer components")
}

/// The default, or its replacement: checked for what it exports, and closed against everything but `allowed`.
fn part<'a>(
    default: &'a [u8],
    replacement: Option<&Replacement>,
    export: &str,
    allowed: &[&str],
) -> Result<Cow<'a, [u8]>> {
    let Some(Replacement { name, bytes }) = replacement else {
        return Ok(default.into());
    };
    let Names { exports, .. } = names(bytes)
        .with_context(|| format!("{name} is not a WebAssembly component"))?;
    if !exports.iter().any(|found| found == export) {
        bail!(
            "{name} does not export {export}; it exports {}",
            list(&exports)
        );
    }
    let closed = compose(bytes, &[("closed", defaults::CLOSED)])
        .with_context(|| format!("{name} cannot be closed against WASI"))?;
    let asked: Vec<String> = names(&closed)?
        .imports
        .into_iter()
        .filter(|import| {
            let interface = import.split('@').next().unwrap_or(import);
            interface != "eunomia:bpf/types" && !allowed.contains(&interface)
        })
        .collect();
    if !asked.is_empty() {
        bail!(
            "{name} asks for {}; a component that exports {export} may ask for {} only",
            list(&asked),
            if allowed.is_empty() {
                "nothing".to_string()
            } else {
                allowed.join(", ")
            }
        );
    }
    Ok(closed.into())
}

/// What a component imports and exports.
struct Names {
    imports: Vec<String>,
    exports: Vec<String>,
}

fn names(bytes: &[u8]) -> Result<Names> {
    let mut graph = CompositionGraph::new();
    let package = Package::from_bytes("component", None, bytes.to_vec(), graph.types_mut())?;
    let world = &graph.types()[package.ty()];
    Ok(Names {
        imports: world.imports.keys().cloned().collect(),
        exports: world.exports.keys().cloned().collect(),
    })
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".into()
    } else {
        names.join(", ")
    }
}
