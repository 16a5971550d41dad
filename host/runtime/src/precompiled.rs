//! The one place where bytes become running machine code.
#![allow(unsafe_code)]

use wasmtime::Engine;
use wasmtime::component::Component;

/// Machine code that this project's own compiler made, on this machine or when the host was built.
///
/// Only [`ahead`] and [`cached`] make one, each for a reason that stands at its place.
pub(crate) struct Precompiled<'a>(&'a [u8]);

impl<'a> Precompiled<'a> {
    /// Code that the build script compiled and that is part of this executable.
    pub(crate) fn ahead(bytes: &'static [u8]) -> Precompiled<'static> {
        Precompiled(bytes)
    }

    /// Code from the cache, which checked that nobody but this user could have written it.
    pub(crate) fn cached(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Load it. An error says that it was compiled for another engine, configuration or processor.
    pub(crate) fn load(self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes are the output of `Engine::precompile_component` or `Component::serialize`: those of the
        // build script are read-only data of this executable, those of the cache lay in a file and a folder that only
        // this user or root can write. wasmtime checks version, configuration and processor features by itself.
        unsafe { Component::deserialize(engine, self.0) }
    }
}
