//! See `fuzz::batches`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::batches(bytes));
