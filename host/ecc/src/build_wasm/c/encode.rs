//! From a module to a component.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::names::without_names;
use super::sdk::Sdk;
use crate::error::{Error, Result};

/// The world in `guest.wit`.
const WORLD: &str = "guest";

/// Makes a component of what was linked: it imports what of the contract the module imports.
pub(super) fn component(mut module: Vec<u8>, sdk: &Sdk) -> Result<Vec<u8>> {
    let (contract, world) = sdk.contract();
    let mut resolve = Resolve::default();
    let encoded = (|| {
        resolve.push_dir(&contract)?;
        let package = resolve.push_file(&world)?;
        let world = resolve.select_world(&[package], Some(WORLD))?;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        ComponentEncoder::default().module(&module)?.validate(true).encode()
    })();
    encoded.map(without_names).map_err(|error| {
        // The causes, in one line: each is a sentence of its own.
        Error::failed(format!("the tool cannot be made a component: {error:#}"))
            .with_hint("if the project has an older sdk/, make it anew with `ecc gen-wasm-skel`")
    })
}
