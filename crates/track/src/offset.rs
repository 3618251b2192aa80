//! The nearest point of a polyline, and on which side of it a point is.
//!
//! Which segment is nearest is decided by looking at all in order. What is proven to be farther than a segment already known is
//! left out before it costs a root and a division; that changes nothing, since it would not have been chosen.

use lukao_model::math::hypot;

use crate::plane::{P2, P3, cross, dist, dot, lerp2, project, sub, xy};

/// How much farther a segment must be to be left out, metres. Distances that differ by less than 1e-9 count as equal, and a
/// chain of such must not reach from one that is left out to the nearest: it would have to be a million long.
const SLACK_M: f64 = 1e-3;

/// Corners whose box is looked at before they are.
const STRETCH: usize = 8;

/// The nearest point of a polyline up to now.
pub(crate) struct Nearest {
    p: P2,
    /// Square of the distance beyond which nothing needs a look.
    reach2: f64,
    best: Option<Best>,
}

#[derive(Clone, Copy)]
struct Best {
    near: f64,
    side: f64,
    i: usize,
    f: f64,
}

impl Nearest {
    fn new(p: P2) -> Self {
        Self { p, reach2: f64::INFINITY, best: None }
    }

    /// Some point of the line is at most so far away.
    fn at_most(&mut self, distance2: f64) {
        let reach = distance2.sqrt() + SLACK_M;
        self.reach2 = self.reach2.min(reach * reach);
    }

    /// Looks at segment `i`, from `a` to `b`.
    #[inline]
    fn look(&mut self, i: usize, a: P2, b: P2) {
        let (d, q) = (sub(b, a), sub(self.p, a));
        let (len2, t) = (dot(d, d), dot(q, d));
        // What is not a number proves nothing.
        let far = if t <= 0.0 {
            dot(q, q) > self.reach2
        } else if t >= len2 {
            let q = sub(self.p, b);
            dot(q, q) > self.reach2
        } else {
            let c = cross(d, q);
            c * c > self.reach2 * len2
        };
        if !far {
            self.weigh(i, a, b);
        }
    }

    #[inline]
    fn weigh(&mut self, i: usize, a: P2, b: P2) {
        let d = sub(b, a);
        let len = hypot(d[0], d[1]);
        if len == 0.0 {
            return;
        }
        let f = project(self.p, a, b);
        let near = dist(self.p, lerp2(a, b, f));
        let side = cross(d, sub(self.p, a)) / len;
        // At a bend two segments share the nearest point; the one that sees p more squarely knows the side.
        let better = self
            .best
            .is_none_or(|n| near < n.near - 1e-9 || (near <= n.near + 1e-9 && side.abs() > n.side.abs()));
        if better {
            self.best = Some(Best { near, side, i, f });
            self.at_most(near * near);
        }
    }

    fn found(self) -> Option<(f64, usize, f64)> {
        self.best.map(|b| (if b.side < 0.0 { -b.near } else { b.near }, b.i, b.f))
    }
}

/// Distance of p to a polyline, positive if p is to its left seen along it; with the nearest segment and
/// the fraction along that. `None` for fewer than two points.
pub(crate) fn signed_offset(p: P2, line: &[P3]) -> Option<(f64, usize, f64)> {
    signed_offset_about(p, line, 0)
}

/// The same, faster if segment `about` is near.
fn signed_offset_about(p: P2, line: &[P3], about: usize) -> Option<(f64, usize, f64)> {
    let mut nearest = Nearest::new(p);
    if let (Some(a), Some(b)) = (line.get(about), line.get(about + 1)) {
        let (a, b) = (xy(*a), xy(*b));
        let q = sub(p, lerp2(a, b, project(p, a, b)));
        nearest.at_most(dot(q, q));
    }
    for (i, ab) in line.windows(2).enumerate() {
        nearest.look(i, xy(ab[0]), xy(ab[1]));
    }
    nearest.found()
}

/// Pieces before and after a given one that are looked at for the nearest point of a line: on a bend it may be beside the next
/// piece.
pub(crate) const NEIGHBOURS: usize = 3;

/// How far the pieces of a line turn off each other, by which the neighbours of a piece are mostly left out.
///
/// Seen from the end of a piece the next ones lie in a cone around its direction, as wide as the most that one of them turns off.
/// Beside the piece, so far before its end that the end is the point of the cone that is nearest, they are farther than the piece
/// itself; the same for those before it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bends(Vec<f32>);

/// A point must be so far within a piece, lengthwise, for its neighbours to be left out, metres: then they are farther by much more
/// than distances that count as equal.
const WITHIN_M: f64 = 0.01;

/// The same up to this distance from the piece, metres.
const BESIDE_M: f64 = 100.0;

