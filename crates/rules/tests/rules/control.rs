//! Twins and cases of the rules about how the ego is moved.

use lukao_model::code::{DrivingMode, Gear};
use lukao_model::{Channel, Outcome, math};
use lukao_testkit::{ActorBuilder, Motion};
use lukao_track::example;

use crate::roads::Straight;
use crate::support::{Case, accurate, drive, exact, station, two_lanes};
use crate::twins::Twin;

fn ego(motion: Motion) -> ActorBuilder {
    ActorBuilder::car("ego").motion(motion).dynamics()
}

fn speeding_up(accel_mps2: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(1.0).accelerate(accel_mps2, 3.0);
    Case::new(drive(to_s, ego(motion)).build())
}

/// A step of the acceleration, seen over half a second, is a jerk of twice that.
fn jolt(decel_mps2: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(15.0).cruise(1.0).brake(decel_mps2, 3.0);
    Case::new(drive(to_s, ego(motion)).build()).params("max_jerk_mps3 = 4.13")
}

fn swerve(lateral_mps2: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(1.0).arc(100.0 / lateral_mps2, 9.0);
    Case::new(drive(to_s, ego(motion)).build()).params("max_jerk_mps3 = 5.0")
}

fn hill_start(back_m: f64) -> Motion {
    let stop = Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(1.0).brake(5.0, 0.0).stand(1.0);
    stop.speed(-0.3).cruise(back_m / 0.3).speed(3.0).cruise(100.0)
}

fn rolling(back_m: f64, accuracy_m: f64) -> Case {
    let car = ego(hill_start(back_m)).code(Channel::Gear, |_, _| Some(Gear::Forward.code()));
    Case::new(drive(8.0, accurate(car, accuracy_m)).build()).guarded()
}

fn at_line(before_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::at(100.0 - 2.25 - before_m - 10.0, -1.75, 0.0).speed(10.0).brake(5.0, 0.0);
    Case::new(drive(5.0, accurate(ego(motion), accuracy_m)).build())
        .on(exact(example::SIGNALISED))
        .params("max_before_m = 0.5")
        .guarded()
}

fn at_kerb(from_edge_m: f64, accuracy_m: f64, to_s: f64) -> Case {
    let motion = Motion::at(10.0, -3.5 + 0.9 + from_edge_m, 0.0).speed(10.0).brake(5.0, 0.0);
    let car = accurate(ego(motion), accuracy_m);
    Case::new(drive(to_s, car).build()).on(two_lanes("broken")).guarded()
}

/// Rolls for a time in neutral on a road of that grade.
fn in_neutral(for_s: f64, grade_percent: f64, known: bool) -> Case {
    let car = ego(Motion::at(10.0, -1.75, 0.0).speed(8.0).cruise(100.0)).height(None, None);
    let gear = |g: Gear| known.then_some(g.code());
    let gears = [(0.0, gear(Gear::Forward)), (1.0, gear(Gear::Neutral)), (1.0 + for_s, gear(Gear::Forward))];
    let d = drive(8.0, car).actor_codes("ego", Channel::Gear, &gears);
    Case::new(d.build()).on(Straight::one_way(1).grade(grade_percent).track())
}

/// Stands in the lane after 2 s.
fn stands(for_s: f64, y_m: f64) -> Case {
    let motion = Motion::at(10.0, y_m, 0.0).speed(10.0).brake(5.0, 0.0).stand(for_s).speed(5.0).cruise(99.0);
    Case::new(drive(16.0, ego(motion)).build()).on(Straight::one_way(1).track()).params("max_s = 10.0")
}

/// Swings from side to side, so many turning points within 15 s.
fn snakes(swings: u32, accuracy_m: f64) -> Case {
    let mut points = vec![(0.0, 10.0, -1.75, 0.0)];
    for i in 1..=swings + 1 {
        let t = f64::from(i);
        let y = if i % 2 == 0 { -1.75 - 0.3 } else { -1.75 + 0.3 };
        points.push((2.0 * t, 10.0 + 20.0 * t, y, 0.0));
    }
    let car = ActorBuilder::car("ego").motion(Motion::points(&points));
    let car = accurate(car.real(Channel::Speed, |_, _| Some(10.0)), accuracy_m);
    Case::new(drive(12.0, car).build()).on(Straight::one_way(1).track()).guarded()
}

