//! What an object needs of a kernel before any program runs.

use crate::btf::{Btf, Kind};
use crate::cut::{BtfNeeds, btf_needs};
use crate::elf::Elf;
use crate::error::Error;
use crate::limits;
use crate::skeleton::find_btf;

/// What an object needs of a kernel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KernelNeeds {
    /// The licence that the object claims, which opens some helpers to it; none if it claims none.
    pub license: Option<String>,
    /// What it wants of the kernel's BTF.
    pub btf: BtfNeeds,
    /// Options of the kernel's configuration that it reads, and what else `.kconfig` has (`LINUX_KERNEL_VERSION`), by name.
    pub configuration: Vec<String>,
    /// Variables of the kernel whose addresses it takes (`.ksyms`), by name.
    pub variables: Vec<String>,
}

/// Finds out what an object needs of a kernel, from its sections and its BTF.
///
/// # Errors
/// The object is damaged.
pub fn kernel_needs(object: &[u8]) -> Result<KernelNeeds, Error> {
    let elf = Elf::parse(object)?;
    let btf = find_btf(&elf)?;
    Ok(KernelNeeds {
        license: license(&elf),
        btf: btf_needs(object)?,
        configuration: externs(&btf, ".kconfig")?,
        variables: externs(&btf, ".ksyms")?,
    })
}

/// The text of the section `license`, as libbpf hands it to the kernel.
fn license(elf: &Elf<'_>) -> Option<String> {
    let (_, section) = elf.section("license")?;
    let text = section.data.split(|&byte| byte == 0).next()?;
    // As many bytes as libbpf keeps.
    let text = text.get(..text.len().min(63))?;
    (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
}

/// The names of the variables that BTF lists for a section; functions are no variables.
fn externs(btf: &Btf<'_>, section: &str) -> Result<Vec<String>, Error> {
    let Some(id) = btf.find(&[Kind::DataSection], section) else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for entry in btf.section_entries(&btf.get(id)?) {
        let variable = btf.get(entry.variable)?;
        if variable.kind == Kind::Variable {
            names.push(variable.name.to_owned());
        }
        if names.len() > limits::VARIABLES {
            return Err(Error::limit(format!(
                "the object has more than {} variables of the kernel",
                limits::VARIABLES
            )));
        }
    }
    names.sort_unstable();
    Ok(names)
}
