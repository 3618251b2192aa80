//! The drivable area: the union of the lanes that vehicles may use, with the gaps between the connecting lanes
//! of a junction.

use rstar::RTree;

use crate::index::{Item, around, bounds, height_near, in_quad, quad};
use crate::ix::LaneIx;
use crate::lane::Lane;
use crate::plane::{P2, P3, cross, dist, dist_to_segment, in_polygon, lerp3, sub, xy};
use crate::track::Track;

/// Gaps up to this width between lanes that meet do not belong to the outside, metres: maps are written with
/// centimetres, and roads that join differ by some of them.
pub const SEAM_M: f64 = 0.05;

/// A stretch of the outer edge of the drivable area.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Boundary {
    /// Stable id for reports: `edge of road 3 section 0 lane -1`.
    pub id: String,
    /// The drivable lane whose edge it is.
    pub lane: LaneIx,
    /// Course: x, y, z; the drivable area lies to its left.
    pub points_m: Vec<[f64; 3]>,
}

/// A part of the drivable area that the map draws by itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Area {
    pub id: String,
    /// Counter-clockwise, not closed.
    pub outline_m: Vec<P3>,
}

/// What the drivable area's queries need; made when first asked for.
#[derive(Clone, Debug)]
pub(crate) struct Drivable {
    boundaries: Vec<Boundary>,
    segments: RTree<Item<u32>>,
}

impl Track {
    fn drivable(&self) -> &Drivable {
        self.drivable.get_or_init(|| {
            let boundaries = if self.parts.areas.is_empty() { outer_edges(self) } else { area_edges(self) };
            let mut segments = Vec::new();
            for (b, boundary) in boundaries.iter().enumerate() {
                for (i, p) in boundary.points_m.windows(2).enumerate() {
                    let b = u32::try_from(b).unwrap_or(u32::MAX);
                    segments.push(Item::new(b, i, &[xy(p[0]), xy(p[1])]));
                }
            }
            Drivable { boundaries, segments: RTree::bulk_load(segments) }
        })
    }

    /// The outer edge of the drivable area as polylines, area to their left. Seams between lanes and the
    /// borders of lanes that overlap inside junctions are not part of it.
    #[must_use]
    pub fn drivable_boundary(&self) -> &[Boundary] {
        &self.drivable().boundaries
    }

    /// Whether the point is in the drivable area, or within [`SEAM_M`] of it. Between the connecting lanes of a
    /// junction maps leave gaps; those that lanes surround within 10 m belong to the area.
    #[must_use]
    pub fn is_drivable_at(&self, p_m: [f64; 2], z_m: Option<f64>) -> bool {
        self.to_drivable(p_m, z_m, SEAM_M).is_some()
            || (self.parts.areas.is_empty() && self.in_junction_gap(p_m, z_m))
    }

    /// Signed distance to the edge of the drivable area, metres, cut off at `max_m`: positive inside, the way to
    /// the nearest edge; negative outside, the way to the nearest drivable lane. A point is outside only if it is
    /// more than [`SEAM_M`] from every drivable lane.
    ///
    /// ```
    /// # let track = lukao_track::example::two_lanes("broken");
    /// // Two lanes of 3.5 m each side of y = 0.
    /// assert!((track.drivable_clearance([50.0, 1.0], None, 10.0) - 2.5).abs() < 1e-9);
    /// assert!((track.drivable_clearance([50.0, -5.0], None, 10.0) + 1.5).abs() < 1e-9);
    /// assert_eq!(track.drivable_clearance([50.0, 900.0], None, 10.0), -10.0);
    /// ```
    #[must_use]
    pub fn drivable_clearance(&self, p_m: [f64; 2], z_m: Option<f64>, max_m: f64) -> f64 {
        match self.to_drivable(p_m, z_m, max_m.max(SEAM_M)) {
            None => -max_m,
            Some(d) if d > SEAM_M && !(self.parts.areas.is_empty() && self.in_junction_gap(p_m, z_m)) => {
                (-d).max(-max_m)
            }
            Some(_) => self.to_edge(p_m, z_m, max_m).map_or(max_m, |(d, _)| d),
        }
    }

    /// Nearest stretch of the drivable area's edge within `max_m`, and its distance, from inside or outside.
    #[must_use]
    pub fn nearest_boundary(&self, p_m: [f64; 2], z_m: Option<f64>, max_m: f64) -> Option<(&Boundary, f64)> {
        let (d, b) = self.to_edge(p_m, z_m, max_m)?;
        Some((&self.drivable().boundaries[b], d))
    }

    /// Calls `each` with the corners of the drivable area's edge within `radius_m` of a point, in plan, and the
    /// stretch of the edge that each belongs to.
    pub fn each_boundary_corner(
        &self,
        p_m: [f64; 2],
        z_m: Option<f64>,
        radius_m: f64,
        mut each: impl FnMut([f64; 2], &Boundary),
    ) {
        let drivable = self.drivable();
        for s in drivable.segments.locate_in_envelope_intersecting(around(&[p_m], radius_m)) {
            let boundary = &drivable.boundaries[s.of as usize];
            // Each segment gives its begin, the last one its end too.
            let i = s.i as usize;
            let last = i + 2 == boundary.points_m.len();
            for q in boundary.points_m[i..].iter().take(1 + usize::from(last)) {
                if dist(p_m, xy(*q)) <= radius_m && self.same_level(z_m, q[2]) {
                    each(xy(*q), boundary);
                }
            }
        }
    }

