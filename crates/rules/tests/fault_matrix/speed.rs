//! Cases of the rules on speed.

use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};

use crate::case::Case;
use crate::lack::Lack;

/// Metres per second to kilometres per hour.
const KMH: f64 = 3.6;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("speed-limit", 50.0, "km/h")
            .fault("speeds up to this", speeds_up)
            .accuracy(0.01)
            .sizes(&[30.0, 49.0, 60.0, 80.0])
            .lacks(Lack::By("speed limits of the map", no_limit), "speed limit"),
    ]
}

fn road() -> xodr::Road {
    xodr::Road::two_way("1", 600.0)
}

fn speeds_up(top_kmh: f64) -> Plan {
    let speed = Speed::of(8.0).hold_s(2.0).to(top_kmh / KMH, 2.0).hold_s(3.0);
    let end_s = speed.end_s();
    let path = Path::from(10.0, -1.75, 0.0).straight(500.0);
    let ego = Body::car("ego").course(Course::new(path, speed.to(8.0, 2.0)));
    let plan = Plan::new("speeds up", end_s + 8.0, ego).when_s(2.0, end_s + 5.0);
    plan.on(xodr::Map::new().road(road().limit_kmh(50.0)).track().unwrap())
}

fn no_limit(made: &mut lukao_synth::Made) {
    made.track = Some(xodr::Map::new().road(road()).track().unwrap());
}
