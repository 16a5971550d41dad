//! `bpf_skel`: names, documentation, data sections and programs. Its maps have a file of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use fixture::{derived, refusal, variable, with, with_meta};
use package::{Argument, Doc, Package};
use serde_json::{Value, json};

const FIRST: &str = "/meta/bpf_skel/data_sections/0/variables/0";

#[test]
fn obj_name_is_the_name_of_the_tool() {
    assert_eq!(
        with("/meta/bpf_skel/obj_name", json!("opensnoop_bpf")).name,
        "opensnoop"
    );
    assert_eq!(with("/meta/bpf_skel/obj_name", json!("opensnoop")).name, "opensnoop");
}

#[test]
fn doc_is_optional_and_so_is_each_of_its_fields() {
    assert_eq!(derived().describe().unwrap().doc, Doc::default());
    let doc = json!({"version": "1.2", "brief": "Trace", "details": "All of it", "description": "Of files"});
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        with("/meta/bpf_skel/doc", doc).doc,
        Doc {
            version: text("1.2"),
            brief: text("Trace"),
            details: text("All of it"),
            description: text("Of files")
        }
    );
    let doc = with("/meta/bpf_skel/doc", json!({"version": 1.0, "details": null})).doc;
    assert_eq!((doc.version, doc.details), (text("1.0"), None), "a number is as good");
}

#[test]
fn data_sections_are_rodata_data_bss_and_those_with_a_name_of_their_own() {
    let object = clang::compile(
        "const volatile int a = 1; int b = 2; int c;
        const volatile int d SEC(\".rodata.more\") = 4; int e SEC(\".data.more\") = 5;
        SEC(\"kprobe/x\") int f(void *c_) { return a + b + c + d + e; }",
    );
    let package = Package::from_object(object, "tool", &[]).unwrap();
    let description = package.describe().unwrap();
    let mut found: Vec<_> = description
        .variables
        .iter()
        .map(|variable| {
            (
                variable.name.as_str(),
                variable.section.as_str(),
                variable.map.as_str(),
                variable.read_only,
            )
        })
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("a", ".rodata", "rodata", true),
            ("b", ".data", "data", false),
            ("c", ".bss", "bss", false),
            ("d", ".rodata.more", "rodata_more", true),
            ("e", ".data.more", "data_more", false),
        ]
    );
}

#[test]
fn a_variable_has_its_name_and_the_c_text_of_its_type() {
    let description = derived().describe().unwrap();
    let types: Vec<_> = description
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.type_name.as_str()))
        .take(3)
        .collect();
    assert_eq!(
        types,
        [("pid_target", "pid_t"), ("targ_failed", "bool"), ("name", "char[16]")]
    );
    assert_eq!(
        refusal(FIRST, json!({"type": "int"})).to_string(),
        "meta.bpf_skel.data_sections[0].variables[0].name: this field is missing, a string is expected"
    );
}

#[test]
fn a_variable_may_have_a_value() {
    let description = with(FIRST, json!({"name": "pid_target", "type": "pid_t", "value": 42}));
    assert_eq!(variable(&description, "pid_target").value, Some(json!(42)));
    assert_eq!(variable(&description, "targ_failed").value, None);
}

#[test]
fn a_variable_may_have_a_description() {
    let description = with(
        FIRST,
        json!({"name": "pid_target", "description": "Process ID to trace"}),
    );
    assert_eq!(
        variable(&description, "pid_target").description.as_deref(),
        Some("Process ID to trace")
    );
}

#[test]
fn a_variable_may_have_a_command_line_argument_with_default_long_short_and_help() {
    let argument = |cmdarg: Value| {
        let description = with(FIRST, json!({"name": "pid_target", "cmdarg": cmdarg}));
        variable(&description, "pid_target").argument.clone()
    };
    assert_eq!(
        argument(json!({"default": 7, "long": "pid", "short": "p", "help": "trace this process"})),
        Some(Argument {
            default: Some(json!(7)),
            long: Some("pid".into()),
            short: Some('p'),
            help: Some("trace this process".into())
        })
    );
    assert_eq!(argument(json!({})), Some(Argument::default()));
    assert_eq!(argument(Value::Null), None);
    assert_eq!(
        refusal(FIRST, json!({"name": "pid_target", "cmdarg": {"short": "pid"}})).to_string(),
        "meta.bpf_skel.data_sections[0].variables[0].cmdarg.short: found \"pid\", expected one character"
    );
}

#[test]
fn other_keys_of_a_variable_are_kept() {
    let mut tree = fixture::tree();
    fixture::set(
        &mut tree,
        FIRST,
        json!({"name": "pid_target", "type": "pid_t", "unit": ["ms"]}),
    );
    let package = fixture::parse(&tree).unwrap();
    assert_eq!(fixture::tree_of(&package), tree);
}

#[test]
fn a_program_has_the_name_of_its_function() {
    assert_eq!(
        refusal("/meta/bpf_skel/progs/0/name", json!("gone")).to_string(),
        "meta.bpf_skel.progs[0].name: the object has no program \"gone\", only on_exec, on_exit"
    );
}

#[test]
fn attach_overrides_the_section_where_it_differs_and_only_there() {
    let description = with("/meta/bpf_skel/progs/0/attach", json!("tp/sched/sched_process_fork"));
    assert_eq!(
        description.programs[0].attach.as_deref(),
        Some("tp/sched/sched_process_fork")
    );
    assert_eq!(description.programs[0].section, "tp/sched/sched_process_exec");
    for same in [
        json!("tp/sched/sched_process_exec"),
        json!("?tp/sched/sched_process_exec"),
        json!(""),
        Value::Null,
    ] {
        assert_eq!(with("/meta/bpf_skel/progs/0/attach", same).programs[0].attach, None);
    }
}

#[test]
fn link_false_does_not_attach() {
    assert!(derived().describe().unwrap().programs[0].link);
    assert!(!with("/meta/bpf_skel/progs/0/link", json!(false)).programs[0].link);
}

#[test]
fn a_program_that_the_list_leaves_out_is_not_attached() {
    let description = with_meta(&json!({"bpf_skel": {"progs": [{"name": "on_exit"}]}}));
    let links: Vec<_> = description
        .programs
        .iter()
        .map(|program| (program.name.as_str(), program.link))
        .collect();
    assert_eq!(links, [("on_exit", true), ("on_exec", false)]);
}

#[test]
fn what_a_program_says_for_its_type_is_kept_for_where_it_is_attached() {
    let options =
        json!({"ifindex": 2, "flags": 4, "xdpopts": {"old_prog_fd": -1}, "tchook": {"attach_point": "BPF_TC_EGRESS"}});
    let mut entry = options.clone();
    entry["name"] = json!("on_exec");
    let description = with("/meta/bpf_skel/progs/0", entry);
    assert_eq!(Value::Object(description.programs[0].options.clone()), options);
}
