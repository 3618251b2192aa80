//! The filter: which knot intervals of two runs can bring their centres within a distance.
//!
//! What it leaves out is proven to be farther: the centres move on straight lines between knots, so a box around
//! the samples holds them, and the distance to a segment is at least the distance to its nearer end, in squares,
//! less a quarter of its length's square. A value that is not a number proves nothing and stays in.

use lukao_model::{Drive, Run};

use crate::index::{BLOCK, BlockBoxes, Bounds};

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

    /// The times in it, as a range of their places.
    pub(crate) fn of(&self, t: &[i64]) -> (usize, usize) {
        (self.begin_of(t), self.end_of(t))
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

/// Where the centre of a run was: all that the filter looks at. Cheap to make, since most runs are never near.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    pub run: &'a Run,
    pub t: &'a [i64],
    pub x: &'a [f64],
    pub y: &'a [f64],
    /// Its boxes, if it has an index.
    pub boxes: Option<BlockBoxes<'a>>,
    /// Its first tick over the whole drive.
    pub first_tick: u64,
}

impl<'a> Way<'a> {
    #[inline]
    pub(crate) fn new(drive: &'a Drive, run: &'a Run) -> Self {
        let way = Self::unindexed(drive, run);
        Self { boxes: BlockBoxes::of(run, way.first_tick), ..way }
    }

    /// The same as if it had no index.
    #[inline]
    pub(crate) fn unindexed(drive: &'a Drive, run: &'a Run) -> Self {
        let clock = &drive.clocks()[run.clock.0 as usize];
        let first_tick = clock.first_tick.saturating_add(run.first as u64);
        let (x, y) = (run.x_m.values(), run.y_m.values());
        let t = &clock.t_ns.values()[run.first..run.first + x.len()];
        Self { run, t, x, y, boxes: None, first_tick }
    }

    pub(crate) fn first_ns(&self) -> i64 {
        self.t[0]
    }

    pub(crate) fn last_ns(&self) -> i64 {
        self.t[self.t.len() - 1]
    }

    /// The sample at or before `t_ns`, if there is one.
    pub(crate) fn before(&self, t_ns: i64) -> Option<usize> {
        self.t.partition_point(|t| *t <= t_ns).checked_sub(1)
    }

    /// Position at `t_ns` in the segment after sample `i`.
    pub(crate) fn position(&self, i: usize, t_ns: i64) -> [f64; 2] {
        let here = [self.x[i], self.y[i]];
        if t_ns == self.t[i] || i + 1 == self.t.len() {
            return here;
        }
        let next = [self.x[i + 1], self.y[i + 1]];
        if t_ns == self.t[i + 1] {
            return next;
        }
        let part = share(self.t, i, t_ns);
        [here[0] + (next[0] - here[0]) * part, here[1] + (next[1] - here[1]) * part]
    }

    /// A box that holds the centres from sample `from` to sample `to`, both included.
    pub(crate) fn bounds(&self, from: usize, to: usize) -> Bounds {
        if let Some(boxes) = &self.boxes {
            return boxes.bounds(self.first_tick + from as u64, self.first_tick + to as u64);
        }
        self.tight_bounds(from, to)
    }

    /// The least box around the samples from `from` to `to`, both included.
    pub(crate) fn tight_bounds(&self, from: usize, to: usize) -> Bounds {
        let mut b = Bounds::NONE;
        for k in from..=to {
            b.add([self.x[k], self.y[k]]);
        }
        b
    }
}

/// How much of the segment after sample `i` has gone by at `t_ns`.
pub(crate) fn share(t: &[i64], i: usize, t_ns: i64) -> f64 {
    t_ns.abs_diff(t[i]) as f64 / t[i + 1].abs_diff(t[i]) as f64
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
pub(crate) fn squared(reach_m: f64, slack_m: f64) -> f64 {
    let r = reach_m * (1.0 + 1e-12) + 1e-6 + slack_m;
    r * r
}

/// Calls `hit` for each knot interval of the two runs whose earlier knot is in `span` and that can bring the
/// centres within `reach_m`, in order of time. Runs that share but one instant give that, with equal ends.
pub(crate) fn near_knots(a: &Way<'_>, b: &Way<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    if a.t.is_empty() || b.t.is_empty() {
        return;
    }
    if a.run.clock == b.run.clock {
        lockstep(a, b, reach_m, span, hit);
    } else {
        merged(a, b, reach_m, span, hit);
    }
}

