//! An object that libbpf has opened and the kernel has not seen: the time to set what must be known before.

use std::ffi::{CString, c_void};
use std::mem;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};
use std::sync::Arc;

use libbpf_sys::{bpf_object, bpf_program};
use package::{Description, Places, Value, Variable};

use crate::cut::Cut;
use crate::error::{Error, Kind, Result};
use crate::explain;
use crate::log::record;
use crate::object::Object;
use crate::preflight;
use crate::program::Program;
use crate::raw::{self, MapEntry, Raw};
use crate::reopen::Replay;
use crate::stand_in::{StandIns, has_alternatives};
use crate::target;

/// How an object is opened.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// A BTF to relocate against in place of the kernel's own: for kernels without one, or one cut down to what the object needs.
    pub btf_path: Option<PathBuf>,
    /// What `package::cut_btf` made of the running kernel's BTF for this object. Loading is faster with it, and if it fails,
    /// it is tried again with the kernel's own.
    pub cut_btf: Option<Vec<u8>>,
    /// Where programs go in place of what the package says.
    pub places: Places,
}

/// An object that is open and not loaded.
#[derive(Debug)]
pub struct OpenObject {
    pub(crate) raw: Raw,
    /// The file, for who opens it again, and for its lines of source.
    pub(crate) object: Vec<u8>,
    pub(crate) description: Arc<Description>,
    pub(crate) places: Places,
    pub(crate) btf_path: Option<PathBuf>,
    /// The small BTF, as long as libbpf may open it.
    pub(crate) cut: Option<Cut>,
    /// None where there is nothing else to try if loading fails.
    pub(crate) replay: Option<Replay>,
    pub(crate) stand_ins: StandIns,
    /// Programs that others are loaded for: libbpf has their numbers only.
    others: Vec<OwnedFd>,
}

impl OpenObject {
    /// Lets libbpf open an ELF that `description` describes (the package's `object` and `describe`).
    ///
    /// Values that the package gives to variables are written, and programs whose `attach` differs from their section are turned to
    /// that target. Nothing is pinned, whatever the object's maps ask for: a run leaves nothing behind.
    pub fn open(object: &[u8], description: Arc<Description>, options: &OpenOptions) -> Result<Self> {
        let cut = options.cut_btf.as_deref().map(Cut::new).transpose()?;
        let replay = (cut.is_some() || has_alternatives(&description)).then(Replay::default);
        let btf_path = cut.as_ref().map(Cut::path).or_else(|| options.btf_path.clone());
        let raw = open_raw(object, &description, btf_path.as_deref())?;
        for map in raw.maps() {
            // SAFETY: the map is the object's; no path means no pin.
            unsafe { libbpf_sys::bpf_map__set_pin_path(map.raw.as_ptr(), ptr::null()) };
            set_buffer_sizes(map)?;
        }
        let mut open = Self {
            raw,
            object: object.to_vec(),
            description: Arc::clone(&description),
            places: options.places.clone(),
            btf_path: options.btf_path.clone(),
            cut,
            replay,
            stand_ins: StandIns::default(),
            others: Vec::new(),
        };
        crate::lost::check(&description)?;
        for program in &description.programs {
            // What cannot be attached can still be loaded, and is told when it is to be attached.
            if let Ok(attachment) = program.attachment(&open.places, &description.maps) {
                let other = target::prepare(open.program(&program.name)?, &program.name, &attachment)?;
                open.others.extend(other);
            }
        }
        for variable in description.variables.iter().filter(|variable| !variable.hidden) {
            if let Some(value) = &variable.value {
                open.set_variable(&variable.name, value)?;
            }
        }
        Ok(open)
    }

    /// Sets a variable of a data section from JSON, as the package crate's `encode_value` reads it.
    pub fn set_variable(&mut self, name: &str, value: &Value) -> Result<()> {
        let description = Arc::clone(&self.description);
        let variable = find_variable(&description, name)?;
        let mut bytes = self.bytes(variable)?.to_vec();
        package::encode_value(&description.types, variable.ty, value, &mut bytes).map_err(|error| {
            Error::invalid(error.to_string()).context(format!("variable {name} ({}) cannot be set", variable.type_name))
        })?;
        self.set_variable_bytes(name, &bytes)
    }

    /// Sets a variable from its bytes, as many as it has.
    pub fn set_variable_bytes(&mut self, name: &str, value: &[u8]) -> Result<()> {
        let description = Arc::clone(&self.description);
        let variable = find_variable(&description, name)?;
        let target = self.bytes(variable)?;
        if target.len() != value.len() {
            return Err(wrong_length(variable, value.len()));
        }
        target.copy_from_slice(value);
        Ok(())
    }

