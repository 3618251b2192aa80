//! Whole workloads: answers that must agree with each other.

#![allow(clippy::unwrap_used)]

use lukao_contact::{
    Between, ContactInterval, Options, PairHit, all_pairs, build_index, clearance_column, clearances,
    contacts, sampled_contacts, sampled_pairs,
};
use lukao_model::{ActorIx, Drive, Interval};
use lukao_reference::workload::{Shape, W1, drive, fly_bys};
use lukao_reference::{Moving, signed_at};

fn small(asynchronous: bool) -> Drive {
    drive(&Shape { actors: 25, steps: 900, seed: 11, asynchronous, spread: 0.3 })
}

#[test]
fn all_pairs_are_the_pairs_of_each() {
    for asynchronous in [false, true] {
        let d = small(asynchronous);
        let options = Options::default();
        let mut each: Vec<ContactInterval> = (0..26)
            .flat_map(|k| contacts(&d, ActorIx(k), &options).intervals)
            .filter(|c| c.ego_body < c.actor)
            .collect();
        each.sort_by_key(|c| (c.from_ns, c.actor, c.ego_body, c.to_ns));
        assert!(each.len() > 20);
        assert_eq!(all_pairs(&d, &options).intervals, each);
        assert_eq!(all_pairs(&build_index(&d).unwrap(), &options).intervals, each);
    }
}

#[test]
fn pairs_at_samples_are_those_of_each() {
    for asynchronous in [false, true] {
        let d = small(asynchronous);
        let options = Options::default();
        let mut each: Vec<PairHit> = (0..26)
            .flat_map(|k| {
                let first = ActorIx(k);
                let hits = sampled_contacts(&d, first, Interval::ALL, &options);
                let later = hits.into_iter().filter(move |h| h.actor > first);
                later.map(move |h| PairHit { t_ns: h.t_ns, first, second: h.actor })
            })
            .collect();
        each.sort_unstable();
        assert!(each.len() > 100);
        assert_eq!(sampled_pairs(&d, &options), each);
        assert_eq!(sampled_pairs(&build_index(&d).unwrap(), &options), each);
    }
}

#[test]
fn the_column_is_the_least_of_all() {
    for asynchronous in [false, true] {
        let d = small(asynchronous);
        let column = clearance_column(&d, ActorIx(0), Interval::ALL, &Options::default());
        let indexed = build_index(&d).unwrap();
        assert_eq!(column, clearance_column(&indexed, ActorIx(0), Interval::ALL, &Options::default()));
        let bodies: Vec<Moving> = d.runs().iter().map(|r| Moving::of(&d, r, None)).collect();
        for (k, t) in column.t_ns.iter().enumerate().step_by(17) {
            let known = bodies[1..].iter().filter(|b| b.t_ns[0] <= *t && *t <= b.t_ns[b.t_ns.len() - 1]);
            let want =
                known.map(|b| signed_at(&bodies[0], b, *t, 0.0).max(0.0)).fold(f64::INFINITY, f64::min);
            let got = column.distance_m.get(k).unwrap_or(f64::INFINITY);
            assert!((got - want).abs() < 1e-7, "sample {k}: {got} for {want}");
        }
        let nearest = clearances(&d, ActorIx(0), Interval::ALL, &Options::default());
        assert_eq!(nearest, clearances(&indexed, ActorIx(0), Interval::ALL, &Options::default()));
        let least = column.distance_m.iter().flatten().fold(f64::INFINITY, f64::min);
        assert!(nearest.overall().unwrap().distance_m <= least + 1e-9);
    }
}

#[test]
fn samples_touch_within_contacts() {
    let d = drive(&W1);
    let hits = sampled_contacts(&d, ActorIx(0), Interval::ALL, &Options::default());
    assert_eq!(
        hits,
        sampled_contacts(&build_index(&d).unwrap(), ActorIx(0), Interval::ALL, &Options::default())
    );
    let all = contacts(&d, ActorIx(0), &Options::default()).intervals;
    assert_eq!(hits.len(), 27, "the workload's density sets every ratio of the benches");
    for h in &hits {
        assert!(all.iter().any(|c| c.actor == h.actor && c.from_ns <= h.t_ns && h.t_ns <= c.to_ns), "{h:?}");
    }
}

/// The same bytes on any number of threads.
#[test]
fn threads_do_not_show() {
    let d = drive(&Shape { actors: 60, steps: 20_000, seed: 5, asynchronous: false, spread: 0.5 });
    assert!(d.samples() > 1_000_000);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let o = Options::default();
            (
                contacts(&d, ActorIx(0), &o),
                clearances(&d, ActorIx(0), Interval::ALL, &o),
                clearance_column(&d, ActorIx(0), Interval::ALL, &o),
                sampled_contacts(&d, ActorIx(0), Interval::ALL, &o),
            )
        })
    };
    assert_eq!(on(1), on(5));
}

/// Interval by interval it is what the whole says.
#[test]
fn between_samples_is_within_contacts() {
    let d = fly_bys(30, 100, 3);
    let options = Options::default();
    let found = contacts(&d, ActorIx(0), &options).intervals;
    let mut held = vec![false; found.len()];
    for run in &d.runs()[1..] {
        let mut between = Between::new(&d, &d.runs()[0], run, &options);
        for i in 0..run.len() - 1 {
            for &(from, to) in between.touching(i, i).unwrap() {
                let whole = found
                    .iter()
                    .position(|c| c.actor == run.actor && c.from_ns <= from && to <= c.to_ns)
                    .expect("a contact of the whole");
                held[whole] = true;
            }
        }
        assert!(between.touching(run.len() - 1, 0).is_none() && between.touching(0, 2).is_none());
    }
    assert!(held.len() > 500 && held.iter().all(|h| *h));
}
