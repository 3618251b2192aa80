//! Contact at samples alone, as most tools look at it. Misses what happens between them; see [`crate::contacts`].

use lukao_model::{ActorIx, Drive, Interval};

use crate::contacts::{in_order, in_parallel, span_of};
use crate::motion::{Knot, same_level};
use crate::near::{At, Near};
use crate::party::{Body, Party};
use crate::search::Search;
use crate::sweep::{Scratch, boxes_touch, touch_at_begin};
use crate::types::Options;

/// An actor touches the ego at a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleHit {
    /// Who.
    pub actor: ActorIx,
    /// When, ns.
    pub t_ns: i64,
}

/// All times in the block `[from, to)` at which a footprint touches the ego's (with what it tows) and that are
/// samples of both on one clock, or of either if they are on two; by actor, then time. Poses out of range do not
/// count.
#[must_use]
pub fn sampled_contacts(window: &Drive, ego: ActorIx, block: Interval, options: &Options) -> Vec<SampleHit> {
    let span = span_of(block);
    let party = Party::new(window, ego, options);
    let parts = in_order(window.runs(), in_parallel(window), |runs| {
        let (mut hits, mut room) = (Vec::new(), Scratch::default());
        let mut look = |mine: &Body<'_>, other: &Body<'_>, near: &Near| {
            if touch(mine, other, near, &mut room) {
                hits.push(SampleHit { actor: other.way.run.actor, t_ns: near.from_ns });
            }
        };
        let mut search = Search::new(&party, At::Samples, span);
        for other in party.others(runs) {
            for mine in party.against(other.way.run.actor) {
                search.add(mine, &other, 0.0, &mut look);
            }
        }
        search.finish(&mut look);
        hits
    });
    let mut all: Vec<SampleHit> = parts.into_iter().flatten().collect();
    if party.bodies.len() > 1 || !all.is_sorted() {
        all.sort_unstable();
        all.dedup();
    }
    all
}

/// Whether two bodies touch where a knot interval begins.
pub(crate) fn touch(mine: &Body<'_>, other: &Body<'_>, near: &Near, room: &mut Scratch) -> bool {
    let (a, b, i, j) = (&mine.track, &other.track, near.i, near.j);
    let halves = mine.shape.half_m.zip(other.shape.half_m);
    if let Some(halves) = halves.filter(|_| a.run.clock == b.run.clock) {
        let d = [b.x[j] - a.x[i], b.y[j] - a.y[i]];
        // What is not plain is asked for last: it is rarer than what stays apart.
        return boxes_touch(halves, d, (a.yaw[i], b.yaw[j]))
            && (a.is_plain_at(i) && b.is_plain_at(j) && mine.shape.is_plain() && other.shape.is_plain())
            && same_level((a, i), (b, j));
    }
    let knot = Knot::new((a, i, &mine.shape), (b, j, &other.shape), (near.from_ns, near.from_ns));
    knot.is_plain() && touch_at_begin(&knot, room)
}
