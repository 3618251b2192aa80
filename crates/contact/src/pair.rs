//! The contacts of one run with another.

use lukao_model::{ActorIx, Drive, Interval};

use crate::detail::{Room, least, meeting};
use crate::motion::Knot;
use crate::near::{Body, Near, Span, near_knots};
use crate::shape::Footprint;
use crate::sweep::{Scratch, touching};
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
        let same = a.ego_body == b.ego_body && a.actor == b.actor && self.runs == next.runs;
        let goes_on = same && b.from_ns <= a.to_ns;
        if goes_on {
            self.go_on(b.to_ns, b.end_seen, (b.deepest_m, b.deepest_ns));
        }
        goes_on
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
pub(crate) struct PairRoom {
    pub sweep: Scratch,
    pub least: Room,
}

/// Whether the pair's first common instant is where this window says.
fn ends_of(a: &Body<'_>, b: &Body<'_>) -> (i64, i64) {
    let from = a.track.first_ns().max(b.track.first_ns());
    (from, a.track.last_ns().min(b.track.last_ns()))
}

/// Appends the contacts of two runs within a span, joined, in order of time.
pub(crate) fn pair_contacts(
    (a, shape_a): (&Body<'_>, &Footprint),
    (b, shape_b): (&Body<'_>, &Footprint),
    span: Span,
    room: &mut PairRoom,
    out: &mut Vec<Piece>,
    unbridged: &mut Vec<Unbridged>,
) {
    if a.track.t.is_empty() || b.track.t.is_empty() {
        return;
    }
    let (first_ns, last_ns) = ends_of(a, b);
    let (ego_body, actor) = (a.track.run.actor, b.track.run.actor);
    let begin = out.len();
    let PairRoom { sweep, least: least_room } = room;
    near_knots(a, b, shape_a.radius_m + shape_b.radius_m, span, &mut |Near { i, j, from_ns, to_ns }| {
        let knot = Knot::new((&a.track, i, shape_a), (&b.track, j, shape_b), (from_ns, to_ns));
        if !knot.is_plain() || !touching(&knot, sweep) {
            let when = Interval::new(from_ns, to_ns);
            let reason = GapReason::OutOfRange;
            push_unbridged(unbridged, Unbridged { actor, when, reason });
            return;
        }
        for &(u0, u1) in &sweep.pieces {
            let (deep, at) = least(&knot, u0, u1, least_room);
            let (begin_ns, end_ns) = (knot.time(u0), knot.time(u1));
            let end_seen = !(to_ns == last_ns && (u1 >= 1.0 || from_ns == to_ns));
            let (deepest_m, deepest_ns) = ((-deep).max(0.0), knot.time(at));
            match out[begin..].last_mut() {
                Some(last) if begin_ns <= last.contact.to_ns => {
                    last.go_on(end_ns, end_seen, (deepest_m, deepest_ns));
                }
                _ => out.push(Piece {
                    contact: ContactInterval {
                        ego_body,
                        actor,
                        from_ns: begin_ns,
                        to_ns: end_ns,
                        begin_seen: !(from_ns == first_ns && u0 <= 0.0),
                        end_seen,
                        meeting: meeting(&knot, u0),
                        deepest_m,
                        deepest_ns,
                    },
                    runs: [a.track.run.ordinal, b.track.run.ordinal],
                }),
            }
        }
    });
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
