//! What comments of all kinds leave in the skeleton.

use serde_json::json;

use super::*;

fn skeleton() -> Value {
    json!({"bpf_skel": {
        "data_sections": [
            {"name": ".rodata", "variables": [{"name": "pid", "type": "pid_t"}]},
            {"name": ".bss", "variables": [{"name": "dropped", "type": "unsigned long long"}]},
        ],
        "maps": [{"name": "events", "ident": "events"}],
        "progs": [{"name": "handle", "attach": "tc", "link": true}],
    }})
}

fn annotated(text: &str) -> Result<Value> {
    let mut meta = skeleton();
    annotate(
        &mut meta,
        &SourceFile {
            path: "a.bpf.c".into(),
            text: text.into(),
        },
        |name| (name == "event").then_some(7),
    )?;
    Ok(meta["bpf_skel"].take())
}

#[test]
fn each_comment_lands_in_the_entry_of_what_it_stands_on() {
    let skeleton = annotated(
        "/** @brief Short. @details Long. */\n#include <x.h>\nchar L[] SEC(\"license\") = \"GPL\"; ///< @version 1.2\n\
         /// @cmdarg {\"short\": \"p\"}\n/// Process to trace\nconst volatile pid_t pid = 0;\n__u64 dropped;\n\
         /// @lost dropped\nstruct { int x; } events SEC(\".maps\");\n\
         /// @tchook {\"ifindex\": 1}\nSEC(\"tc\") int BPF_PROG(handle, int a) { return 0; }",
    )
    .unwrap();
    assert_eq!(
        skeleton["doc"],
        json!({"version": "1.2", "brief": "Short.", "details": "Long."})
    );
    let variable = &skeleton["data_sections"][0]["variables"][0];
    let expected = json!({"name": "pid", "type": "pid_t", "description": "Process to trace", "cmdarg": {"short": "p"}});
    assert_eq!(variable, &expected);
    assert_eq!(
        skeleton["maps"][0],
        json!({"name": "events", "ident": "events", "lost": "dropped"})
    );
    assert_eq!(skeleton["progs"][0]["tchook"], json!({"ifindex": 1}));
}

#[test]
fn commands_that_nobody_reads_are_told_if_they_were_probably_meant() {
    let unread = |text: &str| -> Vec<String> {
        let source = SourceFile {
            path: "a.bpf.c".into(),
            text: text.into(),
        };
        let annotations = annotate(&mut skeleton(), &source, |_| None).unwrap();
        annotations.unread.iter().map(Error::as_note).collect()
    };
    assert_eq!(
        unread("/// @cmdargs {}\nconst volatile pid_t pid = 0;"),
        ["a.bpf.c:1:5: ecc has no @cmdargs: did you mean @cmdarg?\n 1 | /// @cmdargs {}\n   |     ^"]
    );
    for (text, said) in [
        (
            "/// @smaple {}\nstruct { int x; } events SEC(\".maps\");",
            "did you mean @sample?",
        ),
        (
            "/// @ifnam lo\nSEC(\"tc\") int handle(void *c) { return 0; }",
            "did you mean @ifname?",
        ),
        (
            "/// @cmdarg {}\nstruct { int x; } events SEC(\".maps\");",
            "belongs above a global variable that is not static",
        ),
        (
            "/// @sample {}\nSEC(\"tc\") int handle(void *c) { return 0; }",
            "belongs above the definition of a map",
        ),
        (
            "/// @tchook {}\nconst volatile pid_t pid = 0;",
            "belongs above a program, which has SEC(…)",
        ),
        (
            "/// @sample {}\nstatic int helper(int a) { return a; }",
            "belongs above the definition of a map",
        ),
    ] {
        let notes = unread(text);
        assert!(notes.len() == 1 && notes[0].contains(said), "{text}: {notes:?}");
    }
    for text in [
        "/// @custom {}\nconst volatile pid_t pid = 0;",
        "/// @link other @param a what\nstatic int helper(int a) { return a; }",
        "/// @brief Events\nstruct { int x; } events SEC(\".maps\");",
        "/// @cmdarg {}\nconst volatile pid_t pid = 0;",
        "/// @sample {}\nstruct { int x; } events SEC(\".maps\");",
    ] {
        assert!(unread(text).is_empty(), "{text}: {:?}", unread(text));
    }
}

