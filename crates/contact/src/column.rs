//! Clearance as a column: the distance to the nearest actor at each of the ego's samples.
//!
//! Block by block of the ego's samples: boxes around the others' centres over the same time give lower bounds; the
//! most promising one is measured first, and what cannot beat the result is never looked at.

use lukao_model::{ActorIx, Column, Drive, Interval};

use crate::boxes::Boxes;
use crate::contacts::{in_order, in_parallel, span_of};
use crate::geometry::{Placed, distance};
use crate::index::BLOCK;
use crate::motion::Knot;
use crate::near::{Body, Span};
use crate::pair::{exempt, linked};
use crate::shape::{Footprint, footprint, radius_m};
use crate::trig;
use crate::types::Options;

/// Distance to the nearest actor at each sample of the ego in a block.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearanceColumn {
    /// Times of the ego's samples, ns, rising.
    pub t_ns: Vec<i64>,
    /// Metres, 0 when they touch; missing where no other actor is known, or a pose is out of range.
    pub distance_m: Column<f64>,
    /// The nearest actor; the first of equals.
    pub actor: Vec<Option<ActorIx>>,
}

/// The distance from the ego (with what it tows) to the nearest actor at each of its samples in the block
/// `[from, to)`; actors on other clocks between their samples. Who does not overlap in height does not count.
#[must_use]
pub fn clearance_column(window: &Drive, ego: ActorIx, block: Interval, options: &Options) -> ClearanceColumn {
    let span = span_of(block);
    let bodies = linked(window, ego);
    let t_ns: Vec<i64> = (window.runs_of(ego).iter())
        .flat_map(|r| window.times(r).iter().copied().filter(|t| span.holds(*t)))
        .collect();
    let mut best = vec![Best::NONE; t_ns.len()];
    for run in window.runs().iter().filter(|r| bodies.contains(&r.actor) && !r.is_empty()) {
        let mine =
            Mine { body: Body::new(window, run), shape: footprint(window, run, options, run.actor == ego) };
        if run.actor == ego {
            own_samples(window, &bodies, &mine, span, options, (&t_ns, &mut best));
        } else {
            // A trailer, at the ego's times.
            for other in window.runs().iter().filter(|r| !bodies.contains(&r.actor) && !r.is_empty()) {
                if exempt(window, run.actor, other.actor) {
                    continue;
                }
                let (theirs, shape) = (Body::new(window, other), footprint(window, other, options, false));
                for (t, best) in t_ns.iter().zip(&mut best) {
                    measure(&mine, (&theirs, &shape), *t, best);
                }
            }
        }
    }
    ClearanceColumn {
        distance_m: Column::from_options(best.iter().map(|b| (b.who.is_some() && !b.broken).then_some(b.m))),
        actor: best.iter().map(|b| b.who).collect(),
        t_ns,
    }
}

/// The nearest so far at one sample.
#[derive(Clone, Copy)]
struct Best {
    m: f64,
    who: Option<ActorIx>,
    /// Somebody who might be nearer cannot be placed.
    broken: bool,
}

impl Best {
    const NONE: Self = Self { m: f64::INFINITY, who: None, broken: false };

    fn offer(&mut self, m: f64, who: ActorIx) {
        // The lowest index of equals, in whatever order they come.
        if m < self.m || (m == self.m && self.who.is_some_and(|w| who < w)) {
            (self.m, self.who) = (m, Some(who));
        }
    }
}

struct Mine<'a> {
    body: Body<'a>,
    shape: Footprint,
}

/// A run that may be the nearest somewhere in a block, and by how much at least it is off.
#[derive(Clone, Copy)]
struct Candidate {
    at_least_m: f32,
    run: u32,
}

