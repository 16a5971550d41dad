//! Ends with the code that its first argument says.
fn main() {
    let code = std::env::args()
        .nth(1)
        .expect("an exit code")
        .parse()
        .expect("a number up to 255");
    eunomia::session::set_exit_code(code);
}
