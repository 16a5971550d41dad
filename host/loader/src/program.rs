//! Programs in the kernel.

use std::os::fd::BorrowedFd;
use std::ptr::NonNull;

use libbpf_sys::bpf_program;
use package::Attachment;

use crate::error::{Error, Kind, Result};
use crate::object::Object;
use crate::raw::{self, text};

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

/// How much longer a packet may become.
const PACKET_ROOM: usize = 4096;

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

    /// The section that it stands in.
    pub fn section(&self) -> String {
        // SAFETY: the program is the object's, and its section a string that it owns.
        text(unsafe { libbpf_sys::bpf_program__section_name(self.raw.as_ptr()) })
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

    /// What it is attached to if nobody chooses another target now.
    pub(crate) fn attachment(&self) -> Result<Attachment> {
        let description = self.object.description();
        let described = description.programs.iter().find(|program| program.name == self.name);
        described.map_or(Ok(Attachment::Section), |program| {
            program
                .attachment(&self.object.0.places, &description.maps)
                .map_err(Error::from)
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

    /// Runs it once on a packet, from its Ethernet header on, with `context` as its `struct __sk_buff` or `struct xdp_md`, or without.
    /// Gives back what it returned, and the packet afterwards.
    pub fn run_on_packet(&self, packet: &[u8], context: &[u8]) -> Result<(u32, Vec<u8>)> {
        self.loaded()?;
        let size = |bytes: usize| u32::try_from(bytes).map_err(|_| Error::invalid("the packet is longer than 4 GiB"));
        // Programs may put headers in front.
        let mut after = vec![0; packet.len() + PACKET_ROOM];
        let mut options = libbpf_sys::bpf_test_run_opts {
            sz: size_of::<libbpf_sys::bpf_test_run_opts>() as libbpf_sys::size_t,
            data_in: packet.as_ptr().cast(),
            data_size_in: size(packet.len())?,
            data_out: after.as_mut_ptr().cast(),
            data_size_out: size(after.len())?,
            ctx_in: if context.is_empty() {
                std::ptr::null()
            } else {
                context.as_ptr().cast()
            },
            ctx_size_in: size(context.len())?,
            ..Default::default()
        };
        // SAFETY: the kernel reads packet and context and writes no more than `data_size_out` bytes of `after`.
        let code = unsafe { libbpf_sys::bpf_prog_test_run_opts(self.raw_fd(), &raw mut options) };
        raw::check(code).map_err(|error| {
            error.context(format!(
                "program {} cannot be run on a packet of {} bytes",
                self.name,
                packet.len()
            ))
        })?;
        after.truncate(options.data_size_out as usize);
        Ok((options.retval, after))
    }

    /// Whether programs of its type are attached to something at all.
    pub(crate) fn attaches(&self) -> bool {
        !matches!(
            self.kind(),
            libbpf_sys::BPF_PROG_TYPE_SYSCALL | libbpf_sys::BPF_PROG_TYPE_STRUCT_OPS
        ) && !matches!(self.attachment(), Ok(Attachment::ByHand))
    }

    pub(crate) fn object(&self) -> &Object {
        &self.object
    }

    pub(crate) fn raw(&self) -> NonNull<bpf_program> {
        self.raw
    }

    pub(crate) fn fd(&self) -> Result<BorrowedFd<'_>> {
        self.loaded()
    }

    pub(crate) fn expect_type(&self, types: &[u32], what: &str) -> Result<()> {
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

    pub(crate) fn kind(&self) -> u32 {
        // SAFETY: the program is the object's.
        unsafe { libbpf_sys::bpf_program__type(self.raw.as_ptr()) }
    }

    fn raw_fd(&self) -> i32 {
        // SAFETY: the program is the object's.
        unsafe { libbpf_sys::bpf_program__fd(self.raw.as_ptr()) }
    }

    pub(crate) fn loaded(&self) -> Result<BorrowedFd<'_>> {
        let fd = self.raw_fd();
        if fd < 0 {
            return Err(Error::invalid(format!("program {} was not loaded", self.name)));
        }
        // SAFETY: the descriptor is the object's, which `self` keeps.
        Ok(unsafe { BorrowedFd::borrow_raw(fd) })
    }
}
