//! Lanes that an OSI log describes, as plain data, for logs that come without a map.

mod raw;

use lukao_model::{Error, Frame};
use prost::Message;
use prost::bytes::Bytes;

use super::message::{GroundTruth, Id, MAX_LANE, TrafficLight, decode_part};

/// Lanes, boundaries and what belongs to them, as the log's first ground truth with lanes has them.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OsiLanes {
    /// Frame of all coordinates: that of the drive.
    pub frame: Frame,
    /// Lanes, by id.
    pub lanes: Vec<Lane>,
    /// Boundaries, by id.
    pub boundaries: Vec<Boundary>,
    /// Stop lines, by id.
    pub stop_lines: Vec<StopLine>,
    /// Bulbs of traffic lights, by id.
    pub lights: Vec<TrafficLightPlace>,
}

/// A lane. Left and right, before and after are as seen in its driving direction.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Lane {
    /// The log's id.
    pub id: u64,
    /// What may use it.
    pub kind: LaneKind,
    /// Centre line in driving direction, m; empty if the log has none.
    pub centre_m: Vec<[f64; 3]>,
    /// Whether it may be driven in both directions.
    pub both_directions: bool,
    /// Ids of the boundaries on its left, in driving direction.
    pub left: Vec<u64>,
    /// Ids of the boundaries on its right, in driving direction.
    pub right: Vec<u64>,
    /// Ids of the boundaries around it, for an intersection.
    pub around: Vec<u64>,
    /// Lanes that it continues.
    pub before: Vec<u64>,
    /// Lanes that continue it.
    pub after: Vec<u64>,
    /// Lanes next to it on the left.
    pub left_lanes: Vec<u64>,
    /// Lanes next to it on the right.
    pub right_lanes: Vec<u64>,
    /// Speed limit, m/s, if the log has one for the whole lane and every vehicle.
    pub speed_limit_mps: Option<f64>,
}

/// What may use a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LaneKind {
    /// Not said, or another kind.
    #[default]
    Unknown,
    /// Motor vehicles.
    Driving,
    /// The area of an intersection; its driving paths are not given.
    Intersection,
    /// Bicycles.
    Biking,
    /// Pedestrians.
    Sidewalk,
    /// Parking.
    Parking,
    /// Hard shoulder, for emergencies.
    Shoulder,
    /// Tram or railway.
    Rail,
    /// Not for traffic: border, median, kerb, restricted.
    NonDriving,
}

/// A boundary of lanes.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Boundary {
    /// The log's id.
    pub id: u64,
    /// What it is.
    pub line: LineKind,
    /// Its colour.
    pub color: LineColor,
    /// Its course.
    pub points: Vec<BoundaryPoint>,
}

/// A point of a boundary.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BoundaryPoint {
    /// Middle of the marking, m.
    pub at_m: [f64; 3],
    /// Width of the marking, m.
    pub width_m: Option<f64>,
    /// From here to the next point of a dashed line there is paint (true) or a gap (false), if said.
    pub painted: Option<bool>,
}

/// What a boundary is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineKind {
    /// Not said, or another kind.
    #[default]
    Unknown,
    /// Nothing visible.
    None,
    /// Solid line.
    Solid,
    /// Broken line, also of dots.
    Dashed,
    /// Edge of the road: of the surface, of snow, grass, gravel or soil.
    Edge,
    /// Kerb.
    Curb,
    /// Guard rail, wall, barrier.
    Barrier,
}

/// Colour of a marking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineColor {
    /// Not said, none, or another colour.
    #[default]
    Unknown,
    /// White.
    White,
    /// Yellow.
    Yellow,
}

/// A stop line.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StopLine {
    /// The log's id.
    pub id: u64,
    /// Its middle line from end to end, m.
    pub ends_m: [[f64; 3]; 2],
    /// Its extent along the road, m.
    pub thickness_m: Option<f64>,
    /// Lanes that it closes.
    pub lanes: Vec<u64>,
}

/// A bulb of a traffic light.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TrafficLightPlace {
    /// The log's id of the bulb.
    pub id: u64,
    /// Name of its head among the drive's signals.
    pub signal: String,
    /// Where it is, m, and which way it shines, rad.
    pub at_m: Option<([f64; 3], f64)>,
    /// Lanes that it governs.
    pub lanes: Vec<u64>,
}

/// `TrafficSign.MainSign.Classification.Type`: a stop line or stop sign painted on the road.
const SIGN_STOP: i32 = 17;

