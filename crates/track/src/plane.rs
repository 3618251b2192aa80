//! Plane geometry. Everything subtracts before it multiplies, so that coordinates of millions of metres
//! cost no accuracy.

use lukao_model::math::hypot;

pub(crate) type P2 = [f64; 2];
pub(crate) type P3 = [f64; 3];

pub(crate) fn xy(p: P3) -> P2 {
    [p[0], p[1]]
}

pub(crate) fn sub(a: P2, b: P2) -> P2 {
    [a[0] - b[0], a[1] - b[1]]
}

pub(crate) fn dot(a: P2, b: P2) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// Positive if `b` points to the left of `a`.
pub(crate) fn cross(a: P2, b: P2) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

pub(crate) fn dist(a: P2, b: P2) -> f64 {
    hypot(a[0] - b[0], a[1] - b[1])
}

pub(crate) fn lerp2(a: P2, b: P2, f: f64) -> P2 {
    [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f]
}

pub(crate) fn lerp3(a: P3, b: P3, f: f64) -> P3 {
    [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f, a[2] + (b[2] - a[2]) * f]
}

/// Fraction along a–b of the point nearest to p, in [0, 1].
pub(crate) fn project(p: P2, a: P2, b: P2) -> f64 {
    let d = sub(b, a);
    let len2 = dot(d, d);
    if len2 > 0.0 { (dot(sub(p, a), d) / len2).clamp(0.0, 1.0) } else { 0.0 }
}

pub(crate) fn dist_to_segment(p: P2, a: P2, b: P2) -> f64 {
    dist(p, lerp2(a, b, project(p, a, b)))
}

/// Whether p is in the triangle or on its edge. Either orientation; a flat triangle holds nothing.
pub(crate) fn in_triangle(p: P2, t: [P2; 3]) -> bool {
    let [a, b, c] = t;
    let (u, v, w) = (cross(sub(b, a), sub(p, a)), cross(sub(c, b), sub(p, b)), cross(sub(a, c), sub(p, c)));
    let flat = cross(sub(b, a), sub(c, a)) == 0.0;
    !flat && ((u >= 0.0 && v >= 0.0 && w >= 0.0) || (u <= 0.0 && v <= 0.0 && w <= 0.0))
}

/// Where the segments p–q and a–b meet: fractions along each. Parallel segments do not meet.
pub(crate) fn meet(p: P2, q: P2, a: P2, b: P2) -> Option<(f64, f64)> {
    let (d, e, o) = (sub(q, p), sub(b, a), sub(a, p));
    let det = cross(d, e);
    if det == 0.0 {
        return None;
    }
    let (f, g) = (cross(o, e) / det, cross(o, d) / det);
    ((0.0..=1.0).contains(&f) && (0.0..=1.0).contains(&g)).then_some((f, g))
}

/// Whether two convex polygons share a point; touching counts. Any orientation; two corners make a segment.
pub(crate) fn convex_meet(a: &[P2], b: &[P2]) -> bool {
    !a.is_empty() && !b.is_empty() && !separated(a, b) && !separated(b, a)
}

/// Whether an edge of `a` has all of `b` strictly on its far side.
fn separated(a: &[P2], b: &[P2]) -> bool {
    (0..a.len()).any(|i| {
        let (p, q) = (a[i], a[(i + 1) % a.len()]);
        let d = sub(q, p);
        // Along the edge as well as across it: needed for segments and for flat triangles.
        [[d[1], -d[0]], d].into_iter().any(|n| {
            if n == [0.0, 0.0] {
                return false;
            }
            let (mut lo_a, mut hi_a) = (f64::INFINITY, f64::NEG_INFINITY);
            for &r in a {
                let s = dot(sub(r, p), n);
                (lo_a, hi_a) = (lo_a.min(s), hi_a.max(s));
            }
            let (mut lo_b, mut hi_b) = (f64::INFINITY, f64::NEG_INFINITY);
            for &r in b {
                let s = dot(sub(r, p), n);
                (lo_b, hi_b) = (lo_b.min(s), hi_b.max(s));
            }
            lo_b > hi_a || hi_b < lo_a
        })
    })
}

/// Twice the signed area of a polygon; positive if its corners run counter-clockwise.
pub(crate) fn double_area(outline: &[P3]) -> f64 {
    let Some(&o) = outline.first() else { return 0.0 };
    (1..outline.len().saturating_sub(1))
        .map(|i| cross(sub(xy(outline[i]), xy(o)), sub(xy(outline[i + 1]), xy(o))))
        .sum()
}

/// Whether p is in a simple polygon; its edge may fall either way.
pub(crate) fn in_polygon(p: P2, outline: &[P3]) -> bool {
    let mut inside = false;
    for i in 0..outline.len() {
        let a = sub(xy(outline[i]), p);
        let b = sub(xy(outline[(i + 1) % outline.len()]), p);
        if (a[1] > 0.0) != (b[1] > 0.0) && (cross(a, b) > 0.0) == (b[1] > a[1]) {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: P2 = [500_000.0, 4_400_000.0];

    fn far(p: P2) -> P2 {
        [p[0] + FAR[0], p[1] + FAR[1]]
    }

    #[test]
    fn far_from_the_origin_the_answers_are_the_same() {
        let (a, b) = (far([0.0, 0.0]), far([10.0, 0.0]));
        assert!((dist_to_segment(far([5.0, 0.3]), a, b) - 0.3).abs() < 1e-8);
        assert!(in_triangle(far([1.0, 0.1]), [a, b, far([0.0, 5.0])]));
        assert!(!in_triangle(far([1.0, -1e-6]), [a, b, far([0.0, 5.0])]));
    }

    #[test]
    fn touching_polygons_meet_and_a_hair_apart_they_do_not() {
        let square = |x: f64| [[x, 0.0], [x + 1.0, 0.0], [x + 1.0, 1.0], [x, 1.0]];
        assert!(convex_meet(&square(0.0), &square(1.0)));
        assert!(!convex_meet(&square(0.0), &square(1.0 + 1e-9)));
        assert!(convex_meet(&[[0.5, -1.0], [0.5, 2.0]], &square(0.0)), "a segment through a square");
        assert!(!convex_meet(&[[2.0, 0.5], [3.0, 0.5]], &square(0.0)), "a segment in line with it, beyond");
    }

    #[test]
    fn a_point_is_in_a_polygon_whatever_its_orientation() {
        let l = [[0.0, 0.0], [4.0, 0.0], [4.0, 1.0], [1.0, 1.0], [1.0, 4.0], [0.0, 4.0]]
            .map(|p| [p[0], p[1], 0.0]);
        let mut r = l;
        r.reverse();
        for shape in [l, r] {
            assert!(in_polygon([0.5, 3.0], &shape) && in_polygon([3.0, 0.5], &shape));
            assert!(!in_polygon([2.0, 2.0], &shape));
        }
        assert!(double_area(&l) > 0.0 && double_area(&r) < 0.0);
    }
}
