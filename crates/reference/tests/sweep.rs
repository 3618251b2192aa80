//! Contacts of random pairs against brute force.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Case, case};
use lukao_contact::{BOUND_M, ContactScan, Options, build_index, contacts, verify_index};
use lukao_model::{ActorIx, Drive, Interval, math};
use lukao_reference::check;
use lukao_testkit::Rng;

fn cases(part: u64, whole: u64) -> u64 {
    if std::env::var_os("LUKAO_FULL").is_some() { whole } else { part }
}

fn reported(drive: &Drive, ego: u32) -> Vec<(i64, i64)> {
    let found = contacts(drive, ActorIx(ego), &Options::default());
    assert!(found.unbridged.is_empty(), "{:?}", found.unbridged);
    found.intervals.iter().map(|c| (c.from_ns, c.to_ns)).collect()
}

fn holds(case: &Case, reported: &[(i64, i64)], slack: f64, what: &str, seed: u64) {
    let [a, b] = &case.bodies;
    if let Err(v) = check(a, b, reported, BOUND_M + slack) {
        panic!("{what}, case {seed}: {v:?}\nreported {reported:?}\n{case:#?}");
    }
}

#[test]
fn no_contact_is_missed_or_invented() {
    let mut touched = 0;
    let n = cases(60_000, 1_000_000);
    for seed in 0..n {
        let case = case(&mut Rng::new(seed));
        let found = reported(&case.drive(), 0);
        touched += u64::from(!found.is_empty());
        holds(&case, &found, 0.0, "contacts", seed);
    }
    // The generator must not drift into cases that show nothing.
    assert!(touched > n / 4 && touched < n * 3 / 4, "{touched} of {n} touch");
}

#[test]
fn properties_of_motion() {
    for seed in 0..cases(6_000, 100_000) {
        let mut r = Rng::new(seed ^ 0x9e37_0000_0000);
        let case = case(&mut r);
        let found = reported(&case.drive(), 0);

        holds(&case, &reported(&case.drive(), 1), 0.0, "swapped", seed);

        let (angle, dx, dy) = (r.range(-3.0, 3.0), r.range(-900.0, 900.0), r.range(-900.0, 900.0));
        let (s, c) = math::sin_cos(angle);
        let turned = map(&case, |t, [x, y, yaw]| {
            (t, [c * x - s * y + dx, s * x + c * y + dy, math::wrap_angle(yaw + angle)])
        });
        holds(&case, &reported(&turned.drive(), 0), 1e-8, "moved rigidly", seed);

        let back = map(&case, |t, p| (-t, p));
        let mut mirrored: Vec<(i64, i64)> = reported(&back.drive(), 0).iter().map(|i| (-i.1, -i.0)).collect();
        mirrored.sort_unstable();
        holds(&case, &mirrored, 0.0, "time reversed", seed);

        holds(&case, &reported(&split(&case).drive(), 0), 1e-8, "split in two", seed);

        let mut grown = case.clone();
        if !case.outline[0] && !case.outline[1] {
            grown.size.iter_mut().flatten().for_each(|v| *v += 0.002);
            let wide = reported(&grown.drive(), 0);
            for f in &found {
                let held = wide.iter().any(|w| w.0 <= f.0 && f.1 <= w.1);
                assert!(held, "case {seed}: {f:?} not within {wide:?} of the inflated");
            }
        }
    }
}

/// Changes every sample: time and pose.
fn map(case: &Case, change: impl Fn(i64, [f64; 3]) -> (i64, [f64; 3])) -> Case {
    let mut out = case.clone();
    for b in &mut out.bodies {
        let mut all: Vec<(i64, [f64; 3])> = b.t_ns.iter().zip(&b.pose).map(|(t, p)| change(*t, *p)).collect();
        all.sort_by_key(|s| s.0);
        (b.t_ns, b.pose) = all.into_iter().unzip();
    }
    out
}

