//! Who is level with the ego: beside it, or passing it before its next sample.
//!
//! Found once a block for all measures that look at those beside and at those who pass; each of them then looks closer. Never wrong
//! in what it leaves out.

use lukao_contact::RunBoxes;
use lukao_model::{Drive, math};

use crate::near::{Boxes, Near, Pick, Stretch, around};
use crate::{Measures, lanes_ahead, overtaking};

/// How far off somebody can be beside the ego or pass it, m.
pub(crate) const CLOSE_M: f64 = 40.0;

/// More than rounding costs, m.
const ROUNDING_M: f64 = 1e-3;

/// Who is so near that he can be beside the ego or pass it: within [`CLOSE_M`], and lengthwise, seen along the ego's heading, no
/// farther than the two bodies reach, or than one is to the side who is overtaken along a lane that the ego is askew in, and than
/// their ways in the step bring them.
pub(crate) fn level(m: &Measures<'_>) -> Near {
    let mut boxes = Boxes::default();
    for k in m.ego().in_block() {
        let (lo, hi) = around(&m.ego().samples()[k], CLOSE_M);
        boxes.push(lo, hi);
    }
    Near::picked(m, m.ego().in_block(), &boxes, Level::new(m))
}

/// What tells of the ego's samples in the block who is or comes level with it before the next: by columns, so that many of somebody's
/// samples are looked at together.
struct Level<'m> {
    drive: &'m Drive,
    x_m: Vec<f64>,
    y_m: Vec<f64>,
    sin: Vec<f64>,
    cos: Vec<f64>,
    /// Half the ego's length, m.
    half_m: Vec<f64>,
    /// Way of the ego to the next sample, and what its turning moves the farthest of those who are near, m.
    moves_m: Vec<f64>,
    /// Time of the next sample.
    to_ns: Vec<i64>,
}

impl<'m> Level<'m> {
    fn new(m: &'m Measures<'_>) -> Self {
        let samples = m.ego().samples();
        let mut out = Self {
            drive: m.window(),
            x_m: Vec::new(),
            y_m: Vec::new(),
            sin: Vec::new(),
            cos: Vec::new(),
            half_m: Vec::new(),
            moves_m: Vec::new(),
            to_ns: Vec::new(),
        };
        for k in m.ego().in_block() {
            let from = samples[k];
            let to = if from.goes_on { samples[k + 1] } else { from };
            let (dx, dy) = (to.pose.x_m - from.pose.x_m, to.pose.y_m - from.pose.y_m);
            let turn = math::angle_between(from.pose.yaw_rad, to.pose.yaw_rad).abs();
            let (sin, cos) = math::sin_cos(from.pose.yaw_rad);
            out.x_m.push(from.pose.x_m);
            out.y_m.push(from.pose.y_m);
            out.sin.push(sin);
            out.cos.push(cos);
            out.half_m.push(0.5 * m.window().runs()[from.run].size.length_m);
            out.moves_m.push(dx.abs() + dy.abs() + 2.0 * CLOSE_M * turn + ROUNDING_M);
            out.to_ns.push(to.t_ns);
        }
        out
    }

    /// How far lengthwise the middle of somebody who does not move may be from the ego's at one of its samples, m.
    fn reach_m(&self, j: usize, body_m: f64) -> f64 {
        (self.half_m[j] + body_m).max(overtaking::BESIDE_M) + self.moves_m[j]
    }
}

