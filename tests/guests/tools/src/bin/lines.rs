//! Prints lines through WASI for as long as somebody reads them.
fn main() {
    loop {
        println!("a line");
    }
}
