use std::io::{Write as _, stderr};

use crate::{Error, ErrorKind, output, session};

/// Runs a tool as `main` would, and tells how it ended as the tools that ship with the host do: an error is one line that begins with
/// `error: `, status 1, or 2 for a wrong command line; help goes to standard output.
///
/// ```no_run
/// fn main() {
///     eunomia::run(tool);
/// }
///
/// fn tool() -> Result<(), eunomia::Error> {
///     Ok(())
/// }
/// ```
pub fn run(tool: impl FnOnce() -> Result<(), Error>) {
    let Err(error) = tool() else { return };
    let code = match error.kind() {
        // Who read the output has seen enough.
        ErrorKind::Closed => 0,
        ErrorKind::Help => match output::write(std::string::ToString::to_string(&error).as_bytes()) {
            Ok(()) | Err(output::OutputError::Closed) => 0,
            Err(error) => complain(&error.into()),
        },
        _ => complain(&error),
    };
    session::set_exit_code(code);
}

/// Tells it, and gives the exit status.
fn complain(error: &Error) -> u8 {
    // Who closed that cannot be told so.
    let _ = writeln!(stderr(), "error: {error}");
    if error.kind() == ErrorKind::Usage { 2 } else { 1 }
}
