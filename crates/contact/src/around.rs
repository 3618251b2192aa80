//! The edges of lines around a body, kept from step to step for as long as it stays near where they were gathered.

use crate::geometry::{Placed, distance, dot, length, place, spread, sub};
use crate::index::Bounds;
use crate::lines::{Edge, Lines};
use crate::motion::MAX_POSITION_M;
use crate::shape::Footprint;
use crate::trig;

/// Steps of the present length that one gathering should last for, and the least and most that is in metres.
const STEPS: f64 = 16.0;
const ROOM_M: (f64, f64) = (2.0, 32.0);
/// Room for rounding, as everywhere at lines: 1 mm.
pub(crate) const MARGIN_M: f64 = 1e-3;
/// Corners may turn this far from where the spreads were taken before these are taken anew.
const TURNED_M: f64 = 0.25;

/// An edge, and what of the body's way it is known to be clear of.
#[derive(Clone, Copy, Debug)]
struct Held {
    edge: u32,
    /// Distance to the place of gathering, less the body's radius.
    gap_m: f64,
    from: [f64; 2],
    dir: [f64; 2],
    length_m: f64,
    /// Least and greatest of the body's corners along the edge and to its left, at the yaw of [`Around::aim`].
    along_m: (f64, f64),
    left_m: (f64, f64),
}

impl Held {
    /// Whether a body that turns by no more than `turned_m` and moves from `p` by `by` keeps to one side of the edge,
    /// behind its begin or beyond its end.
    #[inline]
    fn is_clear(&self, p: [f64; 2], by: [f64; 2], turned_m: f64) -> bool {
        let d = sub(p, self.from);
        let left = d[1] * self.dir[0] - d[0] * self.dir[1];
        let left2 = left + (by[1] * self.dir[0] - by[0] * self.dir[1]);
        if left.min(left2) + self.left_m.0 > turned_m || left.max(left2) + self.left_m.1 < -turned_m {
            return true;
        }
        let along = dot(d, self.dir);
        let along2 = along + dot(by, self.dir);
        along.min(along2) + self.along_m.0 > self.length_m + turned_m
            || along.max(along2) + self.along_m.1 < -turned_m
    }
}

/// Distance from a box around the origin to the segment from `a` to `b`, 0 if they overlap.
fn box_to_segment(half: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let way = sub(b, a);
    let across = (a[0] * way[1] - a[1] * way[0]).abs();
    let apart = a[0].min(b[0]) > half[0]
        || a[0].max(b[0]) < -half[0]
        || a[1].min(b[1]) > half[1]
        || a[1].max(b[1]) < -half[1]
        || across > half[0] * way[1].abs() + half[1] * way[0].abs();
    if !apart {
        return 0.0;
    }
    let to_box = |p: [f64; 2]| {
        let (x, y) = ((p[0].abs() - half[0]).max(0.0), (p[1].abs() - half[1]).max(0.0));
        x * x + y * y
    };
    let l2 = dot(way, way);
    let per = if l2 > 0.0 { 1.0 / l2 } else { 0.0 };
    let to_segment = |x: f64, y: f64| {
        let d = [x - a[0], y - a[1]];
        let part = (dot(d, way) * per).clamp(0.0, 1.0);
        let q = [d[0] - way[0] * part, d[1] - way[1] * part];
        dot(q, q)
    };
    let ends = to_box(a).min(to_box(b));
    let front = to_segment(half[0], half[1]).min(to_segment(half[0], -half[1]));
    let rear = to_segment(-half[0], half[1]).min(to_segment(-half[0], -half[1]));
    ends.min(front.min(rear)).sqrt()
}

/// A body at one pose.
struct Standing<'a> {
    shape: &'a Footprint,
    at: [f64; 2],
    turn: (f64, f64),
    /// Corners around the pose, unless it is a box.
    corners: &'a Placed,
}

