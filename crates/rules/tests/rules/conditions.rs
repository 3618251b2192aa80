//! Twins and cases of the rules about what an attempt asks for beside its station.

use lukao_model::code::{FixQuality, HmiAlert};
use lukao_model::values::Accuracy;
use lukao_model::{Channel, Origin, Outcome};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::Track;

use crate::roads::Straight;
use crate::support::{Case, accurate, car, drive, station};
use crate::twins::Twin;

const ON: Option<u8> = Some(1);
const OFF: Option<u8> = Some(0);

fn moved(motion: Motion, accuracy_m: f64) -> ActorBuilder {
    accurate(ActorBuilder::car("ego").motion(motion).dynamics(), accuracy_m)
}

/// Stands until so long after the mark at 5 s.
fn waits(for_s: f64, mark: &str) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).stand(5.0 + for_s).speed(3.0).cruise(99.0);
    let d = drive(15.0, moved(motion, 0.0)).texts(Channel::Mark, &[(1.0, "police: stop"), (5.0, mark)]);
    Case::new(d.build()).params("max_s = 5.0")
}

/// Stands; a code channel says this from 2 s on, for so long.
fn holds(channel: Channel, usual: u8, other: Option<u8>, for_s: f64) -> DriveBuilder {
    let codes = [(0.0, Some(usual)), (2.0, other), (2.0 + for_s, Some(usual))];
    drive(8.0, car("ego", 0.0, 0.0, 0.0)).actor_codes("ego", channel, &codes)
}

fn brake_held(for_s: f64, code: Option<u8>) -> Case {
    Case::new(holds(Channel::ParkingBrake, 0, code, for_s).build()).params("max_s = 1.0")
}

fn float(for_s: f64, code: Option<u8>) -> Case {
    let fixed = FixQuality::RtkFixed.code();
    Case::new(holds(Channel::FixQuality, fixed, code, for_s).build()).params("max_s = 1.0")
}

fn lamp_off(for_s: f64, code: Option<u8>) -> Case {
    Case::new(holds(Channel::RearFogLamp, 1, code, for_s).build()).params("max_s = 1.0")
}

fn input(for_s: f64, code: Option<u8>) -> DriveBuilder {
    let quiet = [(0.0, OFF)];
    holds(Channel::RemoteCommand, 0, code, for_s)
        .actor_codes("ego", Channel::DriverOverride, &quiet)
        .actor_codes("ego", Channel::EmergencyStop, &quiet)
}

fn acts(for_s: f64, code: Option<u8>) -> Case {
    Case::new(input(for_s, code).build()).params("max_s = 1.0")
}

fn at_speed(kmh: f64, accuracy_mps: f64) -> Case {
    let ego = car("ego", 0.0, 0.0, kmh / 3.6);
    let ego = ego.channel_quality(Channel::Speed, Accuracy::Constant(accuracy_mps), Origin::Simulation);
    Case::new(drive(6.0, ego).build()).guarded()
}

fn slows(kmh: f64, accuracy_mps: f64) -> Case {
    at_speed(kmh, accuracy_mps).params("max_kmh = 30.0")
}

fn reaches(kmh: f64, accuracy_mps: f64) -> Case {
    at_speed(kmh, accuracy_mps).params("least_kmh = 30.0")
}

/// So many starts; the log ends.
fn starts(n: usize, to_s: f64) -> Case {
    let mut motion = Motion::at(0.0, 0.0, 0.0);
    for _ in 0..n {
        motion = motion.stand(2.0).speed(2.0).cruise(2.0);
    }
    let d = drive(to_s, moved(motion.speed(0.0), 0.0));
    Case::new(d.build()).params("kind = \"start\"\nleast = 2.0").scoped(0.0, 20.0)
}

/// A sign at each place along the road: code and place.
fn signs(all: &[(&str, f64)]) -> Track {
    let mut road = Straight::one_way(1);
    for (code, s) in all {
        road.signals.push_str(&format!(
            r#"<signal id="{s}" name="" s="{s}" t="-5" zOffset="2" orientation="+" dynamic="no" country="OpenDRIVE"
            type="{code}" subtype="-1"><validity fromLane="-1" toLane="-1"/></signal>"#
        ));
    }
    road.track()
}

const FIVE: [(&str, f64); 6] =
    [("274", 20.0), ("274", 25.0), ("276", 30.0), ("131", 40.0), ("222", 50.0), ("272", 60.0)];

