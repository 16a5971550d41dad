use anyhow::Result;
use wac_graph::CompositionGraph;
use wac_graph::types::Package;

use crate::assemble::{ARGS, PRINTER};

/// What a component imports and exports, by interface and version, in the component's order. Its imports are all that it can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interfaces {
    /// What somebody has to give it.
    pub imports: Vec<String>,
    /// What it gives.
    pub exports: Vec<String>,
}

/// What a component is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A program that can be run: it exports `wasi:cli/run`.
    Tool,
    /// It parses the command lines of tools.
    Args,
    /// It prints events.
    Printer,
    /// Something else.
    Other,
}

impl Interfaces {
    /// Reads a component. Nothing of it is compiled or run.
    ///
    /// # Errors
    /// The bytes are no valid component.
    pub fn of(component: &[u8]) -> Result<Self> {
        let mut graph = CompositionGraph::new();
        let package = Package::from_bytes("component", None, component.to_vec(), graph.types_mut())?;
        let world = &graph.types()[package.ty()];
        Ok(Self {
            imports: world.imports.keys().cloned().collect(),
            exports: world.exports.keys().cloned().collect(),
        })
    }

    /// What the exports say that it is for.
    pub fn role(&self) -> Role {
        let exports = |wanted: &dyn Fn(&str) -> bool| self.exports.iter().any(|export| wanted(export));
        if exports(&|export| export.split('@').next() == Some("wasi:cli/run")) {
            Role::Tool
        } else if exports(&|export| export == ARGS) {
            Role::Args
        } else if exports(&|export| export == PRINTER) {
            Role::Printer
        } else {
            Role::Other
        }
    }
}
