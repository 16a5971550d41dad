//! What real files need to be forgiven, line by line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use fixture::{derived, document, event_id, map, refusal, tree, variable, with};
use package::Package;
use serde_json::{Value, json};

#[test]
fn of_duplicate_keys_the_last_one_wins() {
    let meta = format!(
        r#"{{"print_header": true, "print_header": false,
            "bpf_skel": {{"obj_name": "wrong"}}, "bpf_skel": {{"obj_name": "wrong", "obj_name": "right"}},
            "export_types": [{{"name": "wrong", "name": "event", "type_id": 1, "type_id": {}}}]}}"#,
        event_id()
    );
    let description = Package::parse(document(&meta).as_bytes()).unwrap().describe().unwrap();
    assert_eq!((description.name.as_str(), description.print_header), ("right", false));
    let record = map(&description, "rb").record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "event");
}

#[test]
fn the_padding_that_old_generators_write_over_is_ignored_with_its_size() {
    let members = r#"[{"name": "__padding", "size": 4, "name": "pid", "type": "int"}]"#;
    let variables = r#"[{"name": "__padding", "size": 4, "name": "pid_target", "type": "pid_t", "value": 3}]"#;
    let meta = format!(
        r#"{{"bpf_skel": {{"data_sections": [{{"name": ".rodata", "variables": {variables}}}]}},
            "export_types": [{{"members": {members}, "name": "event", "type_id": {}}}]}}"#,
        event_id()
    );
    let description = Package::parse(document(&meta).as_bytes()).unwrap().describe().unwrap();
    let pid = variable(&description, "pid_target");
    assert_eq!((pid.size, &pid.value), (4, &Some(json!(3))));
    let record = map(&description, "rb").record.unwrap();
    assert_eq!(description.types.get(record).unwrap().size, 32, "as the BTF says");
}

#[test]
fn unknown_keys_are_ignored_at_every_level() {
    let mut tree = tree();
    let event = event_id();
    let described = |tree: &Value| fixture::parse(tree).unwrap().describe().unwrap();
    let maps = ["hists", "rb"].map(|name| {
        let maps = tree["meta"]["bpf_skel"]["maps"].as_array().unwrap();
        maps.iter().position(|map| map["ident"] == name).unwrap()
    });
    let skeleton = &mut tree["meta"]["bpf_skel"];
    skeleton["doc"] = json!({"brief": "b"});
    skeleton["data_sections"][0]["variables"][0]["cmdarg"] = json!({"long": "l"});
    skeleton["maps"][maps[0]]["sample"] = json!({"interval": 5});
    skeleton["maps"][maps[0]]["data"] = json!([{"key": {"id": 3}, "value": {"slots": [1, 2]}}]);
    skeleton["maps"][maps[1]]["export_config"] =
        json!({"custom_members": [{"name": "m", "offset": 0, "btf_type_id": event}]});
    skeleton["maps"][maps[1]]["intepreter"] = json!({"stack_trace": {"field_map": {"pid": "m", "cpu_id": "m", "comm": "m",
        "kstack_sz": "m", "ustack_sz": "m", "kstack": "m", "ustack": "m"}}});
    skeleton["progs"][0]["tchook"] = json!({"ifindex": 1});
    tree["meta"]["enable_multiple_export_types"] = json!(true);
    let expected = described(&tree);
    let mut places = Vec::new();
    objects(&tree, String::new(), &mut places);
    // Keys and values of maps are values and not fields.
    places.retain(|place| !place.contains("/data/0/"));
    assert!(places.len() > 25, "{places:?}");
    for place in places {
        tree.pointer_mut(&place).unwrap()["nobody_knows_this"] = json!({"a": [1]});
    }
    let mut found = described(&tree);
    let unknown = json!({"a": [1]});
    for program in &mut found.programs {
        assert_eq!(program.options.remove("nobody_knows_this").as_ref(), Some(&unknown));
    }
    let hook = found.programs[0].options["tchook"].as_object_mut().unwrap();
    assert_eq!(hook.remove("nobody_knows_this"), Some(unknown));
    assert_eq!(found, expected);
}

/// The JSON pointers of all objects in `value`.
fn objects(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                objects(value, format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                objects(value, format!("{pointer}/{name}"), found);
            }
            found.push(pointer);
        }
        _ => {}
    }
}

#[test]
fn a_missing_size_is_what_the_btf_says() {
    assert_eq!(
        with("/meta/export_types/0/size", Value::Null),
        derived().describe().unwrap()
    );
}

#[test]
fn a_missing_obj_name_is_bpf() {
    assert_eq!(with("/meta/bpf_skel/obj_name", Value::Null).name, "bpf");
}

#[test]
fn a_missing_link_is_true() {
    for index in [0, 1] {
        let description = with(&format!("/meta/bpf_skel/progs/{index}/link"), Value::Null);
        assert!(
            description.programs[index].link,
            "also where the section asks not to be loaded"
        );
    }
}

#[test]
fn a_missing_doc_is_empty() {
    assert_eq!(with("/meta/bpf_skel/doc", Value::Null), derived().describe().unwrap());
}

#[test]
fn a_missing_poll_timeout_ms_is_100() {
    assert_eq!(with("/meta/poll_timeout_ms", Value::Null).poll_timeout_ms, 100);
}

