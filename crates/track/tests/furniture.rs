//! Crossings, parking spaces, structures, fixtures, speed limits.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

mod common;

use common::{Road, lane, map};
use lukao_track::{StructureKind, ZoneKind};

fn two_way(after: &str) -> Road {
    Road { left: lane(1, "driving", 3.5, ""), after: after.to_owned(), ..Road::default() }
}

#[test]
fn a_crossing_knows_the_stretches_of_lane_it_covers() {
    let forms = [
        "<object id=\"z\" type=\"crosswalk\" s=\"50\" t=\"0\" hdg=\"0\" length=\"4\" width=\"7\"/>",
        "<object id=\"z\" type=\"crosswalk\" s=\"50\" t=\"0\" hdg=\"0\"><outlines><outline><cornerLocal u=\"-2\" v=\"3.5\"/><cornerLocal u=\"2\" v=\"3.5\"/><cornerLocal u=\"2\" v=\"-3.5\"/><cornerLocal u=\"-2\" v=\"-3.5\"/></outline></outlines></object>",
        "<object id=\"z\" type=\"crosswalk\" s=\"50\" t=\"0\"><outline><cornerRoad s=\"48\" t=\"-3.5\"/><cornerRoad s=\"52\" t=\"-3.5\"/><cornerRoad s=\"52\" t=\"3.5\"/><cornerRoad s=\"48\" t=\"3.5\"/></outline></object>",
    ];
    for form in forms {
        let track = map(&two_way(&format!("<objects>{form}</objects>")).xml());
        let (ix, c) = track.crossings().next().unwrap();
        assert_eq!((c.id.as_str(), c.lanes.len()), ("crossing z / road 1", 2), "{form}");
        for s in &c.lanes {
            assert!((s.from_m - 48.0).abs() < 1e-9 && (s.to_m - 52.0).abs() < 1e-9, "{form}: {s:?}");
            assert_eq!(track.crossings_on(s.lane), [ix]);
        }
    }
}

#[test]
fn a_crossing_may_be_given_as_a_sign() {
    let sign = "<signals><signal id=\"9\" s=\"50\" t=\"0\" orientation=\"+\" dynamic=\"no\" type=\"1000003\" value=\"4\"/></signals>";
    let track = map(&two_way(sign).xml());
    let (_, c) = track.crossings().next().unwrap();
    assert_eq!(c.lanes.len(), 2);
    assert_eq!(c.outline_m, [[48.0, -3.5, 0.0], [52.0, -3.5, 0.0], [52.0, 3.5, 0.0], [48.0, 3.5, 0.0]]);
}

#[test]
fn parking_spaces_may_repeat() {
    let objects = "<objects>
        <object id=\"a\" type=\"parkingSpace\" s=\"10\" t=\"-4.75\" length=\"5\" width=\"2.5\"><parkingSpace access=\"handicapped\"/></object>
        <object id=\"b\" type=\"parkingSpace\" s=\"0\" t=\"-4.75\" length=\"5\" width=\"2.5\"><repeat s=\"40\" length=\"12\" distance=\"6\" tStart=\"-4.75\" tEnd=\"-4.75\"/></object></objects>";
    let track = map(&two_way(objects).xml());
    let ids: Vec<&str> = track.parking_spaces().iter().map(|p| p.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "parking space a / road 1",
            "parking space b.0 / road 1",
            "parking space b.1 / road 1",
            "parking space b.2 / road 1"
        ]
    );
    assert_eq!(track.parking_spaces()[0].access, "handicapped");
    assert_eq!(track.parking_spaces()[2].outline_m[0], [43.5, -6.0, 0.0]);
}

#[test]
fn bridges_tunnels_and_other_objects_are_kept() {
    let objects = "<objects><bridge id=\"1\" s=\"20\" length=\"30\" type=\"concrete\" name=\"Long\"/><tunnel id=\"2\" s=\"60\" length=\"900\"/>
        <object id=\"3\" type=\"pole\" s=\"5\" t=\"-4\" zOffset=\"0.1\" radius=\"0.1\" height=\"4\"/></objects>";
    let track = map(&two_way(objects).xml());
    let s = track.structures();
    assert_eq!(
        (s[0].id.as_str(), s[0].kind, s[0].from_s_m, s[0].to_s_m),
        ("bridge 1 / road 1", StructureKind::Bridge, 20.0, 50.0)
    );
    assert_eq!((s[1].kind, s[1].to_s_m), (StructureKind::Tunnel, 100.0), "cut at the road's end");
    let pole = &track.fixtures()[0];
    assert_eq!(
        (pole.id.as_str(), pole.at_m, pole.height_m, pole.outline_m.len()),
        ("object 3 / road 1", [5.0, -4.0, 0.1], Some(4.0), 8)
    );
}

