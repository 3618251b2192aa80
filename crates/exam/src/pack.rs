//! What an exam pack says: whether, where, how strict, how many points, on whose authority.
//!
//! The types here are what a pack's TOML holds after it was checked; `docs/exam-packs.md` is its manual.

use lukao_measure::Admit;
use lukao_model::outcome::Decision;
use lukao_model::vehicle::ActorClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scope::Scope;

/// An exam: items, what each requires, and how it is scored. Made by [`Exam::parse`](crate::Exam::parse).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exam {
    /// Stable name, kebab-case.
    pub id: String,
    /// Edition of the pack.
    pub edition: String,
    /// Title for people.
    pub title: Title,
    /// Who wrote the pack.
    pub issuer: String,
    /// What the pack rests on, in words.
    pub about: String,
    /// The same in Chinese, if the pack says it.
    pub about_zh: Option<String>,
    /// How values near a limit are decided.
    pub decision: Decision,
    /// Origins of data that count, for each channel.
    pub admit: Admit,
    /// How points make a verdict.
    pub score: ScoreRule,
    /// Levels from low to high; empty if the exam has none.
    pub levels: Vec<String>,
    /// Which attempts at an item count.
    pub attempts: AttemptRule,
    /// Which types of vehicles it was made for; absent if the pack does not say.
    pub vehicles: Option<VehicleRule>,
    /// Readings that are in dispute, each with the one in force.
    pub switches: Vec<Switch>,
    /// Named scopes.
    pub scopes: Vec<Scope>,
    /// Items in the pack's order.
    pub items: Vec<Item>,
    /// SHA-256 of the pack's text, lower-case hexadecimal.
    pub sha256: String,
}

impl Exam {
    /// Whether any item is driven at a station, so that attempts have to be found before the rules run.
    #[must_use]
    pub fn has_stations(&self) -> bool {
        self.items.iter().any(|i| i.station.is_some())
    }

    /// Why the exam decides nothing of a vehicle of that type; `None` if it was made for it.
    #[must_use]
    pub fn unfit(&self, class: ActorClass) -> Option<String> {
        let rule = self.vehicles.as_ref().filter(|v| !v.types.contains(&class))?;
        let made_for: Vec<&str> = rule.types.iter().map(|t| t.name()).collect();
        let is = match class {
            ActorClass::Unknown => "of what type the vehicle is is not known".to_string(),
            _ => format!("the vehicle is a {}", class.name()),
        };
        Some(format!("the exam was made for {}, and {is}", made_for.join(", ")))
    }
}

/// Which types of vehicles an exam was made for. Of another type nothing is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VehicleRule {
    /// Types.
    pub types: Vec<ActorClass>,
    /// On whose authority.
    pub source: Source,
}

/// Which attempts at an item count.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttemptRule {
    /// The rule in general.
    pub policy: Policy,
    /// Levels for which only the first valid attempt counts, whatever the rule in general.
    pub first_valid: Vec<String>,
    /// What was driven before software or hardware of the vehicle was changed counts no more.
    pub change_voids: bool,
    /// On whose authority; absent if the pack says nothing of attempts.
    pub source: Option<Source>,
}

/// Which of the valid attempts at an item count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Policy {
    /// The first; for an item that is repeated, the first so many.
    #[default]
    FirstValid,
    /// The last: an item may be tried again; for an item that is repeated, the last so many.
    LastValid,
    /// All.
    AllValid,
}

/// A reading that is in dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Switch {
    /// Stable name, kebab-case.
    pub name: String,
    /// What is in dispute.
    pub title: Title,
    /// Readings that may be chosen; the first is the pack's own choice.
    pub values: Vec<String>,
    /// The one in force.
    pub value: String,
    /// Where the dispute comes from.
    pub source: Source,
}

/// What a breach does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// It costs points, and perhaps the item or the exam.
    #[default]
    Charge,
    /// It makes the attempt invalid: it counts neither for nor against the vehicle.
    Invalidate(Reason),
}

/// Why an attempt does not count: the closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// A target did not do what the procedure says.
    TargetOutOfTolerance,
    /// The reference data are not good enough.
    ReferenceBelowGrade,
    /// The conditions of the exam did not hold.
    ConditionsLeft,
    /// Somebody who is no part of the exam got in the way.
    ThirdParty,
    /// A fault of the field or its installations.
    FieldFault,
    /// A fault of the recording.
    LoggingFault,
    /// The vehicle was changed after this attempt.
    VehicleChanged,
}

