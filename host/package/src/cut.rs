//! Cutting a kernel's BTF down to what the CO-RE relocations of one object look at.
//!
//! libbpf parses all of the kernel's BTF, megabytes, to find the few types that an object reads fields of; given a file of a few hundred
//! bytes in its place (`btf_custom_path`), it loads several times faster, and on a kernel that shows no BTF it loads at all. The cut
//! resolves every relocation as the whole does: to the same value, or to none.

mod accessors;
mod fields;
mod marks;
mod matcher;
mod names;
mod needs;
mod relocations;
mod write;

use std::collections::BTreeMap;

use crate::btf::Btf;
use crate::elf::Elf;
use crate::error::Error;
use crate::limits;
use crate::skeleton::find_btf;

use accessors::Sought;
use matcher::Matcher;
use names::Root;
use relocations::{Question, Relocation, relocations};

pub use needs::{BtfNeeds, btf_needs};

/// Parameters that are followed inside parameters, structs inside structs: libbpf's own bound.
const LEVELS: usize = 32;

/// A kernel's BTF, cut down for one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutBtf {
    /// BTF, as a file that libbpf is given in place of the kernel's: the same bytes for the same input.
    pub bytes: Vec<u8>,
    /// Names of types that relocations ask for and the BTF has not.
    ///
    /// libbpf looks for such types in the BTF of kernel modules, but not when it was given a file: where modules have BTF, a cut with
    /// absent types may resolve otherwise than the whole.
    pub absent: Vec<String>,
}

/// Cuts a kernel's BTF (`/sys/kernel/btf/vmlinux`, or the same of another kernel) down to what an object's relocations need.
///
/// An error means that the kernel's own BTF has to be used: the object or the BTF is damaged, a relocation is of a kind that is not known,
/// or asks for the number of a type in the kernel's BTF (`bpf_core_type_id_kernel`), which is another in the cut. An object without
/// relocations gives a BTF without types.
pub fn cut_btf(object: &[u8], kernel_btf: &[u8]) -> Result<CutBtf, Error> {
    let elf = Elf::parse(object)?;
    let object = find_btf(&elf)?;
    let relocations = relocations(&elf, &object).map_err(in_relocations)?;
    let kernel = Btf::parse_kernel(kernel_btf)?;

    let mut roots: BTreeMap<u32, Root<'_>> = BTreeMap::new();
    for relocation in &relocations {
        if relocation.question == Question::TargetTypeId {
            return Err(Error::new(
                crate::ErrorKind::Unsupported,
                "a program asks for the number of a type in the kernel's own BTF (bpf_core_type_id_kernel), a cut has others",
            ));
        }
        if relocation.question != Question::LocalTypeId && !roots.contains_key(&relocation.ty) {
            roots.insert(
                relocation.ty,
                Root::new(relocation.ty, &object).map_err(in_relocations)?,
            );
        }
    }
    let mut all: Vec<Root<'_>> = roots.into_values().collect();
    let long = names::find_candidates(&mut all, &kernel)?;

    let mut matcher = Matcher::new(&object, &kernel);
    if let Some(long) = long {
        matcher.resolved(long)?;
    }
    for relocation in &relocations {
        if let Ok(at) = all.binary_search_by_key(&relocation.ty, |root| root.id)
            && let Some(root) = all.get(at)
        {
            resolve(&mut matcher, relocation, root).map_err(in_relocations)?;
        }
    }
    Ok(CutBtf {
        bytes: write::write(&kernel, &matcher.marks)?,
        absent: all
            .iter()
            .filter(|root| root.candidates.is_empty())
            .map(|root| String::from_utf8_lossy(root.name).into_owned())
            .collect(),
    })
}

/// Refuses an object that libbpf would not survive, or never finish: typedefs that go in circles, bit fields in types without a size.
///
pub(crate) fn check(elf: &Elf<'_>, btf: &Btf<'_>) -> Result<(), Error> {
    btf.check_chains()?;
    relocations(elf, btf)
        .and_then(|relocations| accessors::check_bit_fields(&relocations, btf))
        .map_err(in_relocations)
}

/// Looks at all candidates for a relocation, as libbpf does.
fn resolve(matcher: &mut Matcher<'_, '_, '_>, relocation: &Relocation<'_>, root: &Root<'_>) -> Result<(), Error> {
    let sought = Sought::of(relocation, matcher.object)?;
    for &candidate in &root.candidates {
        let found = match &sought {
            Sought::Field(accessors) => {
                matcher.field(accessors, candidate, relocation.question != Question::FieldExists)?
            }
            Sought::Enumerator(name) => matcher.enumerator(name, candidate)?,
            Sought::Type => matcher.compatible(root.id, candidate, LEVELS)?,
            Sought::Match => matcher.matches(root.id, candidate, false, LEVELS)?,
        };
        if found {
            if relocation.question == Question::TypeSize {
                fields::check_size(candidate, matcher.kernel)?;
            }
            matcher.resolved(candidate)?;
        }
    }
    Ok(())
}

fn in_relocations(error: Error) -> Error {
    error.context("the object's CO-RE relocations")
}

fn too_deep() -> Error {
    Error::limit("types are nested too deeply to be compared")
}

fn too_much() -> Error {
    Error::limit(format!("they take more than {} comparisons", limits::CORE_STEPS))
}
