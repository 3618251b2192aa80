//! Clearance: how near the ego came to each actor, over continuous time.

use lukao_model::{ActorIx, Drive, Interval, Run};

use crate::contacts::{in_order, in_parallel, span_of};
use crate::detail::{self, least};
use crate::geometry::{Placed, distance, length};
use crate::motion::Knot;
use crate::near::{Near, Span, near_knots, nearest_sample};
use crate::party::{Body, Other, Party};
use crate::sweep::apart_at_least_m;
use crate::types::{Nearest, Options};

/// The nearest approach to each actor, to 0.1 mm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clearances {
    /// One for each actor that was ever known together with the ego, at overlapping heights; by actor.
    pub nearest: Vec<Nearest>,
}

impl Clearances {
    /// The nearest of all; the earliest of equals.
    #[must_use]
    pub fn overall(&self) -> Option<&Nearest> {
        self.nearest.iter().min_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.at_ns.cmp(&b.at_ns)))
    }

    /// Takes in those of another block.
    pub fn join(&mut self, other: &Self) {
        for n in &other.nearest {
            match self.nearest.binary_search_by_key(&n.actor, |m| m.actor) {
                Ok(k) if before(n, &self.nearest[k]) => self.nearest[k] = *n,
                Ok(_) => {}
                Err(k) => self.nearest.insert(k, *n),
            }
        }
    }
}

fn before(a: &Nearest, b: &Nearest) -> bool {
    (a.distance_m, a.at_ns, a.ego_body) < (b.distance_m, b.at_ns, b.ego_body)
}

/// The nearest approach of the ego to each actor, on the knot intervals that begin in the block `[from, to)`.
/// Knot intervals with poses out of range (see [`crate::GapReason::OutOfRange`]) are left out; the contact scan
/// reports them.
#[must_use]
pub fn clearances(window: &Drive, ego: ActorIx, block: Interval, options: &Options) -> Clearances {
    let span = span_of(block);
    let party = Party::new(window, ego, options);
    let parts = in_order(&pieces(window, span), in_parallel(window), |pieces| {
        let mut found = Clearances::default();
        let (mut room, mut last) = (Room::default(), None);
        for (run, span) in pieces {
            let Some(other) = party.other(run) else { continue };
            for mine in party.against(other.way.run.actor) {
                // Of an actor's many runs most cannot come nearer than another did.
                let known = found.nearest.last().filter(|n| n.actor == other.way.run.actor);
                let most_m = known.map_or(f64::INFINITY, |n| n.distance_m);
                if can_be_within(mine, &other, most_m, *span) {
                    let body = party.body(&mut last, other.way.run);
                    let nearest = pair_nearest(mine, body, most_m, *span, &mut room);
                    found.join(&Clearances { nearest: nearest.into_iter().collect() });
                }
            }
        }
        found
    });
    parts.iter().fold(Clearances::default(), |mut all, part| {
        all.join(part);
        all
    })
}

/// The runs of a window, long ones in pieces of time, so that one who keeps near the ego for long is not the work of one
/// thread.
fn pieces(window: &Drive, span: Span) -> Vec<(&Run, Span)> {
    let mut pieces = Vec::new();
    for run in window.runs() {
        let mut from_ns = span.from_ns;
        for t_ns in window.times(run).iter().step_by(PIECE).skip(1) {
            if from_ns < *t_ns && *t_ns < span.to_ns {
                pieces.push((run, Span { from_ns, to_ns: *t_ns }));
                from_ns = *t_ns;
            }
        }
        pieces.push((run, Span { from_ns, ..span }));
    }
    pieces
}

/// Samples of a piece.
const PIECE: usize = 2_048;

/// Whether circles around both come within a distance in any knot interval of a span.
fn can_be_within(mine: &Body<'_>, other: &Other<'_>, most_m: f64, span: Span) -> bool {
    let mut near = most_m == f64::INFINITY;
    if !near {
        let reach_m = most_m + mine.shape.radius_m + other.radius_m;
        near_knots(&mine.way, &other.way, reach_m, span, &mut |_| near = true);
    }
    near
}

/// Room for [`pair_nearest`], kept from pair to pair.
#[derive(Default)]
struct Room {
    least: detail::Room,
    near: Vec<(Near, f64)>,
}

