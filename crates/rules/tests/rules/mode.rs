//! Twins and cases of the rules about who drives.

use lukao_model::code::{DrivingMode, HmiAlert, Indicator, Switch};
use lukao_model::outcome::DetailValue;
use lukao_model::{Channel, Outcome, RuleResult};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::example;

use crate::roads::Straight;
use crate::support::{Case, car, drive, exact};
use crate::twins::Twin;

const AUTO: Option<DrivingMode> = Some(DrivingMode::Automated);
const MANUAL: Option<DrivingMode> = Some(DrivingMode::Manual);
const ASKS: Option<DrivingMode> = Some(DrivingMode::TakeoverRequest);
const RISK: Option<DrivingMode> = Some(DrivingMode::MinimalRisk);

fn with(to_s: f64, modes: &[(f64, Option<DrivingMode>)]) -> DriveBuilder {
    drive(to_s, car("ego", 0.0, 0.0, 10.0)).mode(modes)
}

fn modes(modes: &[(f64, Option<DrivingMode>)]) -> Case {
    Case::new(with(5.0, modes).build())
}

fn takeover(after_s: f64, to_s: f64) -> Case {
    let all = [(0.0, AUTO), (2.0, ASKS), (2.0 + after_s, MANUAL)];
    Case::new(with(to_s, if to_s < 2.0 + after_s { &all[..2] } else { &all }).build())
}

fn emergency(after_s: f64, to_s: f64) -> Case {
    let stop = [(0.0, Some(0)), (3.0, Some(1))];
    let all = [(0.0, AUTO), (3.0 + after_s, MANUAL)];
    let drive = with(to_s, if to_s < 3.0 + after_s { &all[..1] } else { &all });
    Case::new(drive.actor_codes("ego", Channel::EmergencyStop, &stop).build())
}

fn intervention(for_s: f64, to_s: f64) -> Case {
    let all = [(0.0, AUTO), (2.0, MANUAL), (2.0 + for_s, AUTO)];
    let logged = if to_s < 2.0 + for_s { &all[..2] } else { &all[..] };
    Case::new(with(to_s, logged).build()).params("time_s = 5.0")
}

fn input(codes: &[(f64, Option<u8>)]) -> Case {
    Case::new(with(5.0, &[(0.0, AUTO)]).actor_codes("ego", Channel::DriverOverride, codes).build())
}

fn area(speed: f64, mode: Option<DrivingMode>) -> Case {
    let ego = car("ego", 10.0, -1.75, speed);
    let drive = drive(5.0, ego).mode(&[(0.0, AUTO), (2.0, mode)]).build();
    let road = Straight::one_way(1).kind("motorway").track();
    Case::new(drive).on(road).params("max_speed_kmh = 36.5\ntown = false")
}

fn risk_braking(decel_mps2: f64, last: Option<DrivingMode>) -> Case {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(15.0).cruise(1.0).brake(decel_mps2, 3.0);
    let ego = ActorBuilder::car("ego").motion(motion).dynamics();
    Case::new(drive(5.0, ego).mode(&[(0.0, AUTO), (0.5, RISK), (4.5, last)]).build())
}

fn hazard(on_s: f64, before: Option<u8>) -> Case {
    let lamps = [(0.0, before), (2.0 + on_s, Some(Indicator::Hazard.code()))];
    let drive = with(5.0, &[(0.0, AUTO), (2.0, RISK)]);
    Case::new(drive.actor_codes("ego", Channel::Indicator, &lamps).build())
}

fn risk_stop(x_m: f64, y_m: f64) -> Case {
    let motion = Motion::at(x_m - 10.0, y_m, 0.0).speed(10.0).brake(5.0, 0.0);
    let ego = ActorBuilder::car("ego").motion(motion).dynamics();
    Case::new(drive(5.0, ego).mode(&[(0.0, AUTO), (0.5, RISK)]).build()).on(exact(example::SIGNALISED))
}

