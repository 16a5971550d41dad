//! The component: the contract's `args`, on the functions of this crate.

use alloc::string::String;
use alloc::vec::Vec;

use eunomia::args_component::{Guest, Outcome, export};
use eunomia::types::Description;

export!(Component);
eunomia::no_std_runtime!();

struct Component;

impl Guest for Component {
    fn parse(description: Description, arguments: Vec<String>) -> Outcome {
        crate::parse(&description, &arguments)
    }
}