/// The ticks that two runs on one clock share: first sample in each, and how many.
fn shared_ticks(a: &Way<'_>, b: &Way<'_>) -> Option<(usize, usize, usize)> {
    let (ra, rb) = (a.run, b.run);
    let first = ra.first.max(rb.first);
    let last = (ra.first + a.x.len()).min(rb.first + b.x.len());
    (first < last).then(|| (first - ra.first, first - rb.first, last - first))
}

/// Length of a stretch without index: so long that handing it out costs little.
const UNINDEXED: usize = 4 * BLOCK;

/// What happens at shared samples, or between each and the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Samples,
    Steps,
}

/// Calls `stretch` with the first sample in each and the number of samples or steps, for stretches of what two runs on
/// one clock share in a span, but those that the index (if both have one) proves far.
#[inline]
pub(crate) fn stretches(
    (a, b): (&Way<'_>, &Way<'_>),
    at: At,
    reach_m: f64,
    span: Span,
    stretch: &mut impl FnMut(usize, usize, usize),
) {
    let Some((i0, j0, n)) = shared_ticks(a, b) else { return };
    let t = &a.t[i0..i0 + n];
    // Steps are counted by their earlier sample; the only sample of a pair makes one of no length.
    let most = if at == At::Steps && n > 1 { n - 1 } else { n };
    let (begin, end) = (span.begin_of(t), span.end_of(t).min(most));
    if begin >= end {
        return;
    }
    match (&a.boxes, &b.boxes) {
        (Some(p), Some(q)) if p.origin == q.origin => {
            // Blocks lie on the drive's ticks, so that those of both runs match.
            let tick0 = a.first_tick + i0 as u64;
            let (lo, hi) = ((tick0 + begin as u64) / BLOCK as u64, (tick0 + end as u64 - 1) / BLOCK as u64);
            p.near(q, lo, hi, reach_m, &mut |block| {
                let from = ((block * BLOCK as u64).saturating_sub(tick0) as usize).max(begin);
                let to = (((block + 1) * BLOCK as u64).saturating_sub(tick0) as usize).min(end);
                stretch(i0 + from, j0 + from, to - from);
            });
        }
        _ => {
            for from in (begin..end).step_by(UNINDEXED) {
                stretch(i0 + from, j0 + from, (from + UNINDEXED).min(end) - from);
            }
        }
    }
}

