//! A component that exports those parts of WASI that a language's runtime imports for its panics, and traps in every
//! function of them. An args or printer component is closed with it: it can then ask for nothing but its own imports.

use std::path::Path;

use anyhow::{Context, Result};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

const WORLD: &str = "
package eunomia:closed;

world closed {
  export wasi:cli/environment@0.2.12;
  export wasi:cli/exit@0.2.12;
  export wasi:cli/stdin@0.2.12;
  export wasi:cli/stdout@0.2.12;
  export wasi:cli/stderr@0.2.12;
  export wasi:cli/terminal-input@0.2.12;
  export wasi:cli/terminal-output@0.2.12;
  export wasi:cli/terminal-stdin@0.2.12;
  export wasi:cli/terminal-stdout@0.2.12;
  export wasi:cli/terminal-stderr@0.2.12;
  export wasi:io/error@0.2.12;
  export wasi:io/poll@0.2.12;
  export wasi:io/streams@0.2.12;
  export wasi:clocks/monotonic-clock@0.2.12;
  export wasi:clocks/wall-clock@0.2.12;
  export wasi:random/random@0.2.12;
  export wasi:random/insecure-seed@0.2.12;
  export wasi:filesystem/types@0.2.12;
  export wasi:filesystem/preopens@0.2.12;
}";

pub(crate) fn component(wit: &Path) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    resolve
        .push_path(wit)
        .with_context(|| format!("cannot read {}", wit.display()))?;
    let package = resolve.push_str("closed.wit", WORLD)?;
    let world = resolve.select_world(&[package], Some("closed"))?;
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .module(&module)?
        .encode()
        .context("cannot encode the closed component")
}
