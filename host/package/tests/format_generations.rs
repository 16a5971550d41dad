//! Older generations of the format: they say less, and what they say means what it means in 0.3.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fixture::{derived, parse, tree_of};
use package::{Package, Type, TypeKind};
use serde_json::{Value, json};

/// Base64 as the first generators wrote it: a line break after every 76 characters and at the end.
fn in_lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines = text.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap());
    lines.map(|line| format!("{line}\n")).collect()
}

/// The contents of the `.BTF` of an object, found by its header of 24 bytes.
fn raw_btf(object: &[u8]) -> &[u8] {
    let start = object
        .windows(8)
        .position(|window| window == [0x9f, 0xeb, 1, 0, 24, 0, 0, 0])
        .unwrap();
    let word = |at: usize| u32::from_ne_bytes(object[start + at..start + at + 4].try_into().unwrap()) as usize;
    &object[start..start + 24 + word(16) + word(20)]
}

/// Generation 0 of the package of [`derived`], with other maps first than the object has.
fn flat() -> Value {
    let object = derived().object().to_vec();
    json!({
        "name": "bootstrap",
        "version": "0.1.0",
        "load_ebpf_script": "",
        "license": "GPL",
        "author": "A. U. Thor",
        "description": "Process starts",
        "data_sz": object.len(),
        "data": in_lines(&object),
        "maps": [
            {"name": "rb", "type": "BPF_MAP_TYPE_RINGBUF", "export_data_types": {
                "Struct Name": "event", "Size": 256, "DataSize": 256, "Alignment": 64,
                "Fields": [
                    {"Name": "pid", "Type": "int", "LLVMType": "i32", "FieldOffset": 0},
                    {"Name": "comm", "Type": "char [16]", "LLVMType": "[16 x i8]", "FieldOffset": 32},
                    {"Name": "when", "Type": "u64", "LLVMType": "i64", "FieldOffset": 192},
                ],
            }},
            {"name": "bootstra.rodata", "type": "BPF_MAP_TYPE_UNSPEC", "sec_data": []},
        ],
        "progs": [{"name": "on_exec", "type": "BPF_PROG_TYPE_TRACEPOINT"}, {"name": "on_exit"}],
        "runtime_args": {"pid_target": 7},
    })
}

/// The same in 0.3.
fn equivalent() -> Value {
    let mut tree = tree_of(&derived());
    let skeleton = &mut tree["meta"]["bpf_skel"];
    skeleton["maps"] = json!([{"ident": "rb"}, {"ident": "rodata"}]);
    skeleton["progs"] = json!([{"name": "on_exec"}, {"name": "on_exit"}]);
    skeleton["doc"] = json!({"version": "0.1.0", "description": "Process starts"});
    tree["runtime_args"] = json!({"pid_target": 7});
    tree
}

#[test]
fn generation_0_describes_what_its_equivalent_in_0_3_describes() {
    let package = parse(&flat()).unwrap();
    let description = package.describe().unwrap();
    assert_eq!(description, parse(&equivalent()).unwrap().describe().unwrap());
    assert_eq!(package.object(), derived().object());
    let record = description.maps[0].record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "event");
    assert_eq!(description.variables[0].value, Some(json!(7)));
}

#[test]
fn generation_0_is_written_as_0_3_with_what_its_authors_said() {
    let written = tree_of(&parse(&flat()).unwrap());
    let keys: Vec<&String> = written.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "bpf_object",
            "bpf_object_size",
            "load_ebpf_script",
            "license",
            "author",
            "runtime_args",
            "meta"
        ]
    );
    let again = parse(&written).unwrap();
    assert_eq!(again.describe().unwrap(), parse(&flat()).unwrap().describe().unwrap());
}

#[test]
fn generation_0_may_say_no_more_than_its_object() {
    let object = derived().object().to_vec();
    let description = parse(&json!({"name": "bootstrap_bpf", "data": in_lines(&object)}))
        .unwrap()
        .describe()
        .unwrap();
    let mut bare = tree_of(&derived());
    bare["meta"]["export_types"] = json!([]);
    assert_eq!(description, parse(&bare).unwrap().describe().unwrap());
}

