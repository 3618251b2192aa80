//! Who caused a contact: one drive for each line of the table in `attribution`.

use lukao_model::Finding;
use lukao_model::outcome::Causation::{self, Ego, Other, Undecided};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::example;

use crate::support::Case;

fn car(id: &str, motion: Motion) -> ActorBuilder {
    ActorBuilder::car(id).motion(motion).dynamics()
}

fn at(x: f64) -> Motion {
    Motion::at(x, -1.75, 0.0)
}

fn touched(ego: Motion, other: Motion) -> Finding {
    let drive = DriveBuilder::new("contact")
        .span_s(0.0, 12.0)
        .hz(20.0)
        .ego(car("ego", ego))
        .actor(car("other", other));
    let case = Case::new(drive.build()).on(example::two_lanes("broken"));
    let r = case.run("contact-with-actor");
    assert_eq!(r.findings.len(), 1, "{:?}", r.findings);
    assert_eq!(r, case.run_blocks("contact-with-actor", 1_000_000_000));
    r.findings[0].clone()
}

fn caused(ego: Motion, other: Motion) -> (Causation, String) {
    let a = touched(ego, other).attribution.unwrap();
    (a.caused_by, a.why)
}

#[test]
fn who_stands_did_not_cause_it() {
    let (by, why) = caused(at(50.0), at(10.0).speed(8.0).cruise(5.0).brake(8.0, 0.0));
    assert_eq!(by, Other, "{why}");
    assert!(why.contains("standing"));
}

#[test]
fn hit_from_behind_in_lane_is_the_others_unless_the_ego_braked_hard_or_moved_over() {
    let behind = || at(10.0).speed(12.0).cruise(100.0);
    let (by, why) = caused(at(30.0).speed(8.0).cruise(100.0), behind());
    assert_eq!(by, Other, "{why}");
    let (by, why) = caused(at(35.0).speed(12.0).cruise(3.0).brake(7.0, 2.0).cruise(9.0), behind());
    assert_eq!(by, Undecided, "{why}");
    assert!(why.contains("braked at 7.0"), "{why}");
    // From the other lane into this one, one second before.
    let over = Motion::points(&[
        (0.0, 20.0, 1.75, 0.0),
        (3.0, 40.0, 1.0, 0.0),
        (3.6, 44.0, -1.5, 0.0),
        (9.0, 70.0, -1.75, 0.0),
    ]);
    let (by, why) = caused(over, at(-8.0).speed(12.0).cruise(100.0));
    assert_eq!(by, Undecided, "{why}");
}

#[test]
fn who_runs_into_one_ahead_or_standing_caused_it() {
    let (by, why) = caused(at(10.0).speed(8.0).cruise(100.0), at(60.0));
    assert_eq!((by, why.contains("standing")), (Ego, true), "{why}");
    let (by, why) = caused(at(10.0).speed(10.0).cruise(100.0), at(30.0).speed(6.0).cruise(100.0));
    assert_eq!((by, why.contains("ahead in its lane")), (Ego, true), "{why}");
    let (by, why) = caused(at(50.0).speed(-3.0).cruise(100.0), at(30.0));
    assert_eq!((by, why.contains("backward")), (Ego, true), "{why}");
}

#[test]
fn cut_in_crossing_and_what_was_not_seen_are_undecided() {
    let cut_in = Motion::points(&[
        (0.0, 30.0, 1.75, 0.0),
        (3.0, 45.0, 1.75, 0.0),
        (4.0, 50.0, -1.75, 0.0),
        (12.0, 90.0, -1.75, 0.0),
    ]);
    let (by, why) = caused(at(5.0).speed(10.0).cruise(100.0), cut_in);
    assert_eq!(by, Undecided, "{why}");
    let crossing = Motion::at(60.0, -12.0, std::f64::consts::FRAC_PI_2).speed(2.0).cruise(100.0);
    let (by, why) = caused(at(10.0).speed(9.0).cruise(100.0), crossing);
    assert_eq!(by, Undecided, "{why}");
    let (by, why) = caused(at(10.0).speed(2.0).cruise(100.0), at(12.0).speed(2.5).cruise(100.0));
    assert_eq!((by, why.as_str()), (Undecided, "the data begins with the contact"));
}

#[test]
fn of_two_side_by_side_the_one_who_moved_over_caused_it() {
    let keeps = |y: f64| Motion::at(20.0, y, 0.0).speed(8.0).cruise(100.0);
    let moves = |from: f64, to: f64| {
        Motion::points(&[
            (0.0, 20.0, from, 0.0),
            (4.0, 52.0, from, 0.0),
            (6.0, 68.0, to, 0.0),
            (12.0, 116.0, to, 0.0),
        ])
    };
    let (by, why) = caused(moves(1.75, -1.0), keeps(-1.75));
    assert_eq!((by, why.contains("the ego moved")), (Ego, true), "{why}");
    let (by, why) = caused(keeps(-1.75), moves(1.75, -1.0));
    assert_eq!((by, why.contains("the other moved")), (Other, true), "{why}");
    let (by, why) = caused(moves(1.75, -0.2), moves(-1.75, 0.0));
    assert_eq!(by, Undecided, "both moved: {why}");
}

#[test]
fn a_contact_carries_its_evidence() {
    let f = touched(at(10.0).speed(8.0).cruise(100.0), at(60.0));
    assert_eq!(f.actors, ["other"]);
    // Bumper to bumper after 45.5 m at 8 m/s.
    assert!((f.from_ns - 5_687_500_000).abs() < 20_000, "{f:?}");
    let closing = f.details.iter().find(|d| d.name == "closing_speed_mps").unwrap();
    let lukao_model::outcome::DetailValue::Number(v) = closing.value else { panic!("{closing:?}") };
    assert!((v - 8.0).abs() < 1e-6, "{v}");
    assert!(f.at_m.is_some() && f.margin < 0.0);
}
