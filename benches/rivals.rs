//! What a careful user of parry2d would write, on the same drives. All work on drives with one clock.

use lukao_model::{Drive, Run, math};
use parry2d_f64::bounding_volume::BoundingVolume;
use parry2d_f64::math::{Pose, Vector};
use parry2d_f64::query::{NonlinearRigidMotion, cast_shapes_nonlinear, distance, intersection_test};
use parry2d_f64::shape::{Cuboid, Polyline as ParryPolyline};

pub fn cuboid(r: &Run) -> Cuboid {
    Cuboid::new(Vector::new(r.size.length_m * 0.5, r.size.width_m * 0.5))
}

pub fn pose(r: &Run, i: usize) -> Pose {
    Pose::new(Vector::new(r.x_m.values()[i], r.y_m.values()[i]), r.yaw_rad.values()[i])
}

fn radius(r: &Run) -> f64 {
    0.5 * math::hypot(r.size.length_m, r.size.width_m)
}

/// `intersection_test` for each pair and step.
pub fn naive(drive: &Drive) -> usize {
    let ego = &drive.runs()[0];
    let mine = cuboid(ego);
    let mut hits = 0;
    for r in &drive.runs()[1..] {
        let other = cuboid(r);
        for i in 0..r.len() {
            let k = r.first + i;
            hits += usize::from(
                intersection_test(&pose(ego, k), &mine, &pose(r, i), &other).is_ok_and(|h| h.intersecting),
            );
        }
    }
    hits
}

/// The same, where circles around both overlap.
pub fn in_circles(drive: &Drive) -> usize {
    let ego = &drive.runs()[0];
    let mine = cuboid(ego);
    let (ex, ey) = (ego.x_m.values(), ego.y_m.values());
    let mut hits = 0;
    for r in &drive.runs()[1..] {
        let other = cuboid(r);
        let reach = radius(ego) + radius(r);
        let (x, y) = (r.x_m.values(), r.y_m.values());
        for i in 0..r.len() {
            let k = r.first + i;
            let (dx, dy) = (x[i] - ex[k], y[i] - ey[k]);
            if dx * dx + dy * dy <= reach * reach {
                hits += usize::from(
                    intersection_test(&pose(ego, k), &mine, &pose(r, i), &other)
                        .is_ok_and(|h| h.intersecting),
                );
            }
        }
    }
    hits
}

/// A body in a frame: pose and half size, as a simulation keeps its objects.
struct Object {
    at: [f64; 3],
    half: [f64; 2],
    radius: f64,
}

/// A drive with one clock as frames of objects.
pub struct Frames {
    ego: Vec<Object>,
    others: Vec<Object>,
    /// First object of each frame, and one past the last.
    first: Vec<usize>,
}

impl Frames {
    pub fn new(drive: &Drive) -> Self {
        let object = |r: &Run, i: usize| Object {
            at: [r.x_m.values()[i], r.y_m.values()[i], r.yaw_rad.values()[i]],
            half: [r.size.length_m * 0.5, r.size.width_m * 0.5],
            radius: radius(r),
        };
        let ego = &drive.runs()[0];
        let mut frames: Vec<Vec<Object>> = (0..ego.len()).map(|_| Vec::new()).collect();
        for r in &drive.runs()[1..] {
            (0..r.len()).for_each(|i| frames[r.first + i].push(object(r, i)));
        }
        let mut first = vec![0];
        first.extend(frames.iter().scan(0, |n, f| {
            *n += f.len();
            Some(*n)
        }));
        let ego = (0..ego.len()).map(|i| object(ego, i)).collect();
        Self { ego, others: frames.into_iter().flatten().collect(), first }
    }

    /// `intersection_test` where circles around both overlap, frame by frame.
    pub fn in_circles(&self) -> usize {
        let placed = |o: &Object| {
            let at = Pose::new(Vector::new(o.at[0], o.at[1]), o.at[2]);
            (at, Cuboid::new(Vector::new(o.half[0], o.half[1])))
        };
        let mut hits = 0;
        for (e, w) in self.ego.iter().zip(self.first.windows(2)) {
            let (at, mine) = placed(e);
            for o in &self.others[w[0]..w[1]] {
                let (dx, dy, reach) = (o.at[0] - e.at[0], o.at[1] - e.at[1], o.radius + e.radius);
                if dx * dx + dy * dy <= reach * reach {
                    let (there, other) = placed(o);
                    hits += usize::from(
                        intersection_test(&at, &mine, &there, &other).is_ok_and(|h| h.intersecting),
                    );
                }
            }
        }
        hits
    }
}

