//! What programs ask of the kernel, read from instructions that clang wrote, and from forged ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use package::{ErrorKind, KernelFunction, ProgramCode, kernel_needs, program_code, source_lines};

/// Helpers by number, kfuncs, and functions of every kind that call them.
const SOURCE: &str = r#"
#define NOINLINE __attribute__((noinline))
#define KSYM __attribute__((section(".ksyms")))
static void *(*lookup)(void *map, const void *key) = (void *)1;
static u64 (*ktime)(void) = (void *)5;
static u32 (*pid)(void) = (void *)14;
static long (*loop)(u32 n, void *callback, void *context, u64 flags) = (void *)181;
extern void bpf_rcu_read_lock(void) KSYM;
extern void bpf_rcu_read_unlock(void) KSYM;
extern const void bpf_link_fops KSYM;
extern u64 LINUX_KERNEL_VERSION __attribute__((section(".kconfig")));
extern bool CONFIG_BPF_JIT __attribute__((section(".kconfig")));

struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } map SEC(".maps");

static NOINLINE u64 static_leaf(u64 x) { return ktime() + x; }
NOINLINE u64 global_leaf(u64 x) { u32 key = x; return lookup(&map, &key) != 0; }
NOINLINE u64 middle(u64 x) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return static_leaf(x) + static_leaf(x + 1) + pid(); }
NOINLINE u64 itself(u64 x) { return x ? itself(x - 1) + pid() : 3; }
static NOINLINE long callback(u32 index, void *context) { return global_leaf(index) & 1; }
NOINLINE u64 unused(u64 x) { return global_leaf(x); }

SEC("tp/a/b") int nothing(void *ctx) { return 0; }
SEC("tp/a/c") int deep(void *ctx) { return middle((u64)ctx); }
SEC("tp/a/c") int beside(void *ctx) { return itself(*(u64 *)ctx) + global_leaf(1); }
SEC("tp/a/d") int back(void *ctx) { return loop(10, callback, 0, 0) + (LINUX_KERNEL_VERSION > 1 && CONFIG_BPF_JIT && (u64)&bpf_link_fops > 5); }
"#;

fn code(object: &[u8]) -> Vec<ProgramCode> {
    program_code(object).unwrap()
}

fn program<'a>(all: &'a [ProgramCode], name: &str) -> &'a ProgramCode {
    all.iter().find(|program| program.name == name).unwrap()
}

/// Where a section starts in the file, and how long it is: the System V ABI, chapter 4.
fn section(object: &[u8], name: &str) -> (usize, usize) {
    let word = |at: usize, bytes: usize| {
        let mut word = [0; 8];
        word[..bytes].copy_from_slice(&object[at..at + bytes]);
        usize::try_from(u64::from_le_bytes(word)).unwrap()
    };
    let (table, count, names) = (word(40, 8), word(60, 2), word(62, 2));
    let header = |index: usize| table + index * 64;
    let strings = word(header(names) + 24, 8);
    (0..count)
        .find(|&index| {
            let start = strings + word(header(index), 4);
            object[start..].starts_with(name.as_bytes()) && object[start + name.len()] == 0
        })
        .map(|index| (word(header(index) + 24, 8), word(header(index) + 32, 8)))
        .unwrap()
}

#[test]
fn instructions_have_the_lines_that_they_come_from() {
    let object = clang::compile(SOURCE);
    let lines = source_lines(&object).unwrap();
    let nothing = lines.iter().find(|line| line.section == "tp/a/b").unwrap();
    assert_eq!(nothing.text, "SEC(\"tp/a/b\") int nothing(void *ctx) { return 0; }");
    assert!(nothing.file.ends_with(".c") && nothing.line > 1, "{nothing:?}");
    let beside: Vec<_> = lines.iter().filter(|line| line.text.contains("int beside(")).collect();
    // It stands behind `deep` in its section.
    assert!(
        beside
            .iter()
            .all(|line| line.section == "tp/a/c" && line.function == "beside"),
        "{beside:?}"
    );
    assert_eq!(beside.iter().map(|line| line.instruction).min(), Some(0));
    // Cut anywhere, or with any byte changed, the table is refused or read, and nothing else.
    let (start, size) = section(&object, ".BTF.ext");
    for at in start..start + size.min(400) {
        let mut broken = object.clone();
        broken[at] ^= 0xff;
        let _ = source_lines(&broken);
    }
}

