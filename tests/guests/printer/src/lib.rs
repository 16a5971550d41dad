//! Prints each record as its length in bytes and the name of its source. Panics on a source called `panic`, and computes for ever
//! on the filter `ever`.

use std::fmt::Write;

use eunomia_component::output;
use eunomia_component::printer::{Error, Guest, GuestPrinter, Printer};
use eunomia_component::types::{Batch, OutputOptions, SourceFormat, TypeDefinition};

struct Component;

struct Lengths(Vec<String>);

impl Guest for Component {
    type Printer = Lengths;
}

impl GuestPrinter for Lengths {
    fn open(_: Vec<TypeDefinition>, sources: Vec<SourceFormat>, options: OutputOptions) -> Result<Printer, Error> {
        let names: Vec<String> = sources.into_iter().map(|source| source.name).collect();
        assert!(!names.iter().any(|name| name == "panic"), "told to");
        while options.filter.as_deref() == Some("ever") {
            std::hint::spin_loop();
        }
        Ok(Printer::new(Lengths(names)))
    }

    fn print(&self, batch: Batch) -> Result<Vec<String>, Error> {
        let mut text = String::new();
        for record in batch.iter() {
            let name = &self.0[usize::from(record.source)];
            writeln!(text, "{} bytes from {name}", record.data.len()).expect("memory never fails");
        }
        output::write(text.as_bytes()).map_err(|_| Error::Closed)?;
        Ok(Vec::new())
    }

    fn finish(&self) -> Result<Vec<String>, Error> {
        Ok(vec!["that was all".into()])
    }
}

eunomia_component::export_printer!(Component);
