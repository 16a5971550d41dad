//! See `fuzz::objects`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::objects(bytes));
