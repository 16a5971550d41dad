//! From an object to a package and back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use fixture::{derived, event_id};
use package::Package;
use serde_json::json;

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
