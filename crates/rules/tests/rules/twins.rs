//! For each rule three tiny drives that differ by one number: just passes, just fails, cannot tell.

use crate::support::{Case, accurate, car, drive, exact, two_lanes};
use lukao_model::code::SignalState;
use lukao_model::outcome::Uncertainty;
use lukao_model::{Channel, Outcome};
use lukao_rules::Need;
use lukao_testkit::{ActorBuilder, Motion};
use lukao_track::example;

fn contact(y_m: f64, accuracy_m: f64) -> Case {
    let other = car("other", 0.0, y_m, 5.0);
    Case::new(drive(4.0, accurate(car("ego", -6.0, 0.0, 8.0), accuracy_m)).actor(other).build()).guarded()
}

fn braking(decel_mps2: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(15.0).cruise(1.0).brake(decel_mps2, 3.0);
    let ego = ActorBuilder::car("ego").motion(motion).dynamics();
    Case::new(drive(to_s, ego).build()).params("max_decel_mps2 = 4.0\nmean_s = 1.0")
}

fn cornering(radius_m: f64, to_s: f64) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(1.0).arc(radius_m, 4.0);
    let ego = ActorBuilder::car("ego").motion(motion).dynamics();
    Case::new(drive(to_s, ego).build()).params("max_lateral_mps2 = 3.0\nmean_s = 1.0")
}

fn drivable(y_m: f64, accuracy_m: f64) -> Case {
    let ego = accurate(car("ego", 10.0, y_m, 10.0), accuracy_m);
    Case::new(drive(5.0, ego).build()).on(two_lanes("broken")).guarded()
}

fn red_light(red_s: f64, accuracy_m: f64) -> Case {
    // The front is at x = 60 m and passes the line at x = 100 m at 4.0 s.
    let ego = accurate(car("ego", 57.75, -1.75, 10.0), accuracy_m);
    let states =
        [(0.0, Some(SignalState::Green)), (red_s, Some(SignalState::Red)), (20.0, Some(SignalState::Green))];
    Case::new(drive(8.0, ego).signal("C_0", &states).build()).on(exact(example::SIGNALISED)).guarded()
}

fn solid_line(to_y_m: f64, accuracy_m: f64) -> Case {
    let motion = Motion::points(&[(0.0, 10.0, -1.75, 0.0), (5.0, 60.0, to_y_m, 0.0)]);
    let ego = accurate(ActorBuilder::car("ego").motion(motion), accuracy_m);
    Case::new(drive(5.0, ego).build()).on(two_lanes("solid")).guarded()
}

fn speed_limit(speed_mps: f64, x_m: f64) -> Case {
    Case::new(drive(3.0, car("ego", x_m, -1.75, speed_mps)).build()).on(exact(example::SIGNALISED))
}

fn headway(gap_m: f64, accuracy_m: f64) -> Case {
    let lead = car("lead", 10.0 + 4.5 + gap_m, -1.75, 10.0);
    let ego = accurate(car("ego", 10.0, -1.75, 10.0), accuracy_m);
    Case::new(drive(4.0, ego).actor(lead).build()).on(two_lanes("broken")).guarded()
}

fn collision_time(to_s: f64, accuracy_m: f64) -> Case {
    // 20 m apart, 5 m/s faster: 4 s at first.
    let lead = car("lead", 34.5, -1.75, 5.0);
    let ego = accurate(car("ego", 10.0, -1.75, 10.0), accuracy_m);
    let case = Case::new(drive(to_s, ego).actor(lead).build()).on(two_lanes("broken")).guarded();
    case.params("min_ttc_s = 1.95")
}

fn wrong_way(y_m: f64) -> Case {
    Case::new(drive(5.0, car("ego", 10.0, y_m, 10.0)).build()).on(two_lanes("broken"))
}

