//! Where is it: lanes at a point, under a footprint, near a point; lateral distances and stations.

use crate::index::{around, height_near, in_quad, quad, triangles};
use crate::ix::LaneIx;
use crate::lane::Lane;
use crate::offset::{Body, NEIGHBOURS};
use crate::plane::{P2, convex_meet, dist_to_segment};
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

/// Where a point is along a lane: what is told of a [`LaneHit`] with less work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlongLane {
    /// The lane.
    pub lane: LaneIx,
    /// As [`LaneHit::station_m`].
    pub station_m: f64,
    /// As [`LaneHit::lateral_m`].
    pub lateral_m: f64,
    /// As [`LaneHit::heading_rad`].
    pub heading_rad: f64,
    /// Sine and cosine of that.
    pub sin_cos: (f64, f64),
}

impl Track {
    /// Whether something at height `z_m` is on a surface at height `surface_m`.
    pub(crate) fn same_level(&self, z_m: Option<f64>, surface_m: f64) -> bool {
        !self.parts.features.heights || z_m.is_none_or(|z| (z - surface_m).abs() <= LEVEL_TOLERANCE_M)
    }

    /// Whether something at height `z_m` is on the surface of a lane near a point.
    fn on_level(&self, z_m: Option<f64>, lane: &Lane, i: usize, p: P2) -> bool {
        // Most maps have no heights: then none is worked out.
        !self.parts.features.heights || z_m.is_none() || self.same_level(z_m, height_near(lane, i, p))
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
        let mut out = Vec::new();
        self.lanes_at_into(p_m, z_m, wanted, &mut out);
        out
    }

    /// The same, put behind what is there.
    pub fn lanes_at_into(
        &self,
        p_m: [f64; 2],
        z_m: Option<f64>,
        wanted: impl Fn(LaneIx) -> bool,
        out: &mut Vec<LaneHit>,
    ) {
        self.each_lane_at(p_m, z_m, wanted, |lane, i| out.push(self.hit(lane, p_m, i)));
    }

    /// [`Track::lanes_at_of`] in short, put behind what is there.
    pub fn along_lanes_at(
        &self,
        p_m: [f64; 2],
        z_m: Option<f64>,
        wanted: impl Fn(LaneIx) -> bool,
        out: &mut Vec<AlongLane>,
    ) {
        self.each_lane_at(p_m, z_m, wanted, |lane, i| out.push(self.along(lane, p_m, i).1));
    }

    /// Calls `each` with the lanes that `wanted` picks and that hold the point, by index, and the first piece that does.
    fn each_lane_at(
        &self,
        p_m: P2,
        z_m: Option<f64>,
        wanted: impl Fn(LaneIx) -> bool,
        mut each: impl FnMut(LaneIx, usize),
    ) {
        // Few pieces hold one point.
        let mut few = [(LaneIx(0), 0_u32); 8];
        let (mut n, mut more) = (0, Vec::new());
        self.any_piece_at(p_m, z_m, wanted, |lane, i| {
            let piece = (lane, i as u32);
            if let Some(free) = few.get_mut(n) {
                (*free, n) = (piece, n + 1);
            } else {
                more.push(piece);
            }
            false
        });
        let pieces = if more.is_empty() {
            &mut few[..n]
        } else {
            more.extend(few);
            &mut more[..]
        };
        pieces.sort_unstable();
        pieces.chunk_by(|a, b| a.0 == b.0).for_each(|of_lane| each(of_lane[0].0, of_lane[0].1 as usize));
    }

    /// Whether a lane that `wanted` picks holds the point.
    #[must_use]
    pub fn any_lane_at(&self, p_m: [f64; 2], z_m: Option<f64>, wanted: impl Fn(LaneIx) -> bool) -> bool {
        self.any_piece_at(p_m, z_m, wanted, |_, _| true)
    }

    /// Calls `each` with pieces of the lanes that `wanted` picks that hold the point, in no order, until it says that it has enough;
    /// whether it did.
    fn any_piece_at(
        &self,
        p_m: [f64; 2],
        z_m: Option<f64>,
        wanted: impl Fn(LaneIx) -> bool,
        mut each: impl FnMut(LaneIx, usize) -> bool,
    ) -> bool {
        let holds = |ix: LaneIx, i: usize| {
            let lane = self.lane(ix);
            let quad = quad(lane, i);
            // Rounding must not put a point into a piece whose box does not hold it.
            let in_box = |d: usize| quad.iter().any(|q| q[d] <= p_m[d]) & quad.iter().any(|q| p_m[d] <= q[d]);
            in_box(0) && in_box(1) && in_quad(p_m, quad) && self.on_level(z_m, lane, i, p_m)
        };
        self.index.at.any_around(p_m, |ix, i| wanted(ix) && holds(ix, i) && each(ix, i))
    }

    /// Box around a lane: least and greatest x and y.
    #[must_use]
    pub fn lane_bounds(&self, lane: LaneIx) -> ([f64; 2], [f64; 2]) {
        self.index.bounds[lane.get()]
    }

