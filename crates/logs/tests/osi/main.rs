//! ASAM OSI: others' files, our own messages, both ways, and damage.

mod damage;
mod messages;
mod round_trip;
mod shared;
mod wire;
