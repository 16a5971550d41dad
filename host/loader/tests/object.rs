//! From opening to dropping: variables, maps, programs, links.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{load, number, open, open_with, with_tracefs};
use loader::{Batch, EventOptions, EventSource, Kind, Next, Object, Stop};
use package::Target;
use serde_json::json;

/// What the program `look` sees of `wanted`, `level` and `word`.
fn look(object: &Object) -> (u64, u64, u64) {
    object.program("look").unwrap().run(&[]).unwrap();
    let seen = number(object, "seen");
    (seen >> 32, (seen >> 8) & 0xff_ffff, seen & 0xff)
}

#[test]
fn variables_are_set_before_loading_by_value_and_by_bytes() {
    let object = load("tool");
    assert_eq!(look(&object), (1, 7, u64::from(b'h')));

    let mut open = open("tool");
    open.set_variable("wanted", &json!(5)).unwrap();
    open.set_variable("word", &json!("you")).unwrap();
    open.set_variable_bytes("level", &9_i32.to_ne_bytes()).unwrap();
    // What is zero in the file, and sections with a name of their own.
    open.set_variable("switches", &json!(11)).unwrap();
    open.set_variable("tuned", &json!(12)).unwrap();
    open.set_variable("fixed", &json!(13)).unwrap();
    let object = open.load().unwrap();
    assert_eq!(
        ["switches", "tuned", "fixed"].map(|name| number(&object, name)),
        [11, 12, 13]
    );
    assert_eq!(look(&object), (5, 9, u64::from(b'y')));
    assert_eq!(object.read_variable("word").unwrap(), b"you\0\0\0\0\0");
}

#[test]
fn values_of_the_package_are_set_when_it_is_opened() {
    let object = open_with("tool", |description| {
        let variable = description
            .variables
            .iter_mut()
            .find(|variable| variable.name == "wanted")
            .unwrap();
        variable.value = Some(json!(12));
    });
    assert_eq!(look(&object.load().unwrap()).0, 12);
}

#[test]
fn variables_change_at_run_time_unless_they_are_constant() {
    let object = load("tool");
    object.write_variable("level", &3_i32.to_ne_bytes()).unwrap();
    assert_eq!(look(&object).1, 3);
    assert_eq!(object.read_variable("level").unwrap(), 3_i32.to_ne_bytes());
    let error = object.write_variable("wanted", &[0; 4]).unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    assert_eq!(
        error.to_string(),
        "variable wanted is read-only once the object is loaded"
    );
}

#[test]
fn wrong_values_lengths_and_names_are_told() {
    let mut open = open("tool");
    let error = open.set_variable_bytes("level", &[0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "variable level (int) has 4 bytes, 3 were given");
    let error = open.set_variable("word", &json!("far too long")).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    let text = format!("{error:#}");
    assert!(text.starts_with("variable word (char[8]) cannot be set: "), "{text}");
    let error = open.set_variable("nothing", &json!(1)).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(
        error.to_string().starts_with("there is no variable \"nothing\", only "),
        "{error}"
    );
    assert_eq!(open.set_autoload("nothing", true).unwrap_err().kind(), Kind::NotFound);
    let error = open.set_max_entries("events", 5000).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ring buffer events cannot have 5000 bytes: it takes a power of two of at least 4096"
    );
    open.set_max_entries("events", 65536).unwrap();
    open.set_max_entries("pairs", 3).unwrap();
    let object = open.load().unwrap();
    assert_eq!(object.map("events").unwrap().info().max_entries, 65536);
    assert_eq!(object.map("pairs").unwrap().info().max_entries, 3);
}

