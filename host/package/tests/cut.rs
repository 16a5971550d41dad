//! Cutting BTF: what comes out is small and stable, and damaged or malicious input gives an error in bounded time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use std::time::{Duration, Instant};

use package::{Error, ErrorKind, btf_needs, cut_btf};

/// What one damaged file may take, in a debug build on a busy machine.
const TIME: Duration = Duration::from_secs(5);

const FLIPS: [u8; 4] = [0x01, 0x20, 0x80, 0xff];

/// What stands for the kernel: its object's BTF.
const KERNEL: &str = "
enum state { RUNNING, SLEEPING = 7 };
typedef struct { int counter; } atomic_t;
struct list { struct list *next, *previous; };
struct inner { long load; struct list run; };
struct task { int before; pid_t pid; struct task *parent; union { int left; struct { u64 right; }; }; unsigned flag : 3;
    atomic_t usage; struct inner inner; char comm[16]; enum state state; u32 tail[]; };
struct unrelated { struct task *task; } *keep_unrelated;
struct task *keep_task;
";

const TOOL: &str = "
#define OFFSET 0
#define EXISTS 2
enum state { RUNNING, SLEEPING };
struct inner { long load; };
struct task { pid_t pid; struct task *parent; union { struct { u64 right; }; }; unsigned flag : 1; struct inner inner; char comm[4];
    enum state state; void *never; u32 tail[]; };
struct list { struct list *next; };
#define ACCESS(e) __builtin_preserve_access_index(e)
SEC(\"raw_tp\") long tool(struct task *task)
{
    return *ACCESS(&task->pid) + (long)*ACCESS(&task->parent) + *ACCESS(&task->right) + *ACCESS(&task->inner.load)
        + *ACCESS(&task->comm[3]) + *ACCESS(&task->tail[9])
        + __builtin_preserve_field_info(task->flag, OFFSET) + __builtin_preserve_field_info(task->never, EXISTS)
        + __builtin_preserve_type_info(*(struct list *)0, 2)
        + __builtin_preserve_enum_value(*(enum state *)SLEEPING, 1);
}
";

/// The contents of an object's .BTF section: its header is 24 bytes long, that of .BTF.ext is not.
fn btf(object: &[u8]) -> Vec<u8> {
    let start = object
        .windows(8)
        .position(|window| window == [0x9f, 0xeb, 1, 0, 24, 0, 0, 0])
        .unwrap();
    let word = |at: usize| u32::from_le_bytes(object[start + at..start + at + 4].try_into().unwrap()) as usize;
    object[start..start + 24 + word(16) + word(20)].to_vec()
}

fn kernel() -> Vec<u8> {
    btf(&clang::compile(KERNEL))
}

/// Cuts, and cuts the cut again: it must be BTF in which every relocation finds what it found before, and nothing else.
fn cut(object: &[u8], kernel: &[u8]) -> Result<Vec<u8>, Error> {
    let start = Instant::now();
    let cut = cut_btf(object, kernel)?;
    let again = cut_btf(object, &cut.bytes).expect("a cut is BTF");
    assert_eq!(cut.bytes, again.bytes);
    assert!(start.elapsed() < TIME, "took {:?}", start.elapsed());
    Ok(cut.bytes)
}

#[test]
fn only_what_relocations_look_at_stays() {
    let (object, kernel) = (clang::compile(TOOL), kernel());
    let cut = cut(&object, &kernel).unwrap();
    let strings = String::from_utf8_lossy(&cut).into_owned();
    let mut names: Vec<&str> = strings
        .rsplit_once("\0\0")
        .map_or(strings.as_str(), |(_, names)| names)
        .split('\0')
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "SLEEPING", "comm", "flag", "inner", "list", "load", "next", "parent", "pid", "right", "state", "tail",
            "task"
        ],
    );
    assert!(cut.len() < kernel.len() / 2, "{} of {} bytes", cut.len(), kernel.len());
}

#[test]
fn types_that_the_kernel_has_not_are_named() {
    let tool = "struct absent___new { int x; }; struct task { int pid; };
        SEC(\"raw_tp\") int tool(void *ctx) {
            return __builtin_preserve_field_info(((struct absent___new *)ctx)->x, 2)
                + __builtin_preserve_field_info(((struct task *)ctx)->pid, 2); }";
    assert_eq!(cut_btf(&clang::compile(tool), &kernel()).unwrap().absent, ["absent"]);
}

#[test]
fn the_number_of_a_type_in_the_kernels_btf_cannot_be_answered() {
    let tool = "struct task { int pid; };
        SEC(\"raw_tp\") long tool(void *ctx) { return __builtin_btf_type_id(*(struct task *)0, 1); }";
    let object = clang::compile(tool);
    let error = cut(&object, &kernel()).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::Unsupported,
            "a program asks for the number of a type in the kernel's own BTF (bpf_core_type_id_kernel), a cut has others"
        )
    );
    let needs = btf_needs(&object).unwrap();
    assert!(needs.type_ids && !needs.cut_helps(), "{needs:?}");
}

