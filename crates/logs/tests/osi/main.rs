//! ASAM OSI: others' files, our own messages, both ways, and damage.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail loudly and say when they skip"
)]

mod damage;
mod messages;
mod round_trip;
mod shared;
mod wire;
