//! Outcomes: what a rule found, could not tell, and had occasion to look at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Interval, Intervals};

/// The answer of one rule in one scope. Fail goes before undetermined, that before pass, that before not applicable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The conduct was found.
    Fail,
    /// Something that is needed is missing.
    Undetermined,
    /// There was occasion, and the conduct was not found.
    Pass,
    /// There was no occasion.
    NotApplicable,
}

impl Outcome {
    /// Stable name, as reports print it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Undetermined => "undetermined",
            Self::Pass => "pass",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// Expanded uncertainty (k = 2) of a value, in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Uncertainty {
    /// Known; 0 only where everything it rests on is declared exact.
    Known(f64),
    /// Some part of it is unknown, so the whole is. Never taken as zero.
    Unknown,
}

impl Uncertainty {
    /// From an accuracy that may be missing.
    #[must_use]
    #[inline]
    pub fn from_option(u: Option<f64>) -> Self {
        u.map_or(Self::Unknown, Self::Known)
    }

    /// The figure, if known.
    #[must_use]
    pub fn known(self) -> Option<f64> {
        match self {
            Self::Known(u) => Some(u),
            Self::Unknown => None,
        }
    }

    /// Of a sum of independent values: root of the sum of squares.
    #[must_use]
    #[inline]
    pub fn rss(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => Self::Known((a * a + b * b).sqrt()),
            _ => Self::Unknown,
        }
    }

    /// Of a sum of values whose errors may go the same way: plain sum.
    #[must_use]
    #[inline]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => Self::Known(a + b),
            _ => Self::Unknown,
        }
    }

    /// Of a value times a factor.
    #[must_use]
    #[inline]
    pub fn times(self, factor: f64) -> Self {
        match self {
            Self::Known(a) => Self::Known(a * factor.abs()),
            Self::Unknown => Self::Unknown,
        }
    }
}

/// How a value near its limit is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Value against limit; a mark says that the margin is within the uncertainty.
    #[default]
    Simple,
    /// A value within its uncertainty of the limit, or of unknown uncertainty, is undetermined.
    Guarded,
}

/// A limit on a value. At equality the limit is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// The value may be at most this.
    AtMost(f64),
    /// The value must be at least this.
    AtLeast(f64),
}

/// What comparing a value with a limit gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The limit is kept; `near` if the margin is within the uncertainty, or that is unknown.
    Kept {
        /// Within the uncertainty.
        near: bool,
    },
    /// The limit is broken; `near` as above.
    Broken {
        /// Within the uncertainty.
        near: bool,
    },
    /// Cannot be told at this uncertainty.
    Unsure,
}

impl Limit {
    /// How far the value is on the right side, in its unit; negative if the limit is broken.
    #[must_use]
    pub fn margin(self, value: f64) -> f64 {
        match self {
            Self::AtMost(limit) => limit - value,
            Self::AtLeast(limit) => value - limit,
        }
    }

    /// The bare figure.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::AtMost(v) | Self::AtLeast(v) => v,
        }
    }

    /// Compares. `max_u` is the largest uncertainty that the limit may be judged with, if the pack names one;
    /// an unknown uncertainty is then too large.
    ///
    /// ```
    /// use lukao_model::outcome::{Decision, Judgement, Limit, Uncertainty};
    /// let limit = Limit::AtMost(0.30);
    /// let u = Uncertainty::Known(0.05);
    /// assert_eq!(limit.judge(0.32, u, Decision::Simple, None), Judgement::Broken { near: true });
    /// assert_eq!(limit.judge(0.32, u, Decision::Guarded, None), Judgement::Unsure);
    /// assert_eq!(limit.judge(0.30, Uncertainty::Known(0.0), Decision::Guarded, None), Judgement::Kept { near: false });
    /// ```
    #[must_use]
    #[inline]
    pub fn judge(self, value: f64, u: Uncertainty, decision: Decision, max_u: Option<f64>) -> Judgement {
        let margin = self.margin(value);
        // A declared-exact value sits on its side of the limit, equality included.
        let near = match u {
            Uncertainty::Known(0.0) => false,
            Uncertainty::Known(u) => margin.abs() <= u,
            Uncertainty::Unknown => true,
        };
        let too_coarse = max_u.is_some_and(|max| u.known().is_none_or(|u| u > max));
        if margin.is_nan() || too_coarse || (near && decision == Decision::Guarded) {
            Judgement::Unsure
        } else if margin >= 0.0 {
            Judgement::Kept { near }
        } else {
            Judgement::Broken { near }
        }
    }
}

