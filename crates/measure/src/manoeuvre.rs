//! What the ego does that others must be told of: lane changes, turns, turning round, pulling out and in.
//!
//! Each has a *decisive moment*, which says to which block it belongs, an *onset* at most 15 s before it and an
//! *end* at most 20 s after it. All are told from the track, so without one there are none.
//!
//! - **Lane change**: between two samples the footprint's centre goes from a traffic lane to its neighbour outside
//!   junctions. Onset: a corner of the body touches the line between the two; end: all corners are beyond it. (The
//!   phases of a lane change by its wheels are another measure.)
//! - **Turning round**: the same into a lane of the other direction, the heading more than 45° off the first one's, or
//!   within 20 s less than 45° off the other's.
//! - **Turn**: the centre enters a junction on a way that turns by 30° or more. Onset: the middle of the front
//!   bumper enters it; end: the middle of the rear bumper has left it. Ways of more than 150° are turning round.
//! - **Leaving a roundabout**: the same from a lane of a ring (see [`Track::on_ring`]) to one that is on none, whatever the
//!   angle. Ways on to a ring are no turns.
//! - **Pulling out**: after [`STOOD_NS`] at the kerb (a corner within [`AT_KERB_M`] of the drivable area's edge, or the
//!   centre in no traffic lane) the ego begins to move forward. Onset: that moment; end: 5 s later.
//! - **Pulling in**: the ego comes to such a stand. Onset: its nearest corner was last 0.5 m farther from the edge
//!   than in the end, or 3 s before the stand if it kept along the edge; end: the stand.
//!
//! The side of the kerb is the one whose corners are nearer to the edge.
//!
//! **Cannot tell** the side of a turn whose way through the junction is not seen: [`Manoeuvres::unknown`].
//!
//! **Uncertainty** of the onset of a lane change (s): position, half of the size's, yaw's × half the diagonal and
//! survey's accuracy ÷ speed toward the line; of a turn: the same ÷ speed; of the others: the step between samples.

use lukao_model::code::Indicator;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{S, to_s};
use lukao_model::{Interval, math};
use lukao_track::{LaneHit, LaneIx, Track, Turn};

use crate::motion::STANDING_MPS;
use crate::place::Places;
use crate::{EgoSample, Measures, area, body, lane_phase, stops};

/// What kind of manoeuvre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// To the neighbouring lane.
    LaneChange,
    /// Left or right through a junction.
    Turn,
    /// Into the other direction.
    TurnRound,
    /// From the kerb.
    PullOut,
    /// To the kerb.
    PullIn,
    /// Off the ring of a roundabout.
    RoundaboutExit,
}

impl Kind {
    /// Stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LaneChange => "lane change",
            Self::Turn => "turn",
            Self::TurnRound => "turning round",
            Self::PullOut => "pulling out",
            Self::PullIn => "pulling in",
            Self::RoundaboutExit => "leaving a roundabout",
        }
    }
}

/// One manoeuvre of the ego.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manoeuvre {
    /// What it is.
    pub kind: Kind,
    /// To which side: `Left` or `Right`.
    pub side: Indicator,
    /// Onset, ns.
    pub from_ns: i64,
    /// Uncertainty of the onset, s.
    pub from_u_s: Uncertainty,
    /// Decisive moment, ns: what others call the manoeuvre's time.
    pub t_ns: i64,
    /// End, ns.
    pub to_ns: i64,
    /// The ego's sample at which the decisive step begins.
    pub k: usize,
    /// Lane that it leaves, if it is in one.
    pub lane: Option<LaneIx>,
}

/// The manoeuvres of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manoeuvres {
    /// Those that are known, by decisive moment.
    pub known: Vec<Manoeuvre>,
    /// Samples at which the ego enters a junction by a way that is not known.
    pub unknown: Vec<usize>,
}

/// Shorter stands are none at the kerb, ns.
pub const STOOD_NS: i64 = 3 * S;

