//! Cases of the rules on control of the vehicle.

use lukao_model::Channel;
use lukao_model::code::Gear;
use lukao_synth::{Body, Course, Path, Plan, Speed, solve, xodr};
use lukao_track::example;

use crate::case::Case;
use crate::lack::Lack;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("harsh-braking", 4.0, "m/s2")
            .fault("brakes at this deceleration", brakes)
            .params("max_decel_mps2 = 4.0\nmean_s = 1.0")
            .accuracy(0.01)
            .sizes(&[1.0, 3.5, 4.5, 8.0]),
        Case::at_most("lateral-acceleration", 3.0, "m/s2")
            .fault("turns with this lateral acceleration", turns)
            .params("max_lateral_mps2 = 3.0\nmean_s = 1.0")
            // As the turn begins the middle, ahead of the rear axle, is pushed inward up to 1 % more.
            .accuracy(0.04)
            .sizes(&[1.5, 3.5])
            .compliant("a turn to the right", turns(-2.0)),
        Case::at_most("harsh-acceleration", 2.0, "m/s2")
            .fault("speeds up at this acceleration", |a| {
                let speed = Speed::of(5.0).hold_s(3.0).to(15.0, a);
                let when = (3.0, speed.end_s());
                let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), speed));
                Plan::new("speeds up", 16.0, ego).when_s(when.0, when.1)
            })
            .accuracy(0.01)
            .sizes(&[1.0, 4.0]),
        Case::at_most("longitudinal-jerk", 10.0, "m/s3")
            .fault("steps on the brake and lets go again", |jerk| {
                // Fully on within less than half a second, so that the mean sees the whole step.
                let speed = Speed::of(20.0).hold_s(3.0).to_with(4.0, 0.5 * jerk, 40.0);
                let when = (3.0, speed.end_s());
                let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), speed));
                Plan::new("steps on the brake", 22.0, ego).when_s(when.0, when.1)
            })
            .params("max_jerk_mps3 = 10.0")
            .accuracy(0.01)
            .sizes(&[4.0, 14.0])
            .findings(2)
            .side("harsh-braking", "5 m/s² is harsh whatever the jerk"),
        Case::at_most("lateral-jerk", 5.0, "m/s3")
            .fault("throws itself into a bend", swerves)
            .params("max_jerk_mps3 = 5.0")
            .accuracy(0.05)
            .sizes(&[2.5, 5.8])
            .lacks(Lack::EgoChannel(Channel::AccelLat), "accel_lat_mps2")
            .side("lateral-acceleration", "the bend that is entered so is a narrow one"),
        Case::at_most("rolls-back", 0.3, "m")
            .fault("rolls back this far before it starts", rolls)
            .accuracy(0.01)
            .sizes(&[0.1, 0.8])
            .lacks(Lack::EgoChannel(Channel::Gear), "gear"),
        Case::at_most("stops-off-the-line", 2.0, "m")
            .fault("stops this far before the line", |before_m| {
                // The front is 2.25 m ahead of the middle, the line is at 100 m.
                let path = Path::from(20.0, -1.75, 0.0).straight(150.0);
                let speed = Speed::of(8.0).stop_at_m(100.0 - 2.25 - before_m - 20.0, 2.0);
                let end_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(path, speed));
                Plan::new("stops", end_s + 5.0, ego)
                    .when_s(end_s, end_s)
                    .on(xodr::track(example::SIGNALISED).unwrap())
            })
            // It counts as standing a little before it does.
            .accuracy(0.02)
            .sizes(&[1.0, 4.0]),
        Case::at_most("needless-stop", 10.0, "s")
            .fault("stands this long in a free lane", |s| {
                let speed = Speed::of(8.0).hold_s(2.0).to(0.0, 2.0);
                let from = speed.end_s();
                let speed = speed.hold_s(s).to(8.0, 2.0);
                let path = Path::from(20.0, -1.75, 0.0).straight(250.0);
                let ego = Body::car("ego").course(Course::new(path, speed));
                Plan::new("stands", from + s + 8.0, ego)
                    .when_s(from, from + s)
                    .on(xodr::Map::new().road(xodr::Road::two_way("1", 300.0)).track().unwrap())
            })
            // It counts as standing a little before it does and a little after.
            .params("max_s = 10.0")
            .accuracy(0.5)
            .sizes(&[5.0, 15.0])
            .exact(),
        Case::at_most("snaking", 3.0, "1")
            .fault("turns back this often", |n| {
                let mut path = Path::from(20.0, -1.75 - 0.25, 0.0).straight(20.0);
                for i in 0..=(n as usize) {
                    path = path.shift(if i % 2 == 0 { 0.5 } else { -0.5 }, 20.0);
                }
                let path = path.straight(300.0);
                let to_s = 2.0 + 2.5 * (n + 1.0) + 4.0;
                let ego = Body::car("ego").course(Course::new(path, Speed::of(10.0)));
                Plan::new("snakes", to_s, ego)
                    .when_s(2.0, to_s)
                    .on(xodr::Map::new().road(xodr::Road::two_way("1", 600.0)).track().unwrap())
            })
            .sizes(&[0.0, 3.0, 4.0]),
        Case::at_most("parks-far-from-kerb", 0.3, "m")
            .fault("parks this far from the edge", |from_edge_m| {
                let path = Path::from(20.0, -3.5 + 0.9 + from_edge_m, 0.0).straight(150.0);
                let speed = Speed::of(8.0).hold_s(2.0).to(0.0, 2.0);
                let end_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(path, speed));
                let road = xodr::Road::two_way("1", 300.0);
                Plan::new("parks", end_s + 6.0, ego)
                    .when_s(end_s, end_s)
                    .on(xodr::Map::new().road(road).track().unwrap())
            })
            .accuracy(0.005)
            .sizes(&[0.1, 0.5]),
        Case::at_most("coasts-down-steep-slope", 2.0, "s")
            .fault("rolls down a slope of 8 % in neutral for this long", |s| {
                // Over 10 m to both sides the mean is 7 % where 7.5 m of the slope are behind or ahead.
                let slope_m = 8.0 * s + 15.0;
                let profile = format!(
                    r#"</planView><elevationProfile><elevation s="0" a="50" b="0" c="0" d="0"/>
                    <elevation s="100" a="50" b="-0.08" c="0" d="0"/>
                    <elevation s="{}" a="{}" b="0" c="0" d="0"/></elevationProfile>"#,
                    100.0 + slope_m,
                    50.0 - 0.08 * slope_m
                );
                let map = xodr::Map::new().road(xodr::Road::two_way("1", 300.0)).text();
                let path = Path::from(20.0, -1.75, 0.0).straight(250.0);
                // Its height is not logged.
                let ego = Body::car("ego").course(Course::new(path, Speed::of(8.0))).in_gear(Gear::Neutral);
                let from_s = (107.5 - 20.0) / 8.0;
                Plan::new("rolls", 28.0, ego.log(|a| a.height(None, Some(1.5))))
                    .when_s(from_s, from_s + s)
                    .on(xodr::track(&map.replace("</planView>", &profile)).unwrap())
            })
            .accuracy(0.2)
            .sizes(&[1.0, 5.0])
            .exact(),
        Case::at_most("stops-where-forbidden", 20.0, "s")
            .fault("stands this long after a sign against stopping", after_sign)
            .accuracy(0.1)
            .sizes(&[5.0, 40.0]),
        Case::at_least("parks-near-junction", 50.0, "m")
            .fault("parks with its front this far before a junction", |way_m| {
                // The junction begins 12 m before the middle.
                let path = Path::from(-109.0, -2.4, 0.0).straight(100.0);
                let speed = Speed::of(5.0).stop_at_m(109.0 - 12.0 - way_m - 2.25, 1.5);
                let end_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(path, speed));
                Plan::new("parks", end_s + 25.0, ego)
                    .when_s(end_s, end_s)
                    .on(xodr::track(&example::crossroads(&[])).unwrap())
            })
            // It counts as standing a little before it does.
            .accuracy(0.1)
            .sizes(&[20.0, 80.0]),
    ]
}

