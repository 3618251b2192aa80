//! Junctions: what the map says of their right of way, ways through them as courses, and where two ways meet.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use crate::index::{bounds, quad, triangles};
use crate::ix::{LaneIx, PathIx, RoadIx};
use crate::lane::{Path, Travel};
use crate::plane::{P2, P3, convex_meet, dist, dist_to_segment, in_polygon, xy};
use crate::track::Track;

/// How wide a swath along the middle of each lane is in the way of others, metres: about a car with its mirrors.
pub const SWATH_M: f64 = 2.0;

/// Pairs of paths that have been asked for.
pub(crate) type Conflicts = BTreeMap<(PathIx, PathIx), Option<Conflict>>;

/// A junction as the map declares it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Junction {
    /// Id in the map file.
    pub number: String,
    /// Connecting roads of which the first goes before the second.
    pub priorities: Vec<(RoadIx, RoadIx)>,
    /// The map says that it is a part of a roundabout.
    pub roundabout: bool,
}

/// Lanes in a row, each with the way from the junction's begin to its own begin; negative before the junction.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The lanes in order of travel: the approach, the connecting ones, the exit.
    pub lanes: Vec<(LaneIx, f64)>,
    /// Length of the connecting lanes together, metres.
    pub inside_m: f64,
}

/// Where two ways through a junction overlap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conflict {
    /// From and to on the first way, metres from its begin.
    pub a_m: [f64; 2],
    /// From and to on the second way.
    pub b_m: [f64; 2],
    /// The two leave by the same lane.
    pub merges: bool,
}

impl Way {
    /// Place of a point along the way and its distance from the middle of the lane there, metres.
    #[must_use]
    pub fn place(&self, track: &Track, p_m: [f64; 2]) -> (f64, f64) {
        self.place_within(track, p_m, f64::INFINITY).unwrap_or((0.0, f64::INFINITY))
    }

    /// The same if the distance is at most some metres; what is farther costs little.
    #[must_use]
    pub fn place_within(&self, track: &Track, p_m: [f64; 2], within_m: f64) -> Option<(f64, f64)> {
        let mut best: Option<(f64, f64)> = None;
        for (lane, begin) in &self.lanes {
            // What is farther than the best up to now cannot be better.
            let within = best.map_or(within_m, |b| b.1);
            let Some((station_m, lateral_m)) = track.along_if_within(*lane, p_m, within) else { continue };
            if best.is_none_or(|b| lateral_m.abs() < b.1) {
                best = Some((begin + station_m, lateral_m.abs()));
            }
        }
        best.filter(|b| b.1 <= within_m)
    }
}

impl Track {
    /// The way through a junction along a path, with its approach and exit lane.
    #[must_use]
    pub fn way_of(&self, path: PathIx) -> Way {
        let path = self.path(path);
        let mut lanes = vec![(path.from, -self.lane(path.from).length_m())];
        let mut begin = 0.0;
        for lane in &path.via {
            lanes.push((*lane, begin));
            begin += self.lane(*lane).length_m();
        }
        lanes.extend(path.to.map(|to| (to, begin)));
        Way { lanes, inside_m: begin }
    }

