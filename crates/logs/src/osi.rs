//! ASAM OSI: `.osi` traces and OSI in MCAP.

use crate::{Bundle, ReadOptions};
use lukao_model::{Drive, Error};

/// Whether bytes look like a length-prefixed OSI trace.
#[must_use]
pub fn looks_like_trace(_bytes: &[u8]) -> bool {
    false
}

/// Reads a `.osi` trace.
///
/// # Errors
/// If the trace is damaged.
pub fn read_trace(bundle: &Bundle, _options: &ReadOptions) -> Result<Drive, Error> {
    Err(Error::new(&bundle.main.name, "a supported format", "an OSI trace"))
}

/// Reads OSI messages from an MCAP file.
///
/// # Errors
/// If the file is damaged.
pub fn read_mcap(bundle: &Bundle, _options: &ReadOptions) -> Result<Drive, Error> {
    Err(Error::new(&bundle.main.name, "a supported format", "an MCAP file"))
}
