//! What kind of ground the ego is on, for rules that forbid something in some places.
//!
//! **Junction**: a connecting lane. **Crossing**, **level crossing**: the lane's stretch that the crossing covers.
//! **Tunnel**, **bridge**: the road's stretch that the map gives it. **Bend**: where the lane turns so much over 10 m before
//! and after the place that its radius is at most the one asked for. **Ramp**: a lane for joining, leaving or connecting
//! roads. **Motorway**: by the kind of road. **One-way road**: all traffic lanes of the road there lead the same way; a
//! carriageway that a map makes a road of its own is one too.
//!
//! Told of the ego's lane at its sample. A place that the map does not have is not told from one that is not there.

use lukao_model::math;
use lukao_track::{Lane, LaneHit, LaneKind, LaneStretch, StructureKind, Track, Travel, ZoneKind};

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
    /// On a ramp, acceleration or deceleration lane.
    Ramp,
    /// On a motorway.
    Motorway,
    /// On a one-way road.
    OneWay,
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
            Self::Ramp => "ramp",
            Self::Motorway => "motorway",
            Self::OneWay => "one-way road",
        }
    }
}

/// Half the length of lane over which a bend's radius is taken, m.
const BEND_HALF_M: f64 = 10.0;

/// All kinds of ground at a place in a lane, with the element that makes it so. `bend_radius_m` is the largest radius of a
/// sharp bend.
#[must_use]
pub fn grounds(track: &Track, hit: &LaneHit, bend_radius_m: f64) -> Vec<(Ground, String)> {
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
    if radius_m(lane, hit.station_m).is_some_and(|r| r <= bend_radius_m) {
        out.push((Ground::Bend, lane.id.clone()));
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
    let from = (station_m - BEND_HALF_M).max(0.0);
    let to = (station_m + BEND_HALF_M).min(lane.length_m());
    let turn = math::angle_between(lane.heading_at(from), lane.heading_at(to)).abs();
    (turn > 1e-6 && to - from >= BEND_HALF_M).then(|| (to - from) / turn)
}
