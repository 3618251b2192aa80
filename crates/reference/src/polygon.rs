//! Convex polygons in plan, by brute force.

/// A point, metres.
pub type Point = [f64; 2];

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

fn cross(a: Point, b: Point) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

fn to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (ab, ap) = (minus(b, a), minus(p, a));
    let l2 = ab[0] * ab[0] + ab[1] * ab[1];
    let part = if l2 > 0.0 { ((ap[0] * ab[0] + ap[1] * ab[1]) / l2).clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (ap[0] - ab[0] * part, ap[1] - ab[1] * part);
    (x * x + y * y).sqrt()
}

/// Points closer than this are one, metres: parallel edges make corner differences that should be equal.
const SAME_M: f64 = 1e-10;

/// All differences of a corner of `b` and one of `a`, and their convex hull, counter-clockwise.
fn difference_hull(a: &[Point], b: &[Point]) -> Vec<Point> {
    let mut all: Vec<Point> = Vec::new();
    for d in a.iter().flat_map(|p| b.iter().map(|q| minus(*q, *p))) {
        if !all.iter().any(|e| (e[0] - d[0]).abs() < SAME_M && (e[1] - d[1]).abs() < SAME_M) {
            all.push(d);
        }
    }
    all.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
    // Left to right along the underside, then back along the top; what does not turn left is left out.
    let mut hull: Vec<Point> = Vec::new();
    for pass in 0..2 {
        let keep = hull.len();
        for p in &all {
            while hull.len() >= keep + 2 {
                let (q, r) = (hull[hull.len() - 2], hull[hull.len() - 1]);
                if cross(minus(r, q), minus(*p, q)) > 0.0 {
                    break;
                }
                hull.pop();
            }
            hull.push(*p);
        }
        hull.pop();
        if pass == 0 {
            all.reverse();
        }
    }
    if hull.is_empty() { all } else { hull }
}

/// Distance of two convex polygons if they are apart; if they overlap, minus the shortest way to part them.
///
/// The distance of the origin to the hull of all corner differences, with its sign.
///
/// ```
/// let square = |x: f64| vec![[x, 0.0], [x + 1.0, 0.0], [x + 1.0, 1.0], [x, 1.0]];
/// assert!((lukao_reference::signed_distance(&square(0.0), &square(1.5)) - 0.5).abs() < 1e-12);
/// assert!((lukao_reference::signed_distance(&square(0.0), &square(0.75)) + 0.25).abs() < 1e-12);
/// ```
#[must_use]
pub fn signed_distance(a: &[Point], b: &[Point]) -> f64 {
    let hull = difference_hull(a, b);
    let n = hull.len();
    let inside =
        n >= 3 && (0..n).all(|i| cross(minus(hull[(i + 1) % n], hull[i]), minus([0.0; 2], hull[i])) >= 0.0);
    let nearest =
        (0..n).map(|i| to_segment([0.0; 2], hull[i], hull[(i + 1) % n])).fold(f64::INFINITY, f64::min);
    if inside { -nearest } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_and_containment() {
        let square = |x: f64, y: f64, s: f64| vec![[x, y], [x + s, y], [x + s, y + s], [x, y + s]];
        let d = |a: &[Point], b: &[Point]| signed_distance(a, b);
        assert!((d(&square(0.0, 0.0, 1.0), &square(4.0, 5.0, 1.0)) - 5.0).abs() < 1e-12);
        // Inside: out by the shortest way, its own size included.
        assert!((d(&square(0.0, 0.0, 10.0), &square(1.0, 4.0, 1.0)) + 2.0).abs() < 1e-12);
        let diamond = [[2.0, 0.5], [1.5, 1.0], [1.0, 0.5], [1.5, 0.0]];
        assert!(d(&square(0.0, 0.0, 1.0), &diamond).abs() < 1e-12);
    }
}
