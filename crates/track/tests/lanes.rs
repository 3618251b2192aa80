//! Lanes: sides, directions, heights, links, marks.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests stop at what they did not expect")]

mod common;

use common::{Road, lane, map};
use lukao_model::math;
use lukao_track::{LaneChange, LaneKind, MarkColour, MarkKind, Side, Stripe, Travel};

#[test]
fn traffic_keeps_right_or_left_as_the_road_says() {
    for (rule, right_lane) in [("RHT", Travel::Forward), ("LHT", Travel::Backward)] {
        let attributes = if rule == "RHT" { "junction=\"-1\"" } else { "junction=\"-1\" rule=\"LHT\"" };
        let track = map(&Road { left: lane(1, "driving", 3.0, ""), attributes, ..Road::default() }.xml());
        let right = track.lane(track.lane_by_id("road 1 section 0 lane -1").unwrap());
        let left = track.lane(track.lane_by_id("road 1 section 0 lane 1").unwrap());
        assert_eq!(right.travel, right_lane);
        assert_ne!(left.travel, right_lane);
        // Left is the driver's left, and stations run with him.
        for l in [right, left] {
            let (a, b) = l.borders_at(0.0);
            let along = if l.travel == Travel::Forward { 1.0 } else { -1.0 };
            assert!((a[1] - b[1]) * along > 0.0, "{}: {a:?} {b:?}", l.id);
            assert_eq!(l.road_s_at(0.0), if l.travel == Travel::Forward { 0.0 } else { 100.0 });
            assert_eq!(l.station_at(30.0), if l.travel == Travel::Forward { 30.0 } else { 70.0 });
            let heading: f64 = l.one_way_heading_at(50.0).unwrap();
            assert!((math::cos(heading) - along).abs() < 1e-12);
        }
    }
}

#[test]
fn a_lane_used_both_ways_has_no_wrong_way() {
    let track = map(&Road { right: lane(-1, "bidirectional", 3.0, ""), ..Road::default() }.xml());
    assert_eq!(track.lanes().next().unwrap().1.one_way_heading_at(10.0), None);
}

#[test]
fn lane_kinds_are_told_apart_and_unknown_ones_are_not_drivable() {
    let right = [(-1, "driving"), (-2, "stop"), (-3, "sidewalk"), (-4, "runway")]
        .map(|(i, k)| lane(i, k, 2.0, ""))
        .join("");
    let track = map(&Road { right, ..Road::default() }.xml());
    let kind = |y: f64| track.lane(track.lanes_at([10.0, y], None)[0].lane).kind;
    assert_eq!(
        [kind(-1.0), kind(-3.0), kind(-5.0), kind(-7.0)],
        [LaneKind::Driving, LaneKind::Stop, LaneKind::Sidewalk, LaneKind::Other]
    );
    assert!(track.is_drivable_at([10.0, -3.0], None), "the hard shoulder");
    assert!(!track.is_drivable_at([10.0, -7.0], None));
}

#[test]
fn heights_come_from_elevation_bank_and_kerb() {
    let before = "<elevationProfile><elevation s=\"0\" a=\"5\" b=\"0.1\" c=\"0\" d=\"0\"/></elevationProfile>
        <lateralProfile><superelevation s=\"0\" a=\"0.05\" b=\"0\" c=\"0\" d=\"0\"/></lateralProfile>"
        .to_owned();
    let right = lane(-1, "driving", 4.0, "")
        + &lane(-2, "sidewalk", 2.0, "<height sOffset=\"0\" inner=\"0.12\" outer=\"0.2\"/>");
    let track = map(&Road { before, right, ..Road::default() }.xml());
    let drive = track.lane(track.lane_by_id("road 1 section 0 lane -1").unwrap());
    let walk = track.lane(track.lane_by_id("road 1 section 0 lane -2").unwrap());
    let (left, right) = drive.borders_at(drive.station_at(50.0));
    assert!((left[2] - 10.0).abs() < 1e-9, "5 m + 10 % of 50 m");
    // A roll of 0.05 rad about the reference line: right side down, and narrower in plan.
    assert!((right[2] - (10.0 - 4.0 * math::sin(0.05_f64))).abs() < 1e-9);
    assert!((right[1] + 4.0 * math::cos(0.05_f64)).abs() < 1e-9);
    let (inner, outer) = walk.borders_at(walk.station_at(50.0));
    assert!((inner[2] - right[2] - 0.12).abs() < 1e-9, "kerb");
    assert!((outer[2] - (10.0 - 6.0 * math::sin(0.05_f64) + 0.2)).abs() < 1e-9);
}

