//! Room that parts of the ego keep from lines beside its way: kerbs, the posts of a gate, the sides of a narrow road.
//!
//! **Room** (m) of a part from a line: the distance between them; negative where the part is over the line, by how far it
//! reaches beyond it. A corner is over if the straight way to it from the footprint's centre crosses the line an odd number
//! of times; a corner of the line that lies in the part is over by its depth in it. Past the end of a line only the distance
//! across it counts. Once the centre itself is beyond a line, what it left is.
//!
//! **Between two samples** the pose is linear. The least room of a step is found by halving the time until it cannot be
//! undercut by 1 mm, or cannot be less than what the caller has enough of: no point of the body moves farther in a part of a step
//! than the centre does plus the turn × the body's radius.
//!
//! **Needs** the pose; for [`Part::Wheels`] the wheels of the vehicle sheet, for [`Part::Mirrors`] its width over the mirrors:
//! they are never taken from the box. Without the length of the tyres' patches wheels are as wide as the tyre and of no
//! length.

use lukao_model::Run;
use lukao_model::drive::Pose;
use lukao_model::math::{self, hypot};
use lukao_model::vehicle::VehicleSheet;

use crate::{Measures, body};

/// Which part of the ego counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The tyres on the ground.
    Wheels,
    /// The footprint.
    Body,
    /// The footprint, as wide as over the mirrors.
    Mirrors,
}

/// Lines farther from the body than this are not looked at, m.
pub const REACH_M: f64 = 1.0;

/// The least room can be less than what is found by at most this, m.
const EXACT_M: f64 = 1e-3;

/// By this much two ways to work out the same distance may differ, m.
const ROUNDING_M: f64 = 1e-9;

type Point = [f64; 2];
type Quad = [Point; 4];

/// Outlines of a part in the body's frame; `None` if the sheet does not give them.
#[must_use]
pub fn outlines(run: &Run, sheet: Option<&VehicleSheet>, part: Part) -> Option<Vec<Quad>> {
    match part {
        Part::Body => Some(vec![body::own_corners_m(&run.size)]),
        Part::Mirrors => {
            let width_m = sheet?.width_with_mirrors_m?.max(run.size.width_m);
            Some(vec![body::own_corners_m(&lukao_model::vehicle::BoxSize { width_m, ..run.size })])
        }
        Part::Wheels => {
            let (outer, sheet) = (body::own_wheels_m(&run.size, sheet)?, sheet?);
            let (tyre, half) = (sheet.tyre_width_m?, 0.5 * sheet.tyre_patch_m.unwrap_or(0.0));
            let tyres = outer.map(|[x, y]| {
                let inner = y - tyre.copysign(y);
                [[x + half, y], [x - half, y], [x - half, inner], [x + half, inner]]
            });
            Some(tyres.to_vec())
        }
    }
}

/// A line beside the way.
#[derive(Clone, Debug)]
pub struct Edge<'a> {
    points: &'a [Point],
    lo: Point,
    hi: Point,
}

/// The least room in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Least {
    /// Metres; negative over the line.
    pub room_m: f64,
    /// When, ns.
    pub t_ns: i64,
}

impl<'a> Edge<'a> {
    /// A line of at least one point.
    #[must_use]
    pub fn new(points: &'a [Point]) -> Self {
        let (mut lo, mut hi) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for p in points {
            for a in 0..2 {
                (lo[a], hi[a]) = (lo[a].min(p[a]), hi[a].max(p[a]));
            }
        }
        Self { points, lo, hi }
    }

