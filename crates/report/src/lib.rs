//! Verdicts as text for people and as JSON for machines: one file an output, nothing written anywhere.

pub mod coverage;
pub mod doctor;
pub mod json;
pub mod text;

mod layout;
mod notes;
mod quantity;
