//! Filtered acceleration and jerk of the ego.
//!
//! **Jerk over a window** (m/s³, centred, looks half the window ahead): the change of acceleration over the window
//! divided by its length; near an end of the run the nearest whole window. The acceleration is the logged channel,
//! linear between samples; without one, the one along the body is the mean over ±0.1 s as [`motion`] derives it. Across the
//! body there is none without the channel: speed × yaw rate leaves out how the slip changes, which is what jolts. A run
//! shorter than the window has none.
//!
//! **Low pass** ([`butterworth`]): Butterworth of the fourth order, cut-off 0.5 Hz, causal: two second-order sections
//! in direct form II transposed, bilinear transform with the cut-off pre-warped for the step between two samples, so
//! that it takes samples at any rate. Its delay at low frequencies is 0.83 s. Before the first sample of a run, or
//! after a gap in the channel, the acceleration is taken to have been the same for long. So that a value does not
//! depend on how a drive was cut, it runs anew for each 10 s of absolute time, beginning 9 s before; what is older
//! has decayed to less than 10⁻⁴.
//!
//! **Uncertainty**: of the jerk that of both accelerations; of the low pass the greatest of what it takes in.

use lukao_model::Channel;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{MS, S, last_at, to_s};
use lukao_model::{Run, math};

use crate::value::{Value, greater};
use crate::{Mean, Measures, motion};

/// Half of the window of the mean that stands for an acceleration that is not logged, ns.
const DERIVED_HALF_NS: i64 = 100 * MS;

/// Acceleration of the ego at a time: logged, or a short mean.
fn acceleration(m: &Measures<'_>, run: &Run, channel: Channel, mean: Mean, t_ns: i64) -> Option<Value> {
    logged_at(m, run, channel, t_ns).or_else(|| m.ego_mean_at(mean, t_ns, DERIVED_HALF_NS))
}

/// The logged acceleration, linear between samples.
fn logged_at(m: &Measures<'_>, run: &Run, channel: Channel, t_ns: i64) -> Option<Value> {
    let times = m.window().times(run);
    let k = last_at(times, t_ns)?;
    let logged = |k: usize| motion::logged(run, m.admit(), channel, k);
    match logged(k) {
        Some(a) if times[k] == t_ns => Some(a),
        Some(a) => times
            .get(k + 1)
            .zip(logged(k + 1))
            .map(|(t, b)| a.toward(b, (t_ns - times[k]) as f64 / (t - times[k]) as f64)),
        None => None,
    }
}

fn channel_of(mean: Mean) -> Channel {
    if mean == Mean::AccelLat { Channel::AccelLat } else { Channel::AccelLon }
}

/// Mean jerk over `[t − half, t + half]`, of the acceleration along or across the body.
pub(crate) fn jerk(m: &Measures<'_>, run: &Run, of: Mean, t_ns: i64, half_ns: i64) -> Option<Value> {
    let times = m.window().times(run);
    let (first, last) = (*times.first()?, *times.last()?);
    // Near an end of the run the nearest whole window.
    let from = t_ns.saturating_sub(half_ns).min(last.saturating_sub(2 * half_ns)).max(first);
    let to = from.saturating_add(2 * half_ns);
    if to > last {
        return None;
    }
    let at = |t_ns| match of {
        Mean::AccelLat => logged_at(m, run, Channel::AccelLat, t_ns),
        _ => acceleration(m, run, channel_of(of), of, t_ns),
    };
    let (a, b) = (at(from)?, at(to)?);
    let dt = to_s(to - from);
    Some(Value { value: (b.value - a.value) / dt, u: a.u.rss(b.u).times(1.0 / dt) })
}

/// Cut-off of the low pass, Hz.
pub const CUT_OFF_HZ: f64 = 0.5;

/// Grid of absolute time on which the low pass begins anew, ns.
const CELL_NS: i64 = 10 * S;

/// Damping of the two sections: 2·cos(π/8) and 2·cos(3π/8).
const DAMPING: [f64; 2] = [1.847_759_065_022_573_5, 0.765_366_864_730_179_6];

#[derive(Clone, Copy, Default)]
struct Section {
    z: [f64; 2],
}

