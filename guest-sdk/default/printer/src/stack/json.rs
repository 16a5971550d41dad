//! Stack traces as JSON: an object a trace.

use super::{Frame, Trace};
use crate::gathered::Gathered;
use crate::text::Style;

/// Add a trace to the output. What is not known of a frame is `null`, so that all have the same members.
pub(crate) fn print(trace: &Trace, out: &mut Gathered) {
    out.append(b"{\"comm\":\"");
    out.escaped(trace.comm, Style::Quoted);
    out.append(b"\",\"pid\":");
    out.number(trace.pid);
    out.append(b",\"cpu\":");
    out.number(trace.cpu);
    out.append(b",\"kernel\":[");
    stack(&trace.kernel, out);
    out.append(b"],\"user\":[");
    stack(&trace.user, out);
    out.append(b"]}\n");
}

fn stack(frames: &[Frame], out: &mut Gathered) {
    for (place, frame) in frames.iter().enumerate() {
        out.append(if place == 0 { b"{\"addr\":\"" } else { b",{\"addr\":\"" });
        out.address(frame.address);
        out.append(b"\",\"symbol\":");
        let symbol = frame.symbol;
        text(symbol.map(|symbol| symbol.name.as_str()), out);
        out.append(b",\"offset\":");
        number(symbol.map(|_| frame.offset), out);
        out.append(b",\"file\":");
        text(symbol.and_then(|symbol| symbol.file.as_deref()), out);
        out.append(b",\"line\":");
        number(symbol.and_then(|symbol| symbol.line).map(u64::from), out);
        out.append(b"}");
    }
}

fn text(text: Option<&str>, out: &mut Gathered) {
    let Some(text) = text else {
        return out.append(b"null");
    };
    out.append(b"\"");
    out.escaped(text.as_bytes(), Style::Quoted);
    out.append(b"\"");
}

fn number(number: Option<u64>, out: &mut Gathered) {
    match number {
        Some(number) => out.number(number.into()),
        None => out.append(b"null"),
    }
}
