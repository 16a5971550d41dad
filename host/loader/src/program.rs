//! Programs in the kernel, and attaching them.

use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use libbpf_sys::{bpf_link, bpf_program};

use crate::error::{Error, Kind, Result};
use crate::explain;
use crate::link::Link;
use crate::log::record;
use crate::object::Object;
use crate::raw::{self, c_string, text};

/// A program of a loaded object.
#[derive(Clone, Debug)]
pub struct Program {
    raw: NonNull<bpf_program>,
    name: String,
    // Keeps what `raw` points to.
    object: Object,
}

// SAFETY: the pointer is into the object that goes along, which may be used from any thread (see `Raw`).
unsafe impl Send for Program {}
// SAFETY: as above; what changes the object takes its lock.
unsafe impl Sync for Program {}

/// What a program left behind that was run once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// What it returned.
    pub value: u32,
    /// Its context afterwards, as long as what was handed in; unchanged for types of program that do not write to it.
    pub context: Vec<u8>,
}

impl Program {
    pub(crate) fn new(object: Object, name: String, raw: NonNull<bpf_program>) -> Self {
        Self { raw, name, object }
    }

    /// The C function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The section that it stands in, or what the package has put in its place.
    pub fn section(&self) -> String {
        match self.target_override() {
            Some(target) => target.text().to_owned(),
            // SAFETY: the program is the object's, and its section a string that it owns.
            None => text(unsafe { libbpf_sys::bpf_program__section_name(self.raw.as_ptr()) }),
        }
    }

    /// Whether it is in the kernel: a program may have been left out of loading.
    pub fn is_loaded(&self) -> bool {
        self.raw_fd() >= 0
    }

    /// The kernel's number of this program.
    pub fn id(&self) -> Result<u32> {
        let fd = self.loaded()?;
        libbpf_rs::Program::id_from_fd(fd)
            .map_err(|error| Error::new(Kind::Other, error.to_string()).context(format!("program {}", self.name)))
    }

    /// Attaches it to what its section, or the package, names.
    pub fn attach(&self) -> Result<Link> {
        self.loaded()?;
        let section = self.section();
        match self.target_override() {
            Some(target) => self.attach_by(&section, |program| target.attach(program)),
            // SAFETY: the program is loaded, and the lock of `attach_by` is held.
            None => self.attach_by(&section, |program| unsafe {
                libbpf_sys::bpf_program__attach(program.as_ptr())
            }),
        }
    }

    /// Attaches it to `tracepoint/CATEGORY/NAME`.
    pub fn attach_tracepoint(&self, category: &str, name: &str) -> Result<Link> {
        self.expect_type(&[libbpf_sys::BPF_PROG_TYPE_TRACEPOINT], "a tracepoint")?;
        let (c_category, c_name) = (c_string(category)?, c_string(name)?);
        self.attach_by(&format!("tracepoint/{category}/{name}"), |program| {
            // SAFETY: the program is loaded, the names live through the call.
            unsafe {
                libbpf_sys::bpf_program__attach_tracepoint(program.as_ptr(), c_category.as_ptr(), c_name.as_ptr())
            }
        })
    }

    /// Attaches it to `raw_tracepoint/NAME`.
    pub fn attach_raw_tracepoint(&self, name: &str) -> Result<Link> {
        let types = [
            libbpf_sys::BPF_PROG_TYPE_RAW_TRACEPOINT,
            libbpf_sys::BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
        ];
        self.expect_type(&types, "a raw tracepoint")?;
        let c_name = c_string(name)?;
        self.attach_by(&format!("raw_tracepoint/{name}"), |program| {
            // SAFETY: the program is loaded, the name lives through the call.
            unsafe { libbpf_sys::bpf_program__attach_raw_tracepoint(program.as_ptr(), c_name.as_ptr()) }
        })
    }

