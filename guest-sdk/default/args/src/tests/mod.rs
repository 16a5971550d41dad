//! What a user sees, from a description and arguments to the outcome.

mod defaults;
mod errors;
mod fixture;
mod help;
mod names;
mod values;