/// Coefficients of a section for a sampling step: of the input (b0, 2·b0, b0) and of the output (a1, a2).
fn coefficients(dt_s: f64, damping: f64) -> (f64, f64, f64) {
    // Below the step's Nyquist frequency whatever the step.
    let angle = (std::f64::consts::PI * CUT_OFF_HZ * dt_s).min(1.5);
    let w = math::tan(angle);
    let norm = 1.0 / (1.0 + damping * w + w * w);
    (w * w * norm, 2.0 * (w * w - 1.0) * norm, (1.0 - damping * w + w * w) * norm)
}

impl Section {
    fn steady(x: f64, dt_s: f64, damping: f64) -> Self {
        let (b, a1, a2) = coefficients(dt_s, damping);
        let z1 = (b - a2) * x;
        Self { z: [(2.0 * b - a1) * x + z1, z1] }
    }

    fn step(&mut self, x: f64, dt_s: f64, damping: f64) -> f64 {
        let (b, a1, a2) = coefficients(dt_s, damping);
        let y = b * x + self.z[0];
        self.z = [2.0 * b * x - a1 * y + self.z[1], b * x - a2 * y];
        y
    }
}

/// Filters samples `(t_ns, value)` of rising time by the low pass, beginning in a steady state.
#[must_use]
pub fn butterworth(samples: &[(i64, f64)]) -> Vec<f64> {
    let dt = |i: usize| {
        let j = i.max(1).min(samples.len().saturating_sub(1));
        if j == 0 { 0.1 } else { to_s(samples[j].0 - samples[j - 1].0) }
    };
    let Some(&(_, first)) = samples.first() else { return Vec::new() };
    let mut sections = DAMPING.map(|d| Section::steady(first, dt(0), d));
    let one = |(i, &(_, x)): (usize, &(i64, f64))| {
        sections.iter_mut().zip(DAMPING).fold(x, |x, (s, d)| s.step(x, dt(i), d))
    };
    samples.iter().enumerate().map(one).collect()
}

/// Acceleration of the ego along or across the body after the low pass, at its samples in the block, in the order
/// of [`Ego::in_block`](crate::Ego::in_block).
pub(crate) fn low_pass(m: &Measures<'_>, of: Mean) -> Vec<Option<Value>> {
    let ego = m.ego();
    let raw = |k: usize| {
        let s = &ego.samples()[k];
        acceleration(m, &m.window().runs()[s.run], channel_of(of), of, s.t_ns)
    };
    let mut out = Vec::with_capacity(ego.in_block().len());
    let mut k = ego.in_block().start;
    while k < ego.in_block().end {
        let cell = ego.samples()[k].t_ns.div_euclid(CELL_NS);
        let run = ego.samples()[k].run;
        // As many of the run's samples as the cell before and this one hold.
        let (begin, over) = ((cell - 1) * CELL_NS + S, (cell + 1) * CELL_NS);
        let of_run = |j: &usize| ego.samples()[*j].run == run && ego.samples()[*j].t_ns >= begin;
        let first = (0..=k).rev().take_while(of_run).last().unwrap_or(k);
        let in_cell = |j: &usize| ego.samples()[*j].run == run && ego.samples()[*j].t_ns < over;
        let end = (k..ego.samples().len()).take_while(in_cell).last().map_or(k + 1, |j| j + 1);
        let mut done: Vec<Option<Value>> = Vec::with_capacity(end - first);
        let mut stretch: Vec<(i64, Value)> = Vec::new();
        for j in first..=end {
            let a = (j < end).then(|| raw(j)).flatten();
            if let Some(a) = a {
                stretch.push((ego.samples()[j].t_ns, a));
                continue;
            }
            done.extend(filtered(&stretch));
            stretch.clear();
            if j < end {
                done.push(None);
            }
        }
        let wanted = ego.in_block().end.min(end);
        out.extend_from_slice(&done[k - first..wanted - first]);
        k = wanted;
    }
    out
}

fn filtered(stretch: &[(i64, Value)]) -> Vec<Option<Value>> {
    let samples: Vec<(i64, f64)> = stretch.iter().map(|s| (s.0, s.1.value)).collect();
    let mut u = Uncertainty::Known(0.0);
    let values = butterworth(&samples).into_iter().zip(stretch).map(|(value, s)| {
        u = greater(u, s.1.u);
        Some(Value { value, u })
    });
    values.collect()
}
