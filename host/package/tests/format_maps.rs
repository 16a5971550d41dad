//! `bpf_skel.maps`, in the order of its fields.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use fixture::{derived, event_id, map, refusal, tree, with, with_meta};
use package::{Description, Sample, SampleKind, TypeKind};
use serde_json::{Value, json};

/// A package that lists these maps and nothing else, each of which says for itself what it exports.
fn with_maps(maps: Value) -> Description {
    with_meta(&json!({"enable_multiple_export_types": true, "bpf_skel": {"maps": maps}}))
}

fn refused(maps: Value) -> String {
    let meta = json!({"enable_multiple_export_types": true, "bpf_skel": {"maps": maps}});
    refusal("/meta", meta).to_string()
}

#[test]
fn a_map_is_found_by_its_ident() {
    let description = with_maps(json!([{"ident": "hists", "name": "something else"}, {"ident": "rodata"}]));
    let first: Vec<_> = description.maps.iter().map(|map| map.name.as_str()).take(2).collect();
    assert_eq!(first, ["hists", "rodata"]);
}

#[test]
fn a_map_without_ident_is_found_by_the_name_that_the_kernel_shows_which_may_be_truncated() {
    for (name, found) in [
        ("hists", "hists"),
        ("opensnoo.rodata", "rodata"),
        ("bootstra.bss", "bss"),
        (".rodata.str1.1", "rodata_str1_1"),
    ] {
        assert_eq!(with_maps(json!([{"name": name}])).maps[0].name, found, "{name}");
    }
    let long = "a_name_of_more_than_fifteen";
    let source = format!(
        "struct {{ __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u64); }} {long} SEC(\".maps\"); u64 x;"
    );
    let package = package::Package::from_object(clang::compile(&source), "tool", &[]).unwrap();
    let mut meta = package.meta().clone();
    meta["bpf_skel"]["maps"] = json!([{"name": "x.bss"}, {"name": &long[..15]}]);
    let description = package.with_meta(meta).unwrap().describe().unwrap();
    assert_eq!(description.maps[1].name, long);
}

#[test]
fn data_sections_are_keyed_on_their_c_identifier_and_mmaped() {
    let tree = tree();
    let listed: Vec<_> = tree["meta"]["bpf_skel"]["maps"].as_array().unwrap()[4..]
        .iter()
        .map(|map| (map["ident"].as_str().unwrap(), map["mmaped"].as_bool()))
        .collect();
    assert_eq!(
        listed,
        [
            ("rodata", Some(true)),
            ("data", Some(true)),
            ("rodata_str1_1", None),
            ("bss", Some(true))
        ]
    );
}

fn sample(fields: Value) -> Sample {
    let description = with_maps(json!([{"ident": "hists", "sample": fields}]));
    description.maps[0].sample.clone().unwrap()
}

#[test]
fn sample_interval_is_in_milliseconds() {
    assert_eq!(sample(json!({"interval": 250})).interval_ms, 250);
}

#[test]
fn sample_type_is_log2_hist_linear_hist_or_default_kv_which_is_the_default() {
    assert_eq!(sample(json!({"type": "log2_hist"})).kind, SampleKind::Log2Histogram);
    assert_eq!(
        sample(json!({"type": "linear_hist", "base": -5, "step": 10})).kind,
        SampleKind::LinearHistogram { base: -5, step: 10 }
    );
    assert_eq!(
        sample(json!({"type": "linear_hist"})).kind,
        SampleKind::LinearHistogram { base: 0, step: 1 }
    );
    assert_eq!(sample(json!({"type": "default_kv"})).kind, SampleKind::KeyValue);
    assert_eq!(sample(json!({})).kind, SampleKind::KeyValue);
    assert_eq!(
        refused(json!([{"ident": "hists", "sample": {"type": "pie"}}])),
        "meta.bpf_skel.maps[0].sample.type: found \"pie\", expected log2_hist, linear_hist or default_kv"
    );
}

