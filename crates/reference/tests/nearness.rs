//! Clearance, penetration, encounters and boundary crossings of random motion against brute force.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Case, case};
use lukao_contact::{
    BOUND_M, BoundaryPart, Lines, Options, Polyline, boundary_column, clearance_at, clearance_column,
    clearances, contacts, crossings, encounters,
};
use lukao_model::{ActorIx, Interval, math};
use lukao_reference::{Moving, check, signed_at};
use lukao_testkit::Rng;

const EGO: ActorIx = ActorIx(0);

fn cases(part: u64, whole: u64) -> u64 {
    if std::env::var_os("LUKAO_FULL").is_some() { whole } else { part }
}

/// Knots of both while both are known.
fn knots([a, b]: &[Moving; 2]) -> Vec<i64> {
    let (Some(a0), Some(b0)) = (a.t_ns.first(), b.t_ns.first()) else { return Vec::new() };
    let (from, to) = (*a0.max(b0), a.t_ns[a.t_ns.len() - 1].min(b.t_ns[b.t_ns.len() - 1]));
    let mut all: Vec<i64> =
        a.t_ns.iter().chain(&b.t_ns).copied().filter(|t| from <= *t && *t <= to).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Least signed distance over 33 looks a knot interval.
fn least(bodies: &[Moving; 2], from: i64, to: i64) -> f64 {
    let inside: Vec<i64> = knots(bodies).into_iter().filter(|t| from < *t && *t < to).collect();
    let all: Vec<i64> = [from].into_iter().chain(inside).chain([to]).collect();
    let look = |w: &[i64]| {
        let step = (w[1] - w[0]) as f64 / 32.0;
        let parts: Vec<f64> =
            (0..=32).map(|k| signed_at(&bodies[0], &bodies[1], w[0], f64::from(k) * step)).collect();
        parts.into_iter().fold(f64::INFINITY, f64::min)
    };
    all.windows(2).map(look).fold(signed_at(&bodies[0], &bodies[1], from, 0.0), f64::min)
}

/// How far any point of a body comes in a nanosecond, at most: in some cases a step, with half a turn, is hardly longer.
fn metres_in_a_ns(body: &Moving) -> f64 {
    let radius = body.corners.iter().map(|c| math::hypot(c[0], c[1])).fold(0.0, f64::max);
    let step = |k: usize| {
        let ([x, y, from], [u, v, to]) = (body.pose[k], body.pose[k + 1]);
        let way = math::hypot(u - x, v - y) + math::angle_between(from, to).abs() * radius;
        way / (body.t_ns[k + 1] - body.t_ns[k]) as f64
    };
    (0..body.pose.len().saturating_sub(1)).map(step).fold(0.0, f64::max)
}

#[test]
fn clearance_and_penetration() {
    let options = Options::default();
    for seed in 0..cases(4_000, 100_000) {
        let case = case(&mut Rng::new(seed ^ 0xc1ea_0000_0000));
        let (drive, bodies) = (case.drive(), &case.bodies);
        let all = knots(bodies);
        let found = clearances(&drive, EGO, Interval::ALL, &options);
        let (Some(from), Some(to)) = (all.first(), all.last()) else {
            assert!(found.nearest.is_empty());
            continue;
        };
        let n = found.overall().unwrap();
        // Times are whole nanoseconds.
        let slack = 1e-5 + bodies.iter().map(metres_in_a_ns).sum::<f64>();
        let sampled = least(bodies, *from, *to).max(0.0);
        assert!(n.distance_m <= sampled + 1e-4, "case {seed}: {n:?}, looks gave {sampled}");
        let there = signed_at(&bodies[0], &bodies[1], n.at_ns, 0.0).max(0.0);
        assert!((there - n.distance_m).abs() < slack, "case {seed}: {n:?}, there {there}");
        let gap = [n.ego_point_m[0] - n.actor_point_m[0], n.ego_point_m[1] - n.actor_point_m[1]];
        assert!(((gap[0] * gap[0] + gap[1] * gap[1]).sqrt() - n.distance_m).abs() < 1e-6);
        let at = clearance_at(&drive, EGO, ActorIx(1), n.at_ns, &options).unwrap();
        assert!((at.distance_m - n.distance_m).abs() < slack);

        for c in contacts(&drive, EGO, &options).intervals {
            let deepest = -least(bodies, c.from_ns, c.to_ns);
            assert!(c.deepest_m >= deepest - 1e-4, "case {seed}: {c:?}, looks gave {deepest}");
            let there = (-signed_at(&bodies[0], &bodies[1], c.deepest_ns, 0.0)).max(0.0);
            assert!((there - c.deepest_m).abs() < slack, "case {seed}: {c:?}, there {there}");
        }

        let column = clearance_column(&drive, EGO, Interval::ALL, &options);
        assert_eq!(column.t_ns, bodies[0].t_ns);
        for (k, t) in column.t_ns.iter().enumerate() {
            let known = from <= t && t <= to;
            let want = known.then(|| signed_at(&bodies[0], &bodies[1], *t, 0.0).max(0.0));
            let got = column.distance_m.get(k);
            assert_eq!(got.is_some(), known, "case {seed} sample {k}");
            assert!(
                (got.unwrap_or(0.0) - want.unwrap_or(0.0)).abs() < 1e-7,
                "case {seed}: {got:?} for {want:?}"
            );
        }

        let within = 0.5;
        let met = encounters(&drive, EGO, within, Interval::ALL, &options);
        for t in all.windows(2).map(|w| w[0] + (w[1] - w[0]) / 2).chain(all.iter().copied()) {
            if signed_at(&bodies[0], &bodies[1], t, 0.0) <= within {
                assert!(met.iter().any(|e| e.when.contains(t)), "case {seed}: no encounter at {t}");
            }
        }
    }
}

/// A line of one edge is a body that stands still.
#[test]
fn lines_are_crossed_when_they_are() {
    let options = Options::default();
    let mut touched = 0;
    let n = cases(6_000, 100_000);
    for seed in 0..n {
        let mut r = Rng::new(seed ^ 0xb0b0_0000_0000);
        let mut case: Case = case(&mut r);
        if case.bodies[0].t_ns.is_empty() || case.bodies[1].t_ns.is_empty() {
            continue;
        }
        let at = case.bodies[1].pose[0];
        let to = [at[0] + r.range(-8.0, 8.0), at[1] + r.range(-8.0, 8.0)];
        let edge = Polyline { id: 7, points_m: vec![[at[0], at[1]], to], z_m: None };
        let lines = Lines::new(&[edge]).unwrap();
        let t = case.bodies[0].t_ns.clone();
        case.bodies[1] = Moving {
            pose: vec![[at[0], at[1], 0.0]; t.len()],
            t_ns: t.clone(),
            corners: vec![[0.0, 0.0], [to[0] - at[0], to[1] - at[1]]],
        };
        let drive = case.drive();
        let found = crossings(&drive, EGO, &lines, BoundaryPart::Body, &options).unwrap();
        let reported: Vec<(i64, i64)> = found.iter().map(|c| (c.from_ns, c.to_ns)).collect();
        touched += u64::from(!found.is_empty());
        if let Err(v) = check(&case.bodies[0], &case.bodies[1], &reported, BOUND_M) {
            panic!("case {seed}: {v:?}\nreported {reported:?}\n{case:#?}");
        }
        let (times, column) = boundary_column(&drive, EGO, &lines, 50.0, Interval::ALL, &options);
        assert_eq!(times, t);
        for (k, t) in t.iter().enumerate() {
            let want = signed_at(&case.bodies[0], &case.bodies[1], *t, 0.0).max(0.0);
            let got = column.get(k);
            assert!(
                got.is_some_and(|d| (d - want).abs() < 1e-7) || (got.is_none() && want > 50.0),
                "case {seed}: {got:?} for {want}"
            );
        }
    }
    assert!(touched > n / 10, "{touched} of {n} cross");
}
