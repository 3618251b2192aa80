//! Objects: crossings, parking spaces, stop lines, structures, and what else stands there.

use lukao_model::Error;
use lukao_model::math::sin_cos;
use roxmltree::Node;

use super::Notes;
use super::build::Built;
use super::record::{Map, RoadRecord};
use super::surface;
use super::xml::{Xml, attribute, child, children, grouped};
use crate::furniture::{
    Crossing, Fixture, LanePoint, ParkingSpace, StopLine, Structure, StructureKind, Zone, ZoneKind,
};
use crate::ix::RoadIx;
use crate::lane::Travel;
use crate::limits::{MAX_CORNERS, MAX_OBJECTS_A_ROAD, MAX_REPEATS};
use crate::plane::{P3, cross, dist, double_area, lerp3, meet, sub, xy};
use crate::track::Parts;

/// An `<object>`, `<bridge>` or `<tunnel>`.
pub(crate) struct ObjectRecord {
    pub number: String,
    pub kind: String,
    pub subkind: String,
    pub name: String,
    pub structure: Option<StructureKind>,
    pub s: f64,
    pub t: f64,
    pub z_offset: f64,
    pub heading: f64,
    pub facing: Travel,
    pub length: Option<f64>,
    pub width: Option<f64>,
    pub radius: Option<f64>,
    pub height: Option<f64>,
    pub outline: Vec<Corner>,
    /// Repeats: begin, length, distance, t at begin and end.
    pub repeats: Vec<[f64; 5]>,
    pub access: String,
}

/// A corner of an outline: relative to the object, or to the road.
pub(crate) enum Corner {
    Local([f64; 3]),
    Road([f64; 3]),
}

pub(crate) fn read(xml: &Xml<'_>, road: Node<'_, '_>) -> Result<Vec<ObjectRecord>, Error> {
    let mut out = Vec::new();
    let kinds =
        [("object", None), ("bridge", Some(StructureKind::Bridge)), ("tunnel", Some(StructureKind::Tunnel))];
    for (name, structure) in kinds {
        for node in grouped(road, "objects", name) {
            out.push(read_one(xml, node, structure)?);
        }
    }
    if out.len() > MAX_OBJECTS_A_ROAD {
        let expected = format!("at most {MAX_OBJECTS_A_ROAD} objects on one road");
        return Err(xml.error(road, expected, out.len().to_string()));
    }
    Ok(out)
}

fn read_one(
    xml: &Xml<'_>,
    node: Node<'_, '_>,
    structure: Option<StructureKind>,
) -> Result<ObjectRecord, Error> {
    // Since edition 1.5 outlines are grouped; the first one is the object's outer shape.
    let group = child(node, "outlines").unwrap_or(node);
    let mut outline = Vec::new();
    if let Some(shape) = child(group, "outline") {
        for corner in children(shape, "cornerLocal") {
            outline.push(Corner::Local([
                xml.needed(corner, "u")?,
                xml.needed(corner, "v")?,
                xml.or_zero(corner, "z")?,
            ]));
        }
        for corner in children(shape, "cornerRoad") {
            outline.push(Corner::Road([
                xml.needed(corner, "s")?,
                xml.needed(corner, "t")?,
                xml.or_zero(corner, "dz")?,
            ]));
        }
    }
    if outline.len() > MAX_CORNERS {
        let expected = format!("at most {MAX_CORNERS} corners of an outline");
        return Err(xml.error(node, expected, outline.len().to_string()));
    }
    let mut repeats = Vec::new();
    for r in children(node, "repeat") {
        let t = xml.or_zero(node, "t")?;
        repeats.push([
            xml.or_zero(r, "s")?,
            xml.or_zero(r, "length")?,
            xml.or_zero(r, "distance")?,
            xml.number(r, "tStart")?.unwrap_or(t),
            xml.number(r, "tEnd")?.unwrap_or(t),
        ]);
    }
    let size = |name: &str| Ok::<_, Error>(xml.number(node, name)?.filter(|x| *x > 0.0));
    Ok(ObjectRecord {
        number: attribute(node, "id"),
        kind: attribute(node, "type"),
        subkind: attribute(node, "subtype"),
        name: attribute(node, "name"),
        structure,
        s: xml.or_zero(node, "s")?,
        t: xml.or_zero(node, "t")?,
        z_offset: xml.or_zero(node, "zOffset")?,
        heading: xml.or_zero(node, "hdg")?,
        facing: match node.attribute("orientation") {
            Some("+") => Travel::Forward,
            Some("-") => Travel::Backward,
            _ => Travel::Both,
        },
        length: size("length")?,
        width: size("width")?,
        radius: size("radius")?,
        height: size("height")?,
        outline,
        repeats,
        access: child(node, "parkingSpace").map(|p| attribute(p, "access")).unwrap_or_default(),
    })
}

