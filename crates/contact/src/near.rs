//! The filter: which knot intervals of two runs can bring their centres within a distance.
//!
//! What it leaves out is proven to be farther: the centres move on straight lines between knots, so a box around
//! the samples holds them, and the distance to a segment is at least the distance to its nearer end, in squares,
//! less a quarter of its length's square. A value that is not a number proves nothing and stays in.

use crate::index::{BLOCK, BlockBoxes};
use crate::motion::Track;

/// Times `[from_ns, to_ns)`; all times if `to_ns` is the largest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub from_ns: i64,
    pub to_ns: i64,
}

impl Span {
    pub(crate) fn holds(&self, t_ns: i64) -> bool {
        self.from_ns <= t_ns && (t_ns < self.to_ns || self.to_ns == i64::MAX)
    }

    /// Number of the leading times that lie before the span.
    fn begin_of(&self, t: &[i64]) -> usize {
        if t.first().is_some_and(|t| *t >= self.from_ns) {
            return 0;
        }
        t.partition_point(|t| *t < self.from_ns)
    }

    /// Number of the leading times that lie before the span's end.
    fn end_of(&self, t: &[i64]) -> usize {
        if self.to_ns == i64::MAX { t.len() } else { t.partition_point(|t| *t < self.to_ns) }
    }
}

/// A knot interval of two runs: sample `i` of the one and `j` of the other at or before `from_ns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Near {
    pub i: usize,
    pub j: usize,
    pub from_ns: i64,
    pub to_ns: i64,
}

/// A run, its boxes if it has an index, and its first tick over the whole drive.
#[derive(Clone, Copy)]
pub(crate) struct Body<'a> {
    pub track: Track<'a>,
    pub boxes: Option<BlockBoxes<'a>>,
    pub first_tick: u64,
}

/// Whether a squared lower bound proves the centres farther apart than `reach2`, against rounding too.
#[inline]
fn farther(nearer_end2: f64, step2: f64, reach2: f64) -> bool {
    lower_bound2(nearer_end2, step2) > reach2
}

#[inline]
fn lower_bound2(nearer_end2: f64, step2: f64) -> f64 {
    nearer_end2 * (1.0 - 1e-14) - step2 * (0.25 + 1e-14)
}

/// Squared reach for [`farther`]: a little more than asked for, so that rounding cannot lose a touch.
fn squared(reach_m: f64, slack_m: f64) -> f64 {
    let r = reach_m * (1.0 + 1e-12) + 1e-6 + slack_m;
    r * r
}

/// Calls `hit` for each knot interval of the two runs whose earlier knot is in `span` and that can bring the
/// centres within `reach_m`, in order of time. Runs that share but one instant give that, with equal ends.
pub(crate) fn near_knots(a: &Body<'_>, b: &Body<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    if a.track.t.is_empty() || b.track.t.is_empty() {
        return;
    }
    if a.track.run.clock == b.track.run.clock {
        lockstep(a, b, reach_m, span, hit);
    } else {
        merged(a, b, reach_m, span, hit);
    }
}

/// The ticks that two runs on one clock share: first sample in each, and how many.
fn shared_ticks(a: &Body<'_>, b: &Body<'_>) -> Option<(usize, usize, usize)> {
    let (ra, rb) = (a.track.run, b.track.run);
    let first = ra.first.max(rb.first);
    let last = (ra.first + ra.len()).min(rb.first + rb.len());
    (first < last).then(|| (first - ra.first, first - rb.first, last - first))
}

