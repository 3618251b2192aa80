//! What each rule does in the cases that its page speaks of.

use lukao_model::code::SignalState::{self, Green, Red, RedAmber, RedTurnRight, Unknown};
use lukao_model::outcome::Uncertainty;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::time::{MS, S};
use lukao_model::vehicle::{ActorClass, VehicleSheet};
use lukao_model::{Outcome, RuleResult};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::{Track, example};

use crate::support::Case;

fn signalised() -> Track {
    Track::from_parts("test", example::SIGNALISED.as_bytes(), Some("accuracy_m = 0.0")).unwrap()
}

fn straight(x: f64, speed: f64) -> Motion {
    Motion::at(x, -1.75, 0.0).speed(speed).cruise(1000.0)
}

fn car(id: &str, motion: Motion) -> ActorBuilder {
    ActorBuilder::car(id).motion(motion).dynamics()
}

fn lit(ego: ActorBuilder, to_s: f64, states: &[(f64, Option<SignalState>)]) -> Case {
    let drive = DriveBuilder::new("lit").span_s(0.0, to_s).hz(20.0).ego(ego).signal("C_0", states);
    Case::new(drive.build()).on(signalised())
}

fn why(r: &RuleResult) -> String {
    r.undetermined.iter().map(|m| format!("{}: {}", m.what, m.why)).collect::<Vec<_>>().join("; ")
}

/// The front passes the line at 4.0 s.
fn passing(states: &[(f64, Option<SignalState>)]) -> RuleResult {
    lit(car("ego", straight(57.75, 10.0)), 8.0, states).run("red-light")
}

#[test]
fn past_the_line_before_red_is_not_on_red() {
    let r = passing(&[(0.0, Some(Green)), (4.01, Some(Red))]);
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 1));
}

#[test]
fn an_unknown_state_is_not_green() {
    let r = passing(&[(0.0, Some(Green)), (3.0, Some(Unknown))]);
    assert_eq!(r.outcome(), Outcome::Undetermined);
    assert!(why(&r).contains("the log says that the state of C_0 was unknown"), "{}", why(&r));
    let r = passing(&[(0.0, Some(Green)), (3.0, None)]);
    assert!(why(&r).contains("no admissible state of C_0"), "{}", why(&r));
    let r = passing(&[(5.0, Some(Green))]);
    assert_eq!(r.outcome(), Outcome::Undetermined, "not stated yet");
}

#[test]
fn red_with_amber_goes_on_being_red() {
    let r = passing(&[(0.0, Some(Red)), (3.9, Some(RedAmber)), (4.2, Some(Green))]);
    let f = &r.findings[0];
    assert!((f.measured - 0.2).abs() < 1e-6, "0.2 s before the end of the whole red phase: {f:?}");
}

#[test]
fn a_log_without_states_of_the_light_is_undetermined_and_a_road_without_lights_is_not_applicable() {
    let ego = || DriveBuilder::new("dark").span_s(0.0, 8.0).hz(20.0).ego(car("ego", straight(57.75, 10.0)));
    let r = Case::new(ego().build()).on(signalised()).run("red-light");
    assert!(why(&r).contains("no admissible state of C_0"), "{}", why(&r));
    let r = Case::new(ego().build()).on(example::two_lanes("solid")).run("red-light");
    assert_eq!(r.outcome(), Outcome::NotApplicable);
    let r = Case::new(ego().signal("x", &[(0.0, Some(Red))]).build()).on(example::two_lanes("solid"));
    assert_eq!(
        r.run("red-light").outcome(),
        Outcome::Undetermined,
        "the log has lights that the track has not"
    );
}

#[test]
fn a_clock_that_is_not_synchronised_decides_nothing() {
    let adrift =
        Stream { name: "rtk".into(), base: TimeBase::Gps, sync: Sync::None, offset_ns: 0, accuracy_ns: None };
    let run = |stream: Stream| {
        let ego = car("ego", straight(57.75, 10.0)).stream("rtk");
        let drive = DriveBuilder::new("drift").span_s(0.0, 8.0).hz(20.0).stream(stream).ego(ego);
        let drive = drive.signal("C_0", &[(0.0, Some(Green)), (3.5, Some(Red))]).build();
        Case::new(drive).on(signalised())
    };
    let r = run(adrift.clone()).run("red-light");
    assert!(why(&r).contains("not synchronised"), "{}", why(&r));
    let ptp = Stream { sync: Sync::Ptp, accuracy_ns: Some(30 * MS), ..adrift.clone() };
    let f = run(ptp).run("red-light").findings.remove(0);
    assert!(f.uncertainty.known().is_some_and(|u| (u - 0.03).abs() < 1e-12), "{f:?}");
    let unsaid = Stream { sync: Sync::Ptp, accuracy_ns: None, ..adrift };
    assert_eq!(run(unsaid.clone()).run("red-light").findings[0].uncertainty, Uncertainty::Unknown);
    assert_eq!(run(unsaid).guarded().run("red-light").outcome(), Outcome::Undetermined);
}