pub(crate) fn place(map: &Map, built: &Built, parts: &mut Parts, notes: &mut Notes) {
    for (r, road) in map.roads.iter().enumerate() {
        for o in &road.objects {
            place_one(road, r, o, built, parts, notes);
        }
    }
}

fn place_one(
    road: &RoadRecord,
    r: usize,
    o: &ObjectRecord,
    built: &Built,
    parts: &mut Parts,
    notes: &mut Notes,
) {
    let at = |what: &str| format!("{what} {} / road {}", o.number, road.number);
    if let Some(kind) = o.structure {
        let word = if kind == StructureKind::Bridge { "bridge" } else { "tunnel" };
        let from_s_m = o.s.clamp(0.0, road.length);
        parts.structures.push(Structure {
            id: at(word),
            kind,
            name: o.name.clone(),
            road: RoadIx::new(r),
            from_s_m,
            to_s_m: (o.s + o.length.unwrap_or(0.0)).clamp(from_s_m, road.length),
        });
        return;
    }
    let words: String =
        format!("{} {} {}", o.kind, o.subkind, o.name).to_ascii_lowercase().split([' ', '_', '-']).collect();
    if o.kind == "crosswalk" || words.contains("crosswalk") {
        let outline_m = outline(road, o, o.s, o.t);
        if outline_m.is_empty() {
            notes.add(format!("{}: no size, left out", at("crossing")));
            return;
        }
        let lanes = Vec::new();
        parts.crossings.push(Crossing {
            id: at("crossing"),
            number: o.number.clone(),
            outline_m,
            lanes,
            signals: Vec::new(),
        });
    } else if o.kind.eq_ignore_ascii_case("parkingSpace") {
        for (k, (s, t)) in places(o).into_iter().enumerate() {
            let id = if o.repeats.is_empty() {
                at("parking space")
            } else {
                format!("parking space {}.{k} / road {}", o.number, road.number)
            };
            let outline_m = outline(road, o, s, t);
            parts.parking_spaces.push(ParkingSpace {
                id,
                road: RoadIx::new(r),
                outline_m,
                access: o.access.clone(),
            });
        }
    } else if let Some(kind) = ZoneKind::from_words(&words) {
        let mut outline_m = outline(road, o, o.s, o.t);
        if outline_m.is_empty() && kind == ZoneKind::Hydrant {
            // Maps often give it as a point.
            let [x, y, z] = surface::point(road, o.s.clamp(0.0, road.length), o.t);
            outline_m = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
                .map(|[i, j]| [x + i * HYDRANT_M, y + j * HYDRANT_M, z])
                .to_vec();
        }
        if kind.is_built() {
            fixture(road, r, o, parts, at("object"));
        }
        if outline_m.is_empty() {
            notes.add(format!("{}: no size, left out", at(kind.name())));
            return;
        }
        parts.zones.push(Zone { id: at(kind.name()), kind, outline_m, lanes: Vec::new() });
    } else if words.contains("stopline") || o.subkind == "signalLines" {
        stop_line(road, r, o, built, parts, notes, at("stop line"));
    } else {
        fixture(road, r, o, parts, at("object"));
    }
}

/// Half the width of a hydrant whose size the map does not give, metres.
const HYDRANT_M: f64 = 0.15;

/// Something that stands there.
fn fixture(road: &RoadRecord, r: usize, o: &ObjectRecord, parts: &mut Parts, id: String) {
    let mut at_m = surface::point(road, o.s.clamp(0.0, road.length), o.t);
    at_m[2] += o.z_offset;
    parts.fixtures.push(Fixture {
        id,
        kind: o.kind.clone(),
        name: o.name.clone(),
        road: RoadIx::new(r),
        at_m,
        outline_m: outline(road, o, o.s, o.t),
        height_m: o.height,
    });
}

/// Where the object stands: once, or at each of its repeats.
fn places(o: &ObjectRecord) -> Vec<(f64, f64)> {
    if o.repeats.is_empty() {
        return vec![(o.s, o.t)];
    }
    let mut out = Vec::new();
    for &[s, length, distance, t0, t1] in &o.repeats {
        if distance <= 0.0 {
            continue;
        }
        let mut along = 0.0;
        while along <= length + 1e-9 && out.len() < MAX_REPEATS {
            let f = if length > 0.0 { along / length } else { 0.0 };
            out.push((s + along, t0 + (t1 - t0) * f));
            along += distance;
        }
    }
    out
}

