//! Opening perf buffers: libbpf makes an event for each CPU, maps its buffer and puts it into the map.

use std::ffi::c_int;
use std::fs;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::{self, NonNull};

use crate::error::{Error, Result};
use crate::log::record;

/// `PERF_FORMAT_LOST`: reading the event tells how many samples were lost, from Linux 6.0.
const FORMAT_LOST: u64 = 1 << 4;
const ONLINE: &str = "/sys/devices/system/cpu/online";

/// What was opened. Whoever takes it frees `raw`.
pub(crate) struct Opened {
    pub(crate) raw: NonNull<libbpf_sys::perf_buffer>,
    /// The CPU of each buffer, in libbpf's order.
    pub(crate) cpus: Vec<c_int>,
    /// Whether the kernel tells how many samples were lost when an event is read.
    pub(crate) counts: bool,
}

/// Opens `pages` pages for each CPU that is online and has one of the map's `entries`.
pub(crate) fn open(map: BorrowedFd<'_>, entries: u32, pages: u32) -> Result<Opened> {
    let cpus: Vec<c_int> = online_cpus()?
        .into_iter()
        .filter(|cpu| i64::from(*cpu) < i64::from(entries))
        .collect();
    let (opened, counts) = match open_raw(map, pages, &cpus, FORMAT_LOST) {
        // Before 6.0 the kernel refuses what it does not know.
        Err((libc::EINVAL, _)) => (open_raw(map, pages, &cpus, 0), false),
        opened => (opened, true),
    };
    let raw = opened.map_err(|(errno, log)| explain(errno, &log, pages))?;
    Ok(Opened { raw, cpus, counts })
}

/// Opens the buffers; an error is its number and what libbpf said.
fn open_raw(
    map: BorrowedFd<'_>,
    pages: u32,
    cpus: &[c_int],
    read_format: u64,
) -> std::result::Result<NonNull<libbpf_sys::perf_buffer>, (i32, String)> {
    let mut attributes = libbpf_sys::perf_event_attr {
        size: size_of::<libbpf_sys::perf_event_attr>() as u32,
        type_: libbpf_sys::PERF_TYPE_SOFTWARE,
        config: libbpf_sys::PERF_COUNT_SW_BPF_OUTPUT.into(),
        sample_type: libbpf_sys::PERF_SAMPLE_RAW.into(),
        read_format,
        ..Default::default()
    };
    attributes.__bindgen_anon_2.wakeup_events = 1;
    let (mut keys, mut cpus) = (cpus.to_vec(), cpus.to_vec());
    let options = libbpf_sys::perf_buffer_raw_opts {
        sz: size_of::<libbpf_sys::perf_buffer_raw_opts>() as libbpf_sys::size_t,
        cpu_cnt: c_int::try_from(cpus.len()).unwrap_or(c_int::MAX),
        cpus: cpus.as_mut_ptr(),
        map_keys: keys.as_mut_ptr(),
        ..Default::default()
    };
    let (raw, log) = record(|| {
        // SAFETY: both lists have `cpu_cnt` entries, and everything lives through the call. libbpf never calls the function: it
        // would do so only in its own polling, which is not used.
        let raw = unsafe {
            libbpf_sys::perf_buffer__new_raw(
                map.as_raw_fd(),
                pages.into(),
                &raw mut attributes,
                Some(never),
                ptr::null_mut(),
                &raw const options,
            )
        };
        NonNull::new(raw).ok_or_else(|| std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
    });
    raw.map_err(|errno| (errno, log))
}

unsafe extern "C" fn never(_: *mut std::ffi::c_void, _: c_int, _: *mut libbpf_sys::perf_event_header) -> c_int {
    libbpf_sys::LIBBPF_PERF_EVENT_DONE
}

fn explain(errno: i32, log: &str, pages: u32) -> Error {
    let said = log
        .lines()
        .last()
        .unwrap_or_default()
        .trim_start_matches("libbpf: ")
        .to_owned();
    let error = Error::from_errno(errno);
    let error = if said.is_empty() { error } else { error.context(said) };
    let error = error.context(format!("a perf buffer of {pages} pages for each CPU cannot be opened"));
    match errno {
        libc::EPERM | libc::EACCES => error.with_hint("run as root, or with CAP_PERFMON and CAP_BPF"),
        libc::ENOMEM => error.with_hint("ask for fewer pages"),
        _ => error,
    }
}

/// The numbers in a list such as `0-3,7`.
/// The CPUs that are online, in their order.
pub(crate) fn online_cpus() -> Result<Vec<c_int>> {
    let online =
        fs::read_to_string(ONLINE).map_err(|error| Error::from(error).context(format!("cannot read {ONLINE}")))?;
    Ok(cpu_list(&online))
}

fn cpu_list(text: &str) -> Vec<c_int> {
    let mut cpus = Vec::new();
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        if let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) {
            cpus.extend((first..=last).map(c_int::from));
        }
    }
    cpus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_cpus_are_read_as_the_kernel_writes_them() {
        assert_eq!(cpu_list("0\n"), [0]);
        assert_eq!(cpu_list("0-2,5,8-9\n"), [0, 1, 2, 5, 8, 9]);
        assert_eq!(cpu_list(""), Vec::<c_int>::new());
    }
}