impl Standing<'_> {
    #[inline]
    fn distance(&self, e: &Edge) -> f64 {
        let (from, to) = (sub(e.from, self.at), sub(e.to, self.at));
        let Some(half) = self.shape.half_m else { return distance(self.corners, &[from, to]).0 };
        let (sin, cos) = self.turn;
        let seen = |v: [f64; 2]| [cos * v[0] + sin * v[1], cos * v[1] - sin * v[0]];
        box_to_segment(half, seen(from), seen(to))
    }
}

/// The edges within some distance of a place, nearest first.
pub(crate) struct Around<'a> {
    lines: &'a Lines,
    shape: &'a Footprint,
    at: [f64; 2],
    /// Every edge nearer than this to `at` is held.
    reach_m: f64,
    held: Vec<Held>,
    /// Yaw of the spreads, and how far the body has turned since.
    yaw: f64,
    turned: f64,
    found: Vec<u32>,
    corners: Placed,
}

impl<'a> Around<'a> {
    pub(crate) fn new(lines: &'a Lines, shape: &'a Footprint) -> Self {
        Self {
            lines,
            shape,
            at: [0.0; 2],
            reach_m: f64::NEG_INFINITY,
            held: Vec::new(),
            yaw: 0.0,
            turned: 0.0,
            found: Vec::new(),
            corners: Placed::new(),
        }
    }

    /// Gathers the edges within `bound_m` of the body at `p`, and further on in the direction `by` of its step.
    fn gather(&mut self, p: [f64; 2], by: [f64; 2], bound_m: f64) {
        // A next sample that is no place says nothing of where the body goes.
        let by = if length(by) <= 4.0 * MAX_POSITION_M { by } else { [0.0; 2] };
        let step = length(by);
        let room = (step * STEPS).clamp(ROOM_M.0, ROOM_M.1).max(step * 1.1);
        let ahead = if step > 1e-3 { 0.75 * room / step } else { 0.0 };
        self.at = [p[0] + by[0] * ahead, p[1] + by[1] * ahead];
        self.reach_m = bound_m + self.shape.radius_m + room + 2.0 * MARGIN_M;
        let area = Bounds { min: self.at.map(|v| v - self.reach_m), max: self.at.map(|v| v + self.reach_m) };
        self.lines.near(&area, &mut self.found);
        self.held.clear();
        for &k in &self.found {
            let e = &self.lines.edges[k as usize];
            let gap_m = e.distance2_m2(self.at).sqrt() - self.shape.radius_m;
            let (from, dir, length_m) = (e.from, e.dir, e.length_m);
            self.held.push(Held {
                edge: k,
                gap_m,
                from,
                dir,
                length_m,
                along_m: (0.0, 0.0),
                left_m: (0.0, 0.0),
            });
        }
        self.held.sort_unstable_by(|a, b| a.gap_m.total_cmp(&b.gap_m).then(a.edge.cmp(&b.edge)));
    }

    /// Takes the spreads of the body at a yaw.
    fn aim(&mut self, yaw: f64) {
        (self.yaw, self.turned) = (yaw, 0.0);
        let (sin, cos) = trig::sin_cos(yaw);
        for h in &mut self.held {
            // The edge's axes in the body's frame.
            let along = [cos * h.dir[0] + sin * h.dir[1], cos * h.dir[1] - sin * h.dir[0]];
            h.along_m = spread(&self.shape.corners, along);
            h.left_m = spread(&self.shape.corners, [-along[1], along[0]]);
        }
    }

    /// The edges that the body may touch while it moves from `p` by `by` and turns from `yaw` by `turn`, into `out`,
    /// rising. The steps must follow each other, or `self` be new.
    #[inline]
    pub(crate) fn close(&mut self, p: [f64; 2], by: [f64; 2], yaw: f64, turn: f64, out: &mut Vec<u32>) {
        out.clear();
        let end = [p[0] + by[0], p[1] + by[1]];
        let mut away = self.away_m(p).max(self.away_m(end));
        let radius = self.shape.radius_m;
        let fresh = !(away + radius + MARGIN_M <= self.reach_m);
        if fresh {
            self.gather(p, by, 0.0);
            away = self.away_m(p).max(self.away_m(end));
        }
        let mut worst = self.turned.abs().max((self.turned + turn).abs()) * radius;
        if fresh || !(worst <= TURNED_M) {
            self.aim(yaw);
            worst = turn.abs() * radius;
        }
        self.turned += turn;
        self.pick(p, by, away, worst, out);
        // What is close only because of the turn since: look again from here.
        if !out.is_empty() && worst > turn.abs() * radius {
            self.aim(yaw);
            self.turned = turn;
            out.clear();
            self.pick(p, by, away, turn.abs() * radius, out);
        }
        out.sort_unstable();
    }

