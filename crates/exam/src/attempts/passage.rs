//! Passages of the ego through stations.
//!
//! Between two samples the footprint moves straight. A gate is passed forward when a point of the body goes from behind it to
//! before it between its ends. A zone is entered at the first sample at which the footprint overlaps it, and left after the last.

use lukao_measure::{Admit, body};
use lukao_model::drive::Pose;
use lukao_model::vehicle::BoxSize;
use lukao_model::{Drive, Interval};
use lukao_track::{Gate, Station};

/// Ways longer than this from one sample to the next are leaps of the log, not driven, metres.
const LEAP_M: f64 = 20.0;
/// Farther from both gates than this, and than they are from each other, it is on another way, metres.
const STRAY_M: f64 = 100.0;
/// The ego's underside may be this far above or below the heights of a station, metres.
const LEVEL_M: f64 = 2.0;

/// One passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    /// Index of the station.
    pub station: usize,
    pub when: Interval,
    /// Whether it was seen to its end.
    pub whole: bool,
}

/// Follows the ego through the stations.
pub(super) struct Passages {
    admit: Admit,
    watched: Vec<Watched>,
    last: Option<At>,
    done: Vec<Passage>,
}

/// A station with what is going on there.
struct Watched {
    station: usize,
    shape: Shape,
    z_m: Option<[f64; 2]>,
    /// Box around the gates or the zone.
    around: [[f64; 2]; 2],
    since_ns: Option<i64>,
    last_ns: i64,
}

enum Shape {
    Gates(Gate, Gate),
    Zone(Vec<[f64; 2]>),
}

#[derive(Clone, Copy)]
struct At {
    t_ns: i64,
    pose: Pose,
    size: BoxSize,
    z_m: Option<f64>,
}

impl At {
    fn front(&self) -> [f64; 2] {
        body::point_m(&self.pose, [0.5 * self.size.length_m, 0.0])
    }

    fn rear(&self) -> [f64; 2] {
        body::point_m(&self.pose, [-0.5 * self.size.length_m, 0.0])
    }
}

impl Passages {
    pub fn new(stations: &[Station], kinds: &[&str], admit: Admit) -> Self {
        let watched = stations.iter().enumerate().filter(|(_, s)| kinds.contains(&s.kind.as_str()));
        let watched = watched.filter_map(|(station, s)| {
            let shape = match (&s.entry, &s.exit, &s.zone) {
                (Some(entry), Some(exit), _) => Shape::Gates(*entry, *exit),
                (_, _, Some(zone)) => Shape::Zone(zone.clone()),
                _ => return None,
            };
            let points: &[[f64; 2]] = match &shape {
                Shape::Gates(a, b) => &[a[0], a[1], b[0], b[1]],
                Shape::Zone(zone) => zone,
            };
            let around = [f64::min as fn(f64, f64) -> f64, f64::max].map(|pick| {
                points.iter().copied().reduce(|a, b| [pick(a[0], b[0]), pick(a[1], b[1])]).unwrap_or_default()
            });
            Some(Watched { station, shape, z_m: s.z_m, around, since_ns: None, last_ns: 0 })
        });
        Self { admit, watched: watched.collect(), last: None, done: Vec::new() }
    }

    pub fn push(&mut self, stretch: &Drive) {
        let Some(ego) = stretch.header().ego else { return };
        let admit = self.admit;
        for run in stretch.runs_of(ego).iter().filter(|r| admit.admits_pose(r.origin)) {
            let times = stretch.times(run);
            for (i, t_ns) in times.iter().enumerate() {
                let z_m = run.z_m.as_ref().and_then(|z| z.get(i));
                self.step(At { t_ns: *t_ns, pose: run.pose(i), size: run.size, z_m });
            }
        }
    }

    fn step(&mut self, at: At) {
        let reach = 0.5 * (at.size.length_m + at.size.width_m) + LEAP_M;
        let before = self.last.replace(at).filter(|b| {
            let (dx, dy) = (at.pose.x_m - b.pose.x_m, at.pose.y_m - b.pose.y_m);
            dx * dx + dy * dy <= LEAP_M * LEAP_M
        });
        for w in &mut self.watched {
            if w.since_ns.is_none() && w.beside_m(&at) > reach {
                continue;
            }
            if w.strayed(&at) {
                w.since_ns = None;
                continue;
            }
            let level = match (w.z_m, at.z_m) {
                (Some([lo, hi]), Some(z)) => lo - LEVEL_M <= z && z <= hi + LEVEL_M,
                _ => true,
            };
            w.step(before.as_ref(), &at, level, &mut self.done);
        }
    }

    pub fn finish(mut self) -> Vec<Passage> {
        for w in &mut self.watched {
            if let Some(from_ns) = w.since_ns {
                // Whoever stands in a zone at the log's end, as parked cars do, has done what there was to do.
                let whole = matches!(w.shape, Shape::Zone(_));
                // Whoever has passed the first gate and is gone took another way.
                if !whole
                    && self.last.is_none_or(|at| w.beside_m(&at) > 0.5 * (at.size.length_m + at.size.width_m))
                {
                    continue;
                }
                self.done.push(Passage {
                    station: w.station,
                    when: Interval::new(from_ns, w.last_ns),
                    whole,
                });
            }
        }
        self.done.sort_by_key(|p| (p.when, p.station));
        self.done
    }
}

impl Watched {
    /// How far the body's middle is outside the box around the station, along x or y, metres.
    fn beside_m(&self, at: &At) -> f64 {
        let [lo, hi] = self.around;
        let out = |v: f64, k: usize| (lo[k] - v).max(v - hi[k]).max(0.0);
        out(at.pose.x_m, 0).max(out(at.pose.y_m, 1))
    }

