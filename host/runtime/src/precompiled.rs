//! The one place where bytes become running machine code.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr::NonNull;

use rustix::mm::{MprotectFlags, mprotect};
use wasmtime::component::Component;
use wasmtime::{CustomCodeMemory, Engine};

use crate::payload::Own;

/// Machine code that this project's own compiler made when the host was built, at the start of a page.
#[cfg_attr(target_arch = "x86_64", repr(C, align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C, align(65536)))]
pub(crate) struct Ahead<Bytes: ?Sized>(pub(crate) Bytes);

impl Ahead<[u8]> {
    /// Let it run where it lies: pages that nothing calls are never read. `engine` must have [`InPlace`] as its code memory.
    /// An error says that it was compiled for another engine, configuration or processor.
    pub(crate) fn load(&'static self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes are the output of `Engine::precompile_component` in the build script. They are a constant of this
        // executable: they live as long as the process, and nobody writes them. wasmtime checks version, configuration
        // and processor features by itself.
        unsafe { Component::deserialize_raw(engine, NonNull::from(&self.0)) }
    }
}

/// Load code that is a part of this executable's own file, behind the program.
/// An error says that it was compiled for another engine, configuration or processor.
pub(crate) fn own(payload: &Own, engine: &Engine) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are the output of `Engine::precompile`, and come from `payload`: that was read them from the file that the running
    // program itself was started from, and compared with their digest. Who can write them can write the program. wasmtime
    // checks version, configuration and processor features by itself.
    unsafe { Component::deserialize(engine, payload.code()) }
}

/// Load code from the cache, which checked that nobody but this user could have written it.
/// An error says that it was compiled for another engine, configuration or processor.
#[cfg(feature = "compiler")]
pub(crate) fn cached(bytes: &[u8], engine: &Engine) -> wasmtime::Result<Component> {
    // SAFETY: the bytes are the output of `Component::serialize`, from a file in a folder that only this user or root can
    // write. wasmtime checks version, configuration and processor features by itself.
    unsafe { Component::deserialize(engine, bytes) }
}

/// Makes the pages of [`Ahead`] executable. They are a private mapping of the executable's file that was never written, so no
/// page is writable before or after.
pub(crate) struct InPlace;

impl CustomCodeMemory for InPlace {
    fn required_alignment(&self) -> usize {
        rustix::param::page_size()
    }

    fn publish_executable(&self, code: *const u8, length: usize) -> wasmtime::Result<()> {
        // SAFETY: wasmtime passes whole pages of the code that it was given, which is a constant: it stays readable, and
        // nothing else lies on these pages.
        unsafe {
            mprotect(
                code.cast_mut().cast::<c_void>(),
                length,
                MprotectFlags::READ | MprotectFlags::EXEC,
            )
        }
        .map_err(|error| wasmtime::format_err!("the compiled components cannot be made executable: {error}"))
    }

    /// Nothing: another component may be running the same pages, and as they are a constant they may stay as they are.
    fn unpublish_executable(&self, _code: *const u8, _length: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}
