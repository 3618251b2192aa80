//! Twins and cases of the rules about the items of a closed-field exam.

use lukao_model::vehicle::VehicleSheet;
use lukao_model::{Channel, Interval, Outcome};
use lukao_testkit::{ActorBuilder, Motion};

use crate::support::{Case, accurate, car, drive, station};
use crate::twins::Twin;

fn moved(motion: Motion, accuracy_m: f64) -> ActorBuilder {
    accurate(ActorBuilder::car("ego").motion(motion).dynamics(), accuracy_m)
}

fn with_sheet(car: ActorBuilder) -> ActorBuilder {
    car.sheet(VehicleSheet {
        wheelbase_m: Some(2.7),
        front_overhang_m: Some(0.9),
        front_track_m: Some(1.55),
        rear_track_m: Some(1.55),
        tyre_width_m: Some(0.2),
        width_with_mirrors_m: Some(2.0),
        accuracy_m: Some(0.0),
        ..VehicleSheet::default()
    })
}

/// An attempt that takes so long, in a log of that length.
fn takes(for_s: f64, to_s: f64) -> Case {
    let case = Case::new(drive(to_s, car("ego", 0.0, 0.0, 3.0)).build());
    case.params("max_s = 20.0").scoped(1.0, 1.0 + for_s)
}

/// Along an edge to the right at y = -3 m.
fn along_edge(y_m: f64, accuracy_m: f64) -> Case {
    let ego = with_sheet(accurate(car("ego", 10.0, y_m, 5.0), accuracy_m));
    let edges = "edges = [[[20, -3], [30, -3]], [[0, 9], [60, 9]]]";
    Case::new(drive(6.0, ego).build()).on(station("curve", edges)).guarded()
}

/// Stops on the way for so long; the log ends.
fn stops(for_s: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, -1.75, 0.0).speed(4.0).cruise(1.0).brake(2.0, 0.0).stand(for_s);
    let ego = moved(motion.speed(4.0).cruise(99.0), 0.0);
    Case::new(drive(to_s, ego).build()).on(station("curve", "")).scoped(0.0, 30.0)
}

/// So many strokes forward, with one back between each.
fn shunts(forward: usize, accuracy_m: f64) -> Case {
    let mut motion = Motion::at(0.0, 0.0, 0.0);
    for i in 0..forward {
        motion = motion.speed(1.0).cruise(2.0).stand(1.0);
        if i + 1 < forward {
            motion = motion.speed(-1.0).cruise(1.0).stand(1.0);
        }
    }
    let ego = moved(motion.speed(0.0), accuracy_m);
    Case::new(drive(25.0, ego).build()).params("max_back = 9.0").guarded()
}

const BAY: &str = "slots = [[[10, -3], [16, -3], [16, -0.5], [10, -0.5]]]";

/// Parks in a bay of 2.5 m, so far from its middle.
fn parks(off_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::at(3.0, -1.75 + off_m, 0.0).speed(4.0).cruise(1.5).brake(2.0, 0.0).speed(0.0);
    let track = station("garage", BAY);
    Case::new(drive(8.0, moved(motion, accuracy_m)).build()).on(track).guarded()
}

/// Stops before the station's line at x = 60 m.
fn before_line(before_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::at(60.0 - 2.25 - before_m - 10.0, -1.75, 0.0).speed(10.0).brake(5.0, 0.0);
    let track = station("hill-stop-start", "line = [[60, 0], [60, -3.5]]");
    Case::new(drive(6.0, moved(motion, accuracy_m)).build()).on(track).guarded()
}

/// A bend to the left at 5 s with the indicator so long before; the turn is seen a little after it begins.
fn bends(lead_s: f64, side: Option<u8>) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(4.0).cruise(5.0).arc(6.0, 2.5).cruise(99.0);
    // 3° are made in 0.08 s, so that the last sample within is at 5.05 s.
    let codes = [(0.0, Some(0)), (5.05 - lead_s, side), (9.0, Some(0))];
    let d = drive(12.0, moved(motion, 0.0)).actor_codes("ego", Channel::Indicator, &codes);
    Case::new(d.build()).on(station("right-angle-turn", ""))
}

pub fn twins() -> Vec<Twin> {
    let late = |s: f64| bends(s, Some(1));
    vec![
        ("bend-not-indicated", [late(3.1), late(2.9), bends(3.1, None)]),
        ("not-in-slot", [parks(0.34, 0.0), parks(0.36, 0.0), parks(0.34, 0.1)]),
        ("stands-in-station", [stops(1.9, 20.0), stops(2.3, 20.0), stops(1.9, 4.0)]),
        ("stops-off-station-line", [before_line(0.49, 0.0), before_line(0.51, 0.0), before_line(0.49, 0.1)]),
        ("takes-too-long", [takes(19.9, 30.0), takes(20.1, 30.0), takes(19.9, 15.0)]),
        ("too-many-strokes", [shunts(3, 0.0), shunts(4, 0.0), shunts(3, 1.0)]),
        ("wheel-over-edge", [along_edge(-2.1, 0.0), along_edge(-2.15, 0.0), along_edge(-2.1, 0.1)]),
    ]
}

