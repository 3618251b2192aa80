//! Contacts among all actors.
//!
//! Window by window of time, boxes around the way of each body are swept along x; only pairs whose boxes overlap are
//! looked at, over that window. A contact's pieces from one window to the next are joined as those of blocks are.

use lukao_model::{ActorIx, ClockIx, Drive};

use crate::boxes::Boxes;
use crate::contacts::{in_order, in_parallel, in_time_order};
use crate::index::{BLOCK, Bounds};
use crate::motion::same_level;
use crate::near::{Span, hot_samples, near_knots, near_samples, squared};
use crate::pair::{Found, Piece, exempt, push_unbridged};
use crate::party::Body;
use crate::sampled::touch;
use crate::sweep::{Scratch, TOUCH_M};
use crate::trig;
use crate::types::{Contacts, Options, Unbridged};

/// The contacts of every actor with every other, exempt pairs left out. In each, the actor with the lower index
/// stands in the ego's place. Gaps are not bridged and not listed.
#[must_use]
pub fn all_pairs(drive: &Drive, options: &Options) -> Contacts {
    let all = bodies(drive, options);
    let windows = windows(drive, &all);
    let parts = in_order(&windows, in_parallel(drive), |windows| {
        let mut found = Found::default();
        for (span, boxes) in windows {
            window_pairs(drive, &all, boxes, &mut |p, q| {
                let (a, b) = (&all[p], &all[q]);
                let reach_m = a.shape.radius_m + b.shape.radius_m;
                near_knots(&a.way, &b.way, reach_m, *span, &mut |near| found.look(a, b, &near));
            });
        }
        (found.pieces, found.unbridged)
    });
    let (mut pieces, mut unbridged) = (Vec::<Piece>::new(), Vec::<Unbridged>::new());
    for (p, u) in parts {
        pieces.extend(p);
        unbridged.extend(u);
    }
    pieces.sort_by_key(|p| (p.contact.ego_body, p.contact.actor, p.runs, p.contact.from_ns, p.contact.to_ns));
    unbridged.sort_unstable_by_key(|u| (u.actor, u.when, u.reason));
    let mut out = Contacts::default();
    let mut open: Option<Piece> = None;
    for piece in pieces {
        let joined = open.as_mut().is_some_and(|last| last.join(&piece));
        if !joined {
            out.intervals.extend(open.replace(piece).map(|p| p.contact));
        }
    }
    out.intervals.extend(open.map(|p| p.contact));
    in_time_order(&mut out.intervals);
    unbridged.into_iter().for_each(|u| push_unbridged(&mut out.unbridged, u));
    out
}

fn bodies<'a>(drive: &'a Drive, options: &Options) -> Vec<Body<'a>> {
    let runs = drive.runs().iter().filter(|r| !r.is_empty());
    runs.map(|r| Body::new(drive, r, options, false)).collect()
}

/// The clock with the most ticks.
fn busiest(drive: &Drive) -> Option<ClockIx> {
    let clocks = 0..drive.clocks().len();
    clocks.max_by_key(|k| drive.clocks()[*k].t_ns.len()).map(|k| ClockIx(k as u32))
}

/// Two actors touch at a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairHit {
    /// When, ns.
    pub t_ns: i64,
    /// The one with the lower index.
    pub first: ActorIx,
    /// The other.
    pub second: ActorIx,
}

impl PairHit {
    /// Orders as the derived order does.
    fn order(&self) -> u128 {
        let when = self.t_ns as u64 ^ (1 << 63);
        u128::from(when) << 64 | u128::from(self.first.0) << 32 | u128::from(self.second.0)
    }
}

