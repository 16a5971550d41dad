//! The component: the contract's `printer`, on the formatter of this crate.

use crate::layout::{
    EntryType, Enumerator, Format, HistogramType, Kind, Member, Options, Source, SourceKind, StackType, Type,
};
use crate::printer::{Error, Printer};
use crate::symbols::{Nameless, Space, Symbol, Symbols};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use eunomia_component::printer as exported;
use eunomia_component::{output, symbols, types};

eunomia_component::export_printer!(Component);
eunomia_component::no_std_runtime!();

struct Component;

impl exported::Guest for Component {
    type Printer = Resource;
}

/// A printer behind a handle. Calls come one at a time, so it is never borrowed twice.
struct Resource {
    printer: RefCell<Printer>,
    /// Whether what it makes comes at the end.
    draws: bool,
}

impl exported::GuestPrinter for Resource {
    fn open(
        layout: types::Layout,
        sources: Vec<types::SourceFormat>,
        options: types::OutputOptions,
    ) -> Result<exported::Printer, exported::Error> {
        let layout: Vec<Type> = layout.into_iter().map(Type::from).collect();
        let sources: Vec<Source> = sources.into_iter().map(Source::from).collect();
        let options = Options::from(options);
        let draws = matches!(options.format, Format::Folded | Format::Svg);
        let host = Host { lines: !draws };
        let printer = Printer::new(&layout, &sources, &options)?.with_symbols(Box::new(host));
        Ok(exported::Printer::new(Self {
            printer: RefCell::new(printer),
            draws,
        }))
    }

    fn print(&self, batch: types::Batch) -> Result<Vec<String>, exported::Error> {
        let mut printer = self.printer.borrow_mut();
        printer.print(&batch.data, batch.time, &mut write)?;
        // As if the reader had seen enough. What is drawn at the end has no rows before.
        if printer.is_full() && !self.draws {
            return Err(exported::Error::Closed);
        }
        Ok(printer.notes())
    }

    fn finish(&self) -> Result<Vec<String>, exported::Error> {
        Ok(self.printer.borrow_mut().finish(&mut write)?)
    }
}

/// The host, which knows the names of addresses.
struct Host {
    /// Whether files and lines are shown.
    lines: bool,
}

impl Symbols for Host {
    fn resolve(&mut self, space: Space, addresses: &[u64]) -> Result<Vec<Option<Symbol>>, Nameless> {
        let space = match space {
            Space::Kernel => symbols::Space::Kernel,
            Space::Process(id) => symbols::Space::Process(id),
        };
        let symbol = |symbol: symbols::Symbol| Symbol {
            name: symbol.name,
            offset: symbol.offset,
            file: symbol.file,
            line: symbol.line,
        };
        match symbols::resolve(space, addresses, self.lines) {
            Ok(found) => Ok(found.into_iter().map(|found| found.map(symbol)).collect()),
            Err(symbols::Error::Denied(why)) => Err(Nameless::Denied(why)),
            Err(symbols::Error::Other(why)) => Err(Nameless::Other(why)),
        }
    }
}

fn write(lines: &[u8]) -> Result<(), Error> {
    output::write(lines).map_err(|error| match error {
        output::Error::Closed => Error::Closed,
        output::Error::Other(why) => Error::Other(why),
    })
}

impl From<Error> for exported::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Closed => Self::Closed,
            Error::Unsupported(what) => Self::Unsupported(what),
            Error::Usage(why) => Self::Usage(why),
            Error::Other(why) => Self::Other(why),
        }
    }
}

impl From<types::TypeDefinition> for Type {
    fn from(definition: types::TypeDefinition) -> Self {
        let types::TypeDefinition { name, size, kind } = definition;
        let kind = match kind {
            types::TypeKind::Int(signedness) => Kind::Int {
                signed: signedness == types::Signedness::Signed,
            },
            types::TypeKind::Char => Kind::Char,
            types::TypeKind::Bool => Kind::Bool,
            types::TypeKind::Float => Kind::Float,
            types::TypeKind::Enum(types::Enumeration { signedness, values }) => Kind::Enum {
                signed: signedness == types::Signedness::Signed,
                values: values
                    .into_iter()
                    .map(|types::Enumerator { name, value }| Enumerator { name, value })
                    .collect(),
            },
            types::TypeKind::Ptr => Kind::Ptr,
            types::TypeKind::Array(types::ArrayType { element, count }) => Kind::Array { element, count },
            types::TypeKind::Struct(of) => Kind::Struct(members(of)),
            types::TypeKind::Union(of) => Kind::Union(members(of)),
            types::TypeKind::Opaque => Kind::Opaque,
        };
        Self { name, size, kind }
    }
}

fn members(of: Vec<types::Member>) -> Vec<Member> {
    let member = |types::Member {
                      name,
                      type_,
                      bit_offset,
                      bit_width,
                  }| Member {
        name,
        ty: type_,
        bit_offset,
        bit_width,
    };
    of.into_iter().map(member).collect()
}

impl From<types::SourceFormat> for Source {
    fn from(source: types::SourceFormat) -> Self {
        let kind = match source.kind {
            types::SourceKind::Events(ty) => SourceKind::Events(ty),
            types::SourceKind::Entries(of) => SourceKind::Entries(of.into()),
            types::SourceKind::Log2Histograms(of) => SourceKind::Log2Histograms(of.into()),
            types::SourceKind::LinearHistograms(of) => SourceKind::LinearHistograms(of.into()),
            types::SourceKind::StackTraces(of) => SourceKind::StackTraces(of.into()),
            types::SourceKind::Bytes => SourceKind::Bytes,
        };
        Self {
            name: source.name,
            kind,
        }
    }
}

impl From<types::EntryType> for EntryType {
    fn from(of: types::EntryType) -> Self {
        Self {
            key: of.key,
            value: of.value,
            value_stride: of.value_stride,
        }
    }
}

impl From<types::HistogramType> for HistogramType {
    fn from(of: types::HistogramType) -> Self {
        let types::HistogramType {
            entry,
            unit,
            base,
            step,
        } = of;
        let entry = entry.into();
        Self {
            entry,
            unit,
            base,
            step,
        }
    }
}

impl From<types::StackType> for StackType {
    fn from(of: types::StackType) -> Self {
        Self {
            ty: of.type_,
            pid: of.pid,
            cpu: of.cpu,
            comm: of.comm,
            kernel_size: of.kernel_size,
            kernel: of.kernel,
            user_size: of.user_size,
            user: of.user,
            symbols: of.symbols,
        }
    }
}

impl From<types::OutputOptions> for Options {
    fn from(options: types::OutputOptions) -> Self {
        let format = match options.format {
            types::OutputFormat::Table => Format::Table,
            types::OutputFormat::Json => Format::Json,
            types::OutputFormat::JsonPretty => Format::JsonPretty,
            types::OutputFormat::Csv => Format::Csv,
            types::OutputFormat::Raw => Format::Raw,
            types::OutputFormat::Yaml => Format::Yaml,
            types::OutputFormat::Folded => Format::Folded,
            types::OutputFormat::Svg => Format::Svg,
        };
        Self {
            format,
            header: options.header,
            utc_offset: options.utc_offset,
            width: options.width,
            color: options.color,
            fields: options.fields,
            filter: options.filter,
            sort: options.sort,
            top: options.top,
            max_rows: options.max_rows,
            interval: options.interval,
            per_cpu: options.per_cpu,
        }
    }
}
