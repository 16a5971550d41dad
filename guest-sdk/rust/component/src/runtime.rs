//! What a component without `std` needs to stand on its own: memory, and an end for panics.
//!
//! `std`'s panic path imports WASI's standard error, environment and exit. A component that may ask for nothing, or for
//! the output alone, therefore does without `std`, and takes this in its place.

/// A global allocator on the `malloc` of wasi-libc.
///
/// On wasm32-wasip2 the function that the host allocates through, `cabi_realloc`, is wasi-libc's. What it allocates is
/// freed by Rust code, so both must be one heap, or the first list that is dropped corrupts memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Malloc;

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "an allocator is unsafe to implement")]
mod wasm {
    use core::alloc::{GlobalAlloc, Layout};
    use core::ffi::c_void;

    /// What wasi-libc's `malloc` aligns to, `max_align_t` of wasm32.
    const ALIGNED: usize = 16;

    #[link(name = "c")]
    unsafe extern "C" {
        fn malloc(size: usize) -> *mut c_void;
        fn calloc(count: usize, size: usize) -> *mut c_void;
        fn realloc(old: *mut c_void, size: usize) -> *mut c_void;
        fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
        fn free(old: *mut c_void);
    }

    // SAFETY: each call hands back memory of C's allocator, of at least the size and alignment of the layout, or null;
    // `free` and `realloc` of C take what any of its three allocation functions gave.
    unsafe impl GlobalAlloc for super::Malloc {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: both take any size; the alignment is a power of two by `Layout`'s own invariant.
            unsafe {
                if layout.align() <= ALIGNED {
                    malloc(layout.size()).cast()
                } else {
                    aligned_alloc(layout.align(), layout.size().next_multiple_of(layout.align())).cast()
                }
            }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: as `alloc`; the bytes written are those just allocated.
            unsafe {
                if layout.align() <= ALIGNED {
                    return calloc(1, layout.size()).cast();
                }
                let new = self.alloc(layout);
                if !new.is_null() {
                    new.write_bytes(0, layout.size());
                }
                new
            }
        }

        unsafe fn dealloc(&self, old: *mut u8, _layout: Layout) {
            // SAFETY: the caller gives what this allocator gave, which came from C's allocator.
            unsafe { free(old.cast()) }
        }

        unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            // SAFETY: the caller gives what this allocator gave, and a new size that is a valid layout; C's `realloc`
            // keeps no alignment above its own, so such memory is moved by hand.
            unsafe {
                if layout.align() <= ALIGNED {
                    return realloc(old.cast(), size).cast();
                }
                let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                if !new.is_null() {
                    new.copy_from_nonoverlapping(old, layout.size().min(size));
                    free(old.cast());
                }
                new
            }
        }
    }
}

/// Give a component without `std` what `std` would bring: an allocator, the function that the host allocates through, and
/// a panic handler. To be written once, at the root of the crate.
///
/// A panic traps: the host reports that the run trapped. Outside of wasm it expands to nothing, so that the crate's tests
/// run on any machine, with that machine's `std`:
///
/// ```
/// #![cfg_attr(target_family = "wasm", no_std)]
/// extern crate alloc;
///
/// eunomia_component::no_std_runtime!();
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! no_std_runtime {
    () => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "a function of C is named")]
        const _: () = {
            #[global_allocator]
            static ALLOCATOR: $crate::Malloc = $crate::Malloc;

            #[panic_handler]
            fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
                ::core::arch::wasm32::unreachable()
            }

            // wasi-libc's, which exports itself once it is linked; `std` would name it, and here nothing else does.
            unsafe extern "C" {
                fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8;
            }

            #[used]
            static LINKED: unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8 = cabi_realloc;
        };
    };
}
