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

/// The same of the objects that a component carries, as far as they can be read: what cannot is told when the component loads it.
pub(crate) fn are_used_by(places: &Places, component: &[u8]) -> Result<(), Failure> {
    if *places == Places::default() {
        return Ok(());
    }
    let objects: Vec<Description> = Embedded::all_of(component)
        .into_iter()
        .flatten()
        .filter_map(|embedded| Package::parse(&embedded.bytes).ok()?.describe().ok())
        .collect();
    if objects.is_empty() {
        return Ok(());
    }
    are_used(places, &objects.iter().collect::<Vec<_>>())
}
