//! Cases of the rules on control of the vehicle.

use lukao_synth::{Body, Course, Path, Plan, Speed};

use crate::case::Case;

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
    ]
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
