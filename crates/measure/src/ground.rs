//! What kind of ground the ego is on, for rules that forbid something in some places.
//!
//! **Junction**: a connecting lane. **Crossing**, **level crossing**: the lane's stretch that the crossing covers.
//! **Tunnel**, **bridge**: the road's stretch that the map gives it. **Bend**: where the lane turns so much over 10 m before
//! and after the place that its radius is at most the one asked for. **Steep slope**: where the lane's middle rises or falls
//! over the same stretch by at least the grade asked for. **Ramp**: a lane for joining, leaving or connecting
//! roads. **Motorway**: by the kind of road. **One-way road**: all traffic lanes of the road there lead the same way; a
//! carriageway that a map makes a road of its own is one too. **Narrow road**: all that a road has for vehicles of any kind is together
//! narrower than asked for; only [`nearest`] looks for it.
//!
//! Told of the ego's lane at its sample. A place that the map does not have is not told from one that is not there.

use lukao_model::math;
use lukao_track::{
    Lane, LaneHit, LaneIx, LaneKind, LaneStretch, Structure, StructureKind, Track, Travel, ZoneKind,
};

/// A kind of ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Inside a junction.
    Junction,
    /// On a crossing for pedestrians or cyclists.
    Crossing,
    /// On a level crossing of a railway.
    LevelCrossing,
    /// In a tunnel.
    Tunnel,
    /// On a bridge.
    Bridge,
    /// In a sharp bend.
    Bend,
    /// On a steep slope.
    Slope,
    /// On a ramp, acceleration or deceleration lane.
    Ramp,
    /// On a motorway.
    Motorway,
    /// On a one-way road.
    OneWay,
    /// On a narrow road.
    Narrow,
}

impl Ground {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Junction => "junction",
            Self::Crossing => "crossing",
            Self::LevelCrossing => "level crossing",
            Self::Tunnel => "tunnel",
            Self::Bridge => "bridge",
            Self::Bend => "bend",
            Self::Slope => "steep slope",
            Self::Ramp => "ramp",
            Self::Motorway => "motorway",
            Self::OneWay => "one-way road",
            Self::Narrow => "narrow road",
        }
    }
}

/// Half the length of lane over which a bend's radius or a grade is taken, m.
const HALF_M: f64 = 10.0;

/// From when on a bend is sharp and a slope steep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hard {
    /// Largest radius of a sharp bend, m.
    pub bend_radius_m: f64,
    /// Least grade of a steep slope, %.
    pub grade_percent: f64,
}

/// All kinds of ground at a place in a lane, with the element that makes it so.
#[must_use]
pub fn grounds(track: &Track, hit: &LaneHit, hard: Hard) -> Vec<(Ground, String)> {
    let lane = track.lane(hit.lane);
    let road = track.road(lane.road);
    let s = lane.road_s_at(hit.station_m);
    let mut out = Vec::new();
    if lane.in_junction {
        let id = road.junction.as_ref().map_or_else(|| lane.id.clone(), |j| format!("junction {j}"));
        out.push((Ground::Junction, id));
    }
    let covers = |all: &[LaneStretch]| {
        all.iter().any(|x| x.lane == hit.lane && (x.from_m..=x.to_m).contains(&hit.station_m))
    };
    for ix in track.crossings_on(hit.lane) {
        let crossing = track.crossing(*ix);
        if covers(&crossing.lanes) {
            out.push((Ground::Crossing, crossing.id.clone()));
        }
    }
    for zone in track.zones_on(hit.lane) {
        if zone.kind == ZoneKind::LevelCrossing && covers(&zone.lanes) {
            out.push((Ground::LevelCrossing, zone.id.clone()));
        }
    }
    for x in track.structures().iter().filter(|x| x.road == lane.road && (x.from_s_m..=x.to_s_m).contains(&s))
    {
        let kind = if x.kind == StructureKind::Tunnel { Ground::Tunnel } else { Ground::Bridge };
        out.push((kind, x.id.clone()));
    }
    if radius_m(lane, hit.station_m).is_some_and(|r| r <= hard.bend_radius_m) {
        out.push((Ground::Bend, lane.id.clone()));
    }
    if grade(track, lane, hit.station_m).is_some_and(|g| 100.0 * g.abs() >= hard.grade_percent) {
        out.push((Ground::Slope, lane.id.clone()));
    }
    let ramps =
        [LaneKind::Entry, LaneKind::Exit, LaneKind::OnRamp, LaneKind::OffRamp, LaneKind::ConnectingRamp];
    if ramps.contains(&lane.kind) {
        out.push((Ground::Ramp, lane.id.clone()));
    }
    if road.kind_at(s) == Some("motorway") {
        out.push((Ground::Motorway, road.id.clone()));
    }
    let beside = || {
        let all = road.lanes.iter().map(|l| track.lane(*l));
        all.filter(|l| l.section == lane.section && l.kind.is_traffic())
    };
    if !lane.in_junction && lane.travel != Travel::Both && beside().all(|l| l.travel == lane.travel) {
        out.push((Ground::OneWay, road.id.clone()));
    }
    out
}