    /// Says whether a program is loaded. All are, but those whose ELF section begins with `?`.
    pub fn set_autoload(&mut self, program: &str, load: bool) -> Result<()> {
        let raw = self.program(program)?;
        // SAFETY: the program is this object's, which is not loaded.
        let code = unsafe { libbpf_sys::bpf_program__set_autoload(raw.as_ptr(), load) };
        raw::check(code).map_err(|error| error.context(format!("program {program}")))
    }

    /// Sets how many entries a map has; for a ring buffer its bytes, a power of two and a multiple of the page size.
    pub fn set_max_entries(&mut self, map: &str, entries: u32) -> Result<()> {
        let entry = self.raw.map(map)?;
        let page = rustix::param::page_size() as u32;
        // SAFETY: the map is this object's.
        let kind = unsafe { libbpf_sys::bpf_map__type(entry.raw.as_ptr()) };
        let ring = matches!(
            kind,
            libbpf_sys::BPF_MAP_TYPE_RINGBUF | libbpf_sys::BPF_MAP_TYPE_USER_RINGBUF
        );
        if ring && (!entries.is_power_of_two() || entries < page) {
            return Err(Error::invalid(format!(
                "ring buffer {map} cannot have {entries} bytes: it takes a power of two of at least {page}"
            )));
        }
        // SAFETY: as above; the object is not loaded.
        let code = unsafe { libbpf_sys::bpf_map__set_max_entries(entry.raw.as_ptr(), entries) };
        raw::check(code).map_err(|error| error.context(format!("map {map} cannot have {entries} entries")))
    }

    /// Names the function or tracepoint that an fentry, fexit, fmod_ret, LSM or tp_btf program is loaded for.
    pub fn set_attach_function(&mut self, program: &str, function: &str) -> Result<()> {
        let raw = self.program(program)?;
        target::attach_target(raw, program, None, function)?;
        if let Some(replay) = &mut self.replay {
            replay.attach_target(program, None, function);
        }
        Ok(())
    }

    /// Names the function of a loaded program that an freplace program takes the place of, or an fentry or fexit program looks at.
    pub fn set_attach_program(&mut self, program: &str, other: &Program, function: &str) -> Result<()> {
        let keep = || Ok::<_, Error>(other.fd()?.try_clone_to_owned()?);
        let held = keep()?;
        target::attach_target(self.program(program)?, program, Some(&held), function)?;
        self.others.push(held);
        if let Some(replay) = &mut self.replay {
            replay.attach_target(program, Some(keep()?), function);
        }
        Ok(())
    }

    /// Loads maps and programs into the kernel, then writes the entries that the package gives to maps.
    ///
    /// On an error nothing stays loaded. A verifier's refusal has its log.
    pub fn load(self) -> Result<Object> {
        let mut open = self;
        if let Some(error) = preflight::beyond_group(open.raw.sized(&open.description)) {
            return Err(error);
        }
        loop {
            // SAFETY: the object is open and not loaded.
            let (code, log) = record(|| unsafe { libbpf_sys::bpf_object__load(open.raw.object().as_ptr()) });
            if code == 0 {
                break;
            }
            open = open.once_more(code, &log)?;
        }
        let object = Object::new(open.raw, open.description, open.places, open.stand_ins);
        object.write_initial_entries()?;
        Ok(object)
    }

    /// The initial bytes of a variable, to read and write.
    fn bytes(&mut self, variable: &Variable) -> Result<&mut [u8]> {
        let map = self.raw.map(&variable.map)?;
        let image =
            image(map).ok_or_else(|| Error::invalid(format!("section {} has no initial bytes", variable.section)))?;
        // SAFETY: libbpf allocated so many bytes for the section and lends them until the object is loaded; `self` is borrowed
        // mutably, so nobody else of this crate has them.
        let image = unsafe { std::slice::from_raw_parts_mut(image.0.as_ptr(), image.1) };
        raw::range(variable, image.len())
            .and_then(|range| image.get_mut(range))
            .ok_or_else(|| raw::outside(variable))
    }

    fn program(&self, name: &str) -> Result<NonNull<bpf_program>> {
        self.raw.program(name)
    }
}

