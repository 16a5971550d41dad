//! Carries something that is no package, and says what it is told about that and about others.
eunomia::carry_skeleton!("broken", "broken.json");

fn main() {
    let carried = include_bytes!("broken.json");
    for answer in [
        eunomia::Skeleton::embedded("broken"),
        eunomia::Skeleton::embedded("missing"),
        eunomia::Skeleton::parse(carried),
        eunomia::Skeleton::parse(b"{}"),
    ] {
        let error = answer.err().expect("none of them is a package");
        println!("{:?}: {error}", error.kind());
    }
}