    /// Pieces of the drivable area's edge that may be within a distance of a point, in plan: all that are, and some more. Of every
    /// level.
    #[must_use]
    pub fn drivable_edges_near(&self, p_m: [f64; 2], radius_m: f64) -> Vec<[[f64; 3]; 2]> {
        let drivable = self.drivable();
        let near = drivable.segments.locate_in_envelope_intersecting(around(&[p_m], radius_m));
        near.map(|s| {
            let points = &drivable.boundaries[s.of as usize].points_m;
            [points[s.i as usize], points[s.i as usize + 1]]
        })
        .collect()
    }

    /// Distance to the nearest drivable lane (0 inside one), if it is at most `max_m`.
    fn to_drivable(&self, p_m: P2, z_m: Option<f64>, max_m: f64) -> Option<f64> {
        if !self.parts.areas.is_empty() {
            if self.parts.areas.iter().any(|a| a.holds(self, p_m, z_m)) {
                return Some(0.0);
            }
            return self.to_edge(p_m, z_m, max_m).map(|(d, _)| d);
        }
        self.nearest_lane(p_m, z_m, max_m, |l| self.is_drivable(l.kind)).map(|(_, d)| d)
    }

    fn to_edge(&self, p_m: P2, z_m: Option<f64>, max_m: f64) -> Option<(f64, usize)> {
        let drivable = self.drivable();
        let mut radius = max_m.min(4.0);
        loop {
            let best = drivable
                .segments
                .locate_in_envelope_intersecting(around(&[p_m], radius))
                .filter_map(|s| {
                    let p = &drivable.boundaries[s.of as usize].points_m;
                    let (a, b) = (p[s.i as usize], p[s.i as usize + 1]);
                    let level = self.same_level(z_m, f64::midpoint(a[2], b[2]));
                    level.then(|| (dist_to_segment(p_m, xy(a), xy(b)), s.of))
                })
                .filter(|(d, _)| *d <= radius)
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            if let Some((d, b)) = best {
                return Some((d, b as usize));
            }
            if radius >= max_m || !radius.is_finite() {
                return None;
            }
            radius = (radius * 4.0).min(max_m);
        }
    }
}

impl Area {
    /// Whether the point is within, on the level of the nearest corner.
    fn holds(&self, track: &Track, p: P2, z_m: Option<f64>) -> bool {
        let inside = in_polygon(p, &self.outline_m);
        let near = || {
            let corner = self.outline_m.iter().min_by(|a, b| dist(xy(**a), p).total_cmp(&dist(xy(**b), p)));
            corner.is_none_or(|c| track.same_level(z_m, c[2]))
        };
        inside && near()
    }
}

/// The edges of the areas that no other area covers.
fn area_edges(track: &Track) -> Vec<Boundary> {
    let areas = &track.parts.areas;
    let mut out = Vec::new();
    for (k, area) in areas.iter().enumerate() {
        let lane_at = |p: P3| track.nearest_lane(xy(p), Some(p[2]), 50.0, |_| true).map(|x| x.0.lane);
        let mut current: Vec<P3> = Vec::new();
        let mut flush = |current: &mut Vec<P3>| {
            let points_m = std::mem::take(current);
            if let (true, Some(first)) = (points_m.len() > 1, points_m.first()) {
                let lane = lane_at(*first).unwrap_or(LaneIx::new(0));
                out.push(Boundary { id: format!("edge of {}", area.id), lane, points_m });
            }
        };
        let n = area.outline_m.len();
        for i in 0..n {
            let (a, b) = (area.outline_m[i], area.outline_m[(i + 1) % n]);
            let (d, len) = (sub(xy(b), xy(a)), dist(xy(a), xy(b)));
            let mut cuts = vec![0.0, 1.0];
            for o in areas.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, o)| &o.outline_m) {
                for j in 0..o.len() {
                    cuts.extend(cut(xy(a), d, xy(o[j]), xy(o[(j + 1) % o.len()])));
                }
            }
            cuts.sort_by(f64::total_cmp);
            let outward = [d[1] / len * SEAM_M, -d[0] / len * SEAM_M];
            for pair in cuts.windows(2).filter(|w| (w[1] - w[0]) * len >= 1e-6) {
                let (p, q) = (lerp3(a, b, pair[0]), lerp3(a, b, pair[1]));
                let m = lerp3(p, q, 0.5);
                let probe = [m[0] + outward[0], m[1] + outward[1]];
                if areas.iter().enumerate().any(|(j, o)| j != k && o.holds(track, probe, Some(m[2]))) {
                    flush(&mut current);
                    continue;
                }
                if current.last().is_none_or(|l| dist(xy(*l), xy(p)) > 1e-4) {
                    flush(&mut current);
                    current.push(p);
                }
                current.push(q);
            }
        }
        flush(&mut current);
    }
    out
}

