//! The verdict: what an exam came to, with everything it rests on. Its JSON is a published contract.
//!
//! Times are ns on the drive's time base, positions metres in the drive's frame, everything else in the unit
//! that stands beside it. Lists are in a fixed order: items and requirements as in the pack, findings by time.

use lukao_model::outcome::{Decision, Finding, Missing, Outcome};
use lukao_model::time::Interval;
use lukao_model::vehicle::ActorClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pack::{Basis, CausedBy, Exercise, Judge, Reason, ScoreModel, ScoreScope, Source, Switch, Title};

/// Version of the verdict's JSON: `major.minor`. A reader of 1.x must ignore keys that it does not know.
pub const SCHEMA_VERSION: &str = "1.0";

/// What an exam came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Verdict {
    /// Version of this structure.
    pub schema_version: String,
    /// The whole in one word.
    pub outcome: Overall,
    /// Why, in words; the weightiest first.
    pub reasons: Vec<String>,
    /// The exam.
    pub exam: ExamInfo,
    /// Levels, if the exam has them.
    pub level: Option<LevelResult>,
    /// The points.
    pub score: Score,
    /// Items in the pack's order.
    pub items: Vec<ItemResult>,
    /// Findings of all items, by time.
    pub findings: Vec<ScoredFinding>,
    /// How much of the verdict rests on what.
    pub basis: Vec<BasisShare>,
    /// What was graded.
    pub drives: Vec<DriveInfo>,
    /// What it takes to repeat this.
    pub provenance: Provenance,
}

/// The whole in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Overall {
    /// Every required item met, nothing left open that could change it, enough points.
    Passed,
    /// A veto, an item not met, or too few points whatever the unknowns hide.
    Failed,
    /// What is missing could change it.
    Undetermined,
}

impl Overall {
    /// Name, as reports print it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Undetermined => "undetermined",
        }
    }
}

/// The exam, as its pack says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ExamInfo {
    /// Id of the pack.
    pub id: String,
    /// Edition of the pack.
    pub edition: String,
    /// Title.
    pub title: Title,
    /// Who wrote the pack.
    pub issuer: String,
    /// What the pack rests on, in words.
    pub about: String,
    /// The same in Chinese, if the pack says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about_zh: Option<String>,
    /// How values near a limit were decided.
    pub decision: Decision,
    /// Whether it was refused to decide on this project's own readings.
    pub strict: bool,
    /// Types of vehicles that it was made for; empty if the pack does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vehicles: Vec<ActorClass>,
    /// Disputed readings, each with the one in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
}

/// Levels reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct LevelResult {
    /// Applied for, if one was.
    pub applied: Option<String>,
    /// Highest reached, if any.
    pub reached: Option<String>,
    /// Per level from low to high: what keeps it from being reached; empty if it is.
    pub missing: Vec<LevelGap>,
}

/// What keeps one level from being reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct LevelGap {
    /// The level.
    pub level: String,
    /// Ids of items not met, undetermined or not exercised.
    pub items: Vec<String>,
}

/// The points. Unknowns make an interval of them: all fail, or all pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Score {
    /// Whether points are lost or collected. Left out: lost.
    #[serde(default, skip_serializing_if = "ScoreModel::is_marks")]
    pub model: ScoreModel,
    /// Points at the start.
    pub start: f64,
    /// Points if all that is unknown fails: each stretch of unknown time counts as one breach.
    pub low: f64,
    /// Points if all that is unknown passes.
    pub high: f64,
    /// Points needed to pass.
    pub pass_mark: f64,
    /// Least score.
    pub floor: f64,
    /// What one pool of points is for.
    pub scope: ScoreScope,
    /// Points taken off by findings.
    pub deducted: f64,
    /// A breach that fails the exam whatever the points.
    pub veto: bool,
    /// On whose authority points and pass mark are.
    pub source: Source,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ItemStatus {
    /// Exercised, no veto, no `must` broken, nothing undetermined.
    Met,
    /// A veto or a broken `must`.
    NotMet,
    /// Something needed is missing.
    Undetermined,
    /// There was no occasion.
    NotExercised,
}