/// `distance` for each pair and step, the least at each step.
pub fn distances(drive: &Drive) -> Vec<f64> {
    let ego = &drive.runs()[0];
    let mine = cuboid(ego);
    let mut least = vec![f64::INFINITY; ego.len()];
    for r in &drive.runs()[1..] {
        let other = cuboid(r);
        for i in 0..r.len() {
            let k = r.first + i;
            if let Ok(d) = distance(&pose(ego, k), &mine, &pose(r, i), &other) {
                least[k] = least[k].min(d.distance);
            }
        }
    }
    least
}

fn motion(r: &Run, i: usize, seconds: f64) -> NonlinearRigidMotion {
    let (p, q) = (r.pose(i), r.pose(i + 1));
    let turn = math::angle_between(p.yaw_rad, q.yaw_rad);
    let v = Vector::new((q.x_m - p.x_m) / seconds, (q.y_m - p.y_m) / seconds);
    NonlinearRigidMotion::new(pose(r, i), Vector::ZERO, v, turn / seconds)
}

/// `cast_shapes_nonlinear` of run `a` from sample `i` and run `b` from sample `j`.
pub fn cast(a: &Run, i: usize, b: &Run, j: usize, seconds: f64) -> bool {
    cast_shapes_nonlinear(
        &motion(a, i, seconds),
        &cuboid(a),
        &motion(b, j, seconds),
        &cuboid(b),
        0.0,
        seconds,
        true,
    )
    .is_ok_and(|hit| hit.is_some())
}

/// The same for one in `each` pairs and steps of a drive with one clock of 0.1 s.
pub fn casts(drive: &Drive, each: usize) -> usize {
    let ego = &drive.runs()[0];
    let (mut hits, mut next) = (0, 0);
    for r in &drive.runs()[1..] {
        let n = r.len() - 1;
        while next < n {
            hits += usize::from(cast(ego, r.first + next, r, next, 0.1));
            next += each;
        }
        next -= n;
    }
    hits
}

fn polyline(line: &lukao_contact::Polyline) -> ParryPolyline {
    ParryPolyline::new(line.points_m.iter().map(|p| Vector::new(p[0], p[1])).collect(), None)
}

/// Steps at which the ego touches a line.
pub fn on_lines(drive: &Drive, lines: &[lukao_contact::Polyline]) -> u64 {
    let ego = &drive.runs()[0];
    let mine = cuboid(ego);
    let lines: Vec<ParryPolyline> = lines.iter().map(polyline).collect();
    let on = |i: &usize| {
        let at = pose(ego, *i);
        lines.iter().any(|l| intersection_test(&Pose::IDENTITY, l, &at, &mine).is_ok_and(|h| h.intersecting))
    };
    (0..ego.len()).filter(on).count() as u64
}

/// The least distance of the ego to a line at each step.
pub fn to_lines(drive: &Drive, lines: &[lukao_contact::Polyline]) -> u64 {
    let ego = &drive.runs()[0];
    let mine = cuboid(ego);
    let lines: Vec<ParryPolyline> = lines.iter().map(polyline).collect();
    let mut last = 0.0f64;
    for i in 0..ego.len() {
        let at = pose(ego, i);
        let to = |l: &ParryPolyline| {
            distance(&Pose::IDENTITY, l, &at, &mine).map_or(f64::INFINITY, |d| d.distance)
        };
        last = lines.iter().map(to).fold(f64::INFINITY, f64::min);
    }
    last.to_bits()
}

/// Touching pairs of all actors over all steps of a drive with one clock, with or without a look at boxes first.
pub fn all_pairs(drive: &Drive, boxes: bool) -> u64 {
    let steps = drive.clocks()[0].t_ns.len();
    let mut now: Vec<Vec<(usize, usize)>> = vec![Vec::new(); steps];
    for (k, r) in drive.runs().iter().enumerate() {
        (0..r.len()).for_each(|i| now[r.first + i].push((k, i)));
    }
    let mut hits = 0;
    let mut here = Vec::new();
    for step in &now {
        here.clear();
        for &(k, i) in step {
            let r = &drive.runs()[k];
            let (shape, at) = (cuboid(r), pose(r, i));
            here.push((shape, at, shape.aabb(&at)));
        }
        for (k, a) in here.iter().enumerate() {
            for b in &here[k + 1..] {
                if boxes && !a.2.intersects(&b.2) {
                    continue;
                }
                hits += u64::from(intersection_test(&a.1, &a.0, &b.1, &b.0).is_ok_and(|h| h.intersecting));
            }
        }
    }
    hits
}
