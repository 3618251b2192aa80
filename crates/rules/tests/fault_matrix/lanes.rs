//! Cases of the rules on lanes and lines.

use lukao_synth::{Body, Course, Path, Plan, Speed, solve, xodr};

use lukao_testkit::State;

use crate::case::Case;

/// Half the width of a car, metres.
const HALF_M: f64 = 0.9;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("leaves-drivable-area", 0.1, "m")
            .fault("drives this far over the edge of the road", leaves)
            // On the way out the front corner is up to 1 cm farther out than at the end.
            .accuracy(0.015)
            .sizes(&[-0.5, 0.5]),
        Case::at_most("solid-line-crossed", 0.1, "m")
            .fault("goes this far over the line between two lanes", crosses)
            .params("max_beyond_m = 0.1")
            .accuracy(0.01)
            .sizes(&[-0.8, 0.5, 1.7]),
        Case::at_most("wrong-way", 50.0, "m")
            .fault("drives this far in the lane of the oncoming traffic", oncoming)
            .params("max_distance_m = 50.0")
            // A sample is 0.1 m of way, and the first and last one lie inside.
            .accuracy(0.25)
            .sizes(&[45.0, 80.0])
            .compliant("in its own lane", keeps_right()),
        Case::at_most("emergency-lane-used", 100.0, "m")
            .fault("drives this far in the emergency lane", |way| visits("stop", "motorway", 20.0, way))
            .params("max_distance_m = 100.0")
            // A sample is 0.2 m of way, and the first and last one lie inside.
            .accuracy(0.45)
            .sizes(&[80.0, 150.0]),
        Case::at_most("bus-lane-used", 50.0, "m")
            .fault("drives this far in the bus lane", |way| visits("bus", "town", 10.0, way))
            .accuracy(0.25)
            .sizes(&[45.0, 80.0]),
        Case::at_most("non-motor-lane-used", 50.0, "m")
            .fault("drives this far in the bicycle lane", |way| visits("biking", "town", 8.0, way))
            .params("max_distance_m = 50.0")
            .accuracy(0.25)
            .sizes(&[45.0, 80.0])
            .side("leaves-drivable-area", "a bicycle lane is none for cars"),
        Case::at_most("opposite-lane-used", 100.0, "m")
            .fault("drives this far with its side over the centre line", overhangs)
            .accuracy(0.25)
            .sizes(&[60.0, 120.0])
            .side("line-ridden", "whoever overhangs the line rides on it"),
        Case::at_most("line-ridden", 8.0, "s")
            .fault("rides this long on the line between two lanes", rides)
            .accuracy(0.03)
            .sizes(&[5.0, 12.0]),
        Case::at_most("reversing", 1.0, "m")
            .fault("backs this far on a one-way road", backs)
            .accuracy(0.03)
            .sizes(&[0.5, 4.0]),
    ]
}

/// Way and time that a body spends in some state, by small steps.
fn while_in(body: &Body, to_s: f64, inside: impl Fn(&State) -> bool) -> (f64, f64) {
    let (mut way, mut time) = (0.0, 0.0);
    for k in 0..(to_s * 250.0) as i64 {
        let s = body.state(k as f64 * 4e-3);
        if inside(&s) {
            way += s.speed_mps.abs() * 4e-3;
            time += 4e-3;
        }
    }
    (way, time)
}

/// From a traffic lane over to a lane of another kind beside it and back, that far with its middle in it.
fn visits(kind: &str, road: &str, speed_mps: f64, way_m: f64) -> Plan {
    let over_m = 20.0 + 2.0 * speed_mps;
    let map = xodr::Road::at("1", 0.0, 0.0, 0.0)
        .straight(600.0)
        .right(xodr::Lane::new("driving").mark("broken"))
        .right(xodr::Lane::new(kind))
        .kind(road);
    let ego = |straight_m: f64| {
        let path = |p: Path| {
            p.straight(20.0).shift(-3.5, over_m).straight(straight_m).shift(3.5, over_m).straight(200.0)
        };
        car(-1.75, path, speed_mps)
    };
    let way = |straight_m: f64| while_in(&ego(straight_m), 25.0, |s| s.pose.y_m < -3.5).0;
    let plan = Plan::new("visits", 20.0, ego(solve(way_m, 0.0, 200.0, way))).hz(100.0).when_s(2.0, 18.0);
    plan.on(xodr::Map::new().road(map).track().unwrap())
}