#[test]
fn what_an_object_wants_of_the_kernels_btf() {
    let needs = |source: &str| btf_needs(&clang::compile(source)).unwrap();
    let relocations = needs(TOOL);
    assert!(relocations.cut_helps(), "{relocations:?}");
    assert_eq!(relocations.relocations, 10);

    let none = needs("SEC(\"kprobe/x\") int tool(void *ctx) { return 0; }");
    assert_eq!((none.relocations, none.kernel.as_deref()), (0, None));
    assert!(!none.cut_helps());
    for section in [
        "fentry/x",
        "?fexit.s/x",
        "tp_btf/x",
        "lsm/file_open",
        "iter/task",
        "struct_ops/x",
        "freplace/x",
    ] {
        let source = TOOL.replace("raw_tp", section);
        let found = needs(&source);
        assert_eq!(found.kernel.as_deref(), Some(section));
        assert!(!found.cut_helps());
    }
    let ksym = |kind: &str| {
        needs(&format!(
            "{kind} SEC(\".ksyms\"); SEC(\"kprobe/x\") long tool(void *ctx) {{ return (long)&x; }}"
        ))
    };
    assert_eq!(ksym("extern const int x").kernel.as_deref(), Some(".ksyms"));
    assert_eq!(ksym("extern int x(void)").kernel.as_deref(), Some(".ksyms"));
    assert_eq!(ksym("extern const void x").kernel, None);
}

#[test]
fn without_relocations_the_cut_has_no_types() {
    let object = clang::compile("SEC(\"kprobe/x\") int tool(void *ctx) { return 0; }");
    // The header, and the empty name.
    assert_eq!(cut(&object, &kernel()).unwrap().len(), 25);
}

#[test]
fn an_object_cut_anywhere_is_refused() {
    let (object, kernel) = (clang::compile(TOOL), kernel());
    for end in (0..object.len()).step_by(31) {
        cut(&object[..end], &kernel).unwrap_err();
        assert!(btf_needs(&object[..end]).is_err());
    }
}

#[test]
fn a_kernels_btf_cut_anywhere_is_refused() {
    let (object, kernel) = (clang::compile(TOOL), kernel());
    for end in 0..kernel.len() {
        let error = cut(&object, &kernel[..end]).unwrap_err();
        assert!(error.to_string().starts_with("the kernel's BTF "), "{error}");
    }
}

#[test]
fn flipped_bytes_do_no_harm() {
    let (object, kernel) = (clang::compile(TOOL), kernel());
    for (place, flip) in (0..object.len()).step_by(29).zip(FLIPS.into_iter().cycle()) {
        let mut damaged = object.clone();
        damaged[place] ^= flip;
        let _ = (cut(&damaged, &kernel), btf_needs(&damaged));
    }
    for (place, flip) in (0..kernel.len()).zip(FLIPS.into_iter().cycle()) {
        let mut damaged = kernel.clone();
        damaged[place] ^= flip;
        let _ = cut(&object, &damaged);
    }
}

/// BTF of the given types, in words. Names are the offsets 1, `task`, 6, `pid`, and 10, `parent`.
fn hand_made(types: &[u32]) -> Vec<u8> {
    let strings = b"\0task\0pid\0parent\0";
    let length = types.len() as u32 * 4;
    let mut bytes = vec![0x9f, 0xeb, 1, 0];
    for word in [24, 0, length, length, strings.len() as u32].iter().chain(types) {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    bytes.extend_from_slice(strings);
    bytes
}

#[test]
fn types_that_lead_back_to_themselves_are_refused() {
    const STRUCT: u32 = 4 << 24 | 1;
    let object = clang::compile(
        "struct task { int pid[4]; };
        SEC(\"raw_tp\") int tool(struct task *task) { return *__builtin_preserve_access_index(&task->pid[3]); }",
    );
    let task = |member: &[u32]| hand_made(&[&[1, STRUCT, 16, 6, 2, 0], member].concat());
    let an_array_of_itself = task(&[0, 3 << 24, 0, 2, 0, 4]);
    let a_typedef_of_itself = task(&[6, 8 << 24, 2]);
    let an_array_of_a_typedef_of_it = task(&[0, 3 << 24, 0, 3, 0, 4, 6, 8 << 24, 2]);
    for types in [an_array_of_itself, a_typedef_of_itself, an_array_of_a_typedef_of_it] {
        assert!(cut(&object, &types).is_err());
    }
    // An anonymous member that is the struct again, and one that has no bytes to read it in.
    let anonymous = hand_made(&[1, STRUCT, 16, 0, 1, 0]);
    assert_eq!(cut(&object, &anonymous).unwrap_err().kind(), ErrorKind::Limit);
    let bit_field = clang::compile(
        "struct task { unsigned pid : 3; };
        SEC(\"raw_tp\") int tool(struct task *task) { return __builtin_preserve_field_info(task->pid, 0); }",
    );
    let nothing = hand_made(&[1, 1 << 31 | STRUCT, 16, 6, 2, 3 << 24, 0, 1 << 24, 0, 0]);
    assert_eq!(
        cut(&bit_field, &nothing).unwrap_err().to_string(),
        "the object's CO-RE relocations: the kernel's BTF is damaged: type 2 cannot be that of a bit field"
    );
}

#[test]
fn comparing_unions_of_unions_ends() {
    let mut types = String::from("union u0 { char a; char b; };\n");
    for level in 1..30 {
        let inner = level - 1;
        types += &format!("union u{level} {{ union u{inner} a; union u{inner} b; }};\n");
    }
    let kernel = btf(&clang::compile(&format!("{types} union u29 *keep;")));
    let object = clang::compile(&format!(
        "{types} SEC(\"raw_tp\") int tool(void *ctx) {{ return __builtin_preserve_type_info(*(union u29 *)0, 2); }}"
    ));
    let error = cut(&object, &kernel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

#[test]
fn huge_counts_are_refused() {
    let object = clang::compile(TOOL);
    let many = hand_made(&vec![0; 3 * (package::limits::BTF_TYPES + 1)]);
    assert!(cut(&object, &many).is_err());
    let pointers: Vec<u32> = [0, 2 << 24, 0].repeat(package::limits::BTF_TYPES + 1);
    assert_eq!(
        cut(&object, &hand_made(&pointers)).unwrap_err().to_string(),
        "the kernel's BTF has more than 1048576 types"
    );
}
