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

/// What the host offers.
mod host {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "eunomia:bpf/host@0.1.0",
        with: {
            "eunomia:bpf/types@0.1.0": eunomia_component::types,
            "eunomia:bpf/output@0.1.0": eunomia_component::output,
            "eunomia:bpf/symbols@0.1.0": eunomia_component::symbols,
        },
        generate_all,
        generate_unused_types: true,
    });
}

pub use eunomia_component::bindings::{output, symbols, types};
pub use host::eunomia::bpf::{events, map, object, program, session};
pub use host::wasi::io::poll;

/// What other components offer.
mod args_import {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package eunomia:sdk-args;
            world args { import eunomia:bpf/args@0.1.0; }
        ",
        with: { "eunomia:bpf/types@0.1.0": eunomia_component::types },
        generate_all,
        generate_unused_types: true,
    });
}

mod printer_import {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package eunomia:sdk-printer;
            world printer { import eunomia:bpf/printer@0.1.0; }
        ",
        with: { "eunomia:bpf/types@0.1.0": eunomia_component::types },
        generate_all,
        generate_unused_types: true,
    });
}

pub use args_import::eunomia::bpf::args;
pub use printer_import::eunomia::bpf::printer;
