//! The size of blocks leaves no trace in a result.

use lukao_measure::Admit;
use lukao_model::code::SignalState;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::time::{MS, S};
use lukao_model::{Channel, Drive, Interval, Intervals, Origin};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};
use lukao_track::{Track, example};

use crate::support::Case;
use crate::twins::twins;

/// Along the signalised road again and again, at changing speeds, off the lane, stopping, with gaps; others before,
/// beside and behind, some on clocks of their own; a signal that is at times unknown.
pub fn busy(seed: u64) -> Drive {
    let rng = &mut Rng::new(seed);
    let stream = |name: &str, sync: Sync, accuracy_ns: Option<i64>| Stream {
        name: name.into(),
        base: TimeBase::Gps,
        sync,
        offset_ns: 0,
        accuracy_ns,
    };
    let to_s = 100.0;
    let mut points = Vec::new();
    let (mut t, mut x) = (0.0, 2.0);
    let mut present = Vec::new();
    let mut begin = 0.0;
    while t < to_s {
        points.push((t, x, -1.75 + rng.range(-2.5, 2.5), rng.range(-0.2, 0.2)));
        let dt = rng.range(0.3, 3.0);
        x += if rng.chance(0.2) { 0.0 } else { dt * rng.range(1.0, 18.0) };
        t += dt;
        if x > 215.0 {
            present.push((begin, t - dt));
            begin = t + 0.5;
            x = rng.range(1.0, 20.0);
        }
    }
    present.push((begin.min(to_s - 0.2), to_s));
    let mut ego = ActorBuilder::car("ego").motion(Motion::points(&points)).present_s(&present);
    if rng.chance(0.5) {
        let gappy = rng.range(20.0, 60.0);
        ego = ego.real(Channel::Speed, move |t, s| (t < gappy).then_some(s.speed_mps));
    }
    let mut drive = DriveBuilder::new("busy")
        .span_s(0.0, to_s)
        .hz(10.0)
        .stream(stream("other", Sync::Ptp, Some(20 * MS)))
        .stream(stream("adrift", Sync::None, None))
        .ego(ego.accuracy(Some(0.05), Some(0.01)).size_accuracy(Some(0.02)));
    for i in 0..6 {
        let x0 = rng.range(-50.0, 150.0);
        let v = rng.range(0.0, 9.0);
        let y = rng.range(-3.0, 1.0);
        let mut other = ActorBuilder::car(&format!("other {i}"))
            .motion(Motion::at(x0, y, 0.0).speed(v).cruise(1000.0))
            .accuracy(Some(0.1), Some(0.02));
        if i % 3 == 1 {
            other = other.hz(7.3).stream("other");
        }
        if i == 5 {
            other = other.stream("adrift").origin(Origin::VehiclePerception);
        }
        if i % 2 == 0 {
            let from = rng.range(0.0, 40.0);
            other = other.present_s(&[(from, from + 12.0), (from + 13.0, from + 50.0)]);
        }
        drive = drive.actor(other);
    }
    let mut states = vec![(0.0, Some(SignalState::Green))];
    let mut t = 1.0;
    while t < to_s {
        let all = [Some(SignalState::Red), Some(SignalState::Green), Some(SignalState::Unknown), None];
        states.push((t, all[rng.below(4)]));
        t += rng.range(0.5, 9.0);
    }
    drive.signal("C_0", &states).build()
}

pub fn track() -> Track {
    let solid = example::SIGNALISED.replace(
        "<width sOffset=\"0\" a=\"3.5\" b=\"0\" c=\"0\" d=\"0\"/>",
        "<width sOffset=\"0\" a=\"3.5\" b=\"0\" c=\"0\" d=\"0\"/><roadMark sOffset=\"0\" type=\"solid\" width=\"0.15\"/>",
    );
    Track::from_parts("busy", solid.as_bytes(), Some("accuracy_m = 0.02")).unwrap()
}

#[test]
fn any_block_size_gives_the_same_result() {
    let seeds = if std::env::var_os("LUKAO_FULL").is_some() { 40 } else { 6 };
    let (mut findings, mut undetermined) = (0, 0);
    let mut found = std::collections::BTreeSet::new();
    for seed in 0..seeds {
        let scope = Intervals::from_iter([
            Interval::new(333 * MS, 41 * S + 7),
            Interval::new(47 * S, 47 * S),
            Interval::new(52 * S, 200 * S),
        ]);
        for guarded in [false, true] {
            let mut case = Case::new(busy(seed)).on(track());
            case.scope = if seed % 2 == 0 { Intervals::all() } else { scope.clone() };
            if guarded {
                case = case.guarded();
            }
            if seed % 3 == 2 {
                case.admit = Admit::only([Origin::Simulation, Origin::Reference]);
            }
            for entry in lukao_rules::ALL {
                let rule = entry.meta.id;
                let whole = case.run(rule);
                for block in [S, 3_700 * MS, 10 * S, 64 * S] {
                    let parts = case.run_blocks(rule, block);
                    let of = format!("{rule}, seed {seed}, guarded {guarded}, blocks of {block} ns");
                    for (a, b) in parts.findings.iter().zip(&whole.findings) {
                        assert_eq!(a, b, "{of}");
                    }
                    for (a, b) in parts.undetermined.iter().zip(&whole.undetermined) {
                        assert_eq!(a, b, "{of}");
                    }
                    assert_eq!(parts, whole, "{of}");
                }
                findings += whole.findings.len();
                undetermined += whole.undetermined.len();
                if !whole.findings.is_empty() {
                    found.insert(rule);
                }
            }
        }
    }
    assert!(findings > 50 && undetermined > 50, "{findings} findings, {undetermined} undetermined");
    let at_least =
        ["contact-with-actor", "leaves-drivable-area", "red-light", "solid-line-crossed", "time-headway"];
    assert!(at_least.iter().all(|r| found.contains(r)), "many rules found something: {found:?}");
}

#[test]
fn any_block_size_gives_the_same_twins() {
    for (rule, cases) in twins() {
        for (case, which) in cases.iter().zip(["passes", "fails", "cannot tell"]) {
            let whole = case.run(rule);
            for block in [S, 3_700 * MS] {
                assert_eq!(case.run_blocks(rule, block), whole, "{rule}, {which}, blocks of {block} ns");
            }
        }
    }
}
