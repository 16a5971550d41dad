//! A C header with the types of a kernel, made from its BTF.

mod registers;

use std::ffi::{CString, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{self, NonNull};

use package::{KernelBtf, Words};

use crate::error::{Error, Kind, Result};
use crate::format::with_formatted;
use crate::kernel::KERNEL_BTF;
use crate::log::record;

/// Made by `examples/small-vmlinux.rs`.
const SMALL: &str = include_str!("small.h");

/// Accesses to these types are relocated when the program is loaded (CO-RE), unless the includer says not to. A program may need none of
/// the structs, and clang would warn that nothing has the attribute.
const HEAD: &str = "\
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang diagnostic push
#pragma clang diagnostic ignored \"-Wpragma-clang-attribute\"
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#pragma clang diagnostic pop
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
    header(btf_path, None)
}

/// The same with those types only that a text with `words` can need: a few percent of a kernel.
pub fn vmlinux_header_for(btf_path: Option<&Path>, words: &Words<'_>) -> Result<String> {
    header(btf_path, Some(words))
}

fn header(btf_path: Option<&Path>, words: Option<&Words<'_>>) -> Result<String> {
    let btf = Btf::parse(btf_path.unwrap_or(Path::new(KERNEL_BTF)))?;
    // libbpf reads what this does not: other byte orders, larger BTF. Then it is all of it.
    let kernel = KernelBtf::parse(btf.raw()).ok();
    let named = words.and_then(|words| kernel.as_ref()?.named(words).ok());
    let architecture = kernel.as_ref().and_then(KernelBtf::architecture);
    match named {
        Some(ids) => btf.header(ids.into_iter(), architecture),
        None => btf.header(btf.ids(), architecture),
    }
}

/// A `vmlinux.h` of the types that tools for tracing and networking commonly use, for machines without a kernel to ask. Offsets
/// are relocated when a program is loaded; what a kernel calls otherwise is declared as it was when the header was made.
pub fn small_vmlinux_header() -> &'static str {
    SMALL
}

/// The same without registers, unless `words` name them: then the object of a program that does not depend on the architecture does
/// not either.
pub fn small_vmlinux_header_for(words: &Words<'_>) -> String {
    if registers::are_named(words) {
        SMALL.to_owned()
    } else {
        registers::leave_out(SMALL)
    }
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
        NonNull::new(btf)
            .map(Self)
            .ok_or_else(|| unreadable(path, std::io::Error::last_os_error(), &log))
    }

    /// All of it as it is encoded; empty if libbpf has no memory for that.
    fn raw(&self) -> &[u8] {
        let mut size = 0;
        // SAFETY: the BTF is valid, and so is the place for the size.
        let data = unsafe { libbpf_sys::btf__raw_data(self.0.as_ptr(), &raw mut size) };
        if data.is_null() {
            return &[];
        }
        // SAFETY: libbpf keeps this many bytes there as long as the BTF is neither changed nor freed; nothing here changes it.
        unsafe { std::slice::from_raw_parts(data.cast(), size as usize) }
    }

    /// The IDs of all types but `void`.
    fn ids(&self) -> std::ops::Range<u32> {
        // SAFETY: the BTF is valid.
        1..unsafe { libbpf_sys::btf__type_cnt(self.0.as_ptr()) }
    }

    fn header(&self, ids: impl Iterator<Item = u32>, architecture: Option<&str>) -> Result<String> {
        let mut text = String::with_capacity(4 << 20);
        text.push_str(HEAD);
        self.dump(ids, &mut text)?;
        text.push_str(TAIL);
        Ok(registers::add_others(text, architecture))
    }

    /// Prints types, each after those that it needs.
    fn dump(&self, ids: impl Iterator<Item = u32>, text: &mut String) -> Result<()> {
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
        for id in ids {
            // SAFETY: the dumper is valid and `id` is one of its BTF's types.
            let code = unsafe { libbpf_sys::btf_dump__dump_type(dumper.0.as_ptr(), id) };
            if code != 0 {
                return Err(Error::from_errno(code).context(format!("type {id} cannot be printed as C")));
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

fn unreadable(path: &Path, cause: std::io::Error, log: &str) -> Error {
    let whose = format!("no type information could be read from {}", path.display());
    // libbpf's own numbers start here (`LIBBPF_ERRNO__START`): they say that the format is wrong, and the system has no words for them.
    if cause.raw_os_error().is_some_and(|number| number >= 4000) {
        return Error::new(Kind::Other, "it is neither BTF nor an ELF with a .BTF section").context(whose);
    }
    let error = Error::from(cause);
    let reason = log.trim().trim_start_matches("libbpf: ");
    let error = if reason.is_empty() {
        error
    } else {
        error.context(reason)
    };
    error.context(whose)
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