#[test]
fn values_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a}, not {b}");
    near(one(takes(20.1, 30.0), "takes-too-long").measured, 20.1);
    let f = one(along_edge(-2.15, 0.0), "wheel-over-edge");
    near(f.measured, 0.025);
    assert_eq!(f.element.as_deref(), Some("edge 0 of curve-1"));
    near(one(parks(0.36, 0.0), "not-in-slot").measured, 0.01);
    near(one(before_line(0.51, 0.0), "stops-off-station-line").measured, 0.51);
    // Braked so gently that it rolls 4 cm when it is at a stand already.
    let motion = Motion::at(60.0 - 2.25 - 0.53 - 4.0, -1.75, 0.0).speed(2.0).brake(0.5, 0.0);
    let track = station("hill-stop-start", "line = [[60, 0], [60, -3.5]]");
    near(
        one(Case::new(drive(9.0, moved(motion, 0.0)).build()).on(track), "stops-off-station-line").measured,
        0.53,
    );
    near(one(shunts(4, 0.0), "too-many-strokes").measured, 4.0);
}

#[test]
fn at_equality_limits_are_kept() {
    assert_eq!(takes(20.0, 30.0).run("takes-too-long").outcome(), Outcome::Pass);
    assert_eq!(stops(2.0, 20.0).params("max_s = 2.1").run("stands-in-station").outcome(), Outcome::Pass);
}

#[test]
fn the_time_of_an_attempt_may_begin_with_the_first_motion() {
    let motion = Motion::at(0.0, 0.0, 0.0).stand(5.0).speed(2.0).cruise(99.0);
    let case = |to_s: f64| Case::new(drive(to_s, moved(motion.clone(), 0.0)).build()).scoped(1.0, 20.0);
    let from = |which: &str| format!("max_s = 10.0\nfrom = \"{which}\"");
    let f = case(30.0).params(&from("begin")).run("takes-too-long").findings.remove(0);
    assert_eq!((f.measured, f.from_ns), (19.0, 1_000_000_000));
    let f = case(30.0).params(&from("motion")).run("takes-too-long").findings.remove(0);
    assert!((f.measured - 15.0).abs() < 0.051, "{f:?}");
    // Too long already when the log ends.
    assert_eq!(case(18.0).params(&from("begin")).run("takes-too-long").outcome(), Outcome::Fail);
    assert_eq!(case(4.0).params(&from("motion")).run("takes-too-long").outcome(), Outcome::Undetermined);
}

#[test]
fn each_attempt_is_timed_by_itself() {
    let mut case = Case::new(drive(60.0, car("ego", 0.0, 0.0, 1.0)).build()).params("max_s = 12.0");
    let s = 1_000_000_000;
    case.scope = [Interval::new(s, 11 * s), Interval::new(20 * s, 33 * s), Interval::new(40 * s, 50 * s)]
        .into_iter()
        .collect();
    let r = case.run_blocks("takes-too-long", 5 * s);
    assert_eq!((r.findings.len(), r.opportunities), (1, 3));
    assert_eq!((r.findings[0].from_ns, r.findings[0].measured), (20 * s, 13.0));
}

#[test]
fn the_part_that_counts_decides_and_is_never_guessed() {
    let at = |part: &str, y_m: f64| {
        along_edge(y_m, 0.0).params(&format!("part = \"{part}\"")).run("wheel-over-edge")
    };
    // Wheels reach 0.875 m to the side, the body 0.9 m, the mirrors 1 m.
    for (part, reach_m) in [("wheels", 0.875), ("body", 0.9), ("mirrors", 1.0)] {
        assert_eq!(at(part, -3.0 + reach_m + 0.001).outcome(), Outcome::Pass, "{part}");
        let r = at(part, -3.0 + reach_m - 0.001);
        assert!((r.findings[0].measured - 0.001).abs() < 1e-9, "{part}: {r:?}");
    }
    let bare = Case::new(drive(6.0, car("ego", 10.0, -1.75, 5.0)).build());
    let r = bare.on(station("curve", "edges = [[[20, -3], [30, -3]]]")).run("wheel-over-edge");
    assert_eq!(r.undetermined[0].what, "wheel geometry");
}

#[test]
fn without_its_element_a_station_will_not_do() {
    for (rule, why) in [
        ("wheel-over-edge", "the station has no edges"),
        ("not-in-slot", "the station has no slots"),
        ("stops-off-station-line", "the station has no line"),
    ] {
        let case = || Case::new(drive(6.0, with_sheet(car("ego", 10.0, -1.75, 5.0))).build());
        let r = case().on(station("curve", "")).run(rule);
        assert_eq!((r.undetermined[0].what.as_str(), r.undetermined[0].why.as_str()), ("station", why));
        assert_eq!(case().run(rule).undetermined[0].why, "the attempt is driven at no station");
    }
}

