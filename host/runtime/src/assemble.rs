//! Which components make up a run: a tool, and what parses and prints for it.

use anyhow::{Context, Result, bail};

use crate::compose::compose;
use crate::defaults::{self, Packed};
use crate::interfaces::Interfaces;

/// What an args component exports.
pub(crate) const ARGS: &str = "eunomia:bpf/args@0.1.0";

/// What a printer exports.
pub(crate) const PRINTER: &str = "eunomia:bpf/printer@0.1.0";

/// A component that the user named in place of a default one.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// What errors call it, such as its path.
    pub name: String,
    /// The component.
    pub bytes: Vec<u8>,
}

/// What is wrong with a component in place of a default one: another file than the tool that it is for.
#[derive(Debug)]
pub struct UnfitReplacement(String);

impl std::fmt::Display for UnfitReplacement {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for UnfitReplacement {}

/// Which defaults to replace.
#[derive(Debug, Clone, Default)]
pub struct Replacements {
    /// A component that exports `args`.
    pub args: Option<Replacement>,
    /// A component that exports `printer`.
    pub printer: Option<Replacement>,
}

impl Replacements {
    /// Whether all defaults stay.
    pub fn is_empty(&self) -> bool {
        self.args.is_none() && self.printer.is_none()
    }
}

/// The tool with its imports of `args` and `printer` filled.
pub(crate) fn assemble(tool: &[u8], replacements: &Replacements) -> Result<Vec<u8>> {
    let args = part(&defaults::ARGS, replacements.args.as_ref(), ARGS, &[])?;
    let printer = part(
        &defaults::PRINTER,
        replacements.printer.as_ref(),
        PRINTER,
        &["eunomia:bpf/output", "eunomia:bpf/symbols"],
    )?;
    // Read alone first: a damaged file is not a matter of what it would be joined with.
    Interfaces::of(tool).context("the component cannot be read")?;
    compose(tool, &[("args", &args), ("printer", &printer)])
        .context("the tool cannot be joined with its args and printer components")
}

/// The default, or its replacement: checked for what it exports, and closed against everything but `allowed`.
fn part(default: &Packed, replacement: Option<&Replacement>, export: &str, allowed: &[&str]) -> Result<Vec<u8>> {
    let Some(Replacement { name, bytes }) = replacement else {
        return default.unpack();
    };
    let Interfaces { exports, .. } =
        Interfaces::of(bytes).with_context(|| UnfitReplacement(format!("{name} is not a WebAssembly component")))?;
    if !exports.iter().any(|found| found == export) {
        bail!(UnfitReplacement(format!(
            "{name} does not export {export}; it exports {}",
            list(&exports)
        )));
    }
    // Whatever else it exported would stand between the tool and the host.
    if exports.len() > 1 {
        bail!(UnfitReplacement(format!(
            "{name} exports more than {export}, which is all it may: {}",
            list(&exports)
        )));
    }
    let closed = compose(bytes, &[("closed", &defaults::CLOSED.unpack()?)])
        .with_context(|| UnfitReplacement(format!("{name} cannot be closed against WASI")))?;
    let asked: Vec<String> = Interfaces::of(&closed)?
        .imports
        .into_iter()
        .filter(|import| {
            let interface = import.split('@').next().unwrap_or(import);
            interface != "eunomia:bpf/types" && !allowed.contains(&interface)
        })
        .collect();
    if !asked.is_empty() {
        let allowed = if allowed.is_empty() {
            "nothing".to_string()
        } else {
            allowed.join(", ")
        };
        bail!(UnfitReplacement(format!(
            "{name} asks for {}; a component that exports {export} may ask for {allowed} only",
            list(&asked)
        )));
    }
    Ok(closed)
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".into()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::OF_THE_DEFAULT_TOOL;

    fn imports(bytes: &[u8]) -> Vec<String> {
        let mut imports = Interfaces::of(bytes).unwrap().imports;
        imports.sort();
        imports
    }

    #[test]
    fn the_default_args_component_asks_for_nothing() {
        assert_eq!(imports(&defaults::ARGS.unpack().unwrap()), ["eunomia:bpf/types@0.1.0"]);
    }

    #[test]
    fn the_default_printer_asks_for_the_output_and_for_names_alone() {
        assert_eq!(
            imports(&defaults::PRINTER.unpack().unwrap()),
            [
                "eunomia:bpf/output@0.1.0",
                "eunomia:bpf/symbols@0.1.0",
                "eunomia:bpf/types@0.1.0"
            ]
        );
    }

    #[test]
    fn the_assembled_tool_asks_for_nothing_of_wasi_but_its_arguments_and_standard_error() {
        let tool = assemble(&defaults::TOOL.unpack().unwrap(), &Replacements::default()).unwrap();
        for import in imports(&tool) {
            let mut allowed = OF_THE_DEFAULT_TOOL.into_iter().chain(["eunomia:bpf/"]);
            assert!(allowed.any(|interface| import.starts_with(interface)), "{import}");
            assert!(
                !import.starts_with(ARGS) && !import.starts_with(PRINTER),
                "{import} is not filled"
            );
        }
    }

    #[test]
    fn a_tool_is_no_printer() {
        let replacements = Replacements {
            printer: Some(Replacement {
                name: "mine.wasm".into(),
                bytes: defaults::TOOL.unpack().unwrap(),
            }),
            ..Replacements::default()
        };
        let refusal = format!(
            "{:#}",
            assemble(&defaults::TOOL.unpack().unwrap(), &replacements).unwrap_err()
        );
        assert!(
            refusal.starts_with("mine.wasm does not export eunomia:bpf/printer@0.1.0; it exports wasi:cli/run@"),
            "{refusal}"
        );
    }

    #[test]
    fn what_is_no_component_is_named() {
        let replacements = Replacements {
            args: Some(Replacement {
                name: "mine.txt".into(),
                bytes: b"hello".to_vec(),
            }),
            ..Replacements::default()
        };
        let refusal = format!(
            "{:#}",
            assemble(&defaults::TOOL.unpack().unwrap(), &replacements).unwrap_err()
        );
        assert!(
            refusal.starts_with("mine.txt is not a WebAssembly component"),
            "{refusal}"
        );
    }
}
