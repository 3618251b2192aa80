//! Motion of one run: speed, mean accelerations and yaw rate over a window of time.
//!
//! **Speed** (m/s, along the body axis, negative backward). At each sample the first of these that is there:
//! 1. the logged speed on the run; its uncertainty is the channel's accuracy;
//! 2. the logged velocity, projected on the heading; uncertainty from the accuracy of both components and of
//!    the yaw;
//! 3. the logged speed in a series of the actor, linear between its ticks if they are at most 1 s apart and its
//!    stream is synchronised; uncertainty is the accuracy plus half the difference of the two ticks;
//! 4. derived: the slope of the least-squares line through x and through y over ±0.25 s (at least one sample to
//!    each side where the run has one; looks 0.25 s ahead), projected on the heading; uncertainty from the
//!    positions' accuracy, taken as independent from sample to sample.
//!
//! A run of one sample without logged speed has none.
//!
//! **Mean acceleration over a window** (m/s², centred, looks half the window ahead): along the body the mean of
//! the logged channel (trapezoids between samples, all valid) or, without one, the change of speed over the
//! window divided by its length. Across the body the mean of the logged channel or speed × mean yaw rate. At
//! an end of the run the window is cut; less than half of it gives nothing.

use std::sync::OnceLock;

use lukao_model::outcome::Uncertainty;
use lukao_model::time::{MS, S, last_at, to_s};
use lukao_model::values::Values;
use lukao_model::{Channel, Column, Drive, Run, Subject, math};

use crate::admit::Admit;
use crate::held::{self, Held, Stated};
use crate::sync::{self, Synced};
use crate::value::{Value, greater};

/// Half the window of the least-squares slope that gives a derived speed, ns.
pub const SPEED_SLOPE_HALF_NS: i64 = 250 * MS;

/// Below this speed a vehicle counts as standing, m/s.
pub const STANDING_MPS: f64 = 0.2;

/// Where a speed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeedSource {
    /// Logged on the run.
    Speed,
    /// Logged velocity.
    Velocity,
    /// Logged in a series of its own.
    Series,
    /// Derived from positions.
    Derived,
}

/// Speed of a run at its samples; worked out when first asked for, some samples at once, since of most runs only a few
/// moments matter.
pub struct Motion {
    /// Shares its columns with the drive's.
    run: Run,
    times: Column<i64>,
    admit: Admit,
    /// What a series says, and whether its clock may be compared.
    series: Vec<(Stated, bool)>,
    chunks: Vec<OnceLock<Chunk>>,
}

/// Speeds of neighbouring samples, with where they come from.
type Chunk = Vec<Option<(Value, SpeedSource)>>;

/// Samples that are worked out at once.
const CHUNK: usize = 4;

impl Motion {
    pub(crate) fn new(drive: &Drive, held: &Held, admit: &Admit, run: &Run) -> Self {
        let series = held::stated_in(drive, held, admit, Subject::Actor(run.actor), Channel::Speed);
        let synced = |s: &Stated| sync::between(drive, run.clock, s.clock) != Synced::Not;
        let series = series.into_iter().map(|s| (s, synced(&s))).collect();
        let times = drive.clocks()[run.clock.0 as usize].t_ns.slice(run.first, run.len());
        let chunks = (0..run.len().div_ceil(CHUNK)).map(|_| OnceLock::new()).collect();
        Self { run: run.clone(), times, admit: *admit, series, chunks }
    }

    fn at(&self, i: usize) -> Option<(Value, SpeedSource)> {
        let chunk = self.chunks.get(i / CHUNK)?.get_or_init(|| {
            let from = i / CHUNK * CHUNK;
            (from..(from + CHUNK).min(self.run.len())).map(|i| self.speed(i)).collect()
        });
        *chunk.get(i % CHUNK)?
    }

    fn speed(&self, i: usize) -> Option<(Value, SpeedSource)> {
        let (run, admit, times) = (&self.run, &self.admit, self.times.values());
        logged(run, admit, Channel::Speed, i)
            .map(|v| (v, SpeedSource::Speed))
            .or_else(|| along_velocity(run, admit, i).map(|v| (v, SpeedSource::Velocity)))
            .or_else(|| series_speed(&self.series, times[i]).map(|v| (v, SpeedSource::Series)))
            .or_else(|| derived(run, times, i).map(|v| (v, SpeedSource::Derived)))
    }

    /// Speed at sample `i`.
    #[must_use]
    #[inline]
    pub fn speed_mps(&self, i: usize) -> Option<Value> {
        Some(self.at(i)?.0)
    }

