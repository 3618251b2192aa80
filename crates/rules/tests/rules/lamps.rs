//! Twins and cases of the rules about lamps.

use lukao_model::code::{DrivingMode, Indicator};
use lukao_model::{Channel, Outcome};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::example;

use crate::roads::Straight;
use crate::support::{Case, accurate, car, drive, exact, two_lanes};
use crate::twins::Twin;

const OFF: Option<u8> = Some(Indicator::Off as u8);
const LEFT: Option<u8> = Some(Indicator::Left as u8);
const RIGHT: Option<u8> = Some(Indicator::Right as u8);
const HAZARD: Option<u8> = Some(Indicator::Hazard as u8);

/// From the right lane to the left one from 5 s to 9 s: a corner touches the line at 5.97 s, all are over at 8.03 s.
fn changes_lane() -> ActorBuilder {
    let points = [
        (0.0, 10.0, -5.25, 0.0),
        (5.0, 60.0, -5.25, 0.0),
        (9.0, 100.0, -1.75, 0.0),
        (20.0, 210.0, -1.75, 0.0),
    ];
    ActorBuilder::car("ego").motion(Motion::points(&points))
}

fn lane_change(lamps: &[(f64, Option<u8>)]) -> Case {
    let drive = drive(16.0, changes_lane()).actor_codes("ego", Channel::Indicator, lamps).build();
    Case::new(drive).on(Straight::one_way(2).track())
}

fn lit(side: Option<u8>, from_s: f64, to_s: f64) -> Case {
    lane_change(&[(0.0, OFF), (from_s, side), (to_s, OFF)])
}

/// Something is below its limit from 2 s on, the lamp comes on at a time.
fn lamp(value: Channel, bad: f64, lamp: Channel, on: u8, on_s: f64, known: bool) -> Case {
    let codes = [(0.0, known.then_some(0)), (on_s, known.then_some(on))];
    let drive = drive(8.0, car("ego", 0.0, 0.0, 10.0)).actor_codes("ego", lamp, &codes);
    Case::new(drive.reals(value, &[(0.0, Some(1000.0)), (2.0, Some(bad))]).build())
}

fn tunnel(on_s: f64, known: bool) -> Case {
    let codes = [(0.0, known.then_some(0)), (on_s, known.then_some(1))];
    let mut road = Straight::one_way(1);
    road.objects = r#"<tunnel id="1" name="" s="30" length="500" type="standard"/>"#.into();
    let drive = drive(8.0, car("ego", 10.0, -1.75, 10.0)).actor_codes("ego", Channel::LowBeam, &codes);
    Case::new(drive.build()).on(road.track())
}

fn misused(for_s: f64, visibility_m: Option<f64>) -> Case {
    let lamps = [(0.0, OFF), (1.0, HAZARD), (1.0 + for_s, OFF)];
    let drive = drive(8.0, car("ego", 0.0, 0.0, 10.0)).actor_codes("ego", Channel::Indicator, &lamps);
    Case::new(drive.reals(Channel::Visibility, &[(0.0, visibility_m)]).build())
}

/// Stands from 2 s on, in a mode from 3 s on, with the hazard lights on from a time on.
fn broken_down(on_s: f64, mode: Option<DrivingMode>) -> Case {
    let d = stops(12.0).mode(&[(0.0, Some(DrivingMode::Automated)), (3.0, mode)]);
    Case::new(d.actor_codes("ego", Channel::Indicator, &[(0.0, OFF), (on_s, HAZARD)]).build())
}

/// Brakes to a stand at 2 s.
fn stops(to_s: f64) -> DriveBuilder {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).brake(5.0, 0.0);
    drive(to_s, ActorBuilder::car("ego").motion(motion).dynamics())
}

fn dazzles(gap_m: f64, accuracy_m: f64) -> Case {
    let ego = accurate(car("ego", 10.0, -1.75, 10.0).code(Channel::HighBeam, |_, _| Some(1)), accuracy_m);
    let lead = car("lead", 10.0 + 4.5 + gap_m, -1.75, 10.0);
    Case::new(drive(4.0, ego).actor(lead).build()).on(Straight::one_way(1).track()).guarded()
}

