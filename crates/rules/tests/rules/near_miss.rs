//! Clearances that the accuracy of the data cannot tell from a contact.

use lukao_model::Outcome::{Fail, Pass, Undetermined};
use lukao_model::time::S;
use lukao_testkit::{ActorBuilder, Motion};

use crate::support::{Case, accurate, car, drive};

/// The ego passes a slower car with that much room between the sides; positions known to that, or not known.
fn passing(room_m: f64, accuracy_m: Option<f64>) -> Case {
    let ego = car("ego", -10.0, 0.0, 10.0);
    let ego = match accuracy_m {
        Some(u) => accurate(ego, u),
        None => ego.accuracy(None, None),
    };
    Case::new(drive(4.0, ego).actor(car("other", 0.0, 1.8 + room_m, 5.0)).build()).guarded()
}

#[test]
fn of_unknown_accuracy_a_near_miss_is_no_pass() {
    let rule = "contact-with-actor";
    let r = passing(0.0002, None).run(rule);
    assert_eq!(r.outcome(), Undetermined, "{r:?}");
    assert_eq!(r.undetermined[0].what, "clearance");
    // Abreast within 0.5 m ahead and behind as well: (10 ∓ 4.5 ∓ ½) ÷ 5 m/s, to whole steps.
    let when = r.undetermined[0].when;
    assert!(
        (when.from_ns as f64 * 1e-9 - 1.0).abs() < 0.051 && (when.to_ns as f64 * 1e-9 - 3.0).abs() < 0.051
    );
    assert_eq!(passing(0.49, None).run(rule).outcome(), Undetermined);
    assert_eq!(passing(0.51, None).run(rule).outcome(), Pass);
    assert_eq!(passing(0.2, None).params("unknown_clearance_m = 0.19").run(rule).outcome(), Pass);
    let mut simple = passing(0.0002, None);
    simple.judging.decision = lukao_model::outcome::Decision::Simple;
    assert_eq!(simple.run(rule).outcome(), Pass);
}

#[test]
fn of_known_accuracy_only_what_is_within_it_is_in_doubt() {
    let rule = "contact-with-actor";
    assert_eq!(passing(0.09, Some(0.1)).run(rule).outcome(), Undetermined);
    assert_eq!(passing(0.11, Some(0.1)).run(rule).outcome(), Pass);
    assert_eq!(passing(0.0002, Some(0.0)).run(rule).outcome(), Pass, "declared exact");
}

#[test]
fn a_contact_that_is_sure_says_all() {
    let r = passing(-0.5, Some(0.1)).run("contact-with-actor");
    assert_eq!((r.outcome(), r.findings.len()), (Fail, 1));
    assert!(r.undetermined.is_empty(), "{r:?}");
}

/// Nearest between two samples: something small crosses 2 cm ahead of the ego's front, at 10 Hz 1.3 m before and 1.7 m after.
#[test]
fn between_samples_it_is_seen_too_in_any_blocks() {
    let other = ActorBuilder::new("other", lukao_model::vehicle::ActorClass::Object, 0.5, 0.5)
        .motion(Motion::at(2.25 + 0.25 + 0.02, -10.33, std::f64::consts::FRAC_PI_2).speed(30.0).cruise(9.0));
    let case = |within: f64| {
        let ego = ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).cruise(9.0)).accuracy(None, None);
        let drive = lukao_testkit::DriveBuilder::new("cross").span_s(0.0, 2.0).hz(10.0).ego(ego);
        let case = Case::new(drive.actor(other.clone()).build()).guarded();
        case.params(&format!("unknown_clearance_m = {within}"))
    };
    let r = case(0.03).run("contact-with-actor");
    assert_eq!(r.outcome(), Undetermined, "{r:?}");
    assert_eq!(case(0.03).run_blocks("contact-with-actor", S / 10), r);
    assert_eq!(case(0.01).run("contact-with-actor").outcome(), Pass);
}