/// Whether the ego caused a contact. Not a determination of liability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Causation {
    /// The ego caused it.
    Ego,
    /// The ego did not cause it.
    Other,
    /// The log does not decide it.
    Undecided,
}

/// Who caused a contact, and why we say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// Who.
    pub caused_by: Causation,
    /// Why, in words.
    pub why: String,
}

/// One further figure or fact behind a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detail {
    /// Name, snake_case with unit: `first_contact_x_m`.
    pub name: String,
    /// Value: a figure or a word.
    pub value: DetailValue,
}

/// Value of a [`Detail`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DetailValue {
    /// A figure.
    Number(f64),
    /// A word.
    Text(String),
}

/// One occurrence of the conduct that a rule looks for, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// Begin, ns.
    pub from_ns: i64,
    /// End, ns.
    pub to_ns: i64,
    /// When the measured value was taken: the worst moment, ns.
    pub worst_ns: i64,
    /// Where the ego's centre was then, metres in the drive's frame.
    pub at_m: Option<[f64; 2]>,
    /// Ids of the other actors.
    pub actors: Vec<String>,
    /// Element of the track: a stop line, a lane's border.
    pub element: Option<String>,
    /// The conduct in words, without figures: "over the speed limit".
    pub what: String,
    /// Measured value at the worst moment.
    pub measured: f64,
    /// Limit that it broke.
    pub limit: f64,
    /// Unit of both.
    pub unit: String,
    /// How far on the right side of the limit; negative.
    pub margin: f64,
    /// Uncertainty of the measured value (k = 2), in the same unit.
    pub uncertainty: Uncertainty,
    /// The margin is within the uncertainty, or that is unknown.
    pub near_limit: bool,
    /// For a contact: whether the ego caused it.
    pub attribution: Option<Attribution>,
    /// Further figures.
    pub details: Vec<Detail>,
}

/// A stretch of time in which a rule could not tell, and what was missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// What is missing: a channel's name, or what of the track.
    pub what: String,
    /// Why, or of whom, in words.
    pub why: String,
    /// When.
    #[serde(flatten)]
    pub when: Interval,
}

/// What a rule returns for one scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleResult {
    /// Occurrences of the conduct, by time.
    pub findings: Vec<Finding>,
    /// Where it could not tell.
    pub undetermined: Vec<Missing>,
    /// How often there was occasion: red phases met, leads followed, seconds of motion. Zero is not a pass.
    pub opportunities: u64,
    /// Time over which the rule did decide.
    pub judged: Intervals,
}

impl RuleResult {
    /// The outcome that follows.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if !self.findings.is_empty() {
            Outcome::Fail
        } else if !self.undetermined.is_empty() {
            Outcome::Undetermined
        } else if self.opportunities > 0 {
            Outcome::Pass
        } else {
            Outcome::NotApplicable
        }
    }

    /// Notes that something was missing, joining with a stretch that it touches.
    pub fn missing(&mut self, what: &str, why: &str, when: Interval) {
        let same = |m: &&mut Missing| m.what == what && m.why == why && m.when.meet(&when).is_some();
        if let Some(m) = self.undetermined.iter_mut().rev().take(8).find(same) {
            m.when =
                Interval { from_ns: m.when.from_ns.min(when.from_ns), to_ns: m.when.to_ns.max(when.to_ns) };
        } else {
            self.undetermined.push(Missing { what: what.into(), why: why.into(), when });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_uncertainty_is_never_zero() {
        let unknown = Uncertainty::Known(0.1).rss(Uncertainty::Unknown);
        assert_eq!(unknown, Uncertainty::Unknown);
        let l = Limit::AtLeast(1.0);
        assert_eq!(l.judge(5.0, unknown, Decision::Simple, None), Judgement::Kept { near: true });
        assert_eq!(l.judge(5.0, unknown, Decision::Guarded, None), Judgement::Unsure);
        assert_eq!(l.judge(5.0, unknown, Decision::Simple, Some(0.1)), Judgement::Unsure);
        assert_eq!(l.judge(f64::NAN, Uncertainty::Known(0.0), Decision::Simple, None), Judgement::Unsure);
    }

    #[test]
    fn an_unexercised_rule_does_not_pass() {
        let mut r = RuleResult::default();
        assert_eq!(r.outcome(), Outcome::NotApplicable);
        r.missing("signal_state", "C_5", Interval::new(0, 5));
        r.missing("signal_state", "C_5", Interval::new(5, 9));
        assert_eq!(r.undetermined.len(), 1);
        r.opportunities = 3;
        assert_eq!(r.outcome(), Outcome::Undetermined);
    }
}
