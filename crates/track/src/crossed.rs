//! Which lines a movement crosses, and which lines a footprint stands on.

use crate::index::{Item, around, bounds};
use crate::ix::LineIx;
use crate::mark::{Mark, Side};
use crate::offset::signed_offset;
use crate::plane::{P2, convex_meet, cross, lerp3, sub, xy};
use crate::track::Track;

/// A point went over a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineCrossed<'a> {
    /// The line.
    pub line: LineIx,
    /// Fraction of the movement at which it happened, 0 to 1.
    pub fraction: f64,
    /// Where: x, y, z on the line.
    pub at_m: [f64; 3],
    /// OpenDRIVE `s` there.
    pub road_s_m: f64,
    /// Side it came from, seen along rising `s`.
    pub from: Side,
    /// What lies on the line there; `None` where the map records no marking.
    pub mark: Option<&'a Mark>,
    /// Corner of the footprint that did it; 0 for a point.
    pub corner: usize,
}

impl LineCrossed<'_> {
    /// Whether the line is solid from the side it was crossed from. `Some(false)` where the map records no
    /// marking, `None` where it does not describe the marking well enough.
    #[must_use]
    pub fn solid(&self) -> Option<bool> {
        self.mark.map_or(Some(false), |m| m.solid_from(self.from))
    }
}

/// A footprint stands on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineTouched<'a> {
    /// The line.
    pub line: LineIx,
    /// How far the footprint reaches to the line's left, seen along rising `s`, metres.
    pub left_reach_m: f64,
    /// How far it reaches to the right.
    pub right_reach_m: f64,
    /// OpenDRIVE `s` where the corner that reaches less far is nearest.
    pub road_s_m: f64,
    /// What lies on the line there; `None` where the map records no marking.
    pub mark: Option<&'a Mark>,
}

/// The lines in a box, for movements and footprints that lie in it.
#[derive(Clone, Debug)]
pub struct LinesNear {
    pieces: Vec<Item<LineIx>>,
    lo: P2,
    hi: P2,
}

impl LinesNear {
    /// Whether these are all lines that matter for some points.
    #[must_use]
    pub fn hold(&self, points_m: &[[f64; 2]]) -> bool {
        points_m.iter().all(|p| (0..2).all(|d| self.lo[d] <= p[d] && p[d] <= self.hi[d]))
    }
}

/// Rounding of a fraction along a segment: a path through a bend of a line must not slip through.
const SLACK: f64 = 1e-9;

