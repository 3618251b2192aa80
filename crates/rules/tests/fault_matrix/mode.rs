//! Cases of the rules on driving mode and takeover.

use lukao_model::Channel;
use lukao_model::code::{DrivingMode, Indicator};
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_testkit::DriveBuilder;
use lukao_track::example;

use crate::case::Case;

const AUTO: Option<DrivingMode> = Some(DrivingMode::Automated);
const MANUAL: Option<DrivingMode> = Some(DrivingMode::Manual);
const ASKS: Option<DrivingMode> = Some(DrivingMode::TakeoverRequest);
const RISK: Option<DrivingMode> = Some(DrivingMode::MinimalRisk);

const TAKES_OVER: (&str, &str) = ("disengagement", "whoever takes over ends the automation");
const BY_HAND: (&str, &str) = ("manual-driving", "whoever has taken over drives by hand");

pub fn cases() -> Vec<Case> {
    let both = |c: Case| c.side(TAKES_OVER.0, TAKES_OVER.1).side(BY_HAND.0, BY_HAND.1).exact();
    vec![
        Case::at_most("automated-outside-area", 50.0, "km/h")
            .fault("the automation speeds up to this", speeds_up)
            .params("max_speed_kmh = 50.0")
            .accuracy(0.01)
            .sizes(&[30.0, 60.0]),
        Case::at_most("disengagement", 0.0, "1")
            .fault("a human takes over", |n| {
                modes(&[(0.0, AUTO), (5.0, if n > 0.0 { MANUAL } else { AUTO })], 12.0).when_s(5.0, 5.0)
            })
            .sizes(&[0.0, 1.0])
            .side(BY_HAND.0, BY_HAND.1)
            .exact(),
        both(Case::at_least("fails-after-intervention", 5.0, "s"))
            .fault("the automation is back after this time", |s| {
                modes(&[(0.0, AUTO), (3.0, MANUAL), (3.0 + s, AUTO)], 14.0).when_s(3.0, 3.0 + s)
            })
            .params("time_s = 5.0")
            .accuracy(0.01)
            .sizes(&[1.0, 8.0]),
        both(Case::at_most("late-takeover", 10.0, "s"))
            .fault("the driver takes over after this time", |s| {
                modes(&[(0.0, AUTO), (3.0, ASKS), (3.0 + s, MANUAL)], 6.0 + s).when_s(3.0, 3.0 + s)
            })
            .accuracy(0.01)
            .sizes(&[2.0, 15.0]),
        Case::at_most("manual-driving", 5.0, "s")
            .fault("a human drives for this time", |s| {
                modes(&[(0.0, AUTO), (3.0, MANUAL), (3.0 + s, AUTO)], 16.0).when_s(3.0, 3.0 + s)
            })
            .params("max_s = 5.0")
            // Time is counted in steps between samples.
            .accuracy(0.051)
            .sizes(&[1.0, 8.0])
            .side(TAKES_OVER.0, TAKES_OVER.1)
            .side("fails-after-intervention", "the automation is back within a minute")
            .exact(),
        Case::at_most("manual-input", 1.0, "s")
            .fault("a hand on the wheel for this time", |s| {
                let codes = [(0.0, Some(0)), (3.0, Some(1)), (3.0 + s, Some(0))];
                modes(&[(0.0, AUTO)], 10.0)
                    .log(move |d| d.actor_codes("ego", Channel::DriverOverride, &codes))
                    .when_s(3.0, 3.0 + s)
            })
            .params("max_s = 1.0")
            .accuracy(0.051)
            .sizes(&[0.5, 3.0])
            .exact(),
        Case::at_most("minimal-risk-deceleration", 4.0, "m/s2")
            .fault("brakes at this deceleration", |a| {
                let speed = Speed::of(20.0).hold_s(3.0).to(4.0, a);
                let when = (3.0, speed.end_s());
                let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), speed));
                with_modes(Plan::new("brakes", 22.0, ego), &[(0.0, AUTO), (2.0, RISK)]).when_s(when.0, when.1)
            })
            .accuracy(0.01)
            .sizes(&[1.0, 6.0])
            .side("harsh-braking", "4 m/s² is harsh outside of such a manoeuvre"),
        Case::at_most("minimal-risk-without-hazard-lights", 1.0, "s")
            .fault("hazard lights after this time", |s| {
                let lamps = [(0.0, Some(0)), (3.0 + s, Some(Indicator::Hazard as u8))];
                modes(&[(0.0, AUTO), (3.0, RISK)], 12.0)
                    .log(move |d| d.actor_codes("ego", Channel::Indicator, &lamps))
                    .when_s(3.0, 3.0 + s)
            })
            .accuracy(0.01)
            .sizes(&[0.2, 4.0])
            .exact(),
        both(Case::at_most("slow-emergency-stop", 2.0, "s"))
            .fault("the automation lets go after this time", |s| {
                modes(&[(0.0, AUTO), (3.0 + s, MANUAL)], 12.0)
                    .log(|d| d.actor_codes("ego", Channel::EmergencyStop, &[(0.0, Some(0)), (3.0, Some(1))]))
                    .when_s(3.0, 3.0 + s)
            })
            .accuracy(0.01)
            .sizes(&[0.5, 5.0]),
        Case::at_most("stops-in-danger", 0.0, "1")
            .fault("ends a minimal-risk manoeuvre in the junction", |n| {
                let path = Path::from(-90.0, -1.75, 0.0).straight(200.0);
                // The junction begins 12 m before the middle.
                let stop_m = if n > 0.0 { 84.0 } else { 60.0 };
                let speed = Speed::of(10.0).hold_s(2.0).stop_at_m(stop_m, 2.0);
                let to_s = speed.end_s();
                let ego = Body::car("ego").course(Course::new(path, speed));
                let plan = Plan::new("stops", to_s + 5.0, ego).when_s(to_s, to_s);
                with_modes(plan, &[(0.0, AUTO), (1.0, RISK)])
                    .on(xodr::track(&example::crossroads(&[])).unwrap())
            })
            .sizes(&[0.0, 1.0])
            .exact(),
    ]
}

/// Straight on at 10 m/s, without a map.
fn modes(modes: &[(f64, Option<DrivingMode>)], to_s: f64) -> Plan {
    let path = Path::from(0.0, 0.0, 0.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(10.0)));
    with_modes(Plan::new("modes", to_s, ego), modes)
}

fn with_modes(plan: Plan, modes: &[(f64, Option<DrivingMode>)]) -> Plan {
    let modes = modes.to_vec();
    plan.log(move |d: DriveBuilder| d.mode(&modes))
}

fn speeds_up(top_kmh: f64) -> Plan {
    let speed = Speed::of(8.0).hold_s(2.0).to(top_kmh / 3.6, 1.5).hold_s(3.0);
    let end_s = speed.end_s();
    let path = Path::from(10.0, -1.75, 0.0).straight(500.0);
    let ego = Body::car("ego").course(Course::new(path, speed.to(8.0, 1.5)));
    let plan = Plan::new("speeds up", end_s + 8.0, ego).when_s(2.0, end_s + 5.0);
    let road = xodr::Road::two_way("1", 600.0).limit_kmh(100.0);
    with_modes(plan.on(xodr::Map::new().road(road).track().unwrap()), &[(0.0, AUTO)])
}
