//! Contact of two moving convex shapes over one knot interval, to the bound.
//!
//! With both headings held, each axis of separation bounds a linear function of `u`, so that the contact is one
//! interval in closed form. Turning moves no point by more than `e` = half the stretch × [`Knot::turning_m`]; the
//! axes widened by `e` enclose the contact, narrowed by `e` they prove it. What lies between is looked at again
//! over its own, shorter stretch, where `e` is smaller; each level at least halves the stretch, so it ends when
//! `e` is below [`TURN_M`] (about 20 levels for a half turn of a lorry).

use lukao_model::math;

use crate::boxes::Boxes;
use crate::geometry::{length, normals, place, spread};
use crate::motion::Knot;
use crate::party::Body;
use crate::trig;

/// Bodies this close touch: rounding at UTM coordinates is below 1 nm, the bound is 0.1 mm.
pub(crate) const TOUCH_M: f64 = 1e-7;
/// Rotation over a stretch that moves no point further than this is left out.
pub(crate) const TURN_M: f64 = 2e-5;
/// Work on one knot interval before giving up, in products of corner counts: some 10 ms.
const BUDGET: usize = 20_000_000;
/// Pieces between which nothing moves further than this are one.
const JOIN_M: f64 = 2e-5;

/// One axis: touching means `lo ≤ p + v·u ≤ hi`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slab {
    p: f64,
    v: f64,
    lo: f64,
    hi: f64,
}

/// Room for the work, kept from call to call.
#[derive(Default)]
pub(crate) struct Scratch {
    slabs: Vec<Slab>,
    todo: Vec<Stretch>,
    corners: [Vec<[f64; 2]>; 2],
    /// The answer: pieces of `[0, 1]`, rising.
    pub pieces: Vec<(f64, f64)>,
}

/// The axes of two boxes with headings held.
#[inline]
fn box_slabs(half_a: [f64; 2], half_b: [f64; 2], yaw: [f64; 2], d: [f64; 2], by: [f64; 2]) -> [Slab; 4] {
    let ((sa, ca), (sb, cb)) = (trig::sin_cos(yaw[0]), trig::sin_cos(yaw[1]));
    let c = (ca * cb + sa * sb).abs();
    let s = (ca * sb - sa * cb).abs();
    let ([la, wa], [lb, wb]) = (half_a, half_b);
    let slab = |n: [f64; 2], r: f64| Slab {
        p: n[0] * d[0] + n[1] * d[1],
        v: n[0] * by[0] + n[1] * by[1],
        lo: -r,
        hi: r,
    };
    [
        slab([ca, sa], la + c * lb + s * wb),
        slab([-sa, ca], wa + s * lb + c * wb),
        slab([cb, sb], lb + c * la + s * wa),
        slab([-sb, cb], wb + s * la + c * wa),
    ]
}

/// The axes of any two convex shapes with headings held.
fn other_slabs(knot: &Knot<'_>, yaw: [f64; 2], corners: &mut [Vec<[f64; 2]>; 2], out: &mut Vec<Slab>) {
    let (d, by) = knot.relative();
    let [a, b] = corners;
    place(knot.shape_a, [0.0; 2], yaw[0], a);
    place(knot.shape_b, [0.0; 2], yaw[1], b);
    out.clear();
    for n in normals(a).chain(normals(b).map(|n| [-n[0], -n[1]])) {
        // Apart when the least of b passes the greatest of a.
        out.push(Slab {
            p: n[0] * d[0] + n[1] * d[1],
            v: n[0] * by[0] + n[1] * by[1],
            lo: f64::NEG_INFINITY,
            hi: spread(a, n).1 - spread(b, n).0,
        });
    }
}

/// The part of `[from, to]` in which all axes, widened by `grow`, overlap.
#[inline]
fn overlap(slabs: &[Slab], grow: f64, from: f64, to: f64) -> Option<(f64, f64)> {
    let (mut from, mut to) = (from, to);
    for s in slabs {
        let (lo, hi) = (s.lo - grow, s.hi + grow);
        if s.v == 0.0 {
            if !(lo <= s.p && s.p <= hi) {
                return None;
            }
            continue;
        }
        let (at_lo, at_hi) = ((lo - s.p) / s.v, (hi - s.p) / s.v);
        let (first, last) = if s.v > 0.0 { (at_lo, at_hi) } else { (at_hi, at_lo) };
        from = from.max(first);
        to = to.min(last);
        if from > to {
            return None;
        }
    }
    Some((from, to))
}

