//! `lukao convert`.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use lukao::Error;
use lukao::logs::native;
use lukao::model::{Drive, Header};

use super::{Exit, files, grade, out};

/// Writes any readable log as a native drive file, which opens fast and is graded in bounded memory.
#[derive(clap::Args)]
pub struct Args {
    /// Log to read.
    #[arg(value_name = "IN")]
    log: PathBuf,
    /// File to write (*.arrow).
    #[arg(value_name = "OUT")]
    to: PathBuf,
    /// Id of the vehicle under test.
    #[arg(long, value_name = "ID")]
    ego: Option<String>,
    /// Track to name in the file, relative to it: a folder with field.xodr, or an OpenDRIVE file.
    #[arg(long, value_name = "DIR|FILE")]
    track: Option<PathBuf>,
    /// Name of the drive; else that of the log.
    #[arg(long)]
    name: Option<String>,
    /// Mapping of a table's columns (TOML).
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Largest size of one input, unpacked, in bytes.
    #[arg(long, value_name = "N")]
    max_bytes: Option<u64>,
    /// Length of a segment in seconds: what must fit in memory when the file is graded.
    #[arg(long, value_name = "S", default_value_t = native::SEGMENT_NS / 1_000_000_000, value_parser = clap::value_parser!(i64).range(1..=86_400))]
    segment_s: i64,
}

pub fn run(args: &Args) -> Result<Exit, Error> {
    let limits = grade::limits(args.max_bytes);
    let (reading, _) = grade::reading(args.ego.clone(), args.mapping.as_deref(), limits)?;
    let loaded = files::load(&args.log, &reading)?;
    let drive = lukao::logs::read(&loaded.bundle, &reading)?;
    drop(loaded);
    let drive = named(drive, args)?;
    out::write_with(&args.to, |to| write(&drive, args.segment_s * 1_000_000_000, to))?;
    out::note(&format!(
        "{}: {} actors, {} poses",
        files::shown(&args.to),
        drive.header().actors.len(),
        drive.samples()
    ));
    Ok(Exit::Passed)
}

/// Length of a segment unless the user chooses, ns.
pub const SEGMENT_NS: i64 = native::SEGMENT_NS;

/// Segment by segment, each with the contact core's index of its part of the runs.
pub fn write(drive: &Drive, segment_ns: i64, to: &mut dyn Write) -> Result<(), Error> {
    let layout = native::Layout::of(&lukao_contact::build_index(drive)?);
    let mut stretches = native::segments(drive, segment_ns)?.peekable();
    let mut writer = native::Writer::new(to, stretches.peek().unwrap_or(drive), &layout)?;
    for stretch in stretches {
        writer.push(&lukao_contact::build_index(&stretch)?)?;
    }
    writer.finish().map(|_| ())
}

/// The drive under the names that the user gives.
fn named(drive: Drive, args: &Args) -> Result<Drive, Error> {
    if args.track.is_none() && args.name.is_none() {
        return Ok(drive);
    }
    let mut header: Header = drive.header().as_ref().clone();
    if let Some(name) = &args.name {
        header.name.clone_from(name);
    }
    if let Some(track) = &args.track {
        header.track = Some(relative(&args.to, track)?);
    }
    drive.with_header(Arc::new(header))
}

/// The way from a file's folder to another path, with `/` between the parts on every platform.
pub fn relative(file: &Path, to: &Path) -> Result<String, Error> {
    let full =
        |p: &Path| std::path::absolute(p).map_err(|e| Error::new(files::shown(p), "a path", e.to_string()));
    let (from, to) = (full(file.parent().unwrap_or(Path::new("")))?, full(to)?);
    let (from, to) = (tidy(&from), tidy(&to));
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".to_string(); from.len() - same];
    parts.extend(to[same..].iter().cloned());
    Ok(parts.join("/"))
}

fn tidy(path: &Path) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    out
}
