//! Where in a phase of its signal the ego passed a stop line, and whether it stood before it.
//!
//! **Depth in red** (s): time from the passage to the nearer end of the red phase, looked for up to 20 s back and
//! 60 s ahead; negative outside of one. Red with amber is red. **Uncertainty**: that of the time of the passage and
//! that of the times at which the state began and ended.

use lukao_model::code::SignalState;
use lukao_model::math;
use lukao_model::time::to_s;
use lukao_track::{SignalIx, Track};

use crate::motion::STANDING_MPS;
use crate::stops::{Head, NotShown, Shown, StopLinePassed};
use crate::value::Value;
use crate::{LOOK_BACK_NS, Measures, body};

/// From how far before a stop line a stop counts as made at it, metres from the front bumper.
pub const STOP_NEAR_M: f64 = 10.0;

/// Whether a state forbids to go on straight.
#[must_use]
pub fn is_red(state: SignalState) -> bool {
    matches!(state, SignalState::Red | SignalState::RedAmber | SignalState::RedTurnRight)
}

/// How far inside a red phase a passage was. `None` if no red phase is near.
#[must_use]
pub fn red_depth_s(
    m: &Measures<'_>,
    heads: &[Head<'_>],
    at: &StopLinePassed,
    shown: &Shown,
) -> Option<Value> {
    let since = to_s(at.t_ns - shown.since_ns);
    let until = shown.until_ns.map(|t| to_s(t - at.t_ns));
    let red_at = |t: i64| m.shown(at.k, heads, t).is_ok_and(|s| is_red(s.state));
    let value = if is_red(shown.state) {
        // Red with amber after red is the same phase.
        let goes_on = shown.until_ns.is_some_and(red_at);
        let came = red_at(shown.since_ns - 1);
        let since = (!came).then_some(since);
        let until = until.filter(|_| !goes_on);
        since.into_iter().chain(until).reduce(f64::min).unwrap_or(to_s(at.t_ns - shown.since_ns))
    } else {
        let before = red_at(shown.since_ns - 1).then_some(since);
        let after = shown.until_ns.filter(|t| red_at(*t)).and(until);
        -before.into_iter().chain(after).reduce(f64::min)?
    };
    Some(Value { value, u: at.u_s.rss(shown.u_s) })
}

/// Whether the ego stood in the last 20 s with its front within 10 m before a line that it then passed.
#[must_use]
pub fn stood_before(m: &Measures<'_>, at: &StopLinePassed) -> bool {
    let samples = m.ego().samples();
    let front = |k: usize| {
        let s = &samples[k];
        body::point_m(&s.pose, [0.5 * m.window().runs()[s.run].size.length_m, 0.0])
    };
    let there = front(at.k);
    let from = at.t_ns - LOOK_BACK_NS;
    for k in (0..=at.k).rev() {
        let p = front(k);
        let near = math::hypot(p[0] - there[0], p[1] - there[1]) <= STOP_NEAR_M;
        if samples[k].t_ns < from || !near {
            return false;
        }
        if m.ego_speed_mps(k).is_some_and(|v| v.value.abs() < STANDING_MPS) {
            return true;
        }
        if samples[k].i == 0 {
            return false;
        }
    }
    false
}

impl NotShown {
    /// In words.
    #[must_use]
    pub fn why(&self, track: &Track) -> String {
        let names = |all: &[SignalIx]| {
            let mut names: Vec<&str> = all.iter().map(|s| track.signal(*s).number.as_str()).collect();
            names.dedup();
            names.join(", ")
        };
        match self {
            Self::NoState(s) => format!("the log has no admissible state of {} then", names(s)),
            Self::SaidUnknown(s) => format!("the log says that the state of {} was unknown", names(s)),
            Self::Disagree(s) => {
                format!("{} show different states for ways that the ego may take", names(s))
            }
            Self::NotSynchronised(s) => {
                format!("the clock of {} is not synchronised with the ego's", names(s))
            }
        }
    }
}
