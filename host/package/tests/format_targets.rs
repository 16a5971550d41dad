//! Where programs go: texts, packages and what their user says over them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use package::{
    Alternatives, Attachment, CgroupMode, Direction, Fallback, Interface, Places, Program, SampleRate, Target, XdpMode,
};
use serde_json::{Value, json};

fn program(section: &str, options: Value) -> Program {
    Program {
        name: "handle".into(),
        section: section.into(),
        attach: None,
        link: true,
        options: options.as_object().cloned().unwrap(),
    }
}

fn target(section: &str, options: Value) -> String {
    match program(section, options).attachment(&Places::default(), &[]).unwrap() {
        Attachment::Target(target) => target.to_string(),
        other => format!("{other:?}"),
    }
}

fn refusal(section: &str, options: Value) -> String {
    let error = program(section, options)
        .attachment(&Places::default(), &[])
        .unwrap_err();
    match error.hint() {
        Some(hint) => format!("{error}\n{hint}"),
        None => error.to_string(),
    }
}

#[test]
fn every_kind_of_target_has_a_text_that_reads_back() {
    for text in [
        "tracepoint/sched/sched_process_exec",
        "raw_tracepoint/sched_switch",
        "fentry.s/vfs_read",
        "freplace/subprogram,program=12",
        "kprobe/do_unlinkat",
        "kprobe/do_unlinkat+0x10",
        "kretprobe/do_unlinkat",
        "kprobe.multi/vfs_*,ksys_read",
        "kretprobe.multi/vfs_*",
        "kprobe.session/vfs_read",
        "ksyscall/openat",
        "kretsyscall/openat",
        "uprobe//bin/bash:readline",
        "uprobe/libc.so.6:malloc+0x4,pid=12",
        "uprobe//opt/a,b:c:0x1234,semaphore=64",
        "uretprobe//bin/bash:readline",
        "uprobe.multi/libc.so.6:mem*,str*",
        "uretprobe.multi/libc.so.6:mem*,pid=1",
        "uprobe.session/libc.so.6:malloc",
        "usdt//usr/bin/python3:python:function__entry,pid=3",
        "perf_event/cpu-clock",
        "perf_event/cpu-cycles,period=100000,cpu=0,pid=3",
        "perf_event/cpu-clock,frequency=49",
        "perf_event/r1c2",
        "perf_event/3:0x10000",
        "xdp/eth0",
        "xdp/eth0,mode=generic",
        "xdp/#3",
        "tc/ingress/eth0",
        "tc/egress/eth0,handle=1,priority=7",
        "tcx/egress/eth0",
        "netkit/primary/nk0",
        "netkit/peer/nk0",
        "cgroup//sys/fs/cgroup/a",
        "cgroup//sys/fs/cgroup/a,mode=exclusive",
        "sock_map/sockets",
        "netns//proc/self/ns/net",
        "socket/lo",
        "sk_reuseport/8080",
        "netfilter/local_in",
        "netfilter/post_routing,family=ipv6,priority=-100,defragment=true",
        "iter",
        "iter/map:counts",
        "iter/cgroup:/sys/fs/cgroup",
        "iter/task:1",
        "struct_ops/ops",
    ] {
        let target = Target::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(target.to_string(), text);
    }
    assert_eq!(Target::parse("tp/a/b").unwrap().to_string(), "tracepoint/a/b");
    assert_eq!(
        Target::parse("perf_event/cycles").unwrap().to_string(),
        "perf_event/cpu-cycles"
    );
}

