//! The engine's configuration, on which what compiles code and what runs it must agree. The build script includes this file too.

use wasmtime::{Config, Result};

/// What code is compiled for: the machine that this file is compiled for, of which the build script may name another. Naming it keeps
/// the compiler from tuning code to the processor that happens to build.
pub(crate) const TARGET: &str = if cfg!(target_arch = "aarch64") {
    "aarch64-unknown-linux-gnu"
} else if cfg!(target_arch = "riscv64") {
    "riscv64-unknown-linux-gnu"
} else {
    "x86_64-unknown-linux-gnu"
};

/// The configuration for the default tool, which is this project's own code and ends by itself. What else runs is watched besides: see
/// `watchdog.rs`.
pub(crate) fn config() -> Result<Config> {
    let mut config = Config::new();
    config.target(TARGET)?;
    // Enough for a deep recursion in honest code, and a bound on the other kind.
    config.max_wasm_stack(1 << 20);
    // Names in a trap's backtrace come from the component itself; nothing is read from the environment.
    config.wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable);
    // Where in its source a guest trapped, nobody is told: the names of its functions are enough, and code is smaller.
    config.generate_address_map(false);
    // Guests are unwound by their frame pointers; tables for debuggers would be registered at each start.
    config.native_unwind_info(false);
    // A component is instantiated once a process: copying its data is cheaper than preparing it to be mapped again.
    config.memory_init_cow(false);
    config.wasm_memory64(false);
    config.wasm_multi_memory(true);
    Ok(config)
}
