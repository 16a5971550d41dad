//! From an object to a package and back, and packages as other generators write them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use base64::Engine;
use package::{Argument, Package, SampleKind, TypeKind};
use serde_json::{Value, json};

const SOURCE: &str = include_str!("clang/tool.c");

fn derived() -> Package {
    Package::from_object(clang::compile(SOURCE), "bootstrap", &["event".into()]).unwrap()
}

/// A document around the object of [`SOURCE`], its metadata written by hand.
fn document(meta: &str) -> String {
    let tree: Value = serde_json::from_slice(&derived().to_json().unwrap()).unwrap();
    format!(
        r#"{{"bpf_object": {}, "bpf_object_size": {}, "meta": {meta}}}"#,
        tree["bpf_object"], tree["bpf_object_size"]
    )
}

fn event_id() -> u64 {
    derived().meta()["export_types"][0]["type_id"].as_u64().unwrap()
}

#[test]
fn the_skeleton_of_an_object() {
    let package = derived();
    let id = event_id();
    assert_eq!(
        *package.meta(),
        json!({
            "bpf_skel": {
                "data_sections": [
                    {"name": ".rodata", "variables": [
                        {"name": "pid_target", "type": "pid_t"},
                        {"name": "targ_failed", "type": "bool"},
                        {"name": "name", "type": "char[16]"},
                    ]},
                    {"name": ".data", "variables": [{"name": "counted", "type": "u64"}]},
                    {"name": ".bss", "variables": [
                        {"name": "lost", "type": "u64"},
                        {"name": "__eunomia_dummy_event_ptr", "type": "struct event *"},
                    ]},
                ],
                "maps": [
                    {"name": "drops", "ident": "drops"},
                    {"name": "rb", "ident": "rb"},
                    {"name": "hists", "ident": "hists"},
                    {"name": "perf", "ident": "perf"},
                    {"name": "bootstra.rodata", "ident": "rodata", "mmaped": true},
                    {"name": "bootstra.data", "ident": "data", "mmaped": true},
                    {"name": ".rodata.str1.1", "ident": "rodata_str1_1"},
                    {"name": "bootstra.bss", "ident": "bss", "mmaped": true},
                ],
                "progs": [
                    {"name": "on_exec", "attach": "tp/sched/sched_process_exec", "link": true},
                    {"name": "on_exit", "attach": "kprobe/do_exit", "link": false},
                ],
                "obj_name": "bootstrap_bpf",
            },
            "export_types": [{
                "name": "event", "size": 32, "type_id": id,
                "members": [
                    {"name": "pid", "type": "int"},
                    {"name": "comm", "type": "char[16]"},
                    {"name": "when", "type": "u64"},
                ],
            }],
            "eunomia_version": "0.3.0",
        })
    );
}

#[test]
fn a_package_survives_writing_and_reading() {
    let package = derived();
    let bytes = package.to_json().unwrap();
    let again = Package::parse(&bytes).unwrap();
    assert_eq!(again.object(), package.object());
    assert_eq!(again.meta(), package.meta());
    assert_eq!(again.describe().unwrap(), package.describe().unwrap());
    assert_eq!(again.to_json().unwrap(), bytes);
}

