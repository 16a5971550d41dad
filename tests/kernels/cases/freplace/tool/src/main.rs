//! Lets one program judge a packet, puts another in the place of its function, and takes that away again.

use std::io::Write;

use eunomia::program::Program;
use eunomia::{Error, Output, program};

#[rustfmt::skip]
#[path = "../skel/replace.rs"]
mod replace;
#[rustfmt::skip]
#[path = "../skel/target.rs"]
mod target;

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let mut output = Output::new();
    let target = target::open()?.load()?;
    let judge = target.program_judge()?;
    writeln!(output, "before {}", judgement(&judge)?)?;

    let replacement = replace::skeleton()?.open()?.set_attach_program("refuse", &judge, "verdict")?.load()?;
    let links = replacement.attach()?;
    writeln!(output, "replaced {}", judgement(&judge)?)?;

    program::detach(links)?;
    writeln!(output, "after {}", judgement(&judge)?)?;
    output.flush()?;
    Ok(())
}

/// What the program says of a packet of zeros.
fn judgement(program: &Program) -> Result<u32, Error> {
    Ok(program.run_on_packet(&[0; 64], &[])?.value)
}