    /// The least room of the part in the step from the ego's sample `k`; `None` if it is more than [`REACH_M`]. More than
    /// `enough_m` need not be the least.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    pub fn least(&self, m: &Measures<'_>, k: usize, part: &[Quad], enough_m: f64) -> Option<Least> {
        let s = m.ego().samples()[k];
        let radius = part.iter().flatten().map(|c| hypot(c[0], c[1])).fold(0.0, f64::max);
        let next = if s.goes_on { m.ego().samples()[k + 1] } else { s };
        let moved = hypot(next.pose.x_m - s.pose.x_m, next.pose.y_m - s.pose.y_m);
        let reach = radius + REACH_M + moved;
        let at = [s.pose.x_m, s.pose.y_m];
        if (0..2).any(|a| at[a] < self.lo[a] - reach || at[a] > self.hi[a] + reach) {
            return None;
        }
        let most_m = moved + radius * math::angle_between(s.pose.yaw_rad, next.pose.yaw_rad).abs();
        // The rest of the line is too far for its distance to matter.
        let near = |w: &[Point]| to_segment2_m2(at, w[0], w[1]) <= reach * reach;
        let first = self.points.windows(2).position(near)?;
        let last = self.points.windows(2).rposition(near)?;
        let close = Edge { points: &self.points[first..last + 2], ..*self };
        let room = |u: f64| close.room_m(&s.pose.toward(&next.pose, u), part);
        let (from, to) = (room(0.0), room(1.0));
        let mut best = if from <= to { (from, 0.0) } else { (to, 1.0) };
        if most_m > 0.0 {
            narrow(&room, [(0.0, from), (1.0, to)], (most_m, enough_m), &mut best);
        }
        let t_ns = s.t_ns + ((next.t_ns - s.t_ns) as f64 * best.1) as i64;
        (best.0 <= REACH_M).then_some(Least { room_m: best.0, t_ns })
    }

    /// Room of a part at a pose, m.
    #[must_use]
    pub fn room_m(&self, pose: &Pose, part: &[Quad]) -> f64 {
        let centre = [pose.x_m, pose.y_m];
        let placed = part.iter().map(|quad| quad.map(|c| body::point_m(pose, c)));
        placed.map(|quad| self.room_of(centre, &quad)).fold(f64::INFINITY, f64::min)
    }

    fn room_of(&self, centre: Point, quad: &Quad) -> f64 {
        let (mut room, mut over) = (f64::INFINITY, 0.0_f64);
        for c in quad {
            let far2 = self.segments().map(|(a, b)| to_segment2_m2(*c, a, b)).fold(f64::INFINITY, f64::min);
            let far = far2.sqrt();
            let mut crossed = self.segments().filter(|(a, b)| crosses(centre, *c, *a, *b));
            match crossed.next() {
                Some((a, b)) if crossed.count() % 2 == 0 => {
                    over = over.max(far.min(self.past_end_m(*c, a, b, far)));
                }
                _ => room = room.min(far),
            }
        }
        for p in self.points {
            let depth = inside_m(quad, *p);
            if depth > 0.0 {
                over = over.max(depth);
            } else {
                let sides = (0..4).map(|i| to_segment2_m2(*p, quad[i], quad[(i + 1) % 4]));
                room = room.min(sides.fold(f64::INFINITY, f64::min).sqrt());
            }
        }
        if over > 0.0 { -over } else { room }
    }

    /// Distance of a point across the segment a–b if what is nearest to it, at `far`, is an end of the line.
    fn past_end_m(&self, p: Point, a: Point, b: Point, far: f64) -> f64 {
        let ends = [self.points.first(), self.points.last()];
        if !ends.into_iter().flatten().any(|e| hypot(p[0] - e[0], p[1] - e[1]) <= far + ROUNDING_M) {
            return f64::INFINITY;
        }
        let (way, to) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
        cross(way, to).abs() / hypot(way[0], way[1])
    }

    fn segments(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.points.windows(2).map(|w| (w[0], w[1]))
    }
}

/// Looks for less between two times of a step with their rooms.
fn narrow(
    room: &impl Fn(f64) -> f64,
    [from, to]: [(f64, f64); 2],
    (most_m, enough_m): (f64, f64),
    best: &mut (f64, f64),
) {
    let part = to.0 - from.0;
    let at_least = 0.5 * (from.1 + to.1 - most_m * part);
    if at_least >= enough_m || at_least >= best.0 - EXACT_M || part < 1e-6 {
        return;
    }
    let u = 0.5 * (from.0 + to.0);
    let mid = (u, room(u));
    if mid.1 < best.0 {
        *best = (mid.1, u);
    }
    narrow(room, [from, mid], (most_m, enough_m), best);
    narrow(room, [mid, to], (most_m, enough_m), best);
}