/// Radius of a lane's centre around a station, m; `None` if it is straight or too short to tell.
#[must_use]
pub fn radius_m(lane: &Lane, station_m: f64) -> Option<f64> {
    let [from, to] = around(lane, station_m);
    let turn = math::angle_between(lane.heading_at(from), lane.heading_at(to)).abs();
    (turn > 1e-6 && to - from >= HALF_M).then(|| (to - from) / turn)
}

/// Rise over run of a lane's centre around a station in its direction of travel, falling is negative; `None` on a map without
/// heights, or if the lane is too short to tell.
#[must_use]
pub fn grade(track: &Track, lane: &Lane, station_m: f64) -> Option<f64> {
    let [from, to] = around(lane, station_m);
    let rise = lane.centre_at(to)[2] - lane.centre_at(from)[2];
    (track.features().heights && to - from >= HALF_M).then(|| rise / (to - from))
}

fn around(lane: &Lane, station_m: f64) -> [f64; 2] {
    [(station_m - HALF_M).max(0.0), (station_m + HALF_M).min(lane.length_m())]
}

/// How far places are looked for along lanes, m.
pub const NEAREST_M: f64 = 200.0;

/// What else than junctions, level crossings, bridges and tunnels [`nearest`] looks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tight {
    /// Sharp bends and steep slopes.
    pub hard: Hard,
    /// Roads narrower than this, m.
    pub narrow_m: f64,
}

/// Way along the lanes from a body around a place, `half_m` long to both sides, to the nearest junction, level crossing, bridge,
/// tunnel, bend, slope or narrow road ahead or behind, m: 0 in one, at most [`NEAREST_M`]. With what it is, and its element (empty if
/// there is none). Bends, slopes and narrow roads are looked at each metre, outside junctions.
#[must_use]
pub fn nearest(track: &Track, hit: &LaneHit, half_m: f64, tight: Tight) -> (f64, &'static str, String) {
    let mut best = (NEAREST_M, "nothing", String::new());
    for ahead in [true, false] {
        let lane = track.lane(hit.lane);
        // Lanes with the way from the body's end to where the walk comes into them.
        let first = if ahead { -hit.station_m } else { hit.station_m - lane.length_m() } - half_m;
        let mut walk = vec![(hit.lane, first)];
        let mut seen = vec![hit.lane];
        while let Some((ix, begin_m)) = walk.pop() {
            let lane = track.lane(ix);
            for ([from, to], ground, element) in stretches(track, ix, tight) {
                let (near, far) =
                    if ahead { (from, to) } else { (lane.length_m() - to, lane.length_m() - from) };
                let way = (begin_m + near).max(0.0);
                // What lies wholly behind is found by the other walk.
                if begin_m + far >= 0.0 && way < best.0 {
                    best = (way, ground.name(), element);
                }
            }
            let end_m = begin_m + lane.length_m();
            let next = if ahead { &lane.successors } else { &lane.predecessors };
            for n in next.iter().filter(|_| end_m < best.0) {
                if !seen.contains(n) {
                    seen.push(*n);
                    walk.push((*n, end_m));
                }
            }
        }
    }
    best
}