#[test]
fn a_state_stated_long_ago_still_holds() {
    let wait = Motion::at(90.0, -1.75, 0.0).speed(8.0).stand(150.0).cruise(10.0);
    let case = lit(car("ego", wait), 155.0, &[(0.0, Some(Red))]);
    let r = case.run_blocks("red-light", 5 * S);
    assert_eq!(r.findings.len(), 1);
    assert_eq!(r.opportunities, 2, "the wait and the passage");
    assert_eq!(r, case.run("red-light"));
}

#[test]
fn waiting_at_red_and_going_on_green_is_an_occasion_and_no_finding() {
    let wait = Motion::at(90.0, -1.75, 0.0).speed(8.0).stand(5.0).cruise(10.0);
    let r = lit(car("ego", wait), 8.0, &[(0.0, Some(Red)), (4.0, Some(Green))]).run("red-light");
    assert_eq!((r.outcome(), r.opportunities), (Outcome::Pass, 2));
}

#[test]
fn right_on_red_needs_a_signal_or_a_pack_that_allows_it() {
    // 40 m on, then a quarter circle to the right along the connecting lane.
    let turn = |stand_s: f64| {
        let m = Motion::at(60.0, -1.75, 0.0).speed(8.0).cruise(4.5);
        let m = if stand_s > 0.0 { m.stand(stand_s) } else { m };
        car("ego", m.cruise(0.5).arc(-8.25, 1.5).cruise(0.05))
    };
    // The example's light is an arrow straight on; a round one governs both ways.
    let round = example::SIGNALISED.replace("subtype=\"30\"", "subtype=\"-1\"");
    let on_round = |case: Case| case.on(Track::from_parts("test", round.as_bytes(), None).unwrap());
    let run = |stand_s: f64, state, params: &str| {
        let case = lit(turn(stand_s), 6.4 + stand_s, &[(0.0, Some(state))]);
        on_round(case).params(params).run("red-light")
    };
    let arrow = lit(turn(0.0), 6.4, &[(0.0, Some(Red))]).run("red-light");
    assert_eq!(arrow.outcome(), Outcome::NotApplicable, "an arrow straight on does not stop who turns right");
    let allowed = "right_turn_on_red = true";
    assert_eq!(run(0.0, Red, "").findings[0].what, "ran a red light");
    assert_eq!(run(0.0, Red, allowed).outcome(), Outcome::Pass);
    assert_eq!(run(0.0, RedTurnRight, "").findings[0].what, "turned right on red without a stop");
    assert_eq!(run(2.0, RedTurnRight, "").outcome(), Outcome::Pass);
    // Straight on the same signal is red.
    let on =
        on_round(lit(car("ego", straight(57.75, 10.0)), 8.0, &[(0.0, Some(RedTurnRight))])).run("red-light");
    assert_eq!(on.findings[0].what, "ran a red light");
}

#[test]
fn gaps_of_the_ego_are_undetermined_for_every_rule() {
    let ego = car("ego", straight(10.0, 5.0)).present_s(&[(0.0, 3.0), (6.0, 8.0)]);
    let drive = DriveBuilder::new("gap").span_s(0.0, 8.0).ego(ego).build();
    let case = Case::new(drive).on(signalised());
    for entry in lukao_rules::ALL {
        for block in [S, 100 * S] {
            let r = case.run_blocks(entry.meta.id, block);
            let gap = r
                .undetermined
                .iter()
                .find(|m| m.what == "ego")
                .unwrap_or_else(|| panic!("{}", entry.meta.id));
            assert_eq!((gap.when.from_ns, gap.when.to_ns), (3 * S, 6 * S), "{}", entry.meta.id);
        }
    }
}

