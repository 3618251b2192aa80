//! Motion of a run between its samples, and of two bodies over one knot interval.

use lukao_model::{Drive, Run, math};

use crate::boxes::Boxes;
use crate::geometry::{Placed, place, sub};
use crate::near::share;
use crate::shape::{Footprint, height_m};
use crate::trig::{MAX_YAW_RAD, sin_cos};

/// Largest coordinate that is resolved, metres: one step of an `f64` there is 0.1 µm.
pub(crate) const MAX_POSITION_M: f64 = 1e9;

/// The pose columns of a run, as slices.
#[derive(Clone, Copy)]
pub(crate) struct Track<'a> {
    pub run: &'a Run,
    pub t: &'a [i64],
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub yaw: &'a [f64],
    /// Height of the body above its underside.
    pub height_m: f64,
}

impl<'a> Track<'a> {
    pub(crate) fn new(drive: &'a Drive, run: &'a Run) -> Self {
        Self {
            run,
            t: drive.times(run),
            x: run.x_m.values(),
            y: run.y_m.values(),
            yaw: run.yaw_rad.values(),
            height_m: height_m(drive, run),
        }
    }

    pub(crate) fn first_ns(&self) -> i64 {
        self.t[0]
    }

    pub(crate) fn last_ns(&self) -> i64 {
        self.t[self.t.len() - 1]
    }

    /// Position, unwrapped yaw and height at `t_ns` in the segment after sample `i`; exact at samples.
    #[inline]
    fn at(&self, i: usize, t_ns: i64, heights: bool) -> State {
        let z = self.run.z_m.as_ref().filter(|_| heights);
        let here = State { at: [self.x[i], self.y[i]], yaw: self.yaw[i], z: z.and_then(|z| z.get(i)) };
        if t_ns == self.t[i] || i + 1 == self.t.len() {
            return here;
        }
        let j = i + 1;
        let turn = math::angle_between(self.yaw[i], self.yaw[j]);
        let next = State { at: [self.x[j], self.y[j]], yaw: self.yaw[i] + turn, z: z.and_then(|z| z.get(j)) };
        if t_ns == self.t[j] {
            return next;
        }
        let part = share(self.t, i, t_ns);
        let mix = |a: f64, b: f64| a + (b - a) * part;
        State {
            at: [mix(here.at[0], next.at[0]), mix(here.at[1], next.at[1])],
            yaw: here.yaw + turn * part,
            z: here.z.zip(next.z).map(|(a, b)| mix(a, b)),
        }
    }

    /// Whether sample `i` is finite and can be resolved to the bound.
    #[inline]
    pub(crate) fn is_plain_at(&self, i: usize) -> bool {
        self.x[i].abs() <= MAX_POSITION_M
            && self.y[i].abs() <= MAX_POSITION_M
            && self.yaw[i].abs() <= MAX_YAW_RAD
    }
}

#[derive(Clone, Copy)]
struct State {
    at: [f64; 2],
    yaw: f64,
    z: Option<f64>,
}

/// Motion of one body over a knot interval: linear in `u` from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sweep {
    pub at: [f64; 2],
    pub by: [f64; 2],
    pub yaw: f64,
    pub turn: f64,
}

impl Sweep {
    /// Does not move.
    pub(crate) fn still(at: [f64; 2]) -> Self {
        Self { at, by: [0.0; 2], yaw: 0.0, turn: 0.0 }
    }

    pub(crate) fn position(&self, u: f64) -> [f64; 2] {
        [self.at[0] + self.by[0] * u, self.at[1] + self.by[1] * u]
    }

    fn is_plain(&self) -> bool {
        let far = |v: f64| v.abs() <= MAX_POSITION_M;
        self.at.iter().chain(&self.by).all(|v| far(*v))
            && self.yaw.abs() <= MAX_YAW_RAD
            && self.turn.abs() <= 3.2
    }
}

/// Two bodies over one knot interval, or at one instant if `from_ns == to_ns`.
#[derive(Clone, Copy)]
pub(crate) struct Knot<'a> {
    pub from_ns: i64,
    pub to_ns: i64,
    pub a: Sweep,
    pub b: Sweep,
    pub shape_a: &'a Footprint,
    pub shape_b: &'a Footprint,
    /// The part of `u` in which the two overlap in height; `None` if in none.
    pub level: Option<(f64, f64)>,
}