/// Rule, and its twins: passes, fails, cannot tell.
pub type Twin = (&'static str, [Case; 3]);

/// Those of all groups, by id.
pub fn twins() -> Vec<Twin> {
    let mut all = general();
    // One line for each group's file.
    all.extend(crate::control::twins());
    all.extend(crate::changes::twins());
    all.extend(crate::conditions::twins());
    all.extend(crate::distance::twins());
    all.extend(crate::items::twins());
    all.extend(crate::junctions::twins());
    all.extend(crate::lamps::twins());
    all.extend(crate::lanes::twins());
    all.extend(crate::mode::twins());
    all.extend(crate::people::twins());
    all.extend(crate::signals::twins());
    all.extend(crate::stopping::twins());
    all.extend(crate::speed::twins());
    all.sort_by_key(|t| t.0);
    all
}

fn general() -> Vec<Twin> {
    vec![
        ("contact-with-actor", [contact(1.81, 0.0), contact(1.79, 0.0), contact(1.81, 0.1)]),
        ("harsh-braking", [braking(3.9, 5.0), braking(4.1, 5.0), braking(3.9, 0.2)]),
        ("lateral-acceleration", [cornering(34.0, 5.0), cornering(33.0, 5.0), cornering(34.0, 0.2)]),
        ("leaves-drivable-area", [drivable(-2.6, 0.0), drivable(-2.75, 0.0), drivable(-2.6, 0.2)]),
        ("red-light", [red_light(4.5, 0.0), red_light(3.5, 0.0), red_light(3.5, 6.0)]),
        ("solid-line-crossed", [solid_line(-0.1, 0.0), solid_line(0.1, 0.0), solid_line(0.1, 0.2)]),
        ("speed-limit", [speed_limit(13.88, 10.0), speed_limit(13.9, 10.0), speed_limit(13.88, 130.0)]),
        ("time-headway", [headway(10.5, 0.0), headway(9.5, 0.0), headway(10.5, 1.0)]),
        ("time-to-collision", [collision_time(2.0, 0.0), collision_time(2.2, 0.0), collision_time(2.0, 1.0)]),
        ("wrong-way", [wrong_way(-1.75), wrong_way(1.75), wrong_way(50.0)]),
    ]
}

#[test]
fn every_rule_has_twins_and_they_come_out_as_said() {
    let twins = twins();
    let mut have: Vec<&str> = twins.iter().map(|t| t.0).collect();
    have.dedup();
    let all: Vec<&str> = lukao_rules::ALL.iter().map(|e| e.meta.id).collect();
    assert_eq!(have, all, "twins for each rule");
    for (rule, cases) in &twins {
        let [pass, fail, unknown] = cases.each_ref().map(|c| c.run(rule));
        assert_eq!(pass.outcome(), Outcome::Pass, "{rule}: {pass:?}");
        assert!(pass.opportunities > 0, "{rule} was not exercised");
        assert_eq!(fail.outcome(), Outcome::Fail, "{rule}: {fail:?}");
        assert_eq!(fail.findings.len(), 1, "{rule}: one event is one finding: {:?}", fail.findings);
        assert_eq!(unknown.outcome(), Outcome::Undetermined, "{rule}: {unknown:?}");
        let f = &fail.findings[0];
        assert!(f.margin < 0.0 && f.measured.is_finite() && f.from_ns <= f.worst_ns, "{rule}: {f:?}");
        assert_eq!(f.rule, *rule);
        assert!(f.at_m.is_some(), "{rule}: a finding has a place");
        assert!(!f.near_limit && matches!(f.uncertainty, Uncertainty::Known(_)), "{rule}: exact data: {f:?}");
    }
}

#[test]
fn without_a_track_rules_that_need_it_are_undetermined_and_say_so() {
    for (rule, cases) in twins() {
        let [_, mut fail, _] = cases;
        let entry = lukao_rules::find(rule).unwrap();
        if !entry.load(&fail.params.parse().unwrap()).unwrap().needs().contains(&Need::Track) {
            continue;
        }
        assert!(fail.track.take().is_some(), "{rule}");
        let r = fail.run(rule);
        assert_eq!(r.outcome(), Outcome::Undetermined, "{rule}");
        assert_eq!(r.undetermined.len(), 1, "{rule}: joined to one stretch: {:?}", r.undetermined);
        assert_eq!(r.undetermined[0].what, "track", "{rule}");
    }
}

#[test]
fn data_of_an_origin_that_is_not_admitted_counts_as_missing() {
    for (rule, cases) in twins() {
        let [_, mut fail, _] = cases;
        fail.admit = lukao_measure::Admit::only([lukao_model::Origin::Reference]);
        let r = fail.run(rule);
        assert_eq!(r.outcome(), Outcome::Undetermined, "{rule}");
        assert_eq!(r.undetermined[0].what, "ego", "{rule}");
    }
}

#[test]
fn values_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let f = one(speed_limit(13.9, 10.0), "speed-limit");
    assert!((f.measured - 50.04).abs() < 1e-9 && (f.limit - 50.0).abs() < 1e-9, "{f:?}");
    assert_eq!(f.element.as_deref(), Some("road 1 type town"));
    let f = one(red_light(3.5, 0.0), "red-light");
    assert!((f.measured - 0.5).abs() < 1e-6 && (f.from_ns - 4_000_000_000).abs() <= 1000, "{f:?}");
    let f = one(headway(9.5, 0.0), "time-headway");
    assert!((f.measured - 0.95).abs() < 1e-9 && f.actors == ["lead"], "{f:?}");
    let f = one(collision_time(2.2, 0.0), "time-to-collision");
    assert!((f.measured - 1.8).abs() < 1e-9, "{f:?}");
    let f = one(braking(4.1, 5.0), "harsh-braking");
    assert!((f.measured - 4.1).abs() < 1e-9, "{f:?}");
    let f = one(cornering(33.0, 5.0), "lateral-acceleration");
    assert!((f.measured - 100.0 / 33.0).abs() < 1e-9, "{f:?}");
    let f = one(wrong_way(1.75), "wrong-way");
    assert!((f.measured - 50.0).abs() < 1e-6, "{f:?}");
    let f = one(solid_line(0.1, 0.0), "solid-line-crossed");
    assert!((f.measured - 0.1).abs() < 1e-9, "{f:?}");
    let f = one(drivable(-2.75, 0.0), "leaves-drivable-area");
    assert!((f.measured - 0.15).abs() < 1e-9, "{f:?}");
    let f = one(contact(1.79, 0.0), "contact-with-actor");
    assert!((f.measured - 0.01).abs() < 2e-4, "{f:?}");
}

