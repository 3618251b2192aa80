//! The records of an OpenDRIVE file, read and checked.

use lukao_model::frame::Crs;
use lukao_model::math::sin_cos;
use lukao_model::{Error, Frame};
use roxmltree::Node;

use super::Notes;
use super::cubic::{Cubic, Profile};
use super::lane_record::{read_sections, read_speed};
use super::objects::ObjectRecord;
use super::plan::{Geometry, Plan, Shape};
use super::signals::SignalRecord;
use super::xml::{Xml, attribute, child, children, grouped};
use crate::limits::{MAX_CURVATURE_PER_M, MAX_ROAD_LENGTH_M, MAX_TURNING_RAD};

/// A whole map.
pub(crate) struct Map {
    pub frame: Frame,
    pub roads: Vec<RoadRecord>,
    pub junctions: Vec<JunctionRecord>,
    pub controllers: Vec<crate::furniture::Controller>,
}

/// What a road's end is linked to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RoadLink {
    Junction(String),
    Road { number: String, at_end: bool },
}

pub(crate) struct RoadRecord {
    /// Byte in the file, for errors.
    pub at: usize,
    pub number: String,
    pub name: String,
    pub length: f64,
    pub junction: Option<String>,
    pub left_hand: bool,
    pub predecessor: Option<RoadLink>,
    pub successor: Option<RoadLink>,
    pub types: Vec<TypeRecord>,
    pub plan: Plan,
    pub elevation: Profile,
    pub superelevation: Profile,
    /// Crossfall of the left and of the right side.
    pub crossfall: [Profile; 2],
    pub shape: Vec<ShapeRecord>,
    pub lane_offset: Profile,
    pub sections: Vec<SectionRecord>,
    pub signals: Vec<SignalRecord>,
    pub objects: Vec<ObjectRecord>,
}

pub(crate) struct TypeRecord {
    pub s: f64,
    pub kind: String,
    pub country: String,
    pub speed: Option<SpeedRecord>,
}

/// A declared speed limit; m/s, `None` inside means no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SpeedRecord {
    pub s: f64,
    pub max_mps: Option<f64>,
}

/// Heights across the road at one s: cubics from their t on.
pub(crate) struct ShapeRecord {
    pub s: f64,
    pub across: Profile,
}

pub(crate) struct SectionRecord {
    pub s: f64,
    /// From the outermost right lane to the outermost left one, without the centre lane.
    pub lanes: Vec<LaneRecord>,
    /// Number of right lanes.
    pub right: usize,
    pub centre_marks: Vec<MarkRecord>,
}

pub(crate) struct LaneRecord {
    pub number: i32,
    pub kind: String,
    pub level: bool,
    pub direction: String,
    pub width: Profile,
    /// Outer border's t, where the lane has no widths.
    pub border: Profile,
    /// Begin (s offset), inner and outer height.
    pub heights: Vec<(f64, f64, f64)>,
    pub marks: Vec<MarkRecord>,
    pub speeds: Vec<SpeedRecord>,
    pub predecessors: Vec<i32>,
    pub successors: Vec<i32>,
}

#[derive(Clone)]
pub(crate) struct MarkRecord {
    pub s: f64,
    pub kind: String,
    pub colour: String,
    pub width: Option<f64>,
    pub lane_change: String,
    /// Explicit stripes: t offset, gap between dashes, width.
    pub stripes: Vec<StripeRecord>,
}

#[derive(Clone, Copy)]
pub(crate) struct StripeRecord {
    pub t: f64,
    pub length: f64,
    pub space: f64,
    pub width: Option<f64>,
}

pub(crate) struct JunctionRecord {
    pub number: String,
    pub connections: Vec<ConnectionRecord>,
    /// Connecting roads: the first goes before the second.
    pub priorities: Vec<(String, String)>,
    pub roundabout: bool,
}