pub fn twins() -> Vec<Twin> {
    let off = Some(Switch::Off.code());
    vec![
        ("automated-outside-area", [area(10.0, AUTO), area(10.2, AUTO), area(10.0, None)]),
        (
            "disengagement",
            [modes(&[(0.0, AUTO)]), modes(&[(0.0, AUTO), (2.0, MANUAL)]), modes(&[(0.0, AUTO), (2.0, None)])],
        ),
        (
            "fails-after-intervention",
            [intervention(5.1, 12.0), intervention(4.9, 12.0), intervention(5.1, 4.0)],
        ),
        ("late-takeover", [takeover(9.9, 14.0), takeover(10.1, 14.0), takeover(9.9, 8.0)]),
        (
            "manual-driving",
            [modes(&[(0.0, AUTO)]), modes(&[(0.0, AUTO), (2.0, MANUAL)]), modes(&[(0.0, AUTO), (2.0, None)])],
        ),
        (
            "manual-input",
            [
                input(&[(0.0, off)]),
                input(&[(0.0, off), (2.0, Some(1)), (2.5, off)]),
                input(&[(0.0, off), (2.0, None)]),
            ],
        ),
        (
            "minimal-risk-deceleration",
            [risk_braking(3.9, RISK), risk_braking(4.1, RISK), risk_braking(3.9, None)],
        ),
        (
            "minimal-risk-without-hazard-lights",
            [hazard(0.9, Some(0)), hazard(1.1, Some(0)), hazard(0.9, None)],
        ),
        ("slow-emergency-stop", [emergency(1.9, 8.0), emergency(2.1, 8.0), emergency(1.9, 4.0)]),
        ("stops-in-danger", [risk_stop(97.0, -1.75), risk_stop(103.0, -1.75), risk_stop(97.0, 50.0)]),
    ]
}

fn detail(r: &RuleResult, name: &str) -> String {
    let d = r.findings[0].details.iter().find(|d| d.name == name).unwrap_or_else(|| panic!("{r:?}"));
    match &d.value {
        DetailValue::Text(t) => t.clone(),
        DetailValue::Number(n) => n.to_string(),
    }
}

#[test]
fn times_are_those_of_the_plan() {
    let one = |case: Case, rule: &str| case.run(rule).findings.remove(0);
    let f = one(takeover(10.1, 14.0), "late-takeover");
    assert!((f.measured - 10.1).abs() < 1e-9 && f.from_ns == 2_000_000_000, "{f:?}");
    assert!((one(emergency(2.1, 8.0), "slow-emergency-stop").measured - 2.1).abs() < 1e-9);
    assert!((one(intervention(4.9, 12.0), "fails-after-intervention").measured - 4.9).abs() < 1e-9);
    assert!((one(hazard(1.1, Some(0)), "minimal-risk-without-hazard-lights").measured - 1.1).abs() < 1e-9);
    assert!((one(risk_braking(4.1, RISK), "minimal-risk-deceleration").measured - 4.1).abs() < 1e-9);
    let f = one(input(&[(0.0, Some(0)), (2.0, Some(1)), (2.5, Some(0))]), "manual-input");
    assert!((f.measured - 0.5).abs() < 1e-9, "{f:?}");
}

#[test]
fn each_class_of_disengagement_is_told() {
    let class = |drive: DriveBuilder| detail(&Case::new(drive.build()).run("disengagement"), "class");
    let plain = || with(6.0, &[(0.0, AUTO), (3.0, MANUAL)]);
    assert_eq!(class(plain()), "unrequested");
    let stop = [(0.0, Some(0)), (2.5, Some(1))];
    assert_eq!(class(plain().actor_codes("ego", Channel::EmergencyStop, &stop)), "emergency");
    let asks = [(0.0, Some(0)), (1.0, Some(HmiAlert::TakeoverRequest.code()))];
    assert_eq!(class(plain().actor_codes("ego", Channel::HmiAlert, &asks)), "requested");
    assert_eq!(class(with(6.0, &[(0.0, AUTO), (2.0, ASKS), (3.0, MANUAL)])), "requested");
    assert_eq!(class(with(6.0, &[(0.0, AUTO), (2.0, RISK), (3.0, MANUAL)])), "minimal-risk");
    assert_eq!(class(with(6.0, &[(0.0, AUTO), (3.0, Some(DrivingMode::Failed))])), "failure");
    let stands = drive(6.0, car("ego", 0.0, 0.0, 0.0)).mode(&[(0.0, AUTO), (3.0, MANUAL)]);
    assert_eq!(class(stands), "at-rest");
    let hard = Motion::at(0.0, 0.0, 0.0).speed(15.0).cruise(3.0).brake(6.0, 0.0);
    let hard = drive(6.0, ActorBuilder::car("ego").motion(hard).dynamics());
    assert_eq!(class(hard.mode(&[(0.0, AUTO), (3.0, MANUAL)])), "emergency");
}

#[test]
fn a_pack_chooses_which_disengagements_count() {
    let case = || Case::new(with(6.0, &[(0.0, AUTO), (2.0, ASKS), (3.0, MANUAL)]).build());
    assert_eq!(case().params("counts = \"not-requested\"").run("disengagement").outcome(), Outcome::Pass);
    assert_eq!(case().params("counts = \"requested\"").run("disengagement").outcome(), Outcome::Fail);
}

