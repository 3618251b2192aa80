//! Standing and entering where one must not: crossings, yellow boxes, bus stops, blocked junctions, level crossings.
//! All on the arm from the west of the crossroads, whose lane in lies at y = -1.75 m and ends at x = -12 m.

use lukao_model::Outcome;
use lukao_model::code::SignalState::{FlashingRed, Green};
use lukao_testkit::{ActorBuilder, Motion};
use lukao_track::{Track, example};

use crate::roads::Straight;
use crate::support::{Case, accurate, drive, exact};
use crate::twins::Twin;

fn moving(id: &str, motion: Motion) -> ActorBuilder {
    ActorBuilder::car(id).motion(motion).dynamics()
}

pub fn arm(objects: &str) -> Track {
    exact(&example::crossroads(&[("1", objects)]))
}

/// An area of 4 m from x = -34 m to -30 m over both lanes.
pub fn area(kind: &str) -> Track {
    let t = if kind == "crosswalk" { "0" } else { "-1.75" };
    arm(&format!(
        "<objects><object id=\"4\" type=\"{kind}\" s=\"80\" t=\"{t}\" hdg=\"0\" length=\"4\" width=\"7\"/></objects>"
    ))
}

/// Stands for a time with its front so deep in the area, then drives on.
fn stands(kind: &str, for_s: f64, deep_m: f64, accuracy_m: f64) -> Case {
    let m = Motion::at(-34.0 - 2.25 + deep_m, -1.75, 0.0).speed(8.0).stand(for_s).cruise(20.0);
    Case::new(drive(for_s + 6.0, accurate(moving("ego", m), accuracy_m)).build()).on(area(kind)).guarded()
}

fn bus_stop(for_s: f64, accuracy_m: f64) -> Case {
    let objects = "<objects><object id=\"5\" type=\"busStop\" s=\"40\" t=\"-4.5\" hdg=\"0\" length=\"12\" width=\"1.5\"/></objects>";
    // 29.9 m behind its end at x = -66 m.
    let m = Motion::at(-66.0 + 29.9 + 2.25, -1.75, 0.0).speed(8.0).stand(for_s).cruise(20.0);
    let ego = accurate(moving("ego", m), accuracy_m);
    Case::new(drive(for_s + 6.0, ego).build()).on(arm(objects)).params("max_s = 5.0").guarded()
}

/// Parks at the kerb with its front so far before the end of the arm.
fn parks(way_m: f64, accuracy_m: f64) -> Case {
    let stop_x = -12.0 - way_m - 2.25;
    let m = Motion::at(stop_x - 16.0, -2.4, 0.0).speed(8.0).brake(2.0, 0.0).stand(30.0);
    Case::new(drive(30.0, accurate(moving("ego", m), accuracy_m)).build()).on(arm("")).guarded()
}

/// Stands for a time 29.9 m behind a hydrant, or what else there is.
fn near_hydrant(kind: &str, for_s: f64, accuracy_m: f64) -> Case {
    let objects = format!(
        "<objects><object id=\"5\" type=\"{kind}\" s=\"40\" t=\"-1.75\" hdg=\"0\" length=\"0.4\" width=\"0.4\"/></objects>"
    );
    let m = Motion::at(-72.0 + 0.2 + 29.9 + 2.25, -1.75, 0.0).speed(8.0).stand(for_s).cruise(20.0);
    let ego = accurate(moving("ego", m), accuracy_m);
    Case::new(drive(for_s + 6.0, ego).build()).on(arm(&objects)).params("max_s = 5.0").guarded()
}

/// Stands for a time so far beyond a sign against stopping that stands at x = 40 m.
fn stands_after_sign(for_s: f64, way_m: f64, accuracy_m: f64) -> Case {
    let m = Motion::at(40.0 + way_m, -1.75, 0.0).speed(8.0).stand(for_s).cruise(20.0);
    let ego = accurate(moving("ego", m), accuracy_m);
    let case = Case::new(drive(for_s + 6.0, ego).build()).on(with_sign("283", ""));
    case.params("max_s = 3.0\nmax_parking_s = 5.0").guarded()
}