    /// Where the speed at sample `i` comes from.
    #[must_use]
    pub fn source(&self, i: usize) -> Option<SpeedSource> {
        Some(self.at(i)?.1)
    }

    /// Speed at a time within the run, linear between samples.
    #[must_use]
    pub fn speed_at(&self, times: &[i64], t_ns: i64) -> Option<Value> {
        let k = last_at(times, t_ns)?;
        let here = self.speed_mps(k)?;
        if times[k] == t_ns {
            return Some(here);
        }
        let part = (t_ns - times[k]) as f64 / (times.get(k + 1)? - times[k]) as f64;
        Some(here.toward(self.speed_mps(k + 1)?, part))
    }
}

/// A logged real channel of the run at sample `i`, if admitted and valid.
pub(crate) fn logged(run: &Run, admit: &Admit, channel: Channel, i: usize) -> Option<Value> {
    let data = run.channels.get(channel).filter(|d| admit.admits(channel, d.origin))?;
    let Values::Real(column) = &data.values else { return None };
    Some(Value::new(column.get(i).filter(|v| v.is_finite())?, data.accuracy.at(i)))
}

fn along_velocity(run: &Run, admit: &Admit, i: usize) -> Option<Value> {
    let vx = logged(run, admit, Channel::VelocityX, i)?;
    let vy = logged(run, admit, Channel::VelocityY, i)?;
    let (sin, cos) = math::sin_cos(run.pose(i).yaw_rad);
    let across = vy.value * cos - vx.value * sin;
    let yaw = Uncertainty::from_option(run.accuracy.yaw_rad.at(i));
    let u = vx.u.times(cos).rss(vy.u.times(sin));
    // A heading error turns part of the motion across into motion along; without motion across it does nothing.
    let u = if across == 0.0 { u } else { u.rss(yaw.times(across)) };
    Some(Value { value: vx.value * cos + vy.value * sin, u })
}

fn series_speed(series: &[(Stated, bool)], t_ns: i64) -> Option<Value> {
    let k = series.partition_point(|(s, _)| s.t_ns <= t_ns).checked_sub(1)?;
    let (a, synced) = &series[k];
    if !synced {
        return None;
    }
    let from = a.value.filter(|v| v.is_finite())?;
    if a.t_ns == t_ns {
        return Some(Value::new(from, a.accuracy));
    }
    let (b, _) = series.get(k + 1).filter(|(b, _)| b.t_ns - a.t_ns <= S)?;
    let to = b.value.filter(|v| v.is_finite())?;
    let part = (t_ns - a.t_ns) as f64 / (b.t_ns - a.t_ns) as f64;
    let mut v = Value::new(from, a.accuracy).toward(Value::new(to, b.accuracy), part);
    v.u = v.u.plus(Uncertainty::Known(0.5 * (to - from).abs()));
    Some(v)
}

/// Samples within `half_ns` of sample `i`, and at least one to each side where there is one.
fn around(times: &[i64], i: usize, half_ns: i64) -> std::ops::Range<usize> {
    let t = times[i];
    // A few are soon counted.
    let before = times[..i].iter().rev().take_while(|x| **x >= t.saturating_sub(half_ns)).count();
    let after = times[i + 1..].iter().take_while(|x| **x <= t.saturating_add(half_ns)).count();
    let lo = (i - before).min(i.saturating_sub(1));
    let hi = (i + 1 + after).max((i + 2).min(times.len()));
    lo..hi
}

fn derived(run: &Run, times: &[i64], i: usize) -> Option<Value> {
    let range = around(times, i, SPEED_SLOPE_HALF_NS);
    if range.len() < 2 {
        return None;
    }
    let n = range.len() as f64;
    // Relative to sample i, so that map coordinates cost no digits.
    let (x, y) = (run.x_m.values(), run.y_m.values());
    let at = |k: usize| (to_s(times[k] - times[i]), x[k] - x[i], y[k] - y[i]);
    let (mut st, mut sx, mut sy) = (0.0, 0.0, 0.0);
    for k in range.clone() {
        let (t, x, y) = at(k);
        (st, sx, sy) = (st + t, sx + x, sy + y);
    }
    let (mt, mx, my) = (st / n, sx / n, sy / n);
    let (mut stt, mut stx, mut sty) = (0.0, 0.0, 0.0);
    for k in range.clone() {
        let (t, x, y) = at(k);
        stt += (t - mt) * (t - mt);
        stx += (t - mt) * (x - mx);
        sty += (t - mt) * (y - my);
    }
    if stt <= 0.0 {
        return None;
    }
    let (sin, cos) = math::sin_cos(run.yaw_rad.values()[i]);
    let worst = range.map(|k| Uncertainty::from_option(run.accuracy.position_m.at(k))).reduce(greater);
    let u = worst.unwrap_or(Uncertainty::Unknown).times(1.0 / stt.sqrt());
    Some(Value { value: (stx * cos + sty * sin) / stt, u })
}

