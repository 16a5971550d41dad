//! Names of the kernel: functions that can be probed, and what its BTF has.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::ptr::NonNull;

use libbpf_sys as sys;

use crate::log::record;
use crate::raw::c_string;

/// Read when it is first asked for.
#[derive(Default)]
pub(super) struct Symbols {
    functions: OnceCell<Option<HashSet<String>>>,
    types: OnceCell<Vec<Types>>,
}

/// A BTF of the kernel or of a module, which stands on the kernel's.
struct Types(NonNull<sys::btf>);

impl Symbols {
    /// Whether the kernel has a function that this name or pattern (`*`, `?`) stands for; none if it does not show its functions.
    pub(super) fn has_function(&self, pattern: &str) -> Option<bool> {
        let functions = self.functions.get_or_init(functions).as_ref()?;
        Some(if pattern.contains(['*', '?']) {
            functions
                .iter()
                .any(|name| matches(pattern.as_bytes(), name.as_bytes()))
        } else {
            functions.contains(pattern)
        })
    }

    /// Whether the BTF of the kernel or of one of its modules has a function of this name; none if it shows none.
    pub(super) fn types_have_function(&self, name: &str) -> Option<bool> {
        self.find(name, sys::BTF_KIND_FUNC)
    }

    /// The same for a name of a type.
    pub(super) fn types_have_typedef(&self, name: &str) -> Option<bool> {
        self.find(name, sys::BTF_KIND_TYPEDEF)
    }

    fn find(&self, name: &str, kind: u32) -> Option<bool> {
        let name = c_string(name).ok()?;
        let types = self.types.get_or_init(Types::all);
        // SAFETY: the BTF is open for as long as `self`, and the name lives through the call.
        let in_one = |types: &Types| unsafe { sys::btf__find_by_name_kind(types.0.as_ptr(), name.as_ptr(), kind) > 0 };
        (!types.is_empty()).then(|| types.iter().any(in_one))
    }
}

impl Types {
    /// The kernel's own first. Empty if it shows none.
    fn all() -> Vec<Self> {
        // SAFETY: no arguments; the result is owned, or null.
        let (base, _) = record(|| unsafe { sys::btf__load_vmlinux_btf() });
        let Some(base) = NonNull::new(base) else {
            return Vec::new();
        };
        let mut all = vec![Self(base)];
        let modules = fs::read_dir("/sys/kernel/btf").into_iter().flatten().flatten();
        for module in modules.filter(|entry| entry.file_name() != "vmlinux") {
            let Ok(name) = c_string(&module.file_name().to_string_lossy()) else {
                continue;
            };
            // SAFETY: the kernel's BTF is open, and outlives the module's: `Drop` of the vector goes from its front, and freeing a base
            // first is allowed, for a split BTF does not look at it when it is freed.
            let (types, _) = record(|| unsafe { sys::btf__load_module_btf(name.as_ptr(), base.as_ptr()) });
            all.extend(NonNull::new(types).map(Self));
        }
        all
    }
}

impl Drop for Types {
    fn drop(&mut self) {
        // SAFETY: it is owned, and nobody has it any more.
        unsafe { sys::btf__free(self.0.as_ptr()) };
    }
}

/// The names in `/proc/kallsyms` that are code: `nm(1)` has the letters.
fn functions() -> Option<HashSet<String>> {
    let file = File::open("/proc/kallsyms").ok()?;
    let mut names = HashSet::new();
    for line in BufReader::new(file).lines() {
        let line = line.ok()?;
        let mut words = line.split_whitespace().skip(1);
        if let (Some("t" | "T" | "w" | "W"), Some(name)) = (words.next(), words.next()) {
            names.insert(name.to_owned());
        }
    }
    (!names.is_empty()).then_some(names)
}

/// As `glob_match` of the kernel: `*` is any number of characters, `?` one. Takes time in proportion to both lengths multiplied, at worst.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while let Some(byte) = name.get(read) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(found) if *found == b'?' || found == byte => {
                at += 1;
                read += 1;
            }
            _ => match star.as_mut() {
                Some((after, from)) => {
                    *from += 1;
                    (at, read) = (*after + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern
        .get(at..)
        .is_none_or(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_the_kernels_do() {
        for (pattern, name, wanted) in [
            ("vfs_*", "vfs_read", true),
            ("vfs_*", "do_vfs_read", false),
            ("*_read", "vfs_read", true),
            ("*s*a*", "vfs_read", true),
            ("vfs_rea?", "vfs_read", true),
            ("vfs_rea?", "vfs_rea", false),
            ("*", "", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*d", "aXbXbXc", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn the_kernel_shows_functions_and_their_types() {
        let symbols = Symbols::default();
        assert_eq!(symbols.has_function("vfs_read"), Some(true));
        assert_eq!(symbols.has_function("vfs_rea?"), Some(true));
        assert_eq!(symbols.has_function("no_such_function"), Some(false));
        assert_eq!(symbols.types_have_function("vfs_read"), Some(true));
        assert_eq!(symbols.types_have_typedef("btf_trace_sched_process_exec"), Some(true));
        assert_eq!(symbols.types_have_typedef("btf_trace_no_such_tracepoint"), Some(false));
    }
}