    /// Attaches it to the function or tracepoint that it was loaded for: fentry, fexit, fmod_ret, tp_btf, LSM.
    pub fn attach_trace(&self) -> Result<Link> {
        self.expect_type(
            &[libbpf_sys::BPF_PROG_TYPE_TRACING, libbpf_sys::BPF_PROG_TYPE_LSM],
            "what it was loaded for",
        )?;
        let section = self.section();
        self.attach_by(&section, |program| {
            // SAFETY: the program is loaded; both functions only look at what it was loaded for.
            unsafe {
                if libbpf_sys::bpf_program__type(program.as_ptr()) == libbpf_sys::BPF_PROG_TYPE_LSM {
                    libbpf_sys::bpf_program__attach_lsm(program.as_ptr())
                } else {
                    libbpf_sys::bpf_program__attach_trace(program.as_ptr())
                }
            }
        })
    }

    /// Runs it once with `context` as its argument (`BPF_PROG_TEST_RUN`): types `syscall` and `raw_tp`.
    pub fn run(&self, context: &[u8]) -> Result<RunResult> {
        self.loaded()?;
        let mut after = context.to_vec();
        let writes = self.kind() == libbpf_sys::BPF_PROG_TYPE_SYSCALL;
        let size = u32::try_from(context.len()).map_err(|_| Error::invalid("the context is longer than 4 GiB"))?;
        let mut options = libbpf_sys::bpf_test_run_opts {
            sz: size_of::<libbpf_sys::bpf_test_run_opts>() as libbpf_sys::size_t,
            ctx_in: if context.is_empty() {
                std::ptr::null()
            } else {
                after.as_mut_ptr().cast()
            },
            ctx_size_in: size,
            ..Default::default()
        };
        // SAFETY: the kernel reads `ctx_size_in` bytes of the context and, for the type `syscall`, writes them back to the same
        // place, which is ours and writable.
        let code = unsafe { libbpf_sys::bpf_prog_test_run_opts(self.raw_fd(), &raw mut options) };
        raw::check(code).map_err(|error| {
            error.context(format!(
                "program {} cannot be run with a context of {size} bytes",
                self.name
            ))
        })?;
        let context = if writes { after } else { context.to_vec() };
        Ok(RunResult {
            value: options.retval,
            context,
        })
    }

    /// Whether programs of its type are attached to something at all.
    pub(crate) fn attaches(&self) -> bool {
        self.kind() != libbpf_sys::BPF_PROG_TYPE_SYSCALL
    }

    fn attach_by(&self, target: &str, attach: impl FnOnce(NonNull<bpf_program>) -> *mut bpf_link) -> Result<Link> {
        self.loaded()?;
        let guard = self.object.attaching();
        let (link, log) = record(|| NonNull::new(attach(self.raw)).ok_or_else(raw::last_errno));
        drop(guard);
        match link {
            // SAFETY: libbpf has just made the link, and nobody else has it.
            Ok(link) => Ok(Link::new(
                unsafe { libbpf_rs::Link::from_ptr(link) },
                target.to_owned(),
                self.object.clone(),
            )),
            Err(errno) => Err(explain::attach(errno, &log, &self.name, target)),
        }
    }

    fn expect_type(&self, types: &[u32], what: &str) -> Result<()> {
        let kind = self.kind();
        if types.contains(&kind) {
            return Ok(());
        }
        // SAFETY: libbpf answers a string of its own, or null.
        let name = text(unsafe { libbpf_sys::libbpf_bpf_prog_type_str(kind) });
        Err(Error::invalid(format!(
            "program {} is of type {name} and cannot be attached to {what}",
            self.name
        )))
    }

    fn kind(&self) -> u32 {
        // SAFETY: the program is the object's.
        unsafe { libbpf_sys::bpf_program__type(self.raw.as_ptr()) }
    }

    fn target_override(&self) -> Option<&crate::target::Override> {
        self.object
            .0
            .overrides
            .iter()
            .find(|target| target.program() == self.name)
    }

    fn raw_fd(&self) -> i32 {
        // SAFETY: the program is the object's.
        unsafe { libbpf_sys::bpf_program__fd(self.raw.as_ptr()) }
    }

    fn loaded(&self) -> Result<BorrowedFd<'_>> {
        let fd = self.raw_fd();
        if fd < 0 {
            return Err(Error::invalid(format!("program {} was not loaded", self.name)));
        }
        // SAFETY: the descriptor is the object's, which `self` keeps.
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }
}
