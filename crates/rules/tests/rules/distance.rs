//! Twins and cases of the rules about distance.

use lukao_testkit::{ActorBuilder, Motion};

use crate::roads::Straight;
use crate::support::{Case, accurate, car, drive};
use crate::twins::Twin;

/// The ego at `speed` behind a car at `lead_speed`, `gap_m` from bumper to bumper.
fn behind(road: Straight, speed: f64, lead_speed: f64, gap_m: f64, accuracy_m: f64) -> Case {
    let lead = car("lead", 10.0 + 4.5 + gap_m, -1.75, lead_speed);
    let ego = accurate(car("ego", 10.0, -1.75, speed), accuracy_m);
    Case::new(drive(4.0, ego).actor(lead).build()).on(road.track()).guarded()
}

fn expressway(gap_m: f64, accuracy_m: f64) -> Case {
    behind(Straight::one_way(2).kind("motorway"), 30.0, 30.0, gap_m, accuracy_m)
}

fn r157(gap_m: f64, accuracy_m: f64) -> Case {
    // 1.5 s at 50 km/h.
    behind(Straight::one_way(2), 50.0 / 3.6, 50.0 / 3.6, gap_m, accuracy_m)
}

/// Both at 20 m/s: 21.75 + 23.5² / 8 − 20² / 16 = 65.78 m.
fn rss_same(gap_m: f64, accuracy_m: f64) -> Case {
    behind(Straight::one_way(2), 20.0, 20.0, gap_m, accuracy_m)
}

/// Head-on at 5 m/s each: 6.75 + 8.5² / 6 + 17 + 12² / 8 = 53.79 m at the begin of the last 2 s before 40 m.
fn rss_oncoming(gap_m: f64, accuracy_m: f64) -> Case {
    let x = 10.0 + 4.5 + gap_m;
    let other = ActorBuilder::car("lead")
        .motion(Motion::at(x, -1.75, std::f64::consts::PI).speed(5.0).cruise(1000.0))
        .dynamics();
    let ego = accurate(car("ego", 10.0, -1.75, 5.0), accuracy_m);
    let case =
        Case::new(drive(2.0, ego).actor(other).build()).on(Straight::two_way("broken").track()).guarded();
    case.params("min_duration_s = 0.0")
}

/// 10 m/s faster for 4 s: the gap in the end decides: 100 / (2 · 3.4) = 14.7 m.
fn needed(gap_m: f64, accuracy_m: f64) -> Case {
    behind(Straight::one_way(2), 20.0, 10.0, 40.0 + gap_m, accuracy_m)
}

/// The same: 7.5 + 100 / 12 m is hopeless, 7.5 + 100 / 8 m is comfortable; 0.9 is at 16.25 m.
fn critical(gap_m: f64, accuracy_m: f64) -> Case {
    behind(Straight::one_way(2), 20.0, 10.0, 40.0 + gap_m, accuracy_m)
}

/// Two side by side with that much room, the other a little slower; `opposite` if he comes toward the ego.
fn beside(gap_m: f64, opposite: bool, accuracy_m: f64) -> Case {
    let (x, yaw) = if opposite { (60.0, std::f64::consts::PI) } else { (12.0, 0.0) };
    let other = ActorBuilder::car("other")
        .motion(Motion::at(x, -1.75 + 1.8 + gap_m, yaw).speed(8.0).cruise(1000.0))
        .dynamics();
    let ego = accurate(car("ego", 10.0, -1.75, 10.0), accuracy_m);
    Case::new(drive(4.0, ego).actor(other).build()).guarded()
}

pub fn twins() -> Vec<Twin> {
    // Straight on both: 0.1 + (0.1 + 0.2² / 1.6) + (0.4 + 0.4² / 1.6) = 0.725 m.
    let lateral = |gap: f64, u: f64| beside(gap, false, u);
    vec![
        ("close-meeting", [beside(0.51, true, 0.0), beside(0.49, true, 0.0), beside(0.51, true, 0.1)]),
        ("close-pass", [beside(0.51, false, 0.0), beside(0.49, false, 0.0), beside(0.51, false, 0.1)]),
        ("rss-lateral-distance", [lateral(0.73, 0.0), lateral(0.72, 0.0), lateral(0.73, 0.1)]),
        ("critical-following", [critical(16.3, 0.0), critical(16.2, 0.0), critical(16.3, 0.5)]),
        ("expressway-gap", [expressway(100.1, 0.0), expressway(99.9, 0.0), expressway(100.1, 1.0)]),
        ("hard-braking-needed", [needed(14.8, 0.0), needed(14.6, 0.0), needed(14.8, 0.5)]),
        ("minimum-following-distance", [r157(20.9, 0.0), r157(20.8, 0.0), r157(20.9, 0.5)]),
        ("rss-following-distance", [rss_same(65.8, 0.0), rss_same(65.7, 0.0), rss_same(65.8, 0.5)]),
        (
            "rss-oncoming-distance",
            [rss_oncoming(73.8, 0.0), rss_oncoming(73.7, 0.0), rss_oncoming(73.8, 0.5)],
        ),
    ]
}

