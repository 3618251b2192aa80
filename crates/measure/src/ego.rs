//! The ego's samples in the window, in order of time, and the steps between them.

use std::ops::Range;

use lukao_model::drive::Pose;
use lukao_model::vehicle::BoxSize;
use lukao_model::{ActorIx, Drive, Interval};

use crate::admit::Admit;

/// One sample of the ego's motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EgoSample {
    /// When.
    pub t_ns: i64,
    /// Centre of the footprint.
    pub pose: Pose,
    /// Height of the underside, if logged.
    pub z_m: Option<f64>,
    /// Index of its run in the window's runs.
    pub run: usize,
    /// Index in that run.
    pub i: usize,
    /// Whether the next sample is of the same run, so that a step leads to it.
    pub goes_on: bool,
}

/// The ego's samples in a window.
#[derive(Clone, Debug, Default)]
pub struct Ego {
    samples: Vec<EgoSample>,
    block: Range<usize>,
    steps: Vec<Interval>,
}

impl Ego {
    pub(crate) fn new(drive: &Drive, ego: Option<ActorIx>, block: Interval, admit: &Admit) -> Self {
        let Some(ego) = ego else { return Self::default() };
        let samples = samples(drive, ego, Interval::ALL, admit);
        let at = |t: i64| samples.partition_point(|s| s.t_ns < t);
        let block = at(block.from_ns)..at(block.to_ns);
        Self::of(samples, block)
    }

    fn of(samples: Vec<EgoSample>, block: Range<usize>) -> Self {
        let mut out = Self { samples, block, steps: Vec::new() };
        let joined = |r: Range<usize>| Interval::new(out.step(r.start).from_ns, out.step(r.end - 1).to_ns);
        out.steps = out.runs_in_block().map(joined).collect();
        out
    }

    /// The samples of any actor within closed times, of every origin; they count as those of the block.
    pub(crate) fn over(drive: &Drive, actor: ActorIx, when: Interval) -> Self {
        let mut samples = samples(drive, actor, when, &Admit::ALL);
        let n = samples.len();
        for k in 0..n {
            let joined = k + 1 < n && samples[k + 1].run == samples[k].run;
            samples[k].goes_on &= joined;
        }
        Self::of(samples, 0..n)
    }

    /// All samples in the window.
    #[must_use]
    #[inline]
    pub fn samples(&self) -> &[EgoSample] {
        &self.samples
    }

    /// Indices of the samples that belong to the block.
    #[must_use]
    #[inline]
    pub fn in_block(&self) -> Range<usize> {
        self.block.clone()
    }

    /// The step that begins at sample `k`: up to the next sample of the run, or the instant of a run's last.
    ///
    /// # Panics
    /// If `k` is past the end.
    #[must_use]
    #[inline]
    pub fn step(&self, k: usize) -> Interval {
        let s = &self.samples[k];
        let to_ns = if s.goes_on { self.samples[k + 1].t_ns } else { s.t_ns };
        Interval { from_ns: s.t_ns, to_ns }
    }

    /// The samples of the block, run by run.
    pub fn runs_in_block(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut first = self.block.start;
        self.samples[self.block.clone()].chunk_by(|a, b| a.run == b.run).map(move |of_run| {
            let range = first..first + of_run.len();
            first = range.end;
            range
        })
    }

    /// The steps of the block's samples, joined as far as they follow one another.
    #[must_use]
    pub fn steps_in_block(&self) -> &[Interval] {
        &self.steps
    }

    /// Index of the last sample at or before a time.
    #[must_use]
    pub fn at_or_before(&self, t_ns: i64) -> Option<usize> {
        self.samples.partition_point(|s| s.t_ns <= t_ns).checked_sub(1)
    }

    /// Pose at a time that a run covers.
    #[must_use]
    pub fn pose_at(&self, t_ns: i64) -> Option<Pose> {
        let k = self.at_or_before(t_ns)?;
        let s = &self.samples[k];
        if s.t_ns == t_ns {
            return Some(s.pose);
        }
        if !s.goes_on {
            return None;
        }
        let next = &self.samples[k + 1];
        Some(s.pose.toward(&next.pose, (t_ns - s.t_ns) as f64 / (next.t_ns - s.t_ns) as f64))
    }

    /// Size at sample `k`.
    pub(crate) fn size(&self, drive: &Drive, k: usize) -> BoxSize {
        drive.runs()[self.samples[k].run].size
    }
}

/// Samples of an actor within closed times, of origins that count.
fn samples(drive: &Drive, actor: ActorIx, when: Interval, admit: &Admit) -> Vec<EgoSample> {
    let first = drive.runs().partition_point(|r| r.actor < actor);
    let mut samples = Vec::new();
    for (run_ix, run) in (first..).zip(drive.runs_of(actor)) {
        if !admit.admits_pose(run.origin) {
            continue;
        }
        let times = drive.times(run);
        let (lo, hi) =
            (times.partition_point(|t| *t < when.from_ns), times.partition_point(|t| *t <= when.to_ns));
        samples.extend((lo..hi).map(|i| EgoSample {
            t_ns: times[i],
            pose: run.pose(i),
            z_m: run.z_m.as_ref().and_then(|z| z.get(i)),
            run: run_ix,
            i,
            goes_on: i + 1 < run.len(),
        }));
    }
    // Runs of one actor follow one another in time.
    debug_assert!(samples.is_sorted_by_key(|s| s.t_ns));
    samples
}
