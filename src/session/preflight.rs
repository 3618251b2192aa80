//! What can be said of a session before it is graded: what would make its items undetermined or invalid.

use std::collections::BTreeMap;

use lukao_exam::Exam;
use lukao_measure::Admit;
use lukao_model::code::FixQuality;
use lukao_model::stream::Sync;
use lukao_model::values::{Accuracy, Values};
use lukao_model::{Channel, Drive, Subject};
use lukao_rules::context::Need;

use super::{Run, RunStatus, Session};

/// Something that a test engineer should know before he goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Run; absent for the whole session.
    pub run: Option<String>,
    /// What.
    pub what: String,
    /// Why it matters, and for which items.
    pub why: String,
    /// Items will be undetermined or invalid for it.
    pub grave: bool,
}

/// Looks at what the session file itself says.
#[must_use]
pub fn of_session(session: &Session, exam: &Exam) -> Vec<Concern> {
    let mut out = Vec::new();
    for run in &session.runs {
        for file in &run.files {
            let used = file.instrument.as_ref().and_then(|i| session.instruments.iter().find(|x| x.id == *i));
            let Some(of) = used else { continue };
            let named = format!("{} {} ({})", of.kind, of.serial, of.id);
            let (what, why) = match (&of.calibrated_until, &run.date) {
                // Days as YYYY-MM-DD are in order as texts.
                (Some(until), Some(day)) if day > until => (
                    format!("calibration of {named} had run out"),
                    format!("it was good until {until}, the run is of {day}"),
                ),
                (None, _) => (
                    format!("calibration of {named} is not known"),
                    "the session does not say until when it is good".into(),
                ),
                (Some(_), None) => (
                    format!("calibration of {named} cannot be checked"),
                    "the session does not say when the run was driven".into(),
                ),
                _ => continue,
            };
            out.push(Concern { run: Some(run.id.clone()), what, why, grave: true });
        }
    }
    for vehicle in &session.vehicles {
        for run in session.before_change(&vehicle.id) {
            let grave = exam.attempts.change_voids;
            let what =
                if grave { "the run is void" } else { "the vehicle was changed, and the run still counts" };
            let why = format!("software or hardware of {} was changed after it", vehicle.id);
            out.push(Concern { run: Some(run.into()), what: what.into(), why, grave });
        }
        if vehicle.sheet.is_none() {
            let what = format!("{} has no sheet", vehicle.id);
            let why = "without wheel geometry no wheel is judged".into();
            out.push(Concern { run: None, what, why, grave: true });
        }
    }
    if session.runs.iter().all(|r| r.status == RunStatus::Planned) {
        let why = "there is nothing to grade yet".into();
        out.push(Concern { run: None, what: "no run was driven".into(), why, grave: false });
    }
    out.dedup();
    out
}