#[test]
fn generation_0_may_list_maps_and_programs_by_name_alone() {
    let mut tree = flat();
    tree["maps"] = json!(["hists", "rb"]);
    tree["progs"] = json!(["on_exec"]);
    let description = parse(&tree).unwrap().describe().unwrap();
    let maps: Vec<_> = description.maps.iter().map(|map| map.name.as_str()).take(3).collect();
    assert_eq!(maps, ["hists", "rb", "drops"]);
    let links: Vec<bool> = description.programs.iter().map(|program| program.link).collect();
    assert_eq!(links, [true, false]);
}

fn text(types: &package::Types, ty: &Type) -> String {
    match &ty.kind {
        TypeKind::Array { element, count } => format!("{}[{count}]", text(types, types.get(*element).unwrap())),
        kind => format!("{} {kind:?} {}", ty.name, ty.size),
    }
}

#[test]
fn generation_0_defines_records_that_its_object_does_not() {
    let object = clang::compile(
        "struct { __uint(type, 27); __uint(max_entries, 4096); } rb SEC(\".maps\");
        SEC(\"kprobe/x\") int f(void *c) { return 0; }",
    );
    let field = |name: &str, c: &str, llvm: &str, offset: u32| json!({"Name": name, "Type": c, "LLVMType": llvm, "FieldOffset": offset});
    let package = parse(&json!({
        "name": "tool", "data": in_lines(&object),
        "maps": [{"name": "rb", "type": "BPF_MAP_TYPE_RINGBUF", "export_data_types": {
            "Struct Name": "struct event", "Size": 640, "Fields": [
                field("pid", "int", "i32", 0),
                field("state", "unsigned int", "i32", 32),
                field("when", "__u64", "i64", 64),
                field("names", "char [2][4]", "[2 x [4 x i8]]", 128),
                field("exit", "_Bool", "i8", 192),
                field("kind", "enum kind", "i32", 224),
                field("part", "double", "double", 256),
                field("next", "struct event *", "%struct.event*", 320),
                field("inner", "struct inner", "%struct.inner", 384),
                field("delta", "volatile long long", "i64", 512),
                field("address", "uint8_t [6]", "[6 x i8]", 576),
            ],
        }}],
    }));
    let description = package.unwrap().describe().unwrap();
    let types = &description.types;
    let record = types.get(description.maps[0].record.unwrap()).unwrap();
    assert_eq!((record.name.as_str(), record.size), ("event", 80));
    let TypeKind::Struct(members) = &record.kind else {
        panic!("{record:?}")
    };
    let members: Vec<String> = members
        .iter()
        .map(|member| {
            let ty = text(types, types.get(member.ty).unwrap());
            format!("{} @{}: {ty}", member.name, member.bit_offset)
        })
        .collect();
    assert_eq!(
        members,
        [
            "pid @0: int Int { signed: true } 4",
            "state @32: unsigned int Int { signed: false } 4",
            "when @64: unsigned long long Int { signed: false } 8",
            "names @128: char Char 1[4][2]",
            "exit @192: _Bool Bool 1",
            "kind @224: unsigned int Int { signed: false } 4",
            "part @256: double Float 8",
            "next @320: void * Pointer 8",
            "inner @384: unsigned char Int { signed: false } 1[16]",
            "delta @512: long long Int { signed: true } 8",
            "address @576: unsigned char Int { signed: false } 1[6]",
        ]
    );
}

/// Generation 0.2 of a package: its records are defined in the BTF of `definition`.
fn with_btf_of_its_own(package: &Package, definition: &[u8], id: &Value) -> Value {
    let mut tree = tree_of(package);
    tree["meta"]["export_types"] = json!({
        "export_btf": STANDARD.encode(raw_btf(definition)),
        "structs": [{"id": id, "name": "event"}],
    });
    tree["meta"]["eunomia_version"] = json!("0.2.9");
    tree
}

/// The ID that `struct event` has in an object's BTF.
fn event_id(object: &[u8]) -> Value {
    let package = Package::from_object(object.to_vec(), "x", &["event".into()]).unwrap();
    package.meta()["export_types"][0]["type_id"].clone()
}

#[test]
fn generation_0_2_describes_what_its_equivalent_in_0_3_describes() {
    // As the header of the events alone was compiled: other IDs than in the object.
    let definition = clang::compile("typedef u64 unused; struct event { int pid; char comm[16]; u64 when; } *keep;");
    let (id, other) = (event_id(&definition), event_id(derived().object()));
    assert_ne!(id, other, "the test means two numberings");
    let package = parse(&with_btf_of_its_own(&derived(), &definition, &id)).unwrap();
    assert_eq!(package.describe().unwrap(), derived().describe().unwrap());
    let again = Package::parse(&package.to_json().unwrap()).unwrap();
    assert_eq!(again, package);
}

#[test]
fn generation_0_2_defines_records_that_its_object_does_not() {
    let without = "struct { __uint(type, 27); __uint(max_entries, 4096); } rb SEC(\".maps\"); u64 count;
        SEC(\"kprobe/x\") int f(void *c) { return count; }";
    let event = "struct event { u32 pid; struct inner { u64 start, end; } times; };";
    let definition = clang::compile(&format!("{event} struct event *keep;"));
    let package = Package::from_object(clang::compile(without), "tool", &[]).unwrap();
    let older = parse(&with_btf_of_its_own(&package, &definition, &event_id(&definition))).unwrap();
    let complete = clang::compile(&format!("{event} {without} struct event *__eunomia_dummy_event_ptr;"));
    let complete = Package::from_object(complete, "tool", &["event".into()])
        .unwrap()
        .describe()
        .unwrap();
    let older = older.describe().unwrap();
    let record = older.maps[0].record.unwrap();
    assert_eq!(older.types.get(record).unwrap().name, "event");
    let layout = |description: &package::Description, record: u32| {
        description
            .types
            .iter()
            .take(record as usize + 1)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        layout(&older, record),
        layout(&complete, complete.maps[0].record.unwrap())
    );
    assert_eq!(older.variables[0].name, "count");
}

#[test]
fn generation_0_2_finds_its_records_by_name_where_it_has_no_id() {
    let definition = clang::compile("struct event { int pid; char comm[16]; u64 when; } *keep;");
    let tree = with_btf_of_its_own(&derived(), &definition, &Value::Null);
    assert_eq!(parse(&tree).unwrap().describe().unwrap(), derived().describe().unwrap());
    let mut nothing = tree;
    nothing["meta"]["export_types"] = json!({"export_btf": "", "structs": []});
    let description = parse(&nothing).unwrap().describe().unwrap();
    assert_eq!(description.maps[1].record, None);
}

#[test]
fn generation_0_2_keeps_its_records_where_maps_speak_for_themselves() {
    let definition = clang::compile("struct event { int pid; char comm[16]; u64 when; } *keep;");
    let mut tree = with_btf_of_its_own(&derived(), &definition, &event_id(&definition));
    tree["meta"]["enable_multiple_export_types"] = json!(true);
    tree["meta"]["bpf_skel"]["maps"][1]["export_config"] = json!({"btf_type_id": event_id(derived().object())});
    let description = parse(&tree).unwrap().describe().unwrap();
    let record = description.maps[1].record.unwrap();
    assert_eq!(description.types.get(record).unwrap().name, "event");
}

#[test]
fn older_generations_are_read_from_yaml_too() {
    let definition = clang::compile("struct event { int pid; char comm[16]; u64 when; } *keep;");
    let package = parse(&with_btf_of_its_own(&derived(), &definition, &event_id(&definition))).unwrap();
    let again = Package::parse(&package.to_yaml().unwrap()).unwrap();
    assert_eq!(again.describe().unwrap(), derived().describe().unwrap());
    let flat = format!("---\nname: bootstrap\ndata: {}\n", STANDARD.encode(derived().object()));
    assert_eq!(
        Package::parse(flat.as_bytes()).unwrap().describe().unwrap().name,
        "bootstrap"
    );
}

#[test]
fn the_name_of_any_generation_is_known_before_its_object_is_read() {
    let name = |tree: &Value| package::object_name(tree.to_string().as_bytes());
    assert_eq!(name(&flat()).as_deref(), Some("bootstrap"));
    assert_eq!(name(&tree_of(&derived())).as_deref(), Some("bootstrap_bpf"));
    assert_eq!(name(&json!({"name": "x"})), None);
}