impl Pick for Level<'_> {
    fn ticks(&mut self, of: &Stretch, bits: u64) -> u64 {
        let (run, j) = (&self.drive.runs()[of.run], of.j..of.j + of.len);
        let body_m = lanes_ahead::reach_m(run);
        let (x, y) = (&run.x_m.values()[of.i..], &run.y_m.values()[of.i..]);
        let (own_x, own_y) = (&self.x_m[j.clone()], &self.y_m[j.clone()]);
        let (sin, cos) = (&self.sin[j.clone()], &self.cos[j]);
        // By how much each is out of reach.
        let mut beyond = [0.0; RunBoxes::SAMPLES];
        for c in 0..of.len.min(RunBoxes::SAMPLES) {
            let along = (x[c] - own_x[c]) * cos[c] + (y[c] - own_y[c]) * sin[c];
            beyond[c] = along.abs() - self.reach_m(of.j + c, body_m);
        }
        // He moves on to his next sample, if he has one.
        for c in 0..of.len.min(RunBoxes::SAMPLES).min(x.len() - 1) {
            beyond[c] -= (x[c + 1] - x[c]).abs() + (y[c + 1] - y[c]).abs();
        }
        // What is not a number proves nothing.
        let far = beyond[..of.len].iter().rev().fold(0, |far, b| far << 1 | u64::from(*b > 0.0));
        bits & !far
    }

    fn between(&self, of: &Stretch) -> bool {
        let run = &self.drive.runs()[of.run];
        let (x, y, times) = (run.x_m.values(), run.y_m.values(), self.drive.times(run));
        // He goes no farther than his samples up to the end of the step, and to the first of them.
        let (mut i, mut moves) = (of.i, 0.0);
        while i + 1 < x.len() && times[i] < self.to_ns[of.j] {
            moves += (x[i + 1] - x[i]).abs() + (y[i + 1] - y[i]).abs();
            i += 1;
        }
        let (dx, dy) = (x[of.i] - self.x_m[of.j], y[of.i] - self.y_m[of.j]);
        let along = dx * self.cos[of.j] + dy * self.sin[of.j];
        let out_of_reach = along.abs() > self.reach_m(of.j, lanes_ahead::reach_m(run)) + moves;
        !out_of_reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::Other;
    use crate::{Admit, Held};
    use lukao_model::Interval;
    use lukao_model::drive::Pose;
    use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};

    /// How far ahead of a pose, along its heading, somebody's middle is.
    fn ahead_m(of: &Pose, p: &Pose) -> f64 {
        let (sin, cos) = math::sin_cos(of.yaw_rad);
        (p.x_m - of.x_m) * cos + (p.y_m - of.y_m) * sin
    }

    /// Turning and standing egos, others on the ego's clock, on another one, and with gaps.
    #[test]
    fn whoever_is_beside_the_ego_or_passes_it_is_level() {
        let rng = &mut Rng::new(41);
        let (mut beside, mut passing, mut level, mut all) = (0, 0, 0, 0);
        for round in 0..20 {
            let (v, bend) = (rng.range(0.0, 15.0), rng.range(-0.4, 0.4));
            let at = |t: f64| (t, 2.0 * v * t, 30.0 * bend * t * t, bend * t);
            let way: Vec<_> = (0..9).map(|i| at(f64::from(i) * 0.5)).collect();
            let ego = ActorBuilder::car("ego").motion(Motion::points(&way));
            let mut drive = DriveBuilder::new("level").span_s(0.0, 4.0).hz(10.0).ego(ego);
            for i in 0..20 {
                let [x, y] = [rng.range(-30.0, 80.0), rng.range(-30.0, 30.0)];
                let to = [x + rng.range(-60.0, 60.0), y + rng.range(-20.0, 20.0)];
                let yaw = rng.range(-3.0, 3.0);
                let way = [(0.0, x, y, yaw), (4.0, to[0], to[1], yaw + rng.range(-1.0, 1.0))];
                let he = ActorBuilder::car(&format!("{i}")).motion(Motion::points(&way));
                drive = drive.actor(match i % 3 {
                    0 => he.hz([3.0, 25.0][round % 2]),
                    1 => he.present_s(&[(0.0, 1.0), (rng.range(1.5, 2.0), rng.range(3.0, 4.0))]),
                    _ => he.size(9.0, 2.5),
                });
            }
            let drive = drive.build();
            let held = Held::default();
            let m = Measures::new(&drive, Interval::ALL, None, Admit::ALL, &held);
            let (close, level_ones) = (Near::within(&m, CLOSE_M), m.level());
            for k in m.ego().in_block() {
                let found: Vec<Other> = level_ones.at(&m, k).collect();
                let s = &m.ego().samples()[k];
                for he in close.at(&m, k) {
                    let run = &drive.runs()[he.run];
                    let half = 0.5 * drive.runs()[s.run].size.length_m;
                    let along = ahead_m(&s.pose, &he.pose);
                    let is_beside =
                        along.abs() < half + 0.5 * math::hypot(run.size.length_m, run.size.width_m);
                    let then = m.ego().samples().get(k + 1).filter(|_| s.goes_on);
                    let passes =
                        then.zip(then.and_then(|n| drive.pose_at(run, n.t_ns))).is_some_and(|(n, p)| {
                            let (dx, dy) = (p.x_m - n.pose.x_m, p.y_m - n.pose.y_m);
                            let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
                            let lateral = (he.pose.y_m - s.pose.y_m) * cos - (he.pose.x_m - s.pose.x_m) * sin;
                            let middle = along >= 0.0 && dx * cos + dy * sin < 0.0;
                            let front = along > half && ahead_m(&n.pose, &p) <= half;
                            (middle && lateral.abs() <= overtaking::BESIDE_M) || front
                        });
                    let is_level = found.contains(&he);
                    assert!(is_level || !(is_beside || passes), "sample {k}: {he:?}");
                    beside += usize::from(is_beside);
                    passing += usize::from(passes);
                    level += usize::from(is_level);
                    all += 1;
                }
            }
        }
        assert!(beside > 500 && passing > 50, "{beside} {passing}");
        assert!(level < all / 2, "{level} of {all} near");
    }
}
