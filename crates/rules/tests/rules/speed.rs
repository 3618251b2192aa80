//! Twins and cases of the rules about speed.

use lukao_model::outcome::DetailValue;
use lukao_model::{Channel, Outcome};
use lukao_testkit::{ActorBuilder, Motion};
use lukao_track::example;

use crate::roads::Straight;
use crate::support::{Case, accurate, car, drive, exact};
use crate::twins::Twin;

const KMH: f64 = 3.6;

fn on(road: &Straight, y_m: f64, kmh: f64, u_mps: f64) -> Case {
    let ego = car("ego", 10.0, y_m, kmh / KMH).height(None, Some(1.5)).channel_quality(
        Channel::Speed,
        lukao_model::values::Accuracy::Constant(u_mps),
        lukao_model::Origin::Simulation,
    );
    Case::new(drive(4.0, ego).build()).on(road.track()).guarded()
}

fn weather(channel: Channel, value: Option<f64>, kmh: f64) -> Case {
    Case::new(drive(4.0, car("ego", 0.0, 0.0, kmh / KMH)).reals(channel, &[(0.0, value)]).build())
}

fn fog(kmh: f64, seen_m: Option<f64>) -> Case {
    let ego = car("ego", 10.0, -1.75, kmh / KMH);
    let road = Straight::one_way(2).kind("motorway");
    Case::new(drive(4.0, ego).reals(Channel::Visibility, &[(0.0, seen_m)]).build()).on(road.track())
}

fn fog_gap(gap_m: f64, accuracy_m: f64) -> Case {
    let lead = car("lead", 10.0 + 4.5 + gap_m, -1.75, 15.0);
    let ego = accurate(car("ego", 10.0, -1.75, 15.0), accuracy_m);
    let drive = drive(4.0, ego).actor(lead).reals(Channel::Visibility, &[(0.0, Some(150.0))]);
    Case::new(drive.build()).on(Straight::one_way(2).kind("motorway").track()).guarded()
}

/// Right through the crossroads.
fn turns(kmh: f64, to_s: f64) -> Case {
    let v = kmh / KMH;
    let motion = Motion::at(-60.0, -1.75, 0.0).speed(v).cruise(48.0 / v);
    let motion = motion.arc(-10.25, 10.25 * std::f64::consts::FRAC_PI_2 / v).cruise(20.0);
    let ego = ActorBuilder::car("ego").motion(motion).dynamics();
    Case::new(drive(to_s, ego).build()).on(exact(&example::crossroads(&[])))
}

/// Along a bend of that radius to the left, in a lane of 3.5 m right of the reference line.
fn bend(kmh: f64, u_mps: f64) -> Case {
    let v = kmh / KMH;
    // The middle of the lane is 1.75 m outside of the reference line.
    let motion = Motion::at(0.0, -1.75, 0.0).speed(v).arc(41.75, 9.0);
    let ego = ActorBuilder::car("ego").motion(motion).dynamics().channel_quality(
        Channel::Speed,
        lukao_model::values::Accuracy::Constant(u_mps),
        lukao_model::Origin::Simulation,
    );
    let curved =
        Straight::one_way(1).xodr().replace("<line/>", "<arc curvature=\"0.025\"/>").replace("2000", "200");
    Case::new(drive(4.0, ego).build()).on(exact(&curved)).guarded()
}

fn narrow(kmh: f64, u_mps: f64) -> Case {
    on(&Straight::one_way(1), -1.75, kmh, u_mps).params("max_width_m = 4.0")
}

fn level_crossing(kmh: f64, u_mps: f64) -> Case {
    let mut road = Straight::one_way(1);
    road.objects =
        r#"<object id="1" type="levelCrossing" s="30" t="-1.75" length="6" width="3.5" hdg="0"/>"#.into();
    on(&road, -1.75, kmh, u_mps).params("max_kmh = 30.0")
}

/// Along a road of that grade.
fn slope(percent: f64, kmh: f64, u_mps: f64) -> Case {
    on(&Straight::one_way(1).grade(percent), -1.75, kmh, u_mps)
}

/// In a lane beside one for cyclists, whose border is at y = -3.5 m.
fn beside_cyclists(y_m: f64, kmh: f64, u_mps: f64) -> Case {
    let mut road = Straight::one_way(1);
    road.right.push(("biking", "solid"));
    on(&road, y_m, kmh, u_mps)
}

