//! Cases of the rules on signals.

use lukao_model::code::SignalState::{Green, Red};
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_track::example;

use crate::case::Case;
use crate::lack::Lack;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("red-light", 0.3, "s")
            .fault("passes the line this long after the light turned red", runs_red)
            .params("grace_s = 0.3")
            .accuracy(0.002)
            .sizes(&[-1.5, 2.0])
            .compliant("stops at red", stops_at_red())
            .lacks(Lack::SignalStates, "signal_state"),
    ]
}

/// The line is at x = 100 m, the limit 50 km/h.
fn runs_red(red_for_s: f64) -> Plan {
    let path = Path::from(20.0, -1.75, 0.0).straight(180.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(10.0)));
    // The middle of the front bumper is 2.25 m ahead of the middle.
    let passes_s = (100.0 - 20.0 - 2.25) / 10.0;
    let states = [(0.0, Some(Green)), (passes_s - red_for_s, Some(Red)), (17.0, Some(Green))];
    Plan::new("red", 18.0, ego)
        .on(xodr::track(example::SIGNALISED).unwrap())
        .log(move |d| d.signal("C_0", &states))
        .when_s(passes_s, passes_s)
}

fn stops_at_red() -> Plan {
    let path = Path::from(20.0, -1.75, 0.0).straight(180.0);
    let speed = Speed::of(10.0).stop_at_m(76.0, 2.0);
    let speed = speed.hold_s(4.0).to(10.0, 1.5);
    let green_s = speed.end_s() - 8.0;
    let ego = Body::car("ego").course(Course::new(path, speed));
    let states = [(0.0, Some(Green)), (4.0, Some(Red)), (green_s, Some(Green))];
    Plan::new("stops at red", 24.0, ego)
        .on(xodr::track(example::SIGNALISED).unwrap())
        .log(move |d| d.signal("C_0", &states))
}
