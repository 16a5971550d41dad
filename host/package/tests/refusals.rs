//! What is refused, and in which words: a table of changes to a good package and the error of each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use package::{ErrorKind, Package};
use serde_json::{Value, json};

const SOURCE: &str = include_str!("clang/tool.c");

fn tree() -> Value {
    let package = Package::from_object(clang::compile(SOURCE), "tool", &["event".into()]).unwrap();
    serde_json::from_slice(&package.to_json().unwrap()).unwrap()
}

fn error(document: &[u8]) -> package::Error {
    Package::parse(document)
        .and_then(|package| package.describe())
        .expect_err("it should be refused")
}

/// Sets what a JSON pointer names, or adds it, and returns the error.
fn refusal(tree: &Value, pointer: &str, value: Value) -> String {
    let mut tree = tree.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = tree.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => other[key] = value,
    }
    error(tree.to_string().as_bytes()).to_string()
}

#[test]
fn wrong_fields_are_named_by_path() {
    let tree = tree();
    let id = tree["meta"]["export_types"][0]["type_id"].as_u64().unwrap();
    let size = tree["bpf_object_size"].as_u64().unwrap();
    let skeleton = |rest: &str| format!("/meta/bpf_skel/{rest}");
    let cases = [
        ("/bpf_object".into(), json!(7), "bpf_object: found a number, expected a string in base64".into()),
        ("/bpf_object".into(), json!("AAA"), "bpf_object: not valid base64: the padding at its end is missing or wrong".into()),
        ("/bpf_object".into(), json!("AAAA"), "bpf_object: not valid zlib data: corrupt deflate stream".into()),
        (
            "/bpf_object_size".into(),
            json!(size - 1),
            format!("bpf_object: it inflates to more than the {} bytes that bpf_object_size says", size - 1),
        ),
        (
            "/bpf_object_size".into(),
            json!(size + 1),
            format!("bpf_object: it inflates to {size} bytes, bpf_object_size says {}", size + 1),
        ),
        (
            "/bpf_object_size".into(),
            json!(-1),
            "bpf_object_size: found -1, expected a whole number from 0 to 67108864".into(),
        ),
        ("/meta".into(), json!(null), "meta: found null, expected an object".into()),
        ("/meta/bpf_skel".into(), json!(null), "meta.bpf_skel: this field is missing, an object is expected".into()),
        ("/meta/perf_buffer_pages".into(), json!(48), "meta.perf_buffer_pages: found 48, expected a power of two".into()),
        ("/meta/print_header".into(), json!("yes"), "meta.print_header: found a string, expected true or false".into()),
        (
            "/meta/export_types/0/size".into(),
            json!(40),
            format!("meta.export_types[0]: the package says struct \"event\" of 40 bytes, the object's BTF type {id} is struct \"event\" of 32 bytes"),
        ),
        (
            "/meta/export_types/0/name".into(),
            json!("other"),
            format!("meta.export_types[0]: the package says struct \"other\" of 32 bytes, the object's BTF type {id} is struct \"event\" of 32 bytes"),
        ),
        (
            "/meta/export_types/0".into(),
            json!({"name": "nothing"}),
            "meta.export_types[0]: the object's BTF has no struct \"nothing\"".into(),
        ),
        (skeleton("maps"), json!({}), "meta.bpf_skel.maps: found an object, expected an array".into()),
        (skeleton("maps/0"), json!({}), "meta.bpf_skel.maps[0].ident: this field is missing, a string is expected".into()),
        (
            skeleton("maps/0"),
            json!({"ident": "gone", "sample": {}}),
            "meta.bpf_skel.maps[0]: the object has no map \"gone\", only drops, rb, hists, perf, rodata, data, rodata_str1_1, bss".into(),
        ),
        (
            skeleton("maps/2/sample"),
            json!({"type": "pie"}),
            "meta.bpf_skel.maps[2].sample.type: found \"pie\", expected log2_hist, linear_hist or default_kv".into(),
        ),
        (
            skeleton("maps/1/export_config"),
            json!("all"),
            "meta.bpf_skel.maps[1].export_config: found \"all\", expected \"no_export\", \"default\", {\"btf_type_id\": N} or {\"custom_members\": […]}".into(),
        ),
        (
            skeleton("maps/1/lost"),
            json!("name"),
            "meta.bpf_skel.maps[1].lost: \"name\" is neither a u64 variable of .bss nor a per-CPU array of one u64, only lost, drops could be".into(),
        ),
        (
            skeleton("maps/2/lost"),
            json!("lost"),
            "meta.bpf_skel.maps[2].lost: only a ring or perf buffer loses records".into(),
        ),
        (
            skeleton("maps/2/data"),
            json!([{"key": {"id": -1}, "value": {}}]),
            "meta.bpf_skel.maps[2].data[0].key.id: -1 is out of range: unsigned int of 32 bits takes 0 to 4294967295".into(),
        ),
        (
            skeleton("maps/1/intepreter"),
            json!({"stack_trace": {"field_map": {"cpu_id": "cpu"}}}),
            "meta.bpf_skel.maps[1].intepreter.stack_trace.field_map.cpu_id: struct \"event\" has no member \"cpu\", only pid, comm, when".into(),
        ),
        (
            skeleton("progs/0/name"),
            json!("gone"),
            "meta.bpf_skel.progs[0].name: the object has no program \"gone\" (or it is listed twice), only on_exec, on_exit".into(),
        ),
        (
            skeleton("data_sections/0/variables/0/value"),
            json!("x"),
            "meta.bpf_skel.data_sections[0].variables[0].value: \"pid_target\" can't be set: found \"x\", expected a whole number (int)".into(),
        ),
        (
            skeleton("data_sections/0/variables/0/cmdarg"),
            json!({"short": "pid"}),
            "meta.bpf_skel.data_sections[0].variables[0].cmdarg.short: found \"pid\", expected one character".into(),
        ),
        (
            skeleton("data_sections/0/variables/0"),
            json!({"name": "gone", "value": 1}),
            "meta.bpf_skel.data_sections[0].variables[0]: the object has no variable \"gone\" in .rodata, only name, pid_target, targ_failed".into(),
        ),
        (
            "/runtime_args".into(),
            json!({"pid_target": "x"}),
            "runtime_args.pid_target: found \"x\", expected a whole number (int)".into(),
        ),
        (
            "/runtime_args".into(),
            json!({"gone": 1}),
            "runtime_args.gone: the package has no such variable, only pid_target, targ_failed, name, counted, lost, __eunomia_dummy_event_ptr".into(),
        ),
    ];
    for (pointer, value, expected) in cases {
        let pointer: String = pointer;
        let expected: String = expected;
        assert_eq!(refusal(&tree, &pointer, value), expected, "{pointer}");
    }
}

