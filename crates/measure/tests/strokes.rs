//! Strokes against their plans, in blocks of any size.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::strokes::{Heading, Stroke, StrokeScan};
use lukao_measure::{Admit, Held, Measures};
use lukao_model::outcome::Uncertainty;
use lukao_model::time::S;
use lukao_model::{Drive, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

fn strokes(drive: &Drive, block_s: i64) -> Vec<Stroke> {
    let (mut scan, mut out) = (StrokeScan::default(), Vec::new());
    for i in 0..120 / block_s {
        let block = Interval::new(i * block_s * S, (i + 1) * block_s * S);
        let window = drive.slice(block.from_ns - 20 * S, block.to_ns + 60 * S);
        let held = Held::default();
        scan.scan(&Measures::new(&window, block, None, Admit::ALL, &held));
        out.extend(scan.ended());
    }
    out.extend(scan.finish());
    out
}

fn drive(motion: Motion, to_s: f64, present: &[(f64, f64)]) -> Drive {
    let ego = ActorBuilder::car("ego").motion(motion).dynamics().accuracy(Some(0.02), Some(0.01));
    DriveBuilder::new("strokes").span_s(0.0, to_s).hz(20.0).ego(ego.present_s(present)).build()
}

/// Forward 60° to the left, back 60° (the heading still turns left), forward 60°.
fn three_strokes() -> Motion {
    let third = std::f64::consts::FRAC_PI_3;
    let arc_s = third * 6.0 / 2.0;
    Motion::at(0.0, 0.0, 0.0)
        .speed(2.0)
        .arc(6.0, arc_s)
        .stand(2.0)
        .speed(-2.0)
        .arc(-6.0, arc_s)
        .stand(3.0)
        .speed(2.0)
        .arc(6.0, arc_s)
}

#[test]
fn turning_round_in_three_strokes() {
    let arc_s = std::f64::consts::FRAC_PI_3 * 3.0;
    let drive = drive(three_strokes(), 5.0 + 3.0 * arc_s, &[(0.0, 100.0)]);
    let all = strokes(&drive, 120);
    assert_eq!(all.iter().map(|s| s.backward).collect::<Vec<_>>(), [false, true, false], "{all:#?}");
    for s in &all {
        // The ends are told to a sample: 0.1 m and 1/60 rad.
        assert!((s.way_m - 2.0 * arc_s).abs() <= 0.11, "{s:?}");
        assert!((s.turn_rad.value - std::f64::consts::FRAC_PI_3).abs() < 0.02, "{s:?}");
        assert_eq!(s.heading(), Heading::Left);
        let Uncertainty::Known(u) = s.turn_rad.u else { panic!("{s:?}") };
        assert!((u - 0.01 * 2_f64.sqrt()).abs() < 1e-12, "{u}");
    }
    assert_eq!(strokes(&drive, 1), all);
    assert_eq!(strokes(&drive, 7), all);
}

#[test]
fn one_sweep_by_180_degrees_is_turning_round_and_a_stand_ends_no_stroke() {
    let half = std::f64::consts::PI * 8.0 / 4.0;
    let motion = Motion::at(0.0, 0.0, 1.0).speed(4.0).cruise(2.0).arc(-8.0, 0.5 * half).stand(4.0);
    let motion = motion.speed(4.0).arc(-8.0, 0.5 * half).cruise(3.0);
    let all = strokes(&drive(motion, 9.0 + half, &[(0.0, 100.0)]), 5);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0].heading(), Heading::Round);
    assert!((all[0].turn_rad.value + std::f64::consts::PI).abs() < 1e-6, "{all:?}");
}

#[test]
fn a_gap_ends_a_stroke_and_without_yaw_accuracy_the_turn_is_uncertain() {
    let motion = Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(20.0);
    let all = strokes(&drive(motion.clone(), 12.0, &[(0.0, 4.0), (6.0, 12.0)]), 3);
    assert_eq!(all.len(), 2, "{all:#?}");
    assert_eq!(all[0].heading(), Heading::Straight);
    let ego = ActorBuilder::car("ego").motion(motion).accuracy(Some(0.02), None);
    let bare = DriveBuilder::new("bare").span_s(0.0, 3.0).hz(20.0).ego(ego).build();
    assert_eq!(strokes(&bare, 3)[0].turn_rad.u, Uncertainty::Unknown);
}