/// How deep a point is in a convex outline, m: its distance from the nearest side, negative outside that side.
///
/// ```
/// let bay = [[0.0, 0.0], [5.0, 0.0], [5.0, 2.5], [0.0, 2.5]];
/// assert_eq!(lukao_measure::edges::inside_m(&bay, [1.0, 0.5]), 0.5);
/// assert_eq!(lukao_measure::edges::inside_m(&bay, [6.0, 1.0]), -1.0);
/// ```
#[must_use]
pub fn inside_m(quad: &Quad, p: Point) -> f64 {
    let from = |i: usize| [quad[i % 4][0] - quad[0][0], quad[i % 4][1] - quad[0][1]];
    let area: f64 = (0..4).map(|i| cross(from(i), from(i + 1))).sum();
    let side = |i: usize| {
        let (a, b) = (quad[i], quad[(i + 1) % 4]);
        let way = [b[0] - a[0], b[1] - a[1]];
        let length = hypot(way[0], way[1]);
        (length > 0.0).then(|| cross(way, [p[0] - a[0], p[1] - a[1]]) / length * 1.0_f64.copysign(area))
    };
    (0..4).filter_map(side).fold(f64::INFINITY, f64::min)
}

fn cross(a: Point, b: Point) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

/// Square of the distance of a point from a segment.
fn to_segment2_m2(p: Point, a: Point, b: Point) -> f64 {
    let (way, to) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length2 = way[0] * way[0] + way[1] * way[1];
    let part =
        if length2 > 0.0 { ((to[0] * way[0] + to[1] * way[1]) / length2).clamp(0.0, 1.0) } else { 0.0 };
    let off = [to[0] - part * way[0], to[1] - part * way[1]];
    off[0] * off[0] + off[1] * off[1]
}

/// Whether the segments p–q and a–b cross. Of an end that lies on the other's line only one side counts, so that a corner of
/// a line is not met twice.
fn crosses(p: Point, q: Point, a: Point, b: Point) -> bool {
    let side =
        |o: Point, e: Point, x: Point| cross([e[0] - o[0], e[1] - o[1]], [x[0] - o[0], x[1] - o[1]]) > 0.0;
    side(p, q, a) != side(p, q, b) && side(a, b, p) != side(a, b, q)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAR: Quad = [[2.25, 0.9], [-2.25, 0.9], [-2.25, -0.9], [2.25, -0.9]];

    fn room(line: &[Point], x_m: f64, y_m: f64, yaw_rad: f64) -> f64 {
        Edge::new(line).room_m(&Pose { x_m, y_m, yaw_rad }, &[CAR])
    }

    #[test]
    fn room_is_distance_and_over_it_negative() {
        let kerb = [[-10.0, 2.0], [10.0, 2.0]];
        assert!((room(&kerb, 0.0, 0.0, 0.0) - 1.1).abs() < 1e-12);
        assert!((room(&kerb, 0.0, 1.3, 0.0) + 0.2).abs() < 1e-12);
        // Beside the end of the line there is room.
        assert!(room(&kerb, 14.0, 2.0, 0.0) > 1.7);
    }

    #[test]
    fn an_inner_corner_cuts_into_the_side() {
        // The corner at (0, 1) is passed by the left side of the body between its axles.
        let inner = [[-9.0, 9.0], [0.0, 0.8], [9.0, 9.0]];
        assert!((room(&inner, 0.0, 0.0, 0.0) + 0.1).abs() < 1e-12, "{}", room(&inner, 0.0, 0.0, 0.0));
        let post = [[0.0, 0.7], [0.0, 3.0]];
        assert!((room(&post, 0.0, 0.0, 0.0) + 0.2).abs() < 1e-12);
    }

    #[test]
    fn wheels_come_from_the_sheet_alone() {
        let drive =
            lukao_testkit::DriveBuilder::new("t").ego(lukao_testkit::ActorBuilder::car("ego")).build();
        let run = &drive.runs()[0];
        assert_eq!(outlines(run, None, Part::Wheels), None);
        assert_eq!(outlines(run, Some(&VehicleSheet::default()), Part::Mirrors), None);
        let sheet = VehicleSheet {
            wheelbase_m: Some(2.7),
            front_overhang_m: Some(0.9),
            front_track_m: Some(1.5),
            rear_track_m: Some(1.5),
            tyre_width_m: Some(0.2),
            tyre_patch_m: Some(0.1),
            ..VehicleSheet::default()
        };
        let wheels = outlines(run, Some(&sheet), Part::Wheels).unwrap();
        assert_eq!(wheels.len(), 4);
        let y: Vec<f64> = wheels[2].iter().map(|c| c[1]).collect();
        assert!((y[0] + 0.85).abs() < 1e-12 && (y[2] + 0.65).abs() < 1e-12, "{y:?}");
    }
}