/// Looks at what a run logged, for the items that it is for.
#[must_use]
pub fn of_run(run: &Run, exam: &Exam, drive: &Drive) -> Vec<Concern> {
    let mut out = Vec::new();
    let mut tell = |what: String, why: String, grave: bool| {
        out.push(Concern { run: Some(run.id.clone()), what, why, grave });
    };
    let admit = &exam.admit;
    let Some(ego) = drive.header().ego else {
        tell("no vehicle under test".into(), "the log does not say which actor it is".into(), true);
        return out;
    };
    if let Some(why) = exam.unfit(drive.actor(ego).class) {
        tell("type of the vehicle".into(), format!("{why}: all is undetermined"), true);
    }
    let runs = drive.runs_of(ego);
    if !runs.iter().any(|r| admit.admits_pose(r.origin)) {
        let origin = runs.first().map_or("none", |r| r.origin.name());
        tell(
            "no positions that count".into(),
            format!("those of the vehicle are of the origin {origin}"),
            true,
        );
    }
    for (name, items) in lacking(run, exam, drive, admit) {
        tell(format!("nothing says {name}"), format!("undetermined without it: {}", items.join(", ")), true);
    }
    if runs.iter().any(|r| matches!(r.accuracy.position_m, Accuracy::Unknown)) {
        let why = "what needs a place to be known well enough is undetermined".into();
        tell("accuracy of positions is not known".into(), why, true);
    }
    let (good, all) = fixes(drive, admit);
    if good < all {
        let share = 100.0 * (all - good) as f64 / all as f64;
        tell(
            format!("RTK was not fixed in {share:.1} % of the values"),
            "attempts in that time are invalid (reference-below-grade)".into(),
            true,
        );
    }
    let streams = &drive.header().streams;
    for s in streams.iter().skip(1).filter(|s| *s != &streams[0]) {
        let why = match (s.sync, s.accuracy_ns) {
            (Sync::None, _) => "it is not synchronised with the vehicle's",
            (Sync::Unknown, _) => "the session does not say how it is synchronised",
            (_, None) => "how well it is synchronised is not said",
            _ => continue,
        };
        tell(
            format!("clock of {} is not aligned", s.name),
            format!("{why}: what compares the two is undetermined"),
            true,
        );
    }
    let mut seen: Vec<&str> = Vec::new();
    for n in &drive.header().notes {
        if !seen.contains(&n.code.as_str()) {
            seen.push(&n.code);
            tell(
                format!("{} ({})", n.text, n.code),
                format!("{} {}×", n.subject, n.count).trim().into(),
                false,
            );
        }
    }
    out
}

/// What the rules of the run's items need and the log lacks, with the items.
fn lacking(run: &Run, exam: &Exam, drive: &Drive, admit: &Admit) -> BTreeMap<&'static str, Vec<String>> {
    let mut out: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let wanted = |id: &String| run.items.is_empty() || run.items.contains(id);
    for item in exam.items.iter().filter(|i| i.station.is_none() || wanted(&i.id)) {
        for r in &item.requires {
            let Some(entry) = r.rule.as_ref().and_then(|id| lukao_rules::find(id)) else { continue };
            let needs = entry.load(&r.params).map(|i| i.needs()).unwrap_or_default();
            for need in needs.into_iter().filter(|n| !there(*n, drive, admit)) {
                let items = out.entry(need.name()).or_default();
                if !items.contains(&item.id) {
                    items.push(item.id.clone());
                }
            }
        }
    }
    out
}

fn there(need: Need, drive: &Drive, admit: &Admit) -> bool {
    match need {
        Need::EgoChannel(channel) => said(drive, admit, channel).next().is_some(),
        Need::SignalStates => {
            let states = drive.series().iter().filter_map(|s| s.channels.get(Channel::SignalState));
            states.into_iter().any(|d| admit.admits(Channel::SignalState, d.origin))
        }
        // The vehicle is looked at apart, and the field is the session's.
        _ => true,
    }
}

/// Values of a channel of the vehicle or its surroundings that count.
fn said<'d>(drive: &'d Drive, admit: &'d Admit, channel: Channel) -> impl Iterator<Item = &'d Values> {
    let ego = drive.header().ego;
    let runs = ego.map_or(&[][..], |e| drive.runs_of(e)).iter().map(|r| &r.channels);
    let of = move |s: Subject| drive.series_of(s).iter().map(|s| &s.channels);
    let series = ego.into_iter().flat_map(move |e| of(Subject::Actor(e))).chain(of(Subject::Drive));
    runs.chain(series)
        .filter_map(move |c| c.get(channel))
        .filter(move |d| admit.admits(channel, d.origin))
        .map(|d| &d.values)
}

/// How many values of the fix say RTK fixed, of how many.
fn fixes(drive: &Drive, admit: &Admit) -> (usize, usize) {
    let (mut good, mut all) = (0, 0);
    for values in said(drive, admit, Channel::FixQuality) {
        let Values::Code(codes) = values else { continue };
        for code in codes.iter().flatten() {
            all += 1;
            good += usize::from(code == FixQuality::RtkFixed.code());
        }
    }
    (good, all)
}
