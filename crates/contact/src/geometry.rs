//! Two convex shapes at one instant: separation, distance, and where they meet.
//!
//! Corners are given in a common frame. A shape of two corners is a segment, of one a point.

use crate::shape::Footprint;
use crate::trig;

/// A shape's corners in a common frame.
pub(crate) type Placed = Vec<[f64; 2]>;

pub(crate) fn dot(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

pub(crate) fn sub(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

pub(crate) fn length(a: [f64; 2]) -> f64 {
    dot(a, a).sqrt()
}

/// Writes the corners of a footprint at a pose into `out`.
pub(crate) fn place(f: &Footprint, at: [f64; 2], yaw: f64, out: &mut Placed) {
    let (s, c) = trig::sin_cos(yaw);
    out.clear();
    out.extend(f.corners.iter().map(|p| [at[0] + c * p[0] - s * p[1], at[1] + s * p[0] + c * p[1]]));
}

/// Least and greatest of the corners along `n`.
pub(crate) fn spread(corners: &[[f64; 2]], n: [f64; 2]) -> (f64, f64) {
    corners
        .iter()
        .map(|c| dot(*c, n))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

/// Outward unit normals of the edges; of a segment its sides and its ends.
pub(crate) fn normals(corners: &[[f64; 2]]) -> impl Iterator<Item = [f64; 2]> + '_ {
    let n = if corners.len() < 2 { 0 } else { corners.len() };
    let sides = (0..n).filter_map(move |i| {
        let e = sub(corners[(i + 1) % n], corners[i]);
        let l = length(e);
        (l > 0.0).then(|| [e[1] / l, -e[0] / l])
    });
    let ends = (0..if n == 2 { 2 } else { 0 }).filter_map(move |i| {
        let e = sub(corners[i], corners[1 - i]);
        let l = length(e);
        (l > 0.0).then(|| [e[0] / l, e[1] / l])
    });
    sides.chain(ends)
}

/// Largest gap along any edge's normal, and that normal, from `a` to `b`.
///
/// Negative: the penetration depth. Positive: they are apart by at least that.
pub(crate) fn separation(a: &[[f64; 2]], b: &[[f64; 2]]) -> (f64, [f64; 2]) {
    let mut best = (f64::NEG_INFINITY, [1.0, 0.0]);
    for n in normals(a).chain(normals(b).map(|n| [-n[0], -n[1]])) {
        let gap = spread(b, n).0 - spread(a, n).1;
        if gap > best.0 {
            best = (gap, n);
        }
    }
    best
}

/// Closest point to `p` on the segment.
fn on_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    let e = sub(b, a);
    let l2 = dot(e, e);
    let part = if l2 > 0.0 { (dot(sub(p, a), e) / l2).clamp(0.0, 1.0) } else { 0.0 };
    [a[0] + e[0] * part, a[1] + e[1] * part]
}

/// Distance and closest points, on `a` and on `b`; 0 and twice the same point if they overlap.
pub(crate) fn distance(a: &[[f64; 2]], b: &[[f64; 2]]) -> (f64, [f64; 2], [f64; 2]) {
    let (gap, n) = separation(a, b);
    if gap <= 0.0 {
        let p = meeting_point(a, b, n);
        return (0.0, p, p);
    }
    let mut best = (f64::INFINITY, [0.0; 2], [0.0; 2]);
    let mut try_all = |from: &[[f64; 2]], to: &[[f64; 2]], flip: bool| {
        for p in from {
            for i in 0..to.len() {
                let q = on_segment(*p, to[i], to[(i + 1) % to.len()]);
                let e = sub(*p, q);
                let d2 = dot(e, e);
                if d2 < best.0 {
                    best = if flip { (d2, q, *p) } else { (d2, *p, q) };
                }
            }
        }
    };
    try_all(a, b, false);
    try_all(b, a, true);
    (best.0.sqrt(), best.1, best.2)
}

/// Where two shapes meet across the normal `n` (from `a` to `b`): the middle of what their touching faces share.
pub(crate) fn meeting_point(a: &[[f64; 2]], b: &[[f64; 2]], n: [f64; 2]) -> [f64; 2] {
    // Corners within a millimetre of the outermost count as on the face.
    const ON_FACE_M: f64 = 1e-3;
    let side = [-n[1], n[0]];
    let face = |corners: &[[f64; 2]], n: [f64; 2]| {
        let top = spread(corners, n).1;
        let on: Vec<[f64; 2]> = corners.iter().copied().filter(|c| dot(*c, n) >= top - ON_FACE_M).collect();
        (top, spread(&on, side))
    };
    let (top_a, (lo_a, hi_a)) = face(a, n);
    let (top_b, (lo_b, hi_b)) = face(b, [-n[0], -n[1]]);
    let along = (top_a - top_b) * 0.5;
    let across = (lo_a.max(lo_b) + hi_a.min(hi_b)) * 0.5;
    [n[0] * along + side[0] * across, n[1] * along + side[1] * across]
}