    #[inline]
    fn pick(&self, p: [f64; 2], by: [f64; 2], away: f64, turned_m: f64, out: &mut Vec<u32>) {
        let near = self.held.iter().take_while(|h| !(h.gap_m > away + MARGIN_M));
        out.extend(near.filter(|h| !h.is_clear(p, by, turned_m + MARGIN_M)).map(|h| h.edge));
    }

    /// Edges whose boxes meet `area`, rising; `area` lies around the step that [`Around::close`] was asked for.
    pub(crate) fn meeting(&self, area: &Bounds, out: &mut Vec<u32>) {
        out.clear();
        out.extend(self.held.iter().map(|h| h.edge).filter(|k| self.lines.edges[*k as usize].meets(area)));
        out.sort_unstable();
    }

    #[inline]
    fn away_m(&self, p: [f64; 2]) -> f64 {
        length(sub(p, self.at))
    }
    /// Distance from the body at `p` to the nearest edge that `counts`, if that is within `within_m`. `by` is the
    /// step to come.
    pub(crate) fn nearest(
        &mut self,
        (p, yaw): ([f64; 2], f64),
        by: [f64; 2],
        within_m: f64,
        counts: impl Fn(&Edge) -> bool,
    ) -> Option<f64> {
        let radius = self.shape.radius_m;
        let turn = trig::sin_cos(yaw);
        if self.shape.half_m.is_none() {
            place(self.shape, [0.0; 2], yaw, &mut self.corners);
        }
        let mut bound = 1.0f64;
        loop {
            let away = self.away_m(p);
            let body = Standing { shape: self.shape, at: p, turn, corners: &self.corners };
            let mut best = f64::INFINITY;
            let mut limit2 = f64::INFINITY;
            for h in &self.held {
                // Room for rounding, so that what is held does not show in the answer.
                if h.gap_m - away > best + MARGIN_M {
                    break;
                }
                let e = &self.lines.edges[h.edge as usize];
                if e.distance2_m2(p) > limit2 || !counts(e) {
                    continue;
                }
                let d = body.distance(e);
                if d < best {
                    best = d;
                    limit2 = (best + radius + MARGIN_M) * (best + radius + MARGIN_M);
                }
            }
            // What is not held is further off than this.
            let all = self.held.len() == self.lines.edges.len();
            let sure = if all { f64::INFINITY } else { self.reach_m - radius - away - MARGIN_M };
            if best <= sure || sure >= within_m {
                return (best <= within_m).then_some(best);
            }
            bound *= 2.0;
            self.gather(p, by, best.min(bound.max(self.reach_m)).min(within_m));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lukao_testkit::Rng;

    #[test]
    fn distance_of_a_box_agrees_with_the_general_case() {
        let mut r = Rng::new(9);
        let (mut apart, mut on) = (0, 0);
        for _ in 0..50_000 {
            let half = [r.range(0.02, 3.0), r.range(0.02, 2.0)];
            let mut point = || [r.range(-6.0, 6.0), r.range(-6.0, 6.0)];
            let (a, b) = (point(), point());
            let b = if r.range(0.0, 1.0) < 0.1 { a } else { b };
            let mut corners = Placed::new();
            place(&Footprint::rectangle(half[0] * 2.0, half[1] * 2.0), [0.0; 2], 0.0, &mut corners);
            let want = distance(&corners, &[a, b]).0;
            let got = box_to_segment(half, a, b);
            assert!((got - want).abs() < 1e-9, "{got} for {want}");
            if want > 0.0 { apart += 1 } else { on += 1 }
        }
        assert!(apart > 10_000 && on > 10_000);
    }
}