fn needless(kmh: f64, u_mps: f64) -> Case {
    let xodr = Straight::one_way(1).kind("town").xodr().replace(
        r#"<type s="0" type="town"/>"#,
        r#"<type s="0" type="town"><speed max="50" unit="km/h"/></type>"#,
    );
    let mut case = on(&Straight::one_way(1), -1.75, kmh, u_mps).params("min_duration_s = 2.0");
    case.track = Some(exact(&xodr));
    case
}

pub fn twins() -> Vec<Twin> {
    let motorway = |lanes: usize| Straight::one_way(lanes).kind("motorway");
    let town = || Straight::two_way("broken").kind("town");
    vec![
        (
            "default-speed-limit",
            [on(&town(), -1.75, 49.9, 0.0), on(&town(), -1.75, 50.1, 0.0), on(&town(), -1.75, 49.9, 0.1)],
        ),
        (
            "exam-speed",
            [on(&town(), -1.75, 59.9, 0.0), on(&town(), -1.75, 60.1, 0.0), on(&town(), -1.75, 59.9, 0.1)]
                .map(|c| c.params("max_kmh = 60.0")),
        ),
        (
            "expressway-too-fast",
            [
                on(&motorway(2), -1.75, 119.9, 0.0),
                on(&motorway(2), -1.75, 120.1, 0.0),
                on(&motorway(2), -1.75, 119.9, 0.1),
            ],
        ),
        (
            "expressway-too-slow",
            [
                on(&motorway(2), -1.75, 100.1, 0.0),
                on(&motorway(2), -1.75, 99.9, 0.0),
                on(&motorway(2), -1.75, 100.1, 0.1),
            ],
        ),
        ("fast-in-fog-on-expressway", [fog(39.9, Some(80.0)), fog(40.1, Some(80.0)), fog(39.9, None)]),
        (
            "fast-in-low-visibility",
            [
                weather(Channel::Visibility, Some(50.0), 29.9),
                weather(Channel::Visibility, Some(50.0), 30.1),
                weather(Channel::Visibility, None, 29.9),
            ],
        ),
        ("fast-down-steep-slope", [slope(-8.0, 29.9, 0.0), slope(-8.0, 30.1, 0.0), slope(-8.0, 29.9, 0.1)]),
        (
            "fast-into-non-motor-lane",
            [
                beside_cyclists(-2.7, 29.9, 0.0),
                beside_cyclists(-2.7, 30.1, 0.0),
                beside_cyclists(-2.7, 29.9, 0.1),
            ],
        ),
        ("fast-in-sharp-bend", [bend(29.9, 0.0), bend(30.1, 0.0), bend(29.9, 0.1)]),
        ("fast-on-narrow-road", [narrow(29.9, 0.0), narrow(30.1, 0.0), narrow(29.9, 0.1)]),
        (
            "fast-on-slippery-road",
            [
                weather(Channel::Friction, Some(0.2), 29.9),
                weather(Channel::Friction, Some(0.2), 30.1),
                weather(Channel::Friction, None, 29.9),
            ],
        ),
        (
            "fast-over-level-crossing",
            [level_crossing(29.9, 0.0), level_crossing(30.1, 0.0), level_crossing(29.9, 0.1)],
        ),
        ("fast-when-turning", [turns(29.9, 12.0), turns(30.1, 12.0), turns(29.9, 6.2)]),
        ("gap-in-fog", [fog_gap(100.1, 0.0), fog_gap(99.9, 0.0), fog_gap(100.1, 0.5)]),
        ("needlessly-slow", [needless(25.1, 0.0), needless(24.9, 0.0), needless(25.1, 0.1)]),
    ]
}

#[test]
fn values_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let mut speeds = 0;
    for (rule, [_, fail, _]) in twins() {
        let f = fail.run(rule).findings.remove(0);
        if f.unit == "km/h" {
            assert!((f.measured - f.limit).abs() < 0.11, "{rule}: {f:?}");
            speeds += 1;
        }
    }
    assert!(speeds >= 10, "{speeds} rules of speeds");
    let f = one(bend(30.1, 0.0), "fast-in-sharp-bend");
    let radius = f.details.iter().find(|d| d.name == "radius_m").unwrap();
    let DetailValue::Number(radius) = radius.value else { panic!("{f:?}") };
    assert!((radius - 41.75).abs() < 3.0, "the lane's course is sampled: {f:?}");
    let f = one(narrow(30.1, 0.0), "fast-on-narrow-road");
    assert!(format!("{:?}", f.details).contains("3.5"), "{f:?}");
}

