//! Two bodies in motion, and whether reported contacts are right.

use lukao_model::math;
use lukao_model::{Drive, Run};

use crate::polygon::{Point, signed_distance};

/// A convex body that moves from sample to sample: straight, and turning by the short way.
#[derive(Clone, Debug)]
pub struct Moving {
    /// Times, ns.
    pub t_ns: Vec<i64>,
    /// Poses: x, y, yaw.
    pub pose: Vec<[f64; 3]>,
    /// Corners in the body's frame, counter-clockwise.
    pub corners: Vec<Point>,
}

impl Moving {
    /// A run as a box or, if given, another outline.
    #[must_use]
    pub fn of(drive: &Drive, run: &Run, outline: Option<Vec<Point>>) -> Self {
        let (l, w) = (run.size.length_m / 2.0, run.size.width_m / 2.0);
        let pose = (0..run.len()).map(|i| run.pose(i)).map(|p| [p.x_m, p.y_m, p.yaw_rad]).collect();
        let corners = outline.unwrap_or_else(|| vec![[l, w], [-l, w], [-l, -w], [l, -w]]);
        Self { t_ns: drive.times(run).to_vec(), pose, corners }
    }

    fn radius(&self) -> f64 {
        self.corners.iter().map(|c| (c[0] * c[0] + c[1] * c[1]).sqrt()).fold(0.0, f64::max)
    }

    /// Pose at `whole + part` ns, `0 ≤ part`.
    fn pose_at(&self, whole: i64, part: f64) -> [f64; 3] {
        let i = self.t_ns.iter().rposition(|t| *t <= whole).unwrap_or(0);
        let Some(next) = self.t_ns.get(i + 1) else { return self.pose[i] };
        let u = ((whole - self.t_ns[i]) as f64 + part) / (next - self.t_ns[i]) as f64;
        let (a, b) = (self.pose[i], self.pose[i + 1]);
        let turn = math::angle_between(a[2], b[2]);
        [a[0] + (b[0] - a[0]) * u, a[1] + (b[1] - a[1]) * u, a[2] + turn * u]
    }

    fn placed(&self, pose: [f64; 3], origin: Point) -> Vec<Point> {
        let (s, c) = math::sin_cos(pose[2]);
        let (x, y) = (pose[0] - origin[0], pose[1] - origin[1]);
        self.corners.iter().map(|p| [x + c * p[0] - s * p[1], y + s * p[0] + c * p[1]]).collect()
    }
}

/// A stretch between two knots, `from` to `from + length` ns.
struct Stretch {
    from: i64,
    length: f64,
}

/// How a report is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Violation {
    /// Penetration deeper than the bound, outside every reported contact.
    Missed {
        /// When, ns.
        at_ns: f64,
        /// How deep, metres.
        depth_m: f64,
    },
    /// Farther apart than the bound within a reported contact.
    Invented {
        /// When, ns.
        at_ns: f64,
        /// How far, metres.
        clearance_m: f64,
    },
}

struct Pair<'a> {
    a: &'a Moving,
    b: &'a Moving,
    radii: [f64; 2],
}

impl Pair<'_> {
    fn signed(&self, knot: i64, part: f64) -> f64 {
        let (p, q) = (self.a.pose_at(knot, part), self.b.pose_at(knot, part));
        let apart = ((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1])).sqrt();
        let far = apart - self.radii[0] - self.radii[1];
        if far > 0.0 && far > 0.2 * apart {
            // A lower bound will do far off.
            return far;
        }
        let origin = [p[0], p[1]];
        signed_distance(&self.a.placed(p, origin), &self.b.placed(q, origin))
    }

    /// How fast the signed distance can change over a knot interval, metres per ns.
    fn speed(&self, from: i64, to: i64) -> f64 {
        let length = (to - from) as f64;
        let (p0, p1) = (self.a.pose_at(from, 0.0), self.a.pose_at(from, length));
        let (q0, q1) = (self.b.pose_at(from, 0.0), self.b.pose_at(from, length));
        let (vx, vy) = (q1[0] - q0[0] - p1[0] + p0[0], q1[1] - q0[1] - p1[1] + p0[1]);
        let turn = (p1[2] - p0[2]).abs() * self.radii[0] + (q1[2] - q0[2]).abs() * self.radii[1];
        ((vx * vx + vy * vy).sqrt() + turn) / length
    }
}

