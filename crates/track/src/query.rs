//! Where is it: lanes at a point, under a footprint, near a point; lateral distances and stations.

use crate::index::{around, height_near, in_quad, quad, triangles};
use crate::ix::LaneIx;
use crate::lane::Lane;
use crate::plane::{P2, convex_meet, dist_to_segment, signed_offset, xy};
use crate::track::Track;

/// How far a vehicle's underside may be above or below a lane's surface to be on that lane, metres. Less than
/// half of what a bridge leaves below itself, more than errors of height in maps and logs.
pub const LEVEL_TOLERANCE_M: f64 = 2.0;

/// Where a point is in a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneHit {
    /// The lane.
    pub lane: LaneIx,
    /// Station of the nearest point of the centre, metres from the lane's begin.
    pub station_m: f64,
    /// Distance from the centre, left positive (driver's left), metres.
    pub lateral_m: f64,
    /// Distance to the left border, metres; negative beyond it.
    pub to_left_m: f64,
    /// Distance to the right border, metres; negative beyond it.
    pub to_right_m: f64,
    /// Height of the lane's surface there, metres.
    pub z_m: f64,
    /// Direction of the lane there, rad counter-clockwise from +x, along the direction of travel.
    pub heading_rad: f64,
}

impl Track {
    /// Whether something at height `z_m` is on a surface at height `surface_m`.
    pub(crate) fn same_level(&self, z_m: Option<f64>, surface_m: f64) -> bool {
        !self.parts.features.heights || z_m.is_none_or(|z| (z - surface_m).abs() <= LEVEL_TOLERANCE_M)
    }

    /// Lanes of every kind that hold the point, borders included, by index. Inside junctions connecting lanes
    /// overlap and several hold it; off the map none does.
    ///
    /// ```
    /// # let track = lukao_track::example::two_lanes("broken");
    /// let hits = track.lanes_at([20.0, -1.0], None);
    /// assert_eq!(track.lane(hits[0].lane).id, "road 1 section 0 lane -1");
    /// assert!((hits[0].to_left_m - 1.0).abs() < 1e-9 && (hits[0].to_right_m - 2.5).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn lanes_at(&self, p_m: [f64; 2], z_m: Option<f64>) -> Vec<LaneHit> {
        self.lanes_at_of(p_m, z_m, |_| true)
    }

    /// The same of the lanes that `wanted` picks; others cost little.
    #[must_use]
    pub fn lanes_at_of(
        &self,
        p_m: [f64; 2],
        z_m: Option<f64>,
        wanted: impl Fn(LaneIx) -> bool,
    ) -> Vec<LaneHit> {
        let mut pieces: Vec<(LaneIx, usize)> = self
            .index
            .at
            .around(p_m)
            .map(|cell| (cell.of, cell.i as usize))
            .filter(|&(ix, i)| {
                let lane = self.lane(ix);
                wanted(ix) && in_quad(p_m, quad(lane, i)) && self.same_level(z_m, height_near(lane, i, p_m))
            })
            .collect();
        pieces.sort_unstable();
        pieces.dedup_by_key(|(lane, _)| *lane);
        pieces.into_iter().map(|(ix, i)| hit(ix, self.lane(ix), p_m, i)).collect()
    }

    /// Box around a lane: least and greatest x and y.
    #[must_use]
    pub fn lane_bounds(&self, lane: LaneIx) -> ([f64; 2], [f64; 2]) {
        self.index.bounds[lane.get()]
    }

    /// Whether a lane can reach within a distance of a point: its bounding box does. Never wrong if it says no, and cheap.
    #[must_use]
    pub fn may_hold(&self, lane: LaneIx, p_m: [f64; 2], within_m: f64) -> bool {
        let (lo, hi) = self.index.bounds[lane.get()];
        (0..2).all(|d| lo[d] - within_m <= p_m[d] && p_m[d] <= hi[d] + within_m)
    }

    /// Whether a lane of a junction, or one that leads into it, can hold a point: never wrong if it says no, and cheap.
    #[must_use]
    pub fn junction_may_hold(&self, junction: &str, p_m: [f64; 2]) -> bool {
        let bounds = self.index.junctions.get(junction);
        bounds.is_some_and(|(lo, hi)| (0..2).all(|d| lo[d] <= p_m[d] && p_m[d] <= hi[d]))
    }

    /// Lanes of every kind that share a point with a convex footprint (corners in order), by index. Touching a
    /// border counts.
    #[must_use]
    pub fn lanes_touched(&self, footprint_m: &[[f64; 2]], z_m: Option<f64>) -> Vec<LaneIx> {
        if footprint_m.is_empty() {
            return Vec::new();
        }
        let n = footprint_m.len() as f64;
        let middle = footprint_m.iter().fold([0.0; 2], |m, p| [m[0] + p[0] / n, m[1] + p[1] / n]);
        let mut lanes: Vec<LaneIx> = self
            .index
            .cells
            .locate_in_envelope_intersecting(around(footprint_m, 0.0))
            .filter(|cell| {
                let (lane, i) = (self.lane(cell.of), cell.i as usize);
                triangles(quad(lane, i)).iter().any(|t| convex_meet(t, footprint_m))
                    && self.same_level(z_m, height_near(lane, i, middle))
            })
            .map(|cell| cell.of)
            .collect();
        lanes.sort_unstable();
        lanes.dedup();
        lanes
    }

    /// Where the point is relative to one lane, also outside of it: station and signed distances. Before the
    /// begin and beyond the end the station is clamped.
    #[must_use]
    pub fn locate(&self, lane: LaneIx, p_m: [f64; 2]) -> LaneHit {
        let l = self.lane(lane);
        let (_, i, _) = signed_offset(p_m, &l.centre_m).unwrap_or_default();
        hit(lane, l, p_m, i)
    }

    /// Nearest lane that `wanted` accepts, at most `max_m` away in plan, and its distance (0 inside it). Of
    /// several at the same distance the one with the lowest index.
    #[must_use]
    pub fn nearest_lane(
        &self,
        p_m: [f64; 2],
        z_m: Option<f64>,
        max_m: f64,
        wanted: impl Fn(&Lane) -> bool,
    ) -> Option<(LaneHit, f64)> {
        // Widening rings: a lane found within the ring's radius is nearer than all that the ring does not reach.
        let mut radius = max_m.min(2.0);
        loop {
            let best = self
                .index
                .cells
                .locate_in_envelope_intersecting(around(&[p_m], radius))
                .filter_map(|cell| {
                    let (lane, i) = (self.lane(cell.of), cell.i as usize);
                    if !wanted(lane) || !self.same_level(z_m, height_near(lane, i, p_m)) {
                        return None;
                    }
                    Some((dist_to_quad(p_m, quad(lane, i)), cell.of, i))
                })
                .filter(|(d, _, _)| *d <= radius)
                .min_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            if let Some((d, ix, i)) = best {
                return Some((hit(ix, self.lane(ix), p_m, i), d));
            }
            if radius >= max_m || !radius.is_finite() || radius.is_nan() {
                return None;
            }
            radius = (radius * 4.0).min(max_m);
        }
    }
}

