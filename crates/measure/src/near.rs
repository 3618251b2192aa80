//! Who is near the ego at its samples: found once a block, in one pass over the others' positions, and shared by all
//! measures that look at others, so that none of them walks all actors at every sample.
//!
//! An actor is near if its centre is within [`REACH_M`] of the ego's along both axes of the frame. Between its own
//! samples its pose is linear. The ego, what it tows and what rides on it are left out.

use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::to_s;
use lukao_model::{ActorIx, Run};

use crate::Measures;
use crate::ego::EgoSample;

/// How far off somebody can matter, m.
pub const REACH_M: f64 = 200.0;

/// How far off somebody can be beside the ego or pass it, m.
pub(crate) const CLOSE_M: f64 = 40.0;

/// Greatest acceleration that may go unseen between two samples, for the uncertainty of a pose between them.
const UNSEEN_MPS2: f64 = 10.0;

/// Somebody's pose at a time of the ego's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Other {
    /// Index of the run in the window's runs.
    pub run: usize,
    /// Index of its sample at or before the time.
    pub i: usize,
    /// Pose at the time.
    pub pose: Pose,
    /// Time between the samples around it, ns; 0 at a sample.
    pub between_ns: i64,
}

impl Other {
    /// What not knowing the motion between two samples adds to a position's uncertainty, m.
    #[must_use]
    pub fn unseen_m(&self) -> Uncertainty {
        let dt = to_s(self.between_ns);
        Uncertainty::Known(UNSEEN_MPS2 * dt * dt / 8.0)
    }
}

/// Who is near at each of the ego's samples in the block.
#[derive(Clone, Debug, Default)]
pub struct Near {
    first: usize,
    /// Where each sample's part of `of` begins; one more at the end.
    begins: Vec<u32>,
    /// Run, and its sample at or before the ego's.
    of: Vec<(u32, u32)>,
}

/// A box for each of the ego's samples in the block, in which others are looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boxes {
    lo_x: Vec<f64>,
    hi_x: Vec<f64>,
    lo_y: Vec<f64>,
    hi_y: Vec<f64>,
}

impl Boxes {
    /// Adds the box of the next sample.
    pub(crate) fn push(&mut self, lo: [f64; 2], hi: [f64; 2]) {
        self.lo_x.push(lo[0]);
        self.hi_x.push(hi[0]);
        self.lo_y.push(lo[1]);
        self.hi_y.push(hi[1]);
    }

    /// Adds a box for the next sample that holds nobody.
    pub(crate) fn push_empty(&mut self) {
        self.push([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    }

    fn holds(&self, j: usize, x: f64, y: f64) -> bool {
        self.lo_x[j] < x && x < self.hi_x[j] && self.lo_y[j] < y && y < self.hi_y[j]
    }

    /// Which of 64 places at most, from sample `j` on, lie in their boxes: a bit each. Without branches, so that it runs as
    /// fast as the places can be read.
    fn holding(&self, j: usize, x: &[f64], y: &[f64]) -> u64 {
        let n = x.len().min(y.len()).min(64);
        let (lo_x, hi_x) = (&self.lo_x[j..j + n], &self.hi_x[j..j + n]);
        let (lo_y, hi_y) = (&self.lo_y[j..j + n], &self.hi_y[j..j + n]);
        let mut any = false;
        for c in 0..n {
            any |= (lo_x[c] < x[c]) & (x[c] < hi_x[c]) & (lo_y[c] < y[c]) & (y[c] < hi_y[c]);
        }
        if !any {
            return 0;
        }
        (0..n).filter(|c| self.holds(j + c, x[*c], y[*c])).fold(0, |bits, c| bits | 1 << c)
    }
}

/// A box around a place.
pub(crate) fn around(s: &EgoSample, reach_m: f64) -> ([f64; 2], [f64; 2]) {
    let (x, y) = (s.pose.x_m, s.pose.y_m);
    ([x - reach_m, y - reach_m], [x + reach_m, y + reach_m])
}

impl Near {
    /// Everybody within a distance along both axes.
    pub(crate) fn within(m: &Measures<'_>, reach_m: f64) -> Self {
        let mut boxes = Boxes::default();
        for k in m.ego().in_block() {
            let (lo, hi) = around(&m.ego().samples()[k], reach_m);
            boxes.push(lo, hi);
        }
        Self::in_boxes(m, &boxes)
    }

    /// Everybody in the boxes.
    pub(crate) fn in_boxes(m: &Measures<'_>, boxes: &Boxes) -> Self {
        let block = m.ego().in_block();
        let mut found: Vec<(u32, u32, u32)> = Vec::new();
        let samples = m.ego().samples();
        let (Some(a), Some(b)) = (samples.get(block.start), samples[block.clone()].last()) else {
            return Self::default();
        };
        for r in others(m, a.t_ns, b.t_ns) {
            along_run(m, block.clone(), boxes, r, &mut |k, i| {
                found.push(((k - block.start) as u32, r as u32, i as u32));
            });
        }
        // Counted by sample; within one by run.
        let mut begins = vec![0_u32; block.len() + 1];
        for (k, _, _) in &found {
            begins[*k as usize + 1] += 1;
        }
        for k in 0..block.len() {
            begins[k + 1] += begins[k];
        }
        let mut next = begins.clone();
        let mut of = vec![(0, 0); found.len()];
        for (k, r, i) in found {
            let at = &mut next[k as usize];
            of[*at as usize] = (r, i);
            *at += 1;
        }
        Self { first: block.start, begins, of }
    }

    /// Those near at the ego's sample `k` of the block, by run.
    pub fn at<'n>(&'n self, m: &'n Measures<'_>, k: usize) -> impl Iterator<Item = Other> + 'n {
        let j = k - self.first;
        let t_ns = m.ego().samples()[k].t_ns;
        let of = &self.of[self.begins[j] as usize..self.begins[j + 1] as usize];
        of.iter().map(move |&(r, i)| pose_from(m, r as usize, i as usize, t_ns))
    }
}

