//! Who is near the ego at its samples: found once a block, in one pass over the others' positions, and shared by all
//! measures that look at others, so that none of them walks all actors at every sample.
//!
//! An actor is near if its centre is within [`REACH_M`] of the ego's along both axes of the frame. Between its own
//! samples its pose is linear. The ego, what it tows and what rides on it are left out.

use std::ops::Range;

use lukao_contact::RunBoxes;
use lukao_model::drive::Pose;
use lukao_model::outcome::Uncertainty;
use lukao_model::time::{last_at, to_s};
use lukao_model::{ActorIx, Run};

use crate::Measures;
use crate::ego::EgoSample;

/// How far off somebody can matter, m.
pub const REACH_M: f64 = 200.0;

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
    /// Run, and its sample at or before the ego's; with [`AT_SAMPLE`] if it is at the ego's.
    of: Vec<(u32, u32)>,
}

/// Set beside the number of a sample that is at the time of the ego's.
const AT_SAMPLE: u32 = 1 << 31;

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
        self.holding(j, &[x], &[y]) != 0
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
        let (x, y) = (&x[..n], &y[..n]);
        let holds = |c: usize| (lo_x[c] < x[c]) & (x[c] < hi_x[c]) & (lo_y[c] < y[c]) & (y[c] < hi_y[c]);
        let mut any = false;
        for c in 0..n {
            any |= holds(c);
        }
        if !any {
            return 0;
        }
        let mut bits = 0;
        for c in 0..n {
            bits |= u64::from(holds(c)) << c;
        }
        bits
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
        Self::picked(m, m.ego().in_block(), &boxes, May(|_| true))
    }

    /// Everybody in the boxes of some of the ego's samples but those of whom `may` says that they need no look, for some samples at
    /// once.
    pub(crate) fn in_boxes_if(
        m: &Measures<'_>,
        of: Range<usize>,
        boxes: &Boxes,
        may: impl FnMut(Stretch) -> bool,
    ) -> Self {
        Self::picked(m, of, boxes, May(may))
    }

    /// Everybody in the boxes but those that are left out.
    pub(crate) fn picked(m: &Measures<'_>, block: Range<usize>, boxes: &Boxes, mut pick: impl Pick) -> Self {
        let mut found: Vec<(u32, u32, u32)> = Vec::new();
        let samples = m.ego().samples();
        let (Some(a), Some(b)) = (samples.get(block.start), samples[block.clone()].last()) else {
            return Self::default();
        };
        let parts = Part::all(m, block.clone(), boxes);
        for r in others(m, a.t_ns, b.t_ns) {
            let hit = &mut |j, i, exact| {
                let at = if exact { AT_SAMPLE } else { 0 };
                found.push((j as u32, r as u32, i as u32 | at));
            };
            along_run(m, &parts, boxes, r, &mut pick, hit);
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
        of.iter().map(move |&(r, at)| {
            let (run, i) = (r as usize, (at & !AT_SAMPLE) as usize);
            if at & AT_SAMPLE == 0 {
                return pose_from(m, run, i, t_ns);
            }
            Other { run, i, pose: m.window().runs()[run].pose(i), between_ns: 0 }
        })
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
    at_sample_of(m, k, REACH_M, |_| true)
}

/// Those within a distance along both axes of whose runs `meant` says that they matter.
pub(crate) fn at_sample_of(
    m: &Measures<'_>,
    k: usize,
    reach_m: f64,
    mut meant: impl FnMut(&Run) -> bool,
) -> Vec<Other> {
    let t_ns = m.ego().samples()[k].t_ns;
    others(m, t_ns, t_ns)
        .filter(|r| meant(&m.window().runs()[*r]))
        .filter_map(|r| pose_of(m, r, k))
        .filter(|other| within(m, k, other, reach_m))
        .collect()
}

/// One actor at any sample of the window, if he is within [`REACH_M`].
pub(crate) fn of_actor(m: &Measures<'_>, k: usize, actor: ActorIx) -> impl Iterator<Item = Other> {
    let runs = m.window().runs();
    let first = runs.partition_point(|r| r.actor < actor);
    let of = (first..runs.len()).take_while(move |r| runs[*r].actor == actor);
    of.filter_map(move |r| pose_of(m, r, k)).filter(move |other| within(m, k, other, REACH_M))
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
    fn all(m: &Measures<'_>, range: Range<usize>, boxes: &Boxes) -> Vec<Self> {
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

/// The ego's samples of the block in pieces of one tick of the boxes that runs of others have.
pub(crate) fn together(m: &Measures<'_>) -> impl Iterator<Item = Range<usize>> {
    let (drive, samples, block) = (m.window(), m.ego().samples(), m.ego().in_block());
    let mut k = block.start;
    std::iter::from_fn(move || {
        let s = samples.get(k).filter(|_| k < block.end)?;
        let run = &drive.runs()[s.run];
        let tick = drive.clocks()[run.clock.0 as usize].first_tick + (run.first + s.i) as u64;
        let first = k;
        k = (k + RunBoxes::SAMPLES - (tick % RunBoxes::SAMPLES as u64) as usize).min(block.end);
        Some(first..k)
    })
}

/// Somebody's pose at the ego's sample `k`, if his run covers it.
pub(crate) fn pose_of(m: &Measures<'_>, run: usize, k: usize) -> Option<Other> {
    let (drive, s) = (m.window(), m.ego().samples()[k]);
    let (own, theirs, t_ns) = (&drive.runs()[s.run], &drive.runs()[run], s.t_ns);
    if own.clock == theirs.clock {
        let i = (own.first + s.i).checked_sub(theirs.first).filter(|i| *i < theirs.len())?;
        return Some(Other { run, i, pose: theirs.pose(i), between_ns: 0 });
    }
    let times = drive.times(theirs);
    let i = last_at(times, t_ns)?;
    (times[i] == t_ns || i + 1 < times.len()).then(|| pose_from(m, run, i, t_ns))
}

/// Whether somebody is within a distance of the ego's sample `k` along both axes.
pub(crate) fn within(m: &Measures<'_>, k: usize, other: &Other, reach_m: f64) -> bool {
    let (lo, hi) = around(&m.ego().samples()[k], reach_m);
    let at = [other.pose.x_m, other.pose.y_m];
    (0..2).all(|d| lo[d] < at[d] && at[d] < hi[d])
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

/// Calls `hit` with the place of the ego's sample among those looked at, the run's sample at or before it, and whether it is at
/// it, for each of these at which the run is in the box and is not left out.
fn along_run(
    m: &Measures<'_>,
    parts: &[Part],
    boxes: &Boxes,
    r: usize,
    pick: &mut impl Pick,
    hit: &mut impl FnMut(usize, usize, bool),
) {
    let (drive, samples) = (m.window(), m.ego().samples());
    let run = &drive.runs()[r];
    let (times, x, y) = (drive.times(run), run.x_m.values(), run.y_m.values());
    let index = RunBoxes::of(drive, run);
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
                    let mut bits = boxes.holding(j, &x[i..i + n], &y[i..i + n]);
                    if bits != 0 {
                        bits = pick.ticks(&Stretch { run: r, i, j, len: n }, bits);
                    }
                    while bits != 0 {
                        let c = bits.trailing_zeros() as usize;
                        bits &= bits - 1;
                        hit(j + c, i + c, true);
                    }
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
            if boxes.holds(j, p.x_m, p.y_m) && pick.between(&Stretch { run: r, i, j, len: 1 }) {
                hit(j, i, times[i] == s.t_ns);
            }
        }
    }
}

/// Who is left out of those in the boxes.
pub(crate) trait Pick {
    /// Of somebody's samples, a bit each, those that are not left out.
    fn ticks(&mut self, of: &Stretch, bits: u64) -> u64;

    /// Whether he is not left out at a time of the ego's that is at or after his sample.
    fn between(&self, _: &Stretch) -> bool {
        true
    }
}

/// Samples of a stretch that are asked about once more, if the whole of it needs a look.
const SHORT: usize = 8;

/// Leaves out those of whom it is said, for some samples at once, that they need no look.
struct May<F>(F);

impl<F: FnMut(Stretch) -> bool> Pick for May<F> {
    fn ticks(&mut self, of: &Stretch, bits: u64) -> u64 {
        if !self.0(*of) {
            return 0;
        }
        let mut kept = 0;
        for from in (0..of.len).step_by(SHORT) {
            let len = (of.len - from).min(SHORT);
            let mine = bits & (((1 << len) - 1) << from);
            if mine != 0 && (len == of.len || self.0(Stretch { i: of.i + from, j: of.j + from, len, ..*of }))
            {
                kept |= mine;
            }
        }
        kept
    }
}
