//! Junctions: who may go first by the map, where ways meet, rings; zones.

#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]

use lukao_track::{PathIx, SignalKind, Track, Turn, ZoneKind, example, outline_distance};

fn track(xodr: &str) -> Track {
    Track::from_parts("junctions", xodr.as_bytes(), None).unwrap()
}

fn path(track: &Track, from: &str, to: &str) -> PathIx {
    let of = |l: lukao_track::LaneIx| track.road(track.lane(l).road).number.clone();
    let found =
        track.paths().find(|(_, p)| of(p.from) == from && p.to.is_some_and(|to_lane| of(to_lane) == to));
    found.unwrap().0
}

#[test]
fn straight_ways_meet_in_the_square_of_their_lanes() {
    let t = track(&example::crossroads(&[]));
    assert_eq!(t.paths().count(), 12);
    assert_eq!(t.path(path(&t, "1", "4")).turn, Turn::Left);
    // From the west y is -2.75 to -0.75, from the south x is 0.75 to 2.75; both begin 12 m before the middle.
    let c = t.conflict(path(&t, "1", "3"), path(&t, "2", "4")).unwrap();
    assert!(c.a_m == [12.5, 15.0], "{c:?}");
    assert!(c.b_m == [9.0, 11.5], "{c:?}");
    assert!(!c.merges);
    // Straight on from both sides run side by side, two right turns are in no one's way.
    assert_eq!(t.conflict(path(&t, "1", "3"), path(&t, "3", "1")), None);
    assert_eq!(t.conflict(path(&t, "1", "2"), path(&t, "3", "4")), None);
    // A left turn cuts who comes straight from the other side; a right turn and a left turn merge.
    assert!(t.conflict(path(&t, "1", "4"), path(&t, "3", "1")).is_some());
    assert!(t.conflict(path(&t, "1", "2"), path(&t, "3", "2")).unwrap().merges);
    assert_eq!(t.conflict(path(&t, "1", "2"), path(&t, "1", "3")), None, "from one lane");
}

#[test]
fn a_point_has_a_place_along_a_way() {
    let t = track(&example::crossroads(&[]));
    let way = t.way_of(path(&t, "1", "3"));
    assert!((way.inside_m - 24.0).abs() < 1e-9);
    for x in [-50.0, -12.0, 0.0, 30.0] {
        let (s, off) = way.place(&t, [x, -1.0]);
        assert!((s - (x + 12.0)).abs() < 1e-6 && (off - 0.75).abs() < 1e-6, "{x}: {s} {off}");
    }
}

#[test]
fn priorities_signs_and_roundabouts_are_read() {
    let sign = "<signals><signal id=\"7\" s=\"96\" t=\"-4\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"206\" subtype=\"-1\"/></signals>";
    let t = track(&example::crossroads(&[("2", sign), ("junction", "<priority high=\"13\" low=\"24\"/>")]));
    let j = t.junction("9").unwrap();
    let numbers: Vec<(&str, &str)> =
        j.priorities.iter().map(|(a, b)| (t.road(*a).number.as_str(), t.road(*b).number.as_str())).collect();
    assert_eq!((numbers, j.roundabout), (vec![("13", "24")], false));
    let lane = t.lane_by_id("road 2 section 0 lane -1").unwrap();
    let [(at, ix)] = t.signs_on(lane) else { panic!() };
    assert_eq!((t.signal(*ix).kind, *at), (SignalKind::Stop, 96.0));
    let group = "<junctionGroup id=\"1\" type=\"roundabout\"><junctionReference junction=\"9\"/></junctionGroup></OpenDRIVE>";
    let t = track(&example::crossroads(&[]).replace("</OpenDRIVE>", group));
    assert!(t.junction("9").unwrap().roundabout);
}

#[test]
fn a_ring_is_told_from_a_crossroads() {
    let t = track(&example::roundabout());
    let lane = |id: &str| t.lane_by_id(id).unwrap();
    assert!(t.on_ring(lane("road 2 section 0 lane -1")));
    assert!(t.on_ring(lane("road 22 section 0 lane -1")));
    assert!(!t.on_ring(lane("road 1 section 0 lane -1")));
    let c = t.conflict(path(&t, "1", "2"), path(&t, "2", "2")).unwrap();
    assert!(c.merges);
    let t = track(&example::crossroads(&[]));
    assert!(t.lanes().all(|(ix, _)| !t.on_ring(ix)));
}

#[test]
fn zones_know_the_lanes_they_cover() {
    let objects = "<objects>
        <object id=\"4\" type=\"roadMark\" name=\"yellowBox\" s=\"80\" t=\"-1.75\" length=\"10\" width=\"3.5\"/>
        <object id=\"5\" type=\"busStop\" s=\"40\" t=\"-4.5\" length=\"12\" width=\"1.5\"/></objects>";
    let t = track(&example::crossroads(&[("1", objects)]));
    let [yellow, bus] = t.zones() else { panic!() };
    assert_eq!(
        (yellow.id.as_str(), yellow.kind, bus.kind),
        ("yellow box 4 / road 1", ZoneKind::YellowBox, ZoneKind::BusStop)
    );
    assert_eq!((yellow.lanes.len(), bus.lanes.len()), (1, 0), "a bus stop beside the lane covers none");
    let s = yellow.lanes[0];
    assert!((s.from_m - 75.0).abs() < 1e-6 && (s.to_m - 85.0).abs() < 1e-6, "{s:?}");
    assert_eq!(t.zones_on(s.lane).count(), 1);
    let lane = t.lane(s.lane);
    let p = lane.centre_at(90.0);
    assert!((outline_distance(&yellow.outline_m, [p[0], p[1]]) - 5.0).abs() < 1e-9);
    assert_eq!(outline_distance(&yellow.outline_m, [-112.0 + 80.0, -1.75]), 0.0);
}
