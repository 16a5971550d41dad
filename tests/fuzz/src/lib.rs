//! What the targets try. Each takes any bytes; a panic, a hang or a flood of memory is a bug.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a check fails by panicking"
)]

mod batches;
#[path = "../../../host/package/tests/handmade/mod.rs"]
mod handmade;
mod objects;
mod packages;
mod variables;

pub use batches::batches;
pub use objects::objects;
pub use packages::packages;
pub use variables::variables;
