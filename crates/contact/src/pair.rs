//! The contacts of one run with another.

use lukao_model::{ActorIx, Drive, Interval};

use crate::detail::{Room, least, may_be_deeper, meeting};
use crate::geometry::length;
use crate::motion::Knot;
use crate::near::Near;
use crate::party::Body;
use crate::sweep::{Scratch, stay_apart, touching};
use crate::types::{ContactInterval, GapReason, Unbridged};

/// A part of a contact as one block sees it. Pieces of the same two runs that meet at a time are one contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The contact, as far as this block goes.
    pub contact: ContactInterval,
    /// Ordinals of the ego's (the first's) and the actor's run.
    pub runs: [u32; 2],
}

impl Piece {
    /// Takes in what follows, if it goes on where this ends.
    pub(crate) fn join(&mut self, next: &Self) -> bool {
        let (a, b) = (&self.contact, &next.contact);
        let goes_on = self.is_of((b.ego_body, b.actor), next.runs) && b.from_ns <= a.to_ns;
        if goes_on {
            self.go_on(b.to_ns, b.end_seen, (b.deepest_m, b.deepest_ns));
        }
        goes_on
    }

    fn is_of(&self, bodies: (ActorIx, ActorIx), runs: [u32; 2]) -> bool {
        (self.contact.ego_body, self.contact.actor) == bodies && self.runs == runs
    }

    fn go_on(&mut self, to_ns: i64, end_seen: bool, deepest: (f64, i64)) {
        let c = &mut self.contact;
        c.to_ns = c.to_ns.max(to_ns);
        c.end_seen = end_seen;
        if deepest.0 > c.deepest_m {
            (c.deepest_m, c.deepest_ns) = deepest;
        }
    }
}

/// Room for the work on pairs.
#[derive(Default)]
struct PairRoom {
    sweep: Scratch,
    least: Room,
}

/// The contacts of pairs of runs, found from the knot intervals that bring them near.
#[derive(Default)]
pub(crate) struct Found {
    /// By pair as they come, joined, in order of time.
    pub pieces: Vec<Piece>,
    /// What could not be judged.
    pub unbridged: Vec<Unbridged>,
    room: PairRoom,
}

impl Found {
    /// Looks at one knot interval. Those of one pair follow each other, in order of time.
    pub(crate) fn look(&mut self, a: &Body<'_>, b: &Body<'_>, &Near { i, j, from_ns, to_ns }: &Near) {
        let (run_a, run_b) = (a.way.run, b.way.run);
        if from_ns < to_ns && run_a.clock == run_b.clock && stay_apart((a, i), (b, j)) {
            return;
        }
        let PairRoom { sweep, least: least_room } = &mut self.room;
        let knot = Knot::new((&a.track, i, &a.shape), (&b.track, j, &b.shape), (from_ns, to_ns));
        if !knot.is_plain() || !touching(&knot, sweep) {
            // The index may know them far where the filter alone does not: the answer must not depend on it.
            if circles_stay_apart(a, b, &Near { i, j, from_ns, to_ns }) {
                return;
            }
            let (when, reason) = (Interval::new(from_ns, to_ns), GapReason::OutOfRange);
            push_unbridged(&mut self.unbridged, Unbridged { actor: run_b.actor, when, reason });
            return;
        }
        let first_ns = a.way.first_ns().max(b.way.first_ns());
        let last_ns = a.way.last_ns().min(b.way.last_ns());
        for &(u0, u1) in &sweep.pieces {
            let (begin_ns, end_ns) = (knot.time(u0), knot.time(u1));
            let end_seen = !(to_ns == last_ns && (u1 >= 1.0 || from_ns == to_ns));
            let (bodies, runs) = ((run_a.actor, run_b.actor), [run_a.ordinal, run_b.ordinal]);
            let open = self.pieces.last_mut();
            let open = open.filter(|p| p.is_of(bodies, runs) && begin_ns <= p.contact.to_ns);
            let so_far_m = open.as_ref().map_or(-1.0, |p| p.contact.deepest_m);
            let (deepest_m, deepest_ns) = if may_be_deeper(&knot, u0, u1, so_far_m) {
                let (deep, at) = least(&knot, u0, u1, least_room);
                ((-deep).max(0.0), knot.time(at))
            } else {
                (so_far_m, begin_ns)
            };
            if let Some(open) = open {
                open.go_on(end_ns, end_seen, (deepest_m, deepest_ns));
                continue;
            }
            let contact = ContactInterval {
                ego_body: bodies.0,
                actor: bodies.1,
                from_ns: begin_ns,
                to_ns: end_ns,
                begin_seen: !(from_ns == first_ns && u0 <= 0.0),
                end_seen,
                meeting: meeting(&knot, u0),
                deepest_m,
                deepest_ns,
            };
            self.pieces.push(Piece { contact, runs });
        }
    }
}