#[test]
fn a_flicker_of_the_mode_is_none() {
    let flicker = [(0.0, AUTO), (2.0, MANUAL), (2.1, AUTO), (3.0, None), (3.1, AUTO)];
    for rule in ["disengagement", "manual-driving"] {
        let r = modes(&flicker).run(rule);
        assert_eq!(r.outcome(), Outcome::Pass, "{rule}: {r:?}");
        let r = modes(&flicker).params("debounce_s = 0.05").run(rule);
        assert_eq!(r.findings.len(), 1, "{rule}: {r:?}");
    }
}

#[test]
fn the_mode_on_the_egos_own_ticks_is_the_same() {
    let ego = car("ego", 0.0, 0.0, 10.0).code(Channel::DrivingMode, |t, _| {
        Some(if t < 2.0 { DrivingMode::Automated.code() } else { DrivingMode::Manual.code() })
    });
    let r = Case::new(drive(5.0, ego).build()).run("disengagement");
    assert_eq!((r.findings.len(), r.findings[0].from_ns), (1, 2_000_000_000), "{r:?}");
}

#[test]
fn a_request_that_is_taken_back_needs_no_answer_and_one_never_answered_is_late() {
    let back = Case::new(with(20.0, &[(0.0, AUTO), (2.0, ASKS), (4.0, AUTO)]).build()).run("late-takeover");
    assert_eq!(back.outcome(), Outcome::NotApplicable, "{back:?}");
    let never = Case::new(with(20.0, &[(0.0, AUTO), (2.0, ASKS)]).build()).run("late-takeover");
    assert_eq!(never.findings.len(), 1, "{never:?}");
    assert!((never.findings[0].measured - 18.0).abs() < 1e-9);
}

#[test]
fn the_other_readings_of_the_two_press_reports() {
    let case = intervention(4.9, 12.0).params("time_s = 5.0\nreading = \"hands-back\"");
    assert_eq!(case.run("fails-after-intervention").outcome(), Outcome::Pass);
    let case = intervention(5.1, 12.0).params("time_s = 5.0\nreading = \"hands-back\"");
    assert_eq!(case.run("fails-after-intervention").outcome(), Outcome::Fail);
    // Actuated at 3 s; brakes from 3.5 s on with 5 m/s²: stands at 5.5 s.
    let motion = Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(3.5).brake(5.0, 0.0);
    let ego = || ActorBuilder::car("ego").motion(motion.clone()).dynamics();
    let build = || {
        let drive = drive(9.0, ego()).mode(&[(0.0, AUTO), (3.4, MANUAL)]);
        Case::new(drive.actor_codes("ego", Channel::EmergencyStop, &[(0.0, Some(0)), (3.0, Some(1))]).build())
    };
    let stand = build().params("until = \"stand\"").run("slow-emergency-stop");
    assert!((stand.findings[0].measured - 2.46).abs() < 0.02, "{stand:?}");
    let braking = build().params("until = \"braking\"\nmax_s = 0.3").run("slow-emergency-stop");
    assert!((braking.findings[0].measured - 0.45).abs() < 0.06, "{braking:?}");
    assert_eq!(build().run("slow-emergency-stop").outcome(), Outcome::Pass);
    // Counted from the examiner's word, half a second before.
    let told = |says: &'static str| {
        let drive =
            drive(9.0, ego()).mode(&[(0.0, AUTO), (3.4, MANUAL)]).texts(Channel::Command, &[(2.5, says)]);
        let drive = drive.actor_codes("ego", Channel::EmergencyStop, &[(0.0, Some(0)), (3.0, Some(1))]);
        let case = Case::new(drive.build()).params("until = \"stand\"\nfrom = \"command\"");
        case.run("slow-emergency-stop")
    };
    let r = told("emergency stop");
    assert!((r.findings[0].measured - 2.96).abs() < 0.02, "{r:?}");
    assert_eq!(told("stop within 150 m").outcome(), Outcome::Undetermined);
}

#[test]
fn kinds_of_road_and_the_map_bound_the_automation() {
    let on = |kind: &'static str, y: f64, params: &str| {
        let ego = car("ego", 10.0, y, 10.0);
        let drive = drive(5.0, ego).mode(&[(0.0, AUTO)]).build();
        let road = if kind.is_empty() { Straight::one_way(1) } else { Straight::one_way(1).kind(kind) };
        Case::new(drive).on(road.track()).params(params).run("automated-outside-area").outcome()
    };
    assert_eq!(on("motorway", -1.75, "motorway = false"), Outcome::Fail);
    assert_eq!(on("town", -1.75, "motorway = false"), Outcome::Pass);
    assert_eq!(on("", -1.75, "motorway = false"), Outcome::Undetermined);
    assert_eq!(on("", -1.75, ""), Outcome::Pass);
    assert_eq!(on("town", 50.0, ""), Outcome::Fail);
}
