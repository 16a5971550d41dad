//! The runtime as a C library. What each function means stands in `include/ecli.h`; here is how pointers become references.

mod run;

use std::ffi::{CString, c_char};

use runtime::{Engine, Stop};

pub use run::{EcliOutcome, EcliRun};

/// `ecli_new`.
#[unsafe(no_mangle)]
pub extern "C" fn ecli_new() -> *mut Engine {
    Box::into_raw(Box::new(Engine::new()))
}

/// `ecli_free`.
///
/// # Safety
/// `engine` is NULL or comes from `ecli_new`, and is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ecli_free(engine: *mut Engine) {
    if !engine.is_null() {
        // SAFETY: the caller promises that it is ours and that nobody uses it.
        drop(unsafe { Box::from_raw(engine) });
    }
}

/// `ecli_stop_new`.
#[unsafe(no_mangle)]
pub extern "C" fn ecli_stop_new() -> *mut Stop {
    Stop::new().map_or(std::ptr::null_mut(), |stop| Box::into_raw(Box::new(stop)))
}

/// `ecli_stop_request`.
///
/// # Safety
/// `stop` is NULL or comes from `ecli_stop_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ecli_stop_request(stop: *const Stop) {
    // SAFETY: the caller promises that it is NULL or ours.
    if let Some(stop) = unsafe { stop.as_ref() } {
        stop.request();
    }
}

/// `ecli_stop_free`.
///
/// # Safety
/// `stop` is NULL or comes from `ecli_stop_new`, and is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ecli_stop_free(stop: *mut Stop) {
    if !stop.is_null() {
        // SAFETY: the caller promises that it is ours and that nobody uses it.
        drop(unsafe { Box::from_raw(stop) });
    }
}

/// `ecli_run`.
///
/// # Safety
/// As `ecli.h` says: `engine` and `run.stop` are ours or NULL, `run` and `outcome` can be read and written, and every pointer in
/// `run` has as much behind it as the member beside it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ecli_run(engine: *const Engine, run: *const EcliRun, outcome: *mut EcliOutcome) -> i32 {
    if outcome.is_null() {
        return -1;
    }
    // Whatever lies there: nobody has made an outcome of it yet.
    // SAFETY: the caller promises that it can be written.
    unsafe { outcome.write(EcliOutcome::default()) };
    // SAFETY: the caller promises that each is NULL or can be used as what it is.
    let (engine, run, outcome) = unsafe { (engine.as_ref(), run.as_ref(), &mut *outcome) };
    let (Some(engine), Some(run)) = (engine, run) else {
        return -1;
    };
    // SAFETY: the caller promises the same of what `run` points to.
    match unsafe { run.start(engine) } {
        Ok(ended) => {
            *outcome = ended;
            0
        }
        Err(error) => {
            *outcome = EcliOutcome {
                exit_code: 125,
                error: text(format!("{error:#}")),
                ..EcliOutcome::default()
            };
            -1
        }
    }
}

/// `ecli_outcome_clear`.
///
/// # Safety
/// `outcome` is NULL or was filled by `ecli_run`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ecli_outcome_clear(outcome: *mut EcliOutcome) {
    // SAFETY: the caller promises that it is NULL or filled by us.
    if let Some(outcome) = unsafe { outcome.as_mut() } {
        let error = std::mem::replace(&mut outcome.error, std::ptr::null_mut());
        if !error.is_null() {
            // SAFETY: `text` made it.
            drop(unsafe { CString::from_raw(error) });
        }
    }
}

/// Text for C, to be freed by `ecli_outcome_clear`.
fn text(text: String) -> *mut c_char {
    CString::new(text.replace('\0', "\u{fffd}")).map_or(std::ptr::null_mut(), CString::into_raw)
}