/// Fills in the samples of one of the ego's own runs.
fn own_samples(
    window: &Drive,
    bodies: &[ActorIx],
    mine: &Mine<'_>,
    span: Span,
    options: &Options,
    (t_ns, best): (&[i64], &mut [Best]),
) {
    let track = &mine.body.track;
    let first = track.t.partition_point(|t| *t < span.from_ns);
    let end = first + track.t[first..].iter().take_while(|t| span.holds(**t)).count();
    if first >= end {
        return;
    }
    let offset = t_ns.partition_point(|t| *t < track.t[first]);
    // Samples by block of the drive's ticks.
    let tick0 = mine.body.first_tick;
    let block_of = |i: usize| (tick0 + i as u64) / BLOCK as u64;
    let first_block = block_of(first);
    let count = (block_of(end - 1) - first_block + 1) as usize;
    let samples = |k: usize| {
        let from = ((first_block + k as u64) * BLOCK as u64).saturating_sub(tick0) as usize;
        (from.max(first), (from + BLOCK - usize::from(from == 0) * (tick0 % BLOCK as u64) as usize).min(end))
    };
    let mut candidates: Vec<Vec<Candidate>> = vec![Vec::new(); count];
    for (k, run) in window.runs().iter().enumerate() {
        if run.is_empty() || bodies.contains(&run.actor) || exempt(window, track.run.actor, run.actor) {
            continue;
        }
        let radii = mine.shape.radius_m + radius_m(window, run, options, false);
        let theirs = Body::new(window, run);
        bounds_below(mine, &theirs, (first, end), radii, &mut |block, at_least_m| {
            let block = (block - first_block) as usize;
            candidates[block].push(Candidate { at_least_m, run: k as u32 });
        });
    }
    let mut work: Vec<(usize, Vec<Candidate>, Vec<Best>)> = (candidates.into_iter().enumerate())
        .map(|(k, c)| {
            let (from, to) = samples(k);
            (from, c, vec![Best::NONE; to - from])
        })
        .collect();
    let done = in_order(&work, in_parallel(window), |work| {
        work.iter()
            .map(|(from, candidates, best)| {
                let mut best = best.clone();
                one_block(window, mine, *from, candidates, options, &mut best);
                best
            })
            .collect::<Vec<_>>()
    });
    for ((from, ..), found) in work.drain(..).zip(done.into_iter().flatten()) {
        for (to, b) in best[offset + from - first..].iter_mut().zip(found) {
            to.broken |= b.broken;
            if let Some(who) = b.who {
                to.offer(b.m, who);
            }
        }
    }
}

/// Calls `put` with each block of the ego's samples that another run shares time with, and a lower bound of the
/// distance over it.
fn bounds_below(
    mine: &Mine<'_>,
    theirs: &Body<'_>,
    (first, end): (usize, usize),
    radii_m: f64,
    put: &mut impl FnMut(u64, f32),
) {
    let (a, b) = (&mine.body, theirs);
    let from_ns = a.track.t[first].max(b.track.first_ns());
    let to_ns = a.track.t[end - 1].min(b.track.last_ns());
    if from_ns > to_ns {
        return;
    }
    let lockstep = a.track.run.clock == b.track.run.clock;
    let (i0, i1) = if lockstep {
        let at = |tick: usize| tick.saturating_sub(a.track.run.first);
        (at(b.track.run.first).max(first), at(b.track.run.first + b.track.run.len()).min(end))
    } else {
        let i = first + a.track.t[first..end].partition_point(|t| *t < from_ns);
        (i, first + a.track.t[first..end].partition_point(|t| *t <= to_ns))
    };
    if i0 >= i1 {
        return;
    }
    let block_of = |i: usize| (a.first_tick + i as u64) / BLOCK as u64;
    if lockstep
        && let (Some(p), Some(q)) = (&a.boxes, &b.boxes)
        && p.origin == q.origin
    {
        p.gaps2(q, block_of(i0), block_of(i1 - 1), &mut |block, gap2| {
            put(block, gap2.sqrt() * (1.0 - 1e-5) - radii_m as f32 * (1.0 + 1e-6) - 1e-3);
        });
        return;
    }
    for block in block_of(i0)..=block_of(i1 - 1) {
        let from = ((block * BLOCK as u64).saturating_sub(a.first_tick) as usize).max(i0);
        let to = (((block + 1) * BLOCK as u64 - a.first_tick) as usize).min(i1);
        let (Some(j0), Some(j1)) = (b.track.before(a.track.t[from]), b.track.before(a.track.t[to - 1]))
        else {
            continue;
        };
        let j1 = (j1 + 1).min(b.track.t.len() - 1);
        let gap = a.tight_bounds(from, to - 1).distance_m(&b.tight_bounds(j0, j1));
        put(block, (gap * (1.0 - 1e-6) - radii_m - 1e-3) as f32 * (1.0 - 1e-6));
    }
}