impl ItemStatus {
    /// Name, as reports print it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::NotMet => "not met",
            Self::Undetermined => "undetermined",
            Self::NotExercised => "not exercised",
        }
    }
}

/// One item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ItemResult {
    /// Id in the pack.
    pub id: String,
    /// Number in the source, if it has one.
    pub number: Option<u32>,
    /// The item of which it is a variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<String>,
    /// Title.
    pub title: Title,
    /// Area of competence.
    pub area: String,
    /// Levels that need it; empty means all.
    pub levels: Vec<String>,
    /// Whether it had to be met with.
    pub exercise: Exercise,
    /// What became of it.
    pub status: ItemStatus,
    /// Points taken off under this item.
    pub deducted: f64,
    /// How many valid attempts it takes.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeat: u32,
    /// Where it was tried, if it is tried at stations; empty for an item that is judged over the whole drive.
    pub attempts: Vec<Attempt>,
    /// What it required.
    pub requirements: Vec<RequirementResult>,
}

/// One try at an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Attempt {
    /// Which try at this item, from 1.
    pub ordinal: u32,
    /// When.
    #[serde(flatten)]
    pub when: Interval,
    /// Index of its drive in [`Verdict::drives`]. Left out: the first.
    #[serde(default, skip_serializing_if = "is_first")]
    pub drive: u32,
    /// Station on the track.
    pub station: Option<String>,
    /// Whether it is good.
    pub status: AttemptStatus,
    /// Whether it is one of those that decide the item: the pack says which of several do.
    pub counts: bool,
    /// Why it is invalid: one of a closed list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// On what evidence, in words.
    pub why: String,
    /// Who said so: `station`, `examiner`, `engine`, or a person.
    pub by: String,
}

fn once() -> u32 {
    1
}

fn is_once(repeat: &u32) -> bool {
    *repeat == 1
}

fn is_unknown(class: &ActorClass) -> bool {
    *class == ActorClass::Unknown
}

fn is_first(drive: &u32) -> bool {
    *drive == 0
}

fn is_none(occasions: &u64) -> bool {
    *occasions == 0
}

/// Whether an attempt counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AttemptStatus {
    /// It counts.
    Valid,
    /// It does not: conditions, target, field or a third party.
    Invalid,
    /// It was broken off.
    Aborted,
}

impl AttemptStatus {
    /// Name, as reports print it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Aborted => "aborted",
        }
    }
}

/// One requirement of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct RequirementResult {
    /// Id within the item.
    pub id: String,
    /// Which attempt of the item, if it is tried at stations.
    pub attempt: Option<u32>,
    /// Index of the drive in [`Verdict::drives`]. Left out: the first.
    #[serde(default, skip_serializing_if = "is_first")]
    pub drive: u32,
    /// Who judges it.
    pub judge: Judge,
    /// Rule that looked for breaches.
    pub rule: Option<String>,
    /// The rule's parameters in force, defaults included.
    pub params: Vec<Param>,
    /// What is required, in words, if not the log decides.
    pub what: Option<Title>,
    /// Scope of the pack in which it counts; absent means always.
    pub scope: Option<String>,
    /// Points that each breach costs.
    pub points: f64,
    /// A breach fails the item.
    pub must: bool,
    /// A breach fails the exam.
    pub veto: bool,
    /// Largest uncertainty with which it may be judged.
    pub max_u: Option<f64>,
    /// Which contacts cost points.
    pub caused_by: CausedBy,
    /// On whose authority.
    pub source: Source,
    /// The answer.
    pub outcome: Outcome,
    /// Makes the attempt invalid, if it is broken, for this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidates: Option<Reason>,
    /// Demanded of every item; it does not show that the item was exercised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// With fewer occasions than this the item is not exercised.
    #[serde(default, skip_serializing_if = "is_none")]
    pub occasions_needed: u64,
    /// How often there was occasion.
    pub opportunities: u64,
    /// Time over which it was judged, ns.
    pub judged_ns: i64,
    /// Numbers of its findings in the verdict's list.
    pub findings: Vec<u32>,
    /// Where it could not be told, and why.
    pub undetermined: Vec<Missing>,
    /// Points taken off.
    pub deducted: f64,
}

