//! The score sheet of an exam that is driven item by item: what is on it, in one of two languages, as text and, in [`crate::html`],
//! as a page to print.
//!
//! It shows the machine's result, what people ruled of it, and what is final, apart. Whoever holds a session fills
//! [`SheetOptions`]; without rulings the machine's result is final.

mod item;
mod make;
mod ruling;
mod text;
#[cfg_attr(not(feature = "html"), allow(dead_code, reason = "some stand on the page only"))]
pub(crate) mod view;

pub use lukao_exam::session::{Ruling, Word};
use lukao_exam::{Title, Verdict};

pub use crate::lang::Lang;
pub(crate) use make::sheet;
pub use text::text;

/// What a sheet says besides the verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetOptions {
    /// Language.
    pub lang: Lang,
    /// Who and what: applicant, vehicle, field, date. Without any the page has empty fields to fill in by hand.
    pub head: Vec<Field>,
    /// What people ruled of this vehicle, in the order in which they did.
    pub rulings: Vec<Ruling>,
}

/// A line of the head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub label: Title,
    /// Its value; empty leaves a place to fill in.
    pub value: String,
}

/// Whether the verdict is of an exam that is driven item by item.
pub(crate) fn fits(v: &Verdict) -> bool {
    v.level.is_some() || v.items.iter().any(|i| !i.attempts.is_empty())
}