pub(crate) struct ConnectionRecord {
    pub incoming: String,
    pub connecting: String,
    pub contact_end: bool,
    /// From the incoming to the connecting road's lane.
    pub lanes: Vec<(i32, i32)>,
}

pub(crate) fn read(xml: &Xml<'_>, notes: &mut Notes) -> Result<Map, Error> {
    let root = xml.root();
    let (frame, turn) = frame(xml)?;
    let mut roads: Vec<RoadRecord> = Vec::new();
    for node in children(root, "road") {
        if let Some(road) = read_road(xml, node, turn, notes)? {
            roads.push(road);
        }
    }
    if roads.is_empty() {
        return Err(xml.error(root, "at least one road", "a map without roads"));
    }
    let mut junctions = Vec::new();
    for node in children(root, "junction") {
        junctions.push(read_junction(xml, node)?);
    }
    for group in children(root, "junctionGroup").filter(|g| attribute(*g, "type") == "roundabout") {
        for reference in children(group, "junctionReference") {
            let number = attribute(reference, "junction");
            for j in junctions.iter_mut().filter(|j: &&mut JunctionRecord| j.number == number) {
                j.roundabout = true;
            }
        }
    }
    let controllers = children(root, "controller")
        .map(|c| crate::furniture::Controller {
            number: attribute(c, "id"),
            name: attribute(c, "name"),
            signals: children(c, "control").map(|s| attribute(s, "signalId")).collect(),
        })
        .collect();
    Ok(Map { frame, roads, junctions, controllers })
}

/// The frame and the turn that the header's offset asks for.
fn frame(xml: &Xml<'_>) -> Result<(Frame, f64), Error> {
    let Some(header) = child(xml.root(), "header") else { return Ok((Frame::local(xml.name), 0.0)) };
    let definition = child(header, "geoReference").and_then(|n| n.text()).unwrap_or_default().trim();
    let crs = if definition.is_empty() {
        Crs::Local { name: xml.name.to_owned() }
    } else {
        Crs::Projected { definition: definition.to_owned(), datum: None, height: None }
    };
    let (origin_m, turn) = match child(header, "offset") {
        None => ([0.0; 3], 0.0),
        Some(o) => {
            ([xml.or_zero(o, "x")?, xml.or_zero(o, "y")?, xml.or_zero(o, "z")?], xml.or_zero(o, "hdg")?)
        }
    };
    // Coordinates in the file plus the offset are the reference's coordinates: the offset was subtracted.
    Ok((Frame { crs, origin_m }, turn))
}

