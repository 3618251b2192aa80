//! Roads, lanes and paths through junctions.

use serde::{Deserialize, Serialize};

use crate::ix::{LaneIx, LineIx, RoadIx};

/// A road of the map: what its lanes have in common.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Road {
    /// Stable id for reports: `road 3`.
    pub id: String,
    /// Id in the map file.
    pub number: String,
    /// Name in the map file, often empty.
    pub name: String,
    /// Length along the reference line, metres.
    pub length_m: f64,
    /// Id of the junction that this road runs through, if it does.
    pub junction: Option<String>,
    /// Traffic keeps to the left.
    pub left_hand: bool,
    /// Its lanes, section by section, from right to left.
    pub lanes: Vec<LaneIx>,
    /// Kinds of road along it (`town`, `motorway`, …), by station.
    pub kinds: Vec<RoadKind>,
}

impl Road {
    /// What the road is at an OpenDRIVE `s` (`town`, `motorway`, …); `None` if the map does not say.
    #[must_use]
    pub fn kind_at(&self, road_s_m: f64) -> Option<&str> {
        let i = self.kinds.partition_point(|k| k.road_s_m <= road_s_m);
        Some(self.kinds.get(i.checked_sub(1)?)?.kind.as_str())
    }
}

/// What a road is from a station on.
#[derive(Clone, Debug, PartialEq)]
pub struct RoadKind {
    /// Station along the reference line, metres.
    pub road_s_m: f64,
    /// `town`, `rural`, `motorway`, `lowSpeed`, …, as the map says it.
    pub kind: String,
}

/// What a lane is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LaneKind {
    /// Ordinary traffic lane.
    Driving,
    /// Traffic lane used in both directions, such as a shared turning lane.
    Bidirectional,
    /// Acceleration lane.
    Entry,
    /// Deceleration lane.
    Exit,
    /// Ramp onto a road of higher order.
    OnRamp,
    /// Ramp off it.
    OffRamp,
    /// Ramp between two motorways.
    ConnectingRamp,
    /// Turning lane that avoids the junction.
    SlipLane,
    /// For shared vehicles.
    Hov,
    /// For buses.
    Bus,
    /// For taxis.
    Taxi,
    /// Hard shoulder, emergency stopping lane.
    Stop,
    /// Parking.
    Parking,
    /// Soft border at the edge.
    Shoulder,
    /// Hard border at the edge.
    Border,
    /// Kerb.
    Curb,
    /// For bicycles.
    Biking,
    /// For pedestrians.
    Sidewalk,
    /// Between carriageways.
    Median,
    /// Closed to traffic by a marking.
    Restricted,
    /// Tram or train.
    Rail,
    /// Road works, special and other kinds.
    Other,
    /// Beyond the road, or explicitly nothing.
    None,
}

impl LaneKind {
    /// Whether motor traffic drives along it in normal use.
    #[must_use]
    pub fn is_traffic(self) -> bool {
        use LaneKind::{
            Bidirectional, Bus, ConnectingRamp, Driving, Entry, Exit, Hov, OffRamp, OnRamp, SlipLane, Taxi,
        };
        matches!(
            self,
            Driving
                | Bidirectional
                | Entry
                | Exit
                | OnRamp
                | OffRamp
                | ConnectingRamp
                | SlipLane
                | Hov
                | Bus
                | Taxi
        )
    }

    /// Whether it belongs to the drivable area where a survey does not say otherwise: traffic lanes, hard
    /// shoulders and parking.
    #[must_use]
    pub fn is_drivable(self) -> bool {
        self.is_traffic() || matches!(self, Self::Stop | Self::Parking)
    }

    /// The kind of an OpenDRIVE lane type; types that nobody knows are [`LaneKind::Other`].
    #[must_use]
    pub fn from_opendrive(name: &str) -> Self {
        match name {
            "driving" | "mwyEntry" | "mwyExit" => match name {
                "mwyEntry" => Self::Entry,
                "mwyExit" => Self::Exit,
                _ => Self::Driving,
            },
            "bidirectional" => Self::Bidirectional,
            "entry" => Self::Entry,
            "exit" => Self::Exit,
            "onRamp" => Self::OnRamp,
            "offRamp" => Self::OffRamp,
            "connectingRamp" => Self::ConnectingRamp,
            "slipLane" => Self::SlipLane,
            "HOV" | "hov" => Self::Hov,
            "bus" => Self::Bus,
            "taxi" => Self::Taxi,
            "stop" => Self::Stop,
            "parking" => Self::Parking,
            "shoulder" => Self::Shoulder,
            "border" => Self::Border,
            "curb" => Self::Curb,
            "biking" => Self::Biking,
            "sidewalk" | "walking" => Self::Sidewalk,
            "median" => Self::Median,
            "restricted" => Self::Restricted,
            "tram" | "rail" => Self::Rail,
            "none" => Self::None,
            _ => Self::Other,
        }
    }
}

