//! A command line of one's own, read by clap.

use clap::Parser;

/// Say hello.
#[derive(Parser)]
#[command(name = "hello")]
struct Options {
    /// Whom to greet
    #[arg(short, long, default_value = "world")]
    name: String,
}

fn main() {
    let options = Options::parse();
    println!("hello {}", options.name);
}
