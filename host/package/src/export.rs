//! Which type the records of a map have: `export_types` and `export_config`.

use crate::btf::{Btf, Kind};
use crate::error::{At, Error};
use crate::layout::Layouts;
use crate::meta::{CustomMember, ExportType, Exports};
use crate::types::{Member, TypeIndex};

const AGGREGATES: [Kind; 2] = [Kind::Struct, Kind::Union];

/// The layouts of `export_types`, checked against the BTF that they are of.
pub(crate) fn export_types(
    layouts: &mut Layouts<'_, '_>,
    btf: &Btf<'_>,
    exports: &Exports<'_>,
) -> Result<Vec<TypeIndex>, Error> {
    let types = exports.types.iter().enumerate();
    types
        .map(|(index, export)| {
            let found = export_type(layouts, btf, export, exports.id_field()).at(|| exports.path(index));
            // Hints are about objects.
            found.map_err(|error| {
                if exports.btf.is_some() {
                    error.without_hint()
                } else {
                    error
                }
            })
        })
        .collect()
}

fn export_type(
    layouts: &mut Layouts<'_, '_>,
    btf: &Btf<'_>,
    export: &ExportType<'_>,
    id_field: &str,
) -> Result<TypeIndex, Error> {
    let id = match (export.type_id, export.name) {
        (Some(id), _) => id,
        (None, Some(name)) => find_struct(btf, name)?,
        (None, None) => return Err(Error::field("neither name nor type_id is given")),
    };
    check_identity(btf, export, id, id_field)?;
    layouts.add(id)
}

/// The BTF ID of the struct, union or typedef of one that has this name.
pub(crate) fn find_struct(btf: &Btf<'_>, name: &str) -> Result<u32, Error> {
    if let Some(id) = btf.find(&AGGREGATES, name) {
        return Ok(id);
    }
    if let Some(id) = btf.find(&[Kind::Typedef], name)
        && AGGREGATES.contains(&btf.get(btf.peel(id)?)?.kind)
    {
        return Ok(id);
    }
    Err(Error::field(format!("{} has no struct {name:?}", btf.whose()))
        .with_hint("clang keeps only the types that the program uses: declare a global pointer to the struct"))
}

/// Refuses a package whose `type_id` points at something else than it says: it would print nonsense.
fn check_identity(btf: &Btf<'_>, export: &ExportType<'_>, id: u32, id_field: &str) -> Result<(), Error> {
    let ty = btf.peel(id).and_then(|id| btf.get(id)).at(|| id_field)?;
    let keyword = match ty.kind {
        Kind::Union => "union",
        _ => "struct",
    };
    let size = ty.size_or_type;
    let agrees = AGGREGATES.contains(&ty.kind)
        && export.size.is_none_or(|expected| expected == size)
        && match export.name {
            Some(name) => is_called(btf, id, name)?,
            None => true,
        };
    if agrees {
        return Ok(());
    }
    let found = if AGGREGATES.contains(&ty.kind) {
        format!("{keyword} {:?} of {size} bytes", ty.name)
    } else {
        format!("no struct but {:?} ({:?})", ty.name, ty.kind)
    };
    let name = export.name.unwrap_or("(unnamed)");
    let bytes = export.size.map_or(String::new(), |size| format!(" of {size} bytes"));
    let error = Error::field(format!(
        "the package says struct {name:?}{bytes}, {} type {id} is {found}",
        btf.whose()
    ));
    Err(error.with_hint("the metadata belongs to another build of the object: make the package again"))
}

/// Whether the type itself or a typedef on the way to it has this name.
fn is_called(btf: &Btf<'_>, mut id: u32, name: &str) -> Result<bool, Error> {
    let end = btf.peel(id)?;
    loop {
        let ty = btf.get(id)?;
        if ty.name == name {
            return Ok(true);
        }
        if id == end {
            return Ok(false);
        }
        id = ty.size_or_type;
    }
}

/// A struct of the members that `custom_members` picks. `room` is how many bytes a record can have.
pub(crate) fn custom_struct(
    layouts: &mut Layouts<'_, '_>,
    name: &str,
    picked: &[CustomMember<'_>],
    room: u64,
) -> Result<TypeIndex, Error> {
    let mut members = Vec::with_capacity(picked.len());
    // Start, end, place in the file.
    let mut ranges: Vec<(u64, u64, usize)> = Vec::with_capacity(picked.len());
    for (place, member) in picked.iter().enumerate() {
        let path = || format!("custom_members[{place}]");
        let ty = layouts.add(member.type_id).at(|| "btf_type_id").at(path)?;
        let start = u64::from(member.offset);
        let end = start + u64::from(layouts.size(ty));
        if end > room {
            return Err(Error::field(format!(
                "{} lies outside the record of {room} bytes",
                label(member, end - start)
            ))
            .at(path()));
        }
        let bit_offset = member
            .offset
            .checked_mul(8)
            .ok_or_else(|| Error::field(format!("offset {start} is too large")).at(path()))?;
        ranges.push((start, end, place));
        members.push(Member {
            name: member.name.to_owned(),
            ty,
            bit_offset,
            bits: 0,
        });
    }
    check_overlap(picked, &mut ranges)?;
    let size = ranges.iter().map(|range| range.1).max().unwrap_or(0);
    let size = u32::try_from(size).map_err(|_| Error::field("the record is too large"))?;
    layouts.add_struct(name.to_owned(), size, members)
}

fn label(member: &CustomMember<'_>, size: u64) -> String {
    format!("{:?} (offset {}, {size} bytes)", member.name, member.offset)
}

fn check_overlap(picked: &[CustomMember<'_>], ranges: &mut [(u64, u64, usize)]) -> Result<(), Error> {
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        let [first, second] = pair else { continue };
        if second.0 >= first.1 {
            continue;
        }
        // The later one in the file is the one to blame.
        let (earlier, later) = if first.2 < second.2 {
            (first, second)
        } else {
            (second, first)
        };
        let text = |range: &(u64, u64, usize)| {
            picked
                .get(range.2)
                .map(|member| label(member, range.1 - range.0))
                .unwrap_or_default()
        };
        return Err(Error::field(format!("{} overlaps {}", text(later), text(earlier)))
            .at(format!("custom_members[{}]", later.2)));
    }
    Ok(())
}
