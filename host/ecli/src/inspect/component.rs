use anyhow::Context;
use runtime::{Interfaces, Role};
use serde_json::{Value, json};

use super::File;
use super::table::{Side, Table, clean};
use crate::failure::Failure;

/// A component, by what it asks for and what it gives.
pub(super) struct Component {
    file: File,
    imports: Vec<String>,
    exports: Vec<String>,
    role: Role,
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
        text
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
        })
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
