//! JSON over several lines.

use alloc::vec::Vec;

/// Add a line of JSON as one object over several lines, indented by two blanks a level, as `jq` does. Every value is what it
/// was.
pub(super) fn show(line: &[u8], out: &mut Vec<u8>) {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if in_string {
            out.push(byte);
            match byte {
                b'\\' => out.extend(bytes.next()),
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'{' | b'[' => {
                out.push(byte);
                // What is empty stays on its line.
                if let Some(end) = bytes.next_if(|next| matches!(next, b'}' | b']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    indent(depth, out);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                indent(depth, out);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                indent(depth, out);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                in_string = byte == b'"';
                out.push(byte);
            }
        }
    }
}

fn indent(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}