pub fn twins() -> Vec<Twin> {
    vec![
        ("harsh-acceleration", [speeding_up(1.9, 3.9), speeding_up(2.1, 3.9), speeding_up(1.9, 0.2)]),
        ("lateral-jerk", [swerve(2.45, 5.0), swerve(2.55, 5.0), swerve(2.45, 0.4)]),
        ("longitudinal-jerk", [jolt(2.0, 5.0), jolt(2.1, 5.0), jolt(2.0, 0.4)]),
        (
            "coasts-down-steep-slope",
            [in_neutral(1.9, -8.0, true), in_neutral(2.2, -8.0, true), in_neutral(1.9, -8.0, false)],
        ),
        ("needless-stop", [stands(9.9, -1.75), stands(10.2, -1.75), stands(9.9, 50.0)]),
        ("parks-far-from-kerb", [at_kerb(0.29, 0.0, 6.0), at_kerb(0.31, 0.0, 6.0), at_kerb(0.29, 0.1, 6.0)]),
        ("rolls-back", [rolling(0.285, 0.0), rolling(0.315, 0.0), rolling(0.285, 0.1)]),
        ("snaking", [snakes(3, 0.0), snakes(4, 0.0), snakes(3, 0.2)]),
        ("stops-off-the-line", [at_line(0.49, 0.0), at_line(0.51, 0.0), at_line(0.49, 0.1)]),
    ]
}

#[test]
fn values_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(near(one(speeding_up(2.1, 3.9), "harsh-acceleration").measured, 2.1));
    assert!(near(one(jolt(2.1, 5.0), "longitudinal-jerk").measured, 4.2));
    assert!(near(one(swerve(2.55, 5.0), "lateral-jerk").measured, 5.1));
    let f = one(rolling(0.315, 0.0), "rolls-back");
    assert!((f.measured - 0.315).abs() < 1e-9, "{f:?}");
    assert!((f.from_ns - 3_000_000_000).abs() <= 50_000_000, "it begins at the stand: {f:?}");
    let f = one(at_line(0.51, 0.0), "stops-off-the-line");
    assert!(near(f.measured, 0.51) && f.element.is_some(), "{f:?}");
    assert!(near(one(at_kerb(0.31, 0.0, 6.0), "parks-far-from-kerb").measured, 0.31));
}

#[test]
fn at_equality_the_limit_is_kept() {
    let case = |case: Case, params: &str, rule: &str| case.params(params).run(rule).outcome();
    let just = case(at_line(0.5, 0.0), "max_before_m = 0.5000000001", "stops-off-the-line");
    assert_eq!(just, Outcome::Pass);
    let just = jolt(2.0, 5.0).params("max_jerk_mps3 = 4.0").run("longitudinal-jerk");
    assert_eq!(just.outcome(), Outcome::Pass, "{just:?}");
    assert_eq!(case(jolt(2.0, 5.0), "max_jerk_mps3 = 3.99", "longitudinal-jerk"), Outcome::Fail);
}

#[test]
fn going_back_without_a_gear_may_be_meant_and_in_reverse_it_is() {
    let bare = Case::new(drive(8.0, ego(hill_start(0.5))).build()).run("rolls-back");
    assert_eq!(bare.outcome(), Outcome::Undetermined, "{bare:?}");
    assert_eq!(bare.undetermined[0].what, "gear");
    let little = Case::new(drive(8.0, ego(hill_start(0.2))).build()).run("rolls-back");
    assert_eq!(little.outcome(), Outcome::Pass, "less than the limit needs no gear: {little:?}");
    let back = ego(hill_start(0.5)).code(Channel::Gear, |_, s| {
        Some(if s.speed_mps < 0.0 { Gear::Reverse.code() } else { Gear::Forward.code() })
    });
    let meant = Case::new(drive(8.0, back).build()).run("rolls-back");
    assert_eq!(meant.outcome(), Outcome::Pass, "{meant:?}");
}