/// Corners, counter-clockwise; empty if the object has no size.
fn outline(road: &RoadRecord, o: &ObjectRecord, s: f64, t: f64) -> Vec<P3> {
    let s = s.clamp(0.0, road.length);
    let at = surface::point(road, s, t);
    let (sin, cos) = sin_cos(surface::heading(road, s) + o.heading);
    let local =
        |[u, v, z]: [f64; 3]| [at[0] + u * cos - v * sin, at[1] + u * sin + v * cos, at[2] + o.z_offset + z];
    let mut corners: Vec<P3> = if !o.outline.is_empty() {
        o.outline
            .iter()
            .map(|c| match *c {
                Corner::Local(uvz) => local(uvz),
                Corner::Road([s, t, dz]) => {
                    let p = surface::point(road, s.clamp(0.0, road.length), t);
                    [p[0], p[1], p[2] + dz]
                }
            })
            .collect()
    } else if let (Some(l), Some(w)) = (o.length, o.width) {
        [[-l, -w], [l, -w], [l, w], [-l, w]].map(|[u, v]| local([u / 2.0, v / 2.0, 0.0])).to_vec()
    } else if let Some(radius) = o.radius {
        // An octagon around the circle.
        let (a, b) = (radius, radius * (std::f64::consts::SQRT_2 - 1.0));
        [[a, -b], [a, b], [b, a], [-b, a], [-a, b], [-a, -b], [-b, -a], [b, -a]]
            .map(|[u, v]| local([u, v, 0.0]))
            .to_vec()
    } else {
        Vec::new()
    };
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    if double_area(&corners) < 0.0 {
        corners.reverse();
    }
    corners
}

/// A stop line that is given as an object: the middle line of its longer extent.
fn stop_line(
    road: &RoadRecord,
    r: usize,
    o: &ObjectRecord,
    built: &Built,
    parts: &mut Parts,
    notes: &mut Notes,
    id: String,
) {
    let corners = outline(road, o, o.s, o.t);
    let Some((mut a, mut b)) = middle_line(&corners) else {
        notes.add(format!("{id}: no size, left out"));
        return;
    };
    let mut lanes: Vec<LanePoint> = Vec::new();
    for &ix in built.sections[r].iter().flatten() {
        let lane = &parts.lanes[ix.get()];
        let faces = o.facing == Travel::Both || lane.travel == Travel::Both || lane.travel == o.facing;
        if !lane.kind.is_traffic() || !faces {
            continue;
        }
        let met = lane.centre_m.windows(2).enumerate().find_map(|(k, pair)| {
            let (f, _) = meet(xy(pair[0]), xy(pair[1]), xy(a), xy(b))?;
            Some(lane.stations_m[k] + (lane.stations_m[k + 1] - lane.stations_m[k]) * f)
        });
        lanes.extend(met.map(|station_m| LanePoint { lane: ix, station_m }));
    }
    let Some(first) = lanes.first() else {
        notes.add(format!("{id}: no traffic lane of its road runs over it, left out"));
        return;
    };
    let (sin, cos) = sin_cos(parts.lanes[first.lane.get()].heading_at(first.station_m));
    if cross([cos, sin], sub(xy(b), xy(a))) > 0.0 {
        std::mem::swap(&mut a, &mut b);
    }
    parts.stop_lines.push(StopLine { id, points_m: vec![a, b], lanes, signals: Vec::new(), derived: false });
}

/// The line through the middle of an outline along its longest side.
fn middle_line(corners: &[P3]) -> Option<(P3, P3)> {
    if corners.len() == 2 {
        return Some((corners[0], corners[1]));
    }
    let n = corners.len();
    let side = |i: usize| dist(xy(corners[i]), xy(corners[(i + 1) % n]));
    let longest = (0..n).max_by(|a, b| side(*a).total_cmp(&side(*b)))?;
    let length = side(longest);
    if length == 0.0 {
        return None;
    }
    let (p, q) = (corners[longest], corners[(longest + 1) % n]);
    let dir = [(q[0] - p[0]) / length, (q[1] - p[1]) / length];
    let depths: Vec<f64> = corners.iter().map(|c| cross(dir, sub(xy(*c), xy(p)))).collect();
    let deepest = depths.iter().copied().fold(0.0, |m: f64, d| if d.abs() > m.abs() { d } else { m });
    let shift = |c: P3| [c[0] - dir[1] * deepest / 2.0, c[1] + dir[0] * deepest / 2.0, c[2]];
    Some((lerp3(shift(p), shift(q), 0.0), lerp3(shift(p), shift(q), 1.0)))
}
