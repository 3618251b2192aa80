//! Who drives: the driving mode with debounce, its changes, and why automation ended.
//!
//! **Mode** at a time: the last one that held for at least the debounce time, from its begin on. What is shorter is
//! bridged by what was before; the first one after nothing counts at once. Looks ahead by the debounce time and
//! back by [`LOOK_BACK_NS`]; without a steady mode in that time it is unknown.
//!
//! **Automation drives** in the modes automated, takeover request and minimal risk.
//!
//! **Disengagement**: a change from one of these to manual or failed. Its [`Class`] is the first of these that fits:
//! 1. *emergency*: the emergency stop was actuated within 1 s of it, or the ego's mean deceleration over the
//!    second after it is greater than a given value;
//! 2. *failure*: the mode is "failed", or a failed mode lies within the second before;
//! 3. *minimal risk*: it ended a minimal-risk manoeuvre;
//! 4. *requested*: the mode was "takeover request" before it, or the display asked for it within 20 s before;
//! 5. *at rest*: the ego stood;
//! 6. *unrequested*: anything else.
//!
//! **Uncertainty** of the times: see [`codes`](crate::codes).

use std::sync::Arc;

use lukao_model::Channel;
use lukao_model::code::{DrivingMode, HmiAlert, Switch};
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;

use crate::codes::{Span, Spans};
use crate::motion::STANDING_MPS;
use crate::{LOOK_BACK_NS, Mean, Measures};

/// The driving mode, debounced.
pub struct Modes {
    spans: Arc<Spans>,
    debounce_ns: i64,
}

/// The mode changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// When, ns.
    pub t_ns: i64,
    /// Uncertainty of that, s.
    pub u_s: Uncertainty,
    /// From; `None` if nothing was known.
    pub from: Option<DrivingMode>,
    /// To; `None` if nothing is known.
    pub to: Option<DrivingMode>,
}

impl Change {
    /// Whether automation ended here.
    #[must_use]
    pub fn disengages(&self) -> bool {
        self.from.is_some_and(automation_drives) && self.to.is_some_and(|m| !automation_drives(m))
    }
}

/// Why automation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Emergency stop or emergency braking.
    Emergency,
    /// The automation failed.
    Failure,
    /// At the end of a minimal-risk manoeuvre.
    MinimalRisk,
    /// The automation had asked for it.
    Requested,
    /// The ego stood.
    AtRest,
    /// The driver took over of his own accord.
    Unrequested,
}

impl Class {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Failure => "failure",
            Self::MinimalRisk => "minimal-risk",
            Self::Requested => "requested",
            Self::AtRest => "at-rest",
            Self::Unrequested => "unrequested",
        }
    }
}

/// Whether the automation drives in this mode.
#[must_use]
pub fn automation_drives(mode: DrivingMode) -> bool {
    matches!(mode, DrivingMode::Automated | DrivingMode::TakeoverRequest | DrivingMode::MinimalRisk)
}

/// The greatest debounce time, ns.
pub const MAX_DEBOUNCE_NS: i64 = 10 * S;

impl Modes {
    /// The modes of a window's ego.
    #[must_use]
    pub fn of(m: &Measures<'_>, debounce_ns: i64) -> Self {
        let debounce_ns = debounce_ns.clamp(0, MAX_DEBOUNCE_NS);
        Self { spans: m.ego_codes(Channel::DrivingMode), debounce_ns }
    }

    fn mode(span: &Span) -> Option<DrivingMode> {
        span.code.and_then(DrivingMode::from_code)
    }

    /// Whether span `i` counts, as seen from `from_ns` on.
    fn steady(&self, i: usize, from_ns: i64) -> bool {
        let (all, s) = (self.spans.as_slice(), &self.spans.as_slice()[i]);
        let first = s.from_ns >= from_ns && (i == 0 || Self::mode(&all[i - 1]).is_none());
        first || s.to_ns.saturating_sub(s.from_ns.max(from_ns)) >= self.debounce_ns
    }

    /// The mode at a time.
    #[must_use]
    pub fn at(&self, t_ns: i64) -> Option<DrivingMode> {
        let from_ns = t_ns - LOOK_BACK_NS;
        let all = self.spans.as_slice();
        let here = self.spans.ix_at(t_ns)?;
        let near = (0..=here).rev().take_while(|i| all[*i].to_ns > from_ns);
        near.into_iter().find(|i| self.steady(*i, from_ns)).and_then(|i| Self::mode(&all[i]))
    }

    /// Changes at times `from_ns <= t < to_ns`.
    #[must_use]
    pub fn changes(&self, from_ns: i64, to_ns: i64) -> Vec<Change> {
        let all = self.spans.as_slice();
        let first = all.partition_point(|s| s.from_ns < from_ns);
        let last = all.partition_point(|s| s.from_ns < to_ns);
        let changes =
            (first..last).filter(|i| self.steady(*i, all[*i].from_ns - LOOK_BACK_NS)).map(|i| Change {
                t_ns: all[i].from_ns,
                u_s: all[i].u_s,
                from: self.at(all[i].from_ns - 1),
                to: Self::mode(&all[i]),
            });
        changes.filter(|c| c.from != c.to).collect()
    }

    /// The first change after a time, within the look-ahead.
    #[must_use]
    pub fn next_change(&self, t_ns: i64) -> Option<Change> {
        let until = t_ns.saturating_add(crate::LOOK_AHEAD_NS - MAX_DEBOUNCE_NS);
        self.changes(t_ns + 1, until).first().copied()
    }
}

/// How near to a disengagement an emergency stop or a failure counts as its cause.
const NEAR_NS: i64 = S;

/// Why the automation ended at a change that [disengages](Change::disengages).
#[must_use]
pub fn class(m: &Measures<'_>, c: &Change, emergency_decel_mps2: f64) -> Class {
    let on = |code: Option<u8>| code == Some(Switch::On.code());
    let stop = m.ego_codes(Channel::EmergencyStop);
    let braking = m.ego_mean_at(Mean::AccelLon, c.t_ns + NEAR_NS / 2, NEAR_NS / 2);
    if stop.any(c.t_ns - NEAR_NS, c.t_ns + NEAR_NS, on)
        || braking.is_some_and(|a| -a.value > emergency_decel_mps2)
    {
        return Class::Emergency;
    }
    let modes = m.ego_codes(Channel::DrivingMode);
    let failed = |code: Option<u8>| code == Some(DrivingMode::Failed.code());
    if c.to == Some(DrivingMode::Failed) || modes.any(c.t_ns - NEAR_NS, c.t_ns, failed) {
        return Class::Failure;
    }
    if c.from == Some(DrivingMode::MinimalRisk) {
        return Class::MinimalRisk;
    }
    let asked = |code: Option<u8>| code == Some(HmiAlert::TakeoverRequest.code());
    let alerts = m.ego_codes(Channel::HmiAlert);
    if c.from == Some(DrivingMode::TakeoverRequest) || alerts.any(c.t_ns - LOOK_BACK_NS, c.t_ns, asked) {
        return Class::Requested;
    }
    let k = m.ego().at_or_before(c.t_ns);
    let at_rest = k.and_then(|k| m.ego_speed_mps(k)).is_some_and(|v| v.value.abs() < STANDING_MPS);
    if at_rest { Class::AtRest } else { Class::Unrequested }
}
