//! People on foot, cyclists, school zones, emergency vehicles. On the arm from the west, as in `stopping`: the crossing and
//! the zone reach from x = -34 m to -30 m.

use std::f64::consts::FRAC_PI_2;

use lukao_model::code::Switch;
use lukao_model::values::Accuracy;
use lukao_model::{Channel, Origin, Outcome};
use lukao_testkit::{ActorBuilder, Motion};

use crate::stopping::{area, arm};
use crate::support::{Case, accurate, drive};
use crate::twins::Twin;

/// In the lane; at 10 m/s its front enters the crossing at 2.375 s.
fn ego(v: f64) -> ActorBuilder {
    ActorBuilder::car("ego").motion(Motion::at(-60.0, -1.75, 0.0).speed(v).cruise(1000.0)).dynamics()
}

fn walker(motion: Motion) -> ActorBuilder {
    ActorBuilder::pedestrian("walker").motion(motion)
}

/// Somebody who stands on the crossing, with this much room to the ego's side.
fn on_crossing(gap_m: f64, accuracy_m: f64) -> Case {
    let person = walker(Motion::at(-32.0, -1.75 + 1.2 + gap_m, FRAC_PI_2));
    let ego = accurate(ego(10.0), accuracy_m);
    Case::new(drive(6.0, ego).actor(person).build()).on(area("crosswalk")).guarded()
}

/// Somebody who comes from the left, with this much room to the ego's side as its front comes level with him at 2.775 s.
fn crosses(gap_m: f64, accuracy_m: f64) -> Case {
    let y = -1.75 + 1.2 + gap_m + 2.775 * 1.4;
    let person = accurate(walker(Motion::at(-30.0, y, -FRAC_PI_2).speed(1.4).cruise(1000.0)), 0.0);
    let ego = accurate(ego(10.0), accuracy_m);
    Case::new(drive(6.0, ego).actor(person).build()).guarded()
}

fn at_speed(kind: &str, kmh: f64, accuracy_mps: f64) -> Case {
    let quality = Accuracy::Constant(accuracy_mps);
    let ego = ego(kmh / 3.6).channel_quality(Channel::Speed, quality, Origin::Simulation);
    Case::new(drive(8.0, ego).build()).on(area(kind)).guarded()
}

fn cyclist(gap_m: f64, v: f64, accuracy_m: f64) -> Case {
    let bicycle = Motion::at(-40.0, -1.75 - 1.2 - gap_m, 0.0).speed(4.0).cruise(1000.0);
    let other = ActorBuilder::bicycle("cyclist").motion(bicycle).dynamics();
    Case::new(drive(6.0, accurate(ego(v), accuracy_m)).actor(other).build()).guarded()
}

fn ambulance(for_s: f64, accuracy_m: f64, lamp: Option<Switch>) -> Case {
    let motion = Motion::at(-80.0, -1.75, 0.0).speed(5.0).cruise(1000.0);
    let other = ActorBuilder::car("ambulance").motion(motion).dynamics();
    let other = other.code(Channel::EmergencyLamp, move |_, _| lamp.map(Switch::code));
    Case::new(drive(for_s, accurate(ego(5.0), accuracy_m)).actor(other).build()).guarded()
}

pub fn twins() -> Vec<Twin> {
    let on = Some(Switch::On);
    vec![
        (
            "close-pass-of-cyclist",
            [cyclist(1.1, 10.0, 0.0), cyclist(0.9, 10.0, 0.0), cyclist(0.9, 10.0, 0.2)],
        ),
        (
            "crossing-not-slowed",
            [
                at_speed("crosswalk", 29.9, 0.0),
                at_speed("crosswalk", 30.1, 0.0),
                at_speed("crosswalk", 30.1, 0.5),
            ],
        ),
        (
            "emergency-vehicle-held-up",
            [ambulance(9.5, 0.0, on), ambulance(10.5, 0.0, on), ambulance(10.5, 2.0, on)],
        ),
        (
            "fast-in-school-zone",
            [
                at_speed("schoolZone", 29.9, 0.0),
                at_speed("schoolZone", 30.1, 0.0),
                at_speed("schoolZone", 30.1, 0.5),
            ],
        ),
        ("pedestrian-cut-off", [crosses(3.1, 0.0), crosses(2.9, 0.0), crosses(2.9, 0.2)]),
        ("pedestrian-not-yielded", [on_crossing(3.1, 0.0), on_crossing(2.9, 0.0), on_crossing(2.9, 0.2)]),
    ]
}