#[test]
fn what_calls_for_a_stand_is_no_stop() {
    let go = |motion: Motion| moved(motion, 0.0);
    let run = |case: Case| case.run("stands-in-station");
    let stop = || Motion::at(0.0, -1.75, 0.0).speed(4.0).cruise(1.0).brake(2.0, 0.0).stand(6.0);
    let straight = || go(stop().speed(4.0).cruise(99.0));
    let curve = || station("curve", "");
    assert_eq!(run(Case::new(drive(20.0, straight()).build()).on(curve())).findings.len(), 1);
    // Back after it.
    let back = go(stop().speed(-2.0).cruise(2.0));
    assert_eq!(run(Case::new(drive(20.0, back).build()).on(curve())).outcome(), Outcome::Pass);
    // Somebody in the way until it goes on, and one who left long before.
    let walker = |to_s: f64| {
        ActorBuilder::pedestrian("p").motion(Motion::at(12.0, -1.75, 0.0)).present_s(&[(0.0, to_s)])
    };
    let held = |to_s: f64| run(Case::new(drive(20.0, straight()).actor(walker(to_s)).build()).on(curve()));
    assert_eq!(held(8.5).outcome(), Outcome::Pass);
    let r = held(6.0);
    assert!((r.findings[0].measured - 3.0).abs() < 0.2, "from 6 s to 9 s: {r:?}");
    // In a bay, and at the end.
    let bay = "slots = [[[5, -3.5], [11, -3.5], [11, 0], [5, 0]]]";
    assert_eq!(
        run(Case::new(drive(20.0, straight()).build()).on(station("garage", bay))).outcome(),
        Outcome::Pass
    );
    let end = Case::new(drive(20.0, straight()).build()).on(curve()).scoped(0.0, 8.0);
    assert_eq!(run(end).outcome(), Outcome::Pass);
}

#[test]
fn short_strokes_part_nothing() {
    let motion = |back_s: f64| {
        let first = Motion::at(0.0, 0.0, 0.0).speed(1.0).cruise(3.0).stand(1.0);
        first.speed(-1.0).cruise(back_s).stand(1.0).speed(1.0).cruise(3.0).speed(0.0)
    };
    let run = |back_s: f64| {
        let case = Case::new(drive(15.0, moved(motion(back_s), 0.0)).build());
        case.params("max_forward = 1.0\nmax_back = 0.0").run("too-many-strokes")
    };
    assert_eq!(run(0.1).outcome(), Outcome::Pass);
    assert_eq!(run(0.5).findings[0].measured, 2.0);
}

#[test]
fn parking_is_counted_by_visit() {
    let visits = |n: usize| {
        let mut motion = Motion::at(3.0, -1.75, 0.0);
        for _ in 0..n {
            motion = motion.speed(2.0).cruise(5.0).stand(1.0).speed(-2.0).cruise(5.0).stand(1.0);
        }
        Case::new(drive(30.0, moved(motion.speed(0.0), 0.0)).build())
            .on(station("garage", BAY))
            .params("times = 2.0")
    };
    assert_eq!(visits(2).run("not-in-slot").outcome(), Outcome::Pass);
    let r = visits(1).run("not-in-slot");
    assert_eq!((r.findings.len(), r.findings[0].measured, r.findings[0].unit.as_str()), (1, 1.0, "1"));
    assert_eq!(visits(1).params("times = 0.0").run("not-in-slot").opportunities, 1);
    assert_eq!(visits(0).params("times = 0.0").run("not-in-slot").outcome(), Outcome::NotApplicable);
}

#[test]
fn not_to_stop_at_the_line_is_a_finding_and_to_stop_again_nearer_is_none() {
    let line = || station("hill-stop-start", "line = [[60, 0], [60, -3.5]]");
    let past = Case::new(drive(20.0, car("ego", 10.0, -1.75, 10.0)).build()).on(line());
    let r = past.run("stops-off-station-line");
    assert_eq!((r.findings[0].what.as_str(), r.findings[0].unit.as_str()), ("did not stop at the line", "1"));
    let motion =
        Motion::at(40.0, -1.75, 0.0).speed(4.0).cruise(3.5).stand(1.0).speed(1.0).cruise(3.5).stand(2.0);
    let twice = Case::new(drive(12.0, moved(motion, 0.0)).build()).on(line());
    assert_eq!(twice.run("stops-off-station-line").outcome(), Outcome::Pass);
}

#[test]
fn a_bend_is_indicated_to_its_side_and_backing_is_none() {
    let f = bends(2.9, Some(1)).run("bend-not-indicated").findings.remove(0);
    assert!((f.measured - 2.9).abs() < 1e-6, "{f:?}");
    for other in [0, 2, 3] {
        assert_eq!(bends(3.1, Some(other)).run("bend-not-indicated").findings[0].measured, 0.0, "{other}");
    }
    let back = Motion::at(0.0, 0.0, 0.0).speed(-4.0).arc(6.0, 2.5).cruise(99.0);
    let d = drive(6.0, moved(back, 0.0)).actor_codes("ego", Channel::Indicator, &[(0.0, Some(0))]);
    let r = Case::new(d.build()).on(station("garage", "")).run("bend-not-indicated");
    assert_eq!(r.outcome(), Outcome::NotApplicable);
}
