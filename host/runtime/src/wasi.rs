//! The part of WASI that a component asks for. Nothing of it is granted: no files, no network, no environment.
//!
//! Most tools ask for arguments, standard streams and little else. Offering them only that keeps the rest of WASI off the
//! pages that a start has to read.

use wasmtime::component::{Component, HasData, Linker, ResourceTable};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
#[cfg(feature = "compiler")]
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::p2::bindings::{cli, sync};
#[cfg(feature = "compiler")]
use wasmtime_wasi::p2::bindings::{clocks, random};
#[cfg(feature = "compiler")]
use wasmtime_wasi::random::WasiRandom;

use crate::poll::Waiting;
use crate::state::State;

/// The interfaces of WASI that an ordinary program imports. The default tool is one of the first two alone.
#[cfg(feature = "compiler")]
const ORDINARY: [&str; 4] = ["wasi:cli/", "wasi:io/", CLOCKS, RANDOM];

#[cfg(feature = "compiler")]
const CLOCKS: &str = "wasi:clocks/";

#[cfg(feature = "compiler")]
const RANDOM: &str = "wasi:random/";

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

struct Poll;

impl HasData for Poll {
    type Data<'a> = Waiting<'a>;
}

/// Offer what `component` imports of WASI.
#[cfg_attr(
    not(feature = "compiler"),
    expect(unused_variables, reason = "only the default tool is run")
)]
pub(crate) fn add_to_linker(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<()> {
    #[cfg(feature = "compiler")]
    {
        let imports = Imports::of(component);
        if !imports.all_of(&ORDINARY) {
            return everything(linker);
        }
        if imports.any(CLOCKS) {
            clocks::wall_clock::add_to_linker::<State, WasiClocks>(linker, State::clocks)?;
            clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(linker, State::clocks)?;
        }
        if imports.any(RANDOM) {
            random::random::add_to_linker::<State, WasiRandom>(linker, |state| state.ctx().ctx.random())?;
            random::insecure::add_to_linker::<State, WasiRandom>(linker, |state| state.ctx().ctx.random())?;
            random::insecure_seed::add_to_linker::<State, WasiRandom>(linker, |state| state.ctx().ctx.random())?;
        }
    }
    sync::io::error::add_to_linker::<State, Io>(linker, |state| state.ctx().table)?;
    sync::io::poll::add_to_linker::<State, Poll>(linker, State::waiting)?;
    sync::io::streams::add_to_linker::<State, Io>(linker, |state| state.ctx().table)?;
    cli::environment::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::exit::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(linker, State::cli)
}

/// What a component imports of WASI.
#[cfg(feature = "compiler")]
struct Imports(Vec<String>);

#[cfg(feature = "compiler")]
impl Imports {
    fn of(component: &Component) -> Self {
        let ty = component.component_type();
        let names = ty.imports(component.engine()).map(|(name, _)| name.to_owned());
        Self(names.filter(|name| name.starts_with("wasi:")).collect())
    }

    fn any(&self, package: &str) -> bool {
        self.0.iter().any(|name| name.starts_with(package))
    }

    fn all_of(&self, packages: &[&str]) -> bool {
        self.0
            .iter()
            .all(|name| packages.iter().any(|package| name.starts_with(package)))
    }
}

#[cfg(feature = "compiler")]
fn everything(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    // In place of WASI's own, which nothing wakes.
    linker.allow_shadowing(true);
    sync::io::poll::add_to_linker::<State, Poll>(linker, State::waiting)?;
    linker.allow_shadowing(false);
    Ok(())
}
