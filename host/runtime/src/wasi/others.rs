//! What components of one's own import of WASI.

use wasmtime::component::{Component, HasData, Linker};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView as _};
use wasmtime_wasi::p2::bindings::{cli, clocks, random, sync};
use wasmtime_wasi::random::WasiRandom;

use super::waiting::Waiting;
use super::{OF_THE_DEFAULT_TOOL, of_the_default_tool};
use crate::state::State;

/// The interfaces that an ordinary program imports.
const ORDINARY: [&str; 4] = ["wasi:cli/", "wasi:io/", CLOCKS, RANDOM];

const CLOCKS: &str = "wasi:clocks/";

const RANDOM: &str = "wasi:random/";

struct Poll;

impl HasData for Poll {
    type Data<'a> = Waiting<'a>;
}

/// Offer what `component` imports, if that is more than the default tool does. Whether it is.
pub(super) fn add_to_linker(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<bool> {
    let imports = Imports::of(component);
    if imports.all_of(&OF_THE_DEFAULT_TOOL) {
        return Ok(false);
    }
    if !imports.all_of(&ORDINARY) {
        return everything(linker).map(|()| true);
    }
    of_the_default_tool(linker)?;
    sync::io::poll::add_to_linker::<State, Poll>(linker, State::waiting)?;
    cli::exit::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    if imports.any(CLOCKS) {
        clocks::wall_clock::add_to_linker::<State, WasiClocks>(linker, State::clocks)?;
        clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(linker, State::clocks)?;
    }
    if imports.any(RANDOM) {
        random::random::add_to_linker::<State, WasiRandom>(linker, |state| state.ctx().ctx.random())?;
        random::insecure::add_to_linker::<State, WasiRandom>(linker, |state| state.ctx().ctx.random())?;
        random::insecure_seed::add_to_linker::<State, WasiRandom>(linker, |state| state.ctx().ctx.random())?;
    }
    Ok(true)
}

/// What a component imports of WASI.
struct Imports(Vec<String>);

impl Imports {
    fn of(component: &Component) -> Self {
        let ty = component.component_type();
        let names = ty.imports(component.engine()).map(|(name, _)| name.to_owned());
        Self(names.filter(|name| name.starts_with("wasi:")).collect())
    }

    fn any(&self, package: &str) -> bool {
        self.0.iter().any(|name| name.starts_with(package))
    }

    fn all_of(&self, beginnings: &[&str]) -> bool {
        self.0
            .iter()
            .all(|name| beginnings.iter().any(|beginning| name.starts_with(beginning)))
    }
}

fn everything(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    // In place of WASI's own, which nothing wakes.
    linker.allow_shadowing(true);
    sync::io::poll::add_to_linker::<State, Poll>(linker, State::waiting)?;
    linker.allow_shadowing(false);
    Ok(())
}
