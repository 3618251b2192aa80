//! Readers and writers: bytes to drives and back, with positioned errors and a log doctor.
//!
//! Nothing here opens a file: callers hand over bytes (or a `Read + Seek`) with a name for the errors.
//! One file a format; [`ingest::Ingest`] applies the same data policy to all of them.

pub mod argoverse;
pub mod commonroad;
pub mod doctor;
pub mod events;
pub mod ingest;
pub mod input;
pub mod native;
pub mod osi;
pub mod sumo;
pub mod table;

use std::sync::Arc;

use lukao_model::{Drive, Error, Header};

pub use input::{Bundle, Format, Input, Limits};

/// What a reader needs to be told beside the bytes.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Id of the vehicle under test, if the log does not say or should be overruled.
    pub ego: Option<String>,
    /// Mapping of a table's columns (TOML text with its name), for formats that need one.
    pub mapping: Option<Input>,
    /// Bounds on what an input may take.
    pub limits: Limits,
    /// Which columns to read, for formats that can leave some unread (the native file).
    pub columns: Columns,
}

/// Which columns of a log to read. Times and the rows themselves always are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Columns {
    /// All of them.
    #[default]
    All,
    /// Poses, heights and the contact core's index, and these channels; no column of accuracies beside
    /// those of these channels.
    Pose(Vec<lukao_model::Channel>),
}

/// A drive that comes in stretches, in time order.
pub trait DriveSource {
    /// What holds for the whole drive.
    fn header(&self) -> &Arc<Header>;

    /// The next stretch, or `None` at the end.
    ///
    /// # Errors
    /// If the input is damaged from here on.
    fn next_stretch(&mut self) -> Result<Option<Drive>, Error>;
}

/// Reads a whole log of any known format.
///
/// # Errors
/// With file, position, what was expected and what was found.
pub fn read(bundle: &Bundle, options: &ReadOptions) -> Result<Drive, Error> {
    match input::sniff(&bundle.main)? {
        Format::Native => native::read(&bundle.main, options),
        Format::Osi => osi::read_trace(bundle, options),
        Format::Mcap => osi::read_mcap(bundle, options),
        Format::Sumo => sumo::read(bundle, options),
        Format::Argoverse => argoverse::read(bundle, options),
        Format::CommonRoad => commonroad::read(bundle, options),
        Format::Csv | Format::Arrow | Format::Parquet => table::read(bundle, options),
    }
}
