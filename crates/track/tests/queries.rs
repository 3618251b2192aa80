//! Where is it, what does it cross, is it on the road.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

mod common;

use common::{Road, lane, map};
use lukao_model::frame::{Alignment, Crs};
use lukao_model::math;
use lukao_track::{Body, LaneIx, LaneKind, SEAM_M, Side, Track};

fn box_at(x: f64, y: f64, half_length: f64, half_width: f64) -> Vec<[f64; 2]> {
    [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
        .map(|[a, b]| [x + a * half_length, y + b * half_width])
        .to_vec()
}

fn ids(track: &Track, lanes: &[LaneIx]) -> Vec<String> {
    lanes.iter().map(|l| track.lane(*l).id.clone()).collect()
}

/// Two lanes each way; the lines: solid at the edges, broken between lanes of one direction, solid in the middle.
fn four_lanes(attributes: &'static str, x: f64, y: f64) -> String {
    let broken = "<roadMark sOffset=\"0\" type=\"broken\" width=\"0.12\"/>";
    let solid = "<roadMark sOffset=\"0\" type=\"solid\" width=\"0.12\"/>";
    Road {
        x,
        y,
        attributes,
        left: lane(1, "driving", 3.5, broken) + &lane(2, "driving", 3.5, solid),
        centre: solid.to_owned(),
        right: lane(-1, "driving", 3.5, broken) + &lane(-2, "driving", 3.5, solid),
        ..Road::default()
    }
    .xml()
}

#[test]
fn a_footprint_touches_the_lanes_it_shares_a_point_with() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    let touched = |y: f64| ids(&track, &track.lanes_touched(&box_at(50.0, y, 2.0, 0.9), None));
    assert_eq!(touched(-1.75), ["road 1 section 0 lane -1"]);
    assert_eq!(touched(-0.85), ["road 1 section 0 lane -1", "road 1 section 0 lane 1"]);
    assert_eq!(touched(-0.95), ["road 1 section 0 lane -1"]);
    assert_eq!(touched(-7.5), ["road 1 section 0 lane -2"], "half outside");
    assert_eq!(touched(-8.0), Vec::<String>::new());
}

#[test]
fn crossing_a_line_says_which_where_from_where_and_whether_it_is_solid() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    let crossed = track.lines_crossed([10.0, -5.0], [30.0, 5.0], None);
    let summary: Vec<(&str, f64, Side, Option<bool>)> =
        crossed.iter().map(|c| (track.line(c.line).id.as_str(), c.fraction, c.from, c.solid())).collect();
    assert_eq!(summary.len(), 3);
    assert_eq!(
        (summary[0].0, summary[0].2, summary[0].3),
        ("road 1 section 0 line -1", Side::Right, Some(false))
    );
    assert_eq!(summary[1], ("road 1 section 0 line 0", 0.5, Side::Right, Some(true)));
    assert_eq!(summary[2].0, "road 1 section 0 line 1");
    assert!((crossed[0].fraction - 0.15).abs() < 1e-12 && (crossed[0].at_m[0] - 13.0).abs() < 1e-9);
    assert!(track.lines_crossed([10.0, -5.0], [30.0, -4.0], None).is_empty());
    assert!(
        track.lines_crossed([10.0, -3.5], [30.0, -3.5], None).is_empty(),
        "along a line is not across it"
    );
}

#[test]
fn a_line_crossed_step_by_step_is_crossed_once() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    // A step ends exactly on the line: one of the two steps crosses it, not both, not none.
    let path = [[10.0, -1.0], [11.0, 0.0], [12.0, 1.0]];
    let count: usize = path.windows(2).map(|w| track.lines_crossed(w[0], w[1], None).len()).sum();
    assert_eq!(count, 1);
    // Touching it and going back crosses it twice or not at all.
    let back = [[10.0, -1.0], [11.0, 0.0], [12.0, -1.0]];
    let count: usize = back.windows(2).map(|w| track.lines_crossed(w[0], w[1], None).len()).sum();
    assert_eq!(count % 2, 0);
}

