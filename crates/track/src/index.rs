//! The spatial index, and lists by lane.

use std::collections::BTreeMap;

use rstar::{AABB, RTree, RTreeObject};

use crate::furniture::SignalKind;
use crate::grid::Grid;
use crate::ix::{CrossingIx, LaneIx, LineIx, PathIx, SignalIx, StopLineIx};
use crate::lane::Lane;
use crate::offset::{Bends, Stretches};
use crate::plane::{P2, P3, dist, in_triangle, xy};
use crate::track::Parts;

/// A piece of a lane between two samples, or of a line between two points, by its bounding box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<T> {
    pub of: T,
    pub i: u32,
    lo: P2,
    hi: P2,
}

impl<T> Item<T> {
    pub(crate) fn new(of: T, i: usize, corners: &[P2]) -> Self {
        let (lo, hi) = bounds(corners);
        Self { of, i: u32::try_from(i).unwrap_or(u32::MAX), lo, hi }
    }

    /// Whether its box shares a point with another.
    pub(crate) fn meets(&self, (lo, hi): (P2, P2)) -> bool {
        (self.lo[0] <= hi[0]) & (lo[0] <= self.hi[0]) & (self.lo[1] <= hi[1]) & (lo[1] <= self.hi[1])
    }

    /// The corners of its box.
    pub(crate) fn corners(&self) -> (P2, P2) {
        (self.lo, self.hi)
    }
}

impl<T> RTreeObject for Item<T> {
    type Envelope = AABB<P2>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.lo, self.hi)
    }
}

pub(crate) fn bounds(points: &[P2]) -> (P2, P2) {
    points.iter().fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(lo, hi), p| {
        ([lo[0].min(p[0]), lo[1].min(p[1])], [hi[0].max(p[0]), hi[1].max(p[1])])
    })
}

pub(crate) fn around(points: &[P2], grow_m: f64) -> AABB<P2> {
    let (lo, hi) = bounds(points);
    AABB::from_corners([lo[0] - grow_m, lo[1] - grow_m], [hi[0] + grow_m, hi[1] + grow_m])
}

#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub cells: RTree<Item<LaneIx>>,
    /// The same, for points.
    pub at: Grid,
    pub segments: RTree<Item<LineIx>>,
    pub stop_lines: Vec<Vec<(f64, StopLineIx)>>,
    pub crossings: Vec<Vec<CrossingIx>>,
    pub paths: Vec<Vec<PathIx>>,
    pub signs: Vec<Vec<(f64, SignalIx)>>,
    pub zones: Vec<Vec<usize>>,
    /// Box around each lane.
    pub bounds: Vec<(P2, P2)>,
    /// Boxes around stretches of each lane's centre.
    pub centres: Vec<Stretches>,
    /// How each lane's centre, left and right border bend.
    pub bends: Vec<[Bends; 3]>,
    /// Direction of each piece of each lane's centre, rad, and its sine and cosine.
    pub headings: Vec<Vec<(f64, (f64, f64))>>,
    /// Farther than this no point of a lane is from its centre.
    pub half_widths: Vec<f64>,
    pub lights: Vec<Vec<SignalIx>>,
    /// Lanes of each junction and those that lead into it, by the junction's id.
    pub junctions: BTreeMap<String, Lanes>,
}

/// Some lanes, and the box around them.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    /// Rising.
    pub lanes: Vec<LaneIx>,
    pub bounds: (P2, P2),
}

