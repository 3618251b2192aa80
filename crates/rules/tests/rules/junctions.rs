//! Right of way and stopping at junctions. Arms of the crossroads: 1 west, 2 south, 3 east, 4 north.

use std::f64::consts::{FRAC_PI_2, PI};

use lukao_model::code::SignalState::{FlashingAmber, Green, Red, Unknown};
use lukao_model::code::Switch;
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Outcome};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::example;

use crate::support::{Case, accurate, drive, exact};
use crate::twins::Twin;

fn moving(id: &str, motion: Motion) -> ActorBuilder {
    ActorBuilder::car(id).motion(motion).dynamics()
}

/// Straight on from the west; the front is at the junction after 2.575 s, its rear out of the south's way at 4.525 s.
fn eastward() -> ActorBuilder {
    moving("ego", Motion::at(-40.0, -1.75, 0.0).speed(10.0).cruise(1000.0))
}

/// From the west to the north, on the middle of the connecting lane.
fn left_turn(id: &str, x: f64) -> ActorBuilder {
    let straight = (-12.0 - x) / 10.0;
    let arc = 13.75 * FRAC_PI_2 / 10.0;
    moving(id, Motion::at(x, -1.75, 0.0).speed(10.0).cruise(straight).arc(13.75, arc).cruise(10.0))
}

/// Straight on from the south, `y` metres north of the middle at the start.
fn northward(y: f64) -> ActorBuilder {
    moving("other", Motion::at(1.75, y, FRAC_PI_2).speed(10.0).cruise(1000.0))
}

fn westward(x: f64) -> ActorBuilder {
    moving("other", Motion::at(x, 1.75, PI).speed(10.0).cruise(1000.0))
}

fn sign(code: &str) -> String {
    format!(
        "<signals><signal id=\"7\" s=\"95\" t=\"-4\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"{code}\"/></signals>"
    )
}

