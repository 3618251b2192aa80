//! From samples to clocks, runs and series.

use lukao_model::{Drive, Error};

use super::{At, Ingest};

/// Makes the drive.
pub(super) fn assemble(log: Ingest) -> Result<Drive, Error> {
    Err(log.error("a pose or a value", "an empty log", At::Whole))
}
