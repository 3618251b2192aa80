//! The phases of a lane change, by the wheels.
//!
//! **Preparation**: from the trigger, which is when the indicator toward the new lane goes on, to when the outer edge of the
//! nearest front wheel touches the line between the lanes. **Execution**: until both rear wheels are wholly beyond it.
//! **Completion**: until the indicator is off. Source: draft of the mandatory national standard on combined driver assistance,
//! 2025-04, definitions (basis: text). Wheels move straight between two samples.
//!
//! **Needs** wheelbase, front overhang, both tracks and the tyre's width from the vehicle sheet; without them nothing is told,
//! and the box does not stand for the wheels. **Cannot tell** a moment that is not within 15 s before or 20 s after the ego's
//! middle crosses the line, or not in the same run; trigger and end, where the log does not say what the indicators show.
//!
//! **Uncertainty** of touching and of being over (s): position, half of the sheet's, and survey's accuracy ÷ speed toward the
//! line.

use lukao_model::code::Indicator;
use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{S, to_s};
use lukao_track::{LaneIx, Track};

use crate::indicator::{Indicators, Shown};
use crate::manoeuvre::Manoeuvre;
use crate::{Measures, body};

/// When the phases of a lane change begin and end, ns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phases {
    /// The indicator goes on: begin of the preparation.
    pub trigger_ns: Option<i64>,
    /// The nearest front wheel touches the line: begin of the execution, and its uncertainty, s.
    pub touches: Option<(i64, Uncertainty)>,
    /// Both rear wheels are beyond the line: begin of the completion, and its uncertainty, s.
    pub over: Option<(i64, Uncertainty)>,
    /// The indicator is off: end of the completion.
    pub off_ns: Option<i64>,
}

const BACK_NS: i64 = 15 * S;
const AHEAD_NS: i64 = 20 * S;

/// The phases of a lane change; `None` without a track, a lane that it leaves, or wheel geometry.
#[must_use]
pub fn phases(m: &Measures<'_>, x: &Manoeuvre) -> Option<Phases> {
    let (track, lane) = (m.track()?, x.lane?);
    let samples = m.ego().samples();
    let run = &m.window().runs()[samples[x.k].run];
    let wheels = body::own_wheels_m(&run.size, m.window().actor(run.actor).sheet.as_ref())?;
    let left = x.side == Indicator::Left;
    let front = if left { wheels[0] } else { wheels[3] };
    // The last edge to cross is that of the rear wheel on the other side.
    let rear = if left { wheels[2] } else { wheels[1] };
    let look = Look { m, track, lane, left };
    let t = samples[x.k].t_ns;
    // The step in which an edge goes over the line, searched from the middle's own step.
    let same = |j: &usize| samples[*j].run == samples[x.k].run && samples[*j].goes_on;
    let back = (0..=x.k).rev().take_while(|j| same(j) && samples[*j].t_ns >= t - BACK_NS);
    let ahead = (x.k..samples.len()).take_while(|j| same(j) && samples[*j].t_ns < t + AHEAD_NS);
    let touches = back.filter_map(|j| look.crossing(j, front)).next();
    let over = ahead.filter_map(|j| look.crossing(j, rear)).next();
    let indicators = Indicators::of(m);
    let trigger_ns = match indicators.shown(m, x) {
        Shown::Right(lead) if !lead.or_more => Some(lead.since_ns),
        _ => None,
    };
    let after = over.map(|o| o.0).filter(|t| indicators.at(*t) == Some(x.side));
    let off = |t: i64| m.ego_codes(lukao_model::Channel::Indicator).next(t, |c| c != Some(x.side.code()));
    Some(Phases { trigger_ns, touches, over, off_ns: after.and_then(off).map(|o| o.0) })
}

struct Look<'m> {
    m: &'m Measures<'m>,
    track: &'m Track,
    lane: LaneIx,
    left: bool,
}

impl Look<'_> {
    /// How far an edge is beyond the line at a sample, m.
    fn beyond_m(&self, j: usize, own: [f64; 2]) -> f64 {
        let hit = self.track.locate(self.lane, body::point_m(&self.m.ego().samples()[j].pose, own));
        -if self.left { hit.to_left_m } else { hit.to_right_m }
    }

    /// When an edge goes over the line in the step from a sample.
    fn crossing(&self, j: usize, own: [f64; 2]) -> Option<(i64, Uncertainty)> {
        let (a, b) = (self.m.ego().samples()[j], self.m.ego().samples()[j + 1]);
        let (before, after) = (self.beyond_m(j, own), self.beyond_m(j + 1, own));
        if before >= 0.0 || after < 0.0 {
            return None;
        }
        let part = before / (before - after);
        let t_ns = a.t_ns + ((b.t_ns - a.t_ns) as f64 * part) as i64;
        let run = &self.m.window().runs()[a.run];
        let known = Uncertainty::from_option;
        let sheet = self.m.window().actor(run.actor).sheet.as_ref().and_then(|s| s.accuracy_m);
        let reach = math::hypot(own[0], own[1]);
        let u = known(run.accuracy.position_m.at(a.i))
            .rss(known(sheet).times(0.5))
            .rss(known(run.accuracy.yaw_rad.at(a.i)).times(reach))
            .rss(known(self.track.survey().accuracy_m));
        Some((t_ns, u.times(to_s(b.t_ns - a.t_ns) / (after - before))))
    }
}
