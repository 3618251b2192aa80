//! SUMO floating car data (FCD) XML.

use crate::{Bundle, ReadOptions};
use lukao_model::{Drive, Error};

/// Reads a log of this format.
///
/// # Errors
/// If it is damaged.
pub fn read(bundle: &Bundle, _options: &ReadOptions) -> Result<Drive, Error> {
    Err(Error::new(&bundle.main.name, "a supported format", "this one"))
}

/// Files beside an FCD file that belong to it.
pub const COMPANIONS: &[&str] = &[];
