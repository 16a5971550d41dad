//! Panics after saying so.
fn main() {
    let none: Option<u8> = std::hint::black_box(None);
    none.expect("a panic of the guest's own");
}
