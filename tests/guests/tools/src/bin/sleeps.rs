//! Sleeps for an hour, and says when it woke.
fn main() {
    std::thread::sleep(std::time::Duration::from_secs(3600));
    println!("woken");
}
