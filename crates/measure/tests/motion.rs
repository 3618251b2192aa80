//! Speed and means of motion from whatever the log has, and states that hold.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::{Admit, Held, Mean, Measures, SpeedSource};
use lukao_model::drive::Subject;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{MS, S};
use lukao_model::{Channel, Drive, Interval, Origin};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

const BLOCK: Interval = Interval { from_ns: 0, to_ns: 100 * S };

/// 12 m/s on a circle of 60 m, then 2 m/s² of braking.
fn motion() -> Motion {
    Motion::at(500_000.0, 4_400_000.0, 0.4).speed(12.0).arc(60.0, 4.0).brake(2.0, 0.0)
}

fn drive(ego: ActorBuilder) -> DriveBuilder {
    DriveBuilder::new("motion").span_s(0.0, 8.0).hz(20.0).ego(ego)
}

fn speeds(drive: &Drive, admit: Admit) -> Vec<(f64, Uncertainty, SpeedSource)> {
    let held = Held::default();
    let m = Measures::new(drive, BLOCK, None, admit, &held);
    let motion = m.motion(0);
    let all = (0..drive.runs()[0].len()).filter_map(|i| {
        let v = motion.speed_mps(i)?;
        Some((v.value, v.u, motion.source(i)?))
    });
    all.collect()
}

fn true_speed(i: usize) -> f64 {
    motion().state(i as f64 * 0.05).speed_mps
}

#[test]
fn each_source_gives_the_speed_of_the_plan() {
    let bare = || ActorBuilder::car("ego").motion(motion()).accuracy(Some(0.02), Some(0.001));
    let logged = speeds(&drive(bare().dynamics()).build(), Admit::ALL);
    assert!(
        logged
            .iter()
            .enumerate()
            .all(|(i, s)| (s.0 - true_speed(i)).abs() < 1e-9 && s.2 == SpeedSource::Speed)
    );
    let velocity = bare()
        .real(Channel::VelocityX, |_, s| Some(s.speed_mps * lukao_model::math::cos(s.pose.yaw_rad)))
        .real(Channel::VelocityY, |_, s| Some(s.speed_mps * lukao_model::math::sin(s.pose.yaw_rad)));
    let projected = speeds(&drive(velocity).build(), Admit::ALL);
    assert!(projected.iter().enumerate().all(|(i, s)| (s.0 - true_speed(i)).abs() < 1e-9));
    assert!(projected.iter().all(|s| s.2 == SpeedSource::Velocity));
    let ticks: Vec<(f64, Option<f64>)> =
        (0..27).map(|k| k as f64 * 0.3).map(|t| (t, Some(motion().state(t).speed_mps))).collect();
    let series = speeds(&drive(bare()).actor_reals("ego", Channel::Speed, &ticks).build(), Admit::ALL);
    let by_series = series.iter().filter(|s| s.2 == SpeedSource::Series).count();
    assert!(by_series > 150, "{by_series}");
    // Half the difference of two ticks: 0.3 s of 2 m/s².
    assert!(series.iter().enumerate().all(|(i, s)| (s.0 - true_speed(i)).abs() < 0.3));
    let derived = speeds(&drive(bare()).build(), Admit::ALL);
    for (i, s) in derived.iter().enumerate() {
        // A slope over half a second: off by some of the braking's begin and of the arc's chord, more at the ends.
        assert!((s.0 - true_speed(i)).abs() < 0.3, "{i}: {} {}", s.0, true_speed(i));
        assert_eq!(s.2, SpeedSource::Derived);
        let Uncertainty::Known(u) = s.1 else { panic!("the positions' accuracy is known") };
        assert!((0.01..0.2).contains(&u), "{u}");
    }
}

#[test]
fn unknown_accuracy_stays_unknown_and_inadmissible_channels_are_passed_over() {
    let ego = ActorBuilder::car("ego").motion(motion()).dynamics().accuracy(None, None);
    let ego = ego.channel_quality(
        Channel::Speed,
        lukao_model::values::Accuracy::Constant(0.1),
        Origin::VehiclePerception,
    );
    let drive = drive(ego).build();
    assert!(speeds(&drive, Admit::ALL).iter().all(|s| s.1 == Uncertainty::Known(0.1)));
    let strict = speeds(&drive, Admit::only([Origin::Simulation]));
    assert!(strict.iter().all(|s| s.2 == SpeedSource::Derived && s.1 == Uncertainty::Unknown));
}

#[test]
fn means_of_derived_motion_are_those_of_the_plan() {
    let drive = drive(ActorBuilder::car("ego").motion(motion()).accuracy(Some(0.0), Some(0.0))).build();
    let held = Held::default();
    let m = Measures::new(&drive, BLOCK, None, Admit::ALL, &held);
    let at = |mean, i: usize| m.ego_means(mean, 500 * MS)[i].unwrap().value;
    assert!((at(Mean::AccelLon, 120) + 2.0).abs() < 1e-6, "{}", at(Mean::AccelLon, 120));
    assert!((at(Mean::YawRate, 40) - 0.2).abs() < 1e-9, "{}", at(Mean::YawRate, 40));
    assert!((at(Mean::AccelLat, 40) - 2.4).abs() < 0.01, "{}", at(Mean::AccelLat, 40));
}

#[test]
fn what_was_stated_last_before_the_window_is_held() {
    let ego = ActorBuilder::car("ego").motion(motion());
    let drive =
        drive(ego).actor_codes("ego", Channel::DrivingMode, &[(0.0, Some(1)), (2.0, Some(0))]).build();
    let subject = Subject::Actor(drive.header().ego.unwrap());
    let mut held = Held::default();
    assert!(!held.has(subject, Channel::DrivingMode, &Admit::ALL));
    held.absorb(&drive.slice(i64::MIN, S));
    let once = held.clone();
    held.absorb(&drive.slice(S, 5 * S));
    assert_ne!(once, held, "a later statement replaces the earlier one");
    let mut at_once = Held::default();
    at_once.absorb(&drive.slice(i64::MIN, 5 * S));
    assert_eq!(at_once, held, "however the stretches are cut");
    assert!(held.has(subject, Channel::DrivingMode, &Admit::ALL));
    assert!(!held.has(subject, Channel::DrivingMode, &Admit::only([Origin::Reference])));
}