/// The nearest approach of two runs, if it is at most `most_m`.
fn pair_nearest(a: &Body<'_>, b: &Body<'_>, most_m: f64, span: Span, room: &mut Room) -> Option<Nearest> {
    let (shape_a, shape_b) = (&a.shape, &b.shape);
    let knot_of =
        |n: &Near| Knot::new((&a.track, n.i, shape_a), (&b.track, n.j, shape_b), (n.from_ns, n.to_ns));
    let good = |n: &Near| Some(knot_of(n)).filter(|k| k.is_plain() && k.level.is_some_and(|l| l.0 <= 0.0));
    // First the distance where the centres are nearest at a sample: an upper bound, so that few intervals need the
    // exact look. If the two are on different levels or out of range just there, the nearest of those where they are
    // not.
    let nearest_good = || {
        let (mut nearest2, mut at) = (f64::INFINITY, None);
        near_knots(&a.way, &b.way, f64::INFINITY, span, &mut |n| {
            let (p, q) = (a.way.position(n.i, n.from_ns), b.way.position(n.j, n.from_ns));
            let (x, y) = (q[0] - p[0], q[1] - p[1]);
            let d2 = x * x + y * y;
            if d2 < nearest2 && good(&n).is_some() {
                (nearest2, at) = (d2, Some(n));
            }
        });
        at.as_ref().and_then(&good)
    };
    let bound = if most_m < f64::INFINITY {
        most_m
    } else {
        let at = nearest_sample(&a.way, &b.way, span).as_ref().and_then(&good).or_else(nearest_good);
        let (mut pa, mut pb) = (Placed::new(), Placed::new());
        at.map_or(f64::INFINITY, |knot| {
            knot.placed(0.0, &mut pa, &mut pb);
            distance(&pa, &pb).0
        })
    };
    // The part of a knot interval in which the two are on one level.
    let on_one_level = |knot: &Knot<'_>, near: &Near| {
        let (lo, hi) = knot.level.filter(|_| knot.is_plain())?;
        Some((lo, if near.from_ns == near.to_ns { lo } else { hi }))
    };
    // What the distances at both ends of an interval prove, before any is looked at exactly: while the two draw nearer,
    // each interval beats the one before.
    let (mut bound, reach) = (bound, bound + shape_a.radius_m + shape_b.radius_m);
    room.near.clear();
    near_knots(&a.way, &b.way, reach, span, &mut |near| {
        let knot = knot_of(&near);
        let Some((lo, hi)) = on_one_level(&knot, &near) else { return };
        let mut at_least_m = 0.0;
        if let Some((begin, end)) = knot.boxes(lo).zip(knot.boxes(hi)) {
            // Between two distances, nothing gets nearer than by what is left of way and turn.
            let (begin_m, end_m) = (begin.distance(), end.distance());
            let way = (length(knot.relative().1) + knot.turning_m()) * (hi - lo);
            at_least_m = 0.5 * (begin_m + end_m - way * (1.0 + 1e-12)) - 1e-9;
            bound = bound.min(begin_m).min(end_m);
            if !(at_least_m > bound) {
                // For two that pass each other, side by side.
                at_least_m = apart_at_least_m(&knot, lo, hi).map_or(at_least_m, |m| m.max(at_least_m));
            }
        }
        if !(at_least_m > bound) {
            room.near.push((near, at_least_m));
        }
    });
    // The most promising first: few are left to look at then.
    room.near.sort_unstable_by(|p, q| p.1.total_cmp(&q.1).then(p.0.from_ns.cmp(&q.0.from_ns)));
    let mut best: Option<(f64, Near, f64)> = None;
    for (near, at_least_m) in &room.near {
        if *at_least_m > best.map_or(bound, |(gap, ..)| gap.min(bound)) {
            break;
        }
        let knot = knot_of(near);
        let Some((lo, hi)) = on_one_level(&knot, near) else { continue };
        let (gap, u) = least(&knot, lo, hi, &mut room.least);
        let gap = gap.max(0.0);
        // The earliest of equals.
        if gap <= most_m && best.is_none_or(|(m, at, _)| (gap, near.from_ns) < (m, at.from_ns)) {
            best = Some((gap, *near, u));
        }
    }
    let (_, near, u) = best?;
    Some(Nearest { ego_body: a.track.run.actor, actor: b.track.run.actor, ..nearest_at(&knot_of(&near), u) })
}

/// Distance and closest points of a knot's two bodies at `u`.
fn nearest_at(knot: &Knot<'_>, u: f64) -> Nearest {
    let (mut a, mut b) = (Placed::new(), Placed::new());
    knot.placed(u, &mut a, &mut b);
    let (distance_m, p, q) = distance(&a, &b);
    let at = knot.a.position(u);
    Nearest {
        distance_m,
        at_ns: knot.time(u),
        ego_body: ActorIx(0),
        actor: ActorIx(0),
        ego_point_m: [at[0] + p[0], at[1] + p[1]],
        actor_point_m: [at[0] + q[0], at[1] + q[1]],
    }
}

/// Distance of two actors' footprints at one time; `None` if either is not known then, or out of range. Heights
/// and exemptions are not looked at.
#[must_use]
pub fn clearance_at(window: &Drive, a: ActorIx, b: ActorIx, t_ns: i64, options: &Options) -> Option<Nearest> {
    let find = |actor: ActorIx, is_ego: bool| {
        let runs = window.runs_of(actor).iter().filter(|r| !r.is_empty());
        let mut bodies = runs.map(|r| Body::new(window, r, options, is_ego));
        bodies.find(|b| b.way.first_ns() <= t_ns && t_ns <= b.way.last_ns())
    };
    let (p, q) = (find(a, true)?, find(b, false)?);
    let (i, j) = (p.way.before(t_ns)?, q.way.before(t_ns)?);
    let knot = Knot::new((&p.track, i, &p.shape), (&q.track, j, &q.shape), (t_ns, t_ns));
    knot.is_plain().then(|| Nearest { ego_body: a, actor: b, ..nearest_at(&knot, 0.0) })
}
