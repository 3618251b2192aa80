//! The reference line in plan: exact position and heading at s.

use lukao_model::math::{atan2, sin_cos};

use super::cubic::Cubic;

/// Shape of one geometry record, in its own frame: u along its first heading, v to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    Line,
    Arc {
        curvature: f64,
    },
    /// Curvature changes evenly with s.
    Spiral {
        from: f64,
        to: f64,
    },
    /// v as a cubic of u.
    Poly3(Cubic),
    /// u and v as cubics of p, which runs evenly with s to `p_max`.
    ParamPoly3 {
        u: Cubic,
        v: Cubic,
        p_max: f64,
    },
}

/// One geometry record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Geometry {
    pub s: f64,
    pub x: f64,
    pub y: f64,
    pub heading: f64,
    pub length: f64,
    pub shape: Shape,
}

/// Position and heading of the reference line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    pub x: f64,
    pub y: f64,
    pub heading: f64,
}

/// Nodes and weights of the Gauss-Legendre rule of 8 points on [-1, 1] (positive half).
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// Integral of a vector function over [0, end] in equal panels, summed in order.
fn integrate(end: f64, panels: usize, f: impl Fn(f64) -> [f64; 2]) -> [f64; 2] {
    let half = end / panels as f64 / 2.0;
    let mut sum = [0.0; 2];
    for i in 0..panels {
        let middle = half * (2.0 * i as f64 + 1.0);
        for (node, weight) in GAUSS {
            for x in [middle - half * node, middle + half * node] {
                let [a, b] = f(x);
                sum[0] += weight * half * a;
                sum[1] += weight * half * b;
            }
        }
    }
    sum
}

/// Panels for a curve that turns by at most `turning` rad: with 8 points each and 1/2 rad a panel the error is
/// below 1e-13 of the length.
fn panels(turning: f64) -> usize {
    // Bounded by MAX_TURNING_RAD, which the reader checks.
    (turning.abs() * 2.0).ceil().clamp(1.0, 4000.0) as usize
}

impl Geometry {
    /// Position and heading at a distance from the record's begin; also a little beyond its ends.
    pub(crate) fn at(&self, ds: f64) -> Pose {
        let (u, v, turn) = match self.shape {
            Shape::Line => (ds, 0.0, 0.0),
            Shape::Arc { curvature } => {
                let angle = curvature * ds;
                // Chord and half angle: no cancellation on nearly straight arcs.
                let (sin, cos) = sin_cos(angle / 2.0);
                let chord = if angle.abs() < 1e-9 { ds } else { 2.0 * sin / curvature };
                (chord * cos, chord * sin, angle)
            }
            Shape::Spiral { from, to } => {
                let rate = if self.length > 0.0 { (to - from) / self.length } else { 0.0 };
                let turning = ds * from.abs().max((from + rate * ds).abs());
                let angle = |s: f64| s * (from + 0.5 * rate * s);
                let [u, v] = integrate(ds, panels(turning), |s| {
                    let (sin, cos) = sin_cos(angle(s));
                    [cos, sin]
                });
                (u, v, angle(ds))
            }
            Shape::Poly3(cubic) => {
                let u = u_at_length(cubic, ds);
                (u, cubic.at(u), atan2(cubic.slope(u), 1.0))
            }
            Shape::ParamPoly3 { u, v, p_max } => {
                let p = if self.length > 0.0 { ds / self.length * p_max } else { 0.0 };
                let (du, dv) = (u.slope(p), v.slope(p));
                let turn = if du == 0.0 && dv == 0.0 { 0.0 } else { atan2(dv, du) };
                (u.at(p), v.at(p), turn)
            }
        };
        let (sin, cos) = sin_cos(self.heading);
        Pose { x: self.x + u * cos - v * sin, y: self.y + u * sin + v * cos, heading: self.heading + turn }
    }

    /// How costly a point of it is, in borders.
    pub(crate) fn cost(&self) -> usize {
        match self.shape {
            Shape::Spiral { .. } => panels(self.turning()) / 2,
            Shape::Poly3(_) => 8,
            _ => 0,
        }
    }

    /// Largest change of heading along it, rad, where it can be told beforehand.
    pub(crate) fn turning(&self) -> f64 {
        match self.shape {
            Shape::Arc { curvature } => (curvature * self.length).abs(),
            Shape::Spiral { from, to } => from.abs().max(to.abs()) * self.length,
            _ => 0.0,
        }
    }

    pub(crate) fn max_curvature(&self) -> f64 {
        match self.shape {
            Shape::Arc { curvature } => curvature.abs(),
            Shape::Spiral { from, to } => from.abs().max(to.abs()),
            _ => 0.0,
        }
    }
}

/// The u at which the cubic v(u) has the given length from u = 0.
fn u_at_length(cubic: Cubic, length: f64) -> f64 {
    let speed = |u: f64| {
        let slope = cubic.slope(u);
        (1.0 + slope * slope).sqrt()
    };
    let (mut lo, mut hi) = (length.min(0.0), length.max(0.0));
    let mut u = length / speed(0.0);
    for _ in 0..60 {
        let error = integrate(u, 16, |x| [speed(x), 0.0])[0] - length;
        if error.abs() < 1e-11 {
            break;
        }
        if error > 0.0 {
            hi = u;
        } else {
            lo = u;
        }
        let newton = u - error / speed(u);
        u = if newton > lo && newton < hi { newton } else { f64::midpoint(lo, hi) };
    }
    u
}

/// The whole reference line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan {
    /// Rising s; at least one.
    pub records: Vec<Geometry>,
}

impl Plan {
    /// The record that holds `s`.
    pub(crate) fn record(&self, s: f64) -> Option<&Geometry> {
        let n = self.records.partition_point(|g| g.s <= s).max(1);
        self.records.get(n - 1)
    }

    /// Pose at `s` by the record that holds `pick`.
    pub(crate) fn at(&self, s: f64, pick: f64) -> Pose {
        self.record(pick).map_or(Pose { x: 0.0, y: 0.0, heading: 0.0 }, |g| g.at(s - g.s))
    }
}
