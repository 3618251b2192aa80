//! ASAM OSI: others' files, our own messages, both ways, and damage.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

mod damage;
mod messages;
mod round_trip;
mod shared;
mod wire;
