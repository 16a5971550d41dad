//! Several components into one: a tool's imports of `args` and `printer` are filled by other components. The build
//! script includes this file too.

use anyhow::{Context, Result, anyhow};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PackageId, PlugError, plug};

/// Fill the imports of `socket` with what `plugs` export. What none of them exports stays an import of the result.
/// A plug that fits nothing is left out; if none fits, the result is `socket` as it was.
pub(crate) fn compose(socket: &[u8], plugs: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let plugs = plugs
        .iter()
        .map(|(name, bytes)| register(&mut graph, name, bytes))
        .collect::<Result<Vec<_>>>()?;
    let into = register(&mut graph, "tool", socket)?;
    match plug(&mut graph, plugs, into) {
        Ok(()) => {}
        Err(PlugError::NoPlugHappened) => return Ok(socket.to_vec()),
        Err(error) => return Err(anyhow!(error)),
    }
    graph.encode(EncodeOptions::default()).map_err(|error| anyhow!(error))
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: &[u8]) -> Result<PackageId> {
    let package = Package::from_bytes(name, None, bytes.to_vec(), graph.types_mut())
        .with_context(|| format!("the {name} component cannot be read"))?;
    graph.register_package(package).map_err(|error| anyhow!(error))
}
