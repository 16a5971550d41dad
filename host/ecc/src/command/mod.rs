//! One file a command.

pub(crate) mod build_wasm;
pub(crate) mod compile;
pub(crate) mod gen_wasm_skel;
