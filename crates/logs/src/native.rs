//! The native drive file: Arrow IPC.

use crate::{Input, ReadOptions};
use lukao_model::{Drive, Error};

/// Whether Arrow bytes are a native drive file.
#[must_use]
pub fn is_native(_bytes: &[u8]) -> bool {
    false
}

/// Reads a whole native file.
///
/// # Errors
/// If the file is damaged.
pub fn read(input: &Input, _options: &ReadOptions) -> Result<Drive, Error> {
    Err(Error::new(&input.name, "a supported format", "a native file"))
}