fn with_sign(code: &str, more: &str) -> Track {
    let mut road = Straight::two_way("broken");
    road.signals = format!(
        r#"<signal id="1" name="" s="40" t="-4" zOffset="2" orientation="+" dynamic="no" country="DE" type="{code}" subtype="-1" value="-1" {more}/>"#
    );
    road.track()
}

/// Straight on behind one who stands so that there is this much room between the junction and him.
fn blocked(room_m: f64, accuracy_m: f64) -> Case {
    let rear = 12.0 + room_m;
    let way = rear - 1.0 - (-40.0 + 2.25);
    let ego = Motion::at(-40.0, -1.75, 0.0).speed(8.0).cruise((way - 16.0) / 8.0).brake(2.0, 0.0).stand(6.0);
    let lead = Motion::at(rear + 2.25, -1.75, 0.0).speed(8.0).stand(14.0).cruise(8.0);
    let ego = accurate(moving("ego", ego.accelerate(2.0, 3.0).cruise(9.0)), accuracy_m);
    Case::new(drive(20.0, ego).actor(moving("lead", lead)).build()).on(arm("")).guarded()
}

/// Enters the level crossing at 2.275 s; its lamp turns red at a time, or its states begin then.
fn level_crossing(red_s: f64, states_from_s: f64) -> Case {
    let map = arm(
        "<objects><object id=\"6\" type=\"levelCrossing\" s=\"60\" t=\"0\" hdg=\"0\" length=\"6\" width=\"7\"/></objects>\
         <signals><signal id=\"X\" s=\"55\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"/></signals>",
    );
    let ego = moving("ego", Motion::at(-80.0, -1.75, 0.0).speed(10.0).cruise(20.0));
    let states = [(states_from_s, Some(Green)), (red_s.max(states_from_s + 0.1), Some(FlashingRed))];
    Case::new(drive(6.0, ego).signal("X", &states).build()).on(map)
}

pub fn twins() -> Vec<Twin> {
    vec![
        ("blocked-junction-entered", [blocked(5.1, 0.0), blocked(4.9, 0.0), blocked(4.9, 0.5)]),
        (
            "level-crossing-on-red",
            [level_crossing(2.5, 0.0), level_crossing(2.0, 0.0), level_crossing(2.0, 3.0)],
        ),
        ("parks-near-junction", [parks(50.1, 0.0), parks(49.9, 0.0), parks(50.1, 0.2)]),
        ("stops-at-bus-stop", [bus_stop(4.5, 0.0), bus_stop(5.5, 0.0), bus_stop(5.5, 0.2)]),
        (
            "stops-in-yellow-box",
            [
                stands("yellowBox", 2.5, 1.0, 0.0),
                stands("yellowBox", 3.5, 1.0, 0.0),
                stands("yellowBox", 3.5, 1.0, 1.5),
            ],
        ),
        (
            "stops-near-hydrant",
            [
                near_hydrant("hydrant", 4.5, 0.0),
                near_hydrant("hydrant", 5.5, 0.0),
                near_hydrant("hydrant", 5.5, 0.2),
            ],
        ),
        (
            "stops-where-forbidden",
            [
                stands_after_sign(2.5, 1.0, 0.0),
                stands_after_sign(3.5, 1.0, 0.0),
                stands_after_sign(3.5, 1.0, 1.5),
            ],
        ),
        (
            "stops-on-crossing",
            [
                stands("crosswalk", 2.5, 1.0, 0.0),
                stands("crosswalk", 3.5, 1.0, 0.0),
                stands("crosswalk", 3.5, 1.0, 1.5),
            ],
        ),
    ]
}

#[test]
fn the_time_and_the_room_are_those_of_the_plan() {
    let f = stands("crosswalk", 3.5, 1.0, 0.0).run("stops-on-crossing").findings.remove(0);
    assert!((f.measured - 3.5).abs() <= 0.051, "{f:?}");
    assert_eq!(f.element.as_deref(), Some("crossing 4 / road 1"));
    let f = blocked(4.9, 0.0).run("blocked-junction-entered").findings.remove(0);
    assert!((f.measured - 4.9).abs() < 1e-6 && (f.limit - 5.0).abs() < 1e-9, "{f:?}");
}

