//! Maps of others. Skipped where `LUKAO_DATA` does not name the folder that holds them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

use lukao_model::math;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use lukao_track::{LaneKind, SignalKind, Track, Turn};

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("LUKAO_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: LUKAO_DATA is not set");
    }
    folder
}

const MAPS: [&str; 10] = [
    "esmini/maps/alks_road_straight.xodr",
    "esmini/maps/e6mini.xodr",
    "esmini/maps/fabriksgatan.xodr",
    "esmini/maps/fabriksgatan_traffic_lights.xodr",
    "esmini/maps/soderleden.xodr",
    "sumo/maps/junction.xodr",
    "maps/Town03.xodr.gz",
    "maps/curves_elevation.xodr.gz",
    "maps/multi_intersections.xodr.gz",
    "maps/two_plus_one.xodr.gz",
];

#[test]
fn all_opendrive_maps_load_and_answer() {
    let Some(data) = data() else { return };
    for name in MAPS {
        let bytes = std::fs::read(data.join(name)).unwrap();
        let start = Instant::now();
        let track = Track::from_parts(name, &bytes, None).unwrap();
        assert!(start.elapsed() < Duration::from_secs(5), "{name}: {:?}", start.elapsed());
        let mut traffic = 0;
        for (ix, lane) in track.lanes().filter(|(_, l)| l.kind.is_traffic()) {
            // Somewhere with width, its own centre is in it and in the drivable area.
            let Some(s) =
                (1..20).map(|k| lane.length_m() * f64::from(k) / 20.0).find(|s| lane.width_at(*s) > 1.0)
            else {
                continue;
            };
            traffic += 1;
            let c = lane.centre_at(s);
            let hits = track.lanes_at([c[0], c[1]], Some(c[2]));
            let hit =
                hits.iter().find(|h| h.lane == ix).unwrap_or_else(|| panic!("{name}: {} at {s}", lane.id));
            assert!(
                hit.lateral_m.abs() < 1e-6 && (hit.station_m - s).abs() < 1e-6,
                "{name}: {} {hit:?}",
                lane.id
            );
            assert!((hit.to_left_m - lane.width_at(s) / 2.0).abs() < 0.05, "{name}: {} {hit:?}", lane.id);
            assert!(track.is_drivable_at([c[0], c[1]], Some(c[2])));
            let heading = lane.heading_at(s);
            let near = math::angle_between(hit.heading_rad, heading).abs();
            assert!(near < 0.05, "{name}: {}", lane.id);
        }
        assert!(traffic > 0, "{name}");
        assert!(!track.drivable_boundary().is_empty(), "{name}");
        // What follows a lane begins where it ends.
        let mut joints = 0;
        let mut wide = 0;
        for (_, lane) in track.lanes().filter(|(_, l)| l.kind.is_traffic()) {
            for &next in &lane.successors {
                // A lane that tapers to nothing ends on the border of the next.
                let end = lane.centre_at(lane.length_m());
                let there = track.locate(next, [end[0], end[1]]);
                joints += 1;
                wide += usize::from(there.to_left_m.min(there.to_right_m) < -0.5 || there.station_m > 0.5);
            }
        }
        println!("{name}: {traffic} traffic lanes, {joints} joints, {wide} of them apart");
        assert!(wide * 20 <= joints, "{name}: {wide} of {joints} joints are apart");
    }
}

#[test]
fn maps_of_other_kinds_are_refused_by_name() {
    let Some(data) = data() else { return };
    for (name, kind) in [
        ("maps/autoware_intersection_lanelet2.osm.gz", "Lanelet2"),
        ("maps/lanelet2_mapping_example.osm.gz", "Lanelet2"),
        ("sumo/maps/junction.net.xml", "SUMO"),
    ] {
        let bytes = std::fs::read(data.join(name)).unwrap();
        let e = Track::from_parts(name, &bytes, None).unwrap_err().to_string();
        assert!(e.contains(kind) && e.contains("not supported"), "{e}");
    }
}

fn sumo_junction(data: &std::path::Path) -> Track {
    let bytes = std::fs::read(data.join("sumo/maps/junction.xodr")).unwrap();
    Track::from_parts("junction.xodr", &bytes, None).unwrap()
}