/// Each step halved by a sample of its own motion.
fn split(case: &Case) -> Case {
    let mut out = case.clone();
    for (b, old) in out.bodies.iter_mut().zip(&case.bodies) {
        for w in (1..old.t_ns.len()).rev() {
            let (t0, t1) = (old.t_ns[w - 1], old.t_ns[w]);
            let mid = t0 + (t1 - t0) / 2;
            if mid == t0 {
                continue;
            }
            let u = (mid - t0) as f64 / (t1 - t0) as f64;
            let (p, q) = (old.pose[w - 1], old.pose[w]);
            let yaw = math::wrap_angle(p[2] + math::angle_between(p[2], q[2]) * u);
            b.t_ns.insert(w, mid);
            b.pose.insert(w, [p[0] + (q[0] - p[0]) * u, p[1] + (q[1] - p[1]) * u, yaw]);
        }
    }
    out
}

#[test]
fn blocks_index_and_clocks_do_not_show() {
    for seed in 0..cases(4_000, 50_000) {
        let mut r = Rng::new(seed ^ 0x5151_0000_0000);
        let case = case(&mut r);
        let drive = case.drive();
        let whole = contacts(&drive, ActorIx(0), &Options::default());

        let mut scan = ContactScan::new(ActorIx(0), Options::default());
        let mut given = Vec::new();
        let mut from = -50_000_000;
        while from < 1_500_000_000 {
            let to = from + 1 + r.below(200_000_000) as i64;
            // Windows reach further than the block, as a grader's do.
            scan.scan(&drive.slice(from - 300_000_000, to + 300_000_000), Interval::new(from, to));
            given.extend(scan.ended());
            from = to;
        }
        let rest = scan.finish();
        given.extend(rest.intervals);
        assert_eq!((&given, &rest.unbridged), (&whole.intervals, &whole.unbridged), "case {seed} in blocks");

        let indexed = build_index(&drive).unwrap();
        verify_index(&indexed).unwrap();
        assert_eq!(contacts(&indexed, ActorIx(0), &Options::default()), whole, "case {seed} with index");

        let mut apart = case.clone();
        apart.shared_clock = false;
        assert_eq!(
            contacts(&apart.drive(), ActorIx(0), &Options::default()),
            whole,
            "case {seed} on two clocks"
        );
    }
}

/// A motorcycle at 40 m/s across the path of the ego: at 10 Hz one in four such contacts is between samples.
#[test]
fn fast_crossings_between_samples() {
    let (mut hidden, mut all) = (0, 0);
    for seed in 0..cases(3_000, 30_000) {
        let mut r = Rng::new(seed);
        let t: Vec<i64> = (0..40).map(|k| k * 100_000_000).collect();
        let (ego, moto) = (r.range(10.0, 30.0), r.range(20.0, 40.0));
        let (phase, aside) = (r.range(-0.12, 0.12), r.range(-3.0, 3.0));
        let s = |t: &i64| *t as f64 * 1e-9 - 2.0;
        let straight = t.iter().map(|t| [ego * s(t), 0.0, 0.0]).collect();
        let across = t.iter().map(|t| [aside, moto * (s(t) + phase), std::f64::consts::FRAC_PI_2]).collect();
        let mut case = case(&mut r);
        case.size = [[4.6, 1.9], [2.1, 0.8]];
        case.outline = [false, false];
        case.shared_clock = true;
        for (b, (pose, size)) in
            case.bodies.iter_mut().zip([(straight, case.size[0]), (across, case.size[1])])
        {
            let (l, w) = (size[0] / 2.0, size[1] / 2.0);
            *b = lukao_reference::Moving {
                t_ns: t.clone(),
                pose,
                corners: vec![[l, w], [-l, w], [-l, -w], [l, -w]],
            };
        }
        let found = reported(&case.drive(), 0);
        holds(&case, &found, 0.0, "crossing", seed);
        all += found.len();
        hidden += found.iter().filter(|f| f.0 / 100_000_000 == f.1 / 100_000_000).count();
    }
    assert!(hidden * 20 > all, "{hidden} of {all} contacts lie between samples");
}