#[test]
fn a_wrong_text_is_told_with_what_is_allowed() {
    for (text, why) in [
        ("", "\"\" is no kind of target"),
        ("nonsense/x", "\"nonsense\" is no kind of target"),
        ("tracepoint/sched", "expected CATEGORY/NAME after the slash"),
        ("kprobe", "expected a FUNCTION after the slash"),
        ("kprobe/a+b", "offset: found \"b\", expected bytes"),
        (
            "kprobe/a,pid=1",
            "pid is unknown here: this kind of target has no settings",
        ),
        ("uprobe//bin/bash", "expected PATH:FUNCTION after the slash"),
        ("uprobe//bin/bash:x,pid=-1", "pid=-1: expected a number in range"),
        ("uprobe//bin/bash:x,pid=1,pid=2", "pid is given twice"),
        ("usdt//bin/bash:x", "expected PATH:PROVIDER:NAME after the slash"),
        (
            "perf_event/nothing",
            "event: found \"nothing\", expected a name of `perf list`",
        ),
        (
            "perf_event/cpu-clock,frequency=1,period=1",
            "frequency and period exclude each other",
        ),
        ("xdp", "expected INTERFACE after the slash"),
        (
            "xdp/eth0,mode=fast",
            "mode: found \"fast\", expected automatic or driver or generic or hardware",
        ),
        ("xdp/eth0,pid=1", "pid is unknown here, only mode"),
        (
            "tc/sideways/eth0",
            "direction: found \"sideways\", expected ingress or egress",
        ),
        ("cgroup/connect4", "expected an absolute PATH after the slash"),
        ("sk_reuseport/0", "expected a PORT from 1 to 65535"),
        (
            "netfilter/nowhere",
            "hook: found \"nowhere\", expected pre_routing or local_in",
        ),
        ("iter/socket:1", "expected map:NAME, cgroup:PATH or task:PID"),
        ("freplace/f", "expected ,program=NUMBER"),
    ] {
        let error = Target::parse(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn a_section_that_names_its_place_is_libbpfs() {
    for section in [
        "tp/sched/sched_switch",
        "kprobe/x",
        "uprobe//bin/bash:x",
        "fentry/x",
        "iter/task",
        "usdt/a:b:c",
    ] {
        assert_eq!(target(section, json!({})), "Section");
    }
    for section in ["syscall", "struct_ops/init", "xdp/devmap", "struct_ops.s/init"] {
        assert_eq!(target(section, json!({})), "ByHand");
    }
}

#[test]
fn network_programs_go_where_the_package_says_and_to_the_loopback_if_it_does_not() {
    assert_eq!(target("xdp", json!({})), "xdp/#1");
    assert_eq!(
        target("xdp.frags", json!({"ifname": "eth0", "flags": 2})),
        "xdp/eth0,mode=generic"
    );
    assert_eq!(
        target("xdp", json!({"ifindex": 4, "flags": 5, "xdpopts": {"old_prog_fd": -1}})),
        "xdp/#4,mode=driver"
    );
    assert_eq!(target("xdp", json!({"flags": 9})), "xdp/#1,mode=hardware");
    assert_eq!(target("tc", json!({})), "tc/ingress/#1");
    assert_eq!(target("tc/egress", json!({})), "tc/egress/#1");
    assert_eq!(
        target(
            "tc",
            json!({"tchook": {"ifindex": 2, "attach_point": "BPF_TC_EGRESS"}, "tcopts": {"handle": 1, "priority": 3}})
        ),
        "tc/egress/#2,handle=1,priority=3"
    );
    assert_eq!(target("tcx/egress", json!({"ifname": "a"})), "tcx/egress/a");
    assert_eq!(target("netkit/primary", json!({"ifname": "a"})), "netkit/primary/a");
    assert_eq!(target("socket", json!({"ifname": "a"})), "socket/a");
    assert_eq!(target("cgroup/connect4", json!({})), "cgroup//sys/fs/cgroup");
    assert_eq!(
        target("cgroup_skb/egress", json!({"cgroup": "/sys/fs/cgroup/a"})),
        "cgroup//sys/fs/cgroup/a"
    );
    assert_eq!(
        target(
            "sockops",
            json!({"cgroup": {"path": "/sys/fs/cgroup/a", "mode": "override"}})
        ),
        "cgroup//sys/fs/cgroup/a,mode=override"
    );
    assert_eq!(target("sk_lookup", json!({})), "netns//proc/self/ns/net");
    assert_eq!(target("sk_msg", json!({"map": "sockets"})), "sock_map/sockets");
    assert_eq!(target("sk_reuseport", json!({"port": 80})), "sk_reuseport/80");
    assert_eq!(
        target(
            "netfilter",
            json!({"netfilter": {"hook": "forward", "family": 10, "priority": -5}})
        ),
        "netfilter/forward,family=ipv6,priority=-5"
    );
    assert_eq!(target("perf_event", json!({})), "perf_event/cpu-clock");
    assert_eq!(
        target(
            "perf_event",
            json!({"perf": {"event": "cycles", "period": 5, "pid": 3}})
        ),
        "perf_event/cpu-cycles,period=5,pid=3"
    );
    assert_eq!(target("iter/bpf_map_elem", json!({"map": "counts"})), "iter/map:counts");
}

#[test]
fn what_must_be_named_and_is_not_is_told_with_how_to() {
    for (section, hint) in [
        ("sk_msg", "--attach PROGRAM=sock_map/NAME"),
        ("sk_reuseport", "--attach PROGRAM=sk_reuseport/PORT"),
        ("netfilter", "--attach PROGRAM=netfilter/local_in"),
        ("iter/bpf_map_elem", "--attach PROGRAM=iter/map:NAME"),
        ("freplace/f", "--attach PROGRAM=freplace/FUNCTION,program=NUMBER"),
        ("lwt_in", "\"link\": false"),
    ] {
        let text = refusal(section, json!({}));
        assert!(
            text.starts_with("program handle: ") && text.contains(hint),
            "{section}: {text}"
        );
    }
    assert_eq!(
        refusal("xdp", json!({"ifindex": "eth0"})),
        "program handle.ifindex: found a string, expected a number"
    );
    assert_eq!(
        refusal("tc", json!({"tchook": {"attach_point": "BPF_TC_CUSTOM"}})),
        "program handle.tchook.attach_point: found \"BPF_TC_CUSTOM\", expected BPF_TC_INGRESS or BPF_TC_EGRESS"
    );
}

#[test]
fn the_user_has_the_last_word() {
    let places = Places {
        targets: vec![("handle".into(), Target::parse("kprobe/other").unwrap())],
        ..Places::default()
    };
    let found = program("kprobe/one", json!({})).attachment(&places, &[]).unwrap();
    assert_eq!(found, Attachment::Target(Target::parse("kprobe/other").unwrap()));

    let places = Places {
        interface: Some(Interface::Name("eth9".into())),
        cgroup: Some("/sys/fs/cgroup/b".into()),
        ..Places::default()
    };
    let found = program("xdp", json!({"ifname": "eth0"}))
        .attachment(&places, &[])
        .unwrap();
    assert_eq!(
        found,
        Attachment::Target(Target::Xdp {
            interface: Interface::Name("eth9".into()),
            mode: XdpMode::Automatic
        })
    );
    let found = program("sockops", json!({"cgroup": {"mode": "exclusive"}}))
        .attachment(&places, &[])
        .unwrap();
    assert_eq!(
        found,
        Attachment::Target(Target::Cgroup {
            path: "/sys/fs/cgroup/b".into(),
            mode: CgroupMode::Exclusive
        })
    );
}

#[test]
fn what_the_user_chose_for_nobody_is_told() {
    let object = |sections: &[&str]| {
        let mut description = fixture::derived().describe().unwrap();
        description.programs = sections.iter().map(|section| program(section, json!({}))).collect();
        description
    };
    let (probe, packets, groups) = (object(&["kprobe/one"]), object(&["xdp", "tc"]), object(&["sockops"]));
    let interface = Places {
        interface: Some(Interface::Name("lo".into())),
        ..Places::default()
    };
    let cgroup = Places {
        cgroup: Some("/sys/fs/cgroup".into()),
        ..Places::default()
    };
    // Also the place where a program goes anyway is one that was chosen for it.
    assert_eq!(interface.unused(&[&probe, &packets]), None);
    assert_eq!(cgroup.unused(&[&groups]), None);
    assert_eq!(
        interface.unused(&[&probe, &groups]).as_deref(),
        Some("--iface: this tool has no program for network interfaces: its programs are handle")
    );
    assert_eq!(
        cgroup.unused(&[&packets]).as_deref(),
        Some("--cgroup: this tool has no program for control groups: its programs are handle")
    );
    let target = |name: &str| Places {
        targets: vec![(name.into(), Target::parse("xdp/lo").unwrap())],
        ..Places::default()
    };
    assert_eq!(target("handle").unused(&[&packets]), None);
    assert_eq!(
        target("nobody").unused(&[&packets]).as_deref(),
        Some("--attach: there is no program \"nobody\", only handle")
    );
    assert_eq!(Places::default().unused(&[]), None);
}

#[test]
fn the_package_may_name_a_whole_target_in_place_of_a_section() {
    let mut chosen = program("tc", json!({"ifname": "eth0"}));
    for (text, expected) in [
        ("tc/egress", "tc/egress/eth0"),
        ("tc/egress/eth1,priority=3", "tc/egress/eth1,priority=3"),
        ("tracepoint/a/b", "tracepoint/a/b"),
    ] {
        chosen.attach = Some(text.into());
        match chosen.attachment(&Places::default(), &[]).unwrap() {
            Attachment::Target(target) => assert_eq!(target.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }
    chosen.attach = Some("nonsense".into());
    let error = chosen.attachment(&Places::default(), &[]).unwrap_err().to_string();
    assert!(
        error.starts_with("program handle: \"nonsense\" is no target: "),
        "{error}"
    );
}

#[test]
fn what_stands_in_for_a_missing_hook_is_read_in_each_of_its_forms() {
    let read = |options: Value| program("fentry/x", options).alternatives();
    assert_eq!(read(json!({})).unwrap(), Alternatives::default());
    assert!(read(json!({"optional": ""})).unwrap().optional);
    assert!(read(json!({"optional": true})).unwrap().optional);
    assert!(!read(json!({"optional": false})).unwrap().optional);
    let target = Fallback::Target(Target::parse("kprobe/x").unwrap());
    assert_eq!(
        read(json!({"fallback": "kprobe/x"})).unwrap().fallbacks,
        std::slice::from_ref(&target)
    );
    assert_eq!(
        read(json!({"fallback": ["kprobe/x", "other"]})).unwrap().fallbacks,
        [target, Fallback::Program("other".into())]
    );
    for (options, why) in [
        (
            json!({"optional": 3}),
            "program handle.optional: found a number, expected true or false",
        ),
        (
            json!({"fallback": 3}),
            "program handle.fallback: found a number, expected a target",
        ),
        (
            json!({"fallback": "nowhere/x"}),
            "program handle.fallback: \"nowhere/x\" is no target",
        ),
    ] {
        let error = read(options).unwrap_err().to_string();
        assert!(error.starts_with(why), "{error}");
    }
}

#[test]
fn directions_and_rates_are_what_the_words_say() {
    assert_eq!(
        Target::parse("netkit/peer/n").unwrap(),
        Target::Netkit {
            interface: Interface::Name("n".into()),
            direction: Direction::Ingress
        }
    );
    let Target::PerfEvent(event) = Target::parse("perf_event/faults").unwrap() else {
        panic!("another kind");
    };
    assert_eq!(
        (event.kind, event.config, event.rate),
        (1, 2, SampleRate::Frequency(99))
    );
}