#[test]
fn sample_unit_is_unit_in_brackets_by_default() {
    assert_eq!(sample(json!({"unit": "usecs"})).unit, "usecs");
    assert_eq!(sample(json!({})).unit, "(unit)");
}

#[test]
fn sample_clear_map_is_false_by_default() {
    assert!(sample(json!({"clear_map": true})).clear);
    assert!(!sample(json!({})).clear);
}

#[test]
fn export_config_is_no_export_by_default() {
    for config in [json!("no_export"), Value::Null] {
        let description = with_maps(json!([{"ident": "rb", "export_config": config}]));
        assert_eq!(map(&description, "rb").record, None);
    }
}

#[test]
fn export_config_default_takes_the_type_of_a_sampled_map_from_its_btf() {
    let description = with_maps(json!([{"ident": "hists", "sample": {}, "export_config": "default"}]));
    let record = map(&description, "hists").record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "hist");
}

#[test]
fn export_config_default_of_a_buffer_needs_a_type_in_its_definition() {
    let error = refused(json!([{"ident": "rb", "export_config": "default"}]));
    let expected = "meta.bpf_skel.maps[0].export_config: \"default\" is the type of the values in the map's definition, which names none";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn export_config_may_name_a_btf_type() {
    let description = with_maps(json!([{"ident": "rb", "export_config": {"btf_type_id": event_id()}}]));
    let record = map(&description, "rb").record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "event");
    let error = refused(json!([{"ident": "rb", "export_config": {"btf_type_id": 4_000_000}}]));
    let expected = "meta.bpf_skel.maps[0].export_config.btf_type_id: BTF type 4000000 does not exist: the object's BTF has types 1 to ";
    assert!(error.starts_with(expected), "{error}");
}

fn members(members: Value) -> Value {
    json!([{"ident": "rb", "export_config": {"custom_members": members}}])
}

#[test]
fn custom_members_are_any_subset_in_any_order() {
    let id = event_id();
    let description = with_maps(members(json!([
        {"name": "second", "offset": 64, "btf_type_id": id},
        {"name": "first", "offset": 0, "btf_type_id": id},
    ])));
    let record = description.types.get(map(&description, "rb").record.unwrap()).unwrap();
    let TypeKind::Struct(members) = &record.kind else {
        panic!("{record:?}")
    };
    let members: Vec<_> = members.iter().map(|m| (m.name.as_str(), m.bit_offset)).collect();
    assert_eq!((members, record.size), (vec![("second", 512), ("first", 0)], 96));
}

#[test]
fn custom_members_that_overlap_are_an_error() {
    let id = event_id();
    let pair = |offset: u32| {
        members(
            json!([{"name": "pid", "offset": 0, "btf_type_id": id}, {"name": "ppid", "offset": offset, "btf_type_id": id}]),
        )
    };
    assert_eq!(
        refused(pair(2)),
        "meta.bpf_skel.maps[0].export_config.custom_members[1]: \"ppid\" (offset 2, 32 bytes) overlaps \"pid\" (offset 0, 32 bytes)"
    );
    with_maps(pair(32));
}

#[test]
fn custom_members_out_of_range_are_an_error() {
    let one = |offset: u32| members(json!([{"name": "last", "offset": offset, "btf_type_id": event_id()}]));
    assert_eq!(
        refused(one(262_113)),
        "meta.bpf_skel.maps[0].export_config.custom_members[0]: \"last\" (offset 262113, 32 bytes) lies outside the record of 262144 bytes"
    );
    with_maps(one(262_112));
}

#[test]
fn export_config_of_another_form_is_an_error() {
    let expected = "expected \"no_export\", \"default\", {\"btf_type_id\": N} or {\"custom_members\": […]}";
    for (config, found) in [
        (json!("all"), "found \"all\""),
        (json!(7), "found 7"),
        (json!({}), "found an object"),
        (json!({"btf_type_id": 1, "custom_members": []}), "found an object"),
    ] {
        let error = refused(json!([{"ident": "rb", "export_config": config}]));
        assert_eq!(
            error,
            format!("meta.bpf_skel.maps[0].export_config: {found}, {expected}")
        );
    }
}