/// Distance from the edge of the drivable area within which the ego is at the kerb, metres.
pub const AT_KERB_M: f64 = 0.5;

const BACK_NS: i64 = 15 * S;
const AHEAD_NS: i64 = 20 * S;
/// How far a heading is off the lane's when the ego turns round rather than overtakes, rad.
const ROUND_RAD: f64 = std::f64::consts::FRAC_PI_4;
/// How much farther out than in the end the ego was when it began to pull in, metres.
const DRAWN_IN_M: f64 = 0.5;

impl Manoeuvres {
    pub(crate) fn new(m: &Measures<'_>) -> Self {
        let (Some(track), Some(places)) = (m.track(), m.places()) else { return Self::default() };
        let look = Look { m, track, places };
        let mut all = Self::default();
        for k in m.ego().in_block() {
            if !m.ego().samples()[k].goes_on {
                continue;
            }
            all.known.extend(look.sideways(k));
            match look.turn(k) {
                Some(Some(turn)) => all.known.push(turn),
                Some(None) => all.unknown.push(k),
                None => {}
            }
            all.known.extend(look.pull_out(k));
            all.known.extend(look.pull_in(k));
        }
        all.known.sort_by_key(|x| (x.t_ns, x.kind));
        all
    }
}

#[derive(Clone, Copy)]
struct Look<'m> {
    m: &'m Measures<'m>,
    track: &'m Track,
    places: Places<'m>,
}

