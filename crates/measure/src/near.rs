//! Who is near the ego at its samples: found once a block, in one pass over the others' positions, and shared by all
//! measures that look at others, so that none of them walks all actors at every sample.
//!
//! An actor is near if its centre is within [`REACH_M`] of the ego's along both axes of the frame. Between its own
//! samples its pose is linear. The ego, what it tows and what rides on it are left out.

use lukao_contact::RunBoxes;
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

    /// Box around those of the samples from `j` on, and up to before `end`.
    fn around(&self, j: usize, end: usize) -> ([f64; 2], [f64; 2]) {
        let least = |v: &[f64]| v[j..end].iter().copied().fold(f64::INFINITY, f64::min);
        let most = |v: &[f64]| v[j..end].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        ([least(&self.lo_x), least(&self.lo_y)], [most(&self.hi_x), most(&self.hi_y)])
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
        Self::in_boxes_if(m, boxes, |_| true)
    }

    /// Everybody in the boxes but those of whom `may` says that they need no look, for some samples at once.
    pub(crate) fn in_boxes_if(m: &Measures<'_>, boxes: &Boxes, mut may: impl FnMut(Stretch) -> bool) -> Self {
        let block = m.ego().in_block();
        let mut found: Vec<(u32, u32, u32)> = Vec::new();
        let samples = m.ego().samples();
        let (Some(a), Some(b)) = (samples.get(block.start), samples[block.clone()].last()) else {
            return Self::default();
        };
        let parts = Part::all(m, block.clone(), boxes);
        for r in others(m, a.t_ns, b.t_ns) {
            let hit = &mut |j, i| found.push((j as u32, r as u32, i as u32));
            along_run(m, &parts, boxes, r, &mut may, hit);
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
pub(crate) fn others<'m>(m: &'m Measures<'_>, from: i64, to: i64) -> impl Iterator<Item = usize> + use<'m> {
    m.others().iter().filter(move |o| o.from_ns <= to && o.to_ns >= from).map(|o| o.run)
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
    at_sample_of(m, k, None)
}

/// The same, of one actor alone if one is given.
pub(crate) fn at_sample_of(m: &Measures<'_>, k: usize, only: Option<ActorIx>) -> Vec<Other> {
    let s = m.ego().samples()[k];
    let mut boxes = Boxes::default();
    let (lo, hi) = around(&s, REACH_M);
    boxes.push(lo, hi);
    let parts = Part::all(m, k..k + 1, &boxes);
    let mut out = Vec::new();
    let meant = |r: &usize| only.is_none_or(|actor| m.window().runs()[*r].actor == actor);
    for r in others(m, s.t_ns, s.t_ns).filter(meant) {
        along_run(m, &parts, &boxes, r, &mut |_| true, &mut |_, i| out.push(pose_from(m, r, i, s.t_ns)));
    }
    out
}

/// Somebody's samples at successive ones of the ego.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// Index of the run in the window's runs.
    pub(crate) run: usize,
    /// The first of its samples.
    pub(crate) i: usize,
    /// The ego's sample there, among those that are looked at.
    pub(crate) j: usize,
    /// How many.
    pub(crate) len: usize,
}

/// Samples of the ego that are of one run.
struct Part {
    /// The first of them, among all of the ego's and among those that are looked at.
    first: usize,
    j: usize,
    len: usize,
    /// Boxes around their boxes, for as many at once as runs of others have one box for; those of one tick of the drive's clock
    /// begin together.
    together: Vec<([f64; 2], [f64; 2])>,
    /// Tick of the drive's clock at which the first of these begins.
    tick: u64,
}

impl Part {
    fn all(m: &Measures<'_>, range: std::ops::Range<usize>, boxes: &Boxes) -> Vec<Self> {
        const N: usize = RunBoxes::SAMPLES;
        let (drive, mut j) = (m.window(), 0);
        let of_run = m.ego().samples()[range.clone()].chunk_by(|a, b| a.run == b.run);
        let part = |samples: &[EgoSample]| {
            let (run, len, begin) = (&drive.runs()[samples[0].run], samples.len(), j);
            j += len;
            let at = drive.clocks()[run.clock.0 as usize].first_tick + (run.first + samples[0].i) as u64;
            let skip = (at % N as u64) as usize;
            let ends =
                (0..(skip + len).div_ceil(N)).map(|g| ((g * N).saturating_sub(skip), (g + 1) * N - skip));
            let together = ends.map(|(a, b)| boxes.around(begin + a, begin + b.min(len))).collect();
            Self { first: range.start + begin, j: begin, len, together, tick: at - skip as u64 }
        };
        of_run.map(part).collect()
    }

    /// Whether somebody whose box is given may be in one of the boxes there are for a tick.
    fn may_hold(&self, tick: u64, (min, max): ([f64; 2], [f64; 2])) -> bool {
        let (lo, hi) = self.together[((tick - self.tick) / RunBoxes::SAMPLES as u64) as usize];
        // What is not a number proves nothing.
        !(0..2).any(|d| max[d] <= lo[d] || hi[d] <= min[d])
    }
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

/// Calls `hit` with the place of the ego's sample among those looked at, and the run's sample at or before it, for each of these
/// at which the run is in the box, but where `may` said no.
fn along_run(
    m: &Measures<'_>,
    parts: &[Part],
    boxes: &Boxes,
    r: usize,
    may: &mut impl FnMut(Stretch) -> bool,
    hit: &mut impl FnMut(usize, usize),
) {
    let (drive, samples) = (m.window(), m.ego().samples());
    let run = &drive.runs()[r];
    let (times, x, y) = (drive.times(run), run.x_m.values(), run.y_m.values());
    // For one sample the place itself is read as fast.
    let index = if boxes.lo_x.len() > 1 { RunBoxes::of(drive, run) } else { None };
    let mut i = 0;
    for part in parts {
        let first = samples[part.first];
        let mine = &drive.runs()[first.run];
        if run.clock == mine.clock {
            // The ticks that both have.
            let (own, begun) = (mine.first + first.i, drive.clocks()[run.clock.0 as usize].first_tick);
            let (lo, hi) = (own.max(run.first), (own + part.len).min(run.first + run.len()));
            let mut at = lo;
            while at < hi {
                let i = at - run.first;
                let n = (hi - at).min(index.map_or(RunBoxes::SAMPLES, |x| x.together(i)));
                if index.is_none_or(|x| part.may_hold(begun + at as u64, x.around(i))) {
                    let j = part.j + at - own;
                    let bits = boxes.holding(j, &x[i..i + n], &y[i..i + n]);
                    in_stretch(Stretch { run: r, i, j, len: n }, bits, may, hit);
                }
                at += n;
            }
            continue;
        }
        i = times.partition_point(|t| *t <= first.t_ns).saturating_sub(1).max(i);
        for (j, s) in (part.j..).zip(&samples[part.first..part.first + part.len]) {
            while times.get(i + 1).is_some_and(|t| *t <= s.t_ns) {
                i += 1;
            }
            if times[i] > s.t_ns || (times[i] < s.t_ns && i + 1 == times.len()) {
                continue;
            }
            let p = pose_from(m, r, i, s.t_ns).pose;
            if boxes.holds(j, p.x_m, p.y_m) {
                hit(j, i);
            }
        }
    }
}

/// Samples of a stretch that are asked about once more, if the whole of it needs a look.
const SHORT: usize = 8;

/// Calls `hit` for the samples of a stretch whose bits are set, but where `may` said no.
fn in_stretch(
    all: Stretch,
    bits: u64,
    may: &mut impl FnMut(Stretch) -> bool,
    hit: &mut impl FnMut(usize, usize),
) {
    if bits == 0 || !may(all) {
        return;
    }
    for from in (0..all.len).step_by(SHORT) {
        let len = (all.len - from).min(SHORT);
        let mut own = bits >> from & ((1 << len) - 1);
        let (i, j) = (all.i + from, all.j + from);
        if own == 0 || (len < all.len && !may(Stretch { i, j, len, ..all })) {
            continue;
        }
        while own != 0 {
            let c = own.trailing_zeros() as usize;
            own &= own - 1;
            hit(j + c, i + c);
        }
    }
}
