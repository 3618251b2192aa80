//! Amber, lane lights, starting on green, turning right on red, police orders.

use std::f64::consts::FRAC_PI_2;

use lukao_model::code::SignalState::{self, Amber, FlashingAmber, Green, Red, RedAmber, Unknown};
use lukao_model::{Channel, Outcome};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::example;

use crate::stopping::arm;
use crate::support::{Case, accurate, drive, exact};
use crate::twins::Twin;

fn moving(id: &str, motion: Motion) -> ActorBuilder {
    ActorBuilder::car(id).motion(motion).dynamics()
}

fn at_light(ego: ActorBuilder, to_s: f64, states: &[(f64, Option<SignalState>)]) -> Case {
    Case::new(drive(to_s, ego).signal("C_0", states).build()).on(exact(example::SIGNALISED)).guarded()
}

/// The front passes the line at 4.0 s at 10 m/s.
fn amber(from_s: f64, accuracy_m: f64) -> Case {
    let ego = moving("ego", Motion::at(57.75, -1.75, 0.0).speed(10.0).cruise(1000.0));
    at_light(accurate(ego, accuracy_m), 8.0, &[(0.0, Some(Green)), (from_s, Some(Amber)), (7.0, Some(Red))])
}

/// Past the line while the light flashes amber, as far as the log says so.
fn flashing(speed_kmh: f64, state: SignalState) -> Case {
    let ego = moving("ego", Motion::at(57.75, -1.75, 0.0).speed(speed_kmh / 3.6).cruise(1000.0));
    at_light(ego, 8.0, &[(0.0, Some(state))])
}

fn lane_light(red_s: f64, states_from_s: f64) -> Case {
    let map = arm(
        "<signals><signal id=\"A\" name=\"lane signal\" s=\"60\" t=\"-1.75\" zOffset=\"5\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"><validity fromLane=\"-1\" toLane=\"-1\"/></signal></signals>",
    );
    // Its front is under the light, at x = -52 m, at 2.575 s.
    let ego = moving("ego", Motion::at(-80.0, -1.75, 0.0).speed(10.0).cruise(1000.0));
    let states = [(states_from_s, Some(Green)), (red_s.max(states_from_s + 0.1), Some(Red))];
    Case::new(drive(6.0, ego).signal("A", &states).build()).on(map)
}

/// Stands 2 m before the line until a time; the light turns green at 2.0 s.
fn start(at_s: f64, to_s: f64) -> Case {
    let ego = moving("ego", Motion::at(95.75, -1.75, 0.0).speed(8.0).stand(at_s).cruise(20.0));
    at_light(ego, to_s, &[(0.0, Some(Red)), (2.0, Some(Green))])
}

/// From the west to the south on red; the other from the north straight on, let go.
fn right_on_red(y: f64, accuracy_m: f64, theirs: SignalState) -> Case {
    let light = |id: &str| {
        format!(
            "<signals><signal id=\"{id}\" s=\"99\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"/></signals>"
        )
    };
    let map = exact(&example::crossroads(&[("1", &light("L_1")), ("4", &light("L_4"))]));
    let right = Motion::at(-40.0, -1.75, 0.0).speed(8.0).cruise(3.5).arc(-10.25, 10.25 * FRAC_PI_2 / 8.0);
    let ego = accurate(moving("ego", right.cruise(10.0)), accuracy_m);
    let other = moving("other", Motion::at(-1.75, y, -FRAC_PI_2).speed(10.0).cruise(1000.0));
    let d = drive(14.0, ego).actor(other).signal("L_1", &[(0.0, Some(Red))]);
    Case::new(d.signal("L_4", &[(0.0, Some(theirs))]).build()).on(map).guarded()
}

/// Straight on from the west, in the junction at 2.575 s.
fn ordered(order: &str, at_s: f64) -> Case {
    let ego = moving("ego", Motion::at(-40.0, -1.75, 0.0).speed(10.0).cruise(1000.0));
    Case::new(drive(8.0, ego).texts(Channel::Mark, &[(at_s, order)]).build())
        .on(exact(&example::crossroads(&[])))
}

pub fn twins() -> Vec<Twin> {
    vec![
        ("amber-light", [amber(1.4, 0.0), amber(1.25, 0.0), amber(1.25, 5.0)]),
        ("closed-lane-entered", [lane_light(3.0, 0.0), lane_light(2.0, 0.0), lane_light(2.0, 3.0)]),
        (
            "fast-past-flashing-amber",
            [flashing(29.9, FlashingAmber), flashing(30.1, FlashingAmber), flashing(29.9, Unknown)],
        ),
        ("late-start-on-green", [start(4.9, 9.0), start(5.1, 9.0), start(4.9, 4.0)]),
        (
            "police-order",
            [ordered("police: right", 1.0), ordered("police: right", 0.25), ordered("police: dance", 0.25)],
        ),
        (
            "right-turn-on-red-hinders",
            [
                right_on_red(75.7, 0.0, Green),
                right_on_red(73.7, 0.0, Green),
                right_on_red(73.7, 0.0, Unknown),
            ],
        ),
    ]
}