#[test]
fn a_crossfall_drops_to_both_sides_and_a_border_measures_from_the_reference_line() {
    let before = "<lateralProfile><crossfall side=\"both\" s=\"0\" a=\"0.02\" b=\"0\" c=\"0\" d=\"0\"/></lateralProfile>".to_owned();
    let bordered = |id: i32, at: f64| {
        format!(
            "<lane id=\"{id}\" type=\"driving\"><border sOffset=\"0\" a=\"{at}\" b=\"0\" c=\"0\" d=\"0\"/></lane>"
        )
    };
    let track = map(&Road {
        before,
        left: bordered(1, 3.0),
        right: bordered(-1, -3.0) + &bordered(-2, -7.0),
        ..Road::default()
    }
    .xml());
    let edges: Vec<[f64; 3]> = track.lines().map(|(_, l)| l.points_m[0]).collect();
    let expected = [
        [-7.0, -7.0 * math::tan(0.02_f64)],
        [-3.0, -3.0 * math::tan(0.02_f64)],
        [0.0, 0.0],
        [3.0, -3.0 * math::tan(0.02_f64)],
    ];
    for (e, x) in edges.iter().zip(expected) {
        assert!((e[1] - x[0]).abs() < 1e-12 && (e[2] - x[1]).abs() < 1e-12, "{edges:?}");
    }
}

#[test]
fn marks_keep_kind_colour_width_permission_and_place() {
    let marks = "<roadMark sOffset=\"0\" type=\"solid\" color=\"yellow\" width=\"0.2\" laneChange=\"none\"/>
        <roadMark sOffset=\"40\" type=\"broken\" color=\"white\" laneChange=\"increase\"/>
        <roadMark sOffset=\"70\" type=\"grass\"/>";
    let track = map(&Road { centre: marks.to_owned(), ..Road::default() }.xml());
    let (_, line) = track.lines().find(|(_, l)| l.id == "road 1 section 0 line 0").unwrap();
    let at = |s: f64| line.mark_at(s).unwrap();
    assert_eq!(at(10.0).kind, MarkKind::Stripes(vec![Stripe::Solid]));
    assert_eq!(
        (at(10.0).colour, at(10.0).width_m, at(10.0).lane_change),
        (MarkColour::Yellow, Some(0.2), Some(LaneChange::None))
    );
    assert_eq!((at(50.0).from_s_m, at(50.0).to_s_m), (40.0, 70.0));
    assert_eq!((at(50.0).width_m, at(50.0).lane_change), (None, Some(LaneChange::ToLeft)));
    assert_eq!(at(80.0).kind, MarkKind::Grass);
    assert!(
        track.lines().find(|(_, l)| l.id == "road 1 section 0 line -1").unwrap().1.mark_at(10.0).is_none()
    );
}