/// Which way traffic goes along a lane, compared with its road's reference line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    /// With the reference line.
    Forward,
    /// Against it.
    Backward,
    /// Both ways. The lane's points then run with the reference line.
    Both,
}

/// A stretch of lane with a speed limit, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeedSpan {
    /// From this station of the lane, metres.
    pub from_m: f64,
    /// To this station of the lane, metres.
    pub to_m: f64,
    /// The limit.
    pub limit: SpeedLimit,
}

/// A speed limit with its source.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeedLimit {
    /// Metres per second; `None` if the source says that there is no limit.
    pub max_mps: Option<f64>,
    /// Element that says so: `road 3 type town`, `road 3 section 0 lane -1 speed`, `signal 12 / road 3`.
    pub source: String,
}

/// A lane within one lane section of a road.
///
/// Everything is given in the **direction of travel**: points and stations run with the traffic, left is the
/// driver's left. (A lane of [`Travel::Both`] runs with the reference line.) A *station* is the distance
/// along the lane's centre in plan, from 0 at the lane's begin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lane {
    /// Stable id for reports: `road 3 section 0 lane -1`.
    pub id: String,
    /// Its road.
    pub road: RoadIx,
    /// Number of the lane section on its road, from 0.
    pub section: u32,
    /// OpenDRIVE lane number: negative right of the reference line, positive left of it.
    pub number: i32,
    /// What it is for.
    pub kind: LaneKind,
    /// Which way traffic goes, compared with the reference line.
    pub travel: Travel,
    /// Station of each sample, rising from 0.
    pub stations_m: Vec<f64>,
    /// OpenDRIVE `s` of each sample; falls along lanes of [`Travel::Backward`].
    pub road_s_m: Vec<f64>,
    /// Left border, one point a sample: x, y, z.
    pub left_m: Vec<[f64; 3]>,
    /// Right border.
    pub right_m: Vec<[f64; 3]>,
    /// Middle between the borders.
    pub centre_m: Vec<[f64; 3]>,
    /// Line along the left border.
    pub left_line: LineIx,
    /// Line along the right border.
    pub right_line: LineIx,
    /// Lane to the left within the section, whatever its direction.
    pub left: Option<LaneIx>,
    /// Lane to the right within the section, whatever its direction.
    pub right: Option<LaneIx>,
    /// Lanes that traffic can go on to.
    pub successors: Vec<LaneIx>,
    /// Lanes that traffic comes from.
    pub predecessors: Vec<LaneIx>,
    /// Speed limits along it, in order, without overlap. A stretch that none covers has no known limit.
    pub speeds: Vec<SpeedSpan>,
    /// Inside a junction.
    pub in_junction: bool,
}