/// Calls `hit` with the number of each sample (step) of a stretch at which the centres are not proven far, in order.
#[inline]
pub(crate) fn hot(
    a: &Way<'_>,
    b: [&[f64]; 2],
    at: At,
    (i, j, n): (usize, usize, usize),
    reach2: f64,
    hit: &mut impl FnMut(usize),
) {
    // The step of the last sample of a run is that sample alone.
    let steps = at == At::Steps && i + n < a.x.len() && j + n < b[0].len();
    if !steps
        && n > BLOCK
        && all_far(&a.x[i..i + n], &a.y[i..i + n], &b[0][j..j + n], &b[1][j..j + n], reach2)
    {
        return;
    }
    for from in (0..n).step_by(BLOCK) {
        let (i, j) = (i + from, j + from);
        let m = (n - from).min(BLOCK) + usize::from(steps);
        let (ax, ay, bx, by) = (&a.x[i..i + m], &a.y[i..i + m], &b[0][j..j + m], &b[1][j..j + m]);
        let mut mask =
            if steps { hot_steps(ax, ay, bx, by, reach2) } else { hot_samples(ax, ay, bx, by, reach2) };
        while mask != 0 {
            hit(from + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
    }
}

fn lockstep(a: &Way<'_>, b: &Way<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    let reach2 = squared(reach_m, 0.0);
    stretches((a, b), At::Steps, reach_m, span, &mut |i, j, n| {
        hot(a, [b.x, b.y], At::Steps, (i, j, n), reach2, &mut |k| {
            hit(Near::of(a, b.x.len(), (i + k, j + k)))
        });
    });
}

/// Calls `hit` for each time in `span` that is a sample of both runs on one clock, or of either on two, at which the
/// centres can be within `reach_m`, in order of time.
pub(crate) fn near_samples(a: &Way<'_>, b: &Way<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    if a.run.clock != b.run.clock {
        merged_samples(a, b, reach_m, span, hit);
        return;
    }
    let reach2 = squared(reach_m, 0.0);
    stretches((a, b), At::Samples, reach_m, span, &mut |i, j, n| {
        hot(a, [b.x, b.y], At::Samples, (i, j, n), reach2, &mut |k| {
            hit(Near::of(a, b.x.len(), (i + k, j + k)));
        });
    });
}

/// The step of two runs on one clock, in a span, that begins with a sample at which the centres are near: the nearest of
/// the stretch that promises most. `None` on two clocks, or if nothing is shared.
pub(crate) fn nearest_sample(a: &Way<'_>, b: &Way<'_>, span: Span) -> Option<Near> {
    if a.run.clock != b.run.clock {
        return None;
    }
    let (mut best2, mut place) = (f64::INFINITY, None);
    stretches((a, b), At::Steps, f64::INFINITY, span, &mut |i, j, n| {
        // The index's boxes if it has them, else the ends of a stretch.
        let apart2 = match (&a.boxes, &b.boxes) {
            (Some(_), Some(_)) => {
                let m = a.bounds(i, i + n - 1).distance_m(&b.bounds(j, j + n - 1));
                m * m
            }
            _ => gap2(a.x[i], a.y[i], b.x[j], b.y[j]),
        };
        if apart2 < best2 || place.is_none() {
            (best2, place) = (apart2, Some((i, j, n)));
        }
    });
    let (i, j, n) = place?;
    let gap2 = |k: &usize| gap2(a.x[i + k], a.y[i + k], b.x[j + k], b.y[j + k]);
    let k = (0..n).min_by(|p, q| gap2(p).total_cmp(&gap2(q)))?;
    Some(Near::of(a, b.x.len(), (i + k, j + k)))
}

impl Near {
    /// From sample `i` and `j` on one clock to the next, if both have one.
    #[inline]
    pub(crate) fn of(a: &Way<'_>, b_len: usize, (i, j): (usize, usize)) -> Self {
        let last = i + 1 == a.x.len() || j + 1 == b_len;
        Self { i, j, from_ns: a.t[i], to_ns: a.t[if last { i } else { i + 1 }] }
    }
}

/// Calls `hit` with the sample of each at or before a time, and the time, for each time in `span` that is a sample
/// of either of two runs on two clocks, at which their centres can be within `reach_m`.
fn merged_samples(a: &Way<'_>, b: &Way<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    near_knots(a, b, reach_m, span, hit);
    // Each knot begins an interval, but for the last, unless it is the only one.
    let (first_ns, last_ns) = (a.first_ns().max(b.first_ns()), a.last_ns().min(b.last_ns()));
    if let (true, Some(i), Some(j)) =
        (first_ns < last_ns && span.holds(last_ns), a.before(last_ns), b.before(last_ns))
    {
        let near = Near { i, j, from_ns: last_ns, to_ns: last_ns };
        let (p, q) = (a.position(i, last_ns), b.position(j, last_ns));
        let size = [p, q].iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
        if !farther(gap2(p[0], p[1], q[0], q[1]), 0.0, squared(reach_m, size * 4e-15)) {
            hit(near);
        }
    }
}

fn gap2(ax: f64, ay: f64, bx: f64, by: f64) -> f64 {
    let (x, y) = (bx - ax, by - ay);
    x * x + y * y
}

/// Bit `k` set: the step after sample `k` is not proven far. Slices have one value more than steps.
#[inline]
fn hot_steps(ax: &[f64], ay: &[f64], bx: &[f64], by: &[f64], reach2: f64) -> u32 {
    const N: usize = BLOCK + 1;
    let n = ax.len().min(N);
    let (ax, ay, bx, by) = (&ax[..n], &ay[..n], &bx[..n], &by[..n]);
    let (mut dx, mut dy, mut d2, mut low) = ([0.0; N], [0.0; N], [0.0; N], [0.0; BLOCK]);
    for k in 0..n {
        dx[k] = bx[k] - ax[k];
        dy[k] = by[k] - ay[k];
        d2[k] = dx[k] * dx[k] + dy[k] * dy[k];
    }
    let mut hot = 0u64;
    for k in 0..n - 1 {
        let (ex, ey) = (dx[k + 1] - dx[k], dy[k + 1] - dy[k]);
        // If the first is not a number, so is the step, which then proves nothing.
        let nearer = if d2[k] < d2[k + 1] { d2[k] } else { d2[k + 1] };
        low[k] = lower_bound2(nearer, ex * ex + ey * ey);
        hot |= u64::from(!(low[k] > reach2));
    }
    // Nearly always all are far.
    if hot == 0 {
        return 0;
    }
    low[..n - 1].iter().enumerate().fold(0, |mask, (k, low)| mask | u32::from(!(*low > reach2)) << k)
}

/// Whether the centres are proven far at all samples.
#[inline]
fn all_far(ax: &[f64], ay: &[f64], bx: &[f64], by: &[f64], reach2: f64) -> bool {
    let n = ax.len();
    let (ax, ay, bx, by) = (&ax[..n], &ay[..n], &bx[..n], &by[..n]);
    let far = |k: usize| gap2(ax[k], ay[k], bx[k], by[k]) > reach2;
    // All bits, as a comparison of vectors gives them.
    (0..n).fold(0, |near, k| near | if far(k) { 0 } else { u64::MAX }) == 0
}

/// Bit `k` set: at sample `k` the centres are not proven far.
#[inline]
pub(crate) fn hot_samples(ax: &[f64], ay: &[f64], bx: &[f64], by: &[f64], reach2: f64) -> u32 {
    // Nearly always all are far.
    if all_far(ax, ay, bx, by, reach2) {
        return 0;
    }
    let far = |k: usize| gap2(ax[k], ay[k], bx[k], by[k]) > reach2;
    (0..ax.len()).fold(0, |mask, k| mask | u32::from(!far(k)) << k)
}

fn merged(a: &Way<'_>, b: &Way<'_>, reach_m: f64, span: Span, hit: &mut impl FnMut(Near)) {
    let (ta, tb) = (a.t, b.t);
    let from = a.first_ns().max(b.first_ns());
    let to = a.last_ns().min(b.last_ns());
    if from > to {
        return;
    }
    let (Some(i), Some(j)) = (a.before(from), b.before(from)) else { return };
    if from == to {
        if span.holds(from) {
            knots(a, b, reach_m, (i, j, from, to), span, hit);
        }
        return;
    }
    // Blocks of the run with fewer samples; the other's box is made over the same time.
    let slow = if tb.len() <= ta.len() { b } else { a };
    let fast = if tb.len() <= ta.len() { a } else { b };
    let (ts, tf) = (slow.t, fast.t);
    let mut s = slow.before(from.max(span.from_ns)).unwrap_or(0);
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
    a: &Way<'_>,
    b: &Way<'_>,
    reach_m: f64,
    (mut i, mut j, from, to): (usize, usize, i64, i64),
    span: Span,
    hit: &mut impl FnMut(Near),
) {
    let (ta, tb) = (a.t, b.t);
    let mut t0 = from;
    // The last sample at or before t0 in each.
    let advance = |t: &[i64], mut k: usize, now: i64| {
        while k + 1 < t.len() && t[k + 1] <= now {
            k += 1;
        }
        k
    };
    (i, j) = (advance(ta, i, t0), advance(tb, j, t0));
    let (mut pa, mut pb) = (a.position(i, t0), b.position(j, t0));
    loop {
        let next = |t: &[i64], k: usize| t.get(k + 1).copied().unwrap_or(i64::MAX);
        let t1 = next(ta, i).min(next(tb, j)).min(to);
        if t1 < t0 {
            return;
        }
        let (qa, qb) = (a.position(i, t1), b.position(j, t1));
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