/// Width of all that a road has for vehicles of any kind at a place outside junctions, m: lanes, hard and soft borders, parking.
#[must_use]
pub fn surface_m(track: &Track, lane: &Lane, station_m: f64) -> f64 {
    let road_s_m = lane.road_s_at(station_m);
    let paved = |kind: LaneKind| {
        use LaneKind::{Biking, Border, Restricted, Shoulder};
        track.is_drivable(kind) || matches!(kind, Biking | Border | Restricted | Shoulder)
    };
    let all = track.road(lane.road).lanes.iter().map(|l| track.lane(*l));
    let beside = all.filter(|l| l.section == lane.section && paved(l.kind));
    beside.map(|l| l.width_at(l.station_at(road_s_m))).sum()
}

/// Stretches of a lane that are bends, slopes or narrow.
fn tight_stretches(track: &Track, lane: &Lane, tight: Tight) -> Vec<([f64; 2], Ground, String)> {
    let mut out: Vec<([f64; 2], Ground, String)> = Vec::new();
    let length_m = lane.length_m();
    let is = |ground: Ground, at_m: f64| match ground {
        Ground::Bend => radius_m(lane, at_m).is_some_and(|r| r <= tight.hard.bend_radius_m),
        Ground::Slope => {
            grade(track, lane, at_m).is_some_and(|g| 100.0 * g.abs() >= tight.hard.grade_percent)
        }
        _ => surface_m(track, lane, at_m) < tight.narrow_m,
    };
    for ground in [Ground::Bend, Ground::Slope, Ground::Narrow] {
        let mut open: Option<[f64; 2]> = None;
        for step in 0..=length_m.ceil() as usize {
            let at_m = (step as f64).min(length_m);
            if is(ground, at_m) {
                open.get_or_insert([at_m, at_m])[1] = at_m;
            } else {
                out.extend(open.take().map(|x| (x, ground, lane.id.clone())));
            }
        }
        out.extend(open.map(|x| (x, ground, lane.id.clone())));
    }
    out
}

/// Stretches of a lane inside junctions, on level crossings and bridges and in tunnels, and outside junctions those that are tight.
fn stretches(track: &Track, ix: LaneIx, tight: Tight) -> Vec<([f64; 2], Ground, String)> {
    let lane = track.lane(ix);
    let mut out = Vec::new();
    if lane.in_junction {
        let junction = track.road(lane.road).junction.as_ref();
        let id = junction.map_or_else(|| lane.id.clone(), |j| format!("junction {j}"));
        out.push(([0.0, lane.length_m()], Ground::Junction, id));
    } else {
        out.extend(tight_stretches(track, lane, tight));
    }
    for zone in track.zones_on(ix).filter(|z| z.kind == ZoneKind::LevelCrossing) {
        let here = zone.lanes.iter().filter(|x| x.lane == ix);
        out.extend(here.map(|x| ([x.from_m, x.to_m], Ground::LevelCrossing, zone.id.clone())));
    }
    let (a, b) = (lane.road_s_at(0.0), lane.road_s_at(lane.length_m()));
    let meets = |x: &&Structure| x.road == lane.road && x.from_s_m <= a.max(b) && x.to_s_m >= a.min(b);
    for x in track.structures().iter().filter(meets) {
        let (from, to) = (lane.station_at(x.from_s_m), lane.station_at(x.to_s_m));
        let kind = if x.kind == StructureKind::Tunnel { Ground::Tunnel } else { Ground::Bridge };
        out.push(([from.min(to), from.max(to)], kind, x.id.clone()));
    }
    out
}