#[test]
fn a_double_line_is_solid_from_one_side() {
    // Beside lanes the first stripe is the inner one, towards the centre line.
    let solid_broken = "<roadMark sOffset=\"0\" type=\"solid broken\" width=\"0.3\"/>";
    let track = map(&Road {
        left: lane(1, "driving", 3.0, solid_broken) + &lane(2, "driving", 3.0, ""),
        centre: solid_broken.to_owned(),
        right: lane(-1, "driving", 3.0, solid_broken) + &lane(-2, "driving", 3.0, ""),
        ..Road::default()
    }
    .xml());
    let from = |line: i32, side: Side| {
        let id = format!("road 1 section 0 line {line}");
        track.lines().find(|(_, l)| l.id == id).unwrap().1.mark_at(5.0).unwrap().solid_from(side)
    };
    assert_eq!((from(-1, Side::Left), from(-1, Side::Right)), (Some(true), Some(false)));
    assert_eq!(
        (from(0, Side::Left), from(0, Side::Right)),
        (Some(true), Some(false)),
        "left to right on the centre"
    );
    assert_eq!(
        (from(1, Side::Right), from(1, Side::Left)),
        (Some(true), Some(false)),
        "inner is right of line 1"
    );
}

#[test]
fn what_cannot_be_known_of_a_line_is_unknown() {
    for (kind, rest, expected) in [
        ("solid", "width=\"0.0\"", None),
        ("custom", "", None),
        ("hologram", "", None),
        ("curb", "", Some(true)),
        ("none", "", Some(false)),
    ] {
        let centre = format!("<roadMark sOffset=\"0\" type=\"{kind}\" {rest}/>");
        let track = map(&Road { left: lane(1, "driving", 3.0, ""), centre, ..Road::default() }.xml());
        let crossed = track.lines_crossed([10.0, -1.0], [10.0, 1.0], None);
        assert_eq!(crossed.len(), 1, "{kind}");
        assert_eq!(crossed[0].solid(), expected, "{kind}");
    }
}

#[test]
fn stripes_may_be_written_out() {
    let centre = "<roadMark sOffset=\"0\" type=\"custom\"><type name=\"x\" width=\"0.3\">
        <line length=\"3\" space=\"6\" tOffset=\"0.1\" sOffset=\"0\" width=\"0.1\"/>
        <line length=\"1\" space=\"0\" tOffset=\"-0.1\" sOffset=\"0\" width=\"0.1\"/></type></roadMark>"
        .to_owned();
    let track = map(&Road { left: lane(1, "driving", 3.0, ""), centre, ..Road::default() }.xml());
    let mark = track.lines_crossed([10.0, -1.0], [10.0, 1.0], None)[0].mark.unwrap();
    assert_eq!(
        mark.kind,
        MarkKind::Stripes(vec![Stripe::Broken, Stripe::Solid]),
        "the left stripe has the larger t"
    );
}

#[test]
fn lanes_link_over_sections_and_roads_also_where_the_roads_point_at_each_other() {
    let first = Road {
        before: "<link><successor elementType=\"road\" elementId=\"2\" contactPoint=\"end\"/></link>"
            .to_owned(),
        right: lane(-1, "driving", 3.5, "<link><successor id=\"1\"/></link>"),
        ..Road::default()
    };
    // Road 2 runs from (200, 0) back to (100, 0): its left lane continues ours.
    let second = "<road id=\"2\" length=\"100\" junction=\"-1\"><link><successor elementType=\"road\" elementId=\"1\" contactPoint=\"end\"/></link>
        <planView><geometry s=\"0\" x=\"200\" y=\"0\" hdg=\"3.141592653589793\" length=\"100\"><line/></geometry></planView>
        <lanes><laneSection s=\"0\"><left><lane id=\"1\" type=\"driving\"><width sOffset=\"0\" a=\"3.5\"/></lane></left></laneSection></lanes></road>";
    let track = map(&(first.xml() + second));
    let (a, b) = (
        track.lane_by_id("road 1 section 0 lane -1").unwrap(),
        track.lane_by_id("road 2 section 0 lane 1").unwrap(),
    );
    assert_eq!(track.successors(a), [b]);
    assert_eq!(track.predecessors(b), [a]);
    assert_eq!(track.successors(b), []);
    assert_eq!(track.way(a, b, 5), Some(vec![a, b]));
    assert_eq!(track.way(b, a, 5), None);
}