/// The definition of a buffer may say what its records are (`__type(value, struct event)`), for who reads them. libbpf takes the size
/// of that for the map's, and the kernel takes none but these: `ringbuf_map_alloc` in its `kernel/bpf/ringbuf.c`,
/// `fd_array_map_alloc_check` in its `kernel/bpf/arraymap.c`.
fn set_buffer_sizes(map: &MapEntry) -> Result<()> {
    let raw = map.raw.as_ptr();
    // SAFETY: the map is an open object's.
    let size = match unsafe { libbpf_sys::bpf_map__type(raw) } {
        libbpf_sys::BPF_MAP_TYPE_RINGBUF | libbpf_sys::BPF_MAP_TYPE_USER_RINGBUF => 0,
        libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY => 4,
        libbpf_sys::BPF_MAP_TYPE_ARENA => return let_kernel_choose_address(map),
        _ => return Ok(()),
    };
    // SAFETY: as above; the object is not loaded.
    let code = unsafe {
        match libbpf_sys::bpf_map__set_key_size(raw, size) {
            0 => libbpf_sys::bpf_map__set_value_size(raw, size),
            code => code,
        }
    };
    raw::check(code).map_err(|error| error.context(format!("map {} cannot be made a buffer", map.name)))
}

/// An arena may ask to be mapped at an address, over whatever this process has there.
fn let_kernel_choose_address(map: &MapEntry) -> Result<()> {
    // SAFETY: the map is an open object's, which is not loaded.
    let code = unsafe { libbpf_sys::bpf_map__set_map_extra(map.raw.as_ptr(), 0) };
    raw::check(code).map_err(|error| error.context(format!("map {} cannot be placed", map.name)))
}

/// The bytes that libbpf will put into a data section, or has.
pub(crate) fn image(map: &MapEntry) -> Option<(NonNull<u8>, usize)> {
    let mut size = 0;
    // SAFETY: the map is an open object's; libbpf fills in the size.
    let image: *mut c_void = unsafe { libbpf_sys::bpf_map__initial_value(map.raw.as_ptr(), &raw mut size) };
    NonNull::new(image.cast()).map(|image| (image, size as usize))
}

pub(crate) fn find_variable<'description>(
    description: &'description Description,
    name: &str,
) -> Result<&'description Variable> {
    description
        .variables
        .iter()
        .find(|variable| variable.name == name)
        .ok_or_else(|| {
            let known = description
                .variables
                .iter()
                .filter(|variable| !variable.hidden)
                .map(|variable| variable.name.as_str());
            raw::unknown("variable", name, known)
        })
}

pub(crate) fn wrong_length(variable: &Variable, found: usize) -> Error {
    Error::invalid(format!(
        "variable {} ({}) has {} bytes, {found} were given",
        variable.name, variable.type_name, variable.size
    ))
}

fn open_raw(object: &[u8], description: &Description, btf_path: Option<&Path>) -> Result<Raw> {
    let name = CString::new(description.name.replace('\0', "_")).unwrap_or_default();
    let path = btf_path
        .map(|path| CString::new(path.as_os_str().as_bytes()))
        .transpose()
        .map_err(|_| Error::invalid("the path of the BTF file contains a NUL"))?;
    if let Some(file) = btf_path.filter(|file| !file.exists()) {
        return Err(Error::new(
            Kind::NoBtf,
            format!("the BTF file {} does not exist", file.display()),
        ));
    }
    let opts = libbpf_sys::bpf_object_open_opts {
        sz: mem::size_of::<libbpf_sys::bpf_object_open_opts>() as libbpf_sys::size_t,
        object_name: name.as_ptr(),
        btf_custom_path: path.as_ref().map_or(ptr::null(), |path| path.as_ptr()),
        ..Default::default()
    };
    let (opened, log) = record(|| {
        // SAFETY: the bytes, the options and what they point to live through the call; libbpf copies what it keeps.
        let raw: *mut bpf_object = unsafe {
            libbpf_sys::bpf_object__open_mem(
                object.as_ptr().cast(),
                object.len() as libbpf_sys::size_t,
                &raw const opts,
            )
        };
        NonNull::new(raw).ok_or_else(raw::last_error)
    });
    let raw = opened.map_err(|error| explain::open(error, &log))?;
    // SAFETY: just opened, and owned from here on.
    Raw::new(unsafe { libbpf_rs::OpenObject::from_ptr(raw) })
}

impl Raw {
    fn object(&self) -> NonNull<bpf_object> {
        libbpf_rs::AsRawLibbpf::as_libbpf_object(&self.owner)
    }
}
