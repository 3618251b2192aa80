//! How far the ego's body is outside the drivable area.
//!
//! **Definition** (m): the greatest of two kinds of reach: how far a corner of the footprint is from the drivable
//! area (see [`Track::drivable_clearance`]), and how deep a corner of the area's edge lies within the footprint.
//! Negative while the body is inside and nothing of the edge pokes into it; then the distance that is left. Cut off
//! at ±5 m.
//!
//! Over a step from one sample to the next, in which the body moves straight and turns evenly, the greatest value
//! is found by halving: no point of the body comes further outside than half of what it moves beyond the mean of
//! both ends, so parts of the step that cannot matter are left out. What is found falls short of the true greatest
//! value by at most 1 mm (and the map's seams of up to 5 cm, which do not count as outside).
//!
//! **Uncertainty**: position accuracy, half of the size's, the yaw's × half the diagonal, and the survey's.

use std::ops::Range;

use lukao_model::drive::Pose;
use lukao_model::math;
use lukao_model::outcome::Uncertainty;
use lukao_model::vehicle::BoxSize;
use lukao_track::Track;

use crate::value::Value;
use crate::{EgoSample, Measures, body};

/// Farther than this is not told apart, metres.
pub const CUT_OFF_M: f64 = 5.0;

/// How near to the greatest value within a step the search comes, metres.
const CLOSE_M: f64 = 0.001;

/// Who stays so far inside need not be looked at more closely, metres.
const WELL_INSIDE_M: f64 = 0.25;

/// More than coordinates are rounded by, metres.
const ROUNDING_M: f64 = 0.01;

/// Halvings of a step: 2¹² parts of 0.1 s are 24 µs.
const MAX_HALVINGS: u32 = 12;

/// How far the ego is outside at a moment, and at which element of the track.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// When, ns.
    pub t_ns: i64,
    /// Where the footprint's centre is then.
    pub pose: Pose,
    /// Distance, metres: see the module.
    pub outside_m: Value,
    /// The corner, of the footprint or of the area's edge, at which it was measured.
    pub corner_m: [f64; 2],
    /// The nearest edge, if one is near.
    pub element: Option<String>,
    /// The corner lies beyond the end of a lane from which the map leads nowhere: whether there is a road, the map does
    /// not say.
    pub off_the_map: bool,
}

/// Where the ego's body is relative to the drivable area at its worst moment from sample `k` to the next; the first
/// of several. Moments at which the value is at most `floor_m` are not searched for: if there are only such, what
/// comes back is the worst that was met, or, if the whole body stays well inside, by more than the uncertainty, a bound of it.
/// `None` without a track.
#[must_use]
pub fn outside_in_step(m: &Measures<'_>, k: usize, floor_m: f64) -> Option<Outside> {
    let track = m.track()?;
    let s = m.ego().samples()[k];
    let run = &m.window().runs()[s.run];
    let end = if s.goes_on { m.ego().samples()[k + 1] } else { s };
    let body = Body { track, z_m: s.z_m, size: &run.size, from: s.pose, to: end.pose };
    let u = body::edge_u(run, s.i).rss(Uncertainty::from_option(track.survey().accuracy_m));
    let clear_m = m.clearance_m(k);
    if clear_m > WELL_INSIDE_M && -clear_m < floor_m - u.known().unwrap_or(0.0) {
        let outside_m = Value { value: -clear_m, u };
        let corner_m = [s.pose.x_m, s.pose.y_m];
        return Some(Outside {
            t_ns: s.t_ns,
            pose: s.pose,
            outside_m,
            corner_m,
            element: None,
            off_the_map: false,
        });
    }
    let (at, corner_m) = body.worst(s.goes_on, floor_m);
    let t_ns = s.t_ns + ((end.t_ns - s.t_ns) as f64 * at.fraction).round() as i64;
    let near = || track.nearest_boundary(corner_m, s.z_m, CUT_OFF_M).map(|(b, _)| b.id.clone());
    let element = if at.far_m > 0.0 { near() } else { None };
    let outside_m = Value { value: at.far_m, u };
    let off_the_map = at.far_m > 0.0 && beyond_the_end(track, corner_m, s.z_m);
    Some(Outside { t_ns, pose: body.pose(at.fraction), outside_m, corner_m, element, off_the_map })
}