#[test]
fn any_point_of_the_body_that_goes_back_too_far_is_too_far() {
    // The same way of the middle: straight back it is kept, on a bend the outer corners go farther.
    let back = |bend: bool, by_m: f64| {
        let stop = Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(1.0).brake(5.0, 0.0).stand(1.0).speed(-0.3);
        let rolls = if bend { stop.arc(9.0, by_m / 0.3) } else { stop.cruise(by_m / 0.3) };
        let car = ego(rolls.speed(3.0).cruise(100.0)).code(Channel::Gear, |_, _| Some(Gear::Forward.code()));
        Case::new(drive(8.0, accurate(car, 0.0)).build()).run("rolls-back")
    };
    assert_eq!(back(false, 0.285).outcome(), Outcome::Pass);
    assert_eq!(back(true, 0.270).outcome(), Outcome::Pass);
    let r = back(true, 0.285);
    let corner = 9.9 * math::sin(0.285 / 9.0) + 2.25 * (1.0 - math::cos(0.285 / 9.0));
    assert!((r.findings[0].measured - corner).abs() < 1e-3, "{corner} {r:?}");
}

#[test]
fn rolled_back_is_counted_along_the_slope() {
    // 0.285 m on the map are 0.287 m on a slope of 12 %.
    let of = || rolling(0.285, 0.0).params("max_back_m = 0.286");
    let on = |more: &str| of().on(station("hill", more)).run("rolls-back");
    assert_eq!(on("").outcome(), Outcome::Pass);
    let f = on("slope_percent = 12.0").findings.remove(0);
    assert!((f.measured - 0.285 * math::hypot(1.0, 0.12)).abs() < 1e-9, "{f:?}");
}

#[test]
fn two_roll_backs_are_two_findings_and_one_that_never_ends_is_found() {
    let twice = hill_start(0.5).speed(0.0).stand(1.0);
    let gear = |m: Motion| ego(m).code(Channel::Gear, |_, _| Some(Gear::Forward.code()));
    let motion = Motion::at(0.0, 0.0, 0.0).speed(-0.5).cruise(1.0).speed(2.0).cruise(1.0);
    let motion = motion.speed(-0.5).cruise(1.0).speed(2.0).cruise(9.0);
    let r = Case::new(drive(8.0, gear(motion)).build()).run("rolls-back");
    assert_eq!(r.findings.len(), 2, "{r:?}");
    let r = Case::new(drive(4.5, gear(twice)).build()).run("rolls-back");
    assert_eq!(r.findings.len(), 1, "the log ends while it rolls: {r:?}");
}

#[test]
fn over_the_line_is_over_whatever_the_distance_before_it_may_be() {
    let over = at_line(-0.2, 0.0).run("stops-off-the-line");
    assert_eq!(over.findings.len(), 1, "{over:?}");
    assert_eq!(over.findings[0].what, "stopped over the line");
    let far = at_line(30.0, 0.0).run("stops-off-the-line");
    assert_eq!(far.outcome(), Outcome::NotApplicable, "a stop elsewhere is no stop at the line: {far:?}");
}

#[test]
fn a_stop_that_the_log_cuts_off_is_undetermined() {
    let r = at_kerb(0.5, 0.0, 3.0).run("parks-far-from-kerb");
    assert_eq!(r.outcome(), Outcome::Undetermined, "{r:?}");
    let middle = at_kerb(2.0, 0.0, 6.0).run("parks-far-from-kerb");
    assert_eq!(middle.outcome(), Outcome::NotApplicable, "{middle:?}");
}

#[test]
fn a_long_stop_in_the_lane_is_one_far_from_the_kerb_unless_it_is_for_traffic() {
    // It stands from 2 s on, 2 m from the edge; its front is at x = 22.25 m.
    let stop = |to_s: f64, lead_gap_m: Option<f64>, params: &str| {
        let mut case = at_kerb(2.0, 0.0, to_s).params(params);
        let Some(gap_m) = lead_gap_m else { return case.run("parks-far-from-kerb") };
        let motion = Motion::at(10.0, -0.6, 0.0).speed(10.0).brake(5.0, 0.0);
        let lead = ActorBuilder::car("lead").motion(Motion::at(22.25 + gap_m + 2.25, -0.6, 0.0).stand(60.0));
        case.drive = drive(to_s, accurate(ego(motion), 0.0)).actor(lead).build();
        case.run("parks-far-from-kerb")
    };
    let far = "far_m = 3.0";
    let r = stop(30.0, None, far);
    assert!(r.findings.len() == 1 && (r.findings[0].measured - 2.0).abs() < 1e-9, "{r:?}");
    assert_eq!(stop(30.0, None, "far_m = 1.9").outcome(), Outcome::NotApplicable, "farther than that");
    assert_eq!(stop(30.0, Some(10.0), far).outcome(), Outcome::NotApplicable, "behind somebody");
    assert_eq!(stop(30.0, Some(25.0), far).findings.len(), 1, "he is far ahead");
    assert_eq!(stop(20.0, None, far).outcome(), Outcome::Undetermined, "who knows how long");
    assert_eq!(stop(20.0, None, "far_m = 3.0\nmin_far_stop_s = 15.0").findings.len(), 1);
}