#[test]
fn a_footprint_crosses_with_its_corners_and_reaches_over_a_line() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    let (from, to) = (box_at(50.0, -1.75, 2.0, 0.9), box_at(51.0, -0.6, 2.0, 0.9));
    let swept = track.lines_swept(&from, &to, None);
    assert_eq!(swept.len(), 1, "once, though two corners do it");
    assert_eq!(
        (track.line(swept[0].line).id.as_str(), swept[0].solid()),
        ("road 1 section 0 line 0", Some(true))
    );
    let touched = track.lines_touched(&to, None);
    assert_eq!(touched.len(), 1);
    assert!((touched[0].left_reach_m - 0.3).abs() < 1e-9 && (touched[0].right_reach_m - 1.5).abs() < 1e-9);
    assert_eq!(touched[0].mark.unwrap().declared, "solid");
}

#[test]
fn lateral_distances_are_signed_and_hold_outside_the_lane_too() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    let lane = track.lane_by_id("road 1 section 0 lane -1").unwrap();
    let in_it = track.locate(lane, [40.0, -1.0]);
    assert!((in_it.lateral_m - 0.75).abs() < 1e-9 && (in_it.station_m - 40.0).abs() < 1e-9);
    let left_of_it = track.locate(lane, [40.0, 0.4]);
    assert!((left_of_it.to_left_m + 0.4).abs() < 1e-9 && (left_of_it.to_right_m - 3.9).abs() < 1e-9);
    let oncoming = track.locate(track.lane_by_id("road 1 section 0 lane 1").unwrap(), [40.0, 1.0]);
    assert!((oncoming.station_m - 60.0).abs() < 1e-9, "stations run with the traffic");
    assert!((oncoming.to_left_m - 1.0).abs() < 1e-9, "its left is the centre line");
    assert!((math::cos(oncoming.heading_rad) + 1.0).abs() < 1e-12);
}

#[test]
fn the_nearest_lane_of_a_kind_is_found_within_reach() {
    let right = lane(-1, "driving", 3.5, "") + &lane(-2, "sidewalk", 2.0, "");
    let track = map(&Road { right, ..Road::default() }.xml());
    let nearest = |y: f64, max: f64, kind: LaneKind| {
        track
            .nearest_lane([50.0, y], None, max, |l| l.kind == kind)
            .map(|(h, d)| (track.lane(h.lane).number, d))
    };
    assert_eq!(nearest(-1.0, 5.0, LaneKind::Driving), Some((-1, 0.0)));
    let (n, d) = nearest(-9.5, 20.0, LaneKind::Driving).unwrap();
    assert!(n == -1 && (d - 6.0).abs() < 1e-9);
    assert_eq!(nearest(-9.5, 20.0, LaneKind::Sidewalk).map(|x| x.0), Some(-2));
    assert_eq!(nearest(-9.5, 5.0, LaneKind::Driving), None);
    assert_eq!(nearest(f64::NAN, 5.0, LaneKind::Driving), None, "nowhere is near nothing");
}

/// A road along +x at height 0 and a bridge along +y over it, 6 m higher.
fn interchange() -> Track {
    let below = Road { left: lane(1, "driving", 3.5, ""), ..Road::default() }.xml();
    let above = "<road id=\"2\" length=\"100\" junction=\"-1\"><planView><geometry s=\"0\" x=\"50\" y=\"-50\" hdg=\"1.5707963267948966\" length=\"100\"><line/></geometry></planView>
        <elevationProfile><elevation s=\"0\" a=\"6\" b=\"0\" c=\"0\" d=\"0\"/></elevationProfile>
        <lanes><laneSection s=\"0\"><right><lane id=\"-1\" type=\"driving\"><width sOffset=\"0\" a=\"3.5\"/><roadMark sOffset=\"0\" type=\"solid\" width=\"0.1\"/></lane></right></laneSection></lanes>
        <objects><bridge id=\"7\" s=\"40\" length=\"20\"/></objects></road>";
    map(&(below + above))
}

