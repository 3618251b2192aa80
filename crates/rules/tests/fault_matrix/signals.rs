//! Cases of the rules on signals.

use lukao_model::Channel;
use lukao_model::code::SignalState::{Amber, FlashingAmber, Green, Red};
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_track::example;

use crate::case::Case;
use crate::junctions::{meet, slow_s, track, way};
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
        Case::at_least("amber-light", 3.0, "m/s2")
            .fault("goes on when amber comes, though this would have stopped it", amber)
            .accuracy(0.001)
            .sizes(&[1.5, 6.0])
            .lacks(Lack::SignalStates, "signal_state"),
        Case::at_most("fast-past-flashing-amber", 30.0, "km/h")
            .fault("passes flashing amber at this speed", |kmh| {
                let passes_s = LINE_M / (kmh / 3.6);
                Plan::new("flashing amber", passes_s + 4.0, to_light(Speed::of(kmh / 3.6)))
                    .on(xodr::track(example::SIGNALISED).unwrap())
                    .log(|d| d.signal("C_0", &[(0.0, Some(FlashingAmber))]))
                    .when_s(passes_s, passes_s)
            })
            .accuracy(0.01)
            .sizes(&[20.0, 45.0])
            .lacks(Lack::SignalStates, "signal_state"),
        Case::at_most("late-start-on-green", 3.0, "s")
            .fault("starts so late on green", starts)
            .accuracy(0.05)
            .sizes(&[1.0, 8.0])
            .lacks(Lack::SignalStates, "signal_state"),
        Case::at_most("closed-lane-entered", 0.3, "s")
            .fault("drives under a red cross that has been there for this long", red_cross)
            .params("grace_s = 0.3")
            .accuracy(0.002)
            .sizes(&[-2.0, 4.0])
            .lacks(Lack::SignalStates, "signal_state"),
        Case::at_most("police-order", 2.0, "s")
            .fault("goes straight on this long after it was ordered to turn", ordered)
            .accuracy(0.002)
            .sizes(&[1.0, 6.0]),
        Case::at_least("right-turn-on-red-hinders", 2.0, "s")
            .fault("turns right on red and leaves this gap to one who was let go", right_on_red)
            .accuracy(0.2)
            .sizes(&[0.8, 4.0])
            .side("red-light", "it allows no right turn on red unless the pack says so")
            .lacks(Lack::OthersReference, "actor poses")
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

/// The ego along the signalised road; the middle of its front bumper is at the line after 77.75 m.
fn to_light(speed: Speed) -> Body {
    Body::car("ego").course(Course::new(Path::from(20.0, -1.75, 0.0).straight(180.0), speed))
}

const LINE_M: f64 = 77.75;

/// At 10 m/s; 10 m to react, then v² ÷ 2d.
fn amber(decel_mps2: f64) -> Plan {
    let passes_s = LINE_M / 10.0;
    let before_s = 1.0 + 10.0 / (2.0 * decel_mps2);
    let states = [(0.0, Some(Green)), (passes_s - before_s, Some(Amber)), (passes_s + 0.5, Some(Red))];
    Plan::new("amber", 16.0, to_light(Speed::of(10.0)))
        .on(xodr::track(example::SIGNALISED).unwrap())
        .log(move |d| d.signal("C_0", &states))
        .when_s(passes_s - before_s, passes_s)
}

/// Waits with its front 1 m before the line; green comes at 4 s.
fn starts(after_s: f64) -> Plan {
    let speed = Speed::of(0.0).hold_s(4.0 + after_s - slow_s()).to(8.0, 1.5);
    let path = Path::from(96.75, -1.75, 0.0).straight(100.0);
    let ego = Body::car("ego").course(Course::new(path, speed));
    Plan::new("starts", 22.0, ego)
        .hz(50.0)
        .on(xodr::track(example::SIGNALISED).unwrap())
        .log(|d| d.signal("C_0", &[(0.0, Some(Red)), (4.0, Some(Green))]))
        .when_s(4.0, 4.0 + after_s)
}

fn red_cross(red_for_s: f64) -> Plan {
    let light = "<signal id=\"A\" name=\"lane signal\" s=\"100\" t=\"-1.75\" zOffset=\"5\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"><validity fromLane=\"-1\" toLane=\"-1\"/></signal>";
    let road = xodr::Road::two_way("1", 300.0).limit_kmh(60.0).signal(light);
    let path = Path::from(20.0, -1.75, 0.0).straight(270.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(10.0)));
    let passes_s = LINE_M / 10.0;
    let states = [(0.0, Some(Green)), (passes_s - red_for_s, Some(Red))];
    Plan::new("red cross", 16.0, ego)
        .on(xodr::Map::new().road(road).track().unwrap())
        .log(move |d| d.signal("A", &states))
        .when_s(passes_s, passes_s)
}

fn ordered(before_s: f64) -> Plan {
    let ego = Body::car("ego").course(Course::new(way(0, 2).path(), Speed::of(8.0)).from_m(30.0));
    let enters_s = (100.0 - 2.25 - 30.0) / 8.0;
    Plan::new("ordered", 16.0, ego)
        .on(track(&[]))
        .log(move |d| d.texts(Channel::Mark, &[(enters_s - before_s, "police: right")]))
        .when_s(enters_s, enters_s)
}

fn right_on_red(gap_s: f64) -> Plan {
    let light = |id: &str| {
        format!(
            "<signals><signal id=\"{id}\" s=\"99\" t=\"-4\" zOffset=\"3\" orientation=\"+\" dynamic=\"yes\" country=\"OpenDRIVE\" type=\"1000001\" subtype=\"-1\"/></signals>"
        )
    };
    let (west, north) = (light("L_1"), light("L_4"));
    let plan = meet(&[("1", &west), ("4", &north)], way(0, 1), way(3, 2), gap_s);
    plan.log(|d| d.signal("L_1", &[(0.0, Some(Red))]).signal("L_4", &[(0.0, Some(Green))]))
}