/// Past signs up to here with its front.
fn passes(front_m: f64, y_m: f64) -> Case {
    let ego = car("ego", 10.0, y_m, 10.0);
    let to_s = (front_m - 2.25 - 10.0) / 10.0;
    Case::new(drive(to_s, ego).build()).on(signs(&FIVE)).params("least = 5.0\ngroups = true")
}

/// A fault at 2 s, an alert after it, in a log of that length.
fn fault(alert_s: f64, to_s: f64) -> Case {
    let codes = [(0.0, OFF), (2.0 + alert_s, Some(HmiAlert::Warning.code()))];
    let d = drive(to_s, car("ego", 0.0, 0.0, 5.0)).actor_codes("ego", Channel::HmiAlert, &codes);
    Case::new(d.actor_texts("ego", Channel::Fault, &[(2.0, "lidar")]).build())
}

fn visibility(m: Option<f64>) -> Case {
    let ego = car("ego", 0.0, 0.0, 5.0).real(Channel::Visibility, move |_, _| m);
    Case::new(drive(5.0, ego).build()).params("min = 500.0")
}

/// A message at 2 s, then down to this speed.
fn message(kmh: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(15.0).cruise(3.0).brake(2.0, kmh / 3.6).cruise(99.0);
    let d = drive(to_s, moved(motion, 0.0)).texts(Channel::V2x, &[(2.0, "works ahead")]);
    Case::new(d.build())
}

/// Told at 2 s to stop within 50 m, and stands after this way.
fn told(way_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise((20.0 + way_m - 10.0) / 10.0).brake(5.0, 0.0);
    let d = drive(12.0, moved(motion, accuracy_m)).texts(Channel::Command, &[(2.0, "stop within 50 m")]);
    Case::new(d.build()).guarded()
}

pub fn twins() -> Vec<Twin> {
    let float_code = Some(FixQuality::RtkFloat.code());
    vec![
        ("fault-not-alerted", [fault(3.9, 10.0), fault(4.1, 10.0), fault(3.9, 5.0)]),
        ("few-sign-kinds", [passes(61.0, -1.75), passes(59.0, -1.75), passes(61.0, 80.0)]),
        ("input-in-attempt", [acts(0.9, ON), acts(1.1, ON), acts(0.9, None)]),
        ("lamp-off-in-station", [lamp_off(0.9, OFF), lamp_off(1.1, OFF), lamp_off(0.9, None)]),
        ("late-kerb-stop", [told(49.9, 0.0), told(50.1, 0.0), told(49.9, 0.2)]),
        ("manoeuvre-missing", [starts(2, 30.0), starts(1, 30.0), starts(2, 5.0)]),
        ("not-slowed", [slows(29.9, 0.0), slows(30.1, 0.0), slows(29.9, 0.1)]),
        ("out-of-conditions", [visibility(Some(501.0)), visibility(Some(499.0)), visibility(None)]),
        ("parking-brake-held", [brake_held(0.9, ON), brake_held(1.1, ON), brake_held(0.9, None)]),
        ("position-fix-lost", [float(0.9, float_code), float(1.1, float_code), float(0.9, None)]),
        ("speed-not-reached", [reaches(30.1, 0.0), reaches(29.9, 0.0), reaches(30.1, 0.1)]),
        ("starts-late", [waits(4.92, "go"), waits(5.12, "go"), waits(4.92, "come")]),
        ("v2x-not-heeded", [message(29.9, 20.0), message(30.1, 20.0), message(29.9, 4.0)]),
    ]
}

#[test]
fn values_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let near = |a: f64, b: f64, by: f64| assert!((a - b).abs() <= by, "{a}, not {b}");
    near(one(fault(4.1, 10.0), "fault-not-alerted").measured, 4.1, 1e-9);
    near(one(told(50.1, 0.0), "late-kerb-stop").measured, 50.1, 0.01);
    near(one(slows(30.1, 0.0), "not-slowed").measured, 30.1, 1e-9);
    near(one(message(30.1, 20.0), "v2x-not-heeded").measured, 30.1, 1e-9);
    near(one(waits(5.12, "go"), "starts-late").measured, 5.15, 1e-6);
    let f = one(passes(59.0, -1.75), "few-sign-kinds");
    assert_eq!((f.measured, f.limit), (4.0, 5.0));
}