/// The lanes of a ground truth; `None` if it has none.
///
/// # Errors
/// If a part does not decode; the error names no place, the caller adds it.
pub(super) fn of(g: &GroundTruth) -> Result<Option<OsiLanes>, Error> {
    if g.lane.is_empty() && g.logical_lane.is_empty() {
        return Ok(None);
    }
    let mut out = OsiLanes { frame: super::frame::frame_and_turn(g).0, ..OsiLanes::default() };
    let physical = !g.lane.is_empty();
    for b in &g.lane {
        out.lanes.extend(physical_lane(&decode(b, "Lane")?));
    }
    for b in &g.lane_boundary {
        out.boundaries.extend(boundary(&decode(b, "LaneBoundary")?));
    }
    for b in &g.logical_lane {
        let lane: raw::LogicalLane = decode(b, "LogicalLane")?;
        if physical {
            add_speed_limit(&lane, &mut out.lanes);
        } else {
            out.lanes.extend(logical_lane(&lane));
        }
    }
    if !physical {
        for b in &g.logical_lane_boundary {
            out.boundaries.extend(logical_boundary(&decode(b, "LogicalLaneBoundary")?));
        }
    }
    for b in &g.road_marking {
        out.stop_lines.extend(stop_line(&decode(b, "RoadMarking")?));
    }
    out.lights = lights(g)?;
    out.lanes.sort_by_key(|l| l.id);
    out.boundaries.sort_by_key(|l| l.id);
    out.stop_lines.sort_by_key(|l| l.id);
    Ok(Some(out))
}

fn decode<M: Message + Default>(bytes: &Bytes, what: &str) -> Result<M, Error> {
    decode_part(bytes, MAX_LANE).map_err(|e| Error::new("", format!("a {what} of OSI 3"), e))
}

fn ids(ids: &[Id]) -> Vec<u64> {
    ids.iter().filter_map(|i| i.known()).collect()
}

fn references(r: &[raw::Reference]) -> Vec<u64> {
    r.iter().filter_map(|r| r.lane.and_then(Id::known)).collect()
}

fn physical_lane(l: &raw::Lane) -> Option<Lane> {
    let c = l.classification.clone().unwrap_or_default();
    let kind = match (c.kind.unwrap_or(0), c.subtype.unwrap_or(0)) {
        (4, _) => LaneKind::Intersection,
        // OSI calls a lane "driving" for its place between others too; the subtype says what it is for.
        (_, 3) => LaneKind::Biking,
        (_, 4) => LaneKind::Sidewalk,
        (_, 5) => LaneKind::Parking,
        (_, 6 | 9) => LaneKind::Shoulder,
        (_, 7 | 8) => LaneKind::NonDriving,
        (2, _) => LaneKind::Driving,
        (3, _) => LaneKind::NonDriving,
        _ => LaneKind::Unknown,
    };
    let pairs = |f: fn(&raw::Pairing) -> Option<Id>| {
        let mut out: Vec<u64> = c.pairing.iter().filter_map(f).filter_map(Id::known).collect();
        out.sort_unstable();
        out.dedup();
        out
    };
    let mut lane = Lane {
        id: l.id?.known()?,
        kind,
        centre_m: c.centerline.iter().map(|p| p.xyz()).collect(),
        both_directions: false,
        left: ids(&c.left_boundary),
        right: ids(&c.right_boundary),
        around: ids(&c.free_boundary),
        before: pairs(|p| p.antecessor),
        after: pairs(|p| p.successor),
        left_lanes: ids(&c.left_adjacent),
        right_lanes: ids(&c.right_adjacent),
        speed_limit_mps: None,
    };
    if c.centerline_is_driving_direction == Some(false) {
        lane.turn_round();
    }
    Some(lane)
}

impl Lane {
    /// Sees the lane from its other end.
    fn turn_round(&mut self) {
        self.centre_m.reverse();
        std::mem::swap(&mut self.left, &mut self.right);
        self.left.reverse();
        self.right.reverse();
        std::mem::swap(&mut self.before, &mut self.after);
        std::mem::swap(&mut self.left_lanes, &mut self.right_lanes);
    }
}

fn logical_lane(l: &raw::LogicalLane) -> Option<Lane> {
    let kind = match l.kind.unwrap_or(0) {
        2 | 10..=14 => LaneKind::Driving,
        3 => LaneKind::Biking,
        4 => LaneKind::Sidewalk,
        5 => LaneKind::Parking,
        6 | 9 => LaneKind::Shoulder,
        7 | 8 | 15 | 16 => LaneKind::NonDriving,
        17 | 18 => LaneKind::Rail,
        _ => LaneKind::Unknown,
    };
    let mut lane = Lane {
        id: l.id?.known()?,
        kind,
        both_directions: l.move_direction == Some(4),
        left: ids(&l.left_boundary),
        right: ids(&l.right_boundary),
        before: references(&l.predecessor),
        after: references(&l.successor),
        left_lanes: references(&l.left_adjacent),
        right_lanes: references(&l.right_adjacent),
        speed_limit_mps: speed_limit(l),
        ..Lane::default()
    };
    // Left and right are along the reference line; this lane is driven against it.
    if l.move_direction == Some(3) {
        lane.turn_round();
    }
    Some(lane)
}

