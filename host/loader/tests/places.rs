//! Places that other people use too: what is ours goes, and what is theirs stays.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{load, number};
use loader::{Kind, Link, Object};
use package::Target;

fn attach(object: &Object, program: &str, target: &str) -> loader::Result<Link> {
    let target = Target::parse(target).unwrap();
    object.program(program).unwrap().attach_to(&target, None)
}

/// Runs a test in a thread with a network namespace of its own, whose loopback is up.
fn in_own_network(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::spawn(|| {
        // SAFETY: only this thread's namespace changes; the request lives through the calls.
        let up = unsafe {
            let mut request: libc::ifreq = std::mem::zeroed();
            request.ifr_name[..2].copy_from_slice(&[b'l' as libc::c_char, b'o' as libc::c_char]);
            request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
            libc::unshare(libc::CLONE_NEWNET) == 0 && {
                let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
                let code = libc::ioctl(socket, libc::SIOCSIFFLAGS, &raw const request);
                libc::close(socket);
                code == 0
            }
        };
        assert!(up, "{}", std::io::Error::last_os_error());
        test();
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Sends a packet through the loopback.
fn send() {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"hello", socket.local_addr().unwrap()).unwrap();
}

/// Whether the loopback has a queueing discipline `clsact`: another cannot be made.
fn has_discipline() -> bool {
    let mut hook = libbpf_sys::bpf_tc_hook {
        sz: size_of::<libbpf_sys::bpf_tc_hook>() as libbpf_sys::size_t,
        ifindex: 1,
        attach_point: libbpf_sys::BPF_TC_INGRESS,
        ..Default::default()
    };
    // SAFETY: the hook lives through the calls.
    unsafe {
        if libbpf_sys::bpf_tc_hook_create(&raw mut hook) != 0 {
            return true;
        }
        hook.attach_point = libbpf_sys::BPF_TC_INGRESS | libbpf_sys::BPF_TC_EGRESS;
        libbpf_sys::bpf_tc_hook_destroy(&raw mut hook);
    }
    false
}

#[test]
fn a_filter_goes_with_its_discipline_if_that_is_ours() {
    in_own_network(|| {
        let object = load("places");
        let link = attach(&object, "on_packet", "tc/ingress/lo").unwrap();
        assert_eq!(link.target(), "tc/ingress/lo");
        assert!(has_discipline());
        send();
        assert!(number(&object, "seen") > 0);
        link.detach().unwrap();
        assert!(!has_discipline());
        let seen = number(&object, "seen");
        send();
        assert_eq!(number(&object, "seen"), seen);
    });
}

#[test]
fn a_discipline_stays_that_somebody_else_made_or_uses() {
    in_own_network(|| {
        let (ours, theirs) = (load("places"), load("places"));
        // Theirs is the older one: the discipline is theirs.
        let first = attach(&theirs, "on_packet", "tc/egress/lo").unwrap();
        attach(&ours, "on_packet", "tc/ingress/lo").unwrap().detach().unwrap();
        assert!(has_discipline());
        send();
        assert!(number(&theirs, "seen") > 0);
        first.detach().unwrap();

        // Ours is the older one, and they use it too.
        let link = attach(&ours, "on_packet", "tc/ingress/lo").unwrap();
        let theirs_too = attach(&theirs, "on_packet", "tc/egress/lo").unwrap();
        let seen = number(&theirs, "seen");
        link.detach().unwrap();
        send();
        assert!(number(&theirs, "seen") > seen);
        theirs_too.detach().unwrap();
    });
}

#[test]
fn somebody_elses_filter_is_neither_replaced_nor_removed() {
    in_own_network(|| {
        let (ours, theirs) = (load("places"), load("places"));
        let place = "tc/ingress/lo,handle=1,priority=7";
        let first = attach(&theirs, "on_packet", place).unwrap();
        let error = attach(&ours, "on_packet", place).unwrap_err();
        assert_eq!(error.kind(), Kind::Busy);
        assert!(format!("{error:#}").contains("somebody else's filter"), "{error:#}");
        send();
        assert!(number(&theirs, "seen") > 0);
        assert_eq!(number(&ours, "seen"), 0);
        first.detach().unwrap();

        // Ours is taken away behind our back, and another put in its place.
        let lost = attach(&ours, "on_packet", place).unwrap();
        remove_filters();
        let second = attach(&theirs, "on_packet", place).unwrap();
        lost.detach().unwrap();
        let seen = number(&theirs, "seen");
        send();
        assert!(number(&theirs, "seen") > seen);
        second.detach().unwrap();
    });
}

/// Removes the discipline of the loopback with all that is in it, as `tc qdisc delete` does.
fn remove_filters() {
    let mut hook = libbpf_sys::bpf_tc_hook {
        sz: size_of::<libbpf_sys::bpf_tc_hook>() as libbpf_sys::size_t,
        ifindex: 1,
        attach_point: libbpf_sys::BPF_TC_INGRESS | libbpf_sys::BPF_TC_EGRESS,
        ..Default::default()
    };
    // SAFETY: the hook lives through the call.
    assert_eq!(unsafe { libbpf_sys::bpf_tc_hook_destroy(&raw mut hook) }, 0);
}

#[test]
fn another_xdp_program_stays_and_is_told() {
    in_own_network(|| {
        let (ours, theirs) = (load("places"), load("places"));
        let first = attach(&theirs, "on_receive", "xdp/lo").unwrap();
        for place in ["xdp/lo", "xdp/#1"] {
            let error = attach(&ours, "on_receive", place).unwrap_err();
            assert_eq!(error.kind(), Kind::Busy);
            assert_eq!(
                format!("{error:#}"),
                format!("program on_receive cannot be attached to {place}: lo has another XDP program already")
            );
            assert_eq!(error.hint(), Some("`ip link show lo` names it; it stays as it is"));
        }
        send();
        assert!(number(&theirs, "seen") > 0);
        first.detach().unwrap();
        attach(&ours, "on_receive", "xdp/lo").unwrap().detach().unwrap();
    });
}

#[test]
fn an_interface_that_is_not_there_is_told_with_those_that_are() {
    in_own_network(|| {
        let object = load("places");
        for target in ["xdp/nowhere0", "tc/ingress/nowhere0", "tcx/egress/nowhere0", "xdp/#77"] {
            let program = if target.starts_with("xdp") {
                "on_receive"
            } else {
                "on_packet"
            };
            let error = attach(&object, program, target).unwrap_err();
            assert_eq!(error.kind(), Kind::NotFound);
            assert!(
                format!("{error:#}").contains("there is no network interface"),
                "{error:#}"
            );
            assert_eq!(error.hint(), Some("there are lo; choose one with --iface"));
        }
    });
}

#[test]
fn a_control_group_is_shared_or_not_as_the_target_says() {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    let root = mounts.lines().find(|line| line.split(' ').nth(2) == Some("cgroup2"));
    let root = root.expect("control groups of version 2").split(' ').nth(1).unwrap();
    let group = format!("{root}/places-{}", std::process::id());
    std::fs::create_dir(&group).unwrap();
    let object = load("places");
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let shared = attach(&object, "on_socket", &format!("cgroup/{group}")).unwrap();
        let again = attach(&object, "on_socket", &format!("cgroup/{group}")).unwrap();
        let error = attach(&object, "on_socket", &format!("cgroup/{group},mode=exclusive")).unwrap_err();
        assert!(format!("{error:#}").contains("cannot be attached"), "{error:#}");
        shared.detach().unwrap();
        again.detach().unwrap();

        // Who has it alone has it until it is taken back.
        let alone = attach(&object, "on_socket", &format!("cgroup/{group},mode=exclusive")).unwrap();
        attach(&object, "on_socket", &format!("cgroup/{group}")).unwrap_err();
        alone.detach().unwrap();
        attach(&object, "on_socket", &format!("cgroup/{group}"))
            .unwrap()
            .detach()
            .unwrap();
    }));
    std::fs::remove_dir(&group).unwrap();
    result.unwrap();

    let error = attach(&object, "on_socket", &format!("cgroup/{group}")).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.hint().unwrap().contains("mkdir"), "{error:?}");
    let error = attach(&object, "on_socket", "cgroup//proc").unwrap_err();
    assert!(
        format!("{error:#}").ends_with("this is no folder of the cgroup2 hierarchy: /proc"),
        "{error:#}"
    );
}