#[test]
fn the_description_of_an_object() {
    let description = derived().describe().unwrap();
    assert_eq!(description.name, "bootstrap");
    assert_eq!((description.poll_timeout_ms, description.perf_buffer_pages), (100, 64));
    assert_eq!((description.print_header, description.debug_verbose), (true, false));

    let maps: Vec<_> = description
        .maps
        .iter()
        .map(|map| {
            (
                map.name.as_str(),
                map.kind,
                map.key_size,
                map.value_size,
                map.max_entries,
            )
        })
        .collect();
    let size_of_strings = "exec %s\0".len() as u32;
    assert_eq!(
        maps,
        [
            ("drops", 6, 4, 8, 1),
            ("rb", 27, 0, 0, 262144),
            ("hists", 1, 4, 32, 128),
            ("perf", 4, 4, 4, 0),
            ("rodata", 2, 4, 21, 1),
            ("data", 2, 4, 8, 1),
            ("rodata_str1_1", 2, 4, size_of_strings, 1),
            ("bss", 2, 4, 24, 1),
        ]
    );
    let record = description.maps[1].record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "event");
    assert_eq!(description.maps[3].record, Some(record), "a perf buffer too");
    assert_eq!(description.maps[2].record, None);

    let name = &description.variables[2];
    assert_eq!((name.name.as_str(), name.size), ("name", 16));
    assert_eq!(name.initial, *b"init\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!((name.section.as_str(), name.map.as_str()), (".rodata", "rodata"));
    assert!(name.read_only && !name.hidden);
    let counted = &description.variables[3];
    assert_eq!(counted.initial, 5u64.to_ne_bytes());
    assert!(!counted.read_only);
    let offsets: Vec<u32> = description.variables.iter().map(|v| v.offset).collect();
    assert_eq!(offsets, [0, 4, 5, 0, 0, 16]);
    assert!(description.variables[5].hidden);

    let programs: Vec<_> = description
        .programs
        .iter()
        .map(|program| (program.name.as_str(), program.section.as_str(), program.link))
        .collect();
    assert_eq!(
        programs,
        [
            ("on_exec", "tp/sched/sched_process_exec", true),
            ("on_exit", "kprobe/do_exit", false),
        ]
    );
}

#[test]
fn a_package_of_another_generator() {
    let meta = format!(
        r#"{{
        "bpf_skel": {{
            "data_sections": [
                {{"name": ".rodata", "variables": [
                    {{"name": "pid_target", "type": "pid_t", "description": "Process ID to trace", "value": 42,
                      "cmdarg": {{"short": "p", "long": "pid", "default": 0}}, "other": [1]}},
                    {{"name": "targ_failed", "type": "bool", "cmdarg": null}}
                ]}},
                {{"name": ".bss", "variables": [
                    {{"name": "__eunomia_dummy_event_ptr", "type": "struct event *"}}, {{"name": "lost"}},
                    {{"name": "__eunomia_dummy_gone_ptr", "type": "struct gone *"}}
                ]}}
            ],
            "doc": {{"version": 1.0, "brief": "Trace", "details": null}},
            "maps": [
                {{"ident": "hists", "name": "hists", "mmaped": false,
                  "sample": {{"interval": 250, "type": "log2_hist", "unit": "usecs", "clear_map": true}},
                  "export_config": "default", "intepreter": "default_struct",
                  "data": [{{"key": {{"id": 3}}, "value": {{"slots": [1, 2]}}}}]}},
                {{"name": "opensnoo.rodata", "mmaped": true}},
                {{"ident": "rb", "name": "rb", "lost": "lost"}}
            ],
            "progs": [
                {{"name": "on_exec", "attach": "tp/sched/sched_process_fork", "tchook": {{"ifindex": 2}}}}
            ]
        }},
        "eunomia_version": "0.3.4", "debug_verbose": true, "print_header": false, "poll_timeout_ms": null,
        "export_types": [{{
            "members": [{{"name": "__padding", "size": 4, "name": "pid", "type": "int"}}],
            "name": "wrong", "name": "event", "type_id": {}
        }}]
    }}"#,
        event_id()
    );
    let bytes = format!("\u{feff}\n {}\n", document(&meta));
    let description = Package::parse(bytes.as_bytes()).unwrap().describe().unwrap();

    assert_eq!(description.name, "bpf");
    assert_eq!(description.doc.version.as_deref(), Some("1.0"));
    assert_eq!((description.print_header, description.debug_verbose), (false, true));
    assert_eq!(description.poll_timeout_ms, 100);

    let pid = &description.variables[0];
    assert_eq!(pid.value, Some(json!(42)));
    assert_eq!(pid.description.as_deref(), Some("Process ID to trace"));
    assert_eq!(
        pid.argument,
        Some(Argument {
            default: Some(json!(0)),
            long: Some("pid".into()),
            short: Some('p'),
            help: None
        })
    );
    assert_eq!(description.variables[1].argument, None);
    let names: Vec<_> = description.variables.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(
        names,
        ["pid_target", "targ_failed", "__eunomia_dummy_event_ptr", "lost"]
    );

    let maps: Vec<_> = description.maps.iter().map(|map| map.name.as_str()).collect();
    assert_eq!(
        maps,
        ["hists", "rodata", "rb", "drops", "perf", "data", "rodata_str1_1", "bss"]
    );
    let hists = &description.maps[0];
    let sample = hists.sample.as_ref().unwrap();
    assert_eq!(
        (sample.interval_ms, sample.kind, sample.unit.as_str(), sample.clear),
        (250, SampleKind::Log2Histogram, "usecs", true)
    );
    assert_eq!(hists.record, hists.value);
    assert_eq!(hists.data, [(json!({"id": 3}), json!({"slots": [1, 2]}))]);
    assert_eq!(description.maps[2].lost.as_deref(), Some("lost"));

    let exec = &description.programs[0];
    assert_eq!(exec.attach.as_deref(), Some("tp/sched/sched_process_fork"));
    assert!(exec.link, "the default");
    assert_eq!(Value::Object(exec.options.clone()), json!({"tchook": {"ifindex": 2}}));
    assert!(
        !description.programs[1].link,
        "a list without a program does not attach it"
    );
}

