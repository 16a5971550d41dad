//! Stack traces for people.

use super::{Frame, Trace};
use crate::gathered::Gathered;
use crate::text::Style;
use eunomia_component::digits::eight_nibbles;

/// Add a trace to the output: whose it is, then the kernel's stack, then that of user space.
pub(crate) fn print(trace: &Trace, out: &mut Gathered) {
    out.append(b"COMM: ");
    out.escaped(trace.comm, Style::Bare);
    out.append(b" (pid=");
    out.number(trace.pid);
    out.append(b") @ CPU ");
    out.number(trace.cpu);
    out.append(b"\n");
    stack(&trace.kernel, b"Kernel:\n", b"No Kernel Stack\n", out);
    stack(&trace.user, b"Userspace:\n", b"No Userspace Stack\n", out);
}

fn stack(frames: &[Frame], title: &[u8], without: &[u8], out: &mut Gathered) {
    out.append(if frames.is_empty() { without } else { title });
    for (place, frame) in (0_u32..).zip(frames) {
        out.append(match place {
            0..10 => b"  ",
            10..100 => b" ",
            _ => b"",
        });
        out.number(place.into());
        out.append(b" [<");
        out.append(&eight_nibbles((frame.address >> 32) as u32).to_le_bytes());
        out.append(&eight_nibbles(frame.address as u32).to_le_bytes());
        out.append(b">]");
        if let Some(symbol) = frame.symbol {
            out.append(b" ");
            out.escaped(symbol.name.as_bytes(), Style::Bare);
            out.append(b"+");
            out.address(frame.offset);
            if let Some(file) = &symbol.file {
                out.append(b" ");
                out.escaped(file.as_bytes(), Style::Bare);
                if let Some(line) = symbol.line {
                    out.append(b":");
                    out.number(line.into());
                }
            }
        }
        out.append(b"\n");
    }
}
