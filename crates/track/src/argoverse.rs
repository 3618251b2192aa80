//! Argoverse 2 map archives (`log_map_archive_….json`): lane segments, crossings and the drivable area.
//!
//! The file does not say where it is; its coordinates are those of its city, as in the log that it comes with, so its
//! frame is local and bears the file's name. It has no traffic lights, signs or speed limits. A border of which the
//! file says `NONE` has no paint; `UNKNOWN` and a border of a solid and a dashed stripe are unknown: nothing in the
//! format says which stripe lies on which side.

use std::collections::BTreeMap;

use lukao_model::{Error, Frame, Position};
use serde::Deserialize;

use crate::lane::LaneKind;
use crate::mark::{MarkColour, MarkKind, Stripe};
use crate::network::{BorderMark, Network, NetworkLane, Outline};

#[derive(Deserialize)]
struct Archive {
    lane_segments: BTreeMap<String, Segment>,
    #[serde(default)]
    pedestrian_crossings: BTreeMap<String, Crossing>,
    #[serde(default)]
    drivable_areas: BTreeMap<String, DrivableArea>,
}

#[derive(Deserialize)]
struct Segment {
    id: i64,
    is_intersection: bool,
    lane_type: String,
    left_lane_boundary: Vec<Point>,
    left_lane_mark_type: String,
    right_lane_boundary: Vec<Point>,
    right_lane_mark_type: String,
    #[serde(default)]
    successors: Vec<i64>,
    #[serde(default)]
    right_neighbor_id: Option<i64>,
    #[serde(default)]
    left_neighbor_id: Option<i64>,
}

#[derive(Deserialize)]
struct Crossing {
    id: i64,
    edge1: Vec<Point>,
    edge2: Vec<Point>,
}

#[derive(Deserialize)]
struct DrivableArea {
    #[serde(default)]
    id: i64,
    area_boundary: Vec<Point>,
}

#[derive(Clone, Copy, Deserialize)]
struct Point {
    x: f64,
    y: f64,
    /// Motion-forecasting archives may leave heights out.
    #[serde(default)]
    z: f64,
}

fn points(from: &[Point]) -> Vec<[f64; 3]> {
    from.iter().map(|p| [p.x, p.y, p.z]).collect()
}

/// Reads the text of a map archive.
pub(crate) fn read(name: &str, text: &str) -> Result<Network, Error> {
    let archive: Archive = serde_json::from_str(text).map_err(|e| {
        let said = e.to_string();
        let found = said.split(" at line ").next().unwrap_or(&said).to_owned();
        let at = Position::Line(e.line() as u64, e.column() as u64);
        Error::new(name, "an Argoverse 2 map archive (lane_segments …)", found).at(at)
    })?;
    let mut network = Network::new(name, Frame::local(name));
    let segments: Vec<&Segment> = archive.lane_segments.values().collect();
    let mut place: BTreeMap<i64, usize> = BTreeMap::new();
    for (i, s) in segments.iter().enumerate() {
        if place.insert(s.id, i).is_some() {
            return Err(Error::new(name, "each lane segment once", format!("{} twice", s.id)));
        }
    }
    let crossing_groups = groups(&segments, &place);
    for (i, s) in segments.iter().enumerate() {
        let mut lane = NetworkLane::new(format!("lane {}", s.id));
        lane.kind = match s.lane_type.as_str() {
            "VEHICLE" => LaneKind::Driving,
            "BUS" => LaneKind::Bus,
            "BIKE" => LaneKind::Biking,
            _ => LaneKind::Other,
        };
        (lane.left_m, lane.right_m) = (points(&s.left_lane_boundary), points(&s.right_lane_boundary));
        lane.left_marks = vec![mark(&s.left_lane_mark_type)];
        lane.right_marks = vec![mark(&s.right_lane_mark_type)];
        // Archives are cut out of a city: what is named may be outside.
        let of = |id: &i64| place.get(id).copied();
        lane.left = s.left_neighbor_id.as_ref().and_then(of);
        lane.right = s.right_neighbor_id.as_ref().and_then(of);
        lane.successors = s.successors.iter().filter_map(of).collect();
        lane.junction = s.is_intersection.then(|| crossing_groups[i].to_string());
        network.lanes.push(lane);
    }
    for c in archive.pedestrian_crossings.values() {
        // The two edges run alongside each other, either way round.
        let (first, mut second) = (points(&c.edge1), points(&c.edge2));
        let away = |a: Option<&[f64; 3]>, b: Option<&[f64; 3]>| match (a, b) {
            (Some(a), Some(b)) => crate::plane::dist([a[0], a[1]], [b[0], b[1]]),
            _ => 0.0,
        };
        if away(first.last(), second.last()) < away(first.last(), second.first()) {
            second.reverse();
        }
        let outline_m = first.into_iter().chain(second).collect();
        network.crossings.push(Outline { number: c.id.to_string(), outline_m });
    }
    for (key, a) in &archive.drivable_areas {
        let number = if a.id == 0 { key.clone() } else { a.id.to_string() };
        network.areas.push(Outline { number, outline_m: points(&a.area_boundary) });
    }
    Ok(network)
}