#[test]
fn near_episodes_are_one_and_short_ones_may_be_dropped() {
    // Over 50 km/h at 1 to 2 s and at 3 to 4 s.
    let m =
        Motion::at(5.0, -1.75, 0.0).speed(10.0).cruise(1.0).speed(15.0).cruise(1.0).speed(10.0).cruise(1.0);
    let ego = car("ego", m.speed(15.0).cruise(1.0).speed(10.0).cruise(9.0));
    let case = Case::new(DriveBuilder::new("twice").span_s(0.0, 6.0).ego(ego).build()).on(signalised());
    let spans = |params: &str| -> Vec<(i64, i64)> {
        let case = Case {
            params: params.into(),
            drive: case.drive.clone(),
            track: Some(signalised()),
            ..Case::new(case.drive.clone())
        };
        case.run("speed-limit").findings.iter().map(|f| (f.from_ns / MS, f.to_ns / MS)).collect()
    };
    assert_eq!(spans("merge_s = 2.0"), [(1000, 3900)]);
    assert_eq!(spans("merge_s = 0.5"), [(1000, 1900), (3000, 3900)]);
    assert_eq!(spans("merge_s = 0.5\nmin_duration_s = 1.0"), []);
}

#[test]
fn the_largest_uncertainty_is_kept_to() {
    let ego = car("ego", straight(10.0, 20.0)).channel_quality(
        lukao_model::Channel::Speed,
        lukao_model::values::Accuracy::Constant(0.5),
        lukao_model::Origin::VehicleBus,
    );
    let mut case = Case::new(DriveBuilder::new("u").span_s(0.0, 3.0).ego(ego).build()).on(signalised());
    let r = case.run("speed-limit");
    assert_eq!(r.findings[0].uncertainty, Uncertainty::Known(1.8));
    case.judging.max_u = Some(1.0);
    assert_eq!(case.run("speed-limit").outcome(), Outcome::Undetermined);
}

#[test]
fn wheels_are_judged_only_with_a_sheet() {
    let sheet = VehicleSheet {
        wheelbase_m: Some(2.7),
        front_overhang_m: Some(0.9),
        front_track_m: Some(1.5),
        rear_track_m: Some(1.5),
        tyre_width_m: Some(0.2),
        accuracy_m: Some(0.01),
        ..VehicleSheet::default()
    };
    // The centre comes to 0.8 m right of the line, so the outer tyre edge 0.05 m beyond it and the body 0.1 m.
    let motion = Motion::points(&[(0.0, 10.0, -1.75, 0.0), (5.0, 60.0, -0.8, 0.0)]);
    let run = |ego: ActorBuilder, params: &str| {
        let drive = DriveBuilder::new("wheels").span_s(0.0, 5.0).ego(ego).build();
        Case::new(drive).on(example::two_lanes("solid")).params(params).run("solid-line-crossed")
    };
    let ego = || ActorBuilder::car("ego").motion(motion.clone());
    assert_eq!(run(ego(), "").outcome(), Outcome::Pass);
    assert!((run(ego(), "part = \"body\"").findings[0].measured - 0.1).abs() < 1e-9);
    let r = run(ego(), "part = \"wheels\"");
    assert!(why(&r).contains("wheel geometry"), "{}", why(&r));
    assert!((run(ego().sheet(sheet), "part = \"wheels\"").findings[0].measured - 0.05).abs() < 1e-9);
}

#[test]
fn a_line_counts_from_the_side_from_which_it_is_solid() {
    let run = |mark: &str, from: f64, to: f64| {
        let motion = Motion::points(&[(0.0, 10.0, from, 0.0), (5.0, 60.0, to, 0.0)]);
        let drive =
            DriveBuilder::new("side").span_s(0.0, 5.0).ego(ActorBuilder::car("ego").motion(motion)).build();
        Case::new(drive).on(example::two_lanes(mark)).run("solid-line-crossed").outcome()
    };
    assert_eq!(run("broken", -1.75, 1.0), Outcome::Pass);
    assert_eq!(run("broken solid", -1.75, 1.0), Outcome::Fail, "solid on the right");
    assert_eq!(run("broken solid", 1.75, -1.0), Outcome::Pass, "broken on the left");
    assert_eq!(run("solid broken", -1.75, 1.0), Outcome::Pass);
}

