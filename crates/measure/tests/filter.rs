//! The low pass against its formula, jerk and roll-back against closed forms.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::filter::{CUT_OFF_HZ, butterworth};
use lukao_measure::roll_back::{CORNERS, RollBack, Rolled};
use lukao_measure::{Admit, Held, Mean, Measures};
use lukao_model::code::Gear;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{MS, S};
use lukao_model::{Channel, Drive, Interval, math};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};

const BLOCK: Interval = Interval { from_ns: 0, to_ns: 100 * S };

/// Greatest value of a sine of that frequency once it has passed the filter for long.
fn gain(hz: f64, rate_hz: f64) -> f64 {
    let n = (60.0 * rate_hz) as i64;
    let step = S as f64 / rate_hz;
    let t = |i: i64| (i as f64 * step) as i64;
    let samples: Vec<(i64, f64)> =
        (0..n).map(|i| (t(i), math::sin(std::f64::consts::TAU * hz * i as f64 / rate_hz))).collect();
    butterworth(&samples)[n as usize / 2..].iter().fold(0.0, |m: f64, v| m.max(v.abs()))
}

#[test]
fn the_low_pass_has_the_gain_of_a_fourth_order_butterworth() {
    for rate in [20.0, 100.0] {
        for hz in [0.05, 0.2, 0.35, 0.5, 0.8, 1.5] {
            // |H| = 1 / √(1 + (f / fc)⁸); the bilinear transform bends frequencies a little.
            let bent = math::tan(std::f64::consts::PI * hz / rate)
                / math::tan(std::f64::consts::PI * CUT_OFF_HZ / rate);
            let want = 1.0 / (1.0 + math::pow(bent, 8.0)).sqrt();
            let got = gain(hz, rate);
            assert!((got - want).abs() < 0.01, "{hz} Hz at {rate} Hz: {got}, not {want}");
        }
    }
}

#[test]
fn a_constant_stays_and_a_step_comes_late_without_much_overshoot() {
    let flat: Vec<(i64, f64)> = (0..500).map(|i| (i * 10 * MS, 3.0)).collect();
    assert!(butterworth(&flat).iter().all(|v| (v - 3.0).abs() < 1e-9));
    let step: Vec<(i64, f64)> = (0..1500).map(|i| (i * 10 * MS, if i < 500 { 0.0 } else { 1.0 })).collect();
    let out = butterworth(&step);
    let half = out.iter().position(|v| *v >= 0.5).unwrap();
    assert!((0.6..1.1).contains(&((half - 500) as f64 * 0.01)), "{half}");
    let most = out.iter().fold(0.0, |m: f64, v| m.max(*v));
    assert!((1.05..1.15).contains(&most), "a fourth order overshoots by 11 %: {most}");
    assert!(butterworth(&[]).is_empty() && butterworth(&[(0, 2.0)]).len() == 1);
}

fn measured<T>(drive: &Drive, block: Interval, f: impl Fn(&Measures<'_>) -> T) -> T {
    let held = Held::default();
    let window = drive.slice(block.from_ns - 20 * S, block.to_ns + 60 * S);
    f(&Measures::new(&window, block, None, Admit::ALL, &held))
}

#[test]
fn the_low_pass_is_the_same_in_any_block() {
    let mut rng = Rng::new(5);
    let noise: Vec<f64> = (0..6001).map(|_| rng.range(-3.0, 3.0)).collect();
    let ego = ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(100.0));
    let ego = ego.real(Channel::AccelLat, move |t, _| {
        let i = (t * 100.0).round() as usize;
        (i % 997 > 3).then(|| noise[i])
    });
    let drive = DriveBuilder::new("noise").span_s(0.0, 60.0).hz(100.0).ego(ego).build();
    let whole = measured(&drive, BLOCK, |m| (*m.ego_low_pass(Mean::AccelLat)).clone());
    assert!(whole.iter().filter(|v| v.is_some()).count() > 5900);
    let mut parts = Vec::new();
    for from in 0..9 {
        let block = Interval::new(from * 7 * S, (from + 1) * 7 * S);
        parts.extend(measured(&drive, block, |m| (*m.ego_low_pass(Mean::AccelLat)).clone()));
    }
    assert_eq!(parts, whole);
}