#[test]
fn values_are_those_of_the_formulas() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let f = one(expressway(99.9, 0.0), "expressway-gap");
    assert!((f.measured - 99.9).abs() < 1e-9 && f.limit == 100.0 && f.actors == ["lead"], "{f:?}");
    let f = one(r157(20.8, 0.0), "minimum-following-distance");
    assert!((f.limit - 1.5 * 50.0 / 3.6).abs() < 1e-9, "{f:?}");
    let f = one(rss_same(65.7, 0.0), "rss-following-distance");
    assert!((f.limit - (21.75 + 23.5 * 23.5 / 8.0 - 25.0)).abs() < 1e-9, "{f:?}");
    let f = one(rss_oncoming(73.7, 0.0), "rss-oncoming-distance");
    assert!((f.limit - (6.75 + 8.5 * 8.5 / 6.0 + 17.0 + 18.0)).abs() < 1e-9, "{f:?}");
    assert!((f.measured - 53.7).abs() < 1e-9, "{f:?}");
    let f = one(needed(14.6, 0.0), "hard-braking-needed");
    assert!((f.measured - 100.0 / 29.2).abs() < 1e-9, "{f:?}");
    let f = one(critical(16.2, 0.0), "critical-following");
    let (bad, good) = (7.5 + 100.0 / 12.0, 20.0);
    assert!((f.measured - (16.2 - good) / (bad - good)).abs() < 1e-9, "{f:?}");
}

#[test]
fn an_expressway_is_what_the_track_calls_a_motorway() {
    let on = |road: Straight| behind(road, 30.0, 30.0, 60.0, 0.0).run("expressway-gap");
    assert_eq!(on(Straight::one_way(2).kind("motorway")).findings.len(), 1);
    let town = on(Straight::one_way(2).kind("town"));
    assert!(town.findings.is_empty() && town.undetermined.is_empty(), "{town:?}");
    let unsaid = on(Straight::one_way(2));
    assert_eq!(unsaid.undetermined[0].what, "kind of road");
}

#[test]
fn below_the_fast_speed_50_m_do() {
    // At exactly 100 km/h the lower limit holds.
    let at = |kmh: f64, gap: f64| {
        behind(Straight::one_way(2).kind("motorway"), kmh / 3.6, kmh / 3.6, gap, 0.0).run("expressway-gap")
    };
    assert!(at(99.0, 50.1).findings.is_empty());
    assert_eq!(at(99.0, 49.9).findings[0].limit, 50.0);
    assert_eq!(at(101.0, 60.0).findings[0].limit, 100.0);
    assert!(at(15.0, 5.0).findings.is_empty(), "a queue");
}

#[test]
fn a_lorry_keeps_more_and_an_unknown_class_decides_nothing() {
    let class = |class| {
        let lead = car("lead", 36.5, -1.75, 50.0 / 3.6);
        let ego = car("ego", 10.0, -1.75, 50.0 / 3.6).with(|a| a.class = class);
        let case = Case::new(drive(4.0, ego).actor(lead).build()).on(Straight::one_way(2).track());
        case.run("minimum-following-distance")
    };
    use lukao_model::vehicle::ActorClass::{Car, Truck, Unknown};
    assert!(class(Car).findings.is_empty(), "22 m are enough for a car");
    assert!((class(Truck).findings[0].limit - 2.2 * 50.0 / 3.6).abs() < 1e-9);
    assert_eq!(class(Unknown).undetermined[0].what, "class of the ego");
}

#[test]
fn who_comes_toward_the_ego_is_not_followed() {
    let case = rss_oncoming(60.0, 0.0);
    assert!(case.run("rss-following-distance").findings.is_empty());
    let case = rss_same(10.0, 0.0);
    assert!(case.run("rss-oncoming-distance").findings.is_empty());
}

#[test]
fn beside_is_who_overlaps_lengthwise_and_goes_about_the_same_way() {
    let at = |x: f64, yaw_deg: f64, class| {
        let other = ActorBuilder::new("other", class, 4.5, 1.8)
            .motion(Motion::at(x, 0.2, f64::to_radians(yaw_deg)).speed(10.0).cruise(1.0));
        let ego = car("ego", 10.0, -1.75, 10.0);
        Case::new(drive(0.2, ego).actor(other).build()).run("close-pass")
    };
    use lukao_model::vehicle::ActorClass::{Bicycle, Car};
    assert_eq!(at(10.0, 0.0, Car).findings.len(), 1);
    assert_eq!(at(14.4, 0.0, Car).findings.len(), 1, "they overlap by 0.1 m");
    assert_eq!(at(14.6, 0.0, Car).opportunities, 0);
    assert_eq!(at(10.0, 90.0, Car).opportunities, 0, "crossing");
    assert_eq!(at(10.0, 0.0, Bicycle).opportunities, 0, "a rule of its own");
    let f = at(10.0, 0.0, Car).findings.remove(0);
    assert!((f.measured - 0.15).abs() < 1e-9 && f.actors == ["other"], "{f:?}");
}

#[test]
fn drifting_together_needs_more_room() {
    // 0.3 m/s toward each other of the ego alone.
    let yaw = lukao_model::math::asin(0.03);
    let ego = ActorBuilder::car("ego").motion(Motion::at(10.0, -1.75, yaw).speed(10.0).cruise(1000.0));
    let other = car("other", 10.0, 1.75, 10.0);
    let case = Case::new(drive(2.0, ego.dynamics()).actor(other).build()).on(Straight::one_way(2).track());
    let f = case.params("min_duration_s = 0.0").run("rss-lateral-distance").findings.remove(0);
    let due = 0.1 + (0.4 + 0.5 * 0.5 / 1.6) + (0.4 + 0.4 * 0.4 / 1.6);
    assert!((f.limit - due).abs() < 1e-6, "{f:?}");
}