/// Lanes of one intersection: those that lead from a common lane, or to one, and so on. Named by the least id.
fn groups(segments: &[&Segment], place: &BTreeMap<i64, usize>) -> Vec<i64> {
    let mut name: Vec<i64> = segments.iter().map(|s| s.id).collect();
    // Ways that meet at an end: of a lane before or after the intersection, or of one another.
    let mut together: Vec<Vec<usize>> = Vec::new();
    let mut into: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (i, s) in segments.iter().enumerate() {
        let inside = |id: &i64| place.get(id).copied().filter(|k| segments[*k].is_intersection);
        let mut after: Vec<usize> = s.successors.iter().filter_map(inside).collect();
        if s.is_intersection {
            after.push(i);
            for next in &s.successors {
                into.entry(*next).or_default().push(i);
            }
        }
        together.push(after);
    }
    together.extend(into.into_values());
    // Few rounds: an intersection is a handful of lanes deep.
    let mut changed = true;
    while changed {
        changed = false;
        for set in &together {
            let Some(least) = set.iter().map(|i| name[*i]).min() else { continue };
            for i in set {
                changed |= name[*i] != least;
                name[*i] = least;
            }
        }
    }
    name
}

fn mark(declared: &str) -> BorderMark {
    use Stripe::{Broken, Solid};
    let (form, colour) = declared.rsplit_once('_').unwrap_or((declared, ""));
    let kind = match form {
        "SOLID" => MarkKind::Stripes(vec![Solid]),
        "DASHED" => MarkKind::Stripes(vec![Broken]),
        "DOUBLE_SOLID" => MarkKind::Stripes(vec![Solid, Solid]),
        "DOUBLE_DASH" => MarkKind::Stripes(vec![Broken, Broken]),
        "NONE" => MarkKind::None,
        _ => MarkKind::Unknown,
    };
    let colour = match colour {
        "WHITE" => MarkColour::White,
        "YELLOW" => MarkColour::Yellow,
        "BLUE" => MarkColour::Other,
        _ => MarkColour::Unknown,
    };
    BorderMark { to_m: f64::INFINITY, kind, declared: declared.to_owned(), colour, width_m: None }
}

#[cfg(test)]
mod tests {
    use crate::{MarkKind, Stripe, Track, Turn};