impl Look<'_> {
    fn s(&self, k: usize) -> EgoSample {
        self.m.ego().samples()[k]
    }

    /// Lane outside junctions at a sample.
    fn lane(&self, k: usize) -> Option<LaneHit> {
        self.places.at(k).map(|p| p.hit).filter(|h| !self.track.lane(h.lane).in_junction)
    }

    /// Accuracy of a corner relative to the track, metres.
    fn u_m(&self, k: usize) -> Uncertainty {
        let s = self.s(k);
        let run = &self.m.window().runs()[s.run];
        let known = Uncertainty::from_option;
        let reach = 0.5 * math::hypot(run.size.length_m, run.size.width_m);
        known(run.accuracy.position_m.at(s.i))
            .rss(known(run.size.accuracy_m).times(0.5))
            .rss(known(run.accuracy.yaw_rad.at(s.i)).times(reach))
            .rss(known(self.track.survey().accuracy_m))
    }

    /// Samples before `k` of the same run, at most [`BACK_NS`] back, nearest first, `k` included.
    fn back(&self, k: usize) -> impl Iterator<Item = usize> {
        let from = self.s(k).t_ns - BACK_NS;
        let run = self.s(k).run;
        let samples = self.m.ego().samples();
        (0..=k).rev().take_while(move |j| samples[*j].run == run && samples[*j].t_ns >= from)
    }

    /// Samples after `k` of the same run, at most [`AHEAD_NS`] ahead.
    fn ahead(&self, k: usize) -> impl Iterator<Item = usize> {
        let to = self.s(k).t_ns + AHEAD_NS;
        let run = self.s(k).run;
        let samples = self.m.ego().samples();
        (k + 1..samples.len()).take_while(move |j| samples[*j].run == run && samples[*j].t_ns < to)
    }

    fn corners(&self, k: usize) -> [[f64; 2]; 4] {
        body::corners_m(&self.s(k).pose, &self.m.window().runs()[self.s(k).run].size)
    }

    /// Least and greatest distance of the body's corners from a lane's border into the lane, metres.
    fn inside(&self, k: usize, lane: LaneIx, side: Indicator) -> (f64, f64) {
        let depth = self.corners(k).map(|c| {
            let hit = self.track.locate(lane, c);
            if side == Indicator::Left { hit.to_left_m } else { hit.to_right_m }
        });
        depth.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), d| (a.min(*d), b.max(*d)))
    }

    fn side_of(&self, a: LaneIx, b: LaneIx) -> Option<Indicator> {
        let beside = |a: LaneIx| {
            let lane = self.track.lane(a);
            if lane.left == Some(b) {
                Some(Indicator::Left)
            } else if lane.right == Some(b) {
                Some(Indicator::Right)
            } else {
                None
            }
        };
        // The section may change in the same step.
        beside(a).or_else(|| self.track.successors(a).iter().find_map(|n| beside(*n)))
    }

    /// A lane change or turning round in the step from `k`.
    fn sideways(&self, k: usize) -> Option<Manoeuvre> {
        let (a, b) = (self.lane(k)?, self.lane(k + 1)?);
        if a.lane == b.lane {
            return None;
        }
        let (s, next) = (self.s(k), self.s(k + 1));
        // Left and right of the lane; the driver's own are the other way about if he drives against it.
        let border = self.side_of(a.lane, b.lane)?;
        let (h, g) = (a.heading_rad, self.track.lane(b.lane).one_way_heading_at(b.station_m));
        let opposite = g.is_some_and(|g| math::angle_between(h, g).abs() > std::f64::consts::FRAC_PI_2);
        let off = math::angle_between(h, s.pose.yaw_rad).abs();
        // A wide turn crosses the line at a small angle; who overtakes does not come to head as the other lane leads.
        let comes_round = || {
            let there = |g: f64| {
                self.ahead(k).any(|j| math::angle_between(g, self.s(j).pose.yaw_rad).abs() < ROUND_RAD)
            };
            g.is_some_and(there)
        };
        // Who comes back from the other direction's lane heads against it.
        let against = off > std::f64::consts::PI - ROUND_RAD;
        let round = opposite && !against && (off > ROUND_RAD || comes_round());
        let kind = if round { Kind::TurnRound } else { Kind::LaneChange };
        let side = match border {
            _ if !against => border,
            Indicator::Left => Indicator::Right,
            _ => Indicator::Left,
        };
        let to_border = |p: [f64; 2]| {
            let hit = self.track.locate(a.lane, p);
            if border == Indicator::Left { hit.to_left_m } else { hit.to_right_m }
        };
        let d0 = to_border([s.pose.x_m, s.pose.y_m]).max(0.0);
        let d1 = to_border([next.pose.x_m, next.pose.y_m]).min(0.0);
        let part = if d0 > d1 { d0 / (d0 - d1) } else { 1.0 };
        let t_ns = s.t_ns + ((next.t_ns - s.t_ns) as f64 * part) as i64;
        let own = |j: usize| {
            self.lane(j).map_or(a.lane, |h| if self.parallel(h.lane, a.lane) { a.lane } else { h.lane })
        };
        let by_body = || self.onset(k, |j| self.inside(j, own(j), border).0);
        let (from_ns, from_u_s) = lane_phase::touches(self.m, a.lane, side, k).unwrap_or_else(by_body);
        let out = |j: &usize| self.inside(*j, a.lane, border).1 <= 0.0;
        let to_ns = self.ahead(k).find(out).map_or(next.t_ns, |j| self.s(j).t_ns);
        Some(Manoeuvre { kind, side, from_ns, from_u_s, t_ns, to_ns, k, lane: Some(a.lane) })
    }

    fn parallel(&self, a: LaneIx, b: LaneIx) -> bool {
        let of = |l: LaneIx| (self.track.lane(l).road, self.track.lane(l).section);
        of(a) == of(b)
    }

    /// When `depth` last fell to 0 before sample `k`, with its uncertainty.
    fn onset(&self, k: usize, depth: impl Fn(usize) -> f64) -> (i64, Uncertainty) {
        let mut oldest = k;
        for j in self.back(k) {
            let d = depth(j);
            if d >= 0.0 {
                let (a, b) = (self.s(j), self.s(j + 1));
                let e = depth(j + 1).min(0.0);
                let part = if d > e { d / (d - e) } else { 1.0 };
                let dt = to_s(b.t_ns - a.t_ns);
                let rate = (d - e) / dt;
                let u = match self.u_m(j) {
                    Uncertainty::Known(0.0) => Uncertainty::Known(0.0),
                    u if rate > 0.0 => u.times(1.0 / rate),
                    _ => Uncertainty::Unknown,
                };
                return (a.t_ns + ((b.t_ns - a.t_ns) as f64 * part) as i64, u);
            }
            oldest = j;
        }
        (self.s(oldest).t_ns, Uncertainty::Unknown)
    }

    /// A turn that begins in the step from `k`; `Some(None)` if its way is not known.
    fn turn(&self, k: usize) -> Option<Option<Manoeuvre>> {
        let a = self.lane(k)?;
        if self.lane(k + 1).is_some() || self.places.hits(k + 1).is_empty() {
            return None;
        }
        let ways = self.places.ways_through(k).unwrap_or_default();
        let Some(turn) = stops::turn(self.track, &ways) else { return Some(None) };
        let left = ways.iter().all(|w| self.track.path(*w).turn_rad > 0.0);
        let to_ring = ways.iter().any(|w| self.track.path(*w).to.is_some_and(|to| self.track.on_ring(to)));
        let off = if self.track.road(self.track.lane(a.lane).road).left_hand {
            Indicator::Left
        } else {
            Indicator::Right
        };
        let (kind, side) = match turn {
            _ if to_ring => return None,
            _ if self.track.on_ring(a.lane) => (Kind::RoundaboutExit, off),
            Turn::Straight => return None,
            Turn::Left => (Kind::Turn, Indicator::Left),
            Turn::Right => (Kind::Turn, Indicator::Right),
            Turn::Around if left => (Kind::TurnRound, Indicator::Left),
            Turn::Around => (Kind::TurnRound, Indicator::Right),
        };
        let (s, next) = (self.s(k), self.s(k + 1));
        let step = math::hypot(next.pose.x_m - s.pose.x_m, next.pose.y_m - s.pose.y_m);
        let to_end = (self.track.lane(a.lane).length_m() - a.station_m).max(0.0);
        let part = if step > 0.0 { (to_end / step).min(1.0) } else { 1.0 };
        let t_ns = s.t_ns + ((next.t_ns - s.t_ns) as f64 * part) as i64;
        let half = 0.5 * self.m.window().runs()[s.run].size.length_m;
        let (from_ns, from_u_s) = self.front_at(k, to_end - half);
        let left = self.ahead(k).find(|j| self.lane(*j).is_some());
        let gone = |from: usize| {
            let at = self.s(from).pose;
            let far =
                |j: &usize| math::hypot(self.s(*j).pose.x_m - at.x_m, self.s(*j).pose.y_m - at.y_m) >= half;
            self.ahead(from).find(far).unwrap_or(from)
        };
        let to_ns = left.map(gone).or(self.ahead(k).last()).map_or(next.t_ns, |j| self.s(j).t_ns);
        Some(Some(Manoeuvre { kind, side, from_ns, from_u_s, t_ns, to_ns, k, lane: Some(a.lane) }))
    }

    /// When the ego was `ahead_m` (negative: had already gone past it) before a place, from sample `k` on back.
    fn front_at(&self, k: usize, ahead_m: f64) -> (i64, Uncertainty) {
        let speed = self.m.ego_speed_mps(k).map_or(0.0, |v| v.value.abs());
        let u = match self.u_m(k) {
            Uncertainty::Known(0.0) => Uncertainty::Known(0.0),
            u if speed >= STANDING_MPS => u.times(1.0 / speed),
            _ => Uncertainty::Unknown,
        };
        let mut left = -ahead_m;
        let mut last = k;
        if left <= 0.0 {
            return (self.s(k).t_ns, u);
        }
        for j in self.back(k).skip(1) {
            let (a, b) = (self.s(j), self.s(last));
            let step = math::hypot(b.pose.x_m - a.pose.x_m, b.pose.y_m - a.pose.y_m);
            if step >= left {
                return (b.t_ns - ((b.t_ns - a.t_ns) as f64 * (left / step)) as i64, u);
            }
            (left, last) = (left - step, j);
        }
        (self.s(last).t_ns, Uncertainty::Unknown)
    }

    fn stands(&self, k: usize) -> bool {
        self.m.ego_speed_mps(k).is_some_and(|v| v.value.abs() < STANDING_MPS)
    }

    /// Distance of the body's corner that is nearest to the drivable area's edge, and on which side it is.
    fn kerb(&self, k: usize) -> Option<(f64, Indicator)> {
        let z = self.s(k).z_m;
        let far = |c: [f64; 2]| self.track.drivable_clearance(c, z, area::CUT_OFF_M);
        let [fl, rl, rr, fr] = self.corners(k).map(far);
        let (left, right) = (fl.min(rl), fr.min(rr));
        let side = if left < right { Indicator::Left } else { Indicator::Right };
        (left.min(right) < area::CUT_OFF_M).then_some((left.min(right), side))
    }

    /// Side of the kerb at which the ego stands at sample `k`.
    fn at_kerb(&self, k: usize) -> Option<Indicator> {
        let (near, side) = self.kerb(k)?;
        (near <= AT_KERB_M || (self.places.hits(k).is_empty() && area::on_map(self.track, &self.s(k))))
            .then_some(side)
    }

    fn step_u(&self, k: usize) -> Uncertainty {
        let run = &self.m.window().runs()[self.s(k).run];
        let exact = run.accuracy.position_m.at(self.s(k).i) == Some(0.0);
        Uncertainty::Known(if exact { 0.0 } else { to_s(self.s(k + 1).t_ns - self.s(k).t_ns) })
    }

    fn pull_out(&self, k: usize) -> Option<Manoeuvre> {
        let forward = self.m.ego_speed_mps(k + 1).is_some_and(|v| v.value >= STANDING_MPS);
        if !self.stands(k) || !forward || !self.stood(self.back(k), k) {
            return None;
        }
        let side = match self.at_kerb(k)? {
            Indicator::Left => Indicator::Right,
            _ => Indicator::Left,
        };
        let t_ns = self.s(k).t_ns;
        let when = Interval::new(t_ns, t_ns + 5 * S);
        let lane = self.lane(k).map(|h| h.lane);
        let (kind, from_u_s) = (Kind::PullOut, self.step_u(k));
        Some(Manoeuvre { kind, side, from_ns: t_ns, from_u_s, t_ns, to_ns: when.to_ns, k, lane })
    }

    fn stood(&self, mut samples: impl Iterator<Item = usize>, k: usize) -> bool {
        let t = self.s(k).t_ns;
        samples
            .find(|j| !self.stands(*j) || (self.s(*j).t_ns - t).abs() >= STOOD_NS)
            .is_some_and(|j| self.stands(j))
    }

    fn pull_in(&self, k: usize) -> Option<Manoeuvre> {
        let forward = self.m.ego_speed_mps(k).is_some_and(|v| v.value >= STANDING_MPS);
        if !forward || !self.stands(k + 1) || !self.stood(self.ahead(k + 1), k + 1) {
            return None;
        }
        let side = self.at_kerb(k + 1)?;
        let (end, _) = self.kerb(k + 1)?;
        let t_ns = self.s(k + 1).t_ns;
        let out = |j: &usize| self.kerb(*j).is_none_or(|(d, _)| d >= end + DRAWN_IN_M);
        let from_ns = self.back(k).find(out).map_or(t_ns - STOOD_NS, |j| self.s(j).t_ns);
        let lane = self.lane(k).map(|h| h.lane);
        Some(Manoeuvre {
            kind: Kind::PullIn,
            side,
            from_ns,
            from_u_s: self.step_u(k),
            t_ns,
            to_ns: t_ns,
            k,
            lane,
        })
    }
}