/// Calls `stretch` for stretches of the shared ticks `begin..end`, at most a block long, that the index (if both
/// have one) does not prove far; a stretch is counted by its ticks' earlier samples.
fn stretches(
    (a, i0): (&Body<'_>, usize),
    b: &Body<'_>,
    (begin, end): (usize, usize),
    reach_m: f64,
    stretch: &mut impl FnMut(usize, usize),
) {
    if begin >= end {
        return;
    }
    match (&a.boxes, &b.boxes) {
        (Some(p), Some(q)) if p.origin == q.origin => {
            // Blocks lie on the drive's ticks, so that those of both runs match.
            let tick0 = a.first_tick + i0 as u64;
            let (lo, hi) = ((tick0 + begin as u64) / BLOCK as u64, (tick0 + end as u64 - 1) / BLOCK as u64);
            p.near(q, lo, hi, reach_m, &mut |block| {
                let from = (block * BLOCK as u64).saturating_sub(tick0) as usize;
                let to = ((block + 1) * BLOCK as u64).saturating_sub(tick0) as usize;
                stretch(from.max(begin), to.min(end));
            });
        }
        _ => {
            for from in (begin..end).step_by(BLOCK) {
                stretch(from, (from + BLOCK).min(end));
            }
        }
    }
}

fn lockstep(a: &Body<'_>, b: &Body<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    let Some((i0, j0, n)) = shared_ticks(a, b) else { return };
    let t = &a.track.t[i0..i0 + n];
    let reach2 = squared(reach_m, 0.0);
    if n == 1 {
        if span.holds(t[0]) {
            let d2 = gap2(a.track.x[i0], a.track.y[i0], b.track.x[j0], b.track.y[j0]);
            if !farther(d2, 0.0, reach2) {
                hit(Near { i: i0, j: j0, from_ns: t[0], to_ns: t[0] });
            }
        }
        return;
    }
    // Intervals are counted by their earlier sample.
    let (begin, end) = (span.begin_of(t), span.end_of(t).min(n - 1));
    let mut lanes = Lanes::EMPTY;
    stretches((a, i0), b, (begin, end), reach_m, &mut |from, to| {
        let (i, j, m) = (i0 + from, j0 + from, to - from);
        let (ax, ay) = (&a.track.x[i..=i + m], &a.track.y[i..=i + m]);
        let (bx, by) = (&b.track.x[j..=j + m], &b.track.y[j..=j + m]);
        let mut hot = lanes.hot_intervals(ax, ay, bx, by, reach2);
        while hot != 0 {
            let q = hot.trailing_zeros() as usize;
            hot &= hot - 1;
            hit(Near { i: i + q, j: j + q, from_ns: t[from + q], to_ns: t[from + q + 1] });
        }
    });
}

/// Calls `hit` with the sample of each at or before a time, and the time, for each time in `span` that is a sample
/// of both runs on one clock, or of either on two, at which their centres can be within `reach_m`.
pub(crate) fn near_samples(
    a: &Body<'_>,
    b: &Body<'_>,
    reach_m: f64,
    span: Span,
    hit: &mut impl FnMut(usize, usize, i64),
) {
    if a.track.t.is_empty() || b.track.t.is_empty() {
        return;
    }
    let reach2 = squared(reach_m, 0.0);
    if a.track.run.clock != b.track.run.clock {
        // Each knot begins an interval, but for the last.
        let last_ns = a.track.last_ns().min(b.track.last_ns());
        near_knots(a, b, reach_m, span, &mut |near| {
            hit(near.i, near.j, near.from_ns);
            if near.to_ns == last_ns && near.from_ns != last_ns {
                let at = |body: &Body<'_>| body.track.before(last_ns).unwrap_or(0);
                if span.holds(last_ns) {
                    hit(at(a), at(b), last_ns);
                }
            }
        });
        return;
    }
    let Some((i0, j0, n)) = shared_ticks(a, b) else { return };
    let t = &a.track.t[i0..i0 + n];
    stretches((a, i0), b, (span.begin_of(t), span.end_of(t)), reach_m, &mut |from, to| {
        let (i, j, m) = (i0 + from, j0 + from, to - from);
        let (ax, ay) = (&a.track.x[i..i + m], &a.track.y[i..i + m]);
        let (bx, by) = (&b.track.x[j..j + m], &b.track.y[j..j + m]);
        let mut hot = hot_samples(ax, ay, bx, by, reach2);
        while hot != 0 {
            let q = hot.trailing_zeros() as usize;
            hot &= hot - 1;
            hit(i + q, j + q, t[from + q]);
        }
    });
}

fn gap2(ax: f64, ay: f64, bx: f64, by: f64) -> f64 {
    let (x, y) = (bx - ax, by - ay);
    x * x + y * y
}

/// Room for one stretch.
#[derive(Clone, Copy)]
struct Lanes {
    dx: [f64; BLOCK + 1],
    dy: [f64; BLOCK + 1],
    d2: [f64; BLOCK + 1],
    low: [f64; BLOCK],
}

impl Lanes {
    const EMPTY: Self =
        Self { dx: [0.0; BLOCK + 1], dy: [0.0; BLOCK + 1], d2: [0.0; BLOCK + 1], low: [0.0; BLOCK] };

    /// Bit `k` set: the interval after sample `k` is not proven far. Slices have one value more than intervals.
    #[inline]
    fn hot_intervals(&mut self, ax: &[f64], ay: &[f64], bx: &[f64], by: &[f64], reach2: f64) -> u32 {
        let n = ax.len().min(BLOCK + 1);
        let (ax, ay, bx, by) = (&ax[..n], &ay[..n], &bx[..n], &by[..n]);
        let (dx, dy, d2) = (&mut self.dx[..n], &mut self.dy[..n], &mut self.d2[..n]);
        for k in 0..n {
            dx[k] = bx[k] - ax[k];
            dy[k] = by[k] - ay[k];
            d2[k] = dx[k] * dx[k] + dy[k] * dy[k];
        }
        let low = &mut self.low[..n - 1];
        let (dx1, dy1, d21) = (&dx[1..], &dy[1..], &d2[1..]);
        let mut hot = 0u64;
        for k in 0..n - 1 {
            let (ex, ey) = (dx1[k] - dx[k], dy1[k] - dy[k]);
            // If the first is not a number, so is the step, which then proves nothing.
            let nearer = if d2[k] < d21[k] { d2[k] } else { d21[k] };
            low[k] = lower_bound2(nearer, ex * ex + ey * ey);
            hot |= u64::from(!(low[k] > reach2));
        }
        // Nearly always all are far.
        if hot == 0 {
            return 0;
        }
        low.iter().enumerate().fold(0, |mask, (k, low)| mask | u32::from(!(*low > reach2)) << k)
    }
}

/// Bit `k` set: at sample `k` the centres are not proven far.
#[inline]
fn hot_samples(ax: &[f64], ay: &[f64], bx: &[f64], by: &[f64], reach2: f64) -> u32 {
    let n = ax.len().min(BLOCK);
    let (ax, ay, bx, by) = (&ax[..n], &ay[..n], &bx[..n], &by[..n]);
    let far = |k: usize| gap2(ax[k], ay[k], bx[k], by[k]) > reach2;
    if (0..n).fold(0u64, |hot, k| hot | u64::from(!far(k))) == 0 {
        return 0;
    }
    (0..n).fold(0, |mask, k| mask | u32::from(!far(k)) << k)
}

fn merged(a: &Body<'_>, b: &Body<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    let (ta, tb) = (a.track.t, b.track.t);
    let from = a.track.first_ns().max(b.track.first_ns());
    let to = a.track.last_ns().min(b.track.last_ns());
    if from > to {
        return;
    }
    let (Some(i), Some(j)) = (a.track.before(from), b.track.before(from)) else { return };
    if from == to {
        if span.holds(from) {
            knots(a, b, reach_m, (i, j, from, to), span, hit);
        }
        return;
    }
    // Blocks of the run with fewer samples; the other's box is made over the same time.
    let slow = if tb.len() <= ta.len() { b } else { a };
    let fast = if tb.len() <= ta.len() { a } else { b };
    let (ts, tf) = (slow.track.t, fast.track.t);
    let mut s = slow.track.before(from.max(span.from_ns)).unwrap_or(0);
    while s + 1 < ts.len() && ts[s] < to && (ts[s] < span.to_ns || span.to_ns == i64::MAX) {
        // Up to the end of a block of the drive's ticks, so that one box of an index is all it takes.
        let in_block = ((slow.first_tick + s as u64) % BLOCK as u64) as usize;
        let e = (s + BLOCK - in_block).min(ts.len() - 1);
        let (t0, t1) = (ts[s].max(from), ts[e].min(to));
        if t0 < t1 {
            let f0 = tf.partition_point(|t| *t <= t0).saturating_sub(1);
            let f1 = (f0 + tf[f0..].partition_point(|t| *t < t1)).min(tf.len() - 1);
            let (p, q) = (slow.bounds(s, e), fast.bounds(f0, f1));
            if !p.farther_than(&q, reach_m) {
                // Step by step of the slow one, whose own box is small.
                let mut f = f0;
                for k in s..e {
                    let (k0, k1) = (ts[k].max(t0), ts[k + 1].min(t1));
                    if k0 >= k1 {
                        continue;
                    }
                    while f + 1 < tf.len() && tf[f + 1] <= k0 {
                        f += 1;
                    }
                    let mut last = f;
                    while last + 1 < tf.len() && tf[last] < k1 {
                        last += 1;
                    }
                    let near =
                        !slow.tight_bounds(k, k + 1).farther_than(&fast.tight_bounds(f, last), reach_m);
                    if near {
                        let (i, j) = if tb.len() <= ta.len() { (f, k) } else { (k, f) };
                        knots(a, b, reach_m, (i, j, k0, k1), span, hit);
                    }
                }
            }
        }
        s = e;
    }
}

/// Merges the knots of both from `from` to `to` and looks at each interval.
fn knots(
    a: &Body<'_>,
    b: &Body<'_>,
    reach_m: f64,
    (mut i, mut j, from, to): (usize, usize, i64, i64),
    span: Span,
    hit: &mut impl FnMut(Near),
) {
    let (ta, tb) = (a.track.t, b.track.t);
    let mut t0 = from;
    // The last sample at or before t0 in each.
    let advance = |t: &[i64], mut k: usize, now: i64| {
        while k + 1 < t.len() && t[k + 1] <= now {
            k += 1;
        }
        k
    };
    (i, j) = (advance(ta, i, t0), advance(tb, j, t0));
    let (mut pa, mut pb) = (a.track.position(i, t0), b.track.position(j, t0));
    loop {
        let next = |t: &[i64], k: usize| t.get(k + 1).copied().unwrap_or(i64::MAX);
        let t1 = next(ta, i).min(next(tb, j)).min(to);
        if t1 < t0 {
            return;
        }
        let (qa, qb) = (a.track.position(i, t1), b.track.position(j, t1));
        if span.holds(t0) {
            let size = [pa, pb, qa, qb].iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
            let reach2 = squared(reach_m, size * 4e-15);
            let (d0, d1) = ([pb[0] - pa[0], pb[1] - pa[1]], [qb[0] - qa[0], qb[1] - qa[1]]);
            let nearer = (d0[0] * d0[0] + d0[1] * d0[1]).min(d1[0] * d1[0] + d1[1] * d1[1]);
            if !farther(nearer, gap2(d0[0], d0[1], d1[0], d1[1]), reach2) {
                hit(Near { i, j, from_ns: t0, to_ns: t1 });
            }
        }
        if t1 >= to || t1 == t0 {
            return;
        }
        t0 = t1;
        (i, j) = (advance(ta, i, t0), advance(tb, j, t0));
        (pa, pb) = (qa, qb);
    }
}