fn read_road(
    xml: &Xml<'_>,
    node: Node<'_, '_>,
    turn: f64,
    notes: &mut Notes,
) -> Result<Option<RoadRecord>, Error> {
    let number = xml.text(node, "id")?.to_owned();
    let declared = xml.needed(node, "length")?;
    if !(0.0..=MAX_ROAD_LENGTH_M).contains(&declared) {
        return Err(xml.error(
            node,
            format!("a road of 0 to {MAX_ROAD_LENGTH_M:e} m"),
            format!("{declared} m"),
        ));
    }
    let plan = read_plan(xml, node, turn)?;
    let drawn = plan.records.last().map_or(0.0, |g| g.s + g.length);
    let mut length = declared;
    if (declared - drawn).abs() > 0.1 {
        notes.add(format!("road {number}: its length is {declared} m, its geometry has {drawn} m"));
        length = declared.min(drawn);
    }
    if length <= 1e-6 {
        notes.add(format!("road {number}: no length, left out"));
        return Ok(None);
    }
    let profile = |group, name| read_profile(xml, grouped(node, group, name), "s");
    let lanes = child(node, "lanes").ok_or_else(|| xml.error(node, "lanes of a road", "none"))?;
    let sections = read_sections(xml, lanes, length, &number, notes)?;
    let link = |name: &'static str| -> Result<Option<RoadLink>, Error> {
        grouped(node, "link", name).next().map(|l| road_link(xml, l)).transpose().map(Option::flatten)
    };
    let mut crossfall: [Vec<(f64, Cubic)>; 2] = Default::default();
    for c in grouped(node, "lateralProfile", "crossfall") {
        let record = (xml.needed(c, "s")?, read_cubic(xml, c)?);
        let side = attribute(c, "side");
        if side != "right" {
            crossfall[0].push(record);
        }
        if side != "left" {
            crossfall[1].push(record);
        }
    }
    let mut types = Vec::new();
    for t in children(node, "type") {
        let speed = child(t, "speed").map(|sp| read_speed(xml, sp, "")).transpose()?.flatten();
        types.push(TypeRecord {
            s: xml.or_zero(t, "s")?,
            kind: attribute(t, "type"),
            country: attribute(t, "country"),
            speed,
        });
    }
    types.sort_by(|a, b| a.s.total_cmp(&b.s));
    let junction = attribute(node, "junction");
    Ok(Some(RoadRecord {
        at: node.range().start,
        name: attribute(node, "name"),
        length,
        junction: (!junction.is_empty() && junction != "-1").then_some(junction),
        left_hand: attribute(node, "rule").eq_ignore_ascii_case("LHT"),
        predecessor: link("predecessor")?,
        successor: link("successor")?,
        types,
        plan,
        elevation: profile("elevationProfile", "elevation")?,
        superelevation: profile("lateralProfile", "superelevation")?,
        crossfall: crossfall.map(Profile::new),
        shape: read_shape(xml, node)?,
        lane_offset: read_profile(xml, children(lanes, "laneOffset"), "s")?,
        sections,
        signals: super::signals::read(xml, node)?,
        objects: super::objects::read(xml, node)?,
        number,
    }))
}