#[test]
fn values_are_those_of_the_plan() {
    let f = on_crossing(2.9, 0.0).run("pedestrian-not-yielded").findings.remove(0);
    assert!((f.measured - 2.9).abs() < 1e-9 && f.actors == ["walker"], "{f:?}");
    assert!((f.from_ns - 2_375_000_000).abs() < 1000, "{f:?}");
    let f = cyclist(0.9, 10.0, 0.0).run("close-pass-of-cyclist").findings.remove(0);
    assert!((f.measured - 0.9).abs() < 1e-9, "{f:?}");
    let f = ambulance(10.5, 0.0, Some(Switch::On)).run("emergency-vehicle-held-up").findings.remove(0);
    assert!((f.measured - 10.5).abs() < 1e-9, "{f:?}");
}

#[test]
fn from_a_speed_on_a_cyclist_is_given_more_room() {
    assert_eq!(cyclist(1.4, 13.8, 0.0).run("close-pass-of-cyclist").outcome(), Outcome::Pass);
    let f = cyclist(1.4, 14.0, 0.0).run("close-pass-of-cyclist").findings.remove(0);
    assert_eq!(f.limit, 1.5);
}

#[test]
fn who_has_been_let_pass_walks_away_and_who_comes_is_waited_for() {
    let run = |y: f64, v: f64, params: &str| {
        // At 2.375 s he is 2.375 · v farther.
        let person = walker(Motion::at(-32.0, y - 2.375 * v, FRAC_PI_2).speed(v).cruise(1000.0));
        let case = Case::new(drive(6.0, ego(10.0)).actor(person).build()).on(area("crosswalk"));
        case.params(params).run("pedestrian-not-yielded")
    };
    let r = run(0.5, 1.4, "");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "he is past the ego: {r:?}");
    assert_eq!(run(-4.0, 1.4, "").outcome(), Outcome::NotApplicable, "he is not on it yet");
}

#[test]
fn who_crosses_away_from_a_crossing_is_let_go_first() {
    let f = crosses(2.9, 0.0).run("pedestrian-cut-off").findings.remove(0);
    assert!((f.measured - 2.9).abs() < 1e-6 && f.actors == ["walker"], "{f:?}");
    assert!((f.from_ns - 2_775_000_000).abs() < 1000, "{f:?}");
    let run = |motion: Motion, ego: ActorBuilder, on: Option<&str>| {
        let case = Case::new(drive(14.0, ego).actor(walker(motion)).build());
        match on {
            Some(kind) => case.on(area(kind)).run("pedestrian-cut-off"),
            None => case.run("pedestrian-cut-off"),
        }
    };
    // Along the road, or standing beside it, he does not cross.
    let along = Motion::at(-30.0, -1.75 + 3.0, 0.0).speed(1.4).cruise(1000.0);
    assert_eq!(run(along, ego(10.0), None).outcome(), Outcome::NotApplicable);
    let stands = Motion::at(-30.0, -1.75 + 3.0, FRAC_PI_2);
    assert_eq!(run(stands, ego(10.0), None).outcome(), Outcome::NotApplicable);
    // He walks away on the other side: let go.
    let gone = Motion::at(-30.0, -1.75 + 2.0 - 2.775 * 1.4, FRAC_PI_2).speed(1.4).cruise(1000.0);
    let r = run(gone, ego(10.0), None);
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "{r:?}");
    // On a crossing another rule looks at him.
    let comes = Motion::at(-32.0, -1.75 + 3.0 + 2.575 * 1.4, -FRAC_PI_2).speed(1.4).cruise(1000.0);
    assert_eq!(run(comes.clone(), ego(10.0), Some("crosswalk")).outcome(), Outcome::NotApplicable);
    assert_eq!(run(comes, ego(10.0), Some("schoolZone")).outcome(), Outcome::Fail);
    // Stopped for him, and on when he stands on the other side.
    let waits = Motion::at(-60.0, -1.75, 0.0).speed(8.0).cruise(1.0).brake(2.5, 0.0).stand(4.0).speed(8.0);
    let waits = ActorBuilder::car("ego").motion(waits.cruise(1000.0)).dynamics();
    let over = Motion::at(-30.0, 2.0, -FRAC_PI_2).speed(1.4).cruise(7.0).stand(100.0);
    let r = run(over, waits, None);
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "{r:?}");
}

