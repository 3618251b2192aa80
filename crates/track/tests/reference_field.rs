//! The reference field: its map and stations as they are in the repository.

#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]

use lukao_track::{Asked, SignalKind, StructureKind, Track, ZoneKind};

/// Kinds of stations, one for each item of the exam and each variant of one.
const KINDS: [&str; 47] = [
    "traffic-signs",
    "traffic-markings",
    "traffic-lights",
    "police-gestures",
    "curve",
    "right-angle-turn",
    "undulating-road",
    "width-gate",
    "narrow-u-turn",
    "hill-stop-start",
    "emergency-handling",
    "operability",
    "emergency-stop",
    "start",
    "stop",
    "car-following",
    "straight-through",
    "pedestrian-crossing",
    "kerb-stop",
    "lane-change",
    "right-turn",
    "left-turn",
    "u-turn",
    "bus-stop",
    "meeting",
    "roundabout",
    "main-side-road",
    "interchange",
    "school-zone",
    "tunnel",
    "overtaking",
    "works",
    "garage",
    "parallel-parking",
    "rain",
    "fog",
    "slippery",
    "spilled-objects",
    "night-or-emergency",
    "networked",
    "variable-lane",
    "tidal-lane",
    "temporary-lights",
    "jaywalker",
    "waiting-area",
    "detour",
    "garage-people",
];

fn field() -> Track {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tracks/reference-field/");
    let read = |name: &str| std::fs::read_to_string(format!("{dir}{name}")).unwrap();
    let track =
        Track::from_parts("field.xodr", read("field.xodr").as_bytes(), Some(&read("survey.toml"))).unwrap();
    track.with_stations("stations.toml", &read("stations.toml")).unwrap()
}

#[test]
fn it_loads_without_a_remark_and_has_a_station_of_each_kind() {
    let field = field();
    assert!(field.notes().is_empty(), "{:?}", field.notes());
    for kind in KINDS {
        assert!(field.stations().iter().any(|s| s.kind == kind), "{kind}");
    }
    assert!(field.stations().iter().all(|s| KINDS.contains(&s.kind.as_str())));
}

#[test]
fn lanes_that_follow_one_another_meet() {
    let field = field();
    let mut joints = 0;
    for (ix, lane) in field.lanes() {
        for next in field.successors(ix) {
            let next = field.lane(*next);
            let (a, b) = (lane.centre_m[lane.centre_m.len() - 1], next.centre_m[0]);
            let gap = lukao_model::math::hypot(a[0] - b[0], a[1] - b[1]);
            assert!(gap < 0.01, "{} and {} are {gap} m apart", lane.id, next.id);
            assert!((a[2] - b[2]).abs() < 0.01, "{} and {} differ in height", lane.id, next.id);
            let turn =
                lukao_model::math::angle_between(lane.heading_at(lane.length_m()), next.heading_at(0.0));
            assert!(turn.abs() < 0.15, "{} and {} bend by {turn}", lane.id, next.id);
            joints += 1;
        }
    }
    assert!(joints > 100, "{joints}");
}

#[test]
fn it_has_the_elements_that_the_levels_ask_for() {
    let field = field();
    let structure = |k| field.structures().iter().filter(|s| s.kind == k).count();
    assert_eq!((structure(StructureKind::Tunnel), structure(StructureKind::Bridge)), (1, 1));
    let zone = |k| field.zones().iter().filter(|z| z.kind == k).count();
    assert_eq!([ZoneKind::School, ZoneKind::BusStop, ZoneKind::YellowBox].map(zone), [1, 1, 2]);
    assert_eq!((field.crossings().count(), field.parking_spaces().len()), (7, 3));
    let lights: Vec<_> = field.signals().filter(|(_, s)| s.kind == SignalKind::TrafficLight).collect();
    assert_eq!(lights.len(), 16);
    assert!(lights.iter().all(|(_, s)| !s.stop_lines.is_empty()), "{lights:?}");
    let (away, at_junctions): (Vec<_>, Vec<_>) = lights.iter().partition(|(_, s)| s.governs.is_empty());
    assert!(at_junctions.iter().all(|(_, s)| s.certain), "{at_junctions:?}");
    assert_eq!(away.iter().map(|(_, s)| s.number.as_str()).collect::<Vec<_>>(), ["temporary_light"]);
    assert_eq!(field.signals().filter(|(_, s)| s.kind == SignalKind::LaneLight).count(), 4);
    assert!(field.stop_lines().all(|(_, s)| !s.derived));
    assert!(field.lanes().all(|(_, l)| !l.kind.is_traffic() || !l.speeds.is_empty()), "a limit everywhere");
    let ring = field.lanes().filter(|(ix, _)| field.on_ring(*ix)).count();
    assert!(ring >= 3, "the roundabout is round: {ring}");
    // Two levels, one over the other.
    let over = field.lanes_at([-1.75, -363.75], None);
    let z: Vec<f64> = over.iter().map(|h| h.z_m).collect();
    assert!(z.iter().any(|z| *z < 0.1) && z.iter().any(|z| *z > 5.4), "{z:?}");
    assert_eq!(field.lanes_at([-1.75, -363.75], Some(5.5)).len(), 1);
}

#[test]
fn lanes_lead_from_each_entry_to_its_exit_with_room_before_and_after() {
    let field = field();
    for s in field.stations() {
        // Turning round in a lane used both ways leads along no lane.
        if s.kind == "narrow-u-turn" {
            continue;
        }
        let route = field.station_route(s).unwrap_or_else(|| panic!("no way through {}", s.id));
        let long = field.extended(&route, 60.0, 20.0);
        let (before, after) = (40.0, 20.0);
        assert!(
            long.length_m >= route.length_m + before + after,
            "{}: {} of {}",
            s.id,
            long.length_m,
            route.length_m
        );
        let changes = route.legs.iter().filter(|l| l.changes).count();
        let (least, most) = match s.kind.as_str() {
            "interchange" => (1, 1),
            _ => (0, 0),
        };
        assert!((least..=most).contains(&changes), "{}: {changes} changes of lane", s.id);
    }
}

#[test]
fn it_hosts_all_levels_and_its_main_roads_are_flat_enough_for_snow() {
    let field = field();
    let mut kinds: Vec<&String> = field.stations().iter().map(|s| &s.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let asked: Vec<Asked> = kinds
        .into_iter()
        .map(|k| Asked { item: k.clone(), station: k.clone(), levels: Vec::new() })
        .collect();
    assert_eq!(asked.len(), KINDS.len());
    let hosting = field.hosting(&["T5".into()], &asked);
    let lacking: Vec<_> = hosting.items.iter().filter(|h| !h.lacks.is_empty()).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
    assert_eq!(hosting.level(), Some("T5"));
    assert!(hosting.whole.iter().all(|w| w.holds), "{:#?}", hosting.whole);
}

#[test]
fn profiles_of_real_fields_are_facts_with_sources() {
    for name in ["haidian", "yizhuang", "shunyi"] {
        let path = format!("{}/../../tracks/{name}/profile.toml", env!("CARGO_MANIFEST_DIR"));
        let profile = lukao_track::Profile::from_toml(name, &std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(
            profile.facts.len() >= 4
                && profile.facts.iter().all(|f| !f.source.is_empty() && !f.text.is_empty())
        );
    }
}

#[test]
fn the_drawing_shows_every_lane_and_names_every_station() {
    let field = field();
    let svg = field.svg();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.matches("<polygon").count() >= field.lanes().count());
    for s in field.stations() {
        assert!(svg.contains(&s.title.zh), "{}", s.id);
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}