/// What the probe below sits on.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn places_probed_function(number: u64) -> u64 {
    std::hint::black_box(number)
}

#[test]
fn a_probe_gets_its_cookie_and_sees_its_process_only() {
    let object = load("places");
    let program = object.program("on_call").unwrap();
    let own = std::env::current_exe().unwrap();
    let target = |pid: u32| {
        let text = format!("uprobe/{}:places_probed_function,pid={pid}", own.display());
        Target::parse(&text).unwrap()
    };
    let link = program.attach_to(&target(std::process::id()), Some(77)).unwrap();
    places_probed_function(1);
    assert_eq!((number(&object, "seen"), number(&object, "cookie")), (1, 77));
    link.detach().unwrap();

    let other = program.attach_to(&target(1), None).unwrap();
    places_probed_function(1);
    assert_eq!(number(&object, "seen"), 1);
    other.detach().unwrap();

    let target = Target::parse("xdp/lo").unwrap();
    let error = object
        .program("on_receive")
        .unwrap()
        .attach_to(&target, Some(1))
        .unwrap_err();
    assert_eq!(format!("{error:#}"), "xdp/lo takes no cookie");
}

#[test]
fn an_iterator_is_read_as_often_as_wanted_and_others_are_not() {
    let object = load("places");
    let link = object.program("walk").unwrap().attach().unwrap();
    let own = std::process::id().to_string();
    for _ in 0..2 {
        let printed = String::from_utf8(link.read().unwrap()).unwrap();
        assert!(printed.lines().any(|line| line == own), "{printed}");
    }
    in_own_network(move || {
        let link = attach(&object, "on_receive", "xdp/lo").unwrap();
        let error = link.read().unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "xdp/lo cannot be read: only iterators can be read"
        );
    });
}

#[test]
fn a_program_is_run_on_a_packet_by_hand() {
    let object = load("places");
    let packet: Vec<u8> = (0..64).collect();
    let (value, after) = object
        .program("on_receive")
        .unwrap()
        .run_on_packet(&packet, &[])
        .unwrap();
    assert_eq!((value, after), (2, packet));
    assert_eq!(number(&object, "seen"), 1);
    let error = object
        .program("on_receive")
        .unwrap()
        .run_on_packet(&[1, 2, 3], &[])
        .unwrap_err();
    assert!(error.to_string().contains("on a packet of 3 bytes"), "{error}");
}
