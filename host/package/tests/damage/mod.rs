//! Objects that are damaged in one place each.

mod btf;
mod elf;

use crate::handmade;

/// The damaged objects, by the name of what is said of them.
pub(crate) fn objects() -> Vec<(&'static str, Vec<u8>)> {
    let sound = handmade::object(&handmade::sound_btf().bytes());
    let meta = br#"{"export_types": [{"name": "event"}], "bpf_skel": {"data_sections": [{"name": ".data", "variables": [{"name": "count"}]}]}}"#;
    let description = package::Package::parse_loose(meta, sound).and_then(|package| package.describe());
    let description = description.expect("without the damage it is sound");
    assert_eq!((description.variables.len(), description.programs.len()), (1, 1));
    let mut objects = elf::damaged();
    objects.extend(btf::damaged());
    objects
}
