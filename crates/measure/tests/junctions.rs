//! Junctions against closed forms: entries, conflict zones, times, right of way.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao_measure::priority::{self, Right, Why};
use lukao_measure::{Admit, Encounters, Held, Measures};
use lukao_model::time::{S, to_s};
use lukao_model::{Drive, Interval};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};
use lukao_track::{PathIx, Track, example};

fn crossroads(extra: &[(&str, &str)]) -> Track {
    Track::from_parts("x", example::crossroads(extra).as_bytes(), Some("accuracy_m = 0.0")).unwrap()
}

/// From the west going east, the centre `x` metres east of the middle at time 0.
fn eastward(id: &str, x: f64, v: f64) -> ActorBuilder {
    ActorBuilder::car(id).motion(Motion::at(x, -1.75, 0.0).speed(v).cruise(1000.0)).dynamics()
}

/// From the south going north.
fn northward(id: &str, y: f64, v: f64) -> ActorBuilder {
    let motion = Motion::at(1.75, y, std::f64::consts::FRAC_PI_2).speed(v).cruise(1000.0);
    ActorBuilder::car(id).motion(motion).dynamics()
}

fn met(drive: &Drive, track: &Track) -> (Vec<f64>, Vec<Encounters>) {
    let held = Held::default();
    let m = Measures::new(drive, Interval::new(0, 3600 * S), Some(track), Admit::ALL, &held);
    let entries = m.junction_entries().iter().map(|e| to_s(e.t_ns)).collect();
    (entries, m.encounters().to_vec())
}

/// Two straight ways cross: the zone is x 0.5 to 3 m for the ego, y -3 to -0.5 m for the other.
#[test]
fn times_at_a_right_angle_are_those_of_the_motion() {
    let track = crossroads(&[]);
    let rng = &mut Rng::new(11);
    let (mut firsts, mut gaps) = (0, 0);
    for _ in 0..60 {
        let (x, v) = (rng.range(-60.0, -20.0), rng.range(5.0, 14.0));
        let (y, w) = (rng.range(-60.0, -20.0), rng.range(5.0, 14.0));
        let drive = DriveBuilder::new("cross").span_s(0.0, 14.0).hz(20.0).ego(eastward("ego", x, v));
        let drive = drive.actor(northward("other", y, w).hz(13.0)).build();
        let (entries, met) = met(&drive, &track);
        assert!((entries[0] - (-12.0 - x - 2.25) / v).abs() < 1e-6, "{entries:?}");
        let [e] = met[0].with.as_slice() else { panic!("{met:?}") };
        let ego = [(0.5 - x - 2.25) / v, (3.0 - x + 2.25) / v];
        let other = [(-3.0 - y - 2.25) / w, (-0.5 - y + 2.25) / w];
        for i in 0..2 {
            assert!((to_s(e.ego_ns[i]) - ego[i]).abs() < 1e-6, "{e:?} {ego:?}");
            assert!((to_s(e.other_ns[i].unwrap()) - other[i]).abs() < 1e-6, "{e:?} {other:?}");
        }
        let first = ego[0] < other[0];
        let pet = if first { other[0] - ego[1] } else { ego[0] - other[1] };
        assert!((e.pet_s.unwrap().value - pet).abs() < 1e-6, "{e:?} {pet}");
        assert_eq!(e.ego_first, first);
        if let Some(gap) = e.gap_s {
            // At constant speed the prediction is what came true.
            assert!((gap.value - pet).abs() < 1e-6 && gap.u.known() == Some(0.0), "{gap:?} {pet}");
            gaps += 1;
        }
        let t0 = (-12.0 - x - 2.25) / v;
        let overlap = ego[0].max(other[0]) <= ego[1].min(other[1]) && ego[0].max(other[0]) >= t0;
        let ttc = overlap.then(|| ego[0].max(other[0]) - t0);
        assert_eq!(e.ttc_s.is_some(), ttc.is_some(), "{e:?} {ttc:?}");
        assert!(ttc.is_none_or(|t| (e.ttc_s.unwrap() - t).abs() < 1e-6), "{e:?} {ttc:?}");
        firsts += usize::from(first);
    }
    assert!(firsts > 10 && firsts < 50 && gaps == firsts, "{firsts} {gaps}");
}

#[test]
fn who_brakes_for_the_ego_was_coming() {
    // The other would have been there 1.5 s after the ego left, but it stops.
    let track = crossroads(&[]);
    let other = Motion::at(1.75, -3.0 - 2.25 - 40.0, std::f64::consts::FRAC_PI_2)
        .speed(10.0)
        .cruise(1.9)
        .brake(6.0, 0.0);
    let drive = DriveBuilder::new("brakes").span_s(0.0, 14.0).hz(20.0).ego(eastward("ego", -22.25, 10.0));
    let drive = drive.actor(ActorBuilder::car("other").motion(other).dynamics()).build();
    let (_, met) = met(&drive, &track);
    // It does not come in, so that any of its three ways may have been meant.
    let straight = path(&track, "2", "4");
    let e = met[0].with.iter().find(|e| e.theirs == straight).unwrap();
    // The ego's front is at the zone at 2.05 s and its rear out at 2.75 s; the other's front is 40 m off at the start.
    assert!(e.pet_s.is_none() && e.ego_first, "{e:?}");
    assert!((e.gap_s.unwrap().value - 1.25).abs() < 1e-6, "{e:?}");
}

