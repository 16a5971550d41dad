//! {{name}}: user space of its own.

use eunomia::events::EventSource;
use eunomia::printer::Printer;
use eunomia::{Error, program, session};

#[rustfmt::skip]
#[path = "../skel/{{name}}.rs"]
mod {{module}};

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    // An option for each variable that the BPF program has; `-h` lists them.
    let open = {{module}}::open()?.arguments()?;
    let description = open.skeleton.describe();
    let loaded = open.load()?;
    // Whatever the package says is to be read, for the printer that comes with the host.
    let sources = eunomia::events::declared(&loaded.object, &description)?;
    let printer = Printer::open(&description.layout, &sources.formats(), session::output())?;
    let source = EventSource::open(&sources.inputs())?;
    let links = loaded.attach()?;

    for batch in source.batches() {
        printer.print(&batch?)?;
    }
    printer.finish()?;
    program::detach(links)?;
    Ok(())
}