#[test]
fn a_go_is_for_an_item() {
    let at = |mark: &str| waits(8.0, mark).on(station("start", "")).run("starts-late").outcome();
    assert_eq!(at("go: start"), Outcome::Fail);
    assert_eq!(at("go: curve"), Outcome::Undetermined);
    // It never starts, and the log ends too early to tell.
    let never = |to_s: f64| {
        let d = drive(to_s, car("ego", 0.0, 0.0, 0.0)).texts(Channel::Mark, &[(5.0, "go")]);
        Case::new(d.build()).params("max_s = 5.0").run("starts-late").outcome()
    };
    assert_eq!((never(12.0), never(9.0)), (Outcome::Fail, Outcome::Undetermined));
}

#[test]
fn from_its_own_stop_too() {
    let motion = |for_s: f64| {
        let stop = Motion::at(30.0, -1.75, 0.0).speed(5.0).cruise(1.0).brake(2.5, 0.0).stand(for_s);
        moved(stop.speed(3.0).cruise(99.0), 0.0)
    };
    let run = |for_s: f64, line: &str| {
        let case = Case::new(drive(20.0, motion(for_s)).build()).on(station("hill-stop-start", line));
        case.params("max_s = 5.0\nafter = \"stop\"").run("starts-late").outcome()
    };
    let line = "line = [[42.5, 0], [42.5, -3.5]]";
    assert_eq!((run(4.8, line), run(5.3, line)), (Outcome::Pass, Outcome::Fail));
    assert_eq!(run(5.3, ""), Outcome::Fail);
    assert_eq!(run(5.3, "line = [[90, 0], [90, -3.5]]"), Outcome::NotApplicable);
}

#[test]
fn an_order_lets_an_input_pass() {
    let run = |d: DriveBuilder| Case::new(d.build()).run("input-in-attempt").outcome();
    assert_eq!(run(input(3.0, ON)), Outcome::Fail);
    assert_eq!(run(input(3.0, ON).texts(Channel::Command, &[(1.0, "take over")])), Outcome::Pass);
    assert_eq!(run(input(3.0, ON).texts(Channel::Mark, &[(1.0, "order: emergency stop")])), Outcome::Pass);
    assert_eq!(run(input(3.0, ON).texts(Channel::Command, &[(1.0, "stop within 50 m")])), Outcome::Fail);
    assert_eq!(run(input(3.0, ON).texts(Channel::Command, &[(3.0, "take over")])), Outcome::Fail, "too late");
    // Not to be logged if it does not count.
    let bare = holds(Channel::DriverOverride, 0, OFF, 1.0);
    let case = Case::new(bare.build()).params("emergency_stop = false\nremote_command = false");
    assert_eq!(case.run("input-in-attempt").outcome(), Outcome::Pass);
}

#[test]
fn who_has_slowed_down_or_is_slow_has_slowed() {
    let motion = |to_kmh: f64| {
        Motion::at(0.0, -1.75, 0.0).speed(15.0).cruise(2.0).brake(3.0, to_kmh / 3.6).cruise(99.0)
    };
    let run = |to_kmh: f64, params: &str| {
        let case = Case::new(drive(14.0, moved(motion(to_kmh), 0.0)).build()).scoped(6.0, 12.0);
        case.params(params).run("not-slowed")
    };
    // From 54 km/h, within 5 s.
    let both = "max_kmh = 30.0\nleast_drop_kmh = 10.0\nbefore_s = 5.0";
    assert_eq!(run(43.9, both).outcome(), Outcome::Pass);
    let f = run(44.1, both).findings.remove(0);
    assert_eq!((f.limit, f.unit.as_str()), (30.0, "km/h"));
    let f = run(44.1, "least_drop_kmh = 10.0\nbefore_s = 5.0").findings.remove(0);
    assert!((f.measured - 9.9).abs() < 1e-9, "{f:?}");
    assert_eq!(run(44.1, "").outcome(), Outcome::NotApplicable, "nothing was asked for");
    let at = |x: f64| {
        let d = drive(14.0, moved(motion(25.0), 0.0));
        let line = format!("line = [[{x}, 0], [{x}, -3.5]]");
        Case::new(d.build())
            .on(station("tunnel", &line))
            .params("max_kmh = 30.0\nat = \"line\"")
            .run("not-slowed")
    };
    assert_eq!(at(20.0).findings.len(), 1);
    assert_eq!(at(80.0).outcome(), Outcome::Pass);
    assert_eq!(at(-20.0).outcome(), Outcome::NotApplicable, "it lies behind");
}

