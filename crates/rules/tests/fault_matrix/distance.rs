//! Cases of the rules on distance.

use lukao_synth::{Body, Course, Path, Plan, Speed, solve, xodr};
use lukao_track::Track;

use crate::case::Case;
use crate::lack::Lack;

/// Length of a car, metres.
const CAR_M: f64 = 4.5;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_least("time-headway", 1.0, "s")
            .fault("follows with this headway", follows)
            .params("min_headway_s = 1.0")
            .accuracy(0.005)
            .sizes(&[0.5, 1.5, 3.0])
            .side("minimum-following-distance", "asks for 1.36 s at this speed")
            .side("rss-following-distance", "asks for 2.8 s at this speed")
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("time-to-collision", 1.5, "s")
            .fault("brakes so late behind a slower car that this time is left", brakes_late)
            .params("min_ttc_s = 1.5")
            // From one sample to the next the time changes by up to 0.05 s.
            .accuracy(0.05)
            .sizes(&[1.0, 3.0])
            .side("minimum-following-distance", "whoever brakes that late is near by then")
            .side("rss-following-distance", "whoever brakes that late is near by then")
            .side("time-headway", "whoever is that late follows too closely while he brakes")
            .lacks(Lack::OthersReference, "actor poses"),
    ]
}

fn road() -> Track {
    xodr::Map::new().road(xodr::Road::two_way("1", 600.0).limit_kmh(80.0)).track().unwrap()
}

fn in_lane(id: &str, from_m: f64, speed: Speed) -> Body {
    Body::car(id).course(Course::new(Path::from(0.0, -1.75, 0.0).straight(600.0), speed).from_m(from_m))
}

fn follows(headway_s: f64) -> Plan {
    let ego = in_lane("ego", 20.0, Speed::of(10.0));
    let lead = in_lane("lead", 20.0 + CAR_M + 10.0 * headway_s, Speed::of(10.0));
    Plan::new("follows", 10.0, ego).on(road()).actor(lead).when_s(0.0, 10.0)
}

fn brakes_late(ttc_s: f64) -> Plan {
    let (lead, ego) = (Speed::of(6.0), Speed::of(14.0).hold_s(2.0).to(5.5, 2.9));
    let end_s = ego.end_s();
    let ttc = |gap_m: f64, t: f64| {
        let (s, v, _) = ego.state(t);
        let closing = v - 6.0;
        if closing > 1e-9 { (gap_m + 6.0 * t - s) / closing } else { f64::INFINITY }
    };
    let least = |gap_m: f64| {
        (0..=(end_s * 1e3) as i64).map(|k| ttc(gap_m, k as f64 * 1e-3)).fold(f64::INFINITY, f64::min)
    };
    let gap_m = solve(ttc_s, 10.0, 90.0, least);
    let ahead = in_lane("lead", 20.0 + CAR_M + gap_m, lead);
    Plan::new("late", 12.0, in_lane("ego", 20.0, ego)).on(road()).actor(ahead).when_s(2.0, end_s)
}
