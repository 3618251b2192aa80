//! Lines across the road that the middle of the ego's front bumper passes, in continuous time.
//!
//! **Passing** (s): the middle of the front bumper goes from before the line to beyond it, in the direction of
//! the traffic that the line faces, less than 60° off that direction, within the line or at most half the ego's
//! width beside it. Between two samples the pose is linear and the time is found to the nanosecond.
//!
//! **Uncertainty** of the time: that of the place along the lane (position, half of the size's, survey)
//! divided by the speed; unknown if one of these is, or if the ego stands.

use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::to_s;
use lukao_model::vehicle::BoxSize;
use lukao_model::{Drive, math};
use lukao_track::Track;

use crate::body;
use crate::value::Value;
use crate::{Ego, EgoSample};

/// Most that a heading may differ from the direction of the traffic that a line faces: cos 60°.
const COS_MOST_OFF: f64 = 0.5;

/// A line in plan: from its left end to its right end, and the direction of traffic over it.
pub(crate) struct Gate {
    from: [f64; 2],
    along: [f64; 2],
    length: f64,
    forward: [f64; 2],
    z: f64,
}

impl Gate {
    /// From the driver's left to his right; of several points the first and the last.
    pub(crate) fn along(points: &[[f64; 3]]) -> Option<Self> {
        let (a, b) = (points.first()?, points.last()?);
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = math::hypot(dx, dy);
        let along = [dx / length, dy / length];
        (length > 0.0).then_some(Self {
            from: [a[0], a[1]],
            along,
            length,
            // The line runs from the driver's left to his right.
            forward: [-along[1], along[0]],
            z: f64::midpoint(a[2], b[2]),
        })
    }

    /// How far beyond the line a point is, and how far to the right of its left end.
    pub(crate) fn see(&self, p: [f64; 2]) -> (f64, f64) {
        let d = [p[0] - self.from[0], p[1] - self.from[1]];
        (d[0] * self.forward[0] + d[1] * self.forward[1], d[0] * self.along[0] + d[1] * self.along[1])
    }

    /// From no farther off its left end than this, along either axis, a body can have its front pass the line in a step in which
    /// its centre moves so far: the front moves no farther than the centre and by its turning, and is beside the line by no more
    /// than half the width.
    pub(crate) fn reach_m(&self, size: &BoxSize, moved_m: f64) -> f64 {
        const ROUNDING_M: f64 = 1.0;
        self.length + size.width_m + size.length_m + 2.0 * (moved_m + size.length_m) + ROUNDING_M
    }

    /// The line's left end.
    pub(crate) fn left_end_m(&self) -> [f64; 2] {
        self.from
    }

    /// Whether a place is within a distance of the line's left end along both axes.
    fn within(&self, reach_m: f64, pose: &Pose) -> bool {
        (pose.x_m - self.from[0]).abs() <= reach_m && (pose.y_m - self.from[1]).abs() <= reach_m
    }

    /// When the ego's front passes the line in the step that begins at sample `k`, ns, rounded up.
    pub(crate) fn passed(&self, drive: &Drive, track: &Track, ego: &Ego, k: usize) -> Option<i64> {
        let s = ego.samples()[k];
        if !s.goes_on {
            return None;
        }
        let next = ego.samples()[k + 1];
        let size = ego.size(drive, k);
        if !self.within(self.reach_m(&size, moved_m(&s, &next)), &s.pose) {
            return None;
        }
        let front = [0.5 * size.length_m, 0.0];
        let ((before, beside), (after, _)) =
            (self.see(body::point_m(&s.pose, front)), self.see(body::point_m(&next.pose, front)));
        let passes =
            before < 0.0 && after >= 0.0 && beside.abs() <= self.length + size.width_m + (after - before);
        if !passes || !on_level(track, s.z_m, self.z) {
            return None;
        }
        let at = |t: i64| s.pose.toward(&next.pose, (t - s.t_ns) as f64 / (next.t_ns - s.t_ns) as f64);
        let (mut lo, mut hi) = (s.t_ns, next.t_ns);
        while hi - lo > 1 {
            let mid = lo + (hi - lo) / 2;
            if self.see(body::point_m(&at(mid), front)).0 < 0.0 { lo = mid } else { hi = mid }
        }
        let pose = at(hi);
        let (_, beside) = self.see(body::point_m(&pose, front));
        let (sin, cos) = math::sin_cos(pose.yaw_rad);
        let half = 0.5 * size.width_m;
        let within = (-half..=self.length + half).contains(&beside);
        (within && cos * self.forward[0] + sin * self.forward[1] >= COS_MOST_OFF).then_some(hi)
    }
}

/// Sum of how far the centre moves along both axes.
pub(crate) fn moved_m(a: &EgoSample, b: &EgoSample) -> f64 {
    (b.pose.x_m - a.pose.x_m).abs() + (b.pose.y_m - a.pose.y_m).abs()
}

/// Speed at a time in the step that begins at sample `k`.
pub(crate) fn speed_at(
    ego: &Ego,
    k: usize,
    t_ns: i64,
    speed: impl Fn(usize) -> Option<Value>,
) -> Option<Value> {
    let step = ego.step(k);
    let part = to_s(t_ns - step.from_ns) / to_s(step.to_ns - step.from_ns);
    speed(k).zip(speed(k + 1)).map(|(a, b)| a.toward(b, part))
}

/// Uncertainty of the place of the ego's front along its way at sample `k`, m.
pub(crate) fn u_m(drive: &Drive, track: &Track, ego: &Ego, k: usize) -> Uncertainty {
    let s = ego.samples()[k];
    let known = Uncertainty::from_option;
    known(drive.runs()[s.run].accuracy.position_m.at(s.i))
        .rss(known(ego.size(drive, k).accuracy_m).times(0.5))
        .rss(known(track.survey().accuracy_m))
}

/// Uncertainty of the time of a passage, s.
pub(crate) fn u_s(
    drive: &Drive,
    track: &Track,
    ego: &Ego,
    k: usize,
    speed_mps: Option<Value>,
) -> Uncertainty {
    match (u_m(drive, track, ego, k), speed_mps) {
        (Uncertainty::Known(0.0), _) => Uncertainty::Known(0.0),
        (u, Some(v)) if v.value > 0.0 => u.times(1.0 / v.value),
        _ => Uncertainty::Unknown,
    }
}

pub(crate) fn on_level(track: &Track, z_m: Option<f64>, line_z_m: f64) -> bool {
    !track.features().heights || z_m.is_none_or(|z| (z - line_z_m).abs() <= lukao_track::LEVEL_TOLERANCE_M)
}
