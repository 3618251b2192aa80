//! Lukao grades the test drives of automated vehicles: a drive, a track and an exam in, a verdict with its evidence out.
//!
//! ```
//! # fn demo(bytes: Vec<u8>, map: &[u8]) -> Result<(), lukao::Error> {
//! use lukao::logs::{Bundle, Input, ReadOptions};
//!
//! let log = Bundle { main: Input { name: "run.osi".into(), bytes }, companions: Vec::new() };
//! let drive = lukao::logs::read(&log, &ReadOptions::default())?;
//! let track = lukao::Track::from_parts("field.xodr", map, None)?;
//! let exam = lukao::exam("general-road")?;
//! let verdict = lukao::grade(&drive, &track, &exam, &lukao::Options::default())?;
//! println!("{}", lukao::report::text::verdict(&verdict));
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here opens a file, prints or ends the process; rules run on the caller's rayon pool. A drive that does
//! not fit in memory is graded stretch by stretch with [`grade_source`] or a [`Grader`].

mod log_track;
mod place;
pub mod selftest;
pub mod session;

pub use log_track::track_of;
pub use lukao_exam::{
    Attempts, Basis, Exam, GradedDrive, Grader, Inputs, ItemStatus, Judged, Options, Overall, Progress,
    SourceFile, Verdict, Watch, attempts, verdict, verdict_of,
};
pub use lukao_model as model;
pub use lukao_model::{Drive, Error, Position};
pub use lukao_track::Track;
pub use place::{Align, Placed, place};

/// Reading logs.
pub mod logs {
    pub use lukao_logs::{
        Bundle, DriveSource, Format, Input, Limits, ReadOptions, events, input::companion_names,
        input::sniff, native, read,
    };
}

/// Verdicts as text, JSON and, with the feature `html`, pages to print.
pub mod report {
    #[cfg(feature = "html")]
    pub use lukao_report::html;
    pub use lukao_report::sheet::{Field, Lang, Ruling, SheetOptions, Word};
    pub use lukao_report::{doctor, json, sheet, text};
}

/// Rules and their manual pages.
pub mod rules {
    pub use lukao_rules::{ALL, Entry, Meta, find};
}

/// An exam that comes with the engine, by its id.
///
/// # Errors
/// If there is none of that id.
pub fn exam(id: &str) -> Result<Exam, Error> {
    exam_with(id, &[])
}

/// The same with other readings than the pack's own: pairs of switch and value.
///
/// # Errors
/// If there is no exam of that id, or it has no such switch or value.
pub fn exam_with(id: &str, choices: &[(String, String)]) -> Result<Exam, Error> {
    let pack = lukao_exam::builtin(id).ok_or_else(|| {
        let known: Vec<&str> = exams().collect();
        Error::new("exam", format!("one of {}", known.join(", ")), format!("\"{id}\""))
    })?;
    Exam::parse_with(pack.name, pack.text, choices)
}

/// Ids of the exams that come with the engine.
pub fn exams() -> impl Iterator<Item = &'static str> {
    lukao_exam::BUILTIN.iter().map(|b| b.id)
}

/// Grades a whole drive. The track, `&track` or `None`, is moved into the drive's frame; without one, what needs a
/// track is undetermined.
///
/// # Errors
/// If nothing relates the two frames (see [`place`] for the way out), the drive is empty, the options do not fit
/// the exam, or the caller's watch breaks off.
pub fn grade<'t>(
    drive: &Drive,
    track: impl Into<Option<&'t Track>>,
    exam: &Exam,
    options: &Options,
) -> Result<Verdict, Error> {
    let (placed, options) = placed(track.into(), drive.header(), options)?;
    lukao_exam::grade(drive, placed.as_ref().map(Placed::track), exam, &options)
}

/// Grades a drive that comes in stretches, in memory that does not grow with its length.
///
/// A source is read once, so attempts at stations cannot be found on the way: for an exam that has such items find them in a pass of
/// their own ([`attempts::Finder`]) and give them in the options, else those items are not exercised.
///
/// # Errors
/// As [`grade`], and if the source is damaged.
pub fn grade_source<'t>(
    source: &mut dyn logs::DriveSource,
    track: impl Into<Option<&'t Track>>,
    exam: &Exam,
    options: &Options,
) -> Result<Verdict, Error> {
    let (placed, options) = placed(track.into(), source.header(), options)?;
    let mut grader = Grader::new(placed.as_ref().map(Placed::track), exam, &options)?;
    while let Some(stretch) = source.next_stretch()? {
        grader.push(&stretch)?;
    }
    grader.finish()
}

fn placed<'t>(
    track: Option<&'t Track>,
    header: &model::Header,
    options: &Options,
) -> Result<(Option<Placed<'t>>, Options), Error> {
    let placed = track.map(|t| place(t, &header.frame, Align::Declared)).transpose()?;
    let mut options = options.clone();
    if let Some(p) = &placed {
        options.inputs.alignment.get_or_insert_with(|| p.how().to_string());
    }
    Ok((placed, options))
}
