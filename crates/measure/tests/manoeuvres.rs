//! Manoeuvres and leads of indicators against their plans, in any block.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::indicator::{Indicators, Shown, way_m};
use lukao_measure::manoeuvre::Kind;
use lukao_measure::{Admit, Held, Manoeuvre, Measures};
use lukao_model::code::Indicator;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;
use lukao_model::{Channel, Drive, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::{Track, example};

fn blocks<T>(drive: &Drive, track: &Track, block_s: i64, f: impl Fn(&Measures<'_>) -> Vec<T>) -> Vec<T> {
    let mut out = Vec::new();
    for i in 0..(60 / block_s) {
        let block = Interval::new(i * block_s * S, (i + 1) * block_s * S);
        let mut held = Held::default();
        held.absorb(&drive.slice(i64::MIN, block.from_ns - 20 * S));
        let window = drive.slice(block.from_ns - 20 * S, block.to_ns + 60 * S);
        out.extend(f(&Measures::new(&window, block, Some(track), Admit::ALL, &held)));
    }
    out
}

/// What does not depend on the window: sample numbers do.
fn found(drive: &Drive, track: &Track) -> Vec<Manoeuvre> {
    let all = |s: i64| {
        let known =
            |m: &Measures<'_>| m.manoeuvres().known.iter().map(|x| Manoeuvre { k: 0, ..*x }).collect();
        blocks(drive, track, s, known)
    };
    let whole = all(60);
    assert_eq!(all(1), whole, "blocks of 1 s");
    assert_eq!(
        all(7),
        whole[..].iter().filter(|x| x.t_ns < 56 * S).copied().collect::<Vec<_>>(),
        "blocks of 7 s"
    );
    whole
}

fn exact(xodr: &str) -> Track {
    Track::from_parts("test", xodr.as_bytes(), Some("accuracy_m = 0.0")).unwrap()
}

#[test]
fn overtaking_is_two_lane_changes_with_the_times_of_the_plan() {
    // Over the middle of a road with one lane each way, and back: 0.7 m/s to the side.
    let points = [
        (0.0, 5.0, -1.75, 0.0),
        (4.0, 25.0, -1.75, 0.0),
        (9.0, 50.0, 1.75, 0.0),
        (11.0, 60.0, 1.75, 0.0),
        (16.0, 85.0, -1.75, 0.0),
        (18.0, 95.0, -1.75, 0.0),
    ];
    let ego = ActorBuilder::car("ego").motion(Motion::points(&points));
    let lamps = [(0.0, 0), (2.0, 1), (10.0, 0), (11.5, 2), (17.0, 0)];
    let lamps = lamps.map(|(t, c)| (t, Some(c)));
    let drive = DriveBuilder::new("overtakes").span_s(0.0, 18.0).hz(20.0).ego(ego);
    let drive = drive.actor_codes("ego", Channel::Indicator, &lamps).build();
    let track = exact(&example::TWO_LANES.replace("@MARK@", "broken"));
    let all = found(&drive, &track);
    let kinds: Vec<_> = all.iter().map(|x| (x.kind, x.side)).collect();
    assert_eq!(kinds, [(Kind::LaneChange, Indicator::Left), (Kind::LaneChange, Indicator::Right)]);
    // The corner is 0.9 m ahead of the middle to the side.
    let near = |t_ns: i64, s: f64| (t_ns as f64 / 1e9 - s).abs() < 1e-6;
    assert!(near(all[0].from_ns, 4.0 + 0.85 / 0.7) && near(all[0].t_ns, 4.0 + 1.75 / 0.7), "{all:?}");
    assert!((all[0].to_ns as f64 / 1e9 - (4.0 + 2.65 / 0.7)).abs() <= 0.05, "{all:?}");
    assert!(near(all[1].from_ns, 11.0 + 0.85 / 0.7), "{all:?}");
    assert!(all.iter().all(|x| x.from_u_s == Uncertainty::Known(0.0)));
    let leads = blocks(&drive, &track, 5, |m| {
        let lamps = Indicators::of(m);
        m.manoeuvres().known.iter().map(|x| (lamps.shown(m, x), lamps.after_s(x), lamps.off_ns(x))).collect()
    });
    let Shown::Right(first) = leads[0].0 else { panic!("{leads:?}") };
    assert!((first.time_s.value - (2.0 + 0.85 / 0.7)).abs() < 1e-6, "{first:?}");
    // 5 m/s straight on for 2 s, then slanting.
    let slant = (25.0_f64 + 0.49).sqrt();
    assert!((first.way_m.unwrap().value - (10.0 + slant * 0.85 / 0.7)).abs() < 1e-6, "{first:?}");
    let after = leads[0].1.unwrap().value;
    assert!((after - (6.0 - 2.65 / 0.7)).abs() <= 0.05 && leads[0].2.is_none(), "{leads:?}");
    let Shown::Right(second) = leads[1].0 else { panic!("{leads:?}") };
    assert!((second.time_s.value - (0.85 / 0.7 - 0.5)).abs() < 1e-6, "{second:?}");
}

#[test]
fn turns_have_their_side_and_a_way_that_is_not_seen_is_unknown() {
    let track = exact(&example::crossroads(&[]));
    let turn = |radius_m: f64, to_s: f64| {
        let motion = Motion::at(-60.0, -1.75, 0.0).speed(8.0).cruise(6.0);
        let motion = motion.arc(radius_m, radius_m.abs() * std::f64::consts::FRAC_PI_2 / 8.0).cruise(20.0);
        let ego = ActorBuilder::car("ego").motion(motion).dynamics();
        DriveBuilder::new("turns").span_s(0.0, to_s).hz(20.0).ego(ego).build()
    };
    let right = found(&turn(-10.25, 14.0), &track);
    assert_eq!((right.len(), right[0].kind, right[0].side), (1, Kind::Turn, Indicator::Right));
    assert!((right[0].from_ns as f64 / 1e9 - (6.0 - 2.25 / 8.0)).abs() < 1e-3, "{right:?}");
    let left = found(&turn(13.75, 14.0), &track);
    assert_eq!((left.len(), left[0].kind, left[0].side), (1, Kind::Turn, Indicator::Left));
    let cut = blocks(&turn(-10.25, 6.3), &track, 60, |m| m.manoeuvres().unknown.clone());
    assert_eq!(cut.len(), 1, "where the log ends in the junction");
}

#[test]
fn a_way_with_a_gap_has_no_length() {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(4.0).cruise(99.0);
    let ego = ActorBuilder::car("ego").motion(motion).present_s(&[(0.0, 3.0), (5.0, 9.0)]);
    let drive = DriveBuilder::new("gap").span_s(0.0, 9.0).ego(ego).build();
    let held = Held::default();
    let m = Measures::new(&drive, Interval::new(0, 10 * S), None, Admit::ALL, &held);
    assert!((way_m(&m, S, 2 * S + S / 2).unwrap().value - 6.0).abs() < 1e-9);
    assert_eq!(way_m(&m, S, 6 * S), None);
}
