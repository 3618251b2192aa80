//! The native drive file: an Arrow IPC file with one row a run or series, one list column a channel, and one
//! record batch a segment of time. The format is described in `docs/drive-format.md`.
//!
//! ```
//! use lukao_logs::{Input, ReadOptions, native};
//! let drive = lukao_testkit::random_drive(1, 50);
//! let bytes = native::write(&drive, native::SEGMENT_NS)?;
//! let input = Input { name: "run.arrow".into(), bytes };
//! assert_eq!(native::read(&input, &ReadOptions::default())?, drive);
//! # Ok::<(), lukao_model::Error>(())
//! ```

mod buffers;
mod container;
mod continuity;
mod layout;
mod message;
mod meta;
mod reader;
mod rows;
mod table;
mod writer;

use lukao_model::time::S;
use lukao_model::{Drive, Error};

pub use layout::Layout;
pub use reader::{Integrity, NativeReader, over, verify_stream};
pub use writer::Writer;

use crate::{Input, ReadOptions};

/// Length of a segment if nobody asks for another: ten minutes.
pub const SEGMENT_NS: i64 = 600 * S;

/// Whether Arrow bytes are a native drive file: its schema has the metadata key `lukao.drive`. Looks at the
/// head of the file only, so it also recognises a file that is cut off.
#[must_use]
pub fn is_native(bytes: &[u8]) -> bool {
    container::head_has_key(bytes, meta::KEY)
}

/// Reads a whole native file and checks all its values.
///
/// # Errors
/// If the file is damaged, of a later major version, or holds what a drive must not.
pub fn read(input: &Input, options: &ReadOptions) -> Result<Drive, Error> {
    let reader = NativeReader::open(std::io::Cursor::new(&input.bytes[..]), &input.name, options)?;
    reader::read_all(reader)
}

/// The bytes of a native file in segments of `segment_ns`. The same drive gives the same bytes.
///
/// A run that is cut keeps no index, since an index belongs to a whole run: push stretches with an index each
/// to a [`Writer`] for that.
///
/// # Errors
/// If the drive breaks a promise of its type, two actors share an id, or `segment_ns` is not positive.
pub fn write(drive: &Drive, segment_ns: i64) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new(Vec::new(), drive, &Layout::of(drive))?;
    for stretch in segments(drive, segment_ns)? {
        writer.push(&stretch)?;
    }
    writer.finish()
}

/// The stretches of a drive on a grid of `segment_ns` from its first time; those without a tick are left out.
///
/// # Errors
/// If `segment_ns` is not positive, or a tick is at the largest time that there is.
pub fn segments(drive: &Drive, segment_ns: i64) -> Result<impl Iterator<Item = Drive> + '_, Error> {
    if segment_ns <= 0 {
        return Err(Error::new(
            &drive.header().name,
            "a positive length of a segment",
            segment_ns.to_string(),
        ));
    }
    let span = drive.span();
    if span.is_some_and(|s| s.to_ns == i64::MAX) {
        // Stretches are half open, so a tick at the very last instant would be in none.
        return Err(Error::new(&drive.header().name, "times below the largest", "a tick at the largest"));
    }
    let start = span.map_or(0, |s| s.from_ns);
    let mut from = Some(i64::MIN);
    Ok(std::iter::from_fn(move || {
        let at = from?;
        let next = drive.clocks().iter().filter_map(|c| {
            let t = c.t_ns.values();
            t.get(t.partition_point(|x| *x < at)).copied()
        });
        let next = next.min()?;
        // In i128, since a span may be as long as i64 can count.
        let k = (i128::from(next) - i128::from(start)).div_euclid(i128::from(segment_ns)) + 1;
        let end = i64::try_from(i128::from(start) + k * i128::from(segment_ns)).ok();
        let stretch = drive.slice(next, end.unwrap_or(i64::MAX));
        from = end;
        Some(without_cut_indices(stretch))
    }))
}

/// An index describes a whole run; a part would carry all of it along in every segment.
fn without_cut_indices(stretch: Drive) -> Drive {
    let cut = |r: &lukao_model::Run| r.index.is_some() && (r.begun_before || r.goes_on);
    if !stretch.runs().iter().any(cut) {
        return stretch;
    }
    let runs = stretch.runs().iter().map(|r| {
        let mut r = r.clone();
        if cut(&r) {
            r.index = None;
        }
        r
    });
    let parts =
        (stretch.header().clone(), stretch.clocks().to_vec(), runs.collect(), stretch.series().to_vec());
    Drive::new_unverified(parts.0, parts.1, parts.2, parts.3).unwrap_or(stretch)
}
