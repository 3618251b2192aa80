//! Two boxes at one instant: the hot path that [`crate::geometry`] has in general.

/// Two boxes, the second relative to the first: centre, and cosine and sine of both headings.
#[derive(Clone, Copy)]
pub(crate) struct Boxes {
    pub half_a: [f64; 2],
    pub half_b: [f64; 2],
    pub d: [f64; 2],
    pub turn_a: (f64, f64),
    pub turn_b: (f64, f64),
}

/// The four gaps along the axes of both, with the centre's coordinates in both frames and |cos|, |sin| between.
struct Axes {
    gap: [f64; 4],
    in_a: [f64; 2],
    in_b: [f64; 2],
    cos: f64,
    sin: f64,
}

impl Axes {
    /// The largest gap.
    #[inline]
    fn separation(&self) -> f64 {
        let g = self.gap;
        g[0].max(g[1]).max(g[2].max(g[3]))
    }
}

impl Boxes {
    #[inline]
    fn axes(&self) -> Axes {
        let ((sa, ca), (sb, cb)) = (self.turn_a, self.turn_b);
        let ([la, wa], [lb, wb]) = (self.half_a, self.half_b);
        let (cos, sin) = (ca * cb + sa * sb, ca * sb - sa * cb);
        let (c, s) = (cos.abs(), sin.abs());
        let in_a = [ca * self.d[0] + sa * self.d[1], ca * self.d[1] - sa * self.d[0]];
        let in_b = [cb * self.d[0] + sb * self.d[1], cb * self.d[1] - sb * self.d[0]];
        let gap = [
            in_a[0].abs() - (la + c * lb + s * wb),
            in_a[1].abs() - (wa + s * lb + c * wb),
            in_b[0].abs() - (lb + c * la + s * wa),
            in_b[1].abs() - (wb + s * la + c * wa),
        ];
        Axes { gap, in_a, in_b, cos, sin }
    }

    /// Largest gap along an axis: negative is the penetration depth, positive a lower bound of the distance.
    #[inline]
    pub(crate) fn separation(&self) -> f64 {
        self.axes().separation()
    }

    /// The same with the axis, a unit vector from the first to the second.
    pub(crate) fn separation_axis(&self) -> (f64, [f64; 2]) {
        let Axes { gap, in_a, in_b, .. } = self.axes();
        let ((sa, ca), (sb, cb)) = (self.turn_a, self.turn_b);
        let axes = [([ca, sa], in_a[0]), ([-sa, ca], in_a[1]), ([cb, sb], in_b[0]), ([-sb, cb], in_b[1])];
        let mut best = (f64::NEG_INFINITY, [1.0, 0.0]);
        for (gap, (n, side)) in gap.into_iter().zip(axes) {
            if gap > best.0 {
                best = (gap, if side < 0.0 { [-n[0], -n[1]] } else { n });
            }
        }
        best
    }

    /// Distance, 0 if they overlap. The nearest points of two boxes that are apart are a corner of one and a point of
    /// the other.
    #[inline]
    pub(crate) fn distance(&self) -> f64 {
        let axes = self.axes();
        if !(axes.separation() > 0.0) {
            return 0.0;
        }
        let (of_b, of_a) = self.corners(&axes);
        let least = |out: [[f64; 2]; 4]| {
            let [a, b, c, d] = out.map(|v| v[0] * v[0] + v[1] * v[1]);
            a.min(b).min(c.min(d))
        };
        least(of_b).min(least(of_a)).sqrt()
    }

    /// The distance of two that are apart, and the unit vector from the first's nearest point to the second's.
    pub(crate) fn nearest(&self) -> Option<(f64, [f64; 2])> {
        let axes = self.axes();
        if !(axes.separation() > 0.0) {
            return None;
        }
        let (of_b, of_a) = self.corners(&axes);
        let mut best = (f64::INFINITY, [0.0; 2], self.turn_a);
        let of_b = of_b.map(|v| (v, self.turn_a));
        let of_a = of_a.map(|v| ([-v[0], -v[1]], self.turn_b));
        for (v, turn) in of_b.into_iter().chain(of_a) {
            let d2 = v[0] * v[0] + v[1] * v[1];
            if d2 < best.0 {
                best = (d2, v, turn);
            }
        }
        let (d2, v, (sin, cos)) = best;
        let m = d2.sqrt();
        (m > 0.0).then(|| (m, [(cos * v[0] - sin * v[1]) / m, (sin * v[0] + cos * v[1]) / m]))
    }

    /// From the first box to each corner of the second, in the first's frame; and the other way round, in the second's.
    #[inline]
    fn corners(&self, Axes { in_a, in_b, cos, sin, .. }: &Axes) -> ([[f64; 2]; 4], [[f64; 2]; 4]) {
        let out = |v: f64, half: f64| (v.abs() - half).max(0.0).copysign(v);
        let corners = |at: [f64; 2], half: [f64; 2], cos: f64, sin: f64, other: [f64; 2]| {
            let (along, across) = ([cos * half[0], sin * half[0]], [-sin * half[1], cos * half[1]]);
            let (p, q) = ([at[0] + along[0], at[1] + along[1]], [at[0] - along[0], at[1] - along[1]]);
            let to = |p: [f64; 2], by: [f64; 2]| [out(p[0] + by[0], other[0]), out(p[1] + by[1], other[1])];
            let back = [-across[0], -across[1]];
            [to(p, across), to(p, back), to(q, across), to(q, back)]
        };
        // The first's centre in the second's frame is the opposite of the second's there.
        (
            corners(*in_a, self.half_b, *cos, *sin, self.half_a),
            corners([-in_b[0], -in_b[1]], self.half_a, *cos, -*sin, self.half_b),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{distance, place, separation};
    use crate::shape::Footprint;
    use crate::trig::sin_cos;
    use lukao_testkit::Rng;

    #[test]
    fn agrees_with_the_general_case() {
        let mut r = Rng::new(5);
        for _ in 0..50_000 {
            let mut size = || [r.range(0.02, 6.0), r.range(0.02, 3.0)];
            let (sa, sb) = (size(), size());
            let (ya, yb) = (r.range(-4.0, 4.0), r.range(-4.0, 4.0));
            let d = [r.range(-6.0, 6.0), r.range(-6.0, 6.0)];
            let boxes = Boxes {
                half_a: sa.map(|v| v * 0.5),
                half_b: sb.map(|v| v * 0.5),
                d,
                turn_a: sin_cos(ya),
                turn_b: sin_cos(yb),
            };
            let (mut a, mut b) = (Vec::new(), Vec::new());
            place(&Footprint::rectangle(sa[0], sa[1]), [0.0; 2], ya, &mut a);
            place(&Footprint::rectangle(sb[0], sb[1]), d, yb, &mut b);
            assert!((boxes.distance() - distance(&a, &b).0).abs() < 1e-9);
            assert!((boxes.separation() - separation(&a, &b).0).abs() < 1e-9);
            let along_axis = |n| crate::geometry::spread(&b, n).0 - crate::geometry::spread(&a, n).1;
            if let Some((m, n)) = boxes.nearest() {
                assert!((m - boxes.distance()).abs() < 1e-12 && (m - along_axis(n)).abs() < 1e-9);
            } else {
                assert!(boxes.distance() < 1e-12);
            }
            let (gap, n) = boxes.separation_axis();
            assert!((gap - along_axis(n)).abs() < 1e-9);
        }
    }
}