#[test]
fn stations_hydrants_and_works_are_told_by_what_they_are_called() {
    let object = |id: u32, kind: &str, name: &str, size: &str| {
        format!("<object id=\"{id}\" type=\"{kind}\" name=\"{name}\" s=\"50\" t=\"-6\" {size}/>")
    };
    let size = "length=\"10\" width=\"4\"";
    let objects = object(1, "pole", "fire hydrant", "")
        + &object(2, "building", "中石化加油站", size)
        + &object(3, "building", "急救站", size)
        + &object(4, "none", "work zone", size)
        + &object(5, "pole", "lamp", "")
        + &object(6, "building", "gas station", "");
    let track = map(&two_way(&format!("<objects>{objects}</objects>")).xml());
    let zones: Vec<(&str, ZoneKind)> = track.zones().iter().map(|z| (z.id.as_str(), z.kind)).collect();
    assert_eq!(
        zones,
        [
            ("hydrant 1 / road 1", ZoneKind::Hydrant),
            ("petrol station 2 / road 1", ZoneKind::PetrolStation),
            ("emergency station 3 / road 1", ZoneKind::EmergencyStation),
            ("road works 4 / road 1", ZoneKind::Works),
        ]
    );
    let hydrant = &track.zones()[0].outline_m;
    assert!(
        hydrant.len() == 4 && (hydrant[0][0] - 49.85).abs() < 1e-9,
        "a point has a little size: {hydrant:?}"
    );
    let stand: Vec<&str> = track.fixtures().iter().map(|f| f.id.as_str()).collect();
    assert_eq!(
        stand,
        [
            "object 1 / road 1",
            "object 2 / road 1",
            "object 3 / road 1",
            "object 5 / road 1",
            "object 6 / road 1"
        ]
    );
    assert!(
        track.notes().iter().any(|n| n == "petrol station 6 / road 1: no size, left out"),
        "{:?}",
        track.notes()
    );
}

const TOWN: &str = "<type s=\"0\" type=\"town\"><speed max=\"50\" unit=\"km/h\"/></type><type s=\"80\" type=\"rural\"><speed max=\"no limit\"/></type>";

fn sign(id: &str, s: f64, code: &str, value: &str) -> String {
    format!(
        "<signal id=\"{id}\" s=\"{s}\" t=\"-4\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"{code}\" {value}/>"
    )
}

#[test]
fn the_lanes_own_limit_goes_before_a_sign_and_a_sign_before_the_road_type() {
    let signs = sign("11", 20.0, "274", "value=\"30\"") + &sign("12", 60.0, "278", "");
    let right = lane(-1, "driving", 3.5, "<speed sOffset=\"40\" max=\"20\" unit=\"mph\"/>")
        + &lane(-2, "driving", 3.5, "");
    let track = map(&Road {
        before: TOWN.to_owned(),
        right,
        after: format!("<signals>{signs}</signals>"),
        ..Road::default()
    }
    .xml());
    let at = |lane: i32, s: f64| {
        let lane = track.lane_by_id(&format!("road 1 section 0 lane {lane}")).unwrap();
        track
            .speed_limit_at(lane, s)
            .map(|l| (l.max_mps.map(|v| (v * 36.0).round() / 10.0), l.source.clone()))
    };
    let says = |kmh: Option<f64>, source: &str| Some((kmh, source.to_owned()));
    assert_eq!(at(-2, 10.0), says(Some(50.0), "road 1 type town"));
    assert_eq!(at(-2, 20.0), says(Some(30.0), "signal 11 / road 1"), "at the sign itself");
    assert_eq!(at(-2, 59.0), says(Some(30.0), "signal 11 / road 1"));
    assert_eq!(at(-2, 61.0), says(Some(50.0), "road 1 type town"), "the sign's limit has ended");
    assert_eq!(at(-2, 90.0), says(None, "road 1 type rural"), "no limit is an answer");
    assert_eq!(at(-1, 30.0), says(Some(30.0), "signal 11 / road 1"));
    assert_eq!(at(-1, 41.0), says(Some(32.2), "road 1 section 0 lane -1 speed"));
}

#[test]
fn an_unreadable_speed_sign_makes_the_limit_unknown() {
    let signs = format!("<signals>{}</signals>", sign("11", 20.0, "274", "subtype=\"60\""));
    let track = map(&Road { before: TOWN.to_owned(), after: signs, ..Road::default() }.xml());
    let lane = track.lane_by_id("road 1 section 0 lane -1").unwrap();
    assert!(track.speed_limit_at(lane, 10.0).is_some());
    assert_eq!(track.speed_limit_at(lane, 30.0), None, "60 km/h or, in the old numbering, 100");
}

#[test]
fn a_sign_holds_on_the_next_road_but_not_through_a_junction() {
    let link = |n: &str| {
        format!("<link><successor elementType=\"road\" elementId=\"{n}\" contactPoint=\"start\"/></link>")
    };
    let onward = || lane(-1, "driving", 3.5, "<link><successor id=\"-1\"/></link>");
    let after = format!("<signals>{}</signals>", sign("11", 20.0, "274", "value=\"30\""));
    let track = map(&(Road { before: link("2"), right: onward(), after, ..Road::default() }.xml()
        + &Road { id: "2", x: 100.0, before: link("3"), right: onward(), ..Road::default() }.xml()
        + &Road { id: "3", x: 200.0, attributes: "junction=\"7\"", ..Road::default() }.xml()));
    let limit = |road: u32| {
        track.speed_limit_at(track.lane_by_id(&format!("road {road} section 0 lane -1")).unwrap(), 50.0)
    };
    assert_eq!(limit(2).unwrap().source, "signal 11 / road 1");
    assert_eq!(limit(3), None);
}