#[test]
fn a_bridge_and_the_road_below_are_told_apart_by_height() {
    let track = interchange();
    let p = [51.0, -1.0];
    let at = |z: Option<f64>| {
        track.lanes_at(p, z).iter().map(|h| track.lane(h.lane).id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(at(Some(0.1)), ["road 1 section 0 lane -1"]);
    assert_eq!(at(Some(5.8)), ["road 2 section 0 lane -1"]);
    assert_eq!(at(None).len(), 2, "without a height both");
    assert!(at(Some(-500.0)).is_empty(), "underground is on no road");
    // The bridge's edge line is not crossed by who drives below it.
    assert_eq!(track.lines_crossed([52.0, -1.0], [56.0, -1.0], Some(0.0)), []);
    assert_eq!(track.lines_crossed([52.0, -1.0], [56.0, -1.0], Some(6.0)).len(), 1);
    // Beside the bridge there is no road at its height.
    assert!(track.is_drivable_at([60.0, -1.0], Some(0.0)) && !track.is_drivable_at([60.0, -1.0], Some(6.0)));
    // The road below does not cut the bridge's edge away, nor the other way round.
    let length: f64 = track
        .drivable_boundary()
        .iter()
        .flat_map(|b| b.points_m.windows(2))
        .map(|w| math::hypot(w[0][0] - w[1][0], w[0][1] - w[1][1]))
        .sum();
    assert!((length - (2.0 * (100.0 + 7.0) + 2.0 * (100.0 + 3.5))).abs() < 1e-6, "{length}");
}

#[test]
fn a_map_without_heights_takes_no_notice_of_z() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    assert!(!track.features().heights);
    assert_eq!(track.lanes_at([50.0, -1.0], Some(35.0)).len(), 1, "a log with heights over a flat map");
}

#[test]
fn seams_between_roads_are_not_outside_and_gaps_are() {
    for (gap, outside) in [(0.04, false), (0.2, true)] {
        let track =
            map(&(Road::default().xml() + &Road { id: "2", x: 100.0 + gap, ..Road::default() }.xml()));
        let middle = [100.0 + gap / 2.0, -1.75];
        assert_eq!(!track.is_drivable_at(middle, None), outside, "gap {gap}");
        assert_eq!(track.drivable_clearance(middle, None, 5.0) < 0.0, outside);
        // The ends at the seam are boundary only if it is a gap.
        let across = track
            .drivable_boundary()
            .iter()
            .flat_map(|b| &b.points_m)
            .filter(|p| (p[0] - 100.0).abs() < 1.0 && (p[1] + 1.75).abs() < 1.7);
        assert_eq!(across.count(), 0, "no corner of the boundary inside the roads");
        let ends = track
            .drivable_boundary()
            .iter()
            .filter(|b| b.points_m.iter().all(|p| (p[0] - 100.0).abs() < 1.0))
            .count();
        assert_eq!(ends, if outside { 2 } else { 0 });
    }
}

#[test]
fn the_boundary_has_the_area_on_its_left_and_the_clearance_agrees_with_it() {
    let right = lane(-1, "driving", 3.5, "") + &lane(-2, "sidewalk", 2.0, "");
    let track = map(&Road { right, ..Road::default() }.xml());
    for b in track.drivable_boundary() {
        for w in b.points_m.windows(2) {
            let (d, m) = (
                [w[1][0] - w[0][0], w[1][1] - w[0][1]],
                [(w[0][0] + w[1][0]) / 2.0, (w[0][1] + w[1][1]) / 2.0],
            );
            let len = math::hypot(d[0], d[1]);
            let beside = |by: f64| [m[0] - d[1] / len * by, m[1] + d[0] / len * by];
            assert!((track.drivable_clearance(beside(0.5), None, 9.0) - 0.5).abs() < 1e-9);
            assert!((track.drivable_clearance(beside(-0.5), None, 9.0) + 0.5).abs() < 1e-9);
        }
    }
    assert!(track.is_drivable_at([50.0, SEAM_M / 2.0], None));
    let (edge, d) = track.nearest_boundary([50.0, -3.0], None, 9.0).unwrap();
    assert_eq!((edge.id.as_str(), (d * 1e9).round() / 1e9), ("edge of road 1 section 0 lane -1", 0.5));
}

#[test]
fn a_survey_can_name_what_is_drivable() {
    let right = lane(-1, "driving", 3.5, "") + &lane(-2, "shoulder", 2.0, "");
    let text = format!("<OpenDRIVE>{}</OpenDRIVE>", Road { right, ..Road::default() }.xml());
    let read = |survey: &str| Track::from_parts("f", text.as_bytes(), Some(survey)).unwrap();
    assert!(!read("").is_drivable_at([50.0, -4.5], None));
    assert!(read("drivable = [\"driving\", \"shoulder\"]").is_drivable_at([50.0, -4.5], None));
}

#[test]
fn gaps_between_connecting_lanes_are_pavement_but_the_corners_of_a_junction_are_not() {
    // A cross of four connecting roads round a hole of 3 m.
    let road = |id: &str, x: f64, y: f64, hdg: f64| {
        format!("<road id=\"{id}\" length=\"30\" junction=\"5\"><planView><geometry s=\"0\" x=\"{x}\" y=\"{y}\" hdg=\"{hdg}\" length=\"30\"><line/></geometry></planView>
        <lanes><laneSection s=\"0\"><right><lane id=\"-1\" type=\"driving\"><width sOffset=\"0\" a=\"3.5\"/></lane></right></laneSection></lanes></road>")
    };
    let q = std::f64::consts::FRAC_PI_2;
    let track = map(&(road("1", -15.0, -1.5, 0.0)
        + &road("2", 15.0, 1.5, 2.0 * q)
        + &road("3", 1.5, -15.0, q)
        + &road("4", -1.5, 15.0, -q)));
    assert!(track.lanes_at([0.0, 0.0], None).is_empty() && track.is_drivable_at([0.0, 0.0], None));
    assert!(track.drivable_clearance([0.0, 0.0], None, 20.0) > 4.0);
    assert!(!track.is_drivable_at([6.0, 6.0], None), "between two arms");
    assert!(
        track.drivable_boundary().iter().flat_map(|b| &b.points_m).all(|p| p[0].abs().max(p[1].abs()) > 1.6)
    );
}

#[test]
fn a_moved_track_answers_as_before() {
    let track = map(&four_lanes("junction=\"-1\"", 0.0, 0.0));
    let alignment = Alignment { yaw_rad: 0.7, shift_m: [448_000.0, 4_424_000.0, 40.0] };
    let moved = track.aligned(&alignment, lukao_model::Frame::local("drive"));
    assert_eq!(moved.frame().crs, Crs::Local { name: "drive".into() });
    let to = |p: [f64; 2]| {
        let (sin, cos) = math::sin_cos(0.7_f64);
        [p[0] * cos - p[1] * sin + 448_000.0, p[0] * sin + p[1] * cos + 4_424_000.0]
    };
    for p in [[10.0, -1.0], [99.0, 3.0], [50.0, -6.9], [50.0, 8.0]] {
        let (a, b) = (track.lanes_at(p, None), moved.lanes_at(to(p), None));
        assert_eq!(a.len(), b.len());
        for (x, y) in a.iter().zip(&b) {
            assert_eq!(x.lane, y.lane);
            assert!((x.station_m - y.station_m).abs() < 1e-6 && (x.to_left_m - y.to_left_m).abs() < 1e-6);
            assert!(
                (y.heading_rad - x.heading_rad - 0.7).rem_euclid(std::f64::consts::TAU) < 1e-6
                    || (x.heading_rad + 0.7 - y.heading_rad).rem_euclid(std::f64::consts::TAU) < 1e-6
            );
        }
        let (c, d) = (track.drivable_clearance(p, None, 9.0), moved.drivable_clearance(to(p), None, 9.0));
        assert!((c - d).abs() < 1e-6, "{c} {d}");
    }
    assert_eq!(moved.lines_crossed(to([10.0, -1.0]), to([10.0, 1.0]), None).len(), 1);
}

#[test]
fn the_headers_reference_and_offset_become_the_frame() {
    let text = |header: &str| {
        format!(
            "<OpenDRIVE><header>{header}</header>{}</OpenDRIVE>",
            Road { x: 10.0, ..Road::default() }.xml()
        )
    };
    let local = common::read(&text(""));
    assert_eq!(local.frame().crs, Crs::Local { name: "test.xodr".into() });
    let utm = common::read(&text(
        "<geoReference><![CDATA[ +proj=utm +zone=50 +datum=WGS84 ]]></geoReference><offset x=\"448000\" y=\"4424000\" z=\"40\" hdg=\"0\"/>",
    ));
    let Crs::Projected { definition, .. } = &utm.frame().crs else { panic!("{}", utm.frame()) };
    assert_eq!(definition, "+proj=utm +zone=50 +datum=WGS84");
    assert_eq!(utm.frame().origin_m, [448_000.0, 4_424_000.0, 40.0]);
    assert_eq!(
        utm.lanes().next().unwrap().1.left_m[0][0],
        10.0,
        "the offset was subtracted before; it stays subtracted"
    );
    let turned = common::read(&text("<offset x=\"0\" y=\"0\" z=\"0\" hdg=\"1.5707963267948966\"/>"));
    let p = turned.lanes().next().unwrap().1.left_m[0];
    assert!(p[0].abs() < 1e-9 && (p[1] - 10.0).abs() < 1e-9, "turned to the reference's axes: {p:?}");
    let survey = "[frame]\ncrs = { kind = \"local\", name = \"field\" }\norigin_m = [1.0, 2.0, 3.0]";
    let own = Track::from_parts("x", text("").as_bytes(), Some(survey)).unwrap();
    assert_eq!(own.frame().origin_m, [1.0, 2.0, 3.0]);
}

/// Bodies at random places and angles: a lane that holds a point of one is never said to be out of its reach.
#[test]
fn what_a_body_may_not_touch_holds_no_point_of_it() {
    let track = lukao_track::example::signalised();
    let mut seed = 5_u64;
    let mut random = |lo: f64, hi: f64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lo + (hi - lo) * ((seed >> 11) as f64 / (1_u64 << 53) as f64)
    };
    let (mut held, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let lane = LaneIx((random(0.0, track.lanes().count() as f64)) as u32);
        let (lo, hi) = track.lane_bounds(lane);
        let centre_m = [random(lo[0] - 6.0, hi[0] + 6.0), random(lo[1] - 6.0, hi[1] + 6.0)];
        let (sin, cos) = math::sin_cos(random(-4.0, 4.0));
        let (half_m, from_m) = ([random(0.2, 5.0), random(0.2, 1.5)], random(-20.0, 80.0));
        let body = Body { centre_m, along: [cos, sin], half_m };
        let may = track.may_touch(lane, from_m, &body);
        refused += usize::from(!may);
        for (x, y) in [(0.0, 0.0), (1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0), (0.3, 0.9)] {
            let (x, y) = (x * half_m[0], y * half_m[1]);
            let p = [centre_m[0] + x * cos - y * sin, centre_m[1] + x * sin + y * cos];
            let mut along = Vec::new();
            track.along_lanes_at(p, None, |l| l == lane, &mut along);
            let hits = track.lanes_at_of(p, None, |l| l == lane);
            assert_eq!(track.any_lane_at(p, None, |l| l == lane), !hits.is_empty());
            assert_eq!(along.len(), hits.len());
            for (short, hit) in along.iter().zip(&hits) {
                let same = (hit.lane, hit.station_m, hit.lateral_m, hit.heading_rad);
                assert_eq!((short.lane, short.station_m, short.lateral_m, short.heading_rad), same);
                held += 1;
                assert!(may || hit.station_m <= from_m, "{body:?} of {hit:?} from {from_m}");
            }
        }
    }
    assert!(held > 5_000 && refused > 5_000, "{held} {refused}");
}
