//! Tables (CSV, Arrow, Parquet) through a small mapping file.

use crate::{Bundle, ReadOptions};
use lukao_model::{Drive, Error};

/// Reads a log of this format.
///
/// # Errors
/// If it is damaged.
pub fn read(bundle: &Bundle, _options: &ReadOptions) -> Result<Drive, Error> {
    Err(Error::new(&bundle.main.name, "a supported format", "this one"))
}
