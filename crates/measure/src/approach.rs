//! How the ego came to a place that its front then passed: how slow it was before it, and how hard it would have had to
//! brake to stop at it.
//!
//! **Way** (m): from sample to sample along the path of the front bumper's middle, added up from the moment of passing,
//! at most 20 s back. **Least speed** (m/s) over the samples in a stretch of the way before; its
//! uncertainty is that of the speed.
//!
//! **Needed deceleration** (m/s²) to stop at the place, from a moment before it: v² ÷ 2(d − v·r), with the speed v and the
//! way d then, and a time of reaction r; none stops who has less way than he needs to react. Uncertainty by linear
//! propagation from that of the speed, of the place along the way, and of the moment × the speed.

use lukao_model::math;
use lukao_model::outcome::Uncertainty;

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

/// Way of the front from a time until it passes the place at `t_ns` in the step from sample `k`, m.
#[must_use]
pub fn way_before_m(m: &Measures<'_>, k: usize, t_ns: i64, from_ns: i64) -> Option<f64> {
    let samples = m.ego().samples();
    let front = |pose| body::point_m(&pose, [0.5 * m.window().runs()[samples[k].run].size.length_m, 0.0]);
    let mut last = front(m.ego().pose_at(t_ns)?);
    let mut way = 0.0;
    for j in (0..=k).rev() {
        let s = &samples[j];
        let at = s.t_ns.max(from_ns);
        let p = front(m.ego().pose_at(at)?);
        way += math::hypot(p[0] - last[0], p[1] - last[1]);
        last = p;
        if s.t_ns <= from_ns {
            return Some(way);
        }
        if s.i == 0 {
            return None;
        }
    }
    None
}

/// Deceleration needed at a time to stop at the place that the front passes at `t_ns` in the step from sample `k`.
/// `Ok(None)` if no braking would have stopped it there.
///
/// # Errors
/// What of that time is not known.
pub fn needed_decel(
    m: &Measures<'_>,
    k: usize,
    t_ns: i64,
    from: (i64, Uncertainty),
    reaction_s: f64,
) -> Result<Option<Value>, &'static str> {
    let (from_ns, u_from_s) = from;
    let d = way_before_m(m, k, t_ns, from_ns).ok_or("ego")?;
    let j = m.ego().at_or_before(from_ns).ok_or("ego")?;
    let v = crate::gate::speed_at(m.ego(), j, from_ns, |k| m.ego_speed_mps(k)).ok_or("speed_mps")?;
    let room = d - v.value * reaction_s;
    if room <= 0.0 {
        return Ok(None);
    }
    let a = v.value * v.value / (2.0 * room);
    let track = m.track().ok_or("track")?;
    let place = crate::gate::u_m(m.window(), track, m.ego(), k).rss(u_from_s.times(v.value));
    let by_v = if v.value > 0.0 { 2.0 * a / v.value + a * reaction_s / room } else { 0.0 };
    Ok(Some(Value { value: a, u: place.times(a / room).rss(v.u.times(by_v)) }))
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