#[test]
fn a_counter_that_does_not_exist_is_an_error_at_its_place() {
    let error = annotated("/// @lost losst\nstruct { int x; } events SEC(\".maps\");")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("error: a.bpf.c:1:5: @lost names \"losst\""),
        "{error}"
    );
}

#[test]
fn a_member_that_stack_traces_do_not_have_is_an_error_at_its_place() {
    let text = "/// @intepreter {\"stack_trace\": {\"field_map\": {\"pidd\": \"tgid\"}}}\nstruct { int x; } events SEC(\".maps\");";
    let error = annotated(text).unwrap_err().to_string();
    assert!(
        error.starts_with("error: a.bpf.c:1:47: @intepreter: stack_trace.field_map has no member \"pidd\""),
        "{error}"
    );
    assert!(annotated(&text.replace("pidd", "pid")).is_ok());
}

#[test]
fn what_is_no_object_is_refused_where_one_is_needed() {
    let error = annotated("/// @cmdarg 3\nconst volatile pid_t pid;")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a.bpf.c:1:13: the value of @cmdarg must be an object"),
        "{error}"
    );
}

#[test]
fn a_comment_cannot_rename_anything() {
    let skeleton = annotated("/// @name other\n/// @type int\n/// x\nconst volatile pid_t pid;").unwrap();
    let variable = &skeleton["data_sections"][0]["variables"][0];
    assert_eq!(variable, &json!({"name": "pid", "type": "pid_t", "description": "x"}));
}

#[test]
fn only_what_is_declared_is_described() {
    let skeleton = annotated(
        "/// a helper\nstatic int f(struct events *events, int pid) { return 0; }\n/// a type\nstruct pid { int x; };\n\
         /// a pointer\nstruct events *pointer;\n/// declared only\nint handle(void *ctx);\n/// @cmdarg {\"long\": \"x\"}\nstruct pid pid;",
    )
    .unwrap();
    let expected = super_skeleton(|variable| variable["cmdarg"] = json!({"long": "x"}));
    assert_eq!(skeleton, expected);
}

fn super_skeleton(change: impl FnOnce(&mut Value)) -> Value {
    let mut skeleton = skeleton()["bpf_skel"].take();
    change(&mut skeleton["data_sections"][0]["variables"][0]);
    skeleton
}

#[test]
fn a_map_takes_what_maps_have_and_a_program_what_programs_have() {
    let skeleton = annotated(
        "/** @sample {\"interval\": 10} @interpreter default_struct\n@param nothing\n@cmdarg no\n@description no */\n\
         struct { int x; } events __attribute__((section(\".maps\")));\n\
         /** @brief Sees it. @param ctx its context\n@return 0\n@sample rate\n@ifindex 3\n@tcopts {\"handle\": 1}\n@link false */\n\
         __attribute__((section(\"tc\"))) int handle(void *ctx) { return 0; }",
    )
    .unwrap();
    let map = json!({"name": "events", "ident": "events", "sample": {"interval": 10}, "intepreter": "default_struct"});
    assert_eq!(skeleton["maps"][0], map);
    let program = json!({
        "name": "handle", "attach": "tc", "link": false, "description": "Sees it.", "ifindex": 3, "tcopts": {"handle": 1},
    });
    assert_eq!(skeleton["progs"][0], program);
}

#[test]
fn a_variable_keeps_keys_that_others_may_know() {
    let skeleton = annotated("/// @unit \"ms\"\n/// @scale 3\n/// @see handle\n/// \\note x\nint pid;").unwrap();
    let expected = super_skeleton(|variable| {
        variable["unit"] = "ms".into();
        variable["scale"] = 3.into();
    });
    assert_eq!(skeleton, expected);
}

#[test]
fn macros_of_the_file_may_declare() {
    let skeleton =
        annotated("/// @cmdarg {\"long\": \"x\"}\nSETTING(pid_t, pid, 0);\n/// no declaration\nMAKE(it)").unwrap();
    let expected = super_skeleton(|variable| variable["cmdarg"] = json!({"long": "x"}));
    assert_eq!(skeleton, expected);
}

#[test]
fn a_struct_of_a_comment_becomes_its_id() {
    for text in ["struct event", "event", "\"event\""] {
        let skeleton = annotated(&format!(
            "/// @export_config {text}\nstruct {{ int x; }} events SEC(\".maps\");"
        ))
        .unwrap();
        assert_eq!(
            skeleton["maps"][0]["export_config"],
            json!({"btf_type_id": 7}),
            "{text}"
        );
    }
}