#[test]
fn derived_values_agree_with_logged_ones() {
    // The same drives without any channel but the pose.
    let bare = |motion: Motion| ActorBuilder::car("ego").motion(motion);
    let motion = Motion::at(0.0, 0.0, 0.0).speed(15.0).cruise(1.0).brake(4.1, 3.0);
    let case = Case::new(drive(5.0, bare(motion)).build()).params("max_decel_mps2 = 4.0\nmean_s = 1.0");
    let f = case.run("harsh-braking").findings.remove(0);
    assert!((f.measured - 4.1).abs() < 1e-6, "{f:?}");
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(1.0).arc(30.0, 4.0);
    let case = Case::new(drive(5.0, bare(motion)).build()).params("mean_s = 1.0");
    let f = case.run("lateral-acceleration").findings.remove(0);
    assert!((f.measured - 100.0 / 30.0).abs() < 0.01, "the chord is a little short: {f:?}");
}

#[test]
fn a_logged_speed_is_used_where_there_is_one() {
    let ego = car("ego", 10.0, -1.75, 10.0).real(Channel::Speed, |_, _| Some(20.0));
    let case = Case::new(drive(3.0, ego).build()).on(exact(example::SIGNALISED));
    let f = case.run("speed-limit").findings.remove(0);
    assert_eq!(f.measured, 72.0);
}