#[test]
fn custom_members_may_not_overlap_or_leave_the_record() {
    let mut tree = tree();
    tree["meta"]["enable_multiple_export_types"] = json!(true);
    let id = tree["meta"]["export_types"][0]["type_id"].clone();
    let custom = |offset: u64| {
        json!({"custom_members": [
            {"name": "pid", "offset": 0, "btf_type_id": id},
            {"name": "ppid", "offset": offset, "btf_type_id": id},
        ]})
    };
    let pointer = "/meta/bpf_skel/maps/1/export_config";
    assert_eq!(
        refusal(&tree, pointer, custom(2)),
        "meta.bpf_skel.maps[1].export_config.custom_members[1]: \"ppid\" (offset 2, 32 bytes) overlaps \"pid\" (offset 0, 32 bytes)"
    );
    assert_eq!(
        refusal(&tree, pointer, custom(262_143)),
        "meta.bpf_skel.maps[1].export_config.custom_members[1]: \"ppid\" (offset 262143, 32 bytes) lies outside the record of 262144 bytes"
    );
    let last = derived_types(&tree);
    assert_eq!(
        refusal(&tree, pointer, json!({"btf_type_id": 4_000_000})),
        format!(
            "meta.bpf_skel.maps[1].export_config.btf_type_id: BTF type 4000000 does not exist: the object's BTF has types 1 to {last}"
        )
    );
}

/// How many types the object has, as the error says it.
fn derived_types(tree: &Value) -> u64 {
    let text = refusal(
        tree,
        "/meta/bpf_skel/maps/1/export_config",
        json!({"btf_type_id": 9_999_999}),
    );
    text.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn syntax_errors_name_line_and_column() {
    let error = error(b"\n{\"meta\": {},\n  \"bpf_object\" 1}");
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Syntax, "not valid JSON at line 3, column 16: expected `:`")
    );
    assert_eq!(self::error(b" \n ").to_string(), "the document is empty");
    let deep = format!("{{\"meta\": {}1", "[".repeat(300));
    assert!(
        self::error(deep.as_bytes())
            .to_string()
            .contains("recursion limit exceeded")
    );
}

#[test]
fn other_kinds_of_file_are_called_by_their_name() {
    let cases: [(&[u8], &str); 6] = [
        (b"\x7fELF\x02\x01", "this is an ELF file, not a package"),
        (b"\0asm\x01\0\0\0", "this is a WebAssembly file, not a package"),
        (
            b"bpf_skel:\n  obj_name: x\n",
            "this is the metadata of a package alone, without its object",
        ),
        (
            br#"{"bpf_skel": {}}"#,
            "this is the metadata of a package alone, without its object",
        ),
        (b"[]", "a package is an object, found an array"),
        (b"hello", "this is data of an unknown kind, not a package"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(error(bytes).to_string(), expected);
    }
}

#[test]
fn objects_that_are_not_for_bpf_are_called_by_their_name() {
    let elf = clang::compile(SOURCE);
    let refusal = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut elf = elf.clone();
        change(&mut elf);
        Package::from_object(elf, "tool", &[]).unwrap_err().to_string()
    };
    assert_eq!(refusal(&|elf| elf.clear()), "this is empty, not a BPF object");
    assert_eq!(refusal(&|elf| elf[4] = 1), "this is a 32-bit ELF, not a BPF object");
    assert_eq!(
        refusal(&|elf| elf[18] = 62),
        "this is an ELF for x86-64, not a BPF object"
    );
    let order = if cfg!(target_endian = "little") { 2 } else { 1 };
    assert!(refusal(&|elf| elf[5] = order).contains("-endian, this machine is "));
    assert!(refusal(&|elf| elf.truncate(elf.len() - 1)).starts_with("the ELF is cut off"));
}

#[test]
fn an_object_without_btf_says_how_to_get_it() {
    let source = "SEC(\"kprobe/x\") int f(void *c) { return 0; }";
    let mut elf = clang::compile(source);
    let name = elf.windows(5).position(|bytes| bytes == b".BTF\0").unwrap();
    elf[name + 1] = b'X';
    let error = Package::from_object(elf, "tool", &[]).unwrap_err();
    assert_eq!(error.to_string(), "the object has no .BTF section");
    assert_eq!(error.hint(), Some("compile it with `clang -g`"));
    let missing = Package::from_object(clang::compile(source), "tool", &["event".into()]);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "export_types: the object's BTF has no struct \"event\""
    );
}
