//! What a contact was like: where and how the two met, and how deep it went.

use crate::geometry::{Placed, distance, dot, length, meeting_point, separation, sub};
use crate::motion::{Knot, Sweep};
use crate::shape::Footprint;
use crate::trig;
use crate::types::{Face, Meeting, Spot};

/// Distance from a corner within which a point counts as at it, metres.
const CORNER_M: f64 = 0.1;

/// How the two meet at `u`.
pub(crate) fn meeting(knot: &Knot<'_>, u: f64) -> Meeting {
    let (mut a, mut b) = (Placed::new(), Placed::new());
    knot.placed(u, &mut a, &mut b);
    let n = separation(&a, &b).1;
    let p = meeting_point(&a, &b, n);
    let (d, by) = knot.relative();
    let centre_b = [d[0] + by[0] * u, d[1] + by[1] * u];
    let seconds = knot.seconds();
    let speed = |s: &Sweep, from: [f64; 2]| {
        let lever = sub(p, from);
        [(s.by[0] - s.turn * lever[1]) / seconds, (s.by[1] + s.turn * lever[0]) / seconds]
    };
    let v = sub(speed(&knot.b, centre_b), speed(&knot.a, [0.0; 2]));
    let known = seconds > 0.0;
    let at = knot.a.position(u);
    let (yaw_a, yaw_b) = (knot.a.yaw + knot.a.turn * u, knot.b.yaw + knot.b.turn * u);
    Meeting {
        point_m: [at[0] + p[0], at[1] + p[1]],
        normal: n,
        ego: spot(knot.shape_a, p, n, yaw_a),
        actor: spot(knot.shape_b, sub(p, centre_b), [-n[0], -n[1]], yaw_b),
        closing_mps: known.then(|| -dot(v, n)),
        relative_mps: known.then(|| length(v)),
    }
}

/// The face of a body that points along `n`, with the point relative to its pose.
fn spot(shape: &Footprint, p: [f64; 2], n: [f64; 2], yaw: f64) -> Spot {
    let (s, c) = trig::sin_cos(yaw);
    let own = |v: [f64; 2]| [c * v[0] + s * v[1], c * v[1] - s * v[0]];
    let (own_m, n) = (own(p), own(n));
    let [[rear, front], [right, left]] = shape.reach_m;
    let lengthwise = n[0].abs() >= n[1].abs();
    let face = match (lengthwise, n[0] > 0.0, n[1] > 0.0) {
        (true, true, _) => Face::Front,
        (true, false, _) => Face::Rear,
        (false, _, true) => Face::Left,
        (false, _, false) => Face::Right,
    };
    let ends = if lengthwise {
        [(right, Face::Right), (left, Face::Left)]
    } else {
        [(rear, Face::Rear), (front, Face::Front)]
    };
    let along = if lengthwise { own_m[1] } else { own_m[0] };
    let corner = ends.into_iter().find(|(end, _)| (along - end).abs() <= CORNER_M).map(|(_, f)| f);
    Spot { face, corner, own_m }
}

/// Room for [`least`].
#[derive(Default)]
pub(crate) struct Room {
    a: Placed,
    b: Placed,
    todo: Vec<(f64, f64)>,
}

/// Whether two boxes can be more than `so_far_m` into each other somewhere in `from..=to`: from how deep they are half
/// way, no point of either moves further than the way and turn that are left.
pub(crate) fn may_be_deeper(knot: &Knot<'_>, from: f64, to: f64, so_far_m: f64) -> bool {
    let Some(boxes) = knot.boxes((from + to) * 0.5) else { return true };
    let way = (length(knot.relative().1) + knot.turning_m()) * (to - from) * 0.5;
    !(way * (1.0 + 1e-12) - boxes.separation() <= so_far_m)
}

/// The least signed distance over `from..=to` of `u` (negative: penetration), to [`LEAST_M`], and where.
///
/// Branch and bound: along the normal at a stretch's middle, held still, the gap between the outermost corners is
/// a lower bound everywhere; each corner's way is a line plus at most radius × turn² / 2.
pub(crate) fn least(knot: &Knot<'_>, from: f64, to: f64, room: &mut Room) -> (f64, f64) {
    let Room { a, b, todo } = room;
    let mut at = |u: f64| {
        if let Some(boxes) = knot.boxes(u) {
            let gap = boxes.separation();
            return if gap <= 0.0 { gap } else { boxes.distance() };
        }
        knot.placed(u, a, b);
        signed(a, b).0
    };
    let (first, last) = (at(from), at(to));
    let mut best = if first <= last { (first, from) } else { (last, to) };
    todo.clear();
    todo.push((from, to));
    let (d0, by) = knot.relative();
    let mut budget = BUDGET;
    while let Some((lo, hi)) = todo.pop() {
        let mid = (lo + hi) * 0.5;
        if budget == 0 || !(lo < mid && mid < hi) {
            continue;
        }
        budget -= 1;
        knot.placed(mid, a, b);
        let (gap, n) = match knot.boxes(mid) {
            Some(boxes) => boxes.nearest().unwrap_or_else(|| boxes.separation_axis()),
            None => signed(a, b),
        };
        if gap < best.0 {
            best = (gap, mid);
        }
        let h = hi - mid;
        let d = [d0[0] + by[0] * mid, d0[1] + by[1] * mid];
        // Both ends of the stretch; the bound is concave between them.
        let bound = [-h, h]
            .into_iter()
            .map(|h| {
                let (ta, tb) = (knot.a.turn * h, knot.b.turn * h);
                let way = |c: [f64; 2], turn: f64| dot(c, n) + turn * (n[1] * c[0] - n[0] * c[1]);
                let top = a.iter().map(|c| way(*c, ta)).fold(f64::NEG_INFINITY, f64::max);
                let low = b.iter().map(|c| way(sub(*c, d), tb)).fold(f64::INFINITY, f64::min);
                low - top + dot(d, n) + dot(by, n) * h
            })
            .fold(f64::INFINITY, f64::min);
        let (ta, tb) = (knot.a.turn * h, knot.b.turn * h);
        let curve = 0.5 * (ta * ta * knot.shape_a.radius_m + tb * tb * knot.shape_b.radius_m);
        if bound - curve < best.0 - LEAST_M {
            todo.push((mid, hi));
            todo.push((lo, mid));
        }
    }
    best
}

/// Accuracy of [`least`].
const LEAST_M: f64 = 5e-5;
/// Stretches that [`least`] looks at; it needs some dozens at most where motion is that of road users.
const BUDGET: u32 = 20_000;

/// Distance if apart, else minus the penetration; with the normal from `a` to `b`.
fn signed(a: &[[f64; 2]], b: &[[f64; 2]]) -> (f64, [f64; 2]) {
    let (gap, n) = separation(a, b);
    if gap <= 0.0 {
        return (gap, n);
    }
    let (d, p, q) = distance(a, b);
    let e = sub(q, p);
    if d > 0.0 { (d, [e[0] / d, e[1] / d]) } else { (gap, n) }
}
