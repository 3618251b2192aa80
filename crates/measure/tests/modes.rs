//! Spans of code channels and the debounced driving mode, against a slow walk over the log.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::mode::Modes;
use lukao_measure::{Admit, Held, Measures};
use lukao_model::code::DrivingMode;
use lukao_model::outcome::Uncertainty;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::time::{MS, S};
use lukao_model::{Channel, Drive, Interval, Origin};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};

fn with<T>(drive: &Drive, block: Interval, f: impl Fn(&Measures<'_>) -> T) -> T {
    let (begin, end) = (block.from_ns - 20 * S, block.to_ns + 60 * S);
    let mut held = Held::default();
    held.absorb(&drive.slice(i64::MIN, begin));
    let window = drive.slice(begin, end);
    f(&Measures::new(&window, block, None, Admit::ALL, &held))
}

fn car() -> ActorBuilder {
    ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(1000.0))
}

fn random(seed: u64) -> (Drive, Vec<(f64, Option<DrivingMode>)>) {
    let rng = &mut Rng::new(seed);
    let all =
        [Some(DrivingMode::Automated), Some(DrivingMode::Manual), Some(DrivingMode::TakeoverRequest), None];
    let mut modes = vec![(0.0, all[0])];
    let mut t = 1.0;
    while t < 90.0 {
        modes.push((t, all[rng.below(4)]));
        let most = if rng.chance(0.5) { 0.4 } else { 8.0 };
        t += rng.range(0.05, most);
    }
    (DriveBuilder::new("modes").span_s(0.0, 90.0).ego(car()).mode(&modes).build(), modes)
}

#[test]
fn spans_say_what_the_log_says_in_any_window() {
    for seed in 0..10 {
        let (drive, modes) = random(seed);
        for from in [0, 30, 60] {
            let block = Interval::new(from * S, (from + 30) * S);
            with(&drive, block, |m| {
                let spans = m.ego_codes(Channel::DrivingMode);
                for i in 0..3000 {
                    let t = block.from_ns + i * 10 * MS;
                    let last = modes.iter().rfind(|x| (x.0 * 1e9) as i64 <= t).unwrap();
                    assert_eq!(spans.at(t), last.1.map(DrivingMode::code), "seed {seed} at {t}");
                }
                let edges = spans.as_slice().windows(2);
                assert!(edges.clone().all(|w| w[0].to_ns == w[1].from_ns && w[0].code != w[1].code));
            });
        }
    }
}

/// The mode at a time, by the sentence of its definition, from the log's statements.
fn slow(modes: &[(f64, Option<DrivingMode>)], t_ns: i64, debounce_ns: i64) -> Option<DrivingMode> {
    let ns = |t: f64| (t * 1e9).round() as i64;
    let mut spans: Vec<(i64, i64, Option<DrivingMode>)> = Vec::new();
    for (t, mode) in modes {
        match spans.last_mut() {
            Some(last) if last.2 == *mode => {}
            last => {
                if let Some(last) = last {
                    last.1 = ns(*t);
                }
                spans.push((ns(*t), i64::MAX, *mode));
            }
        }
    }
    let here = spans.iter().rposition(|s| s.0 <= t_ns)?;
    let steady = |i: usize| {
        let after_nothing = i == 0 || spans[i - 1].2.is_none();
        after_nothing || spans[i].1.saturating_sub(spans[i].0) >= debounce_ns
    };
    (0..=here).rev().find(|i| steady(*i)).and_then(|i| spans[i].2)
}

#[test]
fn the_debounced_mode_follows_its_definition_and_no_block() {
    for seed in 0..20 {
        let (drive, modes) = random(seed);
        for debounce in [0, 200 * MS, S] {
            let changes = |block: Interval| {
                with(&drive, block, |m| Modes::of(m, debounce).changes(block.from_ns, block.to_ns))
            };
            let whole = changes(Interval::new(0, 100 * S));
            let parts: Vec<_> =
                (0..20).flat_map(|i| changes(Interval::new(i * 5 * S, (i + 1) * 5 * S))).collect();
            assert_eq!(parts, whole, "seed {seed}, debounce {debounce}");
            with(&drive, Interval::new(0, 100 * S), |m| {
                let of = Modes::of(m, debounce);
                for i in 0..900 {
                    let t = i * 100 * MS;
                    assert_eq!(
                        of.at(t),
                        slow(&modes, t, debounce),
                        "seed {seed} at {t}, debounce {debounce}"
                    );
                }
            });
        }
    }
}

#[test]
fn a_run_says_it_first_and_where_it_is_silent_a_series_does() {
    let ego = car().code(Channel::DrivingMode, |t, _| (t < 2.0).then_some(1));
    let drive =
        DriveBuilder::new("both").span_s(0.0, 4.0).ego(ego).mode(&[(0.0, Some(DrivingMode::Manual))]).build();
    with(&drive, Interval::new(0, 10 * S), |m| {
        let spans = m.ego_codes(Channel::DrivingMode);
        assert_eq!((spans.at(S), spans.at(3 * S)), (Some(1), Some(0)));
    });
}

#[test]
fn a_clock_adrift_says_nothing_and_a_sampled_state_is_as_sure_as_its_step() {
    let adrift = Stream {
        name: "adrift".into(),
        base: TimeBase::Local,
        sync: Sync::None,
        offset_ns: 0,
        accuracy_ns: None,
    };
    let ego = car().stream("adrift");
    let drive = DriveBuilder::new("adrift").span_s(0.0, 4.0).stream(adrift).ego(ego);
    let drive = drive.mode(&[(0.0, Some(DrivingMode::Manual))]).build();
    with(&drive, Interval::new(0, 10 * S), |m| assert_eq!(m.ego_codes(Channel::DrivingMode).at(S), None));
    let ego = car().code(Channel::DrivingMode, |t, _| Some(u8::from(t < 2.0))).origin(Origin::VehicleBus);
    let drive = DriveBuilder::new("bus").span_s(0.0, 4.0).hz(20.0).ego(ego).build();
    with(&drive, Interval::new(0, 10 * S), |m| {
        let spans = m.ego_codes(Channel::DrivingMode);
        assert_eq!((spans.as_slice()[1].from_ns, spans.as_slice()[1].u_s), (2 * S, Uncertainty::Known(0.05)));
    });
}