pub(crate) fn dist_to_quad(p: P2, q: [P2; 4]) -> f64 {
    if in_quad(p, q) {
        return 0.0;
    }
    (0..4).map(|k| dist_to_segment(p, q[k], q[(k + 1) % 4])).fold(f64::INFINITY, f64::min)
}

/// Pieces before and after the given one that are looked at for the nearest point of a border: on a bend the
/// nearest point of the border may be beside the next piece.
const NEIGHBOURS: usize = 3;

fn hit(ix: LaneIx, lane: &Lane, p: P2, i: usize) -> LaneHit {
    let lo = i.saturating_sub(NEIGHBOURS);
    let hi = (i + 2 + NEIGHBOURS).min(lane.centre_m.len());
    // Lanes have at least two samples, but a lane of no length has no direction: then all offsets are 0.
    let (lateral_m, k, f) = signed_offset(p, &lane.centre_m[lo..hi]).unwrap_or_default();
    let (to_left, _, _) = signed_offset(p, &lane.left_m[lo..hi]).unwrap_or_default();
    let (to_right, _, _) = signed_offset(p, &lane.right_m[lo..hi]).unwrap_or_default();
    let at = lo + k;
    let (a, b) = (lane.stations_m[at], lane.stations_m[at + 1]);
    let (c, d) = (xy(lane.centre_m[at]), xy(lane.centre_m[at + 1]));
    LaneHit {
        lane: ix,
        station_m: a + (b - a) * f,
        lateral_m,
        to_left_m: 0.0 - to_left,
        to_right_m: to_right,
        z_m: height_near(lane, at, p),
        heading_rad: lukao_model::math::atan2(d[1] - c[1], d[0] - c[0]),
    }
}