#[test]
fn each_program_has_what_it_reaches_and_no_more() {
    let all = code(&clang::compile(SOURCE));
    let names: Vec<&str> = all.iter().map(|program| program.name.as_str()).collect();
    assert_eq!(
        names,
        ["nothing", "deep", "beside", "back"],
        "functions of .text are no programs"
    );

    let nothing = program(&all, "nothing");
    assert_eq!((nothing.instructions, nothing.helpers.len()), (2, 0));
    let deep = program(&all, "deep");
    assert_eq!(deep.subprograms, ["middle", "static_leaf"]);
    assert_eq!(deep.helpers, [5, 14]);
    let named = |name: &str| KernelFunction::Named(name.to_owned());
    assert_eq!(deep.kfuncs, [named("bpf_rcu_read_lock"), named("bpf_rcu_read_unlock")]);
    let beside = program(&all, "beside");
    assert_eq!(beside.subprograms, ["global_leaf", "itself"]);
    assert_eq!(beside.helpers, [1, 14]);
    assert_eq!(beside.kfuncs, []);
    let back = program(&all, "back");
    assert_eq!(
        back.subprograms,
        ["callback", "global_leaf"],
        "a callback is reached by its address"
    );
    assert_eq!(back.helpers, [1, 181]);
}

#[test]
fn instructions_are_those_that_the_kernel_is_given() {
    let object = clang::compile(
        "static __attribute__((noinline)) int leaf(int x) { return x * 3; }
         SEC(\"tp/a/b\") int twice(void *ctx) { return leaf(1) + leaf(2); }",
    );
    let all = code(&object);
    let bytes = section(&object, ".text").1 + section(&object, "tp/a/b").1;
    assert_eq!(all[0].instructions, bytes / 8, "a subprogram counts once");
}

#[test]
fn what_the_object_needs_of_the_kernel_is_named() {
    let needs = kernel_needs(&clang::compile(SOURCE)).unwrap();
    assert_eq!(needs.license.as_deref(), Some("GPL"));
    assert_eq!(needs.configuration, ["CONFIG_BPF_JIT", "LINUX_KERNEL_VERSION"]);
    assert_eq!(needs.variables, ["bpf_link_fops"]);
    assert_eq!(needs.btf.kernel.as_deref(), Some(".ksyms"));
    let plain = kernel_needs(&clang::compile("SEC(\"tp/a/b\") int p(void *ctx) { return 0; }")).unwrap();
    assert_eq!((plain.btf.relocations, plain.btf.kernel), (0, None));
}

/// An object with one program whose first instruction is forged.
fn forged(instruction: [u8; 8]) -> Vec<u8> {
    let mut object = clang::compile("SEC(\"tp/a/b\") int p(void *ctx) { return 0; }");
    let (start, _) = section(&object, "tp/a/b");
    object[start..start + 8].copy_from_slice(&instruction);
    object
}

#[test]
fn a_call_that_no_compiler_writes_is_seen() {
    let all = code(&forged([0x85, 0x20, 0, 0, 0x39, 0x30, 0, 0]));
    assert_eq!(all[0].kfuncs, [KernelFunction::Numbered(12345)]);
    let all = code(&forged([0x85, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]));
    assert_eq!(all[0].helpers, [u32::MAX]);
}

#[test]
fn a_call_that_leads_nowhere_is_an_error_that_says_where_it_is() {
    for (instruction, words) in [
        (
            [0x85, 0x10, 0, 0, 5, 0, 0, 0],
            "p: instruction 0 calls what is no function of .text",
        ),
        (
            [0x85, 0x30, 0, 0, 5, 0, 0, 0],
            "p: instruction 0 calls what is of the unknown kind 3",
        ),
        (
            [0x18, 0x40, 0, 0, 0, 0, 0, 0],
            "p: instruction 0 takes the address of an unknown function",
        ),
    ] {
        let error = program_code(&forged(instruction)).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Object, words));
    }
}

#[test]
fn damaged_objects_do_no_harm() {
    let object = clang::compile(SOURCE);
    for end in (0..object.len()).step_by(61) {
        assert!(program_code(&object[..end]).is_err(), "cut at {end}");
    }
    for (place, flip) in (0..object.len())
        .step_by(3)
        .zip([0x01, 0x20, 0x80, 0xff].into_iter().cycle())
    {
        let mut damaged = object.clone();
        damaged[place] ^= flip;
        let _ = program_code(&damaged);
        let _ = kernel_needs(&damaged);
    }
}