/// Runs of others that overlap a stretch of time, by their index in the window.
pub(crate) fn others(m: &Measures<'_>, from: i64, to: i64) -> Vec<usize> {
    m.others().iter().filter(|o| o.from_ns <= to && o.to_ns >= from).map(|o| o.run).collect()
}

/// A run of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct There {
    run: usize,
    from_ns: i64,
    to_ns: i64,
}

/// Runs of all others, by their index in the window.
pub(crate) fn there(m: &Measures<'_>) -> Vec<There> {
    let drive = m.window();
    let Some(me) = m.ego_actor() else { return Vec::new() };
    let own = |a: ActorIx| {
        let actor = drive.actor(a);
        actor.towed_by == Some(me)
            || actor.exempt_from.contains(&me)
            || drive.actor(me).exempt_from.contains(&a)
    };
    let there = |(run, r): (usize, &Run)| {
        let t = drive.times(r);
        Some(There { run, from_ns: *t.first()?, to_ns: *t.last()? })
    };
    let others = drive.runs().iter().enumerate().filter(|(_, r)| r.actor != me && !own(r.actor));
    others.filter_map(there).collect()
}

/// Those near at any sample of the window; looks at all runs.
pub(crate) fn at_sample(m: &Measures<'_>, k: usize) -> Vec<Other> {
    let s = m.ego().samples()[k];
    let mut boxes = Boxes::default();
    let (lo, hi) = around(&s, REACH_M);
    boxes.push(lo, hi);
    let mut out = Vec::new();
    for r in others(m, s.t_ns, s.t_ns) {
        along_run(m, k..k + 1, &boxes, r, &mut |_, i| out.push(pose_from(m, r, i, s.t_ns)));
    }
    out
}

fn pose_from(m: &Measures<'_>, r: usize, i: usize, t_ns: i64) -> Other {
    let drive = m.window();
    let run = &drive.runs()[r];
    let times = drive.times(run);
    let (pose, between_ns) = match times.get(i + 1) {
        Some(next) if times[i] != t_ns => {
            let dt = next - times[i];
            (run.pose(i).toward(&run.pose(i + 1), (t_ns - times[i]) as f64 / dt as f64), dt)
        }
        _ => (run.pose(i), 0),
    };
    Other { run: r, i, pose, between_ns }
}

/// Calls `hit` with the ego's sample and the run's sample at or before it, for each of these at which the run is in the box.
fn along_run(
    m: &Measures<'_>,
    range: std::ops::Range<usize>,
    boxes: &Boxes,
    r: usize,
    hit: &mut impl FnMut(usize, usize),
) {
    let (drive, samples) = (m.window(), m.ego().samples());
    let run = &drive.runs()[r];
    let (times, x, y) = (drive.times(run), run.x_m.values(), run.y_m.values());
    let mut from = range.start;
    let mut i = 0;
    for part in samples[range.clone()].chunk_by(|a, b| a.run == b.run) {
        let (first, k0) = (part[0], from);
        from += part.len();
        let mine = &drive.runs()[first.run];
        if run.clock == mine.clock {
            // The ticks that both have.
            let tick = mine.first + first.i;
            let (lo, hi) = (tick.max(run.first), (tick + part.len()).min(run.first + run.len()));
            let mut at = lo;
            while at < hi {
                let n = (hi - at).min(64);
                let (k, i) = (k0 + at - tick, at - run.first);
                let mut bits = boxes.holding(k - range.start, &x[i..i + n], &y[i..i + n]);
                while bits != 0 {
                    let c = bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    hit(k + c, i + c);
                }
                at += n;
            }
            continue;
        }
        for (k, s) in (k0..).zip(part) {
            while times.get(i + 1).is_some_and(|t| *t <= s.t_ns) {
                i += 1;
            }
            if times[i] > s.t_ns || (times[i] < s.t_ns && i + 1 == times.len()) {
                continue;
            }
            let p = pose_from(m, r, i, s.t_ns).pose;
            if boxes.holds(k - range.start, p.x_m, p.y_m) {
                hit(k, i);
            }
        }
    }
}
