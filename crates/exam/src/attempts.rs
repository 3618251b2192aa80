//! Where and when each item was tried: from stations on the track, from the examiner's marks, or both; marks win.
//!
//! Attempts are found in one pass over the ego's way and the marks, before the rules run, since a rule looks at an attempt as a
//! whole. [`Finder`] takes the drive in stretches, as the grader does.
//!
//! Marks (channel `mark`, of the drive): `begin: ITEM`, `end: ITEM`, `abort: ITEM`, `invalid: ITEM REASON`,
//! `judge: ITEM/REQUIREMENT pass` or `fail`. Other texts are left alone.

mod marks;
mod passage;

use std::collections::BTreeMap;

use lukao_model::{Drive, Interval};
use lukao_track::Track;

use crate::pack::{Exam, Reason};
use crate::verdict::AttemptStatus;
use marks::{Marks, Spoken};
use passage::Passages;

/// One try at an item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Try {
    /// Id of the item.
    pub item: String,
    /// When, ns on the drive's time base.
    pub when: Interval,
    /// Id of the station where it was driven, if it is known.
    pub station: Option<String>,
    /// Whether it counts.
    pub status: AttemptStatus,
    /// Why not, if it does not.
    pub reason: Option<Reason>,
    /// On what evidence, in words.
    pub why: String,
    /// Who said so.
    pub by: String,
}

/// What somebody ruled of a requirement that the log does not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judged {
    /// Id of the item.
    pub item: String,
    /// Id of the requirement.
    pub requirement: String,
    /// Whether it is kept.
    pub pass: bool,
    /// When; absent for a paper that is of no moment of the drive.
    pub t_ns: Option<i64>,
    /// Who, or which paper.
    pub by: String,
}

impl Judged {
    /// A ruling of no moment of the drive: a paper, or what was ruled of the whole.
    #[must_use]
    pub fn of_record(item: &str, requirement: &str, pass: bool, by: &str) -> Self {
        Self { item: item.into(), requirement: requirement.into(), pass, t_ns: None, by: by.into() }
    }
}

/// What was tried in one drive, and what was ruled of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempts {
    /// By time, then by item.
    pub tries: Vec<Try>,
    /// By time.
    pub judged: Vec<Judged>,
    /// Marks that say something of no known item, begin what has begun or end what has not, in words.
    pub odd: Vec<String>,
}

impl Attempts {
    /// Leaves only tries and rulings of these items.
    pub fn keep_items(&mut self, items: &[String]) {
        self.tries.retain(|t| items.contains(&t.item));
        self.judged.retain(|j| items.contains(&j.item));
    }
}

/// Finds attempts in a drive that comes in stretches.
pub struct Finder<'a> {
    exam: &'a Exam,
    track: Option<&'a Track>,
    passages: Passages,
    marks: Marks,
}

impl<'a> Finder<'a> {
    /// A finder for the items of an exam that are driven at stations. The track must lie in the drive's frame.
    #[must_use]
    pub fn new(exam: &'a Exam, track: Option<&'a Track>) -> Self {
        let admit = exam.admit;
        let stations = track.map_or(&[][..], Track::stations);
        let kinds: Vec<&str> = exam.items.iter().filter_map(|i| i.station.as_deref()).collect();
        Self { exam, track, passages: Passages::new(stations, &kinds, admit), marks: Marks::new(admit) }
    }

    /// Takes the next stretch.
    pub fn push(&mut self, stretch: &Drive) {
        self.passages.push(stretch);
        self.marks.push(stretch);
    }

    /// What was tried.
    #[must_use]
    pub fn finish(self) -> Attempts {
        let Spoken { tries: marked, judged, odd } = self.marks.finish(self.exam);
        let stations = self.track.map_or(&[][..], Track::stations);
        let passed = self.passages.finish();
        let mut out = Attempts { tries: Vec::new(), judged, odd };
        let mut of_marks: BTreeMap<&str, Vec<&Try>> = BTreeMap::new();
        for t in &marked {
            of_marks.entry(&t.item).or_default().push(t);
        }
        for item in &self.exam.items {
            let Some(kind) = &item.station else { continue };
            let here = || passed.iter().filter(|p| stations[p.station].kind == *kind);
            if let Some(tries) = of_marks.get(item.id.as_str()) {
                out.tries.extend(tries.iter().map(|t| {
                    // Where: the station that was passed meanwhile, or the only one there is.
                    let met = here().find(|p| p.when.meet(&t.when).is_some()).map(|p| p.station);
                    let mut all = (0..stations.len()).filter(|s| stations[*s].kind == *kind);
                    let only = all.next().filter(|_| all.next().is_none());
                    Try { station: met.or(only).map(|s| stations[s].id.clone()), ..(*t).clone() }
                }));
                continue;
            }
            out.tries.extend(here().map(|p| Try {
                item: item.id.clone(),
                when: p.when,
                station: Some(stations[p.station].id.clone()),
                status: if p.whole { AttemptStatus::Valid } else { AttemptStatus::Aborted },
                reason: None,
                why: if p.whole { String::new() } else { "the log ends before the station's end".into() },
                by: "station".into(),
            }));
        }
        out.tries.sort_by(|a, b| (a.when, &a.item).cmp(&(b.when, &b.item)));
        out
    }
}

/// Attempts in a whole drive.
#[must_use]
pub fn find(drive: &Drive, track: Option<&Track>, exam: &Exam) -> Attempts {
    let mut finder = Finder::new(exam, track);
    finder.push(drive);
    finder.finish()
}
