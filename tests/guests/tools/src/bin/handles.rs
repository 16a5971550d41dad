//! Opens handles and never drops one.
fn main() {
    let mut kept = Vec::new();
    loop {
        kept.push(eunomia::session::subscribe_stop());
    }
}
