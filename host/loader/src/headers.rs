//! libbpf's headers for BPF programs, as they come with the libbpf that is linked in.

use std::sync::LazyLock;

/// The licence of every file in [`headers`], as SPDX has it; each file's first line says the same.
pub const HEADERS_LICENSE: &str = "LGPL-2.1-only OR BSD-2-Clause";

/// Those of libbpf's headers that a BPF program includes; the rest is for user space.
const FOR_PROGRAMS: [&str; 6] = [
    "bpf_helpers.h",
    "bpf_helper_defs.h",
    "bpf_tracing.h",
    "bpf_endian.h",
    "bpf_core_read.h",
    "usdt.bpf.h",
];

/// The text of the BSD licence, which has to go with copies of the headers.
const LICENSE_TEXT: &str = include_str!("../licenses/libbpf-BSD-2-Clause.txt");

/// File name and contents of libbpf's headers for BPF programs (`bpf_helpers.h`, `bpf_core_read.h`, …) and of their licence.
///
/// Programs write `#include <bpf/bpf_helpers.h>`: put them into a folder named `bpf` on the include path.
pub fn headers() -> &'static [(&'static str, &'static str)] {
    static HEADERS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let all = libbpf_sys::API_HEADERS.iter().copied();
        let mut files: Vec<_> = all.filter(|(name, _)| FOR_PROGRAMS.contains(name)).collect();
        files.push(("LICENSE.BSD-2-Clause", LICENSE_TEXT));
        files
    });
    &HEADERS
}