/// Stops in its lane 25 m beyond a sign against stopping, and goes on.
fn after_sign(stand_s: f64) -> Plan {
    let sign = r#"<signal id="1" name="禁止停车" s="50" t="-4" zOffset="2" orientation="+" dynamic="no" country="CN" type="x" subtype="-1" value="-1"/>"#;
    let road = xodr::Road::two_way("1", 300.0).limit_kmh(60.0).signal(sign);
    let path = Path::from(10.0, -1.75, 0.0).straight(250.0);
    let before = Speed::of(8.0).stop_at_m(65.0, 1.5);
    let stop_s = before.end_s();
    let ego = |hold_s: f64| {
        let speed = Speed::of(8.0).stop_at_m(65.0, 1.5).hold_s(hold_s).to(8.0, 1.5);
        Body::car("ego").course(Course::new(path.clone(), speed))
    };
    // It counts as standing a little before it stops and after it starts.
    let stands = |hold_s: f64| {
        let ego = ego(hold_s);
        let slow = |k: &i32| ego.state(f64::from(*k) * 0.01).speed_mps.abs() < 0.2;
        (0..9000).filter(slow).count() as f64 * 0.01
    };
    let plan =
        Plan::new("after a sign", stop_s + stand_s + 10.0, ego(solve(stand_s, 0.1, 60.0, stands))).hz(50.0);
    plan.when_s(stop_s - 1.0, stop_s + stand_s + 1.0).on(xodr::Map::new().road(road).track().unwrap())
}