#[test]
fn who_is_about_to_enter_counts_if_the_pack_says_so() {
    let run = |v: f64, params: &str| {
        let person = walker(Motion::at(-32.0, -4.0 - 2.375 * v, FRAC_PI_2).speed(v).cruise(1000.0));
        let case = Case::new(drive(6.0, ego(10.0)).actor(person).build()).on(area("crosswalk"));
        case.params(params).run("pedestrian-not-yielded").outcome()
    };
    assert_eq!(run(1.4, "about_m = 1.0"), Outcome::Fail);
    assert_eq!(run(1.4, "about_m = 0.4"), Outcome::NotApplicable);
    assert_eq!(run(-0.1, "about_m = 1.0"), Outcome::NotApplicable, "he walks away from it");
}

#[test]
fn stopping_for_somebody_and_going_on_later_is_an_occasion_and_no_finding() {
    let m = Motion::at(-42.0, -1.75, 0.0).speed(8.0).stand(8.0).cruise(20.0);
    let ego = ActorBuilder::car("ego").motion(m).dynamics();
    let person = walker(Motion::at(-32.0, -4.0, FRAC_PI_2).speed(1.4).cruise(1000.0));
    let r =
        Case::new(drive(12.0, ego).actor(person).build()).on(area("crosswalk")).run("pedestrian-not-yielded");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "{r:?}");
}

#[test]
fn lamps_that_are_off_or_not_logged_make_no_emergency() {
    let run = |lamp| ambulance(10.5, 0.0, lamp).run("emergency-vehicle-held-up").outcome();
    assert_eq!(run(Some(Switch::Off)), Outcome::NotApplicable);
    assert_eq!(run(None), Outcome::Undetermined);
}

#[test]
fn a_crossing_with_lights_is_not_judged_for_speed_unless_asked() {
    let with_light = "<objects><object id=\"4\" type=\"crosswalk\" s=\"90\" t=\"0\" hdg=\"0\" length=\"4\" width=\"7\"/></objects>\
        <signals><signal id=\"L\" s=\"85\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"/>\
        <signal id=\"8\" s=\"85\" t=\"0\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"294\"/></signals>";
    let run = |params: &str| {
        let case = Case::new(drive(8.0, ego(10.0)).build()).on(arm(with_light));
        case.params(params).run("crossing-not-slowed").outcome()
    };
    assert_eq!(run(""), Outcome::NotApplicable);
    assert_eq!(run("at_lights = true"), Outcome::Fail);
}

#[test]
fn a_school_sign_makes_a_zone_for_a_stretch() {
    let sign = "<signals><signal id=\"9\" s=\"60\" t=\"-4\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"136\"/></signals>";
    let run = |params: &str| {
        let case = Case::new(drive(6.0, ego(10.0)).build()).on(arm(sign));
        case.params(params).run("fast-in-school-zone")
    };
    let f = run("after_sign_m = 20.0").findings.remove(0);
    // From x = -52 m to -32 m at 10 m/s.
    assert!(
        (f.from_ns - 800_000_000).abs() <= 50_000_000 && (f.to_ns - 2_800_000_000).abs() <= 50_000_000,
        "{f:?}"
    );
    assert_eq!(f.element.as_deref(), Some("signal 9 / road 1"));
}
