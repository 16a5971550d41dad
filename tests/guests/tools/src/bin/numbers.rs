//! Hands the host every number that it might not expect, and ends well if each answer is sane.
use eunomia::events::EventSource;

fn main() {
    let source = EventSource::open(&[]).expect("a source without inputs waits for the end");
    for room in [0, 1, 7, 8, 9, u32::MAX] {
        for wait in [0, 1, 1_000_000] {
            let batch = source
                .next(room, Some(wait))
                .expect("no error")
                .expect("the run goes on");
            assert!(batch.data.is_empty());
            assert_eq!(batch.records, 0);
        }
    }
    for garbage in [&b""[..], b"{", b"[1]", b"\0asm", &[0xff; 1000]] {
        let error = eunomia::Skeleton::parse(garbage).err().expect("that is no package");
        assert!(!error.to_string().is_empty());
    }
    eunomia::output::write(b"every answer was sane\n").expect("somebody reads");
    // Longer than any clock: only the stop request ends it.
    let end = source.next(u32::MAX, Some(u64::MAX)).expect("no error");
    assert!(end.is_none(), "the run was asked to end");
    assert!(eunomia::session::stop_requested());
    eunomia::output::write(b"and so was the end\n").expect("somebody reads");
}
