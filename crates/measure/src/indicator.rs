//! How long before a manoeuvre the ego has indicated it.
//!
//! **Definition**: at the onset of a manoeuvre the direction indicators show its side, the other one, or none; hazard
//! lights show none. Pauses of less than 0.8 s between two flashes are bridged. *Lead time* (s) is how long the
//! right side has been on without a break, at most 15 s; *lead distance* (m) the way of the ego's centre over that
//! time.
//!
//! **Cannot tell** where the log does not say what the indicators show.
//!
//! **Uncertainty** of the lead time: of the moment of switching on (see [`codes`](crate::codes)) and of the onset. Of
//! the lead distance: that time × the speed, and the position's accuracy.

use std::sync::Arc;

use lukao_model::code::Indicator;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{MS, S, to_s};
use lukao_model::{Channel, math};

use crate::codes::Spans;
use crate::manoeuvre::Manoeuvre;
use crate::value::Value;
use crate::{LOOK_AHEAD_NS, Measures};

/// Pauses shorter than this are part of the flashing, ns.
const PAUSE_NS: i64 = 800 * MS;

/// Leads are followed this far back, ns.
pub const LONGEST_LEAD_NS: i64 = 15 * S;

/// What the indicators show at a manoeuvre's onset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// The log does not say.
    Unknown,
    /// Neither side, or both.
    Nothing,
    /// The wrong side.
    WrongSide,
    /// The right side.
    Right(Lead),
}

/// How early.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lead {
    /// Since when, ns; cut off at [`LONGEST_LEAD_NS`].
    pub since_ns: i64,
    /// How long, s.
    pub time_s: Value,
    /// How far, m; `None` if the ego was not there all the time.
    pub way_m: Option<Value>,
    /// The time is cut off: it may be longer.
    pub or_more: bool,
}

/// The indicators' states in a window, flashing bridged.
pub struct Indicators {
    spans: Arc<Spans>,
}

impl Indicators {
    /// Those of the ego.
    #[must_use]
    pub fn of(m: &Measures<'_>) -> Self {
        let spans = m.ego_codes(Channel::Indicator);
        Self { spans: Arc::new(spans.bridged(PAUSE_NS, Indicator::Off.code())) }
    }

    /// What they show at a time.
    #[must_use]
    pub fn at(&self, t_ns: i64) -> Option<Indicator> {
        self.spans.at(t_ns).and_then(Indicator::from_code)
    }

    /// What they show at the onset of a manoeuvre, and since when.
    #[must_use]
    pub fn shown(&self, m: &Measures<'_>, x: &Manoeuvre) -> Shown {
        let Some(now) = self.at(x.from_ns) else { return Shown::Unknown };
        match now {
            Indicator::Left | Indicator::Right if now == x.side => {}
            Indicator::Left | Indicator::Right => return Shown::WrongSide,
            _ => return Shown::Nothing,
        }
        let Some(k) = self.spans.ix_at(x.from_ns) else { return Shown::Unknown };
        let span = self.spans.as_slice()[k];
        let cut = x.from_ns - LONGEST_LEAD_NS;
        let since_ns = span.from_ns.max(cut);
        let u = if span.from_ns >= cut { span.u_s } else { Uncertainty::Known(0.0) };
        let time_s = Value { value: to_s(x.from_ns - since_ns), u: x.from_u_s.rss(u) };
        let way_m = way_m(m, since_ns, x.from_ns).map(|way| {
            let speed = m.ego().at_or_before(x.from_ns).and_then(|k| m.ego_speed_mps(k));
            let per_s = speed.map_or(Uncertainty::Unknown, |v| u.rss(x.from_u_s).times(v.value));
            Value { value: way.value, u: way.u.rss(per_s) }
        });
        Shown::Right(Lead { since_ns, time_s, way_m, or_more: span.from_ns < cut })
    }

    /// When its side is no longer shown, from a manoeuvre's onset to its end; `None` if it is shown all the time.
    #[must_use]
    pub fn off_ns(&self, x: &Manoeuvre) -> Option<(i64, Uncertainty)> {
        let next = self.spans.next(x.from_ns, |code| code != Some(x.side.code()))?;
        (next.0 < x.to_ns).then_some(next)
    }

    /// How long after a manoeuvre's end its side goes on being shown, s, at most [`LOOK_AHEAD_NS`]; `None` if it is
    /// not shown at the end.
    #[must_use]
    pub fn after_s(&self, x: &Manoeuvre) -> Option<Value> {
        (self.at(x.to_ns)? == x.side).then_some(())?;
        let k = self.spans.ix_at(x.to_ns)?;
        let span = self.spans.as_slice()[k];
        let next = self.spans.as_slice().get(k + 1).filter(|_| span.to_ns < x.to_ns + LOOK_AHEAD_NS);
        let u = next.map_or(Uncertainty::Known(0.0), |n| n.u_s);
        Some(Value { value: to_s(span.to_ns.min(x.to_ns + LOOK_AHEAD_NS) - x.to_ns), u })
    }
}

/// Way of the ego's centre between two times, metres; `None` if its runs do not cover them without a gap.
#[must_use]
pub fn way_m(m: &Measures<'_>, from_ns: i64, to_ns: i64) -> Option<Value> {
    let ego = m.ego();
    let (a, b) = (ego.at_or_before(from_ns)?, ego.at_or_before(to_ns)?);
    let mut at = ego.pose_at(from_ns)?;
    let mut way = 0.0;
    for k in a..=b {
        if k < b && !ego.samples()[k].goes_on {
            return None;
        }
        let next = if k < b { ego.samples()[k + 1].pose } else { ego.pose_at(to_ns)? };
        way += math::hypot(next.x_m - at.x_m, next.y_m - at.y_m);
        at = next;
    }
    let s = &ego.samples()[b];
    let u = Uncertainty::from_option(m.window().runs()[s.run].accuracy.position_m.at(s.i));
    Some(Value { value: way, u: u.times(std::f64::consts::SQRT_2) })
}
