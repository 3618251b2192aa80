//! Any bytes as an unchecked drive, through every query of the contact core.

#![no_main]

// The tests beside it use more of it.
#[allow(dead_code)]
#[path = "../../crates/contact/tests/any/mod.rs"]
mod any;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = any::bytes(data);
});
