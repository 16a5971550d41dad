//! The component: the contract's `args`, on the functions of this crate.

use alloc::string::String;
use alloc::vec::Vec;

use eunomia_component::args::{Guest, Outcome};
use eunomia_component::types::Description;

eunomia_component::export_args!(Component);
eunomia_component::no_std_runtime!();

struct Component;

impl Guest for Component {
    fn parse(description: Description, arguments: Vec<String>) -> Outcome {
        crate::parse(&description, &arguments)
    }
}
