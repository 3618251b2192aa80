//! Clearance: how near the ego came to each actor, over continuous time.

use lukao_model::{ActorIx, Drive, Interval};

use crate::contacts::{in_order, in_parallel, span_of};
use crate::detail::{Room, least};
use crate::geometry::{Placed, distance, length};
use crate::motion::Knot;
use crate::near::{Body, Near, Span, near_knots};
use crate::pair::{exempt, linked};
use crate::shape::{Footprint, footprint};
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
    let bodies = linked(window, ego);
    let is_ego = |a: ActorIx| bodies.contains(&a);
    let of_ego: Vec<(Body<'_>, Footprint)> = (window.runs().iter().filter(|r| is_ego(r.actor)))
        .map(|r| (Body::new(window, r), footprint(window, r, options, r.actor == ego)))
        .collect();
    let parts = in_order(window.runs(), in_parallel(window), |runs| {
        let mut found = Clearances::default();
        let mut room = Room::default();
        for run in runs.iter().filter(|r| !is_ego(r.actor) && !r.is_empty()) {
            let body = Body::new(window, run);
            let shape = footprint(window, run, options, false);
            for (mine, my_shape) in &of_ego {
                if !exempt(window, mine.track.run.actor, run.actor) {
                    let nearest = pair_nearest((mine, my_shape), (&body, &shape), span, &mut room);
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

fn pair_nearest(
    (a, shape_a): (&Body<'_>, &Footprint),
    (b, shape_b): (&Body<'_>, &Footprint),
    span: Span,
    room: &mut Room,
) -> Option<Nearest> {
    // First the nearest centres at any knot: an upper bound, so that few intervals need the exact look. If the two are
    // on different levels or out of range just there, the nearest of those where they are not.
    let knot_of =
        |n: &Near| Knot::new((&a.track, n.i, shape_a), (&b.track, n.j, shape_b), (n.from_ns, n.to_ns));
    let good = |n: &Near| Some(knot_of(n)).filter(|k| k.is_plain() && k.level.is_some_and(|l| l.0 <= 0.0));
    let nearest = |wanted: &dyn Fn(&Near) -> bool| {
        let (mut nearest2, mut at) = (f64::INFINITY, None);
        near_knots(a, b, f64::INFINITY, span, &mut |n| {
            let (p, q) = (a.track.position(n.i, n.from_ns), b.track.position(n.j, n.from_ns));
            let (x, y) = (q[0] - p[0], q[1] - p[1]);
            let d2 = x * x + y * y;
            if d2 < nearest2 && wanted(&n) {
                (nearest2, at) = (d2, Some(n));
            }
        });
        at.as_ref().and_then(&good)
    };
    let at = nearest(&|_| true).or_else(|| nearest(&|n| good(n).is_some()));
    let (mut pa, mut pb) = (Placed::new(), Placed::new());
    let bound = at.map_or(f64::INFINITY, |knot| {
        knot.placed(0.0, &mut pa, &mut pb);
        distance(&pa, &pb).0
    });
    let reach = bound + shape_a.radius_m + shape_b.radius_m;
    let mut best: Option<Nearest> = None;
    near_knots(a, b, reach, span, &mut |near| {
        let knot =
            Knot::new((&a.track, near.i, shape_a), (&b.track, near.j, shape_b), (near.from_ns, near.to_ns));
        let Some((lo, hi)) = knot.level.filter(|_| knot.is_plain()) else { return };
        let hi = if near.from_ns == near.to_ns { lo } else { hi };
        // From the distance at the begin nothing gets nearer than by the whole way and turn.
        if let (Some(n), Some(boxes)) = (&best, knot.boxes(0.0)) {
            let way = length(knot.relative().1) + knot.turning_m();
            if boxes.distance() - way * (1.0 + 1e-12) - 1e-9 > n.distance_m {
                return;
            }
        }
        let (gap, u) = least(&knot, lo, hi, room);
        if best.is_none_or(|n| gap.max(0.0) < n.distance_m) {
            best = Some(Nearest {
                ego_body: a.track.run.actor,
                actor: b.track.run.actor,
                ..nearest_at(&knot, u)
            });
        }
    });
    best
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
    let find = |actor: ActorIx| {
        let body = |r| Body::new(window, r);
        window
            .runs_of(actor)
            .iter()
            .filter(|r| !r.is_empty())
            .map(body)
            .find(|b| b.track.first_ns() <= t_ns && t_ns <= b.track.last_ns())
    };
    let (p, q) = (find(a)?, find(b)?);
    let shape_p = footprint(window, p.track.run, options, true);
    let shape_q = footprint(window, q.track.run, options, false);
    let (i, j) = (p.track.before(t_ns)?, q.track.before(t_ns)?);
    let knot = Knot::new((&p.track, i, &shape_p), (&q.track, j, &shape_q), (t_ns, t_ns));
    knot.is_plain().then(|| Nearest { ego_body: a, actor: b, ..nearest_at(&knot, 0.0) })
}