/// Measures one block, the most promising candidate first.
fn one_block(
    window: &Drive,
    mine: &Mine<'_>,
    from: usize,
    candidates: &[Candidate],
    options: &Options,
    best: &mut [Best],
) {
    let t = &mine.body.track.t[from..from + best.len()];
    let turns: Vec<(f64, f64)> =
        mine.body.track.yaw[from..from + best.len()].iter().map(|y| trig::sin_cos(*y)).collect();
    let mut rest: Vec<Candidate> = candidates.to_vec();
    let mut worst = f64::INFINITY;
    while !rest.is_empty() {
        let mut next = 0;
        for (k, c) in rest.iter().enumerate() {
            if c.at_least_m < rest[next].at_least_m {
                next = k;
            }
        }
        let c = rest.swap_remove(next);
        if f64::from(c.at_least_m) > worst {
            return;
        }
        let run = &window.runs()[c.run as usize];
        let (theirs, shape) = (Body::new(window, run), footprint(window, run, options, false));
        measure_block(mine, &turns, from, (&theirs, &shape), t, best);
        worst = best.iter().map(|b| b.m).fold(0.0, f64::max);
        rest.retain(|c| !(f64::from(c.at_least_m) > worst));
    }
}

/// Measures one other run at each of the ego's samples of a block.
fn measure_block(
    mine: &Mine<'_>,
    turns: &[(f64, f64)],
    from: usize,
    theirs: (&Body<'_>, &Footprint),
    t: &[i64],
    best: &mut [Best],
) {
    let (a, (b, shape)) = (&mine.body.track, (&theirs.0.track, theirs.1));
    let halves = mine.shape.half_m.zip(shape.half_m);
    let flat = a.run.z_m.is_none() || b.run.z_m.is_none();
    let lockstep = a.run.clock == b.run.clock;
    let Some((half_a, half_b)) = halves.filter(|_| lockstep && mine.shape.is_plain() && shape.is_plain())
    else {
        for (t, best) in t.iter().zip(best) {
            measure(mine, theirs, *t, best);
        }
        return;
    };
    let radii = mine.shape.radius_m + shape.radius_m;
    for (k, best) in best.iter_mut().enumerate() {
        let i = from + k;
        let Some(j) = (a.run.first + i).checked_sub(b.run.first).filter(|j| *j < b.t.len()) else { continue };
        let d = [b.x[j] - a.x[i], b.y[j] - a.y[i]];
        // Nearer than the best only if the centres are within the best and both radii.
        let reach = best.m + radii;
        let d2 = d[0] * d[0] + d[1] * d[1];
        if d2 * (1.0 - 1e-14) > reach * reach {
            continue;
        }
        let knot = Knot::new((a, i, &mine.shape), (b, j, shape), (t[k], t[k]));
        if !knot.is_plain() {
            best.broken = true;
        } else if flat || knot.level.is_some() {
            let turn_b = trig::sin_cos(b.yaw[j]);
            let m = Boxes { half_a, half_b, d, turn_a: turns[k], turn_b }.distance();
            best.offer(m, b.run.actor);
        }
    }
}

/// Measures two bodies at one time, if both are known then.
fn measure(mine: &Mine<'_>, (theirs, shape): (&Body<'_>, &Footprint), t_ns: i64, best: &mut Best) {
    let (a, b) = (&mine.body.track, &theirs.track);
    let known = |t: &crate::motion::Track<'_>| t.first_ns() <= t_ns && t_ns <= t.last_ns();
    if !known(a) || !known(b) {
        return;
    }
    let (Some(i), Some(j)) = (a.before(t_ns), b.before(t_ns)) else { return };
    let (p, q) = (a.position(i, t_ns), b.position(j, t_ns));
    let (x, y) = (q[0] - p[0], q[1] - p[1]);
    // The centres' distance less both radii is a lower bound.
    if (x * x + y * y).sqrt() * (1.0 - 1e-12) - mine.shape.radius_m - shape.radius_m > best.m {
        return;
    }
    let knot = Knot::new((a, i, &mine.shape), (b, j, shape), (t_ns, t_ns));
    if !knot.is_plain() {
        best.broken = true;
    } else if knot.level.is_some() {
        let m = match knot.boxes(0.0) {
            Some(boxes) => boxes.distance(),
            None => {
                let (mut pa, mut pb) = (Placed::new(), Placed::new());
                knot.placed(0.0, &mut pa, &mut pb);
                distance(&pa, &pb).0
            }
        };
        best.offer(m, b.run.actor);
    }
}
