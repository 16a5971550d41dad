//! The components that ship with the host, built from `guest-sdk/default` by the build script.

/// The default tool with its args and printer, composed and compiled ahead.
pub(crate) static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/default.cwasm"));

/// The tool that runs a skeleton.
pub(crate) static TOOL: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tool.wasm"));

/// The parser of command lines.
pub(crate) static ARGS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/args.wasm"));

/// The printer of events.
pub(crate) static PRINTER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/printer.wasm"));

/// What fills those imports of WASI that a foreign args or printer component has for its panics: it traps.
pub(crate) static CLOSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/closed.wasm"));
