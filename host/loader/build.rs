//! Writes the table of helpers' names, from the header that comes with the libbpf that is linked in.

use std::path::PathBuf;
use std::{env, fs};

/// More than the kernel will have for a long time: a number above it is a line that was read wrongly.
const MOST: usize = 4096;

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
    }
}

fn build() -> Result<(), String> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("cargo did not set {name}"));
    // libbpf-sys says where it has put libbpf's headers.
    let header = PathBuf::from(variable("DEP_BPF_INCLUDE")?).join("bpf/bpf_helper_defs.h");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", header.display());
    let text = fs::read_to_string(&header).map_err(|error| format!("cannot read {}: {error}", header.display()))?;
    let mut names = vec![String::new()];
    for (name, number) in text.lines().filter_map(helper) {
        if number >= MOST {
            return Err(format!("{} has a helper {name} of number {number}", header.display()));
        }
        if names.len() <= number {
            names.resize(number + 1, String::new());
        }
        if let Some(place) = names.get_mut(number) {
            name.clone_into(place);
        }
    }
    if names.len() < 200 {
        return Err(format!("{} has {} helpers only", header.display(), names.len()));
    }
    let table = PathBuf::from(variable("OUT_DIR")?).join("helpers.rs");
    fs::write(&table, format!("{names:?}")).map_err(|error| format!("cannot write {}: {error}", table.display()))
}

/// `static void *(* const bpf_map_lookup_elem)(void *map, const void *key) = (void *) 1;`
fn helper(line: &str) -> Option<(&str, usize)> {
    let (_, rest) = line.split_once("(* const bpf_")?;
    let (name, rest) = rest.split_once(')')?;
    let (_, number) = rest.rsplit_once("= (void *)")?;
    Some((name, number.trim().strip_suffix(';')?.parse().ok()?))
}
