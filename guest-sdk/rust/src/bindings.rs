//! What wit-bindgen makes of the contract: one Rust module an interface, under the names of the contract.
//!
//! Everything here is an import or a plain type. A component asks the host only for the functions that its code reaches:
//! what it does not call is not among its imports, so these modules cost nothing by being here.

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
        path: "../../wit",
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

/// The imports.
mod imports {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package eunomia:sdk-imports;
            world imports {
                include eunomia:bpf/host@0.1.0;
                import eunomia:bpf/args@0.1.0;
                import eunomia:bpf/printer@0.1.0;
            }
        ",
        with: { "eunomia:bpf/types@0.1.0": crate::bindings::types },
        generate_all,
        generate_unused_types: true,
    });
}

pub use imports::eunomia::bpf::{args, events, map, object, output, printer, program, session};
pub use imports::wasi::io::poll;

/// What a component implements that reads command lines.
pub mod args_component {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "eunomia:bpf/args-component@0.1.0",
        additional_derives: [PartialEq, Eq],
        with: { "eunomia:bpf/types@0.1.0": crate::bindings::types },
        runtime_path: "::eunomia::wit_bindgen::rt",
        default_bindings_module: "::eunomia::bindings::args_component",
        export_macro_name: "export_args",
        pub_export_macro: true,
    });
}

/// What a component implements that prints events.
pub mod printer_component {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "eunomia:bpf/printer-component@0.1.0",
        with: {
            "eunomia:bpf/types@0.1.0": crate::bindings::types,
            "eunomia:bpf/output@0.1.0": crate::bindings::output,
        },
        runtime_path: "::eunomia::wit_bindgen::rt",
        default_bindings_module: "::eunomia::bindings::printer_component",
        export_macro_name: "export_printer",
        pub_export_macro: true,
    });
}
