//! Is asked to end and does not: it goes on calling the host.
fn main() {
    loop {
        std::hint::black_box(eunomia::session::stop_requested());
    }
}
