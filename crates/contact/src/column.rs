//! Clearance as a column: the distance to the nearest actor at each of the ego's samples.
//!
//! Block by block of the ego's samples: boxes around the others' centres over the same time give lower bounds; the
//! most promising one is measured first, and what cannot beat the result is never looked at.

use lukao_model::{ActorIx, Column, Drive, Interval, Run};

use crate::boxes::Boxes;
use crate::contacts::{in_order, in_parallel, span_of};
use crate::fetch::fetch;
use crate::geometry::{Placed, distance};
use crate::index::BLOCK;
use crate::motion::{Knot, same_level};
use crate::near::{Span, Way};
use crate::party::{Body, Other, Party};
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
    let party = Party::new(window, ego, options);
    let t_ns: Vec<i64> = (window.runs_of(ego).iter())
        .flat_map(|r| window.times(r).iter().copied().filter(|t| span.holds(*t)))
        .collect();
    let mut best = vec![Best::NONE; t_ns.len()];
    for mine in &party.bodies {
        if mine.way.run.actor == ego {
            own_samples(&party, mine, span, (&t_ns, &mut best));
            continue;
        }
        // A trailer, at the ego's times.
        for other in party.others(window.runs()).filter(|o| !party.exempt(mine, o.way.run.actor)) {
            let body = Body::new(window, other.way.run, options, false);
            for (t, best) in t_ns.iter().zip(&mut best) {
                measure(mine, &body, *t, best);
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

/// A run that may be the nearest somewhere in a block, and by how much at least it is off.
#[derive(Clone, Copy)]
struct Candidate {
    at_least_m: f32,
    run: u32,
}

/// Who may be the nearest in a block of the ego's samples.
struct Block {
    /// The ego's samples `from..to`.
    from: usize,
    to: usize,
    candidates: Vec<Candidate>,
}

/// Fills in the samples of one of the ego's own runs.
fn own_samples(party: &Party<'_>, mine: &Body<'_>, span: Span, (t_ns, best): (&[i64], &mut [Best])) {
    let way = &mine.way;
    let first = way.t.partition_point(|t| *t < span.from_ns);
    let end = first + way.t[first..].iter().take_while(|t| span.holds(**t)).count();
    if first >= end {
        return;
    }
    let offset = t_ns.partition_point(|t| *t < way.t[first]);
    // Samples by block of the drive's ticks.
    let block_of = |i: usize| (way.first_tick + i as u64) / BLOCK as u64;
    let first_block = block_of(first);
    let begin = |block: u64| (block * BLOCK as u64).saturating_sub(way.first_tick) as usize;
    let mut blocks: Vec<Block> = (first_block..=block_of(end - 1))
        .map(|b| {
            let (from, to) = (begin(b).max(first), begin(b + 1).min(end));
            Block { from, to, candidates: Vec::new() }
        })
        .collect();
    for (k, run) in party.window.runs().iter().enumerate() {
        let Some(other) = party.other(run).filter(|o| !party.exempt(mine, o.way.run.actor)) else { continue };
        bounds(mine, &other, (first, end), &mut |block, at_least_m| {
            blocks[(block - first_block) as usize].candidates.push(Candidate { at_least_m, run: k as u32 });
        });
    }
    let done = in_order(&blocks, in_parallel(party.window), |blocks| {
        blocks.iter().map(|b| one_block(party, mine, b)).collect::<Vec<_>>()
    });
    for (block, found) in blocks.iter().zip(done.into_iter().flatten()) {
        for (to, b) in best[offset + block.from - first..].iter_mut().zip(found) {
            to.broken |= b.broken;
            if let Some(who) = b.who {
                to.offer(b.m, who);
            }
        }
    }
}

/// Calls `put` with each block of the ego's samples that another run shares time with, and a lower bound of
/// the distance over it.
fn bounds(mine: &Body<'_>, other: &Other<'_>, (first, end): (usize, usize), put: &mut impl FnMut(u64, f32)) {
    let (a, b) = (&mine.way, &other.way);
    let radii_m = mine.shape.radius_m + other.radius_m;
    let from_ns = a.t[first].max(b.first_ns());
    let to_ns = a.t[end - 1].min(b.last_ns());
    if from_ns > to_ns {
        return;
    }
    let lockstep = a.run.clock == b.run.clock;
    let (i0, i1) = if lockstep {
        let at = |tick: usize| tick.saturating_sub(a.run.first);
        (at(b.run.first).max(first), at(b.run.first + b.t.len()).min(end))
    } else {
        let i = first + a.t[first..end].partition_point(|t| *t < from_ns);
        (i, first + a.t[first..end].partition_point(|t| *t <= to_ns))
    };
    if i0 >= i1 {
        return;
    }
    let block_of = |i: usize| (a.first_tick + i as u64) / BLOCK as u64;
    let (lo, hi) = (block_of(i0), block_of(i1 - 1));
    if lockstep
        && let (Some(p), Some(q)) = (&a.boxes, &b.boxes)
        && p.origin == q.origin
    {
        let radii = radii_m as f32 * (1.0 + 1e-6) + 1e-3;
        p.gaps2(q, lo, hi, &mut |from, gaps2| {
            for (k, gap2) in gaps2.iter().enumerate() {
                put(from + k as u64, gap2.sqrt() * (1.0 - 1e-5) - radii);
            }
        });
        return;
    }
    for block in lo..=hi {
        let from = ((block * BLOCK as u64).saturating_sub(a.first_tick) as usize).max(i0);
        let to = (((block + 1) * BLOCK as u64 - a.first_tick) as usize).min(i1);
        let (Some(j0), Some(j1)) = (b.before(a.t[from]), b.before(a.t[to - 1])) else { continue };
        let j1 = (j1 + 1).min(b.t.len() - 1);
        let gap = a.tight_bounds(from, to - 1).distance_m(&b.tight_bounds(j0, j1));
        put(block, (gap * (1.0 - 1e-6) - radii_m - 1e-3) as f32 * (1.0 - 1e-6));
    }
}

/// Measures one block, the most promising candidate first.
fn one_block(party: &Party<'_>, mine: &Body<'_>, block: &Block) -> Vec<Best> {
    let mut best = vec![Best::NONE; block.to - block.from];
    let mut turns = [(0.0, 1.0); BLOCK];
    for (turn, yaw) in turns.iter_mut().zip(&mine.track.yaw[block.from..block.to]) {
        *turn = trig::sin_cos(*yaw);
    }
    let mut rest = block.candidates.clone();
    let mut worst = f64::INFINITY;
    let mut first = true;
    while let Some(next) =
        (0..rest.len()).reduce(|a, b| if rest[b].at_least_m < rest[a].at_least_m { b } else { a })
    {
        let c = rest.swap_remove(next);
        if f64::from(c.at_least_m) > worst {
            break;
        }
        let run = &party.window.runs()[c.run as usize];
        let way = Way::unindexed(party.window, run);
        let body = Body::with(way, party.window, party.options, false);
        measure_block(mine, (block.from, &turns), &body, &mut best);
        worst = best.iter().map(|b| b.m).fold(0.0, f64::max);
        rest.retain(|c| !(f64::from(c.at_least_m) > worst));
        if first {
            // Most of what is left now is measured.
            rest.iter().for_each(|c| ask_for(mine, block, &party.window.runs()[c.run as usize]));
            first = false;
        }
    }
    best
}

/// Asks memory for the poses of a block.
fn ask_for(mine: &Body<'_>, block: &Block, run: &Run) {
    if run.clock == mine.way.run.clock {
        let at = |i: usize| (mine.way.run.first + i).saturating_sub(run.first).min(run.len());
        let (from, to) = (at(block.from), at(block.to));
        for column in [&run.x_m, &run.y_m, &run.yaw_rad] {
            fetch(&column.values()[from..to]);
        }
    }
}

/// Measures one other run at each of the ego's samples of a block, of which `turns` are sine and cosine.
fn measure_block(
    mine: &Body<'_>,
    (from, turns): (usize, &[(f64, f64); BLOCK]),
    other: &Body<'_>,
    best: &mut [Best],
) {
    let (a, b) = (&mine.track, &other.track);
    let n = best.len();
    let halves = mine.shape.half_m.zip(other.shape.half_m);
    let lockstep = a.run.clock == b.run.clock;
    let Some((half_a, half_b)) =
        halves.filter(|_| lockstep && mine.shape.is_plain() && other.shape.is_plain())
    else {
        for (t, best) in a.t[from..from + n].iter().zip(best) {
            measure(mine, other, *t, best);
        }
        return;
    };
    // The ticks that both have: the ego's from `skip` on.
    let (tick_a, tick_b) = (a.run.first + from, b.run.first);
    let skip = tick_b.saturating_sub(tick_a);
    let m = (tick_b + b.t.len()).saturating_sub(tick_a).min(n).saturating_sub(skip);
    if m == 0 {
        return;
    }
    let (i0, j0) = (from + skip, tick_a + skip - tick_b);
    let (ax, ay) = (&a.x[i0..i0 + m], &a.y[i0..i0 + m]);
    let (bx, by) = (&b.x[j0..j0 + m], &b.y[j0..j0 + m]);
    let best = &mut best[skip..skip + m];
    let radii = mine.shape.radius_m + other.shape.radius_m;
    for k in 0..m {
        let d = [bx[k] - ax[k], by[k] - ay[k]];
        // Nearer than the best only if the centres are within the best and both radii …
        let reach = best[k].m + radii;
        if (d[0] * d[0] + d[1] * d[1]) * (1.0 - 1e-14) > reach * reach {
            continue;
        }
        // … and the other's centre is within the best and its radius of the ego's box.
        let turn_a = turns[skip + k];
        let (sin, cos) = turn_a;
        let out = |v: f64, half: f64| (v.abs() - half).max(0.0);
        let x = out(cos * d[0] + sin * d[1], half_a[0]);
        let y = out(cos * d[1] - sin * d[0], half_a[1]);
        let reach = best[k].m + other.shape.radius_m;
        if (x * x + y * y) * (1.0 - 1e-12) > reach * reach + 1e-9 {
            continue;
        }
        let (i, j) = (i0 + k, j0 + k);
        if !(a.is_plain_at(i) && b.is_plain_at(j)) {
            best[k].broken = true;
        } else if same_level((a, i), (b, j)) {
            let turn_b = trig::sin_cos(b.yaw[j]);
            best[k].offer(Boxes { half_a, half_b, d, turn_a, turn_b }.distance(), b.run.actor);
        }
    }
}

/// Measures two bodies at one time, if both are known then.
fn measure(mine: &Body<'_>, other: &Body<'_>, t_ns: i64, best: &mut Best) {
    let (a, b) = (&mine.way, &other.way);
    let known = |w: &Way<'_>| w.first_ns() <= t_ns && t_ns <= w.last_ns();
    if !known(a) || !known(b) {
        return;
    }
    let (Some(i), Some(j)) = (a.before(t_ns), b.before(t_ns)) else { return };
    let (p, q) = (a.position(i, t_ns), b.position(j, t_ns));
    let (x, y) = (q[0] - p[0], q[1] - p[1]);
    // The centres' distance less both radii is a lower bound.
    if (x * x + y * y).sqrt() * (1.0 - 1e-12) - mine.shape.radius_m - other.shape.radius_m > best.m {
        return;
    }
    let knot = Knot::new((&mine.track, i, &mine.shape), (&other.track, j, &other.shape), (t_ns, t_ns));
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