/// All times at which two footprints touch and that are samples of both on one clock, or of either if they are on two;
/// exempt pairs left out; by time, then actors. Misses what happens between samples: see [`all_pairs`].
#[must_use]
pub fn sampled_pairs(drive: &Drive, options: &Options) -> Vec<PairHit> {
    let all = bodies(drive, options);
    let busiest = busiest(drive);
    let windows = windows(drive, &all);
    let parts = in_order(&windows, in_parallel(drive), |windows| {
        let (mut hits, mut found, mut room) = (Vec::new(), Vec::new(), Scratch::default());
        let mut turns = Turns { of: vec![None; all.len()], kept: Vec::new() };
        for (span, boxes) in windows {
            found.clear();
            turns.forget();
            let ticks = span.of(busiest.map_or(&[], |c| drive.clocks()[c.0 as usize].t_ns.values()));
            window_pairs(drive, &all, boxes, &mut |p, q| {
                let (a, b) = (&all[p], &all[q]);
                let pair = |t_ns| PairHit { t_ns, first: a.way.run.actor, second: b.way.run.actor };
                let on_ticks = |b: &Body<'_>| b.shape.half_m.is_some() && Some(b.way.run.clock) == busiest;
                // A forged clock makes one window of all its ticks.
                if on_ticks(a) && on_ticks(b) && ticks.1 - ticks.0 <= BLOCK {
                    boxes_at_ticks((a, p), (b, q), ticks, &mut turns, &mut |t_ns| found.push(pair(t_ns)));
                    return;
                }
                let reach_m = a.shape.radius_m + b.shape.radius_m;
                near_samples(&a.way, &b.way, reach_m, *span, &mut |near| {
                    if touch(a, b, &near, &mut room) {
                        found.push(pair(near.from_ns));
                    }
                });
            });
            // One number each, which compares at once.
            found.sort_unstable_by_key(PairHit::order);
            // An instant at which one run ends and the next of the same actor begins counts once.
            found.dedup();
            hits.extend_from_slice(&found);
        }
        hits
    });
    parts.concat()
}

/// Sine and cosine of the headings of bodies at the ticks of a window, made when first asked for.
struct Turns {
    /// By body, where in `kept`.
    of: Vec<Option<u32>>,
    kept: Vec<(usize, [(f64, f64); BLOCK])>,
}

impl Turns {
    fn forget(&mut self) {
        for (body, _) in self.kept.drain(..) {
            self.of[body] = None;
        }
    }

    /// Of a body from its sample `from` on: place in `kept`, and the sample that it begins with is `from` each time.
    fn make(&mut self, body: usize, yaw: &[f64]) -> usize {
        if let Some(k) = self.of[body] {
            return k as usize;
        }
        let mut turns = [(0.0, 1.0); BLOCK];
        for (turn, yaw) in turns.iter_mut().zip(yaw) {
            *turn = trig::sin_cos(*yaw);
        }
        self.kept.push((body, turns));
        self.of[body] = Some(self.kept.len() as u32 - 1);
        self.kept.len() - 1
    }
}