#[test]
fn jerk_of_a_ramp_is_its_slope() {
    let ramp = |t: f64| 0.8 * t;
    let ego = ActorBuilder::car("ego")
        .motion(Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(100.0))
        .real(Channel::AccelLon, move |t, _| Some(ramp(t)))
        .channel_quality(
            Channel::AccelLon,
            lukao_model::values::Accuracy::Constant(0.05),
            lukao_model::Origin::Reference,
        );
    let drive = DriveBuilder::new("ramp").span_s(0.0, 3.0).hz(30.0).ego(ego).build();
    let jerk = measured(&drive, BLOCK, |m| m.ego_means(Mean::JerkLon, 250 * MS));
    assert_eq!(jerk.len(), 91);
    for v in jerk.iter() {
        let v = v.unwrap();
        assert!((v.value - 0.8).abs() < 1e-6, "{v:?}");
        let Uncertainty::Known(u) = v.u else { panic!("known") };
        assert!((u - 0.05 * std::f64::consts::SQRT_2 / 0.5).abs() < 1e-9, "{u}");
    }
    // From positions alone: speed 10 + 0.4 t², acceleration 0.8 t.
    let state = |t: f64| lukao_testkit::State {
        pose: lukao_model::drive::Pose { x_m: 10.0 * t + 0.4 * t * t * t / 3.0, y_m: 0.0, yaw_rad: 0.0 },
        speed_mps: 10.0 + 0.4 * t * t,
        accel_lon_mps2: 0.8 * t,
        curvature_per_m: 0.0,
    };
    let ego = ActorBuilder::car("ego").motion(Motion::function(state));
    let drive = DriveBuilder::new("bare").span_s(0.0, 6.0).hz(50.0).ego(ego).build();
    let jerk = measured(&drive, BLOCK, |m| m.ego_means(Mean::JerkLon, 250 * MS));
    assert!((jerk[150].unwrap().value - 0.8).abs() < 0.01, "{:?}", jerk[150]);
}

fn rolls(drive: &Drive) -> Vec<Rolled> {
    measured(drive, BLOCK, |m| {
        let mut rolling = RollBack::default();
        let mut out: Vec<Rolled> = m.ego().in_block().filter_map(|k| rolling.step(m, k)).collect();
        out.extend(rolling.finish());
        out
    })
}

#[test]
fn rolled_back_is_the_way_below_the_farthest_point() {
    // On a bend: 3 m on, 0.8 m back, 0.5 m on, 0.4 m back (0.7 m below), then away.
    let legs = [(1.0, 3.0), (-1.0, 0.8), (1.0, 0.5), (-1.0, 0.4), (1.0, 5.0)];
    let mut motion = Motion::at(500_000.0, 4_400_000.0, 0.7);
    for (v, s) in legs {
        motion = motion.speed(v).arc(15.0, s);
    }
    let ego = |gear: Option<Gear>| {
        let ego = ActorBuilder::car("ego").motion(motion.clone()).accuracy(Some(0.02), Some(0.0));
        let ego = ego.code(Channel::Gear, move |_, _| gear.map(Gear::code));
        DriveBuilder::new("rolls").span_s(0.0, 9.0).hz(100.0).ego(ego).build()
    };
    let all = rolls(&ego(Some(Gear::Forward)));
    assert_eq!(all.len(), 1, "{all:?}");
    // A corner on the outer side is 0.9 m farther from the middle of the bend, and in front it swings out a little more.
    let turn = 0.8 / 15.0;
    let corner = 15.9 * math::sin(turn) + 2.25 * (1.0 - math::cos(turn));
    assert!((all[0].back_m.value - corner).abs() < 1e-3, "{corner} {all:?}");
    assert_eq!(CORNERS[all[0].corner], "front right corner");
    assert_eq!((all[0].from_ns, all[0].meant), (3 * S, Some(false)));
    assert!((all[0].worst.t_ns - 3_800 * MS).abs() <= 10 * MS, "{all:?}");
    let Uncertainty::Known(u) = all[0].back_m.u else { panic!("known") };
    assert!((u - 0.02 * std::f64::consts::SQRT_2).abs() < 1e-9);
    // Straight back all points of the body go the same way, however well the heading is known.
    let straight =
        Motion::at(0.0, 0.0, 0.7).speed(1.0).cruise(3.0).speed(-1.0).cruise(0.8).speed(1.0).cruise(9.0);
    let straight = ActorBuilder::car("ego").motion(straight).accuracy(Some(0.02), None);
    let all = rolls(&DriveBuilder::new("rolls").span_s(0.0, 9.0).hz(100.0).ego(straight).build());
    assert!((all[0].back_m.value - 0.8).abs() < 1e-9 && all[0].back_m.u != Uncertainty::Unknown, "{all:?}");
    assert_eq!(rolls(&ego(None))[0].meant, None);
    assert!(rolls(&ego(Some(Gear::Reverse))).is_empty());
}