#[test]
fn signs_are_counted_by_kind_and_group() {
    let run = |all: &[(&str, f64)]| {
        let case = Case::new(drive(10.0, car("ego", 10.0, -1.75, 10.0)).build()).on(signs(all));
        case.params("least = 3.0\ngroups = true").run("few-sign-kinds")
    };
    assert_eq!(run(&FIVE).outcome(), Outcome::Pass);
    let f = run(&[("274", 20.0), ("276", 30.0), ("272", 40.0)]).findings.remove(0);
    assert_eq!((f.measured, f.what.as_str()), (1.0, "passed not all groups of signs"));
    assert_eq!(run(&[("274", 20.0), ("274", 30.0), ("131", 150.0)]).findings[0].measured, 1.0);
}

#[test]
fn manoeuvres_are_counted_by_motion_and_by_the_map() {
    let round = Motion::at(0.0, 0.0, 0.0).speed(2.0).arc(5.0, 7.0).cruise(2.0);
    let run = |motion: &Motion, params: &str| {
        Case::new(drive(9.0, moved(motion.clone(), 0.0)).build()).params(params).run("manoeuvre-missing")
    };
    let once = "kind = \"turned-round\"\nleast = 1.0";
    assert_eq!(run(&round, once).outcome(), Outcome::Pass);
    assert_eq!(run(&Motion::at(0.0, 0.0, 0.0).speed(2.0), once).outcome(), Outcome::Fail);
    let f = run(&round, "kind = \"turned-round\"\nmost = 0.0").findings.remove(0);
    assert_eq!(f.what, "too many: turned-round");
    let change = Motion::points(&[
        (0.0, 10.0, -1.75, 0.0),
        (2.0, 30.0, -1.75, 0.0),
        (5.0, 60.0, -5.25, 0.0),
        (9.0, 99.0, -5.25, 0.0),
    ]);
    let lanes = |params: &str| {
        let case = Case::new(drive(9.0, moved(change.clone(), 0.0)).build()).on(Straight::one_way(2).track());
        case.params(params).run("manoeuvre-missing").outcome()
    };
    assert_eq!(lanes("least = 1.0"), Outcome::Pass);
    assert_eq!(lanes(""), Outcome::Pass);
    assert_eq!(lanes("kind = \"overtaking\""), Outcome::Fail, "once, if nothing is said");
    assert_eq!(lanes("least = 2.0"), Outcome::Fail);
    assert_eq!(lanes("most = 0.0"), Outcome::Fail);
    assert_eq!(lanes("kind = \"left-turn\"\nmost = 0.0"), Outcome::Pass);
}

#[test]
fn a_command_is_needed_and_followed_to_the_stand() {
    let run = |command: &str, to_s: f64| {
        let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(6.0).brake(5.0, 0.0);
        let d = drive(to_s, moved(motion, 0.0)).texts(Channel::Command, &[(2.0, command)]);
        Case::new(d.build()).run("late-kerb-stop")
    };
    assert_eq!(run("stop within 60 m", 12.0).outcome(), Outcome::Pass);
    assert_eq!(run("stop within 30 m", 6.0).findings[0].details[1].name, "stood");
    assert_eq!(run("stop within 60 m", 6.0).outcome(), Outcome::Undetermined);
    let r = run("stop somewhere", 12.0);
    assert_eq!((r.outcome(), r.undetermined[0].what.as_str()), (Outcome::Undetermined, "command"));
}

#[test]
fn conditions_have_two_ends_and_both_lamps_states() {
    let d = || {
        drive(5.0, car("ego", 0.0, 0.0, 5.0))
            .reals(Channel::Illuminance, &[(0.0, Some(5.0)), (2.0, Some(80.0))])
    };
    let run = |params: &str| Case::new(d().build()).params(params).run("out-of-conditions");
    let f = run("channel = \"illuminance_lx\"\nmax = 50.0").findings.remove(0);
    assert_eq!((f.measured, f.unit.as_str()), (80.0, "lx"));
    assert_eq!(run("channel = \"illuminance_lx\"\nmax = 80.0").outcome(), Outcome::Pass);
    let hazard = |code: u8| {
        let d = drive(5.0, car("ego", 0.0, 0.0, 5.0)).actor_codes(
            "ego",
            Channel::Indicator,
            &[(0.0, Some(code))],
        );
        Case::new(d.build()).params("lamp = \"hazard\"\nstate = \"off\"").run("lamp-off-in-station").outcome()
    };
    assert_eq!((hazard(3), hazard(0)), (Outcome::Fail, Outcome::Pass));
}