/// Distances, m, that the ego's body keeps at least from the edge of the drivable area in the steps from its samples in the
/// block; 0 where that takes a closer look.
///
/// In a step, or in a few that follow one another, the body stays in a box along its heading, grown by what it moves and turns. If
/// that box is clear of all pieces of the edge, and the centre was inside before, then the body is inside altogether.
pub(crate) fn clearances(m: &Measures<'_>, track: &Track) -> Vec<f64> {
    let samples = m.ego().samples();
    let mut near: Option<Edges> = None;
    let mut of = |steps: Range<usize>| {
        let first = &samples[steps.start];
        let last = if samples[steps.end - 1].goes_on { steps.end } else { steps.end - 1 };
        let poses = samples[steps.start..=last].iter().map(|s| s.pose);
        let swept = Swept::new(m.window().runs()[first.run].size, poses);
        let edges = near.take().filter(|e| e.reach(track, &swept)).or_else(|| Edges::around(track, first));
        let clear_m = edges.as_ref().map_or(0.0, |e| e.clear_m(&swept));
        // The next step begins inside if this one stayed inside.
        near = edges.filter(|_| clear_m > 0.0 && last == steps.end);
        clear_m
    };
    let block = m.ego().in_block();
    let (mut out, mut k) = (Vec::with_capacity(block.len()), block.start);
    while k < block.end {
        // With heights the road may rise away from the ego in any step.
        let level = |j: usize| samples[j].z_m.is_none() || !track.features().heights;
        let alike = |j: &usize| samples[*j].run == samples[k].run && level(*j);
        let few = k + (k..block.end.min(k + TOGETHER)).take_while(alike).count().max(1);
        let clear_m = of(k..few);
        if clear_m > WELL_INSIDE_M || few == k + 1 {
            out.extend((k..few).map(|_| clear_m));
        } else {
            out.extend((k..few).map(|k| of(k..k + 1)));
        }
        k = few;
    }
    out
}

/// Steps that are looked at together.
const TOGETHER: usize = 8;

/// What the body sweeps in some steps, along the heading in which it begins.
struct Swept {
    from: Pose,
    sin_cos: (f64, f64),
    /// Least and greatest, along and across.
    lo: [f64; 2],
    hi: [f64; 2],
    /// Farthest from where its centre began, m.
    reach_m: f64,
}

impl Swept {
    fn new(size: BoxSize, poses: impl Iterator<Item = Pose>) -> Self {
        let mut poses = poses.peekable();
        let from = poses.peek().copied().unwrap_or(Pose { x_m: 0.0, y_m: 0.0, yaw_rad: 0.0 });
        let mut out =
            Self { from, sin_cos: math::sin_cos(from.yaw_rad), lo: [0.0; 2], hi: [0.0; 2], reach_m: 0.0 };
        let mut turn = 0.0_f64;
        for pose in poses {
            let own = out.own([pose.x_m, pose.y_m]);
            (out.lo, out.hi) = ([0, 1].map(|d| out.lo[d].min(own[d])), [0, 1].map(|d| out.hi[d].max(own[d])));
            turn = turn.max(math::angle_between(from.yaw_rad, pose.yaw_rad).abs());
        }
        let half = [0.5 * size.length_m, 0.5 * size.width_m];
        out.lo = [0, 1].map(|d| out.lo[d] - half[d] - half[1 - d] * turn);
        out.hi = [0, 1].map(|d| out.hi[d] + half[d] + half[1 - d] * turn);
        out.reach_m = math::hypot(out.hi[0].max(-out.lo[0]), out.hi[1].max(-out.lo[1]));
        out
    }

    /// A place seen from where it began.
    fn own(&self, p: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.sin_cos;
        let (dx, dy) = (p[0] - self.from.x_m, p[1] - self.from.y_m);
        [dx * cos + dy * sin, dy * cos - dx * sin]
    }
}

/// Pieces of the edge of the drivable area around a place inside it.
struct Edges {
    around_m: [f64; 2],
    pieces: Vec<[[f64; 3]; 2]>,
}

impl Edges {
    /// How far around the place they are known, metres.
    const RADIUS_M: f64 = 25.0;

    /// Around the begin of a step, if its centre is inside.
    fn around(track: &Track, s: &EgoSample) -> Option<Self> {
        let p = [s.pose.x_m, s.pose.y_m];
        let inside = track.drivable_clearance(p, s.z_m, CUT_OFF_M) > 0.0;
        inside.then(|| Self { around_m: p, pieces: track.drivable_edges_near(p, Self::RADIUS_M) })
    }

    /// Whether they are all that matters in a step. With heights the pieces that count change with the ego's.
    fn reach(&self, track: &Track, swept: &Swept) -> bool {
        !track.features().heights && self.left_m(swept) > CUT_OFF_M
    }

    /// How far beyond the swept body they are known.
    fn left_m(&self, swept: &Swept) -> f64 {
        let off = math::hypot(swept.from.x_m - self.around_m[0], swept.from.y_m - self.around_m[1]);
        Self::RADIUS_M - off - swept.reach_m
    }

    fn clear_m(&self, swept: &Swept) -> f64 {
        let (lo, hi) = (swept.lo, swept.hi);
        let of = |piece: &[[f64; 3]; 2]| {
            let (a, b) = (swept.own([piece[0][0], piece[0][1]]), swept.own([piece[1][0], piece[1][1]]));
            let apart = |d: usize| (a[d].min(b[d]) - hi[d]).max(lo[d] - a[d].max(b[d]));
            apart(0).max(apart(1))
        };
        let nearest = self.pieces.iter().map(of).fold(self.left_m(swept), f64::min);
        (nearest - ROUNDING_M).max(0.0)
    }
}

