#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| inbank_fuzz::configuration::check(bytes));