/// Part of a run around a time: `[from, to]` within `half_ns` of it, at least half of the whole.
fn window(times: &[i64], t_ns: i64, half_ns: i64) -> Option<(i64, i64)> {
    let from = t_ns.saturating_sub(half_ns).max(*times.first()?);
    let to = t_ns.saturating_add(half_ns).min(*times.last()?);
    (to - from >= half_ns && to > from).then_some((from, to))
}

/// Mean of a logged channel over `[from, to]`, by trapezoids; `None` if any sample needed is missing.
fn mean_logged(
    run: &Run,
    times: &[i64],
    admit: &Admit,
    channel: Channel,
    from: i64,
    to: i64,
) -> Option<Value> {
    run.channels.get(channel).filter(|d| admit.admits(channel, d.origin))?;
    let lo = last_at(times, from)?;
    let hi = times.partition_point(|t| *t < to).min(times.len() - 1);
    let mut area = 0.0;
    let mut u = Uncertainty::Known(0.0);
    for k in lo..hi {
        let (a, b) = (logged(run, admit, channel, k)?, logged(run, admit, channel, k + 1)?);
        let (ta, tb) = (times[k], times[k + 1]);
        let at = |t: i64| a.toward(b, (t - ta) as f64 / (tb - ta) as f64).value;
        let (p, q) = (ta.max(from), tb.min(to));
        area += 0.5 * (at(p) + at(q)) * to_s(q - p);
        u = greater(u, greater(a.u, b.u));
    }
    Some(Value { value: area / to_s(to - from), u })
}

/// Mean acceleration along the body over `[t − half, t + half]`, m/s²; forward positive.
pub(crate) fn accel_lon(
    drive: &Drive,
    admit: &Admit,
    run: &Run,
    motion: &Motion,
    t_ns: i64,
    half_ns: i64,
) -> Option<Value> {
    let times = drive.times(run);
    let (from, to) = window(times, t_ns, half_ns)?;
    mean_logged(run, times, admit, Channel::AccelLon, from, to).or_else(|| {
        let (a, b) = (motion.speed_at(times, from)?, motion.speed_at(times, to)?);
        let dt = to_s(to - from);
        Some(Value { value: (b.value - a.value) / dt, u: a.u.rss(b.u).times(1.0 / dt) })
    })
}

/// Mean yaw rate over `[t − half, t + half]`, rad/s; counter-clockwise positive. Logged, or the turn of the
/// heading over the window divided by its length.
pub(crate) fn yaw_rate(drive: &Drive, admit: &Admit, run: &Run, t_ns: i64, half_ns: i64) -> Option<Value> {
    let times = drive.times(run);
    let (from, to) = window(times, t_ns, half_ns)?;
    mean_logged(run, times, admit, Channel::YawRate, from, to).or_else(|| {
        let (lo, hi) = (times.partition_point(|t| *t <= from), times.partition_point(|t| *t < to));
        let mut yaw = drive.pose_at(run, from)?.yaw_rad;
        let mut turn = 0.0;
        for next in (lo..hi).map(|k| run.yaw_rad.values()[k]).chain([drive.pose_at(run, to)?.yaw_rad]) {
            turn += math::angle_between(yaw, next);
            yaw = next;
        }
        let u = |i: usize| Uncertainty::from_option(run.accuracy.yaw_rad.at(i));
        let dt = to_s(to - from);
        let ends = u(lo.saturating_sub(1)).rss(u(hi.min(times.len() - 1)));
        Some(Value { value: turn / dt, u: ends.times(1.0 / dt) })
    })
}

/// Mean acceleration across the body over `[t − half, t + half]`, m/s²; left positive.
pub(crate) fn accel_lat(
    drive: &Drive,
    admit: &Admit,
    run: &Run,
    motion: &Motion,
    t_ns: i64,
    half_ns: i64,
) -> Option<Value> {
    let times = drive.times(run);
    let (from, to) = window(times, t_ns, half_ns)?;
    mean_logged(run, times, admit, Channel::AccelLat, from, to).or_else(|| {
        let v = motion.speed_at(times, t_ns)?;
        let w = yaw_rate(drive, admit, run, t_ns, half_ns)?;
        Some(Value { value: v.value * w.value, u: w.u.times(v.value).rss(v.u.times(w.value)) })
    })
}