    /// Two lanes side by side, a junction lane that turns left, and a lane after it.
    const MAP: &str = r#"{
      "lane_segments": {
        "1": {"id": 1, "is_intersection": false, "lane_type": "VEHICLE", "successors": [3], "predecessors": [],
          "left_lane_boundary": [{"x":0,"y":3.5,"z":1},{"x":50,"y":3.5,"z":1}], "left_lane_mark_type": "DASHED_WHITE",
          "right_lane_boundary": [{"x":0,"y":0,"z":1},{"x":50,"y":0,"z":1}], "right_lane_mark_type": "SOLID_WHITE",
          "left_neighbor_id": 2, "right_neighbor_id": null},
        "2": {"id": 2, "is_intersection": false, "lane_type": "BUS", "successors": [99], "predecessors": [],
          "left_lane_boundary": [{"x":0,"y":7,"z":1},{"x":50,"y":7,"z":1}], "left_lane_mark_type": "DOUBLE_SOLID_YELLOW",
          "right_lane_boundary": [{"x":0,"y":3.5,"z":1},{"x":25,"y":3.5,"z":1},{"x":50,"y":3.5,"z":1}],
          "right_lane_mark_type": "NONE", "left_neighbor_id": null, "right_neighbor_id": 1},
        "3": {"id": 3, "is_intersection": true, "lane_type": "VEHICLE", "successors": [4], "predecessors": [1],
          "left_lane_boundary": [{"x":50,"y":3.5,"z":1},{"x":53,"y":5,"z":1},{"x":54,"y":8,"z":1}],
          "left_lane_mark_type": "NONE",
          "right_lane_boundary": [{"x":50,"y":0,"z":1},{"x":56,"y":2,"z":1},{"x":58,"y":8,"z":1}],
          "right_lane_mark_type": "DASH_SOLID_WHITE", "left_neighbor_id": null, "right_neighbor_id": null},
        "4": {"id": 4, "is_intersection": false, "lane_type": "VEHICLE", "successors": [], "predecessors": [3],
          "left_lane_boundary": [{"x":54,"y":8,"z":1},{"x":54,"y":40,"z":1}], "left_lane_mark_type": "SOLID_YELLOW",
          "right_lane_boundary": [{"x":58,"y":8,"z":1},{"x":58,"y":40,"z":1}], "right_lane_mark_type": "NONE",
          "left_neighbor_id": null, "right_neighbor_id": null}
      },
      "pedestrian_crossings": {"9": {"id": 9, "edge1": [{"x":40,"y":-1,"z":1},{"x":40,"y":8,"z":1}],
        "edge2": [{"x":44,"y":-1,"z":1},{"x":44,"y":8,"z":1}]}},
      "drivable_areas": {"5": {"id": 5, "area_boundary": [{"x":0,"y":-2,"z":1},{"x":60,"y":-2,"z":1},{"x":60,"y":40,"z":1},
        {"x":50,"y":40,"z":1},{"x":50,"y":9,"z":1},{"x":0,"y":9,"z":1}]}}
    }"#;

    #[test]
    fn lanes_marks_ways_crossings_and_area() {
        let track = Track::from_parts("map.json", MAP.as_bytes(), None).unwrap();
        let lane = |id: &str| track.lane_by_id(id).unwrap();
        let here = track.lanes_at([20.0, 1.0], Some(1.0));
        assert_eq!(here.iter().map(|h| h.lane).collect::<Vec<_>>(), [lane("lane 1")]);
        assert!((here[0].to_right_m - 1.0).abs() < 1e-9, "{here:?}");
        // One line between the two, seen and described from both.
        let (one, two) = (track.lane(lane("lane 1")), track.lane(lane("lane 2")));
        assert_eq!((one.left, two.right), (Some(lane("lane 2")), Some(lane("lane 1"))));
        assert_eq!((one.left_line, one.road), (two.right_line, two.road));
        let mark = track.line(one.left_line).mark_at(10.0).unwrap();
        assert_eq!(mark.kind, MarkKind::Stripes(vec![Stripe::Broken]), "the other lane says none");
        // Which stripe lies on which side is not said.
        let inside = track.lane(lane("lane 3"));
        assert_eq!(track.line(inside.right_line).marks[0].kind, MarkKind::Unknown);
        let (_, path) = track.paths_from(lane("lane 1")).next().unwrap();
        assert_eq!((path.turn, path.to), (Turn::Left, Some(lane("lane 4"))));
        assert_eq!(track.crossings_on(lane("lane 1")).len(), 1);
        let stretch = track.crossings().next().unwrap().1.lanes[0];
        assert!((stretch.from_m - 40.0).abs() < 1e-9 && (stretch.to_m - 44.0).abs() < 1e-9);
        // The area is the one that is drawn, not that of the lanes.
        assert!((track.drivable_clearance([20.0, -1.0], Some(1.0), 9.0) - 1.0).abs() < 1e-9);
        assert!((track.drivable_clearance([20.0, -3.0], Some(1.0), 9.0) + 1.0).abs() < 1e-9);
        assert!(track.features().marks && !track.features().speed_limits && track.features().heights);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error =
            |text: &str| Track::from_parts("map.json", text.as_bytes(), None).unwrap_err().to_string();
        assert_eq!(
            error("{\"lane_segments\": 1}"),
            "map.json line 1 column 19: expected an Argoverse 2 map archive (lane_segments …), found invalid type: integer `1`, expected a map"
        );
        let far = MAP.replace("\"x\":50,\"y\":3.5", "\"x\":1e300,\"y\":3.5");
        assert!(error(&far).contains("lane 1: expected coordinates up to 1e8 m"), "{}", error(&far));
    }
}
