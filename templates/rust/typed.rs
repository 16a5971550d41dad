//! {{name}}: user space of its own.

use std::io::Write;

use eunomia::events::{EventSource, Input};
use eunomia::{Error, Output, program};

#[rustfmt::skip]
#[path = "../skel/{{name}}.rs"]
mod {{module}};

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    // An option for each variable that the BPF program has; `-h` lists them.
    let loaded = {{module}}::open()?.arguments()?.load()?;
    // The reader comes before anything is attached, so that nothing is lost between the two.
{{setup}}
    let links = loaded.attach()?;

    let mut output = Output::new();
    // Until the user presses Ctrl-C, or the time is up that `ecli run --timeout` sets.
    for batch in source.batches() {
        for record in &batch? {
{{loop}}
        }
        output.flush()?;
    }
    program::detach(links)?;
    Ok(())
}