/// netconvert wrote both files: the network says which link each index of a light is.
#[test]
fn every_sumo_light_governs_the_link_of_its_index() {
    let Some(data) = data() else { return };
    let track = sumo_junction(&data);
    let text = std::fs::read_to_string(data.join("sumo/maps/junction.net.xml")).unwrap();
    let net = roxmltree::Document::parse(&text).unwrap();
    let mut shapes: BTreeMap<String, Vec<[f64; 2]>> = BTreeMap::new();
    for lane in net.descendants().filter(|n| n.has_tag_name("lane")) {
        let points = lane.attribute("shape").unwrap().split(' ').map(|p| {
            let mut c = p.split(',').map(|x| x.parse().unwrap());
            [c.next().unwrap(), c.next().unwrap()]
        });
        shapes.insert(lane.attribute("id").unwrap().to_owned(), points.collect());
    }
    let mut compared = 0;
    for c in net.descendants().filter(|n| n.has_tag_name("connection")) {
        let (Some(tl), Some(index), Some(via)) =
            (c.attribute("tl"), c.attribute("linkIndex"), c.attribute("via"))
        else {
            continue;
        };
        let number = format!("{tl}_{index}");
        let (_, light) =
            track.signals_by_number(&number).next().unwrap_or_else(|| panic!("no light {number}"));
        assert_eq!(
            (light.kind, light.certain, light.governs.len()),
            (SignalKind::TrafficLight, true, 1),
            "{number}"
        );
        let path = track.path(light.governs[0]);
        let lane = |edge: &str, lane: &str| {
            &shapes[&format!("{}_{}", c.attribute(edge).unwrap(), c.attribute(lane).unwrap())]
        };
        let near = |p: [f64; 3], q: [f64; 2]| {
            let d = math::hypot(p[0] - q[0], p[1] - q[1]);
            assert!(d < 0.2, "{number}: {p:?} {q:?}");
        };
        let (from, to) = (track.lane(path.from), track.lane(path.to.unwrap()));
        near(from.centre_at(from.length_m()), *lane("from", "fromLane").last().unwrap());
        near(to.centre_at(0.0), lane("to", "toLane")[0]);
        near(track.lane(path.via[0]).centre_at(0.0), shapes[via][0]);
        let turn = match c.attribute("dir").unwrap() {
            "l" => Turn::Left,
            "r" => Turn::Right,
            _ => Turn::Straight,
        };
        assert_eq!(path.turn, turn, "{number}");
        // Its stop line is the end of that lane, derived since the map has none.
        assert_eq!(light.stop_lines.len(), 1, "{number}");
        let line = track.stop_line(light.stop_lines[0]);
        assert!(line.derived && line.lanes[0].lane == path.from, "{number}");
        assert!((line.lanes[0].station_m - from.length_m()).abs() < 1e-9);
        compared += 1;
    }
    assert_eq!(compared, 16);
}

fn unzip(bytes: &[u8]) -> String {
    let mut out = String::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut out).unwrap();
    out
}

/// Cars that a simulator kept on its lanes are on the road by our lights, footprint and all.
#[test]
fn simulated_cars_stay_on_the_drivable_area() {
    let Some(data) = data() else { return };
    let track = sumo_junction(&data);
    let folder = data.join("sumo/sumo_junction_normal");
    let actors = std::fs::read_to_string(folder.join("actors.csv")).unwrap();
    let header: Vec<&str> = actors.lines().next().unwrap().split(',').collect();
    let column = |names: &[&str]| {
        header.iter().position(|h| names.contains(h)).unwrap_or_else(|| panic!("{header:?}"))
    };
    let (id, length, width) =
        (column(&["id", "actor_id"]), column(&["length", "length_m"]), column(&["width", "width_m"]));
    let sizes: BTreeMap<String, (f64, f64)> = actors
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect::<Vec<_>>())
        .map(|r| (r[id].to_owned(), (r[length].parse().unwrap(), r[width].parse().unwrap())))
        .collect();
    let text = unzip(&std::fs::read(folder.join("fcd.xml.gz")).unwrap());
    let fcd = roxmltree::Document::parse(&text).unwrap();
    let (mut corners, mut outside, mut worst) = (0, 0, 0.0_f64);
    for v in fcd.descendants().filter(|n| n.has_tag_name("vehicle")).step_by(7) {
        let number = |a: &str| v.attribute(a).unwrap().parse::<f64>().unwrap();
        let Some(&(l, w)) = sizes.get(v.attribute("id").unwrap()) else { continue };
        let heading = (90.0 - number("angle")).to_radians();
        let (sin, cos) = math::sin_cos(heading);
        for (along, across) in [(0.0, w / 2.0), (0.0, -w / 2.0), (-l, w / 2.0), (-l, -w / 2.0)] {
            let p = [number("x") + along * cos - across * sin, number("y") + along * sin + across * cos];
            // Cars enter and leave the map at its ends.
            if p[0].abs().max(p[1].abs()) > 248.0 {
                continue;
            }
            corners += 1;
            let clearance = track.drivable_clearance(p, None, 5.0);
            outside += usize::from(clearance < 0.0);
            if clearance < worst {
                worst = clearance;
            }
        }
    }
    println!("{outside} of {corners} corners outside, worst {worst:.2} m");
    assert!(corners > 10_000, "{corners}");
    assert!(outside * 200 < corners && worst > -1.0, "{outside} of {corners}, worst {worst}");
}

#[test]
fn a_signalised_german_town_has_painted_lines_for_every_light() {
    let Some(data) = data() else { return };
    let bytes = std::fs::read(data.join("maps/multi_intersections.xodr.gz")).unwrap();
    let track = Track::from_parts("multi", &bytes, None).unwrap();
    let lights: Vec<_> = track.signals().filter(|(_, s)| s.kind == SignalKind::TrafficLight).collect();
    assert_eq!(lights.len(), 34);
    for (_, light) in lights {
        assert!(light.certain && !light.governs.is_empty(), "{}", light.id);
        assert!(!light.controllers.is_empty(), "{}", light.id);
        assert!(light.stop_lines.iter().all(|s| !track.stop_line(*s).derived), "{}", light.id);
        // The line is close before the junction that the light guards.
        for &line in &light.stop_lines {
            for at in &track.stop_line(line).lanes {
                let lane = track.lane(at.lane);
                assert!(lane.length_m() - at.station_m < 10.0, "{}", light.id);
                assert_eq!(lane.kind, LaneKind::Driving);
            }
        }
    }
    assert!(track.crossings().count() >= 17 && track.crossings().all(|(_, c)| !c.lanes.is_empty()));
}