#[test]
fn the_way_to_the_nearest_place_ahead_or_behind_counts() {
    let f = parks(20.0, 0.0).run("parks-near-junction").findings.remove(0);
    assert!((f.measured - 20.0).abs() < 0.01 && f.element.as_deref() == Some("junction 9"), "{f:?}");
    // A level crossing behind it, to x = -69 m, and a bridge from x = -30 m on.
    let crossing = "<objects><object id=\"6\" type=\"levelCrossing\" s=\"40\" t=\"0\" hdg=\"0\" length=\"6\" width=\"7\"/></objects>";
    let behind = Case { track: Some(arm(crossing)), ..parks(50.1, 0.0) };
    let f = behind.run("parks-near-junction").findings.remove(0);
    // Its rear is at x = -66.6 m.
    assert!((f.measured - 2.4).abs() < 0.01 && f.what.ends_with("level crossing"), "{f:?}");
    let bridge = "<objects><bridge id=\"b\" name=\"\" s=\"82\" length=\"10\" type=\"steel\"/></objects>";
    let before = Case { track: Some(arm(bridge)), ..parks(50.1, 0.0) };
    let f = before.run("parks-near-junction").findings.remove(0);
    assert!((f.measured - 32.1).abs() < 0.01 && f.what.ends_with("bridge"), "{f:?}");
    // A bend of 30 m behind it, a slope, and a road of 3.5 m: nothing but this is near.
    let on = |xodr: &str| {
        let m = Motion::at(120.0, -2.4, 0.0).speed(8.0).brake(2.0, 0.0).stand(30.0);
        let ego = accurate(moving("ego", m).height(None, None), 0.0);
        Case::new(drive(30.0, ego).build()).on(exact(xodr)).guarded().run("parks-near-junction")
    };
    let far = on(&Straight::two_way("broken").xodr());
    assert_eq!(far.outcome(), Outcome::Pass, "{far:?}");
    let f = on(&Straight::two_way("broken").grade(-8.0).xodr()).findings.remove(0);
    assert!(f.measured == 0.0 && f.what.ends_with("steep slope"), "{f:?}");
    assert_eq!(on(&Straight::two_way("broken").grade(6.0).xodr()).findings, []);
    let f = on(&Straight::one_way(1).xodr()).findings.remove(0);
    assert!(f.measured == 0.0 && f.what.ends_with("narrow road"), "{f:?}");
    let mut border = Straight::one_way(1);
    border.right.push(("shoulder", "none"));
    assert_eq!(on(&border.xodr()).findings, [], "one may drive on its border");
    // The front stops at x = 138.25 m; the road bends from 170 m on, and over 20 m with it from 165 m or so.
    let line = r#"<geometry s="0" x="0" y="0" hdg="0" length="2000"><line/></geometry>"#;
    let bend = r#"<geometry s="0" x="0" y="0" hdg="0" length="170"><line/></geometry><geometry s="170" x="170" y="0" hdg="0" length="40"><arc curvature="0.033"/></geometry>"#;
    let mut road = Straight::two_way("broken");
    road.length_m = 210.0;
    let xodr = road.xodr().replace(&line.replace("2000", "210"), bend);
    assert!(xodr.contains("arc"));
    let f = on(&xodr).findings.remove(0);
    assert!((20.0..=40.0).contains(&f.measured) && f.what.ends_with("bend"), "{f:?}");
    // A wait of some seconds is no parking, and the middle of the lane is not the kerb.
    let short = parks(20.0, 0.0).params("min_stop_s = 29.0").run("parks-near-junction");
    assert_eq!(short.outcome(), Outcome::Undetermined, "{short:?}");
}

