//! Cases of the rules on distance.

use lukao_model::Channel;
use lukao_synth::{Body, Course, Path, Plan, Speed, solve, xodr};
use lukao_testkit::DriveBuilder;
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
        Case::at_least("expressway-gap", 100.0, "m")
            .fault("follows at 108 km/h with this gap", |gap| behind(30.0, gap))
            .accuracy(0.01)
            .sizes(&[80.0, 120.0])
            .side("rss-following-distance", "asks for 115.8 m at this speed")
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("gap-in-fog", 100.0, "m")
            .fault("follows at 54 km/h with this gap and a visibility of 150 m", |gap| {
                let fog = |d: DriveBuilder| d.reals(Channel::Visibility, &[(0.0, Some(150.0))]);
                behind(15.0, gap).log(fog)
            })
            .accuracy(0.01)
            .sizes(&[60.0, 120.0])
            .lacks(Lack::DriveChannel(Channel::Visibility), "visibility_m")
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("minimum-following-distance", 1.5 * 50.0 / 3.6, "m")
            .fault("follows at 50 km/h with this gap", |gap| behind(50.0 / 3.6, gap))
            .accuracy(0.01)
            .sizes(&[18.0, 30.0])
            .side("rss-following-distance", "asks for 41 m at this speed")
            .side("expressway-gap", "the road is one")
            .lacks(Lack::OthersReference, "actor poses"),
        // 10 + 1.75 + 13.5² / 8 − 10² / 16
        Case::at_least("rss-following-distance", 28.28125, "m")
            .fault("follows at 10 m/s with this gap", |gap| follows(0.1 * gap))
            .accuracy(0.01)
            .sizes(&[20.0, 40.0])
            .lacks(Lack::OthersReference, "actor poses"),
        // 6.75 + 8.5² / 6 + 17 + 12² / 8
        Case::at_least("rss-oncoming-distance", 6.75 + 8.5 * 8.5 / 6.0 + 35.0, "m")
            .fault("one who comes toward it has left its lane at this distance", oncoming)
            .params("min_duration_s = 0.0")
            // They come 0.1 m nearer from sample to sample.
            .accuracy(0.15)
            .sizes(&[40.0, 70.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("hard-braking-needed", 1.5, "m/s2")
            .fault("comes so near that it has to brake that hard", |size| late(size, 2.9, drac))
            .params("max_decel_mps2 = 1.5")
            .accuracy(0.02)
            .sizes(&[1.2, 1.9])
            .side("time-headway", "whoever brakes that late is near by then")
            .side("rss-following-distance", "whoever brakes that late is near by then")
            .side("minimum-following-distance", "whoever brakes that late is near by then")
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("critical-following", 0.5, "")
            .fault("comes so near before it brakes", |size| late(size, 3.9, cfs))
            .params("max_cfs = 0.5")
            .accuracy(0.05)
            .sizes(&[0.2, 0.7])
            .side("time-headway", "whoever brakes that late is near by then")
            .side("harsh-braking", "less would not stop it in time")
            .side("time-to-collision", "at a closing speed of 8 m/s critical is near 1.5 s")
            .side("rss-following-distance", "whoever brakes that late is near by then")
            .side("minimum-following-distance", "whoever brakes that late is near by then")
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("close-pass", 0.5, "m")
            .fault("overtakes with this much room", |room| passes(room, false, 20.0))
            .accuracy(0.001)
            .sizes(&[0.2, 1.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("close-meeting", 0.5, "m")
            .fault("meets somebody with this much room", |room| passes(room, true, 15.0))
            .accuracy(0.001)
            .sizes(&[0.2, 1.0])
            .lacks(Lack::OthersReference, "actor poses"),
        // 0.1 + (0.1 + 0.2² / 1.6) + (0.4 + 0.4² / 1.6)
        Case::at_least("rss-lateral-distance", 0.725, "m")
            .fault("drives beside somebody with this much room", |room| passes(room, false, 11.0))
            .accuracy(0.001)
            .sizes(&[0.6, 1.0])
            .lacks(Lack::OthersReference, "actor poses"),
    ]
}

/// Behind a car on a motorway, both at the same speed.
fn behind(speed_mps: f64, gap_m: f64) -> Plan {
    let road = xodr::Road::one_way("1", 800.0, 2).kind("motorway").limit_kmh(120.0);
    let ego = in_lane("ego", 20.0, Speed::of(speed_mps));
    let lead = in_lane("lead", 20.0 + CAR_M + gap_m, Speed::of(speed_mps));
    let plan = Plan::new("behind", 10.0, ego).on(xodr::Map::new().road(road).track().unwrap());
    plan.actor(lead).when_s(0.0, 10.0)
}

/// Both at 5 m/s; the other comes back from overtaking into his own lane, and is out of the ego's way at that gap.
fn oncoming(gap_m: f64) -> Plan {
    let other = |from_m: f64| {
        let path = Path::from(500.0, -1.75, std::f64::consts::PI).straight(20.0).shift(-3.5, 80.0);
        Body::car("other").course(Course::new(path.straight(400.0), Speed::of(5.0)).from_m(from_m))
    };
    // When he is out of it he is at the same place wherever he began. Angles of less than 0.05 rad count as none.
    let there = other(0.0);
    let room = |t: f64| {
        let p = there.state(t).pose;
        let off = (lukao_model::math::angle_between(std::f64::consts::PI, p.yaw_rad).abs() - 0.05).max(0.0);
        let (sin, cos) = lukao_model::math::sin_cos(off);
        p.y_m + 1.75 - (0.9 + 0.5 * CAR_M * sin + 0.9 * cos)
    };
    let t0 = solve(0.0, 10.0, 20.0, room);
    let (t, x) = (t0 - 2.0, there.state(t0).pose.x_m);
    // He began 10 m along his path, so that it is 2 s sooner.
    let ego = in_lane("ego", x - gap_m - CAR_M - 5.0 * t, Speed::of(5.0));
    Plan::new("oncoming", 20.0, ego).hz(100.0).on(road()).actor(other(10.0)).when_s(0.0, t)
}

/// Deceleration that a gap, the ego's speed, that of the one ahead and the ego's acceleration ask for.
fn drac(gap_m: f64, ego: f64, lead: f64, _: f64) -> f64 {
    let closing = (ego - lead).max(0.0);
    closing * closing / (2.0 * gap_m)
}

/// Critical fuzzy safety as UN R157 writes it, for one who does not fall behind while he reacts.
fn cfs(gap_m: f64, u: f64, v: f64, accel: f64) -> f64 {
    let next = u + accel.max(-4.0) * 0.75;
    if next <= v {
        return 0.0;
    }
    let new = ((u + next) / 2.0 - v) * 0.75;
    let square = (next - v) * (next - v);
    let (bad, good) = (new + square / 12.0, new + square / 8.0);
    ((gap_m - good) / (bad - good)).clamp(0.0, 1.0)
}

/// Brakes so late behind a slower car that the greatest value of the measure is that.
fn late(size: f64, decel_mps2: f64, measure: fn(f64, f64, f64, f64) -> f64) -> Plan {
    let (lead, ego) = (Speed::of(6.0), Speed::of(14.0).hold_s(2.0).to(5.5, decel_mps2));
    let end_s = ego.end_s();
    let greatest = |gap_m: f64| {
        let at = |t: f64| {
            let (s, v, _) = ego.state(t);
            let accel = (ego.state(t + 0.25).1 - ego.state((t - 0.25).max(0.0)).1) / 0.5;
            measure((gap_m + 6.0 * t - s).max(1e-3), v, 6.0, accel)
        };
        (0..=(end_s * 1e2) as i64).map(|k| at(k as f64 * 1e-2)).fold(0.0, f64::max)
    };
    // Below the least gap it would run into him.
    let least = solve(1.0, 10.0, 90.0, |gap_m| {
        (0..=(end_s * 1e2) as i64)
            .map(|k| k as f64 * 1e-2)
            .map(|t| gap_m + 6.0 * t - ego.state(t).0)
            .fold(f64::INFINITY, f64::min)
    });
    let gap_m = solve(size, least, 90.0, greatest);
    let ahead = in_lane("lead", 20.0 + CAR_M + gap_m, lead);
    let plan = Plan::new("late", 12.0, in_lane("ego", 20.0, ego)).hz(100.0).on(road());
    plan.actor(ahead).when_s(2.0, end_s)
}

/// Past a car at 10 m/s in the next lane, with that much room; `opposite` if he comes toward the ego.
fn passes(room_m: f64, opposite: bool, speed_mps: f64) -> Plan {
    let road = if opposite { xodr::Road::two_way("1", 600.0) } else { xodr::Road::one_way("1", 600.0, 2) };
    let side = if opposite { 1.0 } else { -1.0 };
    let y = -1.75 + side * (1.8 + room_m);
    let from_x = if opposite { 200.0 } else { 40.0 };
    let path = Path::from(from_x, y, if opposite { std::f64::consts::PI } else { 0.0 }).straight(500.0);
    let other = Body::car("other").course(Course::new(path, Speed::of(10.0)));
    let ego = in_lane("ego", 20.0, Speed::of(speed_mps));
    let plan = Plan::new("passes", 18.0, ego)
        .hz(50.0)
        .on(xodr::Map::new().road(road.limit_kmh(80.0)).track().unwrap());
    plan.actor(other)
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