/// Over the centre line by 0.6 m and back.
fn overhangs(way_m: f64) -> Plan {
    let ego = |straight_m: f64| {
        let path = |p: Path| {
            p.straight(20.0).shift(1.45, 40.0).straight(straight_m).shift(-1.45, 40.0).straight(60.0)
        };
        car(-1.75, path, 10.0)
    };
    // The foremost or rearmost corner of the left side.
    let left_m = |s: &State| {
        let (sin, cos) = lukao_model::math::sin_cos(s.pose.yaw_rad);
        s.pose.y_m + 2.25 * sin.abs() + HALF_M * cos
    };
    let way = |straight_m: f64| while_in(&ego(straight_m), 30.0, |s| left_m(s) > 0.3).0;
    let plan = Plan::new("overhangs", 30.0, ego(solve(way_m, 0.0, 200.0, way))).hz(100.0);
    plan.on(xodr::Map::new().road(xodr::Road::two_way("1", 400.0)).track().unwrap())
}

/// From the right lane of two to the left, slowly.
fn rides(time_s: f64) -> Plan {
    let ego = |straight_m: f64| {
        let path = |p: Path| {
            p.straight(20.0).shift(1.75, 30.0).straight(straight_m).shift(1.75, 30.0).straight(60.0)
        };
        car(-5.25, path, 10.0)
    };
    // The body's corners to both sides of the line at y = -3.5.
    let over_m = |s: &State| {
        let (sin, cos) = lukao_model::math::sin_cos(s.pose.yaw_rad);
        let half = 2.25 * sin.abs() + HALF_M * cos;
        half - (s.pose.y_m + 3.5).abs()
    };
    let time = |straight_m: f64| while_in(&ego(straight_m), 30.0, |s| over_m(s) >= 0.2).1;
    let plan = Plan::new("rides", 30.0, ego(solve(time_s, 0.0, 200.0, time))).hz(100.0);
    plan.on(xodr::Map::new().road(xodr::Road::one_way("1", 400.0, 2)).track().unwrap())
}

fn backs(way_m: f64) -> Plan {
    let ego = |hold_s: f64| {
        let speed = Speed::of(0.0).hold_s(2.0).to(-0.6, 0.8).hold_s(hold_s).to(0.0, 0.8);
        let path = Path::from(10.0, -1.75, 0.0).straight(200.0);
        Body::car("ego").course(Course::new(path, speed).from_m(50.0))
    };
    let way = |hold_s: f64| while_in(&ego(hold_s), 20.0, |s| s.speed_mps <= -0.2).0;
    let plan = Plan::new("backs", 20.0, ego(solve(way_m, 0.0, 12.0, way))).hz(100.0).when_s(2.0, 16.0);
    plan.on(xodr::Map::new().road(xodr::Road::one_way("1", 400.0, 1)).track().unwrap())
}

fn car(y_m: f64, path: impl FnOnce(Path) -> Path, speed_mps: f64) -> Body {
    Body::car("ego").course(Course::new(path(Path::from(10.0, y_m, 0.0)), Speed::of(speed_mps)))
}

/// To the right until the side is that far outside.
fn leaves(outside_m: f64) -> Plan {
    let road = xodr::Road::one_way("1", 400.0, 1);
    let ego = car(-1.75, |p| p.straight(20.0).shift(-(1.75 - HALF_M + outside_m), 80.0).straight(50.0), 10.0);
    Plan::new("leaves", 15.0, ego).on(xodr::Map::new().road(road).track().unwrap()).when_s(5.0, 15.0)
}

/// From the right lane of two toward the left one.
fn crosses(beyond_m: f64) -> Plan {
    let road = xodr::Road::one_way("1", 400.0, 2).right_mark(0, "solid");
    let ego = car(-5.25, |p| p.straight(20.0).shift(1.75 + beyond_m, 60.0).straight(50.0), 10.0);
    Plan::new("crosses", 12.0, ego).on(xodr::Map::new().road(road).track().unwrap()).when_s(2.0, 12.0)
}

/// Out and back; half of each change of lane is on the other side.
fn oncoming(distance_m: f64) -> Plan {
    let road = xodr::Road::two_way("1", 400.0);
    let over_m = 40.0;
    let path = |p: Path| {
        p.straight(20.0).shift(3.5, over_m).straight(distance_m - over_m).shift(-3.5, over_m).straight(60.0)
    };
    let (from_s, to_s) = ((20.0 + 0.5 * over_m) / 10.0, (20.0 + 0.5 * over_m + distance_m) / 10.0);
    let plan = Plan::new("oncoming", 18.0, car(-1.75, path, 10.0)).hz(100.0).when_s(from_s, to_s);
    plan.on(xodr::Map::new().road(road).track().unwrap())
}

fn keeps_right() -> Plan {
    let road = xodr::Road::two_way("1", 400.0);
    let plan = Plan::new("keeps right", 18.0, car(-1.75, |p| p.straight(200.0), 10.0));
    plan.on(xodr::Map::new().road(road).track().unwrap())
}
