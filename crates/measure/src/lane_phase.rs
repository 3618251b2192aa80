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
    let look = Look::new(m, x.lane?, x.side, x.k)?;
    let over = look.over();
    let indicators = Indicators::of(m);
    let trigger_ns = match indicators.shown(m, x) {
        Shown::Right(lead) if !lead.or_more => Some(lead.since_ns),
        _ => None,
    };
    let after = over.map(|o| o.0).filter(|t| indicators.at(*t) == Some(x.side));
    let off = |t: i64| m.ego_codes(lukao_model::Channel::Indicator).next(t, |c| c != Some(x.side.code()));
    Some(Phases { trigger_ns, touches: look.touches(), over, off_ns: after.and_then(off).map(|o| o.0) })
}

/// When the nearest front wheel touches the line on the ego's `side` of the lane that its middle leaves in the step from
/// sample `k`, and the uncertainty, s.
pub(crate) fn touches(
    m: &Measures<'_>,
    lane: LaneIx,
    side: Indicator,
    k: usize,
) -> Option<(i64, Uncertainty)> {
    Look::new(m, lane, side, k)?.touches()
}

struct Look<'m> {
    m: &'m Measures<'m>,
    track: &'m Track,
    lane: LaneIx,
    wheels: [[f64; 2]; 4],
    /// The line is on the driver's left.
    left: bool,
    /// The line is the left one of the lane; he who drives against it has that on his right.
    left_of_lane: bool,
    k: usize,
}

impl<'m> Look<'m> {
    fn new(m: &'m Measures<'m>, lane: LaneIx, side: Indicator, k: usize) -> Option<Self> {
        let (track, s) = (m.track()?, m.ego().samples()[k]);
        let run = &m.window().runs()[s.run];
        let wheels = body::own_wheels_m(&run.size, m.window().actor(run.actor).sheet.as_ref())?;
        let left = side == Indicator::Left;
        let heading = track.locate(lane, [s.pose.x_m, s.pose.y_m]).heading_rad;
        let against = math::angle_between(heading, s.pose.yaw_rad).abs() > std::f64::consts::FRAC_PI_2;
        Some(Self { m, track, lane, wheels, left, left_of_lane: left != against, k })
    }

    /// The nearest front wheel touches the line.
    fn touches(&self) -> Option<(i64, Uncertainty)> {
        let from = self.m.ego().samples()[self.k].t_ns - BACK_NS;
        let back =
            (0..=self.k).rev().take_while(|j| self.same(*j) && self.m.ego().samples()[*j].t_ns >= from);
        let front = self.wheels[if self.left { 0 } else { 3 }];
        back.filter_map(|j| self.crossing(j, front)).next()
    }

    /// Both rear wheels are beyond the line: the last edge to cross is that of the one on the other side.
    fn over(&self) -> Option<(i64, Uncertainty)> {
        let samples = self.m.ego().samples();
        let to = samples[self.k].t_ns + AHEAD_NS;
        let ahead = (self.k..samples.len()).take_while(|j| self.same(*j) && samples[*j].t_ns < to);
        let rear = self.wheels[if self.left { 2 } else { 1 }];
        ahead.filter_map(|j| self.crossing(j, rear)).next()
    }

    /// Whether a step begins at a sample, in the run of the lane change.
    fn same(&self, j: usize) -> bool {
        let samples = self.m.ego().samples();
        samples[j].run == samples[self.k].run && samples[j].goes_on
    }

    /// How far an edge is beyond the line at a sample, m. Before the section of the lane begins, the line is that of the lane
    /// that the ego was in then.
    fn beyond_m(&self, j: usize, own: [f64; 2]) -> f64 {
        let of = |l: LaneIx| (self.track.lane(l).road, self.track.lane(l).section);
        let at = self.m.places().filter(|_| j < self.k).and_then(|p| p.at(j)).map(|p| p.hit.lane);
        let other = at.filter(|l| !self.track.lane(*l).in_junction && of(*l) != of(self.lane));
        let p = body::point_m(&self.m.ego().samples()[j].pose, own);
        let hit = self.track.locate(other.unwrap_or(self.lane), p);
        -if self.left_of_lane { hit.to_left_m } else { hit.to_right_m }
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
