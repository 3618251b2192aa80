//! A long way past many lines: each is crossed as if it were alone, and as brute force says.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Case, case};
use lukao_contact::{
    BOUND_M, BoundaryPart, CrossingScan, Lines, Options, Polyline, block_crossings, boundary_column,
    crossings,
};
use lukao_model::{ActorIx, Interval, math};
use lukao_reference::{Moving, check, signed_at};
use lukao_testkit::Rng;

const EGO: ActorIx = ActorIx(0);

/// A winding way with stops and fast stretches, and lines strewn around it: stubs, points, long ones, fine chains.
fn scene(r: &mut Rng) -> (Case, Vec<Polyline>) {
    let origin = if r.chance(0.3) { [500_000.0, 4_400_000.0] } else { [0.0, 0.0] };
    let mut case = case(r);
    let n = 30 + r.below(60);
    let (mut p, mut heading, mut speed) = (origin, r.range(-3.0, 3.0), r.range(0.0, 30.0));
    let drift = [0.0, 0.0, 0.1, 1.5][r.below(4)];
    let mut pose = Vec::with_capacity(n);
    for k in 0..n {
        pose.push([p[0], p[1], math::wrap_angle(heading + drift * k as f64)]);
        heading += r.range(-0.08, 0.08);
        speed = if r.chance(0.05) { [0.0, 3.0, 40.0][r.below(3)] } else { speed };
        let (s, c) = math::sin_cos(heading);
        p = [p[0] + c * speed * 0.1, p[1] + s * speed * 0.1];
    }
    let corners = case.bodies[0].corners.clone();
    let t_ns: Vec<i64> = (0..n as i64).map(|k| k * 100_000_000).collect();
    case.shared_clock = true;
    case.bodies = [Moving { t_ns: t_ns.clone(), pose: pose.clone(), corners }, case.bodies[1].clone()];
    case.bodies[1].t_ns = t_ns;
    case.bodies[1].pose = vec![[origin[0] + 9e3, origin[1], 0.0]; n];

    let mut lines = Vec::new();
    for id in 0..30 {
        let at = pose[r.below(n)];
        let aside = [1.0, 6.0, 40.0][r.below(3)];
        let mut q = [at[0] + r.range(-aside, aside), at[1] + r.range(-aside, aside)];
        let (corners, step) = [(2, 3.0), (2, 0.0), (2, 60.0), (12, 0.5), (6, 5.0)][r.below(5)];
        let mut way = r.range(-3.0, 3.0);
        let points_m = (0..corners)
            .map(|_| {
                let (s, c) = math::sin_cos(way);
                way += r.range(-0.3, 0.3);
                let now = q;
                q = [q[0] + c * step, q[1] + s * step];
                now
            })
            .collect();
        lines.push(Polyline { id, points_m, z_m: None });
    }
    (case, lines)
}

#[test]
fn many_lines_are_crossed_as_each_alone() {
    let options = Options::default();
    let (mut touched, mut near) = (0, 0);
    let n = if std::env::var_os("LUKAO_FULL").is_some() { 3_000 } else { 150 };
    for seed in 0..n {
        let mut r = Rng::new(seed ^ 0x11e5_0000_0000);
        let (case, all) = scene(&mut r);
        let (drive, lines) = (case.drive(), Lines::new(&all).unwrap());
        let found = crossings(&drive, EGO, &lines, BoundaryPart::Body, &options).unwrap();
        let mut single = Vec::new();
        for (k, line) in all.iter().enumerate() {
            let alone = Lines::new(std::slice::from_ref(line)).unwrap();
            let mut c = crossings(&drive, EGO, &alone, BoundaryPart::Body, &options).unwrap();
            c.iter_mut().for_each(|c| c.line = k);
            if line.points_m.len() == 2 {
                let reported: Vec<(i64, i64)> = c.iter().map(|c| (c.from_ns, c.to_ns)).collect();
                let still = standing(line, 0, &case.bodies[0]);
                if let Err(v) = check(&case.bodies[0], &still, &reported, BOUND_M) {
                    panic!("case {seed}, line {k}: {v:?}\nreported {reported:?}\n{line:?}\n{case:#?}");
                }
            }
            single.extend(c);
        }
        single.sort_by_key(|c| (c.from_ns, c.line, c.body, c.wheel));
        assert_eq!(found, single, "case {seed}");
        touched += found.len();

        let mut scan = CrossingScan::default();
        let mut from = 0;
        let mut given = Vec::new();
        while from < 10_000_000_000 {
            let block = Interval::new(from, from + 1 + r.below(2_000_000_000) as i64);
            let window = drive.slice(from - 300_000_000, block.to_ns + 300_000_000);
            scan.take(
                block,
                &block_crossings(&window, EGO, &lines, BoundaryPart::Body, block, &options).unwrap(),
            );
            given.extend(scan.ended());
            from = block.to_ns;
        }
        given.extend(scan.finish());
        given.sort_by_key(|c| (c.from_ns, c.line, c.body, c.wheel));
        assert_eq!(given, found, "case {seed} in blocks");

        let within = [3.0, 20.0, 1e4][r.below(3)];
        let (times, column) = boundary_column(&drive, EGO, &lines, within, Interval::ALL, &options);
        let late = Interval::new(times[times.len() / 2], i64::MAX);
        let (_, rest) = boundary_column(&drive, EGO, &lines, within, late, &options);
        let edges: Vec<Moving> = all
            .iter()
            .flat_map(|l| (0..l.points_m.len() - 1).map(|k| standing(l, k, &case.bodies[0])))
            .collect();
        for (k, t) in times.iter().enumerate() {
            if let Some(later) = k.checked_sub(times.len() / 2) {
                assert_eq!(column.get(k), rest.get(later), "case {seed} from the middle on");
            }
            if k % 7 != 0 {
                continue;
            }
            let to = |e: &Moving| signed_at(&case.bodies[0], e, *t, 0.0).max(0.0);
            let want = edges.iter().map(to).fold(f64::INFINITY, f64::min);
            let got = column.get(k);
            assert!(
                got.is_some_and(|d| (d - want).abs() < 1e-7) || (got.is_none() && want > within),
                "case {seed}, sample {k}: {got:?} for {want}"
            );
            near += usize::from(got.is_some());
        }
    }
    assert!(touched > 500 && near > 500, "{touched} crossings, {near} samples near a line");
}

/// An edge as a body that stands still.
fn standing(line: &Polyline, k: usize, like: &Moving) -> Moving {
    let (from, to) = (line.points_m[k], line.points_m[k + 1]);
    Moving {
        t_ns: like.t_ns.clone(),
        pose: vec![[from[0], from[1], 0.0]; like.t_ns.len()],
        corners: vec![[0.0, 0.0], [to[0] - from[0], to[1] - from[1]]],
    }
}