#[test]
fn standing_before_an_area_is_not_standing_in_it() {
    let r = stands("crosswalk", 3.5, -0.1, 0.0).run("stops-on-crossing");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "it passed it later: {r:?}");
    assert_eq!(
        bus_stop(5.5, 0.0).params("max_s = 5.0\nreach_m = 29.8").run("stops-at-bus-stop").findings,
        []
    );
}

#[test]
fn who_stands_before_a_stop_line_inside_the_crossing_does_as_the_map_says() {
    let mut case = stands("crosswalk", 3.5, 1.0, 0.0);
    // A line at x = -32.5 m, 0.5 m before the front's reach.
    let line = |s: &str| {
        let xml = format!(
            "<objects><object id=\"4\" type=\"crosswalk\" s=\"80\" t=\"0\" hdg=\"0\" length=\"4\" width=\"7\"/></objects>\
            <signals><signal id=\"8\" s=\"{s}\" t=\"0\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"294\"/></signals>"
        );
        arm(&xml)
    };
    case.track = Some(line("79.5"));
    assert_eq!(case.run("stops-on-crossing").findings, []);
    case.track = Some(line("78.5"));
    assert_eq!(case.run("stops-on-crossing").findings.len(), 1, "it is beyond the line");
}

#[test]
fn a_stand_that_lasts_longer_than_any_window_is_one() {
    let case = stands("crosswalk", 130.0, 1.0, 0.0);
    let whole = case.run("stops-on-crossing");
    assert_eq!(whole.findings.len(), 1);
    assert_eq!(case.run_blocks("stops-on-crossing", 10_000_000_000), whole);
}

#[test]
fn who_crosses_behind_a_queue_without_standing_has_entered_no_blocked_junction() {
    // The one ahead goes on before the ego comes up to him.
    let ego = Motion::at(-40.0, -1.75, 0.0).speed(5.0).cruise(30.0);
    let lead = Motion::at(16.0, -1.75, 0.0).speed(8.0).stand(5.5).cruise(20.0);
    let case = Case::new(drive(14.0, moving("ego", ego)).actor(moving("lead", lead)).build()).on(arm(""));
    let r = case.run("blocked-junction-entered");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "{r:?}");
}

#[test]
fn a_bus_may_stop_at_its_stop_and_a_queue_may_stand_there() {
    let mut bus = bus_stop(9.0, 0.0);
    let mut header = (**bus.drive.header()).clone();
    header.actors[0].class = lukao_model::vehicle::ActorClass::Bus;
    bus.drive = bus.drive.with_header(std::sync::Arc::new(header)).unwrap();
    assert_eq!(bus.run("stops-at-bus-stop").outcome(), Outcome::Pass);
}

#[test]
fn a_level_crossing_without_known_lamps_is_not_passed_quietly() {
    let mut case = level_crossing(2.0, 0.0);
    let ego = moving("ego", Motion::at(-80.0, -1.75, 0.0).speed(10.0).cruise(20.0));
    case.drive = drive(6.0, ego).build();
    assert_eq!(case.run("level-crossing-on-red").outcome(), Outcome::Undetermined);
    let f = level_crossing(2.0, 0.0).run("level-crossing-on-red").findings.remove(0);
    assert!((f.measured - 0.275).abs() < 1e-6, "{f:?}");
}

#[test]
fn a_sign_against_stopping_holds_from_where_it_stands_to_its_end() {
    let stands = |way_m: f64, params: &str| {
        stands_after_sign(3.5, way_m, 0.0)
            .params(&format!("max_s = 3.0\n{params}"))
            .run("stops-where-forbidden")
    };
    let f = stands(1.0, "").findings.remove(0);
    assert!((f.measured - 3.5).abs() <= 0.051, "{f:?}");
    assert_eq!(f.element.as_deref(), Some("signal 1 / road 1"));
    assert_eq!(stands(-1.0, "").findings, [], "before it");
    assert_eq!(
        (
            stands(49.0, "sign_reach_m = 50.0").findings.len(),
            stands(51.0, "sign_reach_m = 50.0").findings.len()
        ),
        (1, 0)
    );
    assert_eq!(stands(1.0, "by_signs = false").findings, []);
}

