//! Inputs that no test drive has: huge, not finite, degenerate, lying. None may panic, hang, or pass for "no contact".

#![allow(clippy::unwrap_used)]

mod any;

use any::{Body, EGO, body, everything, unchecked};
use lukao_contact::{GapReason, Lines, Options, Polyline, build_index, contacts, verify_index};
use lukao_model::drive::RunIndex;
use lukao_model::vehicle::Outline;
use lukao_model::{Column, Drive};
use lukao_testkit::{Rng, random_drive};

const T: [i64; 3] = [0, 100_000_000, 200_000_000];

#[test]
fn what_cannot_be_resolved_is_said_so() {
    let still = [[0.0, 0.0, 0.0]; 3];
    let near = |v: f64| [[v, 0.0, 0.0]; 3];
    let weird: Vec<(&str, Body)> = vec![
        ("not a number", body(&T, &near(f64::NAN))),
        ("yaw not a number", body(&T, &[[1.0, 0.0, f64::NAN]; 3])),
        ("yaw beyond range", body(&T, &[[1.0, 0.0, 1e300], [1.0, 0.0, -1e300], [1.0, 0.0, 0.0]])),
        ("through the ego at 1e300", body(&T, &[[-1e300, 0.0, 0.0], [1e300, 0.0, 0.0], [1e300, 0.0, 0.0]])),
        ("through the ego at 1e12", body(&T, &[[-1e12, 0.0, 0.0], [1e12, 0.0, 0.0], [1e12, 0.0, 0.0]])),
        ("huge size", Body { size: [1e200, 2.0], ..body(&T, &near(5.0)) }),
        ("size not a number", Body { size: [f64::NAN, 2.0], ..body(&T, &near(1.0)) }),
        ("no size", Body { size: [0.0, 0.0], ..body(&T, &near(1.0)) }),
        ("negative size", Body { size: [-4.0, 2.0], ..body(&T, &near(1.0)) }),
        ("infinite", body(&T, &[[f64::NEG_INFINITY, 0.0, 0.0], [f64::INFINITY, 0.0, 0.0], [0.0, 0.0, 0.0]])),
    ];
    for (what, other) in weird {
        for clocks in [T, [0, 70_000_000, 190_000_000]] {
            let other = Body { t: clocks.to_vec(), pose: other.pose.clone(), size: other.size };
            let found = everything(&unchecked(&[body(&T, &still), other], None));
            let said = found.unbridged.iter().any(|u| u.reason == GapReason::OutOfRange);
            assert!(said || !found.intervals.is_empty(), "{what}: {found:?}");
        }
    }
}

#[test]
fn far_off_is_far_off() {
    let still = [[0.0, 0.0, 0.0]; 3];
    for v in [1e6, 1e9, 1e12, 1e150, 1e300] {
        let other = body(&T, &[[v, -v, 0.5]; 3]);
        let found = everything(&unchecked(&[body(&T, &still), other], None));
        assert_eq!(found, lukao_contact::Contacts::default(), "{v}");
    }
}

#[test]
fn times_at_the_ends_of_time() {
    let t = [i64::MIN, 0, i64::MAX];
    let ego = body(&t, &[[0.0, 0.0, 0.0]; 3]);
    let other = || body(&t, &[[-50.0, 0.0, 0.0], [50.0, 0.0, 0.0], [50.0, 0.0, 0.0]]);
    let found = everything(&unchecked(&[ego, other()], None));
    assert_eq!(found.intervals.len(), 1);
    let c = &found.intervals[0];
    // At 46 % and 54 % of the way.
    assert!(
        (c.from_ns as f64 / i64::MIN as f64 - 0.54).abs() < 1e-8
            && (c.to_ns as f64 / i64::MIN as f64 - 0.46).abs() < 1e-8
    );
    let ego = body(&[i64::MIN, i64::MAX], &[[0.0, 0.0, 0.0]; 2]);
    assert_eq!(everything(&unchecked(&[ego, other()], None)).intervals.len(), 1);
}

#[test]
fn times_that_do_not_rise() {
    let mut r = Rng::new(7);
    for _ in 0..2000 {
        let mut some = |n: usize| Body {
            t: (0..n).map(|_| r.below(6) as i64 - 3).collect(),
            pose: (0..n).map(|_| [r.range(-6.0, 6.0), r.range(-6.0, 6.0), r.range(-9.0, 9.0)]).collect(),
            size: [4.0, 2.0],
        };
        everything(&unchecked(&[some(5), some(4)], None));
        everything(&unchecked(&[some(3), some(3)], None));
    }
}