impl Reason {
    /// All, with the names that packs, marks and rulings use.
    pub const ALL: [(&'static str, Self); 7] = [
        ("target-out-of-tolerance", Self::TargetOutOfTolerance),
        ("reference-below-grade", Self::ReferenceBelowGrade),
        ("conditions-left", Self::ConditionsLeft),
        ("third-party", Self::ThirdParty),
        ("field-fault", Self::FieldFault),
        ("logging-fault", Self::LoggingFault),
        ("vehicle-changed", Self::VehicleChanged),
    ];

    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|r| r.1 == self).map_or("", |r| r.0)
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|r| r.0 == name).map(|r| r.1)
    }
}

/// A title in two languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Title {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// How points make a verdict.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ScoreRule {
    /// Whether points are lost or collected.
    pub model: ScoreModel,
    /// Points at the start.
    pub start: f64,
    /// Points needed to pass.
    pub pass: f64,
    /// Least score.
    pub floor: f64,
    /// What one pool of points is for.
    pub scope: ScoreScope,
    /// On whose authority.
    pub source: Source,
}

/// Whether points are lost or collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ScoreModel {
    /// Marks: from a start, each event costs points once.
    #[default]
    Marks,
    /// Demerit points, as on a driving licence: from 0 down; what breaks several rules costs as often.
    Demerit,
}

impl ScoreModel {
    pub(crate) fn is_marks(&self) -> bool {
        *self == Self::Marks
    }
}

/// What one pool of points is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ScoreScope {
    /// One pool for one vehicle in one exam.
    #[default]
    VehicleAndExam,
    /// One pool for each attempt.
    Attempt,
}

/// One item of an exam.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item {
    /// Stable name, kebab-case, unique in the pack.
    pub id: String,
    /// Number in the source, if it has one.
    pub number: Option<u32>,
    /// The item of which it is a variant: the same task where it is harder, tried and judged on its own.
    pub variant_of: Option<String>,
    /// Title for people.
    pub title: Title,
    /// Area of competence.
    pub area: String,
    /// Levels that need it; empty means all.
    pub levels: Vec<String>,
    /// What ties it to these levels; absent if the pack's author chose them.
    pub levels_source: Option<Source>,
    /// Kind of station on the track where it is driven; absent means anywhere, and the whole drive is judged.
    pub station: Option<String>,
    /// How many valid attempts it takes.
    pub repeat: u32,
    /// Whether it must be met with.
    pub exercise: Exercise,
    /// What it requires.
    pub requires: Vec<Requirement>,
}

/// Whether an item must be met with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exercise {
    /// Without it the exam is not passed.
    Required,
    /// It counts if there was occasion.
    IfMet,
}

/// One requirement of an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Requirement {
    /// Name within the item.
    pub id: String,
    /// Who judges it.
    pub judge: Judge,
    /// Rule that finds the breach, if the log decides.
    pub rule: Option<String>,
    /// The rule's parameters as the pack gives them.
    pub params: toml::Table,
    /// What is required, in words, if not the log decides.
    pub what: Option<Title>,
    /// Index into [`Exam::scopes`]: when it counts; absent means always.
    pub scope: Option<usize>,
    /// What a breach does.
    pub effect: Effect,
    /// With fewer occasions than this the item is not exercised.
    pub occasions: u64,
    /// Whether the pack makes it of every item. It does not show that the item was exercised.
    pub shared: bool,
    /// Points that each breach costs.
    pub points: f64,
    /// A breach fails the item.
    pub must: bool,
    /// A breach fails the exam.
    pub veto: bool,
    /// Largest uncertainty with which it may be judged, in the rule's unit.
    pub max_u: Option<f64>,
    /// Whose contacts count.
    pub caused_by: CausedBy,
    /// Articles of law that it checks, by their short names in a list of articles.
    pub articles: Vec<String>,
    /// On whose authority.
    pub source: Source,
}

/// Which contacts cost points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CausedBy {
    /// All.
    #[default]
    Anyone,
    /// All but those that the ego did not cause, as far as the log decides that.
    EgoOrUndecided,
}

/// Who judges a requirement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Judge {
    /// The engine, from the log.
    #[default]
    Log,
    /// The examiner, by a mark.
    Examiner,
    /// Papers.
    Record,
}

/// Where a demand comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Document.
    pub doc: String,
    /// Edition or date of the document; may be empty.
    pub edition: String,
    /// Clause; may be empty.
    pub clause: String,
    /// How sure we are of it.
    pub basis: Basis,
}

/// How sure we are that a demand says what the pack says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Read in the document itself.
    Text,
    /// Read in a report of it.
    Press,
    /// Follows from the above.
    Inferred,
    /// This project's own reading.
    Profile,
}

impl Basis {
    /// All, from the surest.
    pub const ALL: [Self; 4] = [Self::Text, Self::Press, Self::Inferred, Self::Profile];

    /// Name, as packs and reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Press => "press",
            Self::Inferred => "inferred",
            Self::Profile => "profile",
        }
    }
}