    /// Whether it has gone so far from both gates that it is on another way.
    fn strayed(&self, at: &At) -> bool {
        let [lo, hi] = self.around;
        let size = (hi[0] - lo[0]).max(hi[1] - lo[1]);
        matches!(self.shape, Shape::Gates(..)) && self.beside_m(at) > size.max(STRAY_M)
    }

    fn step(&mut self, before: Option<&At>, at: &At, level: bool, done: &mut Vec<Passage>) {
        match &self.shape {
            Shape::Gates(entry, exit) => {
                let Some(before) = before else { return };
                let when = |gate: &Gate, a: [f64; 2], b: [f64; 2]| {
                    let part = passed(gate, a, b).filter(|_| level)?;
                    Some(before.t_ns + ((at.t_ns - before.t_ns) as f64 * part) as i64)
                };
                if let Some(from_ns) = self.since_ns
                    && let Some(to_ns) = when(exit, before.rear(), at.rear())
                {
                    self.since_ns = None;
                    let when = Interval::new(from_ns, to_ns.max(from_ns));
                    done.push(Passage { station: self.station, when, whole: true });
                }
                if let Some(t_ns) = when(entry, before.front(), at.front()) {
                    self.since_ns = Some(t_ns);
                }
                self.last_ns = at.t_ns;
            }
            Shape::Zone(zone) => {
                let inside = level && overlaps(zone, &body::corners_m(&at.pose, &at.size));
                if inside {
                    self.since_ns = self.since_ns.or(Some(at.t_ns));
                    self.last_ns = at.t_ns;
                } else if let Some(from_ns) = self.since_ns.take() {
                    let when = Interval::new(from_ns, self.last_ns);
                    done.push(Passage { station: self.station, when, whole: true });
                }
            }
        }
    }
}

/// Which side of the line through a gate a point is on: positive before it, as one drives through.
fn beyond(gate: &Gate, p: [f64; 2]) -> f64 {
    let [[ax, ay], [bx, by]] = *gate;
    // The gate runs from the driver's left to his right, so forward is to its left.
    (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax)
}

/// The part of the way from `a` to `b` at which the gate is passed forward.
fn passed(gate: &Gate, a: [f64; 2], b: [f64; 2]) -> Option<f64> {
    let (from, to) = (beyond(gate, a), beyond(gate, b));
    if from > 0.0 || to <= 0.0 {
        return None;
    }
    let part = from / (from - to);
    let at = [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
    let [l, r] = *gate;
    let along = (at[0] - l[0]) * (r[0] - l[0]) + (at[1] - l[1]) * (r[1] - l[1]);
    let length2 = (r[0] - l[0]) * (r[0] - l[0]) + (r[1] - l[1]) * (r[1] - l[1]);
    (0.0..=length2).contains(&along).then_some(part)
}

/// Whether two polygons overlap; the second is convex.
fn overlaps(zone: &[[f64; 2]], body: &[[f64; 2]; 4]) -> bool {
    let sides = |p: &[[f64; 2]]| (0..p.len()).map(|i| [p[i], p[(i + 1) % p.len()]]).collect::<Vec<Gate>>();
    let crosses = |a: &Gate, b: &Gate| {
        let apart = |g: &Gate, s: &Gate| (beyond(g, s[0]) > 0.0) == (beyond(g, s[1]) > 0.0);
        !apart(a, b) && !apart(b, a)
    };
    let own = sides(body);
    inside(zone, body[0])
        || inside(body, zone[0])
        || sides(zone).iter().any(|z| own.iter().any(|s| crosses(z, s)))
}

/// Whether a point lies in a polygon: by the number of sides that a ray crosses.
fn inside(polygon: &[[f64; 2]], p: [f64; 2]) -> bool {
    let mut odd = false;
    for i in 0..polygon.len() {
        let (a, b) = (polygon[i], polygon[(i + 1) % polygon.len()]);
        if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0] + (p[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) {
            odd = !odd;
        }
    }
    odd
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: Gate = [[0.0, 2.0], [0.0, -2.0]];

    #[test]
    fn a_gate_is_passed_forward_and_between_its_ends() {
        assert_eq!(passed(&GATE, [-1.0, 0.0], [3.0, 0.0]), Some(0.25));
        assert_eq!(passed(&GATE, [3.0, 0.0], [-1.0, 0.0]), None);
        assert_eq!(passed(&GATE, [-1.0, 2.1], [3.0, 2.1]), None);
        assert_eq!(passed(&GATE, [-1.0, 0.0], [0.0, 0.0]), None, "it is reached, not passed");
        assert_eq!(passed(&GATE, [0.0, 0.0], [1.0, 0.0]), Some(0.0));
    }

    #[test]
    fn zones_may_have_bays() {
        let zone = [
            [0.0, 0.0],
            [10.0, 0.0],
            [10.0, 10.0],
            [6.0, 10.0],
            [6.0, 4.0],
            [4.0, 4.0],
            [4.0, 10.0],
            [0.0, 10.0],
        ];
        let at = |x: f64, y: f64, w: f64| [[x - w, y - w], [x + w, y - w], [x + w, y + w], [x - w, y + w]];
        assert!(overlaps(&zone, &at(2.0, 6.0, 0.5)));
        assert!(!overlaps(&zone, &at(5.0, 7.0, 0.5)), "in the bay");
        assert!(overlaps(&zone, &at(5.0, 7.0, 1.5)), "across the bay");
        assert!(overlaps(&zone, &at(5.0, 5.0, 50.0)) && !overlaps(&zone, &at(20.0, 5.0, 1.0)));
    }
}