impl Bends {
    pub(crate) fn new(line: &[P3]) -> Self {
        let ways: Vec<P2> = line.windows(2).map(|ab| sub(xy(ab[1]), xy(ab[0]))).collect();
        // Tangent of the angle between two pieces, rounded up; one without length lies at the end of another.
        let tan = |a: &P2, b: &P2| match dot(*a, *b) {
            _ if *b == [0.0, 0.0] => 0.0,
            along if along > 0.0 => cross(*a, *b).abs() / along * 1.001 + 1e-6,
            _ => f64::INFINITY,
        };
        let of = |(i, way): (usize, &P2)| {
            let near = &ways[i.saturating_sub(NEIGHBOURS)..(i + 1 + NEIGHBOURS).min(ways.len())];
            near.iter().map(|other| tan(way, other)).fold(0.0, f64::max) as f32
        };
        Self(ways.iter().enumerate().map(of).collect())
    }

    /// Distance of p to the line that they are of about its piece `i`, positive if p is to its left seen along it; with the nearest
    /// piece and the fraction along that. `None` if these pieces have no length.
    pub(crate) fn signed_offset(&self, p: P2, line: &[P3], i: usize) -> Option<(f64, usize, f64)> {
        if let (Some(a), Some(b), Some(tan)) = (line.get(i), line.get(i + 1), self.0.get(i)) {
            let (a, b) = (xy(*a), xy(*b));
            let (d, q) = (sub(b, a), sub(p, a));
            let len = hypot(d[0], d[1]);
            let (along, beside) = (dot(q, d) / len, cross(d, q).abs() / len);
            let room = WITHIN_M + beside * f64::from(*tan);
            if beside <= BESIDE_M && along >= room && len - along >= room {
                let mut nearest = Nearest::new(p);
                nearest.weigh(i, a, b);
                return nearest.found();
            }
        }
        let lo = i.saturating_sub(NEIGHBOURS);
        let hi = (i + 2 + NEIGHBOURS).min(line.len());
        let (offset, k, f) = signed_offset_about(p, &line[lo..hi], i - lo)?;
        Some((offset, lo + k, f))
    }
}

/// A box at any angle: a footprint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Body {
    /// Its middle.
    pub centre_m: P2,
    /// The direction of its length, of length 1.
    pub along: P2,
    /// Half its length, and half its width.
    pub half_m: [f64; 2],
}

impl Body {
    /// Whether it may come within `half_m` of a segment: neither across nor along it there is a gap.
    fn may_touch(&self, a: P2, b: P2, half_m: f64) -> bool {
        let (d, q) = (sub(b, a), sub(self.centre_m, a));
        let (len2, across, along) = (dot(d, d), cross(d, self.along).abs(), dot(d, self.along).abs());
        let (len, [x, y]) = (len2.sqrt(), self.half_m);
        let reach = half_m * len;
        let t = dot(q, d);
        let beside = cross(d, q).abs() > reach + x * across + y * along;
        let slack = reach + x * along + y * across;
        !(beside || t < -slack || t > len2 + slack)
    }
}

/// Boxes around the stretches of a polyline, by which most of a long one is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stretches(Vec<(P2, P2)>);

impl Stretches {
    pub(crate) fn new(line: &[P3]) -> Self {
        let of = |first: usize| {
            let points = &line[first..(first + STRETCH + 1).min(line.len())];
            points.iter().fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(lo, hi), p| {
                ([lo[0].min(p[0]), lo[1].min(p[1])], [hi[0].max(p[0]), hi[1].max(p[1])])
            })
        };
        Self((0..line.len().saturating_sub(1)).step_by(STRETCH).map(of).collect())
    }

    /// Whether a body may come within `half_m` of the line that they are of, from its segment `from` on.
    pub(crate) fn may_touch(&self, body: &Body, line: &[P3], half_m: f64, from: usize) -> bool {
        let reach = half_m + body.half_m[0] + body.half_m[1];
        (from / STRETCH..self.0.len()).any(|k| {
            let (lo, hi) = self.0[k];
            let first = k * STRETCH;
            let points = &line[first.max(from)..(first + STRETCH + 1).min(line.len())];
            box_distance2(body.centre_m, lo, hi) <= reach * reach
                && points.windows(2).any(|ab| body.may_touch(xy(ab[0]), xy(ab[1]), half_m))
        })
    }

    /// [`signed_offset`] of the line that they are of; `None` also if the line is farther than `within_m`.
    pub(crate) fn signed_offset(&self, p: P2, line: &[P3], within_m: f64) -> Option<(f64, usize, f64)> {
        let mut nearest = Nearest::new(p);
        nearest.at_most(within_m * within_m);
        // Within a known distance most stretches are left out at once.
        if within_m.is_infinite() {
            for corner in line.iter().step_by(STRETCH) {
                let q = sub(p, xy(*corner));
                nearest.at_most(dot(q, q));
            }
        }
        for (k, (lo, hi)) in self.0.iter().enumerate() {
            if box_distance2(p, *lo, *hi) > nearest.reach2 {
                continue;
            }
            let first = k * STRETCH;
            let points = &line[first..(first + STRETCH + 1).min(line.len())];
            for (i, ab) in points.windows(2).enumerate() {
                nearest.look(first + i, xy(ab[0]), xy(ab[1]));
            }
        }
        nearest.found()
    }
}

