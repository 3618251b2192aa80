//! An exam as a test site holds it: several vehicles, runs and recorders. Reads no file; the command does.

mod layout;
pub mod preflight;
mod sheet;

use std::sync::Arc;

pub use layout::Layout;
pub use lukao_exam::session::*;
pub use sheet::sheet;

use lukao_exam::verdict::AttemptStatus;
use lukao_exam::{Attempts, Exam, GradedDrive, Grader, Judged, Options, attempts};
use lukao_model::drive::Note;
use lukao_model::stream::{Sync, TimeBase};
use lukao_model::vehicle::{ActorClass, VehicleSheet};
use lukao_model::{Drive, Error};
use lukao_track::Track;

use lukao_exam::pack::Reason;

/// A file of a run with what it holds.
#[derive(Clone, Debug)]
pub struct Part {
    /// What the session says of it.
    pub file: File,
    /// What it holds.
    pub drive: Drive,
}

/// Puts the files of a run together: on the clock of the vehicle's first file. A clock that nothing aligns makes what rests on it
/// undetermined; the drive's notes say so.
///
/// # Errors
/// If the parts do not fit: see [`Drive::merge`].
pub fn join(mut parts: Vec<Part>) -> Result<Drive, Error> {
    // Who is where comes first, so that events find the actors that they name.
    parts.sort_by_key(|p| (p.file.role != Role::Vehicle, p.drive.runs().is_empty()));
    let mut joined: Option<Drive> = None;
    for part in parts {
        let base = joined.as_ref().and_then(|d| d.header().streams.first()).map(|s| s.base);
        let drive = aligned(&part, base)?;
        joined = Some(match joined {
            None => drive,
            Some(before) => before.merge(&drive)?,
        });
    }
    joined.ok_or_else(|| Error::new("run", "at least one file", "none"))
}

/// A part on the run's time base, as far as it is known how.
fn aligned(part: &Part, base: Option<TimeBase>) -> Result<Drive, Error> {
    let Some(clock) = part.file.clock else {
        let own = part.drive.header().streams.first().map_or(TimeBase::Unknown, |s| s.base);
        if base.is_none_or(|b| b == own) {
            return Ok(part.drive.clone());
        }
        let mut header = (**part.drive.header()).clone();
        header.streams.iter_mut().for_each(|s| s.sync = Sync::None);
        header.notes.push(Note {
            code: "clock-not-aligned".into(),
            subject: part.file.path.clone(),
            when: None,
            count: 1,
            text: "its clock counts from another base than the vehicle's, and the session does not say how they compare".into(),
        });
        return part.drive.clone().with_header(Arc::new(header));
    };
    let moved =
        if clock.offset_ns == 0 { part.drive.clone() } else { part.drive.shifted(clock.offset_ns)? };
    let mut header = (**moved.header()).clone();
    for s in &mut header.streams {
        if clock.base != TimeBase::Unknown {
            s.base = clock.base;
        }
        (s.sync, s.accuracy_ns) = (clock.sync, clock.accuracy_ns);
    }
    moved.with_header(Arc::new(header))
}

/// The drive with a sheet for its vehicle under test.
///
/// # Errors
/// If the drive has no vehicle under test.
pub fn with_sheet(drive: Drive, sheet: &VehicleSheet) -> Result<Drive, Error> {
    let mut header = (**drive.header()).clone();
    let Some(ego) = header.ego else {
        return Err(Error::new(header.name, "a vehicle under test", "none"));
    };
    header.actors[ego.0 as usize].sheet = Some(sheet.clone());
    drive.with_header(Arc::new(header))
}

/// The drive with its vehicle under test of the type that the session says. If the log says another, neither is believed.
///
/// # Errors
/// If the drive has no vehicle under test.
pub fn with_type(drive: Drive, class: ActorClass) -> Result<Drive, Error> {
    let mut header = (**drive.header()).clone();
    let Some(ego) = header.ego else {
        return Err(Error::new(header.name, "a vehicle under test", "none"));
    };
    let actor = &mut header.actors[ego.0 as usize];
    let logged = std::mem::replace(&mut actor.class, class);
    if logged != class && logged != ActorClass::Unknown {
        actor.class = ActorClass::Unknown;
        let subject = actor.id.clone();
        let text = format!("the log calls it a {}, the session a {}", logged.name(), class.name());
        header.notes.push(Note { code: "vehicle-type-differs".into(), subject, when: None, count: 1, text });
    }
    drive.with_header(Arc::new(header))
}

/// What was tried in a run, with what the session rules of it.
#[must_use]
pub fn attempts_of(
    session: &Session,
    run: &Run,
    exam: &Exam,
    track: Option<&Track>,
    drive: &Drive,
) -> Attempts {
    let mut found = attempts::find(drive, track, exam);
    if !run.items.is_empty() {
        found.keep_items(&run.items);
    }
    let changed =
        exam.attempts.change_voids && session.before_change(&run.vehicle).contains(&run.id.as_str());
    let ruled = match run.status {
        RunStatus::Invalid => Some((AttemptStatus::Invalid, run.reason, run.why.clone(), run.by.clone())),
        RunStatus::Aborted => Some((AttemptStatus::Aborted, None, run.why.clone(), run.by.clone())),
        _ if changed => {
            let why = "software or hardware was changed after this run".to_string();
            Some((AttemptStatus::Invalid, Some(Reason::VehicleChanged), why, "engine".into()))
        }
        _ => None,
    };
    if let Some((status, reason, mut why, by)) = ruled {
        if run.after_result {
            why.push_str(" (ruled when the result was known)");
        }
        for t in &mut found.tries {
            (t.status, t.reason, t.why, t.by) = (status, reason, why.clone(), by.clone());
        }
    }
    for j in &session.judged {
        let of = |own: &Option<String>, id: &str| own.as_ref().is_none_or(|x| x == id);
        if of(&j.vehicle, &run.vehicle) && of(&j.run, &run.id) {
            found.judged.push(Judged::of_record(&j.item, &j.requirement, j.pass, &j.by));
        }
    }
    found
}

/// Grades one run of a session. The track must lie in the drive's frame.
///
/// # Errors
/// As [`Grader::new`].
pub fn grade_run(
    session: &Session,
    run: &Run,
    exam: &Exam,
    track: Option<&Track>,
    drive: &Drive,
    options: &Options,
) -> Result<GradedDrive, Error> {
    let mut options = options.clone();
    options.attempts = Some(attempts_of(session, run, exam, track, drive));
    let mut grader = Grader::new(track, exam, &options)?;
    grader.push(drive)?;
    grader.finish_drive()
}
