//! Floods standard error.
use std::io::Write;

fn main() {
    let line = [b'x'; 4095];
    loop {
        std::io::stderr().write_all(&line).unwrap();
        std::io::stderr().write_all(b"\n").unwrap();
    }
}