#[test]
fn maps_may_be_null_or_absent() {
    let null = with("/meta/bpf_skel/maps", Value::Null);
    let mut tree = tree();
    tree["meta"]["bpf_skel"].as_object_mut().unwrap().remove("maps");
    assert_eq!(fixture::parse(&tree).unwrap().describe().unwrap(), null);
    assert_eq!(null.maps, derived().describe().unwrap().maps, "the object has them all");
}

#[test]
fn progs_may_be_null_or_absent_and_then_all_are_attached() {
    let null = with("/meta/bpf_skel/progs", Value::Null);
    let mut tree = tree();
    tree["meta"]["bpf_skel"].as_object_mut().unwrap().remove("progs");
    assert_eq!(fixture::parse(&tree).unwrap().describe().unwrap(), null);
    let links: Vec<bool> = null.programs.iter().map(|program| program.link).collect();
    assert_eq!(links, [true, false], "the second asks not to be loaded");
}

#[test]
fn null_is_as_good_as_absent_for_every_optional_field() {
    let mut tree = tree();
    for place in [
        "/runtime_args",
        "/bpf_objects",
        "/meta/print_header",
        "/meta/perf_buffer_pages",
        "/meta/debug_verbose",
        "/meta/enable_multiple_export_types",
        "/meta/bpf_skel/data_sections/0/variables/0/value",
        "/meta/bpf_skel/data_sections/0/variables/0/cmdarg",
        "/meta/bpf_skel/data_sections/0/variables/0/description",
        "/meta/bpf_skel/maps/1/sample",
        "/meta/bpf_skel/maps/1/export_config",
        "/meta/bpf_skel/maps/1/intepreter",
        "/meta/bpf_skel/maps/1/lost",
        "/meta/bpf_skel/maps/1/data",
    ] {
        fixture::set(&mut tree, place, Value::Null);
    }
    let description = fixture::parse(&tree).unwrap().describe().unwrap();
    assert_eq!(description, derived().describe().unwrap());
}

#[test]
fn dummy_variables_are_hidden_and_never_written() {
    let object = clang::compile(
        "struct event { int pid; } *__eunomia_dummy_event_ptr; int *__dummy; u32 __dummy_count; u32 dummy, eunomia;
        SEC(\"kprobe/x\") int f(void *c) { return 0; }",
    );
    let package = Package::from_object(object, "tool", &[]).unwrap();
    let mut tree = fixture::tree_of(&package);
    let variables = tree["meta"]["bpf_skel"]["data_sections"][0]["variables"]
        .as_array_mut()
        .unwrap();
    assert_eq!(variables.len(), 5);
    for variable in variables {
        let is_real = ["dummy", "eunomia"].contains(&variable["name"].as_str().unwrap());
        variable["value"] = if is_real { json!(3) } else { json!("anything") };
    }
    tree["runtime_args"] = json!({"__dummy_count": 7});
    let description = fixture::parse(&tree).unwrap().describe().unwrap();
    for variable in &description.variables {
        let is_real = !variable.name.starts_with("__");
        assert_eq!(
            (variable.hidden, variable.value.is_some()),
            (!is_real, is_real),
            "{variable:?}"
        );
    }
}

#[test]
fn a_listed_variable_that_the_object_lacks_does_no_harm_until_it_is_set() {
    const PLACE: &str = "/meta/bpf_skel/data_sections/0/variables/0";
    let description = with(
        PLACE,
        json!({"name": "optimized_away", "type": "int", "description": "x"}),
    );
    assert_eq!(description.variables[0].name, "targ_failed");
    with(PLACE, json!({"name": "__eunomia_dummy_gone_ptr", "value": 1}));
    assert_eq!(
        refusal(PLACE, json!({"name": "gone", "value": 1})).to_string(),
        "meta.bpf_skel.data_sections[0].variables[0]: the object has no variable \"gone\" in .rodata, only name, pid_target, targ_failed"
    );
}

#[test]
fn a_listed_map_that_the_object_lacks_does_no_harm_until_something_is_asked_of_it() {
    const PLACE: &str = "/meta/bpf_skel/maps/0";
    let description = with(PLACE, json!({"ident": "gone", "name": "gone"}));
    assert!(description.maps.iter().all(|map| map.name != "gone"));
    let error = refusal(PLACE, json!({"ident": "gone", "sample": {}})).to_string();
    assert_eq!(
        error,
        "meta.bpf_skel.maps[0]: the object has no map \"gone\", only drops, rb, hists, perf, rodata, data, rodata_str1_1, bss"
    );
}

#[test]
fn runtime_args_set_variables_and_win_over_values() {
    let mut tree = tree();
    let variables = &mut tree["meta"]["bpf_skel"]["data_sections"][0]["variables"];
    variables[0]["value"] = json!(1);
    variables[2]["value"] = json!("systemd");
    tree["runtime_args"] = json!({"pid_target": 2, "counted": null});
    let description = fixture::parse(&tree).unwrap().describe().unwrap();
    assert_eq!(variable(&description, "pid_target").value, Some(json!(2)));
    assert_eq!(variable(&description, "name").value, Some(json!("systemd")));
    assert_eq!(variable(&description, "counted").value, None);
}

#[test]
fn runtime_args_that_name_no_variable_are_refused() {
    assert_eq!(
        refusal("/runtime_args", json!({"gone": 1})).to_string(),
        "runtime_args.gone: the package has no such variable, only pid_target, targ_failed, name, counted, lost, __eunomia_dummy_event_ptr"
    );
}
