//! args
#![cfg_attr(target_family = "wasm", no_std)]
extern crate alloc;

#[cfg(target_family = "wasm")]
mod component {
    use alloc::{string::String, vec::Vec};
    use eunomia::bindings::args_component::exports::eunomia::bpf::args::{Guest, Outcome};
    use eunomia::bindings::types::Description;

    struct Component;
    impl Guest for Component {
        fn parse(_: Description, _: Vec<String>) -> Outcome {
            Outcome::Text(String::from("hello"))
        }
    }
    eunomia::bindings::args_component::export_args!(Component);
    eunomia::no_std_runtime!();
}