/// A rule's parameter with its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Param {
    /// Key; a number's ends in its unit.
    pub name: String,
    /// Value.
    pub value: ParamValue,
}

/// Value of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ParamValue {
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

/// A finding with what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ScoredFinding {
    /// Number in this verdict, from 1.
    pub number: u32,
    /// Item that it is charged to.
    pub item: String,
    /// Requirement of the item.
    pub requirement: String,
    /// Which attempt of the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Index of the drive in [`Verdict::drives`]. Left out: the first.
    #[serde(default, skip_serializing_if = "is_first")]
    pub drive: u32,
    /// Points taken off; 0 if it is not charged, or the same event is charged elsewhere.
    pub points: f64,
    /// It fails the item.
    pub must: bool,
    /// It fails the exam.
    pub veto: bool,
    /// Why it costs nothing, if it is not for being the same event as another.
    pub not_charged: Option<String>,
    /// Number of the finding under which this physical event is charged.
    pub same_event_as: Option<u32>,
    /// Clause that demands otherwise.
    pub source: Source,
    /// The evidence.
    #[serde(flatten)]
    pub finding: Finding,
}

impl ScoredFinding {
    /// Whether it is this finding that is charged for its event.
    #[must_use]
    pub fn charged(&self) -> bool {
        self.same_event_as.is_none() && self.not_charged.is_none()
    }
}

/// How much of the verdict rests on one basis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct BasisShare {
    /// The basis.
    pub basis: Basis,
    /// Requirements of the pack.
    pub requirements: u32,
    /// Of them, those for which there was occasion.
    pub exercised: u32,
    /// Of those, decided: passed or failed.
    pub decided: u32,
    /// Findings charged.
    pub findings: u32,
    /// Points taken off.
    pub deducted: f64,
    /// Vetoes.
    pub vetoes: u32,
}

/// What was graded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct DriveInfo {
    /// Name.
    pub name: String,
    /// Format that it was read from.
    pub format: String,
    /// Program that made it, if it says.
    pub producer: String,
    /// Id of the vehicle under test.
    pub ego: Option<String>,
    /// Its type.
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub ego_class: ActorClass,
    /// Frame of positions, in words.
    pub frame: String,
    /// First and last time.
    pub span: Option<Interval>,
    /// Number of actors, the ego among them.
    pub actors: u64,
    /// Poses read, of all actors.
    pub samples: u64,
    /// What reading changed or left out.
    pub notes: Vec<LogNote>,
}

/// Something that reading changed or left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogNote {
    /// Code from the data policy.
    pub code: String,
    /// Whom it concerns.
    pub subject: String,
    /// When, if at one time.
    pub when: Option<Interval>,
    /// How often.
    pub count: u64,
    /// In words.
    pub text: String,
}

/// What it takes to repeat a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Provenance {
    /// Name and version of the engine.
    pub engine: String,
    /// The pack.
    pub pack: SourceFile,
    /// The track's files; empty if none was used.
    pub track: Vec<SourceFile>,
    /// How the track was moved into the drive's frame, in words.
    pub alignment: Option<String>,
    /// The log's files: first the log, then what belongs to it.
    pub logs: Vec<SourceFile>,
}

/// One input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceFile {
    /// File name, or id.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hexadecimal; absent if the caller did not say.
    pub sha256: Option<String>,
}
