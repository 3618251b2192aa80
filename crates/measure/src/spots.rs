//! Where a footprint is in lanes: its centre seen from each of its points that a lane holds.
//!
//! Who stands is where he was: his lanes are looked up once, not at each sample of the ego.

use lukao_model::Run;
use lukao_model::drive::Pose;
use lukao_track::{AlongLane, LaneIx, Track};

use crate::body;
use crate::lead::Passing;
use crate::near::Other;

/// A point of a footprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    Centre,
    FrontLeft,
    RearLeft,
    RearRight,
    FrontRight,
    Rear,
    Front,
}

/// A footprint's centre in a lane that holds one of its points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) lane: LaneIx,
    /// Station of the point, m.
    station_m: f64,
    /// From the point to the centre, along the two axes of the frame, seen along the lane, m.
    along_m: [f64; 2],
    /// How far left of the lane's centre the footprint's is, m.
    pub(crate) lateral_m: f64,
    /// Direction of the lane, rad.
    pub(crate) heading_rad: f64,
}

impl Spot {
    /// Way to the centre from where the lane begins so far on, m.
    pub(crate) fn way_m(&self, begin_m: f64) -> f64 {
        begin_m + self.station_m + self.along_m[0] + self.along_m[1]
    }
}

/// Adds the lanes that `wanted` picks and that hold a point of a footprint, by index; `points` is room to work in.
pub(crate) fn look_up(
    track: &Track,
    (pose, run, z_m): (&Pose, &Run, Option<f64>),
    point: Point,
    wanted: impl Fn(LaneIx) -> bool,
    (points, out): (&mut Vec<AlongLane>, &mut Vec<Spot>),
) {
    let centre = [pose.x_m, pose.y_m];
    let half = 0.5 * run.size.length_m;
    let corner = |i: usize| body::point_m(pose, body::own_corners_m(&run.size)[i]);
    let p = match point {
        Point::Centre => centre,
        Point::FrontLeft => corner(0),
        Point::RearLeft => corner(1),
        Point::RearRight => corner(2),
        Point::FrontRight => corner(3),
        Point::Rear => body::point_m(pose, [-half, 0.0]),
        Point::Front => body::point_m(pose, [half, 0.0]),
    };
    points.clear();
    track.along_lanes_at(p, z_m, wanted, points);
    for hit in &*points {
        // Of the centre, along and across the lane's direction from the point that was found in it.
        let (sin, cos) = hit.sin_cos;
        let (dx, dy) = (centre[0] - p[0], centre[1] - p[1]);
        out.push(Spot {
            lane: hit.lane,
            station_m: hit.station_m,
            along_m: [dx * cos, dy * sin],
            lateral_m: hit.lateral_m + dy * cos - dx * sin,
            heading_rad: hit.heading_rad,
        });
    }
}

/// What is known of those who stand, by run of the window: their lanes, and whether the ego goes past them.
pub(crate) struct Standing {
    of: Vec<Option<Box<Stand>>>,
    passing: Vec<Option<Passing>>,
}

/// Where somebody stands.
struct Stand {
    pose: Pose,
    z_m: Option<f64>,
    /// By point, as far as they were asked for.
    lanes: [Option<Vec<Spot>>; 7],
}

impl Standing {
    /// For a window of so many runs.
    pub(crate) fn new(runs: usize) -> Self {
        Self { of: std::iter::repeat_with(|| None).take(runs).collect(), passing: vec![None; runs] }
    }

    /// What is known of whether the ego goes past somebody.
    pub(crate) fn passing(&mut self, run: usize) -> &mut Option<Passing> {
        &mut self.passing[run]
    }

    /// Whether somebody stands at his sample and up to the next one.
    pub(crate) fn stands(run: &Run, other: &Other) -> bool {
        let z = |i: usize| run.z_m.as_ref().and_then(|z| z.get(i));
        let next = other.i + 1;
        next < run.len() && run.pose(next) == other.pose && z(next) == z(other.i)
    }

    /// Lanes that hold a point of one who stands, by index.
    pub(crate) fn lanes(&mut self, track: &Track, run: &Run, other: &Other, point: Point) -> &[Spot] {
        let z_m = run.z_m.as_ref().and_then(|z| z.get(other.i));
        let known = self.of[other.run].take().filter(|s| s.pose == other.pose && s.z_m == z_m);
        let new = || Box::new(Stand { pose: other.pose, z_m, lanes: [const { None }; 7] });
        let stand = self.of[other.run].insert(known.unwrap_or_else(new));
        stand.lanes[point as usize].get_or_insert_with(|| {
            let mut out = Vec::new();
            look_up(track, (&other.pose, run, z_m), point, |_| true, (&mut Vec::new(), &mut out));
            out
        })
    }
}