#[test]
fn an_object_that_is_none_is_refused() {
    let (_, description) = common::compile("tool");
    let error =
        loader::OpenObject::open(b"\x7fELF and no more", Arc::new(description), &Default::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(error.to_string(), "the BPF object cannot be opened");
}

#[test]
fn attached_programs_see_what_happens_until_their_links_are_dropped() {
    with_tracefs(|| {
        let object = load("tool");
        let mut source = EventSource::open(&[object.map("events").unwrap()], EventOptions::default()).unwrap();
        let links = object.attach().unwrap();
        let targets: Vec<_> = links.iter().map(loader::Link::target).collect();
        assert_eq!(targets, ["tp/sched/sched_process_exec", "raw_tp/sched_switch"]);

        let child = Command::new("/bin/true").spawn().unwrap();
        let pid = child.id();
        child.wait_with_output().unwrap();
        let (stop, mut batch) = (
            Stop::at(Instant::now() + Duration::from_secs(10)).unwrap(),
            Batch::default(),
        );
        let mut found = false;
        while !found && source.next(4096, None, &stop, None, &mut batch).unwrap() == Next::Batch {
            found = batch.iter().any(|record| {
                record.data.len() == 20
                    && record.data.starts_with(&pid.to_ne_bytes())
                    && record.data.get(4..).unwrap() == b"true\0\0\0\0\0\0\0\0\0\0\0\0"
            });
        }
        assert!(found, "the start of process {pid} was not seen");
        assert!(number(&object, "switches") > 0);

        loader::detach_all(links).unwrap();
        let before = number(&object, "switches");
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(number(&object, "switches"), before);
    });
}

#[test]
fn a_program_goes_where_the_package_says_in_place_of_its_section() {
    let object = open_with("tool", |description| {
        let program = description
            .programs
            .iter_mut()
            .find(|program| program.name == "handle_switch")
            .unwrap();
        program.attach = Some("tp_btf/sched_switch".to_owned());
        let program = description
            .programs
            .iter_mut()
            .find(|program| program.name == "handle_exec")
            .unwrap();
        program.link = false;
    })
    .load()
    .unwrap();
    let links = object.attach().unwrap();
    assert_eq!(
        links.iter().map(loader::Link::target).collect::<Vec<_>>(),
        ["tp_btf/sched_switch"]
    );
    std::thread::sleep(Duration::from_millis(20));
    assert!(number(&object, "switches") > 0);
}

#[test]
fn a_program_is_attached_to_a_target_chosen_at_run_time() {
    let object = load("tool");
    let program = object.program("handle_switch").unwrap();
    let link = program
        .attach_to(&Target::RawTracepoint("sys_enter".into()), None)
        .unwrap();
    assert_eq!(link.target(), "raw_tracepoint/sys_enter");
    let before = number(&object, "switches");
    std::thread::sleep(Duration::from_millis(1));
    assert!(number(&object, "switches") > before);
    link.detach().unwrap();

    let error = program
        .attach_to(&Target::parse("tp/sched/sched_process_exec").unwrap(), None)
        .unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "program handle_switch is of type raw_tracepoint and cannot be attached to tracepoint/sched/sched_process_exec"
    );
}

#[test]
fn if_one_program_cannot_be_attached_none_stays_attached() {
    with_tracefs(|| {
        let object = open_with("tool", |description| {
            let program = description
                .programs
                .iter_mut()
                .find(|program| program.name == "handle_exec")
                .unwrap();
            program.attach = Some("tp/sched/gone".to_owned());
            // Attached before the one that fails.
            description
                .programs
                .sort_by_key(|program| program.name != "handle_switch");
        })
        .load()
        .unwrap();
        assert_eq!(object.attach().unwrap_err().kind(), Kind::NotFound);
        let before = number(&object, "switches");
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(number(&object, "switches"), before);
    });
}

#[test]
fn everything_is_gone_when_the_last_of_it_is_dropped_in_any_order() {
    let object = load("tool");
    let program = object.program("handle_switch").unwrap();
    let link = program.attach().unwrap();
    let (program_id, map) = (program.id().unwrap(), object.map("pairs").unwrap());
    let map_id = map.info().id;
    drop(object);
    drop(program);
    assert!(
        exists("prog", program_id) && exists("map", map_id),
        "the link and the map keep it"
    );
    drop(map);
    assert!(exists("prog", program_id));
    drop(link);
    // The kernel frees in the background.
    let deadline = Instant::now() + Duration::from_secs(10);
    while exists("prog", program_id) || exists("map", map_id) {
        assert!(Instant::now() < deadline, "still in the kernel");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the kernel still knows the number.
fn exists(what: &str, id: u32) -> bool {
    // SAFETY: a number in, a descriptor or an error out.
    let fd = unsafe {
        if what == "prog" {
            libbpf_sys::bpf_prog_get_fd_by_id(id)
        } else {
            libbpf_sys::bpf_map_get_fd_by_id(id)
        }
    };
    if fd < 0 {
        assert_eq!(fd, -libc::ENOENT);
        return false;
    }
    // SAFETY: just opened, and closed once.
    unsafe { libc::close(fd) };
    true
}

#[test]
fn entries_of_the_package_are_in_the_map_after_loading() {
    let object = open_with("tool", |description| {
        let map = |name: &str| description.maps.iter().position(|map| map.name == name).unwrap();
        let (pairs, by_cpu) = (map("pairs"), map("by_cpu"));
        description.maps.get_mut(pairs).unwrap().data = vec![(json!(1), json!({"a": 2, "b": 3}))];
        description.maps.get_mut(by_cpu).unwrap().data = vec![(json!(4), json!(5))];
    })
    .load()
    .unwrap();
    let pair = object
        .map("pairs")
        .unwrap()
        .lookup(&1_u32.to_ne_bytes())
        .unwrap()
        .unwrap();
    assert_eq!(pair, [2_u32, 3].map(u32::to_ne_bytes).concat());
    let map = object.map("by_cpu").unwrap();
    let values = map.lookup(&4_u32.to_ne_bytes()).unwrap().unwrap();
    assert_eq!(values.len() as u32, map.info().cpus * 8);
    for value in values.chunks(8) {
        assert_eq!(value.get(..4).unwrap(), 5_u32.to_ne_bytes());
    }
}
