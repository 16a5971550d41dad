//! The part of WASI that a component asks for. Nothing of it is granted: no files, no network, no environment.
//!
//! The default tool asks for its arguments and standard error, other tools for standard streams and little else. Offering them only
//! that keeps the rest of WASI off the pages that a start has to read, and out of standalone tools.

use wasmtime::component::{Component, HasData, Linker, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p2::bindings::{cli, sync};

use crate::state::State;

#[cfg(feature = "compiler")]
mod others;
#[cfg(feature = "compiler")]
mod waiting;

/// The interfaces that the default tool imports, of any version.
#[cfg(feature = "compiler")]
pub(crate) const OF_THE_DEFAULT_TOOL: [&str; 4] = [
    "wasi:cli/environment@",
    "wasi:cli/stderr@",
    "wasi:io/error@",
    "wasi:io/streams@",
];

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

/// Offer what `component` imports of WASI.
#[cfg_attr(
    not(feature = "compiler"),
    expect(
        unused_variables,
        reason = "all that is run is the default tool, and a printer or args in it import nothing"
    )
)]
pub(crate) fn add_to_linker(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<()> {
    #[cfg(feature = "compiler")]
    if others::add_to_linker(linker, component)? {
        return Ok(());
    }
    of_the_default_tool(linker)
}

/// Offers what the default tool imports.
fn of_the_default_tool(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    sync::io::error::add_to_linker::<State, Io>(linker, |state| state.ctx().table)?;
    sync::io::streams::add_to_linker::<State, Io>(linker, |state| state.ctx().table)?;
    cli::environment::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(linker, State::cli)
}