#[test]
fn null_lists_are_empty_and_programs_attach_where_nothing_is_said() {
    let document = document(r#"{"bpf_skel": {"maps": null, "progs": null}}"#);
    let description = Package::parse(document.as_bytes()).unwrap().describe().unwrap();
    assert!(description.variables.is_empty());
    assert_eq!(description.maps[1].name, "rb");
    assert_eq!(description.maps[1].record, None, "nothing says what its records are");
    let links: Vec<bool> = description.programs.iter().map(|program| program.link).collect();
    assert_eq!(links, [true, false], "the second asks not to be loaded");
}

#[test]
fn runtime_args_set_variables_and_win_over_values() {
    let mut tree: Value = serde_json::from_slice(&derived().to_json().unwrap()).unwrap();
    let variables = &mut tree["meta"]["bpf_skel"]["data_sections"][0]["variables"];
    variables[0]["value"] = json!(1);
    variables[2]["value"] = json!("systemd");
    tree["runtime_args"] = json!({"pid_target": 2});
    let package = Package::parse(tree.to_string().as_bytes()).unwrap();
    let description = package.describe().unwrap();
    assert_eq!(description.variables[0].value, Some(json!(2)));
    assert_eq!(description.variables[2].value, Some(json!("systemd")));
}

#[test]
fn unknown_keys_are_kept() {
    let mut tree: Value = serde_json::from_slice(&derived().to_json().unwrap()).unwrap();
    tree["made_by"] = json!({"host": "x"});
    tree["meta"]["bpf_skel"]["maps"][0]["note"] = json!([1.50]);
    let written = Package::parse(tree.to_string().as_bytes()).unwrap().to_json().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), tree);
}

#[test]
fn custom_members_make_a_struct_of_their_own() {
    let id = event_id();
    let members = json!([
        {"name": "second", "offset": 64, "btf_type_id": id},
        {"name": "first", "offset": 0, "btf_type_id": id},
    ]);
    let meta = json!({
        "enable_multiple_export_types": true,
        "bpf_skel": {"maps": [
            {"ident": "rb", "export_config": {"custom_members": members}},
            {"ident": "perf", "export_config": {"btf_type_id": id}},
        ]},
    });
    let document = document(&meta.to_string());
    let description = Package::parse(document.as_bytes()).unwrap().describe().unwrap();
    let types = &description.types;
    let record = types.get(description.maps[0].record.unwrap()).unwrap();
    let TypeKind::Struct(members) = &record.kind else {
        panic!()
    };
    let members: Vec<_> = members.iter().map(|m| (m.name.as_str(), m.bit_offset)).collect();
    assert_eq!((members, record.size), (vec![("second", 512), ("first", 0)], 96));
    let plain = types.get(description.maps[1].record.unwrap()).unwrap();
    assert_eq!(plain.name, "event");
}

#[test]
fn the_object_is_zlib_in_base64() {
    let tree: Value = serde_json::from_slice(&derived().to_json().unwrap()).unwrap();
    let packed = base64::engine::general_purpose::STANDARD
        .decode(tree["bpf_object"].as_str().unwrap())
        .unwrap();
    assert_eq!(packed[..2], [0x78, 0xda], "the header of RFC 1950 at the best level");
    assert_eq!(tree["bpf_object_size"], json!(derived().object().len()));
}