/// Lights for all ways from roads 1 and 3.
fn lights(subtype: &str) -> [(&'static str, String); 2] {
    ["1", "3"].map(|road| {
        let id = if road == "1" { "L_1" } else { "L_3" };
        let xml = format!(
            "<signals><signal id=\"{id}\" s=\"99\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000011\" subtype=\"{subtype}\"/></signals>"
        );
        (road, xml)
    })
}

fn crossroads(extra: &[(&str, &str)], ego: ActorBuilder, other: ActorBuilder) -> Case {
    Case::new(drive(14.0, ego).actor(other).build()).on(exact(&example::crossroads(extra))).guarded()
}

/// The one from the right comes so long after the ego's rear is out of its way.
fn from_the_right(gap_s: f64, accuracy_m: f64) -> Case {
    crossroads(&[], accurate(eastward(), accuracy_m), northward(-(4.525 + gap_s) * 10.0 - 5.25))
}

fn give_way(gap_s: f64, accuracy_m: f64) -> Case {
    let ego = accurate(eastward(), accuracy_m);
    crossroads(&[("1", &sign("205"))], ego, northward(-(4.525 + gap_s) * 10.0 - 5.25))
}

fn oncoming(x: f64, accuracy_m: f64) -> Case {
    crossroads(&[], accurate(left_turn("ego", -40.0), accuracy_m), westward(x))
}

/// From the west to the south; the other from the east to the south.
fn right_before_left(x: f64, accuracy_m: f64) -> Case {
    let right = Motion::at(-40.0, -1.75, 0.0).speed(10.0).cruise(2.8).arc(-10.25, 10.25 * FRAC_PI_2 / 10.0);
    let left = Motion::at(x, 1.75, PI).speed(10.0).cruise((x - 12.0) / 10.0);
    let left = left.arc(13.75, 13.75 * FRAC_PI_2 / 10.0).cruise(10.0);
    crossroads(&[], accurate(moving("ego", right.cruise(10.0)), accuracy_m), moving("other", left))
}

/// Straight on before an ambulance from the left, which goes straight on too.
fn ambulance(gap_s: f64, accuracy_m: f64, lamp: Option<Switch>) -> Case {
    let y_m = (4.175 + gap_s) * 10.0 + 1.75;
    let other = moving("other", Motion::at(-1.75, y_m, -FRAC_PI_2).speed(10.0).cruise(1000.0));
    let d = drive(14.0, accurate(eastward(), accuracy_m)).actor(other);
    let d = d.actor_codes("other", Channel::EmergencyLamp, &[(0.0, lamp.map(Switch::code))]);
    Case::new(d.build()).on(exact(&example::crossroads(&[]))).guarded()
}

/// From the west to the north on an arc whose end lies in the middle of the lane north. The centre point is the origin.
fn round_centre(radius_m: f64, accuracy_m: f64) -> Case {
    let before = (1.75 - radius_m + 40.0) / 5.0;
    let arc =
        Motion::at(-40.0, -1.75, 0.0).speed(5.0).cruise(before).arc(radius_m, radius_m * FRAC_PI_2 / 5.0);
    let ego = accurate(moving("ego", arc.cruise(10.0)), accuracy_m);
    Case::new(drive(16.0, ego).build()).on(exact(&example::crossroads(&[]))).guarded()
}

/// From the west to the south past or behind a narrow one who stands ahead in the lane until a time, seen up to another one.
fn past_waiting(goes_s: f64, seen_s: f64) -> Case {
    let right = Motion::at(-50.0, -2.5, 0.0).speed(3.0).cruise(38.0 / 3.0);
    let right = right.arc(-9.5, 9.5 * FRAC_PI_2 / 3.0).cruise(10.0);
    let waits = Motion::at(-16.0, -0.5, 0.0).speed(6.0).stand(goes_s).cruise(100.0);
    let other = ActorBuilder::new("other", ActorClass::Motorcycle, 2.0, 0.7).motion(waits).dynamics();
    let d = drive(20.0, moving("ego", right)).actor(other.present_s(&[(0.0, seen_s)]));
    Case::new(d.build()).on(exact(&example::crossroads(&[])))
}

/// The ego joins the ring; the other is on it, `back_deg` before the place where the two join.
fn ring(back_deg: f64, accuracy_m: f64) -> Case {
    let track = exact(&example::roundabout());
    let lane = |id: &str| track.lane_by_id(id).unwrap();
    let along = |first: &str, second: &str, begin: f64, v: f64| {
        let (track, a, b) = (track.clone(), lane(first), lane(second));
        let ring = lane("road 2 section 0 lane -1");
        Motion::function(move |t| {
            let mut s = begin + v * t;
            let mut at = a;
            for next in [b, ring] {
                let length = track.lane(at).length_m();
                if s > length {
                    s -= length;
                    at = next;
                }
            }
            let p = track.lane(at).centre_at(s);
            let pose =
                lukao_model::drive::Pose { x_m: p[0], y_m: p[1], yaw_rad: track.lane(at).heading_at(s) };
            lukao_testkit::State { pose, speed_mps: v, accel_lon_mps2: 0.0, curvature_per_m: 0.0 }
        })
    };
    let ring_m = track.lane(lane("road 2 section 0 lane -1")).length_m();
    let ego = along("road 1 section 0 lane -1", "road 12 section 0 lane -1", 60.0, 6.0);
    let begin = ring_m - 22.0 * back_deg.to_radians();
    let other = along("road 2 section 0 lane -1", "road 22 section 0 lane -1", begin, 6.0);
    let ego = accurate(moving("ego", ego), accuracy_m);
    Case::new(drive(12.0, ego).actor(moving("other", other)).build()).on(track).guarded()
}

/// Brakes to a speed 1 m before the end of the lane, and goes on.
fn stop_sign(slowest_mps: f64, from_m: f64) -> Case {
    let way = (36.0 - slowest_mps * slowest_mps) / 4.0;
    let before = from_m - 1.0 - way;
    let m = Motion::at(-12.0 - 2.25 - from_m, -1.75, 0.0).speed(6.0);
    let m = if before > 0.0 { m.cruise(before / 6.0).brake(2.0, slowest_mps) } else { m };
    let m = m.accelerate(2.0, 5.0).cruise(5.0);
    Case::new(drive(10.0, moving("ego", m)).build()).on(exact(&example::crossroads(&[("1", &sign("206"))])))
}

pub fn twins() -> Vec<Twin> {
    vec![
        ("give-way", [give_way(2.1, 0.0), give_way(1.9, 0.0), give_way(1.9, 5.0)]),
        (
            "emergency-vehicle-cut-off",
            [
                ambulance(3.2, 0.0, Some(Switch::On)),
                ambulance(2.8, 0.0, Some(Switch::On)),
                ambulance(2.8, 5.0, Some(Switch::On)),
            ],
        ),
        ("left-turn-cuts-oncoming", [oncoming(65.5, 0.0), oncoming(63.5, 0.0), oncoming(63.5, 5.0)]),
        (
            "left-turn-right-of-centre",
            [round_centre(6.1, 0.0), round_centre(5.8, 0.0), round_centre(5.8, 0.2)],
        ),
        (
            "right-turn-cuts-left-turn",
            [right_before_left(64.5, 0.0), right_before_left(63.0, 0.0), right_before_left(63.0, 5.0)],
        ),
        (
            "right-turn-past-queue",
            [past_waiting(8.0, 20.0), past_waiting(18.0, 20.0), past_waiting(18.0, 10.0)],
        ),
        ("roundabout-entry", [ring(107.0, 0.0), ring(104.0, 0.0), ring(104.0, 5.0)]),
        ("stop-sign", [stop_sign(0.1, 30.0), stop_sign(0.3, 30.0), stop_sign(6.0, 2.5)]),
        (
            "unsignalled-right-of-way",
            [from_the_right(2.1, 0.0), from_the_right(1.9, 0.0), from_the_right(1.9, 5.0)],
        ),
    ]
}

#[test]
fn the_gap_is_that_of_the_plan() {
    for (case, rule) in
        [(from_the_right(1.9, 0.0), "unsignalled-right-of-way"), (give_way(1.9, 0.0), "give-way")]
    {
        let f = case.run(rule).findings.remove(0);
        assert!((f.measured - 1.9).abs() < 1e-6 && f.actors == ["other"], "{f:?}");
        assert_eq!(f.element.as_deref(), Some("junction 9"));
    }
    let f = stop_sign(0.3, 30.0).run("stop-sign").findings.remove(0);
    assert!((f.measured - 0.3).abs() < 0.1, "{f:?}");
}

#[test]
fn the_centre_point_is_where_the_centre_lines_meet() {
    let f = round_centre(5.0, 0.0).run("left-turn-right-of-centre").findings.remove(0);
    // The arc's middle is at (-3.25, 3.25).
    assert!((f.measured - (5.0 - 3.25 * f64::sqrt(2.0))).abs() < 2e-3, "{f:?}");
    assert_eq!(f.element.as_deref(), Some("junction 9"));
    let short = round_centre(13.75, 0.0).run("left-turn-right-of-centre");
    assert_eq!((short.outcome(), short.opportunities), (Outcome::Pass, 1), "{short:?}");
    let straight = Case::new(drive(12.0, eastward()).build()).on(exact(&example::crossroads(&[])));
    assert_eq!(straight.run("left-turn-right-of-centre").outcome(), Outcome::NotApplicable);
}

#[test]
fn where_a_road_has_one_direction_its_centre_line_may_decide() {
    // The roads to the west and north without their lanes of the other direction.
    let one_way = |radius_m: f64| {
        let map = example::crossroads(&[]);
        let mut out = String::new();
        for part in map.split_inclusive("</road>") {
            let arm = ["<road id=\"1\"", "<road id=\"4\""].iter().any(|r| part.contains(r));
            let drop = |part: &str, side: &str| {
                let (a, b) = (part.find(&format!("<{side}>")), part.find(&format!("</{side}>")));
                let (a, b) = (a.unwrap(), b.unwrap() + side.len() + 3);
                format!("{}{}", &part[..a], &part[b..])
            };
            let side = if part.contains("<road id=\"1\"") { "left" } else { "right" };
            out.push_str(&if arm { drop(part, side) } else { part.to_owned() });
        }
        Case { track: Some(exact(&out)), ..round_centre(radius_m, 0.0) }.run("left-turn-right-of-centre")
    };
    // The middles of the two lanes meet at (1.75, -1.75): nobody passes that on its right.
    assert_eq!(one_way(13.75).outcome(), Outcome::Pass);
    let r = one_way(5.0);
    assert_eq!(
        (r.outcome(), r.undetermined[0].what.as_str()),
        (Outcome::Undetermined, "centre point"),
        "{r:?}"
    );
}

#[test]
fn one_conduct_is_one_rule() {
    let others = |case: &Case, but: &str| {
        for (rule, _) in twins().iter().filter(|t| t.0 != but) {
            assert!(case.run(rule).findings.is_empty(), "{rule} instead of {but}");
        }
    };
    others(&from_the_right(1.9, 0.0), "unsignalled-right-of-way");
    others(&give_way(1.9, 0.0), "give-way");
    others(&oncoming(45.0, 0.0), "left-turn-cuts-oncoming");
    others(&right_before_left(45.0, 0.0), "right-turn-cuts-left-turn");
    others(&ring(90.0, 0.0), "roundabout-entry");
}

#[test]
fn only_on_duty_an_emergency_vehicle_goes_first() {
    let run = |lamp| ambulance(1.0, 0.0, lamp).run("emergency-vehicle-cut-off");
    let f = run(Some(Switch::On)).findings.remove(0);
    assert!((f.measured - 1.0).abs() < 0.06 && f.actors == ["other"], "{f:?}");
    assert_eq!(run(Some(Switch::Off)).outcome(), Outcome::NotApplicable);
    assert_eq!(run(None).undetermined[0].what, "emergency_lamp");
    assert_eq!(ambulance(1.0, 0.0, Some(Switch::On)).run("unsignalled-right-of-way").findings, []);
}

#[test]
fn who_lets_the_other_go_first_has_yielded() {
    // The other is through before the ego comes.
    let r = crossroads(&[], eastward(), northward(-30.0)).run("unsignalled-right-of-way");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "{r:?}");
    // From the left nobody goes before the ego.
    let from_left = moving("other", Motion::at(-1.75, 50.0, -FRAC_PI_2).speed(10.0).cruise(1000.0));
    let r = crossroads(&[], eastward(), from_left).run("unsignalled-right-of-way");
    assert_eq!(r.outcome(), Outcome::NotApplicable, "{r:?}");
    // Who stands before the junction is not coming.
    let stands = moving("other", Motion::at(1.75, -20.0, FRAC_PI_2));
    let r = crossroads(&[], eastward(), stands).run("unsignalled-right-of-way");
    assert_eq!(r.outcome(), Outcome::NotApplicable, "{r:?}");
}

