//! Tells the bench where libbpf-sys left its headers and static libraries.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let include = std::env::var("DEP_BPF_INCLUDE").unwrap_or_default();
    println!("cargo::rustc-env=BENCH_LIBBPF_INCLUDE={include}");
}