#[test]
fn values_are_those_of_the_plan() {
    // 27.5 m before the line at 10 m/s, 10 m to react: 100 / (2 · 17.5).
    let f = amber(1.25, 0.0).run("amber-light").findings.remove(0);
    assert!((f.measured - 100.0 / 35.0).abs() < 1e-6, "{f:?}");
    let f = lane_light(2.0, 0.0).run("closed-lane-entered").findings.remove(0);
    assert!((f.measured - 0.575).abs() < 1e-6, "{f:?}");
    let f = start(5.1, 9.0).run("late-start-on-green").findings.remove(0);
    assert!((f.measured - 3.1).abs() < 1e-9, "{f:?}");
    let f = ordered("police: right", 0.25).run("police-order").findings.remove(0);
    assert!((f.measured - 2.325).abs() < 1e-6, "{f:?}");
}

#[test]
fn who_cannot_stop_goes_on_amber_and_red_is_another_rule() {
    let r = amber(3.5, 0.0).run("amber-light");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1), "5 m before the line nobody stops");
    let ego = moving("ego", Motion::at(57.75, -1.75, 0.0).speed(10.0).cruise(1000.0));
    let red = at_light(ego, 8.0, &[(0.0, Some(Amber)), (3.0, Some(Red))]);
    assert_eq!(red.run("amber-light").outcome(), Outcome::NotApplicable);
}

#[test]
fn only_flashing_amber_asks_to_slow_down() {
    let f = flashing(36.0, FlashingAmber).run("fast-past-flashing-amber").findings.remove(0);
    // The front is at 60 m, the line at 100 m.
    assert!((f.measured - 36.0).abs() < 1e-9 && (f.from_ns - 4_000_000_000).abs() < 10, "{f:?}");
    assert!(f.details.iter().any(|d| d.name == "signal"), "{f:?}");
    assert_eq!(flashing(36.0, Green).run("fast-past-flashing-amber").outcome(), Outcome::NotApplicable);
    let equal = flashing(36.0, FlashingAmber).params("max_kmh = 36.0").run("fast-past-flashing-amber");
    assert_eq!(equal.outcome(), Outcome::Pass);
}

#[test]
fn who_is_held_up_need_not_start() {
    let with = |other: ActorBuilder| {
        let ego = moving("ego", Motion::at(95.75, -1.75, 0.0).speed(8.0).stand(6.0).cruise(20.0));
        let d = DriveBuilder::new("held up").span_s(0.0, 9.0).hz(20.0).ego(ego).actor(other);
        let d = d.signal("C_0", &[(0.0, Some(Red)), (1.5, Some(RedAmber)), (2.0, Some(Green))]);
        Case::new(d.build()).on(exact(example::SIGNALISED)).run("late-start-on-green").outcome()
    };
    let far = moving("other", Motion::at(200.0, -1.75, 0.0));
    assert_eq!(with(far), Outcome::Fail, "it waits for nothing");
    assert_eq!(
        with(moving("other", Motion::at(107.0, -1.75, 0.0))),
        Outcome::NotApplicable,
        "one stands ahead"
    );
    let walker = ActorBuilder::pedestrian("walker").motion(Motion::at(103.0, 2.0, FRAC_PI_2));
    assert_eq!(with(walker), Outcome::NotApplicable, "somebody on foot is before it");
}

#[test]
fn an_order_holds_until_the_next_over_any_blocks() {
    let run = |marks: &[(f64, &str)]| {
        let motion = Motion::at(-110.0, -1.75, 0.0).speed(4.0).cruise(1000.0);
        let d = drive(40.0, moving("ego", motion)).texts(Channel::Mark, marks).build();
        let case = Case::new(d).on(exact(&example::crossroads(&[])));
        let whole = case.run("police-order");
        assert_eq!(case.run_blocks("police-order", 1_000_000_000), whole);
        whole.outcome()
    };
    assert_eq!(run(&[(0.0, "police: stop")]), Outcome::Fail);
    assert_eq!(run(&[(0.0, "police: stop"), (15.0, "police: straight")]), Outcome::Pass);
    assert_eq!(run(&[(0.0, "police: stop"), (15.0, "police: end")]), Outcome::NotApplicable);
    assert_eq!(run(&[(0.0, "item 4 begins")]), Outcome::NotApplicable);
}

#[test]
fn a_right_turn_on_red_hinders_only_who_was_let_go() {
    let run = |theirs| right_on_red(65.0, 0.0, theirs).run("right-turn-on-red-hinders").outcome();
    assert_eq!(run(Red), Outcome::NotApplicable);
    assert_eq!(run(Green), Outcome::Fail);
}
