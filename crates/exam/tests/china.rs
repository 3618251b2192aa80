//! Demerit points by speed band, kind of road and class of vehicle; several breaches add up.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use lukao_exam::{Exam, Options, Overall, Verdict, builtin, grade};
use lukao_model::vehicle::ActorClass;
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};

/// Drives at a speed on a road of a kind with a limit, on the right of two lanes with a solid line between; `over` it
/// changes lane.
fn drives(class: ActorClass, kind: &str, limit_kmh: f64, speed_kmh: f64, over: bool) -> Verdict {
    let road = xodr::Road::one_way("1", 900.0, 2).right_mark(0, "solid").kind(kind).limit_kmh(limit_kmh);
    let track = xodr::Map::new().road(road).track().unwrap();
    let path = Path::from(10.0, -5.25, 0.0).straight(40.0);
    let path = if over { path.shift(3.5, 150.0) } else { path.straight(150.0) };
    let ego = Body::vehicle("ego", class, 4.5, 1.8)
        .course(Course::new(path.straight(400.0), Speed::of(speed_kmh / 3.6)));
    let made = Plan::new("speed", 10.0, ego).on(track).make().unwrap();
    let pack = builtin("china-road-law").unwrap();
    let exam = Exam::parse(pack.name, pack.text).unwrap();
    grade(&made.drive, made.track.as_ref(), &exam, &Options::default()).unwrap()
}

fn points(class: ActorClass, kind: &str, limit_kmh: f64, speed_kmh: f64) -> f64 {
    drives(class, kind, limit_kmh, speed_kmh, false).score.deducted
}

#[test]
fn speed_bands_cost_what_class_and_road_say() {
    use ActorClass::{Bus, Car, Truck, Van};
    let cases = [
        (Car, "town", 50.0, 50.0, 0.0),
        (Car, "town", 50.0, 59.0, 0.0),
        (Car, "town", 50.0, 61.0, 3.0),
        (Car, "town", 50.0, 76.0, 6.0),
        (Van, "motorway", 80.0, 95.0, 0.0),
        (Car, "motorway", 80.0, 97.0, 6.0),
        (Car, "townExpressway", 80.0, 121.0, 12.0),
        (Truck, "town", 50.0, 54.0, 0.0),
        (Truck, "town", 50.0, 56.0, 1.0),
        (Bus, "town", 50.0, 61.0, 6.0),
        (Truck, "town", 50.0, 76.0, 9.0),
        (Truck, "motorway", 80.0, 82.0, 6.0),
        (Bus, "motorway", 80.0, 97.0, 12.0),
    ];
    for (class, kind, limit, speed, want) in cases {
        assert_eq!(points(class, kind, limit, speed), want, "{class:?} at {speed} in {limit} on {kind}");
    }
}

#[test]
fn a_breach_without_points_fails_too() {
    let v = drives(ActorClass::Car, "town", 50.0, 59.0, false);
    assert_eq!((v.score.deducted, v.outcome), (0.0, Overall::Failed));
}

#[test]
fn breaches_of_several_rules_add_up_though_they_are_one_event() {
    let v = drives(ActorClass::Car, "town", 50.0, 61.0, true);
    let rules: Vec<(&str, f64)> =
        v.findings.iter().filter(|f| f.points > 0.0).map(|f| (f.finding.rule.as_str(), f.points)).collect();
    assert!(
        rules.contains(&("speed-limit", 3.0)) && rules.contains(&("solid-line-crossed", 1.0)),
        "{rules:?}"
    );
    assert_eq!(v.score.deducted, 4.0);
    assert_eq!(v.score.high, -4.0);
    assert!(v.score.low <= v.score.high && v.score.pass_mark == 0.0);
}

#[test]
fn a_vehicle_of_unknown_class_leaves_the_band_open() {
    let open = |class, kind: &str| {
        let v = drives(class, kind, 50.0, 61.0, false);
        let bands = v.items.iter().flat_map(|i| &i.requirements).filter(|r| r.id.contains("-elsewhere-"));
        let what: Vec<String> = bands.flat_map(|r| &r.undetermined).map(|m| m.what.clone()).collect();
        (v.score.deducted, what)
    };
    let (points, what) = open(ActorClass::Unknown, "town");
    assert!(points == 0.0 && what.iter().any(|w| w == "class of the ego"), "{what:?}");
}
