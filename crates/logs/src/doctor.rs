//! The log doctor: what a log holds, and what about it looks wrong, before anybody grades it.
//!
//! ```
//! use lukao_logs::doctor;
//! use lukao_testkit::{ActorBuilder, DriveBuilder};
//! // A car that is 1.8 m long and 4.5 m wide.
//! let drive = DriveBuilder::new("d").ego(ActorBuilder::car("ego").size(1.8, 4.5)).build();
//! let diagnosis = doctor::examine(&drive);
//! let swapped = diagnosis.symptoms.iter().find(|s| s.code == "box-swapped").unwrap();
//! assert_eq!(swapped.to_string(), "warning box-swapped ego: 1.80 m long and 4.50 m wide; \
//!     length and width look swapped (a car is 2.2 to 6.5 m long and 1.2 to 2.6 m wide)");
//! ```
//!
//! The doctor says what *looks* wrong; it changes nothing, and no verdict depends on it. What the readers
//! changed or left out is in [`Diagnosis::notes`].

mod boxes;
mod clocks;
mod holds;
mod motion;
mod places;
mod units;

use std::collections::BTreeMap;
use std::fmt;

use lukao_model::drive::Drive;
use lukao_model::time::{self, Interval};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use holds::{ChannelLine, ClassLine, ClockLine, Holds, Known, StreamLine, Whose};

/// How bad a symptom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Some rules will be undetermined or may be wrong.
    Warning,
    /// The log cannot be graded as it is.
    Error,
}

/// Something about a log that looks wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Symptom {
    /// Stable code, kebab-case.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whom it concerns: an actor's id, a clock, a stream; empty for the log as a whole.
    pub subject: String,
    /// When it was worst, or first.
    pub when: Option<Interval>,
    /// Measured numbers by name with unit: `speed_mps`, `gap_s` …
    pub measured: BTreeMap<String, f64>,
    /// In words.
    pub text: String,
}

/// Something that the reader changed or left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyNote {
    /// Code from the data policy.
    pub code: String,
    /// Whom it concerns.
    pub subject: String,
    /// When.
    pub when: Option<Interval>,
    /// How often.
    pub count: u64,
    /// In words.
    pub text: String,
}

/// What the doctor found. Serialises to JSON with a schema; field names do not change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What the log holds.
    pub holds: Holds,
    /// What looks wrong: the worst first, then by code and subject.
    pub symptoms: Vec<Symptom>,
    /// What reading changed or left out.
    pub notes: Vec<PolicyNote>,
}

impl Diagnosis {
    /// The worst severity, or `None` if nothing looks wrong.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.symptoms.iter().map(|s| s.severity).max()
    }
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity} {}", self.code)?;
        if !self.subject.is_empty() {
            write!(f, " {}", self.subject)?;
        }
        write!(f, ": {}", self.text)?;
        match self.when {
            Some(w) if w.from_ns == w.to_ns => write!(f, " at {:.2} s", time::to_s(w.from_ns)),
            Some(w) => write!(f, " at {:.2}–{:.2} s", time::to_s(w.from_ns), time::to_s(w.to_ns)),
            None => Ok(()),
        }
    }
}

/// Symptoms as they are found.
#[derive(Default)]
struct Findings(Vec<Symptom>);

impl Findings {
    fn add(
        &mut self,
        code: &str,
        severity: Severity,
        subject: &str,
        when: Option<Interval>,
        measured: &[(&str, f64)],
        text: String,
    ) {
        // What is not finite has no place in JSON, and says nothing.
        let measured = measured.iter().filter(|(_, v)| v.is_finite());
        let measured = measured.map(|(name, v)| ((*name).to_owned(), *v)).collect();
        let (code, subject) = (code.to_owned(), subject.to_owned());
        self.0.push(Symptom { code, severity, subject, when, measured, text });
    }
}

/// Examines a drive.
#[must_use]
pub fn examine(drive: &Drive) -> Diagnosis {
    let holds = holds::of(drive);
    let mut found = Findings::default();
    holds::missing(drive, &holds, &mut found);
    clocks::examine(drive, &mut found);
    boxes::examine(drive, &mut found);
    units::examine(drive, &mut found);
    motion::examine(drive, &mut found);
    places::examine(drive, &mut found);
    let mut symptoms = found.0;
    symptoms.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then_with(|| (&a.code, &a.subject).cmp(&(&b.code, &b.subject)))
    });
    let notes = drive.header().notes.iter().map(|n| PolicyNote {
        code: n.code.clone(),
        subject: n.subject.clone(),
        when: n.when,
        count: n.count,
        text: n.text.clone(),
    });
    Diagnosis { holds, symptoms, notes: notes.collect() }
}