#[test]
fn a_sign_against_parking_lets_short_stops_pass_and_one_with_hours_cannot_be_told() {
    let stands = |code: &str, more: &str, for_s: f64| {
        stands_after_sign(for_s, 1.0, 0.0).on(with_sign(code, more)).run("stops-where-forbidden")
    };
    assert_eq!((stands("286", "", 4.5).findings.len(), stands("286", "", 5.5).findings.len()), (0, 1));
    assert!(stands("286", "", 5.5).findings[0].what.starts_with("parked"));
    let r = stands("283", r#"text="8-18 h""#, 3.5);
    assert_eq!((r.outcome(), r.undetermined[0].what.as_str()), (Outcome::Undetermined, "what the sign says"));
}

#[test]
fn a_yellow_line_along_the_edge_forbids_to_stop() {
    let stands = |mark: &'static str, colour: &str, for_s: f64, params: &str| {
        let mut road = Straight::two_way("broken");
        road.right[0].1 = mark;
        let xodr = road.xodr().replace("color=\"white\"", &format!("color=\"{colour}\""));
        let case = stands_after_sign(for_s, 20.0, 0.0).on(exact(&xodr));
        case.params(&format!("max_s = 3.0\nmax_parking_s = 5.0\n{params}")).run("stops-where-forbidden")
    };
    let f = stands("solid", "yellow", 3.5, "").findings.remove(0);
    assert_eq!(f.element.as_deref(), Some("road 1 section 0 line -1"));
    assert_eq!(stands("solid", "white", 3.5, "").findings, []);
    assert_eq!(stands("solid", "yellow", 3.5, "by_lines = false").findings, []);
    let broken = |for_s: f64| stands("broken", "yellow", for_s, "").findings.len();
    assert_eq!((broken(4.5), broken(5.5)), (0, 1), "a broken one forbids to park");
}

#[test]
fn who_waits_in_a_queue_has_not_stopped_where_that_is_forbidden() {
    let mut case = stands_after_sign(3.5, 1.0, 0.0);
    let m = |x: f64| Motion::at(x, -1.75, 0.0).speed(8.0).stand(3.5).cruise(20.0);
    let alone = case.run("stops-where-forbidden");
    case.drive = drive(9.5, accurate(moving("ego", m(41.0)), 0.0)).actor(moving("lead", m(51.0))).build();
    let queue = case.run("stops-where-forbidden");
    assert_eq!((alone.findings.len(), queue.findings.len()), (1, 0), "{queue:?}");
}

#[test]
fn hydrants_and_stations_reach_far_and_works_do_not() {
    let run = |kind: &str, params: &str| {
        near_hydrant(kind, 5.5, 0.0).params(&format!("max_s = 5.0\n{params}")).run("stops-near-hydrant")
    };
    for kind in ["hydrant", "petrolStation", "emergencyStation"] {
        assert_eq!(run(kind, "").findings.len(), 1, "{kind}");
        assert_eq!(run(kind, "reach_m = 29.8").findings, [], "{kind}");
    }
    assert_eq!(run("workZone", "").findings, [], "beside it");
    let works = |for_s: f64, params: &str| {
        stands("workZone", for_s, 1.0, 0.0).params(params).run("stops-near-hydrant").findings.len()
    };
    assert_eq!((works(5.5, "max_s = 5.0"), works(4.5, "max_s = 5.0")), (1, 0));
    assert_eq!(works(5.5, "max_s = 5.0\nat_works = false"), 0);
}

#[test]
fn who_stands_off_the_lanes_at_a_petrol_station_uses_it() {
    let beside = |kind: &str| {
        let mut case = near_hydrant(kind, 5.5, 0.0);
        let m = Motion::at(-50.0, -6.0, 0.0).speed(8.0).stand(5.5).cruise(1.0);
        case.drive = drive(6.0, accurate(moving("ego", m), 0.0)).build();
        case.run("stops-near-hydrant").findings.len()
    };
    assert_eq!((beside("petrolStation"), beside("hydrant")), (0, 1));
}