fn outer_edges(track: &Track) -> Vec<Boundary> {
    let mut out = Vec::new();
    let open = |n: Option<LaneIx>| n.is_none_or(|n| !track.is_drivable(track.lane(n).kind));
    for (ix, lane) in track.lanes() {
        if !track.is_drivable(lane.kind) || lane.stations_m.len() < 2 {
            continue;
        }
        // Counter-clockwise round the lane, so that its inside is on the left.
        let mut chains: Vec<Vec<P3>> = Vec::new();
        if open(lane.right) {
            chains.push(lane.right_m.clone());
        }
        if open(lane.left) {
            chains.push(lane.left_m.iter().rev().copied().collect());
        }
        let last = lane.left_m.len() - 1;
        chains.push(vec![lane.right_m[last], lane.left_m[last]]);
        chains.push(vec![lane.left_m[0], lane.right_m[0]]);
        for chain in chains {
            uncovered(track, ix, lane, &chain, &mut out);
        }
    }
    out
}

/// The parts of a chain of edges that no other drivable lane covers.
fn uncovered(track: &Track, ix: LaneIx, lane: &Lane, chain: &[P3], out: &mut Vec<Boundary>) {
    let mut current: Vec<P3> = Vec::new();
    let mut flush = |current: &mut Vec<P3>| {
        let points_m = std::mem::take(current);
        let length: f64 = points_m.windows(2).map(|w| dist(xy(w[0]), xy(w[1]))).sum();
        // What is shorter than a seam is rounding where three lanes meet.
        if length > SEAM_M && !inside_junction(track, &points_m) {
            out.push(Boundary { id: format!("edge of {}", lane.id), lane: ix, points_m });
        }
    };
    for edge in chain.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        let d = sub(xy(b), xy(a));
        let len = dist(xy(a), xy(b));
        if len == 0.0 {
            continue;
        }
        let others = neighbours(track, ix, a, b);
        let mut cuts = vec![0.0, 1.0];
        for q in &others {
            for k in 0..4 {
                if let Some(f) = cut(xy(a), d, q[k], q[(k + 1) % 4]) {
                    cuts.push(f);
                }
            }
        }
        cuts.sort_by(f64::total_cmp);
        let outward = [d[1] / len * SEAM_M, -d[0] / len * SEAM_M];
        for pair in cuts.windows(2) {
            if (pair[1] - pair[0]) * len < 1e-6 {
                continue;
            }
            let (p, q) = (lerp3(a, b, pair[0]), lerp3(a, b, pair[1]));
            let m = lerp3(p, q, 0.5);
            let probe = [m[0] + outward[0], m[1] + outward[1]];
            if others.iter().any(|o| in_quad(probe, *o)) {
                flush(&mut current);
                continue;
            }
            if current.last().is_none_or(|l| dist(xy(*l), xy(p)) > 1e-4) {
                flush(&mut current);
                current.push(p);
            }
            current.push(q);
        }
    }
    flush(&mut current);
}

/// Whether a stretch bounds nothing but a gap between connecting lanes.
fn inside_junction(track: &Track, points: &[P3]) -> bool {
    points.windows(2).all(|w| {
        let (a, b) = (xy(w[0]), xy(w[1]));
        let (m, d, len) = (lerp3(w[0], w[1], 0.5), sub(b, a), dist(a, b));
        let probe = [m[0] + d[1] / len * SEAM_M, m[1] - d[0] / len * SEAM_M];
        track.in_junction_gap(probe, Some(m[2]))
    })
}

/// Pieces of other drivable lanes on the same level near an edge.
fn neighbours(track: &Track, ix: LaneIx, a: P3, b: P3) -> Vec<[P2; 4]> {
    let z = f64::midpoint(a[2], b[2]);
    let mut found: Vec<(LaneIx, u32)> = track
        .index
        .cells
        .locate_in_envelope_intersecting(around(&[xy(a), xy(b)], 2.0 * SEAM_M))
        .filter(|cell| {
            let other = track.lane(cell.of);
            let middle = lerp3(a, b, 0.5);
            cell.of != ix
                && track.is_drivable(other.kind)
                && track.same_level(Some(z), height_near(other, cell.i as usize, xy(middle)))
        })
        .map(|cell| (cell.of, cell.i))
        .collect();
    found.sort_unstable();
    found
        .into_iter()
        .map(|(l, i)| quad(track.lane(l), i as usize))
        .filter(|q| bounds(q).0.iter().all(|x| x.is_finite()))
        .collect()
}

/// Where the edge a + f·d meets the segment p–q, lengthened by a seam at both ends.
fn cut(a: P2, d: P2, p: P2, q: P2) -> Option<f64> {
    let e = sub(q, p);
    let len = dist(p, q);
    let det = cross(d, e);
    if det == 0.0 || len == 0.0 {
        return None;
    }
    let o = sub(p, a);
    let (f, g) = (cross(o, e) / det, cross(o, d) / det);
    let slack = SEAM_M / len;
    ((0.0..=1.0).contains(&f) && (-slack..=1.0 + slack).contains(&g)).then_some(f)
}