#[test]
fn one_who_is_first_seen_in_the_junction_is_unknown() {
    let track = crossroads(&[]);
    let drive = DriveBuilder::new("late").span_s(0.0, 9.0).ego(eastward("ego", -40.0, 10.0));
    let drive = drive.actor(northward("other", -6.0, 0.5)).build();
    let (_, met) = met(&drive, &track);
    assert_eq!(met[0].unknown[0].1, "other is first seen inside the junction");
}

fn path(track: &Track, from: &str, to: &str) -> PathIx {
    let of = |l: lukao_track::LaneIx| track.road(track.lane(l).road).number.clone();
    let found =
        track.paths().find(|(_, p)| of(p.from) == from && p.to.is_some_and(|to_lane| of(to_lane) == to));
    found.unwrap().0
}

/// Twice from the west, first straight on and then to the right: what was seen of the first is not taken for the second.
#[test]
fn each_way_through_a_junction_is_looked_up_by_itself() {
    let track = crossroads(&[]);
    let (west, south) = (std::f64::consts::PI, -std::f64::consts::FRAC_PI_2);
    let way = [
        (0.0, -40.0, -1.75, 0.0),
        (8.0, 40.0, -1.75, 0.0),
        (12.0, 40.0, 60.0, west),
        (20.0, -60.0, 60.0, west),
        (24.0, -60.0, -1.75, 0.0),
        (28.0, -20.0, -1.75, 0.0),
        (31.0, -1.75, -20.0, south),
        (34.0, -1.75, -40.0, south),
    ];
    let ego = ActorBuilder::car("ego").motion(Motion::points(&way));
    let drive = DriveBuilder::new("twice").span_s(0.0, 34.0).hz(20.0).ego(ego).build();
    let held = Held::default();
    let m = Measures::new(&drive, Interval::new(0, 3600 * S), Some(&track), Admit::ALL, &held);
    let ways = |t_s: usize| m.places().unwrap().ways_through(20 * t_s).unwrap();
    assert_eq!(ways(1), [path(&track, "1", "3")]);
    assert_eq!(ways(27), [path(&track, "1", "2")]);
}

#[test]
fn right_of_way_follows_record_ring_signs_and_law() {
    let right = |t: &Track, a: (&str, &str), b: (&str, &str)| {
        priority::right_of_way(t, path(t, a.0, a.1), path(t, b.0, b.1))
    };
    // Arms: 1 west, 2 south, 3 east, 4 north.
    let t = crossroads(&[]);
    assert_eq!(right(&t, ("1", "3"), ("2", "4")), Right::Theirs(Why::FromRight));
    assert_eq!(right(&t, ("2", "4"), ("1", "3")), Right::Mine(Why::FromRight));
    assert_eq!(right(&t, ("1", "3"), ("4", "2")), Right::Mine(Why::FromRight));
    assert_eq!(right(&t, ("1", "4"), ("3", "1")), Right::Theirs(Why::Straight));
    assert_eq!(right(&t, ("1", "3"), ("2", "1")), Right::Mine(Why::Straight), "the turning one yields");
    assert_eq!(right(&t, ("1", "2"), ("3", "2")), Right::Theirs(Why::LeftTurn));
    assert_eq!(right(&t, ("3", "2"), ("1", "2")), Right::Mine(Why::LeftTurn));
    assert_eq!(right(&t, ("1", "4"), ("2", "1")), Right::Theirs(Why::FromRight), "both turn");
    let sign = |code: &str, s: &str| {
        format!(
            "<signals><signal id=\"7\" s=\"{s}\" t=\"-4\" orientation=\"+\" dynamic=\"no\" country=\"DE\" type=\"{code}\"/></signals>"
        )
    };
    let t = crossroads(&[("2", &sign("205", "95"))]);
    assert_eq!(right(&t, ("1", "3"), ("2", "4")), Right::Mine(Why::Sign));
    let t = crossroads(&[("2", &sign("205", "20"))]);
    assert_eq!(
        right(&t, ("1", "3"), ("2", "4")),
        Right::Theirs(Why::FromRight),
        "80 m before it is another's"
    );
    let t = crossroads(&[("1", &sign("306", "95"))]);
    assert_eq!(right(&t, ("1", "4"), ("2", "4")), Right::Mine(Why::Sign));
    let t = crossroads(&[("junction", "<priority high=\"24\" low=\"13\"/>"), ("2", &sign("206", "95"))]);
    assert_eq!(right(&t, ("1", "3"), ("2", "4")), Right::Theirs(Why::Record));
    let t = Track::from_parts("r", example::roundabout().as_bytes(), None).unwrap();
    assert_eq!(right(&t, ("1", "2"), ("2", "2")), Right::Theirs(Why::Ring));
}
