//! `meta`, in the order of its fields.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use fixture::{derived, event_id, map, refusal, with, with_meta};
use package::{Description, TypeKind};
use serde_json::{Value, json};

fn bare() -> Description {
    with_meta(&json!({"bpf_skel": {}}))
}

#[test]
fn bpf_skel_is_required() {
    assert_eq!(
        refusal("/meta/bpf_skel", Value::Null).to_string(),
        "meta.bpf_skel: this field is missing, an object is expected"
    );
}

#[test]
fn export_types_is_empty_where_it_is_not_given() {
    for map in ["rb", "perf"] {
        assert_eq!(fixture::map(&bare(), map).record, None, "{map}");
    }
}

#[test]
fn export_types_name_the_type_of_records_by_its_id_in_the_objects_own_btf() {
    let description = with("/meta/export_types", json!([{"type_id": event_id()}]));
    let record = map(&description, "rb").record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "event");
    assert_eq!(map(&description, "perf").record, Some(record));
}

#[test]
fn export_types_are_found_by_name_where_they_have_no_id() {
    let description = with("/meta/export_types", json!([{"name": "event"}]));
    assert_eq!(description, derived().describe().unwrap());
}

#[test]
fn export_types_whose_name_or_size_is_another_are_refused() {
    let id = event_id();
    assert_eq!(
        refusal("/meta/export_types/0/size", json!(40)).to_string(),
        format!(
            "meta.export_types[0]: the package says struct \"event\" of 40 bytes, the object's BTF type {id} is struct \"event\" of 32 bytes"
        )
    );
    assert_eq!(
        refusal("/meta/export_types/0/name", json!("key")).to_string(),
        format!(
            "meta.export_types[0]: the package says struct \"key\" of 32 bytes, the object's BTF type {id} is struct \"event\" of 32 bytes"
        )
    );
}

#[test]
fn export_types_need_no_members_for_the_btf_has_them() {
    let description = with("/meta/export_types/0/members", json!("anything"));
    assert_eq!(description, derived().describe().unwrap());
}

#[test]
fn eunomia_version_is_informational() {
    for version in [json!("0.3.4"), json!("99"), json!(0.3), Value::Null] {
        assert_eq!(with("/meta/eunomia_version", version), derived().describe().unwrap());
    }
}

#[test]
fn poll_timeout_ms_is_100_unless_it_is_given() {
    assert_eq!(bare().poll_timeout_ms, 100);
    assert_eq!(with("/meta/poll_timeout_ms", json!(5)).poll_timeout_ms, 5);
}

#[test]
fn perf_buffer_pages_are_64_unless_they_are_given() {
    assert_eq!(bare().perf_buffer_pages, 64);
    assert_eq!(with("/meta/perf_buffer_pages", json!(8)).perf_buffer_pages, 8);
    assert_eq!(
        refusal("/meta/perf_buffer_pages", json!(48)).to_string(),
        "meta.perf_buffer_pages: found 48, expected a power of two"
    );
}

#[test]
fn print_header_is_true_unless_it_is_given() {
    assert!(bare().print_header);
    assert!(!with("/meta/print_header", json!(false)).print_header);
}

#[test]
fn debug_verbose_is_false_unless_it_is_given() {
    assert!(!bare().debug_verbose);
    assert!(with("/meta/debug_verbose", json!(true)).debug_verbose);
}

/// A package whose maps say something else than its `export_types`.
fn with_both(multiple: Value) -> Description {
    with_meta(&json!({
        "enable_multiple_export_types": multiple,
        "export_types": [{"name": "event"}],
        "bpf_skel": {"maps": [
            {"ident": "rb", "export_config": {"custom_members": [{"name": "first", "offset": 0, "btf_type_id": event_id()}]}},
            {"ident": "perf"},
        ]},
    }))
}

#[test]
fn enable_multiple_export_types_makes_maps_say_what_they_export_and_ignores_export_types() {
    let description = with_both(json!(true));
    let record = description.types.get(map(&description, "rb").record.unwrap()).unwrap();
    assert_eq!(record.name, "rb");
    assert_eq!(map(&description, "perf").record, None, "no_export is the default");
}

#[test]
fn enable_multiple_export_types_is_false_by_default_and_then_export_types_hold_for_all() {
    for value in [json!(false), Value::Null] {
        let description = with_both(value);
        let record = map(&description, "rb").record.unwrap();
        let ty = description.types.get(record).unwrap();
        assert_eq!(ty.name, "event");
        assert!(matches!(&ty.kind, TypeKind::Struct(members) if members[0].name == "pid"));
        assert_eq!(map(&description, "perf").record, Some(record));
    }
}