/// Comes toward another one, whose front is that far from the ego's when the data end.
fn toward(last_m: f64, beam: Option<u8>) -> Case {
    let ego = car("ego", 10.0, -1.75, 10.0).code(Channel::HighBeam, move |_, _| beam);
    let motion = Motion::at(10.0 + 4.5 + last_m + 80.0, 1.75, std::f64::consts::PI).speed(10.0).cruise(20.0);
    let other = ActorBuilder::car("other").motion(motion).dynamics();
    Case::new(drive(4.0, ego).actor(other).build())
}

pub fn twins() -> Vec<Twin> {
    use Channel::{FrontFogLamp, Illuminance, LowBeam, Visibility};
    let unknown = || lane_change(&[(0.0, None)]);
    let three = |v: Channel, bad: f64, c: Channel, on: u8| {
        [lamp(v, bad, c, on, 3.9, true), lamp(v, bad, c, on, 4.2, true), lamp(v, bad, c, on, 3.9, false)]
    };
    let failed = Some(DrivingMode::Failed);
    vec![
        (
            "breakdown-without-hazard-lights",
            [broken_down(7.9, failed), broken_down(8.2, failed), broken_down(7.9, None)],
        ),
        ("fog-lamps-off", three(Visibility, 100.0, FrontFogLamp, 1)),
        ("hazard-lights-missing", three(Visibility, 50.0, Channel::Indicator, Indicator::Hazard as u8)),
        (
            "hazard-lights-misused",
            [misused(4.9, Some(1000.0)), misused(5.2, Some(1000.0)), misused(4.9, None)],
        ),
        ("headlamps-off-at-night", three(Illuminance, 10.0, LowBeam, 1)),
        ("headlamps-off-in-fog", three(Visibility, 100.0, LowBeam, 1)),
        ("headlamps-off-in-tunnel", [tunnel(3.9, true), tunnel(4.2, true), tunnel(3.9, false)]),
        ("indicator-cut-short", [lit(LEFT, 2.0, 9.0), lit(LEFT, 2.0, 7.0), unknown()]),
        (
            "indicator-distance",
            [lit(LEFT, 2.9, 9.0), lit(LEFT, 3.1, 9.0), unknown()].map(|c| c.params("min_m = 30.0")),
        ),
        ("indicator-late", [lit(LEFT, 2.9, 9.0), lit(LEFT, 3.1, 9.0), unknown()]),
        ("indicator-left-on", [lit(LEFT, 2.0, 12.9), lit(LEFT, 2.0, 13.2), unknown()]),
        ("indicator-missing", [lit(LEFT, 2.0, 9.0), lit(OFF, 2.0, 9.0), unknown()]),
        ("indicator-wrong-side", [lit(LEFT, 2.0, 9.0), lit(RIGHT, 2.0, 9.0), unknown()]),
        ("main-beam-close-behind", [dazzles(50.1, 0.0), dazzles(49.9, 0.0), dazzles(50.1, 0.5)]),
        ("position-lamps-off-at-night", three(Illuminance, 10.0, Channel::PositionLamp, 1)),
        ("main-beam-oncoming", [toward(150.1, Some(1)), toward(149.9, Some(1)), toward(150.1, None)]),
    ]
}

/// The corner touches the line after 0.85 m at 0.875 m/s.
const ONSET_S: f64 = 5.0 + 0.85 / 0.875;

#[test]
fn leads_are_those_of_the_plan() {
    let f = lit(LEFT, 3.1, 9.0).run("indicator-late").findings.remove(0);
    assert!((f.measured - (ONSET_S - 3.1)).abs() < 1e-6, "{f:?}");
    let f = lit(LEFT, 3.1, 9.0).params("min_m = 30.0").run("indicator-distance").findings.remove(0);
    assert!((f.measured - 10.0 * (ONSET_S - 3.1)).abs() < 0.1, "the way slants a little: {f:?}");
    let f = lit(LEFT, 2.0, 7.0).run("indicator-cut-short").findings.remove(0);
    assert!((f.measured - 1.03).abs() < 0.05, "{f:?}");
    let f = lit(LEFT, 2.0, 13.2).run("indicator-left-on").findings.remove(0);
    assert!((f.measured - 5.17).abs() < 0.05, "{f:?}");
}