#[test]
fn only_steep_slopes_down_are_slow() {
    let outcome = |percent: f64| slope(percent, 50.0, 0.0).run("fast-down-steep-slope").outcome();
    assert_eq!(outcome(-7.1), Outcome::Fail);
    assert_eq!(outcome(-6.9), Outcome::NotApplicable);
    assert_eq!(outcome(8.0), Outcome::NotApplicable, "up");
    let backing = Motion::at(50.0, -1.75, 0.0).speed(-10.0).cruise(10.0);
    let ego = ActorBuilder::car("ego").motion(backing).height(None, Some(1.5)).dynamics();
    let track = Straight::one_way(1).grade(8.0).track();
    let r = Case::new(drive(3.0, ego).build()).on(track).run("fast-down-steep-slope");
    assert_eq!(r.findings.len(), 1, "backward down: {r:?}");
    assert!(format!("{:?}", r.findings[0].details).contains("-8.0"), "{r:?}");
}

#[test]
fn a_part_of_the_body_in_a_lane_for_cyclists_is_enough() {
    let outcome = |y_m: f64| beside_cyclists(y_m, 50.0, 0.0).run("fast-into-non-motor-lane").outcome();
    assert_eq!(outcome(-2.65), Outcome::Fail, "the side is 5 cm over the border");
    assert_eq!(outcome(-2.55), Outcome::NotApplicable, "the side is 5 cm within");
    assert_eq!(outcome(-5.25), Outcome::Fail, "all of it");
    assert_eq!(outcome(90.0), Outcome::Undetermined);
}

#[test]
fn class_and_layout_of_the_road_set_the_limit() {
    let limit = |road: Straight, params: &str| {
        let r = on(&road, -1.75, 150.0, 0.0).params(params).run("default-speed-limit");
        r.findings.first().map(|f| f.limit).ok_or_else(|| r.undetermined.first().map(|m| m.what.clone()))
    };
    assert_eq!(limit(Straight::two_way("none").kind("town"), ""), Ok(30.0));
    assert_eq!(limit(Straight::two_way("none").kind("rural"), ""), Ok(40.0));
    assert_eq!(limit(Straight::two_way("broken").kind("rural"), ""), Ok(70.0));
    let wide = || Straight::one_way(2).kind("town");
    assert_eq!(limit(wide(), ""), Err(Some("speed limit".into())));
    assert_eq!(limit(wide(), "urban_more_lanes_kmh = 70.0"), Ok(70.0));
    assert_eq!(limit(Straight::two_way("broken"), ""), Err(Some("kind of road".into())));
    assert_eq!(limit(Straight::two_way("broken").kind("motorway"), ""), Err(None));
}

#[test]
fn the_lane_sets_the_least_speed_on_an_expressway_and_somebody_ahead_excuses() {
    let least = |lanes: usize, y: f64| {
        let r = on(&Straight::one_way(lanes).kind("motorway"), y, 30.0, 0.0).run("expressway-too-slow");
        r.findings.first().map(|f| f.limit)
    };
    assert_eq!([least(1, -1.75), least(2, -1.75), least(2, -5.25)], [Some(60.0), Some(100.0), Some(60.0)]);
    assert_eq!([least(3, -1.75), least(3, -5.25), least(3, -8.75)], [Some(110.0), Some(90.0), Some(60.0)]);
    let ego = car("ego", 10.0, -1.75, 10.0);
    let queue = drive(6.0, ego).actor(car("lead", 40.0, -1.75, 10.0)).build();
    let r = Case::new(queue).on(Straight::one_way(2).kind("motorway").track()).run("expressway-too-slow");
    assert_eq!(r.outcome(), Outcome::NotApplicable, "{r:?}");
}

#[test]
fn straight_on_is_no_turn_and_turning_round_is() {
    let ego = car("ego", -60.0, -1.75, 15.0);
    let straight =
        Case::new(drive(8.0, ego).build()).on(exact(&example::crossroads(&[]))).run("fast-when-turning");
    assert_eq!(straight.outcome(), Outcome::NotApplicable, "{straight:?}");
    let motion =
        Motion::at(10.0, -3.0, 0.0).speed(9.0).cruise(2.0).arc(6.0, 6.0 * std::f64::consts::PI / 9.0);
    let ego = ActorBuilder::car("ego").motion(motion.cruise(9.0)).dynamics();
    let round = Case::new(drive(5.0, ego).build()).on(Straight::two_way("broken").track());
    let r = round.run("fast-when-turning");
    assert_eq!(r.findings.len(), 1, "{r:?}");
}