/// Calls `hit` with the times of ticks `from..to` of the clock of both at which two boxes touch.
fn boxes_at_ticks(
    (a, ix_a): (&Body<'_>, usize),
    (b, ix_b): (&Body<'_>, usize),
    (from, to): (usize, usize),
    turns: &mut Turns,
    hit: &mut impl FnMut(i64),
) {
    let (first_a, first_b) = (a.way.run.first, b.way.run.first);
    let begin = from.max(first_a).max(first_b);
    let end = to.min(first_a + a.way.x.len()).min(first_b + b.way.x.len());
    let (Some((half_a, half_b)), true) = (a.shape.half_m.zip(b.shape.half_m), begin < end) else { return };
    if !(a.shape.is_plain() && b.shape.is_plain()) {
        return;
    }
    let (i, j, n) = (begin - first_a, begin - first_b, end - begin);
    let (ax, ay) = (&a.way.x[i..i + n], &a.way.y[i..i + n]);
    let (bx, by) = (&b.way.x[j..j + n], &b.way.y[j..j + n]);
    let mut mask = hot_samples(ax, ay, bx, by, squared(a.shape.radius_m + b.shape.radius_m, 0.0));
    if mask == 0 {
        return;
    }
    // From the first tick of the window that each has.
    let (own_a, own_b) = (from.max(first_a) - first_a, from.max(first_b) - first_b);
    let turns_a = turns.make(ix_a, &a.track.yaw[own_a..(own_a + BLOCK).min(a.track.yaw.len())]);
    let turns_b = turns.make(ix_b, &b.track.yaw[own_b..(own_b + BLOCK).min(b.track.yaw.len())]);
    while mask != 0 {
        let k = mask.trailing_zeros() as usize;
        mask &= mask - 1;
        let (i, j) = (i + k, j + k);
        let d = [bx[k] - ax[k], by[k] - ay[k]];
        let turn_a = turns.kept[turns_a].1[i - own_a];
        let turn_b = turns.kept[turns_b].1[j - own_b];
        let touch = Boxes { half_a, half_b, d, turn_a, turn_b }.separation() <= TOUCH_M;
        let plain = a.track.is_plain_at(i) && b.track.is_plain_at(j);
        if touch && plain && same_level((&a.track, i), (&b.track, j)) {
            hit(a.way.t[i]);
        }
    }
}

/// One body's box in a window, grown by its radius.
#[derive(Clone, Copy)]
struct Boxed {
    bounds: Bounds,
    body: u32,
}

/// Windows of 32 ticks of the clock with the most ticks (longer where none has any), each with the bodies in it.
fn windows(drive: &Drive, all: &[Body<'_>]) -> Vec<(Span, Vec<Boxed>)> {
    let Some(busiest) = busiest(drive).filter(|_| !all.is_empty()) else { return Vec::new() };
    let ticks = drive.clocks()[busiest.0 as usize].t_ns.values();
    let mut edges = vec![i64::MIN];
    edges.extend(ticks.iter().step_by(BLOCK).skip(1).copied());
    // Times of a forged clock may fall; windows must not.
    edges.dedup();
    if !edges.is_sorted() {
        edges.truncate(1);
    }
    edges.push(i64::MAX);
    let mut windows: Vec<(Span, Vec<Boxed>)> =
        edges.windows(2).map(|w| (Span { from_ns: w[0], to_ns: w[1] }, Vec::new())).collect();
    let numbered: Vec<(usize, &Body<'_>)> = all.iter().enumerate().collect();
    let boxed = in_order(&numbered, in_parallel(drive), |bodies| {
        let mut boxes = Vec::new();
        for (k, body) in bodies {
            let t = body.way.t;
            let first = edges[1..].partition_point(|e| *e <= t[0]).min(windows.len() - 1);
            for (w, (span, _)) in windows.iter().enumerate().skip(first) {
                if span.from_ns > t[t.len() - 1] {
                    break;
                }
                boxes.push((w, Boxed { bounds: body.grown_bounds(*span), body: *k as u32 }));
            }
        }
        boxes
    });
    for (window, boxed) in boxed.into_iter().flatten() {
        windows[window].1.push(boxed);
    }
    windows
}

impl Body<'_> {
    /// A box that holds the body over the steps that begin in a span.
    fn grown_bounds(&self, span: Span) -> Bounds {
        let t = self.way.t;
        // The steps to their far ends.
        let lo = t.partition_point(|t| *t <= span.from_ns).saturating_sub(1);
        let hi = t.partition_point(|t| *t < span.to_ns).min(t.len() - 1);
        let mut bounds = self.way.bounds(lo, hi.max(lo));
        let r = self.shape.radius_m * (1.0 + 1e-12) + 1e-6;
        // A size that is not a number reaches everywhere.
        let r = if r.is_nan() { f64::INFINITY } else { r };
        bounds.min = bounds.min.map(|v| v - r);
        bounds.max = bounds.max.map(|v| v + r);
        bounds
    }
}

/// Calls `pair` with each pair of bodies of a window whose boxes overlap, the lower first.
fn window_pairs(drive: &Drive, all: &[Body<'_>], boxes: &[Boxed], pair: &mut impl FnMut(usize, usize)) {
    let mut order = boxes.to_vec();
    order.sort_unstable_by(|a, b| a.bounds.min[0].total_cmp(&b.bounds.min[0]).then(a.body.cmp(&b.body)));
    for (k, a) in order.iter().enumerate() {
        for b in &order[k + 1..] {
            if b.bounds.min[0] > a.bounds.max[0] {
                break;
            }
            if b.bounds.min[1] > a.bounds.max[1] || a.bounds.min[1] > b.bounds.max[1] {
                continue;
            }
            let (p, q) = (a.body.min(b.body) as usize, a.body.max(b.body) as usize);
            if !exempt(drive, all[p].way.run.actor, all[q].way.run.actor) {
                pair(p, q);
            }
        }
    }
}