#[test]
fn a_fault_of_the_ego_around_its_stand_is_a_breakdown() {
    let run = |faults: &[(f64, &str)], origin, mode: &[(f64, Option<DrivingMode>)]| {
        let d = stops(60.0).actor_texts("ego", Channel::Fault, faults).series_origin(origin).mode(mode);
        let case = Case::new(d.actor_codes("ego", Channel::Indicator, &[(0.0, OFF)]).build());
        let whole = case.run("breakdown-without-hazard-lights");
        assert_eq!(case.run_blocks("breakdown-without-hazard-lights", 7_000_000_000), whole);
        (whole.outcome(), whole.findings.first().map(|f| f.measured.round()))
    };
    use lukao_model::Origin::{Reference, VehicleBus};
    let manual = [(0.0, Some(DrivingMode::Manual))];
    assert_eq!(run(&[(1.0, "engine: hot")], VehicleBus, &[]), (Outcome::Fail, Some(58.0)));
    assert_eq!(run(&[(40.0, "engine: hot")], VehicleBus, &manual), (Outcome::Fail, Some(20.0)));
    assert_eq!(run(&[(1.0, "engine: hot")], Reference, &manual), (Outcome::NotApplicable, None));
    assert_eq!(run(&[(1.0, " ")], VehicleBus, &manual), (Outcome::NotApplicable, None));
    assert_eq!(run(&[(1.0, " ")], VehicleBus, &[]), (Outcome::Undetermined, None), "nobody knows");
}

#[test]
fn a_fault_that_the_ego_drove_on_with_is_no_breakdown_later() {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(25.0).brake(5.0, 0.0);
    let d = drive(50.0, ActorBuilder::car("ego").motion(motion).dynamics());
    let d = d.mode(&[(0.0, Some(DrivingMode::Manual))]).actor_texts("ego", Channel::Fault, &[(2.0, "hot")]);
    let case = Case::new(d.actor_codes("ego", Channel::Indicator, &[(0.0, OFF)]).build());
    assert_eq!(case.run("breakdown-without-hazard-lights").outcome(), Outcome::NotApplicable);
}

#[test]
fn dipped_in_time_and_others_aside_are_no_findings() {
    let f = toward(100.0, Some(1)).run("main-beam-oncoming").findings.remove(0);
    assert!((f.measured - 100.0).abs() < 1e-6 && f.actors == ["other"], "{f:?}");
    // 180 m at the begin, 20 m/s nearer: 150 m after 1.5 s.
    assert!((f.from_ns - 1_550_000_000).abs() < 51_000_000, "{f:?}");
    assert_eq!(toward(100.0, Some(0)).run("main-beam-oncoming").outcome(), Outcome::Pass);
    let aside = toward(100.0, Some(1)).params("max_lateral_m = 3.0").run("main-beam-oncoming");
    assert_eq!(aside.outcome(), Outcome::NotApplicable, "{aside:?}");
    let same_way = dazzles(60.0, 0.0).run("main-beam-oncoming");
    assert_eq!(same_way.outcome(), Outcome::NotApplicable, "{same_way:?}");
}

#[test]
fn too_far_away_is_as_wrong_as_too_near() {
    let far = lit(LEFT, 0.5, 9.0).params("min_m = 30.0\nmax_m = 50.0").run("indicator-distance");
    assert_eq!(far.findings.len(), 1, "{far:?}");
    assert!(far.findings[0].what.starts_with("indicated too far away"), "{far:?}");
}

#[test]
fn hazard_lights_show_no_side_and_flashing_is_on() {
    assert_eq!(lit(HAZARD, 2.0, 9.0).run("indicator-missing").outcome(), Outcome::Fail);
    let mut flashing = vec![(0.0, OFF)];
    for i in 0..10 {
        let t = 2.0 + f64::from(i) * 0.7;
        flashing.extend([(t, LEFT), (t + 0.35, OFF)]);
    }
    let r = lane_change(&flashing).run("indicator-late");
    assert_eq!(r.outcome(), Outcome::Pass, "{r:?}");
    let r = lane_change(&flashing).run("indicator-cut-short");
    assert_eq!(r.outcome(), Outcome::Pass, "{r:?}");
}