/// Square of the distance of a point from a box; 0 inside.
pub(crate) fn box_distance2(p: P2, lo: P2, hi: P2) -> f64 {
    let out = |d: usize| (lo[d] - p[d]).max(p[d] - hi[d]).max(0.0);
    let (x, y) = (out(0), out(1));
    x * x + y * y
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All segments in order, none left out.
    fn plainly(p: P2, line: &[P3]) -> Option<(f64, usize, f64)> {
        let mut nearest = Nearest::new(p);
        for (i, ab) in line.windows(2).enumerate() {
            nearest.weigh(i, xy(ab[0]), xy(ab[1]));
        }
        nearest.found()
    }

    #[test]
    fn what_is_left_out_changes_no_bit() {
        let mut seed = 3_u64;
        let mut random = |lo: f64, hi: f64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lo + (hi - lo) * ((seed >> 11) as f64 / (1_u64 << 53) as f64)
        };
        let mut beside = 0;
        for k in 0..400 {
            // Bends of all kinds, doubled corners, lines that come back to themselves; on whole metres, so that many distances are
            // equal.
            let (mut at, mut line) = ([5e5, 4.4e6], Vec::new());
            for _ in 0..1 + k % 70 {
                let whole = |v: f64| if k % 2 == 0 { v.round() } else { v };
                at = [at[0] + whole(random(-3.0, 6.0)), at[1] + whole(random(-3.0, 3.0))];
                line.push([at[0], at[1], 0.0]);
                if random(0.0, 1.0) < 0.1 {
                    line.push([at[0], at[1], 0.0]);
                }
            }
            let stretches = Stretches::new(&line);
            for _ in 0..200 {
                let mut p = [5e5 + random(-20.0, 250.0), 4.4e6 + random(-30.0, 30.0)];
                if k % 2 == 0 {
                    p = p.map(f64::round);
                }
                let (want, about) = (plainly(p, &line), random(0.0, line.len() as f64) as usize);
                assert_eq!(signed_offset_about(p, &line, about), want);
                assert_eq!(stretches.signed_offset(p, &line, f64::INFINITY), want);
                if let Some(near) = stretches.signed_offset(p, &line, 5.0) {
                    assert_eq!(Some(near), want);
                } else {
                    assert!(want.is_none_or(|w| w.0.abs() > 5.0), "{want:?}");
                }
                beside += usize::from(want.is_some_and(|w| w.0.abs() < 5.0));
            }
        }
        assert!(beside > 3_000, "{beside}");
        let nowhere = [f64::NAN, 0.0];
        let line = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]];
        assert_eq!(signed_offset(nowhere, &line).map(|x| x.1), plainly(nowhere, &line).map(|x| x.1));
    }

    /// Straight, gently and sharply bent, with doubled corners, and back the way it came.
    #[test]
    fn neighbours_of_a_piece_are_left_out_only_where_they_are_farther() {
        let mut seed = 5_u64;
        let mut random = |lo: f64, hi: f64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lo + (hi - lo) * ((seed >> 11) as f64 / (1_u64 << 53) as f64)
        };
        let (mut left_out, mut all) = (0, 0);
        for k in 0..600 {
            let bend = [0.0, 0.02, 0.3, 1.0, 3.2][k % 5];
            let (mut at, mut heading, mut line) = ([5e5, 4.4e6], random(-3.0, 3.0), Vec::new());
            for _ in 0..12 {
                line.push([at[0], at[1], 0.0]);
                heading += random(-bend, bend);
                let way = if random(0.0, 1.0) < 0.1 { 0.0 } else { random(0.1, 6.0) };
                let (sin, cos) = lukao_model::math::sin_cos(heading);
                at = [at[0] + way * cos, at[1] + way * sin];
            }
            let bends = Bends::new(&line);
            for _ in 0..200 {
                let i = random(0.0, 11.0) as usize;
                let (a, b) = (xy(line[i]), xy(line[i + 1]));
                let d = sub(b, a);
                let (f, left) = (random(-0.1, 1.1), random(-1.0, 1.0));
                let p = [a[0] + f * d[0] - left * d[1], a[1] + f * d[1] + left * d[0]];
                let (lo, hi) = (i.saturating_sub(NEIGHBOURS), (i + 2 + NEIGHBOURS).min(line.len()));
                let want = plainly(p, &line[lo..hi]).map(|(o, k, f)| (o, lo + k, f));
                assert_eq!(bends.signed_offset(p, &line, i), want, "{p:?} at {i} of {line:?}");
                let len = hypot(d[0], d[1]);
                let room = WITHIN_M + left.abs() * len * f64::from(bends.0[i]);
                left_out += usize::from(f * len >= room && (1.0 - f) * len >= room);
                all += 1;
            }
        }
        assert!(left_out > all / 4 && left_out < all * 3 / 4, "{left_out} of {all}");
    }

    #[test]
    fn beyond_a_bend_the_side_is_that_of_the_outer_corner() {
        let bend = [[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [10.0, 10.0, 0.0]];
        let (d, _, _) = signed_offset([11.0, -1.0], &bend).unwrap();
        assert!((d + f64::sqrt(2.0)).abs() < 1e-12, "outside a left bend is right: {d}");
    }
}