impl<'a> Knot<'a> {
    /// From `from_ns` in segment `i` of `a` and `j` of `b` to `to_ns`, at or before the end of both segments.
    pub(crate) fn new(
        (a, i, shape_a): (&Track<'_>, usize, &'a Footprint),
        (b, j, shape_b): (&Track<'_>, usize, &'a Footprint),
        (from_ns, to_ns): (i64, i64),
    ) -> Self {
        // Heights matter only where both have them.
        let heights = a.run.z_m.is_some() && b.run.z_m.is_some();
        let at = |t: &Track<'_>, i: usize| {
            let first = t.at(i, from_ns, heights);
            (first, if from_ns == to_ns { first } else { t.at(i, to_ns, heights) })
        };
        let ((a0, a1), (b0, b1)) = (at(a, i), at(b, j));
        let sweep =
            |p: State, q: State| Sweep { at: p.at, by: sub(q.at, p.at), yaw: p.yaw, turn: q.yaw - p.yaw };
        let heights = a0.z.zip(a1.z).zip(b0.z.zip(b1.z));
        let level = match heights {
            None => Some((0.0, 1.0)),
            Some(((a0, a1), (b0, b1))) => {
                // Underside of each at or below the top of the other.
                let under = at_or_below(a0 - b0 - b.height_m, a1 - b1 - b.height_m);
                let over = at_or_below(b0 - a0 - a.height_m, b1 - a1 - a.height_m);
                both(under, over)
            }
        };
        Self { from_ns, to_ns, a: sweep(a0, a1), b: sweep(b0, b1), shape_a, shape_b, level }
    }

    /// One body from sample `i` to the next, or at that sample, against a shape that stands still between two
    /// heights.
    pub(crate) fn against(
        (a, i, shape_a): (&Track<'_>, usize, &'a Footprint),
        (from_ns, to_ns): (i64, i64),
        (at, shape_b): ([f64; 2], &'a Footprint),
        heights: Option<(f64, f64)>,
    ) -> Self {
        let (p, q) = (a.at(i, from_ns, true), a.at(i, to_ns, true));
        let sweep = Sweep { at: p.at, by: sub(q.at, p.at), yaw: p.yaw, turn: q.yaw - p.yaw };
        let level = match p.z.zip(q.z).zip(heights) {
            None => Some((0.0, 1.0)),
            Some(((z0, z1), (low, high))) => both(
                at_or_below(z0 - high, z1 - high),
                at_or_below(low - z0 - a.height_m, low - z1 - a.height_m),
            ),
        };
        Self { from_ns, to_ns, a: sweep, b: Sweep::still(at), shape_a, shape_b, level }
    }

    /// Whether everything is finite and of a size that can be resolved to the bound.
    pub(crate) fn is_plain(&self) -> bool {
        self.a.is_plain()
            && self.b.is_plain()
            && self.shape_a.is_plain()
            && self.shape_b.is_plain()
            && self.from_ns <= self.to_ns
    }

    /// Position of `b` relative to `a` at `u` = 0, and its change until `u` = 1.
    pub(crate) fn relative(&self) -> ([f64; 2], [f64; 2]) {
        (sub(self.b.at, self.a.at), sub(self.b.by, self.a.by))
    }

    /// How far, at most, any point of either moves by turning, per unit of `u`.
    pub(crate) fn turning_m(&self) -> f64 {
        self.a.turn.abs() * self.shape_a.radius_m + self.b.turn.abs() * self.shape_b.radius_m
    }

    /// Corners of both at `u`, relative to the centre of `a` then.
    pub(crate) fn placed(&self, u: f64, a: &mut Placed, b: &mut Placed) {
        let (d, by) = self.relative();
        place(self.shape_a, [0.0; 2], self.a.yaw + self.a.turn * u, a);
        place(self.shape_b, [d[0] + by[0] * u, d[1] + by[1] * u], self.b.yaw + self.b.turn * u, b);
    }

    /// The two as boxes at `u`, if they are.
    #[inline]
    pub(crate) fn boxes(&self, u: f64) -> Option<Boxes> {
        let (half_a, half_b) = self.shape_a.half_m.zip(self.shape_b.half_m)?;
        let (d, by) = self.relative();
        Some(Boxes {
            half_a,
            half_b,
            d: [d[0] + by[0] * u, d[1] + by[1] * u],
            turn_a: sin_cos(self.a.yaw + self.a.turn * u),
            turn_b: sin_cos(self.b.yaw + self.b.turn * u),
        })
    }

    /// The time of `u`, to the nearest nanosecond.
    pub(crate) fn time(&self, u: f64) -> i64 {
        let span = self.to_ns.abs_diff(self.from_ns);
        if u >= 1.0 {
            return self.to_ns;
        }
        // `as` saturates, so that no rounding leaves the interval.
        let ns = (u.max(0.0) * span as f64).round() as u64;
        self.from_ns.saturating_add_unsigned(ns.min(span))
    }

    /// Length of the interval in seconds; 0 for an instant.
    pub(crate) fn seconds(&self) -> f64 {
        self.to_ns.abs_diff(self.from_ns) as f64 * 1e-9
    }
}

/// Whether two samples overlap in height, or either's is unknown.
pub(crate) fn same_level((a, i): (&Track<'_>, usize), (b, j): (&Track<'_>, usize)) -> bool {
    let z = |t: &Track<'_>, i: usize| t.run.z_m.as_ref().and_then(|z| z.get(i));
    z(a, i).zip(z(b, j)).is_none_or(|(p, q)| p - q - b.height_m <= 0.0 && q - p - a.height_m <= 0.0)
}

/// The common part.
fn both(p: Option<(f64, f64)>, q: Option<(f64, f64)>) -> Option<(f64, f64)> {
    p.zip(q).map(|(p, q)| (p.0.max(q.0), p.1.min(q.1))).filter(|(lo, hi)| lo <= hi)
}

/// Part of `[0, 1]` in which the line from `v0` to `v1` is at most 0.
fn at_or_below(v0: f64, v1: f64) -> Option<(f64, f64)> {
    match (v0 <= 0.0, v1 <= 0.0) {
        (true, true) => Some((0.0, 1.0)),
        (true, false) => Some((0.0, (v0 / (v0 - v1)).clamp(0.0, 1.0))),
        (false, true) => Some(((v0 / (v0 - v1)).clamp(0.0, 1.0), 1.0)),
        (false, false) => None,
    }
}
