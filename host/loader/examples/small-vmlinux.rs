//! Makes `src/vmlinux/small.h` anew: the types that `src/vmlinux/small.txt` names, from a kernel's type information.
//!
//! ```sh
//! cargo run -p loader --example small-vmlinux -- vmlinux.btf 'Debian 12, linux-image-6.12-cloud-amd64' > small.h
//! ```
//!
//! The BTF is that of an x86-64 kernel, as it shows it in `/sys/kernel/btf/vmlinux`: other architectures' registers are added,
//! all else is relocated when a program is loaded. A distribution's kernel has more than one made for a virtual machine.

#![allow(clippy::print_stdout, reason = "a program for the command line")]

use std::collections::HashSet;
use std::error::Error;
use std::path::Path;

use package::Words;

const LIST: &str = include_str!("../src/vmlinux/small.txt");

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(btf), Some(kernel)) = (arguments.next(), arguments.next()) else {
        return Err("usage: small-vmlinux BTF NAME-OF-THE-KERNEL > small.h".into());
    };
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    let words = Words {
        program: lines.flat_map(str::split_whitespace).collect(),
        library: HashSet::new(),
    };
    let header = loader::vmlinux_header_for(Some(Path::new(&btf)), &words)?;
    println!("/*");
    println!(" * Types of the Linux kernel that tools commonly use, from the type information of {kernel}.");
    println!(" * Made by host/loader/examples/small-vmlinux.rs from the names in small.txt: changes are lost.");
    println!(" *");
    println!(" * SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note");
    println!(" */");
    print!("{header}");
    Ok(())
}
