//! Text that libbpf hands over as a C format with its arguments.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;

unsafe extern "C" {
    /// The C library's, with the `va_list` as what the calling conventions of x86-64 and arm64 pass for one: a pointer.
    fn vasprintf(text: *mut *mut c_char, format: *const c_char, arguments: *mut c_void) -> c_int;
}

/// Formats as `vasprintf(3)` does and lends the text to `take`; without memory, or for a format that cannot be followed, `None`.
///
/// # Safety
/// `arguments` must be a `va_list` that fits `format` and has not been used.
pub(crate) unsafe fn with_formatted<T>(
    format: *const c_char,
    arguments: *mut c_void,
    take: impl FnOnce(&str) -> T,
) -> Option<T> {
    let mut text = ptr::null_mut();
    // SAFETY: the caller vouches for the arguments; `text` is where the result is to be stored.
    let length = unsafe { vasprintf(&raw mut text, format, arguments) };
    if length < 0 || text.is_null() {
        return None;
    }
    let text = Allocated(text);
    // SAFETY: `vasprintf` succeeded, so this is a NUL-terminated string, and it lives until `text` is dropped.
    let string = unsafe { CStr::from_ptr(text.0) };
    Some(take(&string.to_string_lossy()))
}

/// Memory of the C library's allocator.
struct Allocated(*mut c_char);

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: `vasprintf` allocated it, and it is freed once.
        unsafe { libc::free(self.0.cast()) }
    }
}
