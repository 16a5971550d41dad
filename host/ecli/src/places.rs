//! Whether a tool has programs for the places that the user chose.

use console::Failure;
use package::{Description, Package, Places};
use runtime::Embedded;

/// Refuses places that no program of these objects goes to.
pub(crate) fn are_used(places: &Places, objects: &[&Description]) -> Result<(), Failure> {
    places
        .unused(objects)
        .map_or(Ok(()), |unused| Err(Failure::usage(unused)))
}

/// The same of the objects that a component carries. Of one that cannot be read nobody knows; the component is told why when it loads it.
pub(crate) fn are_used_by(places: &Places, component: &[u8]) -> Result<(), Failure> {
    if *places == Places::default() {
        return Ok(());
    }
    let embedded = Embedded::all_of(component).into_iter().flatten();
    let objects: Option<Vec<Description>> = embedded
        .map(|embedded| Package::parse(&embedded.bytes).ok()?.describe().ok())
        .collect();
    match objects {
        Some(objects) if !objects.is_empty() => are_used(places, &objects.iter().collect::<Vec<_>>()),
        _ => Ok(()),
    }
}