/// Whether circles around both stay apart over a knot interval; a value that is not a number proves nothing.
fn circles_stay_apart(a: &Body<'_>, b: &Body<'_>, &Near { i, j, from_ns, to_ns }: &Near) -> bool {
    let (p, q) = (a.way.position(i, from_ns), b.way.position(j, from_ns));
    let (p1, q1) = (a.way.position(i, to_ns), b.way.position(j, to_ns));
    let d = [q[0] - p[0], q[1] - p[1]];
    let by = [q1[0] - p1[0] - d[0], q1[1] - p1[1] - d[1]];
    let way2 = by[0] * by[0] + by[1] * by[1];
    let u = if way2 > 0.0 { (-(d[0] * by[0] + d[1] * by[1]) / way2).clamp(0.0, 1.0) } else { 0.0 };
    let nearest = [d[0] + by[0] * u, d[1] + by[1] * u];
    let reach_m = (a.shape.radius_m + b.shape.radius_m) * (1.0 + 1e-6) + 1e-6;
    length(nearest) > reach_m
}

/// Appends, joining with what it follows.
pub(crate) fn push_unbridged(all: &mut Vec<Unbridged>, add: Unbridged) {
    match all.last_mut() {
        Some(u)
            if u.actor == add.actor
                && u.reason == add.reason
                && u.when.from_ns <= add.when.from_ns
                && add.when.from_ns <= u.when.to_ns =>
        {
            u.when.to_ns = u.when.to_ns.max(add.when.to_ns);
        }
        _ => all.push(add),
    }
}

/// The bodies that count as the actor's own: itself and what it tows, and what that tows.
pub(crate) fn linked(drive: &Drive, ego: ActorIx) -> Vec<ActorIx> {
    let mut all = vec![ego];
    let mut k = 0;
    while k < all.len() {
        let puller = all[k];
        for (i, a) in drive.header().actors.iter().enumerate() {
            let ix = ActorIx(i as u32);
            if a.towed_by == Some(puller) && !all.contains(&ix) {
                all.push(ix);
            }
        }
        k += 1;
    }
    all
}

/// Who pulls the combination that the actor belongs to.
fn puller(drive: &Drive, actor: ActorIx) -> ActorIx {
    let mut at = actor;
    // A ring of trailers, which no road has, ends the walk too.
    for _ in 0..drive.header().actors.len() {
        match drive.actor(at).towed_by {
            Some(next) if (next.0 as usize) < drive.header().actors.len() => at = next,
            _ => break,
        }
    }
    at
}

/// Whether contact between the two does not count: one is exempt from the other, or they are one combination.
pub(crate) fn exempt(drive: &Drive, a: ActorIx, b: ActorIx) -> bool {
    let listed = |x: ActorIx, y: ActorIx| drive.actor(x).exempt_from.contains(&y);
    let tows = |x: ActorIx| drive.actor(x).towed_by.is_some();
    a == b || listed(a, b) || listed(b, a) || ((tows(a) || tows(b)) && puller(drive, a) == puller(drive, b))
}
