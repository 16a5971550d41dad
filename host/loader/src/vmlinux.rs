//! A C header with every type of a kernel, made from its BTF.

use std::ffi::{CString, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{self, NonNull};

use crate::error::{Error, Kind, Result};
use crate::format::with_formatted;
use crate::kernel::KERNEL_BTF;
use crate::log::record;

/// Accesses to these types are relocated when the program is loaded (CO-RE), unless the includer says not to.
const HEAD: &str = "\
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

";

const TAIL: &str = "
#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
";

/// A `vmlinux.h`: the types of the running kernel, or of the BTF in the given file (raw, or an ELF with a `.BTF` section).
///
/// The same BTF always gives the same text, about 3 MB for a whole kernel. A missing kernel BTF is [`Kind::NoBtf`].
pub fn vmlinux_header(btf_path: Option<&Path>) -> Result<String> {
    let btf = Btf::parse(btf_path.unwrap_or(Path::new(KERNEL_BTF)))?;
    let mut text = String::with_capacity(4 << 20);
    text.push_str(HEAD);
    btf.dump(&mut text)?;
    text.push_str(TAIL);
    Ok(text)
}

/// A parsed BTF, freed when dropped.
struct Btf(NonNull<libbpf_sys::btf>);

impl Btf {
    fn parse(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(missing(path));
        }
        let name = CString::new(path.as_os_str().as_bytes())
            .map_err(|_| Error::invalid(format!("the path {} contains a NUL", path.display())))?;
        // SAFETY: the path is NUL-terminated and lives through the call; no `.BTF.ext` is asked for.
        let (btf, log) = record(|| unsafe { libbpf_sys::btf__parse(name.as_ptr(), ptr::null_mut()) });
        NonNull::new(btf).map(Self).ok_or_else(|| {
            let error = Error::from(std::io::Error::last_os_error());
            let reason = log.trim().trim_start_matches("libbpf: ");
            let error = if reason.is_empty() {
                error
            } else {
                error.context(reason)
            };
            error.context(format!("no type information could be read from {}", path.display()))
        })
    }

    fn dump(&self, text: &mut String) -> Result<()> {
        let mut sink = Sink { text, failed: false };
        let context = ptr::from_mut(&mut sink).cast::<c_void>();
        // SAFETY: as in `log::install`, a `va_list` is passed as a pointer. The BTF lives as long as `self`; the sink is borrowed
        // until `dumper` is dropped below, and libbpf calls the function only within the calls made here.
        let dumper = unsafe {
            let print: libbpf_sys::btf_dump_printf_fn_t = Some(std::mem::transmute::<
                unsafe extern "C" fn(*mut c_void, *const c_char, *mut c_void),
                unsafe extern "C" fn(*mut c_void, *const c_char, *mut libbpf_sys::__va_list_tag),
            >(append));
            libbpf_sys::btf_dump__new(self.0.as_ptr(), print, context, ptr::null())
        };
        let Some(dumper) = NonNull::new(dumper).map(Dumper) else {
            return Err(Error::from(std::io::Error::last_os_error()).context("the types cannot be printed"));
        };
        // SAFETY: the BTF is valid.
        let count = unsafe { libbpf_sys::btf__type_cnt(self.0.as_ptr()) };
        for id in 1..count {
            // SAFETY: the dumper is valid and `id` is one of its BTF's types.
            let code = unsafe { libbpf_sys::btf_dump__dump_type(dumper.0.as_ptr(), id) };
            if code != 0 {
                return Err(Error::from_errno(code).context(format!("type {id} of {count} cannot be printed as C")));
            }
        }
        drop(dumper);
        if sink.failed {
            return Err(Error::new(
                Kind::Other,
                "the types cannot be printed as C: a piece of text could not be formatted",
            ));
        }
        Ok(())
    }
}

impl Drop for Btf {
    fn drop(&mut self) {
        // SAFETY: owned, and freed once.
        unsafe { libbpf_sys::btf__free(self.0.as_ptr()) }
    }
}

struct Dumper(NonNull<libbpf_sys::btf_dump>);

impl Drop for Dumper {
    fn drop(&mut self) {
        // SAFETY: owned, and freed once, before the BTF that it reads.
        unsafe { libbpf_sys::btf_dump__free(self.0.as_ptr()) }
    }
}

/// Where the pieces of text go.
struct Sink<'text> {
    text: &'text mut String,
    failed: bool,
}

/// Called by libbpf for each piece of text.
unsafe extern "C" fn append(context: *mut c_void, format: *const c_char, arguments: *mut c_void) {
    // SAFETY: `context` is the sink that `dump` handed over and that nothing else touches meanwhile.
    let sink = unsafe { &mut *context.cast::<Sink<'_>>() };
    // SAFETY: the arguments are libbpf's own, made for this format, and used once.
    let done = unsafe { with_formatted(format, arguments, |piece| sink.text.push_str(piece)) };
    sink.failed |= done.is_none();
}

fn missing(path: &Path) -> Error {
    if path == Path::new(KERNEL_BTF) {
        Error::new(
            Kind::NoBtf,
            format!("this kernel shows no type information: {KERNEL_BTF} does not exist"),
        )
        .with_hint("use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or name a BTF file of this kernel")
    } else {
        Error::new(Kind::NoBtf, format!("{} does not exist", path.display()))
    }
}