#[test]
fn only_the_chosen_manoeuvres_are_looked_at() {
    let r = lit(OFF, 2.0, 9.0).params("manoeuvres = \"turn\"").run("indicator-missing");
    assert_eq!(r.outcome(), Outcome::NotApplicable, "{r:?}");
    let r = lit(OFF, 2.0, 9.0).params("manoeuvres = \"lane-change\"").run("indicator-missing");
    assert_eq!(r.outcome(), Outcome::Fail, "{r:?}");
}

/// From the west through the crossroads: straight on, or right onto the road to the south.
fn crossroads(right: bool, lamps: &[(f64, Option<u8>)]) -> Case {
    let start = Motion::at(-60.0, -1.75, 0.0).speed(8.0).cruise(6.0);
    // Connecting roads begin 12 m before the middle; the lane's middle turns on 10.25 m.
    let motion = if right {
        start.arc(-10.25, 10.25 * std::f64::consts::FRAC_PI_2 / 8.0).cruise(20.0)
    } else {
        start.cruise(20.0)
    };
    let ego = ActorBuilder::car("ego").motion(motion).dynamics();
    let drive: DriveBuilder = drive(12.0, ego).actor_codes("ego", Channel::Indicator, lamps);
    Case::new(drive.build()).on(exact(&example::crossroads(&[])))
}

#[test]
fn a_turn_is_announced_and_straight_on_is_not() {
    let none = [(0.0, OFF)];
    let straight = crossroads(false, &none).run("indicator-missing");
    assert_eq!(straight.outcome(), Outcome::NotApplicable, "{straight:?}");
    let right = crossroads(true, &none).run("indicator-missing");
    assert_eq!(right.findings.len(), 1, "{right:?}");
    assert!(right.findings[0].what.starts_with("turn "), "{right:?}");
    // The front enters the junction 2.25 m before the centre does at 6 s.
    let f = crossroads(true, &[(0.0, OFF), (4.0, RIGHT)]).run("indicator-late").findings.remove(0);
    assert!((f.measured - (6.0 - 2.25 / 8.0 - 4.0)).abs() < 0.01, "{f:?}");
    let good = crossroads(true, &[(0.0, OFF), (2.0, RIGHT)]).run("indicator-late");
    assert_eq!(good.outcome(), Outcome::Pass, "{good:?}");
}

#[test]
fn pulling_out_and_in_at_the_kerb_is_announced() {
    // At the kerb for 4 s, then off; later back to it.
    let points = [
        (0.0, 10.0, -2.3, 0.0),
        (4.0, 10.0, -2.3, 0.0),
        (8.0, 30.0, -1.5, 0.0),
        (12.0, 50.0, -1.5, 0.0),
        (16.0, 70.0, -2.3, 0.0),
        (24.0, 70.0, -2.3, 0.0),
    ];
    let ego = || {
        ActorBuilder::car("ego")
            .motion(Motion::points(&points))
            .real(Channel::Speed, |t, _| Some(if (4.0..16.0).contains(&t) { 5.0 } else { 0.0 }))
    };
    let run = |lamps: &[(f64, Option<u8>)], rule: &str, which: &str| {
        let drive = drive(24.0, ego()).actor_codes("ego", Channel::Indicator, lamps).build();
        let params = format!("manoeuvres = \"{which}\"");
        Case::new(drive).on(two_lanes("broken")).params(&params).run(rule)
    };
    let lamps = [(0.0, OFF), (0.5, LEFT), (9.0, OFF), (10.0, RIGHT), (17.0, OFF)];
    for which in ["pulling-out", "pulling-in"] {
        let r = run(&lamps, "indicator-late", which);
        assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "{which}: {r:?}");
        let r = run(&[(0.0, OFF)], "indicator-missing", which);
        assert_eq!(r.findings.len(), 1, "{which}: {r:?}");
    }
}