impl Index {
    pub(crate) fn new(parts: &Parts) -> Self {
        let mut segments = Vec::new();
        for (l, line) in parts.lines.iter().enumerate() {
            for (i, p) in line.points_m.windows(2).enumerate() {
                segments.push(Item::new(LineIx::new(l), i, &[xy(p[0]), xy(p[1])]));
            }
        }
        let mut stop_lines = vec![Vec::new(); parts.lanes.len()];
        for (i, line) in parts.stop_lines.iter().enumerate() {
            for at in &line.lanes {
                stop_lines[at.lane.get()].push((at.station_m, StopLineIx::new(i)));
            }
        }
        for of_lane in &mut stop_lines {
            of_lane.sort_by(|a: &(f64, StopLineIx), b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let mut crossings = vec![Vec::new(); parts.lanes.len()];
        for (i, crossing) in parts.crossings.iter().enumerate() {
            for stretch in &crossing.lanes {
                crossings[stretch.lane.get()].push(CrossingIx::new(i));
            }
        }
        let mut paths = vec![Vec::new(); parts.lanes.len()];
        for (i, path) in parts.paths.iter().enumerate() {
            paths[path.from.get()].push(PathIx::new(i));
        }
        let mut signs = vec![Vec::new(); parts.lanes.len()];
        for (i, signal) in parts.signals.iter().enumerate() {
            for ix in &signal.lanes {
                let lane = &parts.lanes[ix.get()];
                // Where a reference repeats a sign the map's own place of it is on another road.
                let own = lane.road == signal.road;
                let station = if own { lane.station_at(signal.at_st_m[0]) } else { lane.length_m() };
                signs[ix.get()].push((station, SignalIx::new(i)));
            }
        }
        for of_lane in &mut signs {
            of_lane.sort_by(|a: &(f64, SignalIx), b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let mut zones = vec![Vec::new(); parts.lanes.len()];
        for (i, zone) in parts.zones.iter().enumerate() {
            for stretch in &zone.lanes {
                zones[stretch.lane.get()].push(i);
            }
        }
        let mut lights = vec![Vec::new(); parts.paths.len()];
        for (i, signal) in parts.signals.iter().enumerate() {
            for path in signal.governs.iter().filter(|_| signal.kind == SignalKind::TrafficLight) {
                lights[path.get()].push(SignalIx::new(i));
            }
        }
        let points = |l: &Lane| -> Vec<P2> {
            l.left_m.iter().chain(&l.right_m).chain(&l.centre_m).map(|p| xy(*p)).collect()
        };
        let bounds: Vec<(P2, P2)> = parts.lanes.iter().map(|l| bounds(&points(l))).collect();
        let junctions = junctions(parts, &bounds);
        let centres = parts.lanes.iter().map(|l| Stretches::new(&l.centre_m)).collect();
        let of_lane = |l: &Lane| [&l.centre_m, &l.left_m, &l.right_m].map(|line| Bends::new(line));
        let bends = parts.lanes.iter().map(of_lane).collect();
        let headings = parts.lanes.iter().map(headings).collect();
        let half_widths = parts.lanes.iter().map(half_width).collect();
        let (cells, segments) = (cells(parts), RTree::bulk_load(segments));
        let at = Grid::new(&cells);
        Self {
            cells,
            at,
            segments,
            stop_lines,
            crossings,
            paths,
            signs,
            zones,
            bounds,
            centres,
            bends,
            headings,
            half_widths,
            lights,
            junctions,
        }
    }
}

fn headings(lane: &Lane) -> Vec<(f64, (f64, f64))> {
    let of = |ab: &[P3]| {
        let heading = lukao_model::math::atan2(ab[1][1] - ab[0][1], ab[1][0] - ab[0][0]);
        (heading, lukao_model::math::sin_cos(heading))
    };
    lane.centre_m.windows(2).map(of).collect()
}

/// The corners of a piece are no farther from its part of the centre, nor then is what lies between them.
fn half_width(lane: &Lane) -> f64 {
    let off = |border: &[P3]| {
        border.iter().zip(&lane.centre_m).map(|(b, c)| dist(xy(*b), xy(*c))).fold(0.0, f64::max)
    };
    off(&lane.left_m).max(off(&lane.right_m))
}

fn junctions(parts: &Parts, of_lane: &[(P2, P2)]) -> BTreeMap<String, Lanes> {
    let mut out: BTreeMap<String, Lanes> = BTreeMap::new();
    let inside = parts
        .lanes
        .iter()
        .enumerate()
        .filter_map(|(i, lane)| Some((parts.roads[lane.road.get()].junction.as_ref()?, i)));
    let leading = parts.paths.iter().map(|p| (&p.junction, p.from.get()));
    for (junction, i) in inside.chain(leading) {
        let (lo, hi) = of_lane[i];
        let own =
            out.entry(junction.clone()).or_insert_with(|| Lanes { lanes: Vec::new(), bounds: (lo, hi) });
        own.bounds = bounds(&[own.bounds.0, own.bounds.1, lo, hi]);
        own.lanes.push(LaneIx::new(i));
    }
    for of in out.values_mut() {
        of.lanes.sort_unstable();
        of.lanes.dedup();
    }
    out
}

/// All pieces of all lanes.
pub(crate) fn cells(parts: &Parts) -> RTree<Item<LaneIx>> {
    let mut cells = Vec::new();
    for (l, lane) in parts.lanes.iter().enumerate() {
        for i in 0..lane.stations_m.len().saturating_sub(1) {
            cells.push(Item::new(LaneIx::new(l), i, &quad(lane, i)));
        }
    }
    RTree::bulk_load(cells)
}

/// Corners of a lane between samples i and i + 1: left, right, right of the next, left of the next.
pub(crate) fn quad(lane: &Lane, i: usize) -> [P2; 4] {
    [xy(lane.left_m[i]), xy(lane.right_m[i]), xy(lane.right_m[i + 1]), xy(lane.left_m[i + 1])]
}

/// The two triangles that fill it, also where the inner border of a tight bend folds over.
pub(crate) fn triangles(q: [P2; 4]) -> [[P2; 3]; 2] {
    [[q[0], q[1], q[2]], [q[0], q[2], q[3]]]
}

pub(crate) fn in_quad(p: P2, q: [P2; 4]) -> bool {
    triangles(q).into_iter().any(|t| in_triangle(p, t))
}

/// Height of a lane's surface near p, from the corners of a piece of it.
pub(crate) fn height_near(lane: &Lane, i: usize, p: P2) -> f64 {
    let f = crate::plane::project(p, xy(lane.centre_m[i]), xy(lane.centre_m[i + 1]));
    let at = |line: &[P3]| crate::plane::lerp3(line[i], line[i + 1], f);
    let (l, r) = (at(&lane.left_m), at(&lane.right_m));
    let g = crate::plane::project(p, xy(l), xy(r));
    l[2] + (r[2] - l[2]) * g
}