#[test]
fn lights_decide_before_signs_and_law() {
    let run = |ego: ActorBuilder, other: ActorBuilder, subtype: &str, states: [_; 2], rule: &str| {
        let maps = lights(subtype);
        let extra: Vec<(&str, &str)> = maps.iter().map(|(r, x)| (*r, x.as_str())).collect();
        let d = DriveBuilder::new("lit").span_s(0.0, 14.0).hz(20.0).ego(ego).actor(other);
        let d = d.signal("L_1", &[(0.0, Some(states[0]))]).signal("L_3", &[(0.0, Some(states[1]))]);
        Case::new(d.build()).on(exact(&example::crossroads(&extra))).run(rule).outcome()
    };
    let right = |s| run(eastward(), northward(-69.5), "-1", [s, s], "unsignalled-right-of-way");
    assert_eq!(right(Green), Outcome::NotApplicable);
    assert_eq!(right(FlashingAmber), Outcome::Fail, "lights that flash amber rule nobody");
    assert_eq!(right(Unknown), Outcome::Undetermined);
    let left = |subtype: &str, states| {
        run(left_turn("ego", -40.0), westward(45.0), subtype, states, "left-turn-cuts-oncoming")
    };
    assert_eq!(left("-1", [Green, Green]), Outcome::Fail, "a round green light protects no left turn");
    assert_eq!(left("-1", [Green, Red]), Outcome::NotApplicable, "nobody is owed to one who has red");
    assert_eq!(left("10", [Green, Green]), Outcome::NotApplicable, "an arrow protects");
    assert_eq!(left("-1", [Green, Unknown]), Outcome::Undetermined);
}

#[test]
fn ways_that_are_not_seen_decide_nothing() {
    // The data of the other ends before it comes to the junction: it may turn right, which is in nobody's way.
    let other = northward(-69.5).present_s(&[(0.0, 5.0)]);
    let r = crossroads(&[], eastward(), other).run("unsignalled-right-of-way");
    assert_eq!(r.outcome(), Outcome::Undetermined, "{r:?}");
    assert_eq!(r.undetermined[0].what, "way through the junction");
}

#[test]
fn a_painted_line_is_where_to_stop() {
    // A line 6 m before the end: who stands 1 m before the end has passed it rolling.
    let line = sign("206").replace("</signals>", "<signal id=\"8\" s=\"94\" t=\"0\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"294\"/></signals>");
    let case = Case { track: Some(exact(&example::crossroads(&[("1", &line)]))), ..stop_sign(0.0, 30.0) };
    let f = case.run("stop-sign").findings.remove(0);
    // From 6 m/s down at 2 m/s²: 5 m further on it stands, so that it had √(2 · 2 · 5) there.
    assert!((f.measured - f64::sqrt(20.0)).abs() < 0.3, "{f:?}");
}
