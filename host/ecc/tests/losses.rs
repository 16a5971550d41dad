//! Records that find a ring buffer full are counted, for each buffer, without a word of that in the source.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use loader::{Batch, EventOptions, EventSource, Object, OpenObject, OpenOptions, Stop, Totals};
use package::{Description, Package};

/// Compiles a source of `tests/losses` with every warning on.
fn compiled(name: &str, options: &[&str]) -> (Package, Description) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/losses").join(name);
    let out = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .arg(source)
        .args(["-a", "-Wall -Wextra -Wno-unused-parameter -Werror"])
        .args(options)
        .arg("-o")
        .arg(out.path())
        .env_remove("CLANG")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let package = Package::parse(&fs::read(out.path().join("package.json")).unwrap()).unwrap();
    let description = package.describe().unwrap();
    (package, description)
}

/// In the kernel, or `None` where that does not let us.
fn loaded(package: &Package, description: Description) -> Option<Object> {
    let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default()).unwrap();
    match open.load() {
        Ok(object) => Some(object),
        Err(error) if error.kind() == loader::Kind::Denied => None,
        Err(error) => panic!("{error:?}"),
    }
}

fn number(object: &Object, name: &str) -> u64 {
    u64::from_ne_bytes(object.read_variable(name).unwrap().try_into().unwrap())
}

fn run(object: &Object, program: &str, times: u32) {
    for _ in 0..times {
        let result = object.program(program).unwrap().run(&[]).unwrap();
        assert_eq!(result.value, 0, "{program}");
    }
}

fn reader(object: &Object, map: &str) -> EventSource {
    EventSource::open(&[object.map(map).unwrap()], EventOptions::default()).unwrap()
}

/// Reads a few records and leaves the rest.
fn take_some(source: &mut EventSource) {
    let stop = Stop::new().unwrap();
    source
        .next(1024, Some(Instant::now()), &stop, Some(5), &mut Batch::default())
        .unwrap();
}

#[test]
fn every_helper_is_counted_wherever_it_is_called() {
    let (package, description) = compiled("helpers.bpf.c", &[]);
    let Some(object) = loaded(&package, description) else {
        return;
    };
    let mut source = reader(&object, "events");
    let programs = [
        "reserve",
        "reserve_in_a_function",
        "output_and_ignore",
        "output_in_a_subprogram",
        "discard_in_a_subprogram",
        "in_a_callback",
        "dynamic",
    ];
    for program in programs {
        let before = source.totals().lost.unwrap();
        run(&object, program, 100);
        let Totals {
            delivered,
            lost,
            unread,
            ..
        } = source.totals();
        let lost = lost.unwrap();
        assert!(lost > before, "{program} lost nothing");
        assert_eq!(delivered + lost + unread, number(&object, "produced"), "{program}");
        take_some(&mut source);
    }
    // One of the programs ignores what the helper says.
    assert!(number(&object, "refused") < source.totals().lost.unwrap());
}

#[test]
fn each_buffer_has_the_losses_that_are_its_own() {
    let (package, description) = compiled("several.bpf.c", &[]);
    let counter = |map: &str| {
        let map = description.maps.iter().find(|found| found.name == map).unwrap();
        map.lost.clone().unwrap_or_default()
    };
    assert_eq!(counter("counted"), "own_lost");
    assert_eq!(counter("small"), "__eunomia_lost_small");
    let Some(object) = loaded(&package, description) else {
        return;
    };
    let names = ["small", "large", "counted", "inner"];
    let mut sources = names.map(|name| reader(&object, name));
    run(&object, "flood_small", 300);
    run(&object, "flood_by_pointer", 700);
    run(&object, "flood_inner", 500);
    for source in &mut sources {
        take_some(source);
    }
    run(&object, "flood_by_pointer", 10);
    for (name, source) in names.iter().zip(&sources) {
        let Totals {
            delivered,
            lost,
            unread,
            ..
        } = source.totals();
        let produced = number(&object, &format!("produced_{name}"));
        assert!(lost.unwrap() > 0, "{name} lost nothing");
        assert_eq!(delivered + lost.unwrap() + unread, produced, "{name}");
    }
}

#[test]
fn a_call_that_is_not_counted_leaves_losses_unknown() {
    let (package, description) = compiled("pointer.bpf.c", &[]);
    assert!(description.maps.iter().all(|map| map.lost.is_none() && !map.hidden));
    assert!(!String::from_utf8_lossy(package.object()).contains("eunomia"));
}

#[test]
fn the_counter_is_hidden_and_can_be_left_out() {
    let (package, description) = compiled("helpers.bpf.c", &[]);
    let listed = package.meta()["bpf_skel"]["maps"].as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|map| map["ident"].as_str().unwrap()).collect();
    assert_eq!(names, ["events", "bss"]);
    let hidden = description.maps.iter().filter(|map| map.hidden);
    assert_eq!(
        hidden.map(|map| map.name.as_str()).collect::<Vec<_>>(),
        ["__eunomia_lost_events"]
    );
    assert!(
        description
            .variables
            .iter()
            .all(|variable| !variable.name.contains("eunomia"))
    );

    let (package, description) = compiled("helpers.bpf.c", &["--no-loss-counter"]);
    assert!(description.maps.iter().all(|map| map.lost.is_none() && !map.hidden));
    assert!(!String::from_utf8_lossy(package.object()).contains("eunomia"));
}
