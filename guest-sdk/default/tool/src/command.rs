//! What `std` would bring: the command line, standard error, and `main`.

use alloc::string::String;
use alloc::vec::Vec;

use bindings::wasi::cli::{environment, stderr};
use eunomia::session;

eunomia_component::no_std_runtime!();

#[allow(
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::restriction,
    reason = "generated code"
)]
mod bindings {
    use super::Command;
    use eunomia::wit_bindgen;

    wit_bindgen::generate!({
        path: "../../../wit",
        inline: "
            package eunomia:default-tool;
            world command {
                import wasi:cli/environment@0.2.12;
                import wasi:cli/stderr@0.2.12;
                export wasi:cli/run@0.2.12;
            }
        ",
        runtime_path: "eunomia::wit_bindgen::rt",
        generate_all,
    });

    export!(Command with_types_in self);
}

struct Command;

impl bindings::exports::wasi::cli::run::Guest for Command {
    fn run() -> Result<(), ()> {
        session::set_exit_code(crate::tool::run());
        Ok(())
    }
}

/// The command line, without the tool's name.
pub(crate) fn arguments() -> Vec<String> {
    environment::get_arguments().into_iter().skip(1).collect()
}

/// Writes a line to standard error. Who closed that cannot be told so.
pub(crate) fn complain(text: &str) {
    /// The most that `blocking-write-and-flush` takes.
    const ONCE: usize = 4096;
    let stderr = stderr::get_stderr();
    let line = [text, "\n"].concat();
    let mut rest = line.as_str();
    while !rest.is_empty() {
        // Who gets the pieces one by one gets whole lines, or whole characters where a line is longer.
        let most = rest.floor_char_boundary(ONCE);
        let whole = rest.get(..most).and_then(|piece| piece.rfind('\n'));
        let (piece, after) = rest.split_at(whole.map_or(most, |newline| newline + 1));
        if stderr.blocking_write_and_flush(piece.as_bytes()).is_err() {
            return;
        }
        rest = after;
    }
}