impl Track {
    /// Lines that a point crosses on the straight way between two places, in the order in which it does.
    /// A point on a line counts as left of it.
    ///
    /// ```
    /// # let track = lukao_track::example::two_lanes("solid");
    /// let crossed = track.lines_crossed([20.0, -1.0], [30.0, 1.0], None);
    /// assert_eq!(track.line(crossed[0].line).id, "road 1 section 0 line 0");
    /// assert_eq!(crossed[0].solid(), Some(true));
    /// assert_eq!(crossed[0].fraction, 0.5);
    /// ```
    #[must_use]
    pub fn lines_crossed(&self, from_m: [f64; 2], to_m: [f64; 2], z_m: Option<f64>) -> Vec<LineCrossed<'_>> {
        let mut out = Vec::new();
        self.crossed_by(&self.lines_near(&[from_m, to_m], 0.0), &[from_m], &[to_m], z_m, &mut out);
        sort(&mut out);
        out.dedup_by(|b, a| a.line == b.line && (a.fraction - b.fraction).abs() <= SLACK && a.from == b.from);
        out
    }

    /// Lines that corners of a footprint cross between two poses: `from_m[i]` moves straight to `to_m[i]`. Each
    /// line once for each side it is crossed from, at the first corner that does it.
    #[must_use]
    pub fn lines_swept(
        &self,
        from_m: &[[f64; 2]],
        to_m: &[[f64; 2]],
        z_m: Option<f64>,
    ) -> Vec<LineCrossed<'_>> {
        self.lines_swept_of(&self.lines_near(from_m.iter().chain(to_m), 0.0), from_m, to_m, z_m)
    }

    /// The same among lines that were looked up before.
    #[must_use]
    pub fn lines_swept_of(
        &self,
        near: &LinesNear,
        from_m: &[[f64; 2]],
        to_m: &[[f64; 2]],
        z_m: Option<f64>,
    ) -> Vec<LineCrossed<'_>> {
        let mut out: Vec<LineCrossed<'_>> = Vec::new();
        self.crossed_by(near, from_m, to_m, z_m, &mut out);
        sort(&mut out);
        let mut seen: Vec<(LineIx, Side)> = Vec::new();
        out.retain(|c| {
            let new = !seen.contains(&(c.line, c.from));
            if new {
                seen.push((c.line, c.from));
            }
            new
        });
        out
    }

    /// Lines under a convex footprint (corners in order), by index, with how far it reaches over each. Touching
    /// counts.
    #[must_use]
    pub fn lines_touched(&self, footprint_m: &[[f64; 2]], z_m: Option<f64>) -> Vec<LineTouched<'_>> {
        self.lines_touched_of(&self.lines_near(footprint_m, 0.0), footprint_m, z_m)
    }

    /// The same among lines that were looked up before.
    #[must_use]
    pub fn lines_touched_of(
        &self,
        near: &LinesNear,
        footprint_m: &[[f64; 2]],
        z_m: Option<f64>,
    ) -> Vec<LineTouched<'_>> {
        let own = bounds(footprint_m);
        let mut pieces: Vec<(LineIx, usize)> = near
            .pieces
            .iter()
            .filter(|piece| piece.meets(own))
            .map(|s| (s.of, s.i as usize))
            .filter(|&(ix, i)| {
                let p = &self.line(ix).points_m;
                convex_meet(&[xy(p[i]), xy(p[i + 1])], footprint_m)
                    && self.same_level(z_m, f64::midpoint(p[i][2], p[i + 1][2]))
            })
            .collect();
        pieces.sort_unstable();
        let mut out: Vec<LineTouched<'_>> = Vec::new();
        for group in pieces.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(ix, first)) = group.first() else { continue };
            let last = group.last().map_or(first, |g| g.1);
            // A little beyond the pieces that are touched: corners lie beside their neighbours.
            let line = self.line(ix);
            let (lo, hi) = (first.saturating_sub(4), (last + 6).min(line.points_m.len()));
            let (mut left, mut right, mut s_left, mut s_right) = (0.0_f64, 0.0_f64, None, None);
            for &p in footprint_m {
                let Some((offset, i, f)) = signed_offset(p, &line.points_m[lo..hi]) else { continue };
                let s = line.road_s_m[lo + i] + (line.road_s_m[lo + i + 1] - line.road_s_m[lo + i]) * f;
                if offset >= left {
                    (left, s_left) = (offset, Some(s));
                }
                if -offset >= right {
                    (right, s_right) = (-offset, Some(s));
                }
            }
            let at = if left <= right { s_left.or(s_right) } else { s_right.or(s_left) };
            let road_s_m = at.unwrap_or(line.road_s_m[first]);
            out.push(LineTouched {
                line: ix,
                left_reach_m: left,
                right_reach_m: right,
                road_s_m,
                mark: line.mark_at(road_s_m),
            });
        }
        out
    }

    /// Pieces of lines whose box comes within a distance of the box around some points.
    pub fn lines_near<'p>(
        &self,
        points_m: impl IntoIterator<Item = &'p [f64; 2]>,
        within_m: f64,
    ) -> LinesNear {
        let points: Vec<P2> = points_m.into_iter().copied().collect();
        let (lo, hi) = bounds(&points);
        if points.is_empty() {
            return LinesNear { pieces: Vec::new(), lo, hi };
        }
        let near = self.index.segments.locate_in_envelope_intersecting(around(&points, within_m));
        let pieces = near.copied().collect();
        let grown = |p: P2, by: f64| p.map(|v| v + by);
        LinesNear { pieces, lo: grown(lo, -within_m), hi: grown(hi, within_m) }
    }

    /// Crossings of each corner, corner by corner.
    fn crossed_by<'a>(
        &'a self,
        near: &LinesNear,
        from_m: &[P2],
        to_m: &[P2],
        z_m: Option<f64>,
        out: &mut Vec<LineCrossed<'a>>,
    ) {
        let all: Vec<P2> = from_m.iter().chain(to_m).copied().collect();
        if all.is_empty() {
            return;
        }
        let swept = bounds(&all);
        let near: Vec<_> = near.pieces.iter().filter(|piece| piece.meets(swept)).collect();
        if near.is_empty() {
            return;
        }
        for (corner, (&from, &to)) in from_m.iter().zip(to_m).enumerate() {
            let own = bounds(&[from, to]);
            for piece in near.iter().filter(|piece| piece.meets(own)) {
                out.extend(self.crossed(piece, from, to, z_m, corner));
            }
        }
    }

    /// The crossing of a piece of a line by a corner that moves straight.
    fn crossed(
        &self,
        piece: &Item<LineIx>,
        from: P2,
        to: P2,
        z_m: Option<f64>,
        corner: usize,
    ) -> Option<LineCrossed<'_>> {
        let (line, i) = (self.line(piece.of), piece.i as usize);
        let (a, b) = (line.points_m[i], line.points_m[i + 1]);
        let d = sub(xy(b), xy(a));
        let (before, after) = (cross(d, sub(from, xy(a))), cross(d, sub(to, xy(a))));
        if (before >= 0.0) == (after >= 0.0) {
            return None;
        }
        let fraction = (before / (before - after)).clamp(0.0, 1.0);
        let at = [from[0] + (to[0] - from[0]) * fraction, from[1] + (to[1] - from[1]) * fraction];
        let along = sub(at, xy(a));
        let f = (along[0] * d[0] + along[1] * d[1]) / (d[0] * d[0] + d[1] * d[1]);
        if !(-SLACK..=1.0 + SLACK).contains(&f) {
            return None;
        }
        let at_m = lerp3(a, b, f.clamp(0.0, 1.0));
        if !self.same_level(z_m, at_m[2]) {
            return None;
        }
        let road_s_m = line.road_s_m[i] + (line.road_s_m[i + 1] - line.road_s_m[i]) * f.clamp(0.0, 1.0);
        Some(LineCrossed {
            line: piece.of,
            fraction,
            at_m: [at[0], at[1], at_m[2]],
            road_s_m,
            from: if before >= 0.0 { Side::Left } else { Side::Right },
            mark: line.mark_at(road_s_m),
            corner,
        })
    }
}

fn sort(crossed: &mut [LineCrossed<'_>]) {
    crossed.sort_by(|a, b| {
        a.fraction.total_cmp(&b.fraction).then((a.line, a.corner, a.from).cmp(&(b.line, b.corner, b.from)))
    });
}