#[test]
fn the_low_pass_flattens_what_the_mean_sees() {
    // Half a second of 4 m/s² to the left: the mean sees all of it, a low pass at 0.5 Hz little more than half.
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(5.0).arc(25.0, 0.5).cruise(10.0);
    let case = |filter: &str| {
        let params = format!("max_lateral_mps2 = 0.5\nfilter = \"{filter}\"");
        Case::new(drive(12.0, ego(motion.clone())).build()).params(&params).run("lateral-acceleration")
    };
    let (mean, low) = (case("mean"), case("butterworth-4-0.5-hz"));
    assert!((mean.findings[0].measured - 4.0).abs() < 0.25, "{mean:?}");
    let m = low.findings[0].measured;
    assert!(m > 1.0 && m < 3.0, "{low:?}");
    assert!(low.findings[0].worst_ns > mean.findings[0].worst_ns, "a causal filter is late");
}

#[test]
fn neutral_matters_only_down_a_steep_slope() {
    let f = in_neutral(4.0, -8.0, true).run("coasts-down-steep-slope").findings.remove(0);
    assert!((f.measured - 4.0).abs() < 0.051, "{f:?}");
    for grade in [-6.9, 8.0, 0.0] {
        let r = in_neutral(4.0, grade, true).run("coasts-down-steep-slope");
        assert_eq!(r.outcome(), Outcome::NotApplicable, "{grade}: {r:?}");
    }
}

#[test]
fn what_calls_for_a_stop_excuses_it() {
    let long = || stands(12.0, -1.75);
    assert_eq!(long().run("needless-stop").findings.len(), 1);
    assert_eq!(stands(12.0, -2.3).run("needless-stop").outcome(), Outcome::Pass, "at the kerb");
    let motion = Motion::at(10.0, -1.75, 0.0).speed(10.0).brake(5.0, 0.0).stand(13.0);
    let ahead = ActorBuilder::car("lead").motion(Motion::at(34.0, -1.75, 0.0)).dynamics();
    let queue = Case::new(drive(14.0, ego(motion.clone())).actor(ahead).build());
    let queue = queue.on(Straight::one_way(1).track()).params("max_s = 10.0");
    assert_eq!(queue.run("needless-stop").outcome(), Outcome::Pass);
    // A stand at the kerb counts where the pack says so, and so does one on the hard shoulder; a breakdown excuses.
    let kerb = stands(12.0, -2.3).params("max_s = 10.0\nbeside_road = true");
    assert_eq!(kerb.run("needless-stop").outcome(), Outcome::Fail);
    let shoulder = |mode: DrivingMode, beside_road: bool| {
        let mut road = Straight::one_way(1).kind("motorway");
        road.right.push(("stop", "solid"));
        let motion = Motion::at(10.0, -5.25, 0.0).speed(10.0).brake(5.0, 0.0).stand(13.0);
        let d = drive(14.0, ego(motion)).mode(&[(0.0, Some(mode))]);
        let case = Case::new(d.build()).on(road.track());
        case.params(&format!("max_s = 10.0\nbeside_road = {beside_road}")).run("needless-stop").outcome()
    };
    assert_eq!(shoulder(DrivingMode::Automated, true), Outcome::Fail);
    assert_eq!(shoulder(DrivingMode::Automated, false), Outcome::NotApplicable);
    assert_eq!(shoulder(DrivingMode::Failed, true), Outcome::Pass);
    let line = Motion::at(80.0, -1.75, 0.0).speed(10.0).brake(5.0, 0.0).stand(13.0);
    let line =
        Case::new(drive(14.0, ego(line)).build()).on(exact(example::SIGNALISED)).params("max_s = 10.0");
    assert_eq!(line.run("needless-stop").outcome(), Outcome::Pass, "at a stop line");
}