/// A stretch of `u` that is still to be looked at, or is proven to be contact and waits for its turn.
#[derive(Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
    proven: bool,
}

/// Whether the two touch at the begin of a plain knot, in plan and height.
#[inline]
pub(crate) fn touch_at_begin(knot: &Knot<'_>, scratch: &mut Scratch) -> bool {
    let Some((half_a, half_b)) = knot.shape_a.half_m.zip(knot.shape_b.half_m) else {
        let at = Knot { to_ns: knot.from_ns, ..*knot };
        return touching(&at, scratch) && !scratch.pieces.is_empty();
    };
    if knot.level.is_none_or(|l| l.0 > 0.0) {
        return false;
    }
    boxes_touch((half_a, half_b), knot.relative().0, (knot.a.yaw, knot.b.yaw))
}

/// Whether two boxes touch whose centres are `d` apart.
#[inline]
pub(crate) fn boxes_touch(
    (half_a, half_b): ([f64; 2], [f64; 2]),
    d: [f64; 2],
    (yaw_a, yaw_b): (f64, f64),
) -> bool {
    // A circle within each.
    let inner = half_a[0].min(half_a[1]) + half_b[0].min(half_b[1]);
    if d[0] * d[0] + d[1] * d[1] <= inner * inner {
        return true;
    }
    let turn_a @ (sin, cos) = trig::sin_cos(yaw_a);
    // The box of the first against a circle around the other, whose heading that takes not.
    let radius = (half_b[0] * half_b[0] + half_b[1] * half_b[1]).sqrt() + 1e-6;
    if (cos * d[0] + sin * d[1]).abs() > half_a[0] + radius
        || (cos * d[1] - sin * d[0]).abs() > half_a[1] + radius
    {
        return false;
    }
    Boxes { half_a, half_b, d, turn_a, turn_b: trig::sin_cos(yaw_b) }.separation() <= TOUCH_M
}

/// Whether two boxes on one clock surely stay apart from samples `i` and `j` to the next: an axis of either, with the
/// heading held as it is half way, keeps them apart by more than both can turn until either end. `false` proves
/// nothing.
#[inline]
pub(crate) fn stay_apart((a, i): (&Body<'_>, usize), (b, j): (&Body<'_>, usize)) -> bool {
    let Some((half_a, half_b)) = a.shape.half_m.zip(b.shape.half_m) else { return false };
    let (p, q) = (&a.track, &b.track);
    let plain = a.shape.is_plain() && b.shape.is_plain();
    if !(plain && p.is_plain_at(i) && p.is_plain_at(i + 1) && q.is_plain_at(j) && q.is_plain_at(j + 1)) {
        return false;
    }
    let d0 = [q.x[j] - p.x[i], q.y[j] - p.y[i]];
    let d1 = [q.x[j + 1] - p.x[i + 1], q.y[j + 1] - p.y[i + 1]];
    let half_turn_a = math::angle_between(p.yaw[i], p.yaw[i + 1]) * 0.5;
    let half_turn_b = math::angle_between(q.yaw[j], q.yaw[j + 1]) * 0.5;
    let turning = half_turn_a.abs() * a.shape.radius_m + half_turn_b.abs() * b.shape.radius_m;
    let yaw = [p.yaw[i] + half_turn_a, q.yaw[j] + half_turn_b];
    // The rest is for rounding at positions of 10⁹ m.
    let grow = TOUCH_M + turning + 1e-6;
    let slabs = box_slabs(half_a, half_b, yaw, d0, [d1[0] - d0[0], d1[1] - d0[1]]);
    least_gap_m(&slabs, 0.0, 1.0) > grow
}

/// The gap along the axis that keeps the two farthest apart all the while.
#[inline]
fn least_gap_m(slabs: &[Slab; 4], from: f64, to: f64) -> f64 {
    slabs.iter().fold(f64::NEG_INFINITY, |gap, s| {
        let (at0, at1) = (s.p + s.v * from, s.p + s.v * to);
        gap.max(at0.min(at1) - s.hi).max(s.lo - at0.max(at1))
    })
}

