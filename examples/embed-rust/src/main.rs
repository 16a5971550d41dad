//! Runs a package or a component inside this program, and does something with each event.

use std::io::{self, Write};

use anyhow::Context;
use runtime::{Engine, OutputFormat, Replacements, Session, Stop, Stream};

/// Receives events: whole lines of JSON, many a call.
struct Events;

impl Write for Events {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        for event in serde_json::Deserializer::from_slice(lines).into_iter::<serde_json::Value>() {
            let event = event?;
            println!("process {} of {}", event["pid"], event["comm"]);
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().context("usage: embed-rust FILE [ARGS]...")?;
    let (tool, skeleton) = Engine::new().load(&std::fs::read(&file)?, &Replacements::default())?;
    let mut session = Session::new("embedded", Stop::new()?);
    session.skeleton = skeleton;
    session.arguments.extend(arguments);
    session.output.format = OutputFormat::Json;
    session.count = Some(3);
    session.stdout = Stream::new(Events);
    let outcome = tool.run(session);
    println!("ended: {:?}, {:?}", outcome.exit, outcome.totals);
    Ok(())
}
