//! The session file: one exam as a test site holds it, of several vehicles, runs and recorders. Its manual is `docs/closed-field.md`.
//!
//! Nothing here opens a file: paths stay as they are written, relative to the session's own folder.

mod parse;

use lukao_model::Origin;
use lukao_model::stream::{Sync, TimeBase};
use lukao_model::vehicle::ActorClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pack::Reason;

/// A session, as its file says it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// Name.
    pub id: String,
    /// Exam: an id, or a pack's file.
    pub exam: String,
    /// Level applied for.
    pub level: Option<String>,
    /// Who applies.
    pub applicant: String,
    /// Operational design domain, as declared.
    pub odd: String,
    /// Functions, as declared.
    pub functions: Vec<String>,
    /// Folder of the field.
    pub field: String,
    /// File with the day's temporary objects.
    pub layout: Option<String>,
    /// Readings chosen: switch and value.
    pub switches: Vec<(String, String)>,
    /// When records may be deleted, `YYYY-MM-DD`.
    pub keep_until: Option<String>,
    /// Who took part.
    pub people: Vec<Person>,
    /// What measured.
    pub instruments: Vec<Instrument>,
    /// What was examined.
    pub vehicles: Vec<Vehicle>,
    /// What was driven, in order.
    pub runs: Vec<Run>,
    /// What was ruled of requirements that no log decides, apart from marks in the logs.
    pub judged: Vec<Ruled>,
    /// The examiner's rulings on what the machine found.
    pub rulings: Vec<Ruling>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Part: examiner, safety driver, operator …
    pub role: String,
    /// Name.
    pub name: String,
}

/// An instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Instrument {
    /// Name within the session.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Serial number.
    pub serial: String,
    /// Last day of its calibration, `YYYY-MM-DD`.
    pub calibrated_until: Option<String>,
}

/// A vehicle under test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vehicle {
    /// Name within the session.
    pub id: String,
    /// Number plate.
    pub plate: String,
    /// Its type, if the session says it.
    pub class: Option<ActorClass>,
    /// File of its sheet.
    pub sheet: Option<String>,
    /// Version of the software.
    pub software: String,
    /// Version of the hardware.
    pub hardware: String,
    /// Load, kg.
    pub load_kg: Option<f64>,
}

/// One run: a drive with its recorders.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// Name within the session.
    pub id: String,
    /// Vehicle's id.
    pub vehicle: String,
    /// Day, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Software at that time, if not the vehicle's.
    pub software: Option<String>,
    /// Hardware at that time, if not the vehicle's.
    pub hardware: Option<String>,
    /// Items that it is for; empty: whatever it passes.
    pub items: Vec<String>,
    /// Route, as it was drawn.
    pub route: Option<String>,
    /// State.
    pub status: RunStatus,
    /// Why it is invalid.
    pub reason: Option<Reason>,
    /// Why, in words.
    pub why: String,
    /// Who ruled it.
    pub by: String,
    /// Ruled when the result was known.
    pub after_result: bool,
    /// Its files.
    pub files: Vec<File>,
}

/// State of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunStatus {
    /// Driven.
    #[default]
    Done,
    /// To be driven.
    Planned,
    /// Broken off: its attempts do not count.
    Aborted,
    /// Invalid: its attempts do not count.
    Invalid,
}

/// What a file of a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reference instrument or bus of the vehicle under test.
    Vehicle,
    /// A target's own instrument.
    Target,
    /// Signal cabinet.
    SignalCabinet,
    /// Roadside unit.
    Rsu,
    /// Weather station.
    Weather,
    /// The examiner's tablet.
    Tablet,
}

impl Role {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("vehicle", Self::Vehicle),
        ("target", Self::Target),
        ("signal-cabinet", Self::SignalCabinet),
        ("rsu", Self::Rsu),
        ("weather", Self::Weather),
        ("tablet", Self::Tablet),
    ];

    /// Name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|r| r.1 == self).map_or("", |r| r.0)
    }

    /// Where values of an event table of this role come from.
    #[must_use]
    pub fn origin(self) -> Origin {
        match self {
            Self::Vehicle => Origin::VehicleBus,
            Self::Target => Origin::Target,
            Self::SignalCabinet | Self::Rsu | Self::Weather => Origin::Infrastructure,
            Self::Tablet => Origin::Examiner,
        }
    }
}

/// A file of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct File {
    /// What it is.
    pub role: Role,
    /// Path, relative to the session's folder.
    pub path: String,
    /// Mapping of a table's columns.
    pub mapping: Option<String>,
    /// Instrument that it is of.
    pub instrument: Option<String>,
    /// What is said of its clock; absent: what the file itself says.
    pub clock: Option<FileClock>,
}

/// A file's clock against that of the run's first file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FileClock {
    /// What its stamps count from.
    pub base: TimeBase,
    /// How it was synchronised.
    pub sync: Sync,
    /// What is added to its stamps, ns.
    pub offset_ns: i64,
    /// Accuracy of that (k = 2), ns; absent means unknown.
    pub accuracy_ns: Option<i64>,
}

/// A requirement judged by a person or a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// Vehicle; absent: all.
    pub vehicle: Option<String>,
    /// Run; absent: all.
    pub run: Option<String>,
    /// Item.
    pub item: String,
    /// Requirement.
    pub requirement: String,
    /// Whether it is kept.
    pub pass: bool,
    /// Who, or which paper.
    pub by: String,
}

/// What the examiner ruled of an item or of the whole exam. It never changes the machine's result; it stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ruling {
    /// Vehicle; absent: the only one.
    pub vehicle: Option<String>,
    /// Item; absent: the whole exam.
    pub item: Option<String>,
    /// Attempt of the item; absent: the item as a whole.
    pub attempt: Option<u32>,
    /// What was ruled.
    pub ruling: Word,
    /// Why.
    pub why: String,
    /// Who.
    pub by: String,
    /// When, as written.
    pub when: String,
    /// Made when the machine's result was known.
    pub after_result: bool,
}

/// What the examiner's word is. Of the whole exam: passed, failed, or of no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// What is asked was done.
    Met,
    /// It was not.
    NotMet,
    /// It does not count.
    Invalid,
}

impl Session {
    /// The vehicle of that id.
    #[must_use]
    pub fn vehicle(&self, id: &str) -> Option<&Vehicle> {
        self.vehicles.iter().find(|v| v.id == id)
    }

    /// What a run was driven with: software and hardware.
    #[must_use]
    pub fn versions(&self, run: &Run) -> (String, String) {
        let of = |own: &Option<String>, pick: fn(&Vehicle) -> &String| {
            own.clone().unwrap_or_else(|| self.vehicle(&run.vehicle).map(pick).cloned().unwrap_or_default())
        };
        (of(&run.software, |v| &v.software), of(&run.hardware, |v| &v.hardware))
    }

    /// Runs of a vehicle that were driven before its software or hardware was changed: those before the last run with other versions
    /// than the last run's. Whether they count all the same, the pack says: [`AttemptRule::change_voids`](crate::pack::AttemptRule).
    #[must_use]
    pub fn before_change(&self, vehicle: &str) -> Vec<&str> {
        let driven = |r: &&Run| r.vehicle == vehicle && r.status != RunStatus::Planned;
        let runs: Vec<&Run> = self.runs.iter().filter(driven).collect();
        let Some(last) = runs.last() else { return Vec::new() };
        let now = self.versions(last);
        let same = runs.iter().rev().take_while(|r| self.versions(r) == now).count();
        runs[..runs.len() - same].iter().map(|r| r.id.as_str()).collect()
    }
}
