//! How the ego came to a place that its front then passed: how slow it was before it.
//!
//! **Way before the place** (m): from sample to sample along the path of the front bumper's middle, added up backward
//! from the moment of passing; at most 20 s. **Least speed** (m/s) over the samples in a stretch of that way; its
//! uncertainty is that of the speed.

use lukao_model::math;

use crate::value::Value;
use crate::{LOOK_BACK_NS, Measures, body};

/// The least speed before a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slowest {
    /// The speed, and when.
    At(Value, i64),
    /// A speed is missing there.
    NoSpeed,
    /// The data begins in the stretch.
    NotSeen,
}

/// The least speed while the front was between two distances before a place that it passes at `t_ns` in the step from
/// sample `k`; the nearer distance first.
#[must_use]
pub fn slowest(m: &Measures<'_>, k: usize, t_ns: i64, stretch_m: [f64; 2]) -> Slowest {
    let samples = m.ego().samples();
    let front = |pose| body::point_m(&pose, [0.5 * m.window().runs()[samples[k].run].size.length_m, 0.0]);
    let Some(mut last) = m.ego().pose_at(t_ns).map(front) else { return Slowest::NotSeen };
    let (mut way, mut best): (f64, Option<(Value, i64)>) = (0.0, None);
    for j in (0..=k).rev() {
        let s = &samples[j];
        let p = front(s.pose);
        way += math::hypot(p[0] - last[0], p[1] - last[1]);
        last = p;
        // Where samples are farther apart than the stretch is long, the one before it tells.
        let beyond = way > stretch_m[1] && best.is_some();
        if beyond || s.t_ns < t_ns - LOOK_BACK_NS {
            break;
        }
        if way >= stretch_m[0] {
            let Some(v) = m.ego_speed_mps(j) else { return Slowest::NoSpeed };
            let v = Value { value: v.value.abs(), u: v.u };
            if best.is_none_or(|b| v.value < b.0.value) {
                best = Some((v, s.t_ns));
            }
        }
        if way > stretch_m[1] {
            break;
        }
        // What was before the data may have been a stop; a window's begin is no begin of the data.
        let run = &m.window().runs()[s.run];
        if s.i == 0 && !run.begun_before {
            return Slowest::NotSeen;
        }
    }
    best.map_or(Slowest::NotSeen, |(v, t)| Slowest::At(v, t))
}