/// Signed distance (see [`signed_distance`]) of two bodies at `t_ns + part`, both known then.
#[must_use]
pub fn signed_at(a: &Moving, b: &Moving, t_ns: i64, part_ns: f64) -> f64 {
    let (p, q) = (a.pose_at(t_ns, part_ns), b.pose_at(t_ns, part_ns));
    signed_distance(&a.placed(p, [p[0], p[1]]), &b.placed(q, [p[0], p[1]]))
}

/// Checks reported contacts of two bodies against the bound, metres.
///
/// # Errors
/// The first violation found: a reported contact in which they are farther apart than the bound, or a penetration
/// deeper than it outside every reported contact.
pub fn check(a: &Moving, b: &Moving, reported: &[(i64, i64)], bound_m: f64) -> Result<(), Violation> {
    let pair = Pair { a, b, radii: [a.radius(), b.radius()] };
    let (Some(a0), Some(a1)) = (a.t_ns.first(), a.t_ns.last()) else { return nothing(reported) };
    let (Some(b0), Some(b1)) = (b.t_ns.first(), b.t_ns.last()) else { return nothing(reported) };
    let (from, to) = (*a0.max(b0), *a1.min(b1));
    if from > to {
        return nothing(reported);
    }
    let mut knots: Vec<i64> =
        a.t_ns.iter().chain(&b.t_ns).copied().filter(|t| from <= *t && *t <= to).collect();
    // Ends of reported contacts too, so that each stretch is inside one or outside all.
    knots.extend(reported.iter().flat_map(|r| [r.0, r.1]));
    knots.sort_unstable();
    knots.dedup();
    if let Some(bad) = knots.iter().find(|t| **t < from || to < **t) {
        return Err(Violation::Invented { at_ns: *bad as f64, clearance_m: f64::INFINITY });
    }
    for w in knots.windows(2) {
        let inside = reported.iter().any(|r| r.0 <= w[0] && w[1] <= r.1);
        let speed = pair.speed(w[0], w[1]);
        let stretch = Stretch { from: w[0], length: (w[1] - w[0]) as f64 };
        look(&pair, &stretch, inside, speed, bound_m)?;
    }
    // A contact of an instant, and bodies known together at one instant only.
    for t in &knots {
        let g = pair.signed(*t, 0.0);
        let inside = reported.iter().any(|r| r.0 <= *t && *t <= r.1);
        // Ends are rounded to a nanosecond.
        let slack = slack(&pair, *t, from, to);
        judge(g, inside, *t as f64, bound_m + slack)?;
    }
    Ok(())
}

fn nothing(reported: &[(i64, i64)]) -> Result<(), Violation> {
    match reported.first() {
        None => Ok(()),
        Some(r) => Err(Violation::Invented { at_ns: r.0 as f64, clearance_m: f64::INFINITY }),
    }
}

fn slack(pair: &Pair<'_>, t: i64, from: i64, to: i64) -> f64 {
    let around = pair.speed(t.max(from.saturating_add(1)) - 1, t.min(to - 1).max(from) + 1);
    1e-8 + if from < to && around.is_finite() { around } else { 0.0 }
}

fn judge(g: f64, inside: bool, at_ns: f64, bound: f64) -> Result<(), Violation> {
    if inside && g > bound {
        return Err(Violation::Invented { at_ns, clearance_m: g });
    }
    if !inside && g < -bound {
        return Err(Violation::Missed { at_ns, depth_m: -g });
    }
    Ok(())
}

/// Halves the stretch until nothing in it can break the bound.
fn look(pair: &Pair<'_>, s: &Stretch, inside: bool, speed: f64, bound_m: f64) -> Result<(), Violation> {
    let bound = bound_m + 1e-8 + speed;
    let mut todo = vec![(0.0, s.length)];
    while let Some((lo, hi)) = todo.pop() {
        let mid = (lo + hi) / 2.0;
        let g = pair.signed(s.from, mid);
        judge(g, inside, s.from as f64 + mid, bound)?;
        let change = speed * (hi - lo) / 2.0;
        let safe = if inside { g + change <= bound } else { g - change >= -bound };
        if !safe && change > 1e-6 {
            todo.push((lo, mid));
            todo.push((mid, hi));
        }
    }
    Ok(())
}