    /// Farther than this no point of a lane is from its centre, metres.
    #[must_use]
    pub fn half_width_m(&self, lane: LaneIx) -> f64 {
        self.index.half_widths[lane.get()]
    }

    /// Whether a lane can reach within a distance of a point: its bounding box does. Never wrong if it says no, and cheap.
    #[must_use]
    pub fn may_hold(&self, lane: LaneIx, p_m: [f64; 2], within_m: f64) -> bool {
        let (lo, hi) = self.index.bounds[lane.get()];
        (0..2).all(|d| lo[d] - within_m <= p_m[d] && p_m[d] <= hi[d] + within_m)
    }

    /// Whether a point of a body may be in a lane with a station of more than `from_m`: never wrong if it says no, and cheap.
    #[must_use]
    pub fn may_touch(&self, lane: LaneIx, from_m: f64, body: &Body) -> bool {
        // Rounding costs far less than that.
        let half_m = self.index.half_widths[lane.get()] + 1e-3;
        if !self.may_hold(lane, body.centre_m, half_m + body.half_m[0] + body.half_m[1]) {
            return false;
        }
        let l = self.lane(lane);
        // The station is told from the piece that holds the point, or from one a few farther on.
        let from = l.stations_m.partition_point(|s| *s <= from_m).saturating_sub(NEIGHBOURS + 2);
        self.index.centres[lane.get()].may_touch(body, &l.centre_m, half_m, from)
    }

    /// Lanes of a junction and those that lead into it, by index; empty if there is no such junction.
    #[must_use]
    pub fn lanes_about(&self, junction: &str) -> &[LaneIx] {
        self.index.junctions.get(junction).map_or(&[], |of| &of.lanes)
    }

    /// Box around [`Track::lanes_about`]: least and greatest x and y.
    #[must_use]
    pub fn bounds_about(&self, junction: &str) -> Option<([f64; 2], [f64; 2])> {
        self.index.junctions.get(junction).map(|of| of.bounds)
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
                    && self.on_level(z_m, lane, i, middle)
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
        let centre = &self.index.centres[lane.get()];
        let (_, i, _) = centre.signed_offset(p_m, &l.centre_m, f64::INFINITY).unwrap_or_default();
        self.hit(lane, p_m, i)
    }

    /// Station and lateral offset of [`Track::locate`], unless the lane's centre is farther than that.
    pub(crate) fn along_if_within(&self, lane: LaneIx, p_m: [f64; 2], within_m: f64) -> Option<(f64, f64)> {
        let l = self.lane(lane);
        if within_m.is_finite() && l.length_m() > 0.0 && !self.may_hold(lane, p_m, within_m + 1e-3) {
            return None;
        }
        let i = match self.index.centres[lane.get()].signed_offset(p_m, &l.centre_m, within_m) {
            Some((_, i, _)) => i,
            // A lane of no length is where the point is.
            None if l.length_m() == 0.0 => 0,
            None => return None,
        };
        let (_, at) = self.along(lane, p_m, i);
        Some((at.station_m, at.lateral_m))
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
                    if !wanted(lane) || !self.on_level(z_m, lane, i, p_m) {
                        return None;
                    }
                    Some((dist_to_quad(p_m, quad(lane, i)), cell.of, i))
                })
                .filter(|(d, _, _)| *d <= radius)
                .min_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            if let Some((d, ix, i)) = best {
                return Some((self.hit(ix, p_m, i), d));
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

impl Track {
    /// A point in a lane about its piece `i`.
    fn hit(&self, lane: LaneIx, p: P2, i: usize) -> LaneHit {
        let (at, AlongLane { station_m, lateral_m, heading_rad, .. }) = self.along(lane, p, i);
        let l = self.lane(lane);
        let [_, left, right] = &self.index.bends[lane.get()];
        let (to_left, _, _) = left.signed_offset(p, &l.left_m, i).unwrap_or_default();
        let (to_right, _, _) = right.signed_offset(p, &l.right_m, i).unwrap_or_default();
        LaneHit {
            lane,
            station_m,
            lateral_m,
            to_left_m: 0.0 - to_left,
            to_right_m: to_right,
            z_m: height_near(l, at, p),
            heading_rad,
        }
    }

    /// The same in short, and the piece that is nearest.
    fn along(&self, lane: LaneIx, p: P2, i: usize) -> (usize, AlongLane) {
        let l = self.lane(lane);
        // Lanes have at least two samples, but a lane of no length has no direction: then all offsets are 0.
        let none = (0.0, i.saturating_sub(NEIGHBOURS), 0.0);
        let (lateral_m, at, f) =
            self.index.bends[lane.get()][0].signed_offset(p, &l.centre_m, i).unwrap_or(none);
        let (a, b) = (l.stations_m[at], l.stations_m[at + 1]);
        let (heading_rad, sin_cos) = self.index.headings[lane.get()][at];
        (at, AlongLane { lane, station_m: a + (b - a) * f, lateral_m, heading_rad, sin_cos })
    }
}
