//! Verdicts as text for people, as a page to print and as JSON for machines: one file an output, nothing written anywhere.

pub mod coverage;
pub mod doctor;
#[cfg(feature = "html")]
pub mod html;
pub mod json;
pub mod sheet;
pub mod text;

mod lang;
mod layout;
mod notes;
mod parts;
mod quantity;
mod zh;