    /// Where the swaths ([`SWATH_M`]) of two paths of one junction overlap inside it, to 0.5 m; `None` if they do not, or begin in the same lane.
    #[must_use]
    pub fn conflict(&self, a: PathIx, b: PathIx) -> Option<Conflict> {
        let (pa, pb) = (self.path(a), self.path(b));
        if pa.junction != pb.junction || pa.from == pb.from {
            return None;
        }
        // Worked out once: drives meet at the same few places all the time.
        let mut kept = self.conflicts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&(a, b)) {
            return *known;
        }
        let found = self.overlap(pa, pb);
        kept.insert((a, b), found);
        found
    }

    fn overlap(&self, pa: &Path, pb: &Path) -> Option<Conflict> {
        let (mut on_a, mut on_b) = ([f64::INFINITY, f64::NEG_INFINITY], [f64::INFINITY, f64::NEG_INFINITY]);
        let grow = |of: &mut [f64; 2], from: f64, to: f64| *of = [of[0].min(from), of[1].max(to)];
        let (cells_a, cells_b) = (self.cells_of(&pa.via), self.cells_of(&pb.via));
        for x in &cells_a {
            for y in &cells_b {
                if x.meets(y) {
                    grow(&mut on_a, x.from_m, x.to_m);
                    grow(&mut on_b, y.from_m, y.to_m);
                }
            }
        }
        let merges = pa.to.is_some() && pa.to == pb.to;
        (on_a[0] <= on_a[1]).then_some(Conflict { a_m: on_a, b_m: on_b, merges })
    }

    fn cells_of(&self, via: &[LaneIx]) -> Vec<Cell> {
        let (mut out, mut begin) = (Vec::new(), 0.0);
        for ix in via {
            let lane = self.lane(*ix);
            for i in 0..lane.stations_m.len().saturating_sub(1) {
                out.extend(Cell::cut(
                    quad(lane, i),
                    begin + lane.stations_m[i],
                    begin + lane.stations_m[i + 1],
                ));
            }
            begin += lane.length_m();
        }
        out
    }

    /// Whether a lane lies on a ring of one-way lanes of at most 300 m that turns once to the left (to the right
    /// where traffic keeps left) and is about as round as a circle: the circulating lane of a roundabout.
    #[must_use]
    pub fn on_ring(&self, lane: LaneIx) -> bool {
        const MOST_M: f64 = 300.0;
        /// Area over that of a circle of the same length; a square has 0.79.
        const ROUND: f64 = 0.85;
        let mut ring = Vec::new();
        let (mut at, mut length) = (lane, 0.0);
        // Stay on the road: of the ways on, the one that bends least off the ring's own course to the left.
        for _ in 0..64 {
            let l = self.lane(at);
            length += l.length_m();
            if length > MOST_M || l.travel == Travel::Both || !self.one_way(l.road) {
                return false;
            }
            ring.extend(l.centre_m.iter().copied().map(xy));
            let heading = l.heading_at(l.length_m());
            let turn = |n: &LaneIx| {
                let next = self.lane(*n);
                let end = next.heading_at(next.length_m());
                let off = lukao_model::math::angle_between(heading, end);
                if self.road(next.road).left_hand { -off } else { off }
            };
            let Some(next) = self.successors(at).iter().max_by(|a, b| turn(a).total_cmp(&turn(b))) else {
                return false;
            };
            at = *next;
            if at == lane {
                let area = 0.5
                    * (0..ring.len())
                        .map(|i| crate::plane::cross(ring[i], ring[(i + 1) % ring.len()]))
                        .sum::<f64>();
                return 4.0 * std::f64::consts::PI * area.abs() / (length * length) >= ROUND;
            }
        }
        false
    }

    fn one_way(&self, road: RoadIx) -> bool {
        let traffic = self.road(road).lanes.iter().map(|l| self.lane(*l)).filter(|l| l.kind.is_traffic());
        let mut travels = traffic.map(|l| l.travel);
        let first = travels.next();
        first.is_some_and(|f| travels.all(|t| t == f))
    }
}

/// A short piece of a lane in plan.
struct Cell {
    quad: [P2; 4],
    lo: P2,
    hi: P2,
    from_m: f64,
    to_m: f64,
}

impl Cell {
    /// Longest piece, metres: how finely places of a conflict are told.
    const LONGEST_M: f64 = 0.5;

    fn cut(q: [P2; 4], from_m: f64, to_m: f64) -> Vec<Self> {
        let n = ((to_m - from_m) / Self::LONGEST_M).ceil().clamp(1.0, 1000.0);
        let mix = |a: P2, b: P2, f: f64| crate::plane::lerp2(a, b, f);
        // Along the middle of the lane: lanes side by side share a border and are not in each other's way.
        let width = dist(q[0], q[1]).max(dist(q[3], q[2]));
        let i = if width > SWATH_M { 0.5 - 0.5 * SWATH_M / width } else { 0.0 };
        let o = 1.0 - i;
        let q = [mix(q[0], q[1], i), mix(q[0], q[1], o), mix(q[3], q[2], o), mix(q[3], q[2], i)];
        (0..n as usize)
            .map(|k| {
                let (f, g) = (k as f64 / n, (k + 1) as f64 / n);
                let quad = [mix(q[0], q[3], f), mix(q[1], q[2], f), mix(q[1], q[2], g), mix(q[0], q[3], g)];
                let (lo, hi) = bounds(&quad);
                Self {
                    quad,
                    lo,
                    hi,
                    from_m: from_m + (to_m - from_m) * f,
                    to_m: from_m + (to_m - from_m) * g,
                }
            })
            .collect()
    }

    fn meets(&self, other: &Self) -> bool {
        let apart = (0..2).any(|i| self.lo[i] > other.hi[i] || other.lo[i] > self.hi[i]);
        let theirs = triangles(other.quad);
        !apart && triangles(self.quad).iter().any(|t| theirs.iter().any(|u| convex_meet(t, u)))
    }
}

/// Distance of a point from an outline's area in plan, metres: 0 inside.
#[must_use]
pub fn outline_distance(outline_m: &[P3], p_m: P2) -> f64 {
    if in_polygon(p_m, outline_m) {
        return 0.0;
    }
    let n = outline_m.len();
    let side = |i: usize| dist_to_segment(p_m, xy(outline_m[i]), xy(outline_m[(i + 1) % n]));
    (0..n).map(side).fold(f64::INFINITY, f64::min)
}