impl Lane {
    /// Length along the centre, metres.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.stations_m.last().copied().unwrap_or(0.0)
    }

    /// Sample before a station and the fraction of the way to the next one; clamped to the lane.
    pub(crate) fn sample_at(&self, station_m: f64) -> (usize, f64) {
        let last = self.stations_m.len().saturating_sub(2);
        let i = self.stations_m.partition_point(|s| *s <= station_m).saturating_sub(1).min(last);
        let (Some(a), Some(b)) = (self.stations_m.get(i), self.stations_m.get(i + 1)) else {
            return (0, 0.0);
        };
        let f = if b > a { ((station_m - a) / (b - a)).clamp(0.0, 1.0) } else { 0.0 };
        (i, f)
    }

    fn lerp3(points: &[[f64; 3]], (i, f): (usize, f64)) -> [f64; 3] {
        let a = points.get(i).copied().unwrap_or_default();
        let b = points.get(i + 1).copied().unwrap_or(a);
        [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f, a[2] + (b[2] - a[2]) * f]
    }

    /// Point of the centre at a station; stations beyond the ends give the end points.
    #[must_use]
    pub fn centre_at(&self, station_m: f64) -> [f64; 3] {
        Self::lerp3(&self.centre_m, self.sample_at(station_m))
    }

    /// Points of the left and right border at a station.
    #[must_use]
    pub fn borders_at(&self, station_m: f64) -> ([f64; 3], [f64; 3]) {
        let at = self.sample_at(station_m);
        (Self::lerp3(&self.left_m, at), Self::lerp3(&self.right_m, at))
    }

    /// Width at a station, metres.
    #[must_use]
    pub fn width_at(&self, station_m: f64) -> f64 {
        let (l, r) = self.borders_at(station_m);
        lukao_model::math::hypot(l[0] - r[0], l[1] - r[1])
    }

    /// Direction of the centre at a station, rad counter-clockwise from +x, along the direction of travel.
    #[must_use]
    pub fn heading_at(&self, station_m: f64) -> f64 {
        let (mut i, _) = self.sample_at(station_m);
        // Doubled samples (a step in the map) have no direction of their own.
        while i + 2 < self.stations_m.len() && self.stations_m[i + 1] - self.stations_m[i] < 1e-9 {
            i += 1;
        }
        while i > 0 && self.stations_m.get(i + 1).is_none_or(|b| b - self.stations_m[i] < 1e-9) {
            i -= 1;
        }
        let a = self.centre_m.get(i).copied().unwrap_or_default();
        let b = self.centre_m.get(i + 1).copied().unwrap_or(a);
        lukao_model::math::atan2(b[1] - a[1], b[0] - a[0])
    }

    /// Direction in which traffic must go at a station, rad; `None` on lanes used both ways.
    #[must_use]
    pub fn one_way_heading_at(&self, station_m: f64) -> Option<f64> {
        (self.travel != Travel::Both).then(|| self.heading_at(station_m))
    }

    /// OpenDRIVE `s` at a station.
    #[must_use]
    pub fn road_s_at(&self, station_m: f64) -> f64 {
        let (i, f) = self.sample_at(station_m);
        let a = self.road_s_m.get(i).copied().unwrap_or(0.0);
        let b = self.road_s_m.get(i + 1).copied().unwrap_or(a);
        a + (b - a) * f
    }

    /// Station at an OpenDRIVE `s`, clamped to the lane.
    #[must_use]
    pub fn station_at(&self, road_s_m: f64) -> f64 {
        let key = |s: f64| if self.travel == Travel::Backward { -s } else { s };
        let last = self.road_s_m.len().saturating_sub(2);
        let i = self.road_s_m.partition_point(|s| key(*s) <= key(road_s_m)).saturating_sub(1).min(last);
        let (Some(a), Some(b)) = (self.road_s_m.get(i), self.road_s_m.get(i + 1)) else { return 0.0 };
        let f = if a == b { 0.0 } else { ((road_s_m - a) / (b - a)).clamp(0.0, 1.0) };
        self.stations_m[i] + (self.stations_m[i + 1] - self.stations_m[i]) * f
    }
}

/// Which way a path turns through a junction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Left, 30° to 150°.
    Left,
    /// Within 30° of straight on.
    Straight,
    /// Right, 30° to 150°.
    Right,
    /// More than 150° either way.
    Around,
}

impl Turn {
    /// What a change of heading is, rad, left positive.
    #[must_use]
    pub fn of(rad: f64) -> Self {
        match rad.to_degrees() {
            d if d.abs() <= 30.0 => Self::Straight,
            d if d.abs() > 150.0 => Self::Around,
            d if d > 0.0 => Self::Left,
            _ => Self::Right,
        }
    }
}

/// A way through a junction: from an approach lane over connecting lanes to an exit lane.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Path {
    /// Id of the junction in the map file.
    pub junction: String,
    /// Approach lane, outside the junction.
    pub from: LaneIx,
    /// Connecting lanes inside the junction, in order; at least one.
    pub via: Vec<LaneIx>,
    /// Exit lane; `None` if the map does not say.
    pub to: Option<LaneIx>,
    /// Which way it turns.
    pub turn: Turn,
    /// Change of heading from the approach lane's end to the last connecting lane's end, rad, left positive.
    pub turn_rad: f64,
}
