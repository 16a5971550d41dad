//! What wit-bindgen makes of the contract's types, of the output, and of what components implement.
//!
//! Only the functions that a component's code reaches are among its imports.

#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::restriction,
    reason = "generated code"
)]

/// The types on their own, with comparisons: nothing in them is a resource.
mod plain {
    wit_bindgen::generate!({
        path: "../../../wit",
        inline: "
            package eunomia:sdk-types;
            world plain { import eunomia:bpf/types@0.1.0; }
        ",
        additional_derives: [PartialEq, Eq],
        generate_all,
        generate_unused_types: true,
    });
}

pub use plain::eunomia::bpf::types;

/// What a printer may ask for.
mod output_import {
    wit_bindgen::generate!({
        path: "../../../wit",
        inline: "
            package eunomia:sdk-output;
            world output { import eunomia:bpf/output@0.1.0; }
        ",
        generate_all,
    });
}

pub use output_import::eunomia::bpf::output;

/// What else a printer may ask for.
mod symbols_import {
    wit_bindgen::generate!({
        path: "../../../wit",
        inline: "
            package eunomia:sdk-symbols;
            world symbols { import eunomia:bpf/symbols@0.1.0; }
        ",
        generate_all,
    });
}

pub use symbols_import::eunomia::bpf::symbols;

/// What a component implements that reads command lines.
pub mod args_component {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "eunomia:bpf/args-component@0.1.0",
        additional_derives: [PartialEq, Eq],
        with: { "eunomia:bpf/types@0.1.0": crate::bindings::types },
        export_macro_name: "export_args_with",
        pub_export_macro: true,
    });

    pub use crate::export_args;
}

/// What a component implements that prints events.
pub mod printer_component {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "eunomia:bpf/printer-component@0.1.0",
        with: {
            "eunomia:bpf/types@0.1.0": crate::bindings::types,
            "eunomia:bpf/output@0.1.0": crate::bindings::output,
            "eunomia:bpf/symbols@0.1.0": crate::bindings::symbols,
        },
        export_macro_name: "export_printer_with",
        pub_export_macro: true,
    });

    pub use crate::export_printer;
}

/// Make this crate export `args`, as a type implements it.
#[macro_export]
macro_rules! export_args {
    ($implementation:ident) => {
        $crate::bindings::args_component::export_args_with!(
            $implementation with_types_in $crate::bindings::args_component
        );
    };
}

/// Make this crate export `printer`, as a type implements it.
#[macro_export]
macro_rules! export_printer {
    ($implementation:ident) => {
        $crate::bindings::printer_component::export_printer_with!(
            $implementation with_types_in $crate::bindings::printer_component
        );
    };
}
