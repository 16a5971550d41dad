use anyhow::Context;
use console::Failure;
use package::Package;
use registry::Digest;
use runtime::{Embedded, Interfaces, Role};
use serde_json::{Value, json};

use super::facts::{Described, Facts};
use super::table::{Side, Table, clean};
use super::{File, json as package_json, text as package_text};

/// A component, by what it asks for and what it gives.
pub(super) struct Component {
    file: File,
    imports: Vec<String>,
    exports: Vec<String>,
    role: Role,
    /// What it says that it may load.
    skeletons: Vec<Embedded>,
}

impl Component {
    pub(super) fn read(file: File, bytes: &[u8]) -> Result<Self, Failure> {
        let interfaces = Interfaces::of(bytes)
            .context("the component cannot be read")
            .with_context(|| format!("{} cannot be inspected", file.name))
            .map_err(Failure::host)?;
        let role = interfaces.role();
        let Interfaces {
            mut imports,
            mut exports,
        } = interfaces;
        // Linkers have no order of their own.
        imports.sort_unstable();
        exports.sort_unstable();
        Ok(Self {
            file,
            imports,
            exports,
            role,
            skeletons: Embedded::all_of(bytes).map_err(Failure::host)?,
        })
    }

    pub(super) fn text(&self) -> String {
        let kind = match self.role {
            Role::Tool => "a tool",
            Role::Args => "an args component, for `ecli run --args`",
            Role::Printer => "a printer, for `ecli run --printer`",
            Role::Other => "no tool: it does not export wasi:cli/run",
        };
        let mut text = format!(
            "{}\n\nkind       {kind}\ncomponent  {} bytes, {}\n",
            clean(&self.file.name),
            self.file.size,
            self.file.digest
        );
        for (head, names) in [("IMPORTS", &self.imports), ("EXPORTS", &self.exports)] {
            let mut table = Table::new(&[(head, Side::Left), ("", Side::Left)]);
            for name in names {
                let note = if head == "IMPORTS" { self.filled_by(name) } else { "" };
                table.row([name.clone(), note.to_owned()], Vec::new());
            }
            let lines = table.lines();
            text += &if lines.is_empty() {
                format!("\n  {head}\n  none\n")
            } else {
                format!("\n{lines}")
            };
        }
        for skeleton in &self.skeletons {
            let said = self.look(skeleton, package_text::package);
            let said = said.unwrap_or_else(|failure| format!("{}: {:#}\n", skeleton.name, failure.error));
            text += &format!("\nSKELETON {}\n\n", clean(&skeleton.name));
            for line in said.lines() {
                let indent = if line.is_empty() { "" } else { "  " };
                text += &format!("{indent}{line}\n");
            }
        }
        text
    }

    /// Says what is in a package that the component carries.
    fn look<T>(&self, skeleton: &Embedded, say: impl FnOnce(&Facts<'_>) -> T) -> Result<T, Failure> {
        let package = Package::parse(&skeleton.bytes)
            .and_then(Described::new)
            .map_err(|error| Failure::from(error).context("it is not a package that can be run"))?;
        let file = File {
            name: format!("{}: {}", self.file.name, skeleton.name),
            size: skeleton.bytes.len(),
            digest: Digest::of(&skeleton.bytes),
        };
        Ok(say(&Facts::gather(file, &package)?))
    }

    pub(super) fn json(&self) -> Value {
        let role = match self.role {
            Role::Tool => "tool",
            Role::Args => "args",
            Role::Printer => "printer",
            Role::Other => "other",
        };
        json!({
            "kind": "component",
            "role": role,
            "size": self.file.size,
            "digest": self.file.digest.to_string(),
            "imports": self.imports,
            "exports": self.exports,
            "skeletons": self.skeletons.iter().map(|it| self.skeleton(it)).collect::<Vec<_>>(),
        })
    }

    fn skeleton(&self, of: &Embedded) -> Value {
        match self.look(of, package_json::package) {
            Ok(package) => json!({ "name": of.name, "package": package }),
            Err(failure) => json!({ "name": of.name, "error": format!("{:#}", failure.error) }),
        }
    }

    /// Who gives it what it imports, where that is not the host.
    fn filled_by(&self, import: &str) -> &'static str {
        let interface = import.split('@').next().unwrap_or(import);
        match (self.role, interface) {
            (Role::Tool, "eunomia:bpf/args" | "eunomia:bpf/printer") => {
                "filled by the default component, or the one that is named"
            }
            (Role::Args | Role::Printer, _) if interface.starts_with("wasi:") => "closed: whoever calls it is stopped",
            _ => "",
        }
    }
}