/// Whether the nearest drivable lane ends before the point, and nothing goes on there: maps are cut out of the world.
fn beyond_the_end(track: &Track, p: [f64; 2], z_m: Option<f64>) -> bool {
    let Some((hit, _)) = track.nearest_lane(p, z_m, CUT_OFF_M, |l| track.is_drivable(l.kind)) else {
        return false;
    };
    let lane = track.lane(hit.lane);
    let from = |station_m: f64| {
        let (at, heading) = (lane.centre_at(station_m), lane.heading_at(station_m));
        let (sin, cos) = math::sin_cos(heading);
        (p[0] - at[0]) * cos + (p[1] - at[1]) * sin
    };
    let last = lane.length_m();
    (lane.predecessors.is_empty() && from(0.0) < 0.0) || (lane.successors.is_empty() && from(last) > 0.0)
}

/// A value at a part of a step.
#[derive(Clone, Copy)]
struct At {
    fraction: f64,
    far_m: f64,
}

/// The body over one step.
struct Body<'a> {
    track: &'a Track,
    z_m: Option<f64>,
    size: &'a BoxSize,
    from: Pose,
    to: Pose,
}

impl Body<'_> {
    fn pose(&self, fraction: f64) -> Pose {
        if fraction <= 0.0 { self.from } else { self.from.toward(&self.to, fraction) }
    }

    /// The value at a moment, and the corner at which it was measured.
    fn far(&self, fraction: f64) -> (f64, [f64; 2]) {
        let pose = self.pose(fraction);
        let corners = body::corners_m(&pose, self.size);
        let mut worst = (f64::NEG_INFINITY, corners[0]);
        for c in corners {
            let d = -self.track.drivable_clearance(c, self.z_m, CUT_OFF_M);
            if d > worst.0 {
                worst = (d, c);
            }
        }
        let (sin, cos) = math::sin_cos(pose.yaw_rad);
        let (half_l, half_w) = (0.5 * self.size.length_m, 0.5 * self.size.width_m);
        let reach = math::hypot(half_l, half_w) + CUT_OFF_M;
        self.track.each_boundary_corner([pose.x_m, pose.y_m], self.z_m, reach, |q, _| {
            let (dx, dy) = (q[0] - pose.x_m, q[1] - pose.y_m);
            let over = [(dx * cos + dy * sin).abs() - half_l, (dy * cos - dx * sin).abs() - half_w];
            let inside = over[0].max(over[1]);
            let beyond = math::hypot(over[0].max(0.0), over[1].max(0.0));
            // Positive within the footprint, by how deep.
            let depth = if inside <= 0.0 { -inside } else { -beyond };
            if depth > worst.0 {
                worst = (depth, q);
            }
        });
        (worst.0.clamp(-CUT_OFF_M, CUT_OFF_M), worst.1)
    }

    /// Half the diagonal.
    fn reach_m(&self) -> f64 {
        0.5 * math::hypot(self.size.length_m, self.size.width_m)
    }

    /// The most that any point of the body moves over the whole step: what a corner does.
    fn way_m(&self) -> f64 {
        let centre = math::hypot(self.to.x_m - self.from.x_m, self.to.y_m - self.from.y_m);
        let turn = math::wrap_angle(self.to.yaw_rad - self.from.yaw_rad).abs();
        centre + turn * self.reach_m()
    }

    /// The greatest value of the step `[0, 1)`, the first of several.
    fn worst(&self, goes_on: bool, floor_m: f64) -> (At, [f64; 2]) {
        let at = |fraction: f64| At { fraction, far_m: self.far(fraction).0 };
        let first = at(0.0);
        let mut best = first;
        if goes_on {
            let way_m = self.way_m();
            let mut open = vec![(first, at(1.0), 0)];
            while let Some((a, b, depth)) = open.pop() {
                let bound = 0.5 * (a.far_m + b.far_m + way_m * (b.fraction - a.fraction));
                if depth >= MAX_HALVINGS || bound <= best.far_m.max(floor_m) + CLOSE_M {
                    continue;
                }
                let middle = at(f64::midpoint(a.fraction, b.fraction));
                if middle.far_m > best.far_m {
                    best = middle;
                }
                // The first half is looked at first.
                open.push((middle, b, depth + 1));
                open.push((a, middle, depth + 1));
            }
        }
        (best, self.far(best.fraction).1)
    }
}

/// Whether the ego's centre is on or near the track at all, so that what the map lacks there means something.
#[must_use]
pub fn on_map(track: &Track, s: &EgoSample) -> bool {
    track.nearest_lane([s.pose.x_m, s.pose.y_m], s.z_m, CUT_OFF_M, |_| true).is_some()
}