/// A lower bound of the distance of two boxes over `from..=to` of a plain knot, by the axes of both with the headings
/// held as they are half way; `None` if one is no box.
pub(crate) fn apart_at_least_m(knot: &Knot<'_>, from: f64, to: f64) -> Option<f64> {
    let (half_a, half_b) = knot.shape_a.half_m.zip(knot.shape_b.half_m)?;
    let mid = (from + to) * 0.5;
    let yaw = [knot.a.yaw + knot.a.turn * mid, knot.b.yaw + knot.b.turn * mid];
    let (d, by) = knot.relative();
    let turned_m = knot.turning_m() * (to - from) * 0.5;
    // The rest is for rounding, as above.
    Some(least_gap_m(&box_slabs(half_a, half_b, yaw, d, by), from, to) - turned_m * (1.0 + 1e-12) - 1e-6)
}

/// Finds the pieces of `[0, 1]` in which the two touch in plan and overlap in height.
///
/// The knot must be plain ([`Knot::is_plain`]). For an instant the answer is `(0, 0)` or nothing. `false` if it
/// was not settled within [`BUDGET`]: only shapes that graze each other all the while they turn come near it.
#[must_use]
pub(crate) fn touching(knot: &Knot<'_>, scratch: &mut Scratch) -> bool {
    let Scratch { slabs, todo, corners, pieces } = scratch;
    pieces.clear();
    let Some((level_from, level_to)) = knot.level else { return true };
    let (d, by) = knot.relative();
    let turning = knot.turning_m();
    let moving = length(by) + turning;
    let boxes = knot.shape_a.half_m.zip(knot.shape_b.half_m);
    todo.clear();
    let end = if knot.from_ns == knot.to_ns { level_from } else { level_to };
    todo.push(Stretch { from: level_from, to: end, proven: false });
    let corner_count = knot.shape_a.corners.len() + knot.shape_b.corners.len();
    let mut budget = BUDGET;
    while let Some(Stretch { from, to, proven }) = todo.pop() {
        let Some(left) = budget.checked_sub(corner_count * corner_count) else { return false };
        budget = left;
        if proven {
            keep(pieces, (from, to), moving);
            continue;
        }
        let mid = (from + to) * 0.5;
        let e = turning * (to - from) * 0.5;
        let yaw = [knot.a.yaw + knot.a.turn * mid, knot.b.yaw + knot.b.turn * mid];
        let four;
        let slabs: &[Slab] = if let Some((a, b)) = boxes {
            four = box_slabs(a, b, yaw, d, by);
            &four
        } else {
            other_slabs(knot, yaw, corners, slabs);
            slabs
        };
        if e <= TURN_M {
            if let Some(piece) = overlap(slabs, TOUCH_M, from, to) {
                keep(pieces, piece, moving);
            }
            continue;
        }
        let Some(outer) = overlap(slabs, TOUCH_M + e, from, to) else { continue };
        let half = (to - from) * 0.5;
        match overlap(slabs, TOUCH_M - e, from, to) {
            None => look_at(todo, outer, half),
            Some(inner) => {
                // The last pushed is looked at first.
                look_at(todo, (inner.1, outer.1), half);
                todo.push(Stretch { from: inner.0, to: inner.1, proven: true });
                look_at(todo, (outer.0, inner.0), half);
            }
        }
    }
    true
}

/// Puts a stretch up to be looked at; one longer than `half` in two parts, so that each level halves.
fn look_at(todo: &mut Vec<Stretch>, (from, to): (f64, f64), half: f64) {
    if to - from > half {
        let mid = (from + to) * 0.5;
        todo.push(Stretch { from: mid, to, proven: false });
        todo.push(Stretch { from, to: mid, proven: false });
    } else if from < to {
        todo.push(Stretch { from, to, proven: false });
    }
}

fn keep(pieces: &mut Vec<(f64, f64)>, piece: (f64, f64), moving: f64) {
    match pieces.last_mut() {
        Some(last) if (piece.0 - last.1) * moving <= JOIN_M => last.1 = last.1.max(piece.1),
        _ => pieces.push(piece),
    }
}
