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
    /// Run, and its sample at or before the ego's.
    of: Vec<(u32, u32)>,
}

impl Near {
    pub(crate) fn new(m: &Measures<'_>) -> Self {
        let block = m.ego().in_block();
        let mut found: Vec<(u32, u32, u32)> = Vec::new();
        let samples = m.ego().samples();
        let (Some(a), Some(b)) = (samples.get(block.start), samples[block.clone()].last()) else {
            return Self::default();
        };
        for r in others(m, a.t_ns, b.t_ns) {
            along_run(m, block.clone(), r, &mut |k, i| {
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
    let drive = m.window();
    let Some(me) = m.ego_actor() else { return Vec::new() };
    let own = |a: ActorIx| {
        let actor = drive.actor(a);
        actor.towed_by == Some(me)
            || actor.exempt_from.contains(&me)
            || drive.actor(me).exempt_from.contains(&a)
    };
    let overlaps = |r: &Run| {
        let t = drive.times(r);
        t.first().is_some_and(|t| *t <= to) && t.last().is_some_and(|t| *t >= from)
    };
    let wanted = |r: &Run| r.actor != me && overlaps(r) && !own(r.actor);
    (0..drive.runs().len()).filter(|i| wanted(&drive.runs()[*i])).collect()
}

/// Those near at any sample of the window; walks all runs.
pub(crate) fn at_sample(m: &Measures<'_>, k: usize) -> Vec<Other> {
    let t_ns = m.ego().samples()[k].t_ns;
    let mut out = Vec::new();
    for r in others(m, t_ns, t_ns) {
        along_run(m, k..k + 1, r, &mut |_, i| out.push(pose_from(m, r, i, t_ns)));
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

/// Calls `hit` with the ego's sample and the run's sample at or before it, for each of these at which the run is near.
fn along_run(m: &Measures<'_>, range: std::ops::Range<usize>, r: usize, hit: &mut impl FnMut(usize, usize)) {
    let (drive, samples) = (m.window(), m.ego().samples());
    let run = &drive.runs()[r];
    let (times, x, y) = (drive.times(run), run.x_m.values(), run.y_m.values());
    let close = |s: &crate::EgoSample, x: f64, y: f64| {
        (x - s.pose.x_m).abs() < REACH_M && (y - s.pose.y_m).abs() < REACH_M
    };
    let mut i = 0;
    for k in range {
        let s = &samples[k];
        let mine = &drive.runs()[s.run];
        if run.clock == mine.clock {
            let Some(i) = (mine.first + s.i).checked_sub(run.first).filter(|i| *i < run.len()) else {
                continue;
            };
            if close(s, x[i], y[i]) {
                hit(k, i);
            }
            continue;
        }
        while times.get(i + 1).is_some_and(|t| *t <= s.t_ns) {
            i += 1;
        }
        if times[i] > s.t_ns || (times[i] < s.t_ns && i + 1 == times.len()) {
            continue;
        }
        let p = pose_from(m, r, i, s.t_ns).pose;
        if close(s, p.x_m, p.y_m) {
            hit(k, i);
        }
    }
}
