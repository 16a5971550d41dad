//! Runs a program by hand: what it returns, and what it leaves in its context.

use std::io::Write;

use eunomia::{Error, Output};

#[rustfmt::skip]
#[path = "../skel/syscall.rs"]
mod syscall;

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let object = syscall::open()?.load()?;
    let context: Vec<u8> = [40_u32, 2, 0].iter().flat_map(|number| number.to_ne_bytes()).collect();
    let left = object.program_add()?.run(&context)?;
    let both = left.context.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_ne_bytes);
    let mut output = Output::new();
    writeln!(output, "returned {}, left {}", left.value, both.unwrap_or_default())?;
    output.flush()?;
    Ok(())
}
