//! Opening an object once more as it was, where loading has failed and there is another way to try.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use crate::error::Result;
use crate::explain;
use crate::kernel::KERNEL_BTF;
use crate::open::{OpenObject, OpenOptions, image};
use crate::target;

/// What libbpf cannot be asked for again.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    functions: Vec<(String, Option<OwnedFd>, String)>,
}

impl Replay {
    /// Remembers which function a program is loaded for, of the kernel or of another program.
    pub(crate) fn attach_target(&mut self, program: &str, other: Option<OwnedFd>, function: &str) {
        self.functions.push((program.to_owned(), other, function.to_owned()));
    }
}

impl OpenObject {
    /// The object that could not be loaded, open again for another try: with the kernel's own BTF, or with something in place of
    /// the program that failed.
    ///
    /// # Errors
    /// There is no other way. Then it says why the last one failed.
    pub(crate) fn once_more(mut self, code: i32, log: &str) -> Result<Self> {
        let failure = |open: &Self| explain::load(code, log, &open.raw, &open.description, &open.object);
        let Some(mut replay) = self.replay.take() else {
            return Err(failure(&self));
        };
        let mut options = OpenOptions {
            places: self.places.clone(),
            btf_path: self.btf_path.clone(),
            cut_btf: None,
        };
        let mut open = if self.cut.is_some() && Path::new(KERNEL_BTF).exists() {
            self.reopen(&replay, &options)?
        } else {
            let mut error = failure(&self);
            let Some(program) = explain::failed_program(log) else {
                return Err(error);
            };
            loop {
                self.stand_ins
                    .give_way(program, error, &self.description, &mut options.places)?;
                replay.functions.retain(|(name, ..)| name != program);
                match self.reopen(&replay, &options) {
                    Ok(open) => break open,
                    // The place that stands in is missing too.
                    Err(missing) => error = missing,
                }
            }
        };
        open.replay = Some(replay);
        open.stand_ins = self.stand_ins;
        Ok(open)
    }

    fn reopen(&self, replay: &Replay, options: &OpenOptions) -> Result<Self> {
        let open = Self::open(&self.object, Arc::clone(&self.description), options)?;
        for (program, other, function) in &replay.functions {
            target::attach_target(open.raw.program(program)?, program, other.as_ref(), function)?;
        }
        for ((name, old), (_, new)) in self.raw.programs().iter().zip(open.raw.programs()) {
            // SAFETY: both programs belong to objects that are open, and neither is loaded.
            unsafe {
                let load = libbpf_sys::bpf_program__autoload(old.as_ptr()) && !self.stand_ins.left_out(name);
                libbpf_sys::bpf_program__set_autoload(new.as_ptr(), load)
            };
        }
        for (old, new) in self.raw.maps().iter().zip(open.raw.maps()) {
            // SAFETY: as above; a data section has one entry and takes no other number.
            unsafe {
                if !libbpf_sys::bpf_map__is_internal(new.raw.as_ptr()) {
                    let entries = libbpf_sys::bpf_map__max_entries(old.raw.as_ptr());
                    libbpf_sys::bpf_map__set_max_entries(new.raw.as_ptr(), entries);
                }
            }
            if let (Some((from, size)), Some((to, room))) = (image(old), image(new))
                && size == room
            {
                // SAFETY: libbpf keeps so many bytes for each of the two sections, which are not the same; nobody else has
                // them, for both objects are borrowed here.
                unsafe { to.copy_from_nonoverlapping(from, size) };
            }
        }
        Ok(open)
    }
}