#[test]
fn reversing_in_the_lane_is_not_wrong_way_and_overtaking_a_little_is_let_pass() {
    let run = |motion: Motion| {
        // 12.7 m with the middle in the other lane.
        let drive = DriveBuilder::new("way").span_s(0.0, 5.0).hz(20.0).ego(car("ego", motion)).build();
        Case::new(drive).on(example::two_lanes("broken")).params("max_distance_m = 13").run("wrong-way")
    };
    assert_eq!(run(Motion::at(60.0, -1.75, 0.0).speed(-5.0).cruise(9.0)).outcome(), Outcome::Pass);
    let west = Motion::at(60.0, -1.75, std::f64::consts::PI).speed(5.0).cruise(9.0);
    assert_eq!(run(west).findings[0].element.as_deref(), Some("road 1 section 0 lane -1"));
    let out = Motion::points(&[
        (0.0, 10.0, -1.75, 0.0),
        (2.0, 30.0, 0.5, 0.0),
        (2.5, 35.0, 0.5, 0.0),
        (4.0, 50.0, -1.75, 0.0),
    ]);
    assert_eq!(run(out).outcome(), Outcome::Pass);
}

#[test]
fn only_the_one_ahead_on_the_own_way_is_a_lead() {
    let run = |other: ActorBuilder| {
        let ego = car("ego", straight(60.0, 10.0));
        let drive = DriveBuilder::new("lead").span_s(0.0, 3.0).hz(20.0).ego(ego).actor(other).build();
        Case::new(drive).on(signalised()).run("time-headway")
    };
    // Beyond the junction, on the ego's way: 7 m ahead.
    let near = run(car("lead", straight(71.5, 10.0)));
    assert!((near.findings[0].measured - 0.7).abs() < 1e-9, "{near:?}");
    assert!(near.findings[0].details.iter().any(|d| d.name == "lane_of_lead"));
    // Beside the lane, behind, and a person ahead.
    assert_eq!(run(car("parked", Motion::at(70.0, -6.0, 0.0))).outcome(), Outcome::NotApplicable);
    assert_eq!(run(car("behind", straight(50.0, 10.0))).outcome(), Outcome::NotApplicable);
    let person = ActorBuilder::new("walker", ActorClass::Pedestrian, 0.5, 0.5).motion(straight(71.5, 10.0));
    assert_eq!(run(person).outcome(), Outcome::NotApplicable);
    // Perception only, where the pack admits but the reference.
    let ego = car("ego", straight(60.0, 10.0));
    let lead = car("lead", straight(71.5, 10.0)).origin(lukao_model::Origin::VehiclePerception);
    let drive = DriveBuilder::new("seen").span_s(0.0, 3.0).ego(ego).actor(lead).build();
    let mut case = Case::new(drive).on(signalised());
    case.admit = lukao_measure::Admit::only([lukao_model::Origin::Simulation]);
    assert!(why(&case.run("time-headway")).contains("origin of lead is not admitted"));
    assert!(why(&case.run("contact-with-actor")).contains("origin of lead is not admitted"));
}

#[test]
fn between_the_samples_of_the_one_ahead_the_gap_is_less_certain() {
    let headway = |hz: f64, other: Stream| {
        let lead = car("lead", straight(71.5, 9.0)).hz(hz).stream("other").accuracy(Some(0.0), Some(0.0));
        let drive = DriveBuilder::new("u")
            .span_s(0.0, 3.0)
            .hz(20.0)
            .stream(other)
            .ego(car("ego", straight(60.0, 10.0)));
        let case = Case::new(drive.actor(lead).build()).on(signalised());
        case.run("time-headway").findings.remove(0).uncertainty
    };
    let stream = |accuracy_ns| Stream {
        name: "other".into(),
        base: TimeBase::Gps,
        sync: Sync::Ptp,
        offset_ns: 0,
        accuracy_ns,
    };
    // Worst at the last sample, where both have one: 20 ms × 1 m/s ÷ 10 m/s.
    let Uncertainty::Known(u) = headway(20.0, stream(Some(20 * MS))) else { panic!() };
    assert!((u - 0.002).abs() < 1e-9, "{u}");
    assert_eq!(headway(20.0, stream(None)), Uncertainty::Unknown);
}

#[test]
fn braking_backward_counts_like_braking_forward() {
    let m = Motion::at(50.0, -1.75, 0.0).speed(-8.0).cruise(1.0).accelerate(6.0, 1.0).cruise(5.0);
    let drive = DriveBuilder::new("back").span_s(0.0, 4.0).hz(50.0).ego(car("ego", m)).build();
    let f = Case::new(drive).run("harsh-braking").findings.remove(0);
    assert!((f.measured - 6.0).abs() < 1e-9, "{f:?}");
}