fn brakes(decel_mps2: f64) -> Plan {
    let speed = Speed::of(20.0).hold_s(3.0).to(4.0, decel_mps2);
    let when = (3.0, speed.end_s());
    let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), speed));
    Plan::new("brakes", 22.0, ego).when_s(when.0, when.1)
}

/// A turn of 90° at 10 m/s; negative to the right.
fn turns(lateral_mps2: f64) -> Plan {
    let speed_mps = 10.0;
    let path = Path::from(0.0, 0.0, 0.0)
        .straight(30.0)
        .turn(90.0_f64.copysign(lateral_mps2), speed_mps * speed_mps / lateral_mps2.abs())
        .straight(50.0);
    let to_s = (path.length_m() - 20.0) / speed_mps;
    let ego = Body::car("ego").course(Course::new(path, Speed::of(speed_mps)));
    Plan::new("turns", to_s, ego).when_s(3.0, to_s)
}

/// A stop, a while of rolling back, and off.
fn rolls(back_m: f64) -> Plan {
    let rolls = |for_s: f64| {
        Speed::of(5.0).hold_s(1.0).to(0.0, 2.0).hold_s(1.0).to(-0.3, 0.3).hold_s(for_s).to(0.0, 0.6)
    };
    let back = |for_s: f64| {
        let speed = rolls(for_s);
        let far = |t: f64| speed.distance_m(t);
        let most = (0..3000).map(|i| far(f64::from(i) * 5e-3)).fold(0.0, f64::max);
        most - far(speed.end_s())
    };
    // Even without holding it rolls some way.
    let for_s = if back_m > back(0.0) { solve(back_m, 0.0, 10.0, back) } else { 0.0 };
    let speed = if back_m > back(0.0) {
        rolls(for_s)
    } else {
        let v = solve(back_m, 0.05, 0.3, |v| {
            let speed = Speed::of(5.0).hold_s(1.0).to(0.0, 2.0).hold_s(1.0).to(-v, 0.3).to(0.0, 0.6);
            speed.distance_m(speed.end_s() - 5.0).max(speed.distance_m(4.0)) - speed.distance_m(speed.end_s())
        });
        Speed::of(5.0).hold_s(1.0).to(0.0, 2.0).hold_s(1.0).to(-v, 0.3).to(0.0, 0.6)
    };
    let end_s = speed.end_s();
    let path = Path::from(0.0, 0.0, 0.0).straight(100.0);
    let ego = Body::car("ego").course(Course::new(path, speed.to(4.0, 1.0))).in_gear(Gear::Forward);
    Plan::new("rolls back", end_s + 8.0, ego).when_s(3.0, end_s + 2.0)
}

/// Acceleration across the body at its middle, as the log will hold it.
fn across(ego: &Body, t_s: f64) -> f64 {
    let rate = |t: f64| {
        let s = ego.state(t);
        s.speed_mps * s.curvature_per_m
    };
    let s = ego.state(t_s);
    s.speed_mps * rate(t_s) + 1.35 * (rate(t_s + 1e-3) - rate(t_s - 1e-3)) / 2e-3
}

/// Into a bend with this mean jerk over half a second; the log ends in it.
fn swerves(jerk_mps3: f64) -> Plan {
    let ego = |lateral_mps2: f64| {
        let path = Path::from(0.0, 0.0, 0.0).straight(30.0).turn(170.0, 100.0 / lateral_mps2);
        Body::car("ego").course(Course::new(path, Speed::of(10.0)))
    };
    let jerk = |lateral_mps2: f64| {
        let ego = ego(lateral_mps2);
        let at = |i: i32| across(&ego, f64::from(i) * 0.05);
        (10..110).map(|i| (at(i + 5) - at(i - 5)).abs() / 0.5).fold(0.0, f64::max)
    };
    let lateral = solve(jerk_mps3, 0.5, 6.0, jerk);
    Plan::new("swerves", 6.0, ego(lateral)).when_s(2.5, 6.0)
}