#[test]
fn intepreter_may_be_default_struct() {
    let description = with_maps(json!([{"ident": "rb", "intepreter": "default_struct"}]));
    assert_eq!(map(&description, "rb").stack_trace, None);
}

#[test]
fn intepreter_stack_trace_names_the_members_and_shows_symbols_by_default() {
    let trace = |fields: Value| {
        let description = with_maps(json!([{"ident": "rb", "intepreter": {"stack_trace": fields}}]));
        map(&description, "rb").stack_trace.clone().unwrap()
    };
    let given = trace(json!({"with_symbols": false, "field_map": {
        "pid": "a", "cpu_id": "b", "comm": "c", "kstack_sz": "d", "ustack_sz": "e", "kstack": "f", "ustack": "g"
    }}));
    let names = [
        &given.pid,
        &given.cpu_id,
        &given.comm,
        &given.kstack_sz,
        &given.ustack_sz,
        &given.kstack,
        &given.ustack,
    ];
    assert_eq!(
        (names.map(String::as_str), given.with_symbols),
        (["a", "b", "c", "d", "e", "f", "g"], false)
    );
    let default = trace(json!({}));
    assert_eq!((default.kstack_sz.as_str(), default.with_symbols), ("kstack_sz", true));
}

#[test]
fn intepreter_stack_trace_names_members_that_the_record_has() {
    assert_eq!(
        refusal(
            "/meta/bpf_skel/maps/1/intepreter",
            json!({"stack_trace": {"field_map": {"cpu_id": "cpu"}}})
        )
        .to_string(),
        "meta.bpf_skel.maps[1].intepreter.stack_trace.field_map.cpu_id: struct \"event\" has no member \"cpu\", only pid, comm, when"
    );
}

#[test]
fn lost_names_a_variable_of_bss_or_a_per_cpu_array() {
    for name in ["lost", "drops"] {
        let description = with("/meta/bpf_skel/maps/1/lost", json!(name));
        assert_eq!(map(&description, "rb").lost.as_deref(), Some(name));
    }
    assert_eq!(
        refusal("/meta/bpf_skel/maps/1/lost", json!("counted")).to_string(),
        "meta.bpf_skel.maps[1].lost: \"counted\" is neither a u64 variable of .bss nor a per-CPU array of one u64, only lost, drops could be"
    );
    assert_eq!(
        refusal("/meta/bpf_skel/maps/2/lost", json!("lost")).to_string(),
        "meta.bpf_skel.maps[2].lost: only a ring or perf buffer loses records"
    );
}

#[test]
fn data_is_keys_and_values_converted_by_the_maps_btf() {
    let description = with_maps(json!([{"ident": "hists", "data": [{"key": {"id": 3}, "value": {"slots": [1, 2]}}]}]));
    assert_eq!(
        map(&description, "hists").data,
        [(json!({"id": 3}), json!({"slots": [1, 2]}))]
    );
    assert_eq!(
        refused(json!([{"ident": "hists", "data": [{"key": {"id": -1}, "value": {}}]}])),
        "meta.bpf_skel.maps[0].data[0].key.id: -1 is out of range: unsigned int of 32 bits takes 0 to 4294967295"
    );
    assert_eq!(
        refused(json!([{"ident": "perf", "data": [{"key": 1, "value": 1}]}])),
        "meta.bpf_skel.maps[0].data: nothing can be written here before it runs: records come out of a buffer"
    );
}

#[test]
fn maps_that_the_package_does_not_list_are_described_after_those_it_does() {
    let names = |description: &Description| description.maps.iter().map(|map| map.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&with_maps(json!([{"ident": "rb"}, {"ident": "data"}]))),
        ["rb", "data", "drops", "hists", "perf", "rodata", "rodata_str1_1", "bss"]
    );
    assert_eq!(names(&derived().describe().unwrap())[0], "drops");
}