#[test]
fn outlines_that_are_none() {
    let other = || body(&T, &[[1.0, 0.0, 0.0]; 3]);
    for corners_m in [
        vec![],
        vec![[0.0, 0.0]],
        vec![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]],
        vec![[f64::NAN, 0.0], [1.0, 0.0], [0.0, 1.0]],
        vec![[1e300, 0.0], [1.0, 0.0], [0.0, 1.0]],
        // Clockwise and not convex: its hull counts.
        vec![[2.0, 1.0], [2.0, -1.0], [0.0, 0.0], [-2.0, -1.0], [-2.0, 1.0]],
    ] {
        let d = unchecked(&[body(&T, &[[0.0, 0.0, 0.0]; 3]), other()], Some(Outline { corners_m }));
        assert_eq!(everything(&d).intervals.len(), 1);
    }
    // A thousand corners, spinning in touch with its like.
    let ring = |k: usize| lukao_model::math::sin_cos(k as f64 * std::f64::consts::TAU / 1000.0);
    let corners_m = (0..1000).map(ring).map(|(s, c)| [c, s]).collect();
    let spin = |x: f64, w: f64| body(&T, &[[x, 0.0, 0.0], [x, 0.0, w], [x, 0.0, 2.0 * w]]);
    let d = unchecked(&[spin(0.0, 3.0), spin(2.0, -2.9)], Some(Outline { corners_m }));
    let found = contacts(&d, EGO, &Options::default());
    assert!(!found.intervals.is_empty() || !found.unbridged.is_empty());
}

#[test]
fn any_drive_at_all() {
    for seed in 0..200 {
        let d = random_drive(seed, 60);
        if !d.header().actors.is_empty() {
            everything(&d);
        }
    }
}

/// What the fuzz target does, on bytes of a seed.
#[test]
fn any_bytes_at_all() {
    let n = if std::env::var_os("LUKAO_FULL").is_some() { 300_000 } else { 3_000 };
    let mut touched = 0;
    for seed in 0..n {
        let mut r = Rng::new(seed ^ 0xf022_0000_0000);
        let bytes: Vec<u8> = (0..r.below(400)).map(|_| r.below(256) as u8).collect();
        touched += usize::from(any::bytes(&bytes).is_some_and(|c| !c.intervals.is_empty()));
    }
    assert!(touched as u64 > n / 20, "{touched} of {n} touch");
}

#[test]
fn an_index_that_lies_is_found_and_one_that_does_not_fit_is_left_aside() {
    let mut r = Rng::new(3);
    let t: Vec<i64> = (0..200).map(|k| k * 100_000_000).collect();
    let mut walk = |x: f64| {
        let mut at = [x, 0.0, 0.0];
        let mut step = || {
            at = [at[0] + r.range(-1.0, 1.0), at[1] + r.range(-1.0, 1.0), at[2] + r.range(-0.2, 0.2)];
            at
        };
        let pose: Vec<[f64; 3]> = t.iter().map(|_| step()).collect();
        body(&t, &pose)
    };
    let d = build_index(&unchecked(&[walk(0.0), walk(5.0)], None)).unwrap();
    verify_index(&d).unwrap();
    let truth = contacts(&d, EGO, &Options::default());
    assert!(!truth.intervals.is_empty());
    for (from, to) in
        [(i64::MIN, 3_100_000_001), (700_000_000, 9_100_000_000), (6_400_000_000, 6_500_000_000)]
    {
        verify_index(&d.slice(from, to)).unwrap();
    }
    let with = |change: &dyn Fn(&mut Vec<f32>)| {
        let mut runs = d.runs().to_vec();
        let index = runs[1].index.as_mut().unwrap();
        let mut v = index.blocks.values().to_vec();
        change(&mut v);
        *index = RunIndex { blocks: Column::new(v), skip: 0 };
        Drive::new(d.header().clone(), d.clocks().to_vec(), runs, vec![]).unwrap()
    };
    // Header of five values, then seven each of least x, greatest x, least y, greatest y.
    for k in 5..5 + 28 {
        let up = (k - 5) / 7 % 2 == 0;
        let lying = with(&|v| v[k] += if up { 0.5 } else { -0.5 });
        let e = verify_index(&lying).unwrap_err().to_string();
        assert!(e.contains("actor \"1\" run 0 block index: expected boxes that hold their samples"), "{e}");
        assert!(verify_index(&with(&|v| v[k] = f32::NAN)).is_err());
    }
    for change in [
        &|v: &mut Vec<f32>| v.clear() as _,
        &|v: &mut Vec<f32>| v.truncate(4),
        &|v: &mut Vec<f32>| v.truncate(20),
        &|v: &mut Vec<f32>| v[0] = 9.0,
        &|v: &mut Vec<f32>| v[3] = 5.0,
        &|v: &mut Vec<f32>| v[4] = f32::INFINITY,
        &|v: &mut Vec<f32>| v[4] = -1.0,
        &|v: &mut Vec<f32>| v.push(0.0),
    ] as [&dyn Fn(&mut Vec<f32>); 8]
    {
        let odd = with(change);
        assert!(verify_index(&odd).is_err());
        assert_eq!(contacts(&odd, EGO, &Options::default()), truth);
    }
}

#[test]
fn lines_are_checked() {
    let line = |points_m: Vec<[f64; 2]>| Polyline { id: 5, points_m, z_m: None };
    assert!(Lines::new(&[line(vec![[0.0, 0.0]])]).is_err());
    assert!(Lines::new(&[line(vec![[0.0, 0.0], [f64::NAN, 0.0]])]).is_err());
    assert!(Lines::new(&[line(vec![[0.0, 0.0], [1e10, 0.0]])]).is_err());
    let z = Polyline { z_m: Some(vec![1.0]), ..line(vec![[0.0, 0.0], [1.0, 0.0]]) };
    let e = Lines::new(&[z]).unwrap_err().to_string();
    assert_eq!(e, "lines line 0 (id 5): expected a finite height for each corner, found others");
    assert!(Lines::new(&[]).unwrap().is_empty());
}