fn road_link(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<Option<RoadLink>, Error> {
    let number = xml.text(node, "elementId")?.to_owned();
    Ok(match node.attribute("elementType") {
        Some("junction") => Some(RoadLink::Junction(number)),
        // Without a contact point nobody can say which end is meant; in the middle of a road (virtual
        // junctions) no lane begins.
        _ => match node.attribute("contactPoint") {
            Some("start") => Some(RoadLink::Road { number, at_end: false }),
            Some("end") => Some(RoadLink::Road { number, at_end: true }),
            _ => None,
        },
    })
}

fn read_cubic(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<Cubic, Error> {
    Ok(Cubic([
        xml.or_zero(node, "a")?,
        xml.or_zero(node, "b")?,
        xml.or_zero(node, "c")?,
        xml.or_zero(node, "d")?,
    ]))
}

pub(crate) fn read_profile<'a, 'i: 'a>(
    xml: &Xml<'_>,
    nodes: impl Iterator<Item = Node<'a, 'i>>,
    start: &str,
) -> Result<Profile, Error> {
    let mut records = Vec::new();
    for node in nodes {
        records.push((xml.or_zero(node, start)?, read_cubic(xml, node)?));
    }
    Ok(Profile::new(records))
}

fn read_shape(xml: &Xml<'_>, road: Node<'_, '_>) -> Result<Vec<ShapeRecord>, Error> {
    let mut all: Vec<(f64, f64, Cubic)> = Vec::new();
    for node in grouped(road, "lateralProfile", "shape") {
        all.push((xml.needed(node, "s")?, xml.needed(node, "t")?, read_cubic(xml, node)?));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    Ok(all
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| ShapeRecord {
            s: group[0].0,
            across: Profile::new(group.iter().map(|(_, t, c)| (*t, *c)).collect()),
        })
        .collect())
}

fn read_plan(xml: &Xml<'_>, road: Node<'_, '_>, turn: f64) -> Result<Plan, Error> {
    let (sin, cos) = if turn == 0.0 { (0.0, 1.0) } else { sin_cos(turn) };
    let mut records = Vec::new();
    for node in grouped(road, "planView", "geometry") {
        let (x, y) = (xml.needed(node, "x")?, xml.needed(node, "y")?);
        let length = xml.needed(node, "length")?;
        if !(0.0..=MAX_ROAD_LENGTH_M).contains(&length) {
            return Err(xml.error(
                node,
                format!("a length of 0 to {MAX_ROAD_LENGTH_M:e} m"),
                format!("{length} m"),
            ));
        }
        let geometry = Geometry {
            s: xml.needed(node, "s")?,
            x: x * cos - y * sin,
            y: x * sin + y * cos,
            heading: xml.needed(node, "hdg")? + turn,
            length,
            shape: read_curve(xml, node, length)?,
        };
        if geometry.max_curvature() > MAX_CURVATURE_PER_M || geometry.turning() > MAX_TURNING_RAD {
            let expected = format!(
                "a curvature up to {MAX_CURVATURE_PER_M} 1/m and at most {MAX_TURNING_RAD} rad of turning"
            );
            let found = format!("{} 1/m over {length} m", geometry.max_curvature());
            return Err(xml.error(node, expected, found));
        }
        records.push(geometry);
    }
    if records.is_empty() {
        return Err(xml.error(road, "a planView with at least one geometry", "none"));
    }
    records.sort_by(|a, b| a.s.total_cmp(&b.s));
    Ok(Plan { records })
}

fn read_curve(xml: &Xml<'_>, node: Node<'_, '_>, length: f64) -> Result<Shape, Error> {
    if let Some(arc) = child(node, "arc") {
        let curvature = xml.needed(arc, "curvature")?;
        return Ok(if curvature == 0.0 { Shape::Line } else { Shape::Arc { curvature } });
    }
    if let Some(spiral) = child(node, "spiral") {
        return Ok(Shape::Spiral {
            from: xml.needed(spiral, "curvStart")?,
            to: xml.needed(spiral, "curvEnd")?,
        });
    }
    if let Some(poly) = child(node, "poly3") {
        return Ok(Shape::Poly3(read_cubic(xml, poly)?));
    }
    if let Some(poly) = child(node, "paramPoly3") {
        let cubic = |names: [&str; 4]| -> Result<Cubic, Error> {
            let mut c = [0.0; 4];
            for (value, name) in c.iter_mut().zip(names) {
                *value = xml.or_zero(poly, name)?;
            }
            Ok(Cubic(c))
        };
        // Without pRange the parameter runs from 0 to 1, as the standard's first edition with it had it.
        let p_max = if poly.attribute("pRange") == Some("arcLength") { length } else { 1.0 };
        return Ok(Shape::ParamPoly3 {
            u: cubic(["aU", "bU", "cU", "dU"])?,
            v: cubic(["aV", "bV", "cV", "dV"])?,
            p_max,
        });
    }
    if child(node, "line").is_some() {
        return Ok(Shape::Line);
    }
    Err(xml.error(node, "line, arc, spiral, poly3 or paramPoly3", "none of them"))
}

fn read_junction(xml: &Xml<'_>, node: Node<'_, '_>) -> Result<JunctionRecord, Error> {
    let mut connections = Vec::new();
    for c in children(node, "connection") {
        // A direct junction links two roads without a road between them.
        let connecting =
            attribute(c, if c.has_attribute("linkedRoad") { "linkedRoad" } else { "connectingRoad" });
        let incoming = attribute(c, "incomingRoad");
        let mut lanes = Vec::new();
        for l in children(c, "laneLink") {
            lanes.push((xml.lane_number(l, "from")?, xml.lane_number(l, "to")?));
        }
        if incoming.is_empty() || connecting.is_empty() {
            continue;
        }
        connections.push(ConnectionRecord {
            incoming,
            connecting,
            contact_end: c.attribute("contactPoint") == Some("end"),
            lanes,
        });
    }
    let priorities =
        children(node, "priority").map(|p| (attribute(p, "high"), attribute(p, "low"))).collect();
    Ok(JunctionRecord { number: attribute(node, "id"), connections, priorities, roundabout: false })
}