fn speed_limit(l: &raw::LogicalLane) -> Option<f64> {
    let everywhere = |r: &&raw::Rule| {
        r.validity.as_ref().is_none_or(|v| v.for_type.is_empty() && v.start_s.is_none() && v.end_s.is_none())
    };
    let limits = l.rule.iter().filter(|r| r.kind.unwrap_or(0) == 0).filter(everywhere);
    let mps = |r: &raw::Rule| {
        let v = r.speed_limit?.value?;
        match v.unit? {
            3 => Some(v.value? / 3.6),
            4 => Some(v.value? * 0.44704),
            _ => None,
        }
    };
    limits.filter_map(mps).filter(|v| v.is_finite() && *v > 0.0).reduce(f64::min)
}

fn add_speed_limit(logical: &raw::LogicalLane, lanes: &mut [Lane]) {
    let Some(limit) = speed_limit(logical) else { return };
    for id in references(&logical.physical) {
        if let Some(lane) = lanes.iter_mut().find(|l| l.id == id) {
            let old = lane.speed_limit_mps.unwrap_or(limit);
            lane.speed_limit_mps = Some(old.min(limit));
        }
    }
}

fn boundary(b: &raw::Boundary) -> Option<Boundary> {
    let c = b.classification.unwrap_or_default();
    let point = |p: &raw::Point| BoundaryPoint {
        at_m: p.position.unwrap_or_default().xyz(),
        width_m: p.width.filter(|w| w.is_finite() && *w > 0.0),
        painted: match p.dash {
            Some(2 | 3) => Some(true),
            Some(4 | 5) => Some(false),
            _ => None,
        },
    };
    let line = match c.kind.unwrap_or(0) {
        2 => LineKind::None,
        3 => LineKind::Solid,
        4 | 5 => LineKind::Dashed,
        6..=10 => LineKind::Edge,
        11 | 13..=15 => LineKind::Barrier,
        12 => LineKind::Curb,
        _ => LineKind::Unknown,
    };
    let color = match c.color {
        Some(3) => LineColor::White,
        Some(4) => LineColor::Yellow,
        _ => LineColor::Unknown,
    };
    Some(Boundary { id: b.id?.known()?, line, color, points: b.line.iter().map(point).collect() })
}

/// A logical boundary says what may be done, not what is painted: what may be passed by nobody counts as
/// solid, what may be passed both ways as dashed.
fn logical_boundary(b: &raw::LogicalBoundary) -> Option<Boundary> {
    let line = match b.passing_rule {
        Some(2) => LineKind::Solid,
        Some(5) => LineKind::Dashed,
        _ => LineKind::Unknown,
    };
    let point = |p: &raw::LogicalPoint| BoundaryPoint {
        at_m: p.position.unwrap_or_default().xyz(),
        ..BoundaryPoint::default()
    };
    let points = b.line.iter().map(point).collect();
    Some(Boundary { id: b.id?.known()?, line, color: LineColor::Unknown, points })
}

/// A painted stop sign is a stop line: its width lies across the road, its height along it.
fn stop_line(m: &raw::Marking) -> Option<StopLine> {
    let c = m.classification.as_ref().filter(|c| c.main_sign == Some(SIGN_STOP))?;
    let base = m.base.as_ref()?;
    let (d, [x, y, z]) = (base.dimension?, base.position?.xyz());
    let half = d.width.filter(|w| w.is_finite() && *w > 0.0)? / 2.0;
    let (sin, cos) = lukao_model::math::sin_cos(base.orientation?.yaw.unwrap_or(0.0));
    Some(StopLine {
        id: m.id?.known()?,
        ends_m: [[x - half * sin, y + half * cos, z], [x + half * sin, y - half * cos, z]],
        thickness_m: d.height.filter(|h| h.is_finite() && *h > 0.0),
        lanes: ids(&c.assigned_lane),
    })
}

fn lights(g: &GroundTruth) -> Result<Vec<TrafficLightPlace>, Error> {
    let mut bulbs = super::bulbs::Bulbs::default();
    bulbs.begin_frame(0, crate::ingest::At::Whole);
    let mut places = Vec::new();
    for b in &g.traffic_light {
        let light: TrafficLight = decode(b, "TrafficLight")?;
        bulbs.push(&light);
        let base = light.base.unwrap_or_default();
        let yaw = base.orientation.and_then(|o| o.yaw).unwrap_or(0.0);
        places.extend(light.id.and_then(Id::known).map(|id| TrafficLightPlace {
            id,
            signal: String::new(),
            at_m: base.position.map(|p| (p.xyz(), yaw)),
            lanes: light.classification.map(|c| ids(&c.assigned_lane_id)).unwrap_or_default(),
        }));
    }
    for head in bulbs.heads() {
        for place in places.iter_mut().filter(|p| head.bulbs.contains(&p.id)) {
            place.signal = head.name.clone();
        }
    }
    places.sort_by_key(|p| p.id);
    Ok(places)
}
