//! Cases of the rules on lanes and lines.

use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};

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
    ]
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
