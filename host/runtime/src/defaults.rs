//! The components that ship with the host, built from `guest-sdk/default` by the build script.

use crate::precompiled::Ahead;

#[cfg(feature = "compiler")]
pub(crate) use packed::*;

/// The default tool with its args and printer, composed and compiled ahead.
pub(crate) static COMPILED: &Ahead<[u8]> = &Ahead(*include_bytes!(concat!(env!("OUT_DIR"), "/default.cwasm")));

/// What is needed to compose a tool anew.
#[cfg(feature = "compiler")]
mod packed {
    use std::io::Read;

    use anyhow::{Context, Result};
    use flate2::read::ZlibDecoder;

    /// A digest of all of them, by which code that was composed with them is kept.
    pub(crate) static DIGEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/defaults.sha256"));

    /// A component for composing, compressed: it is needed only where something is composed anew.
    pub(crate) struct Packed(&'static [u8]);

    /// The tool that runs a skeleton.
    pub(crate) static TOOL: Packed = Packed(include_bytes!(concat!(env!("OUT_DIR"), "/tool.wasm.z")));

    /// The parser of command lines.
    pub(crate) static ARGS: Packed = Packed(include_bytes!(concat!(env!("OUT_DIR"), "/args.wasm.z")));

    /// The printer of events.
    pub(crate) static PRINTER: Packed = Packed(include_bytes!(concat!(env!("OUT_DIR"), "/printer.wasm.z")));

    /// What fills those imports of WASI that a foreign args or printer component has for its panics: it traps.
    pub(crate) static CLOSED: Packed = Packed(include_bytes!(concat!(env!("OUT_DIR"), "/closed.wasm.z")));

    impl Packed {
        /// The component.
        pub(crate) fn unpack(&self) -> Result<Vec<u8>> {
            let mut bytes = Vec::new();
            ZlibDecoder::new(self.0)
                .read_to_end(&mut bytes)
                .context("a component that ships with this program is damaged")?;
            Ok(bytes)
        }
    }
}
