//! Contact at samples alone, as most tools look at it. Misses what happens between them; see [`crate::contacts`].

use lukao_model::{ActorIx, Drive, Interval};

use crate::contacts::{in_order, in_parallel, span_of};
use crate::motion::{Knot, same_level};
use crate::near::{Body, near_samples};
use crate::pair::{PairRoom, exempt, linked};
use crate::shape::{Footprint, footprint};
use crate::sweep::{boxes_touch, touch_at_begin};
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
    let bodies = linked(window, ego);
    let is_ego = |a: ActorIx| bodies.contains(&a);
    let of_ego: Vec<(Body<'_>, Footprint)> = (window.runs().iter().filter(|r| is_ego(r.actor)))
        .map(|r| (Body::new(window, r), footprint(window, r, options, r.actor == ego)))
        .collect();
    let parts = in_order(window.runs(), in_parallel(window), |runs| {
        let (mut hits, mut room) = (Vec::new(), PairRoom::default());
        for run in runs.iter().filter(|r| !is_ego(r.actor) && !r.is_empty()) {
            let body = Body::new(window, run);
            let shape = footprint(window, run, options, false);
            for (mine, my_shape) in &of_ego {
                if exempt(window, mine.track.run.actor, run.actor) {
                    continue;
                }
                let plain = my_shape.is_plain() && shape.is_plain();
                let halves = my_shape.half_m.zip(shape.half_m).filter(|_| plain);
                let lockstep = mine.track.run.clock == run.clock;
                let flat = mine.track.run.z_m.is_none() || run.z_m.is_none();
                near_samples(mine, &body, my_shape.radius_m + shape.radius_m, span, &mut |i, j, t_ns| {
                    let (a, b) = (&mine.track, &body.track);
                    if let Some((half_a, half_b)) =
                        halves.filter(|_| lockstep && a.is_plain_at(i) && b.is_plain_at(j))
                    {
                        let d = [b.x[j] - a.x[i], b.y[j] - a.y[i]];
                        let touch = boxes_touch((half_a, half_b), d, || (a.yaw[i], b.yaw[j]));
                        if touch && (flat || same_level((a, i), (b, j))) {
                            hits.push(SampleHit { actor: run.actor, t_ns });
                        }
                        return;
                    }
                    let knot = Knot::new((&mine.track, i, my_shape), (&body.track, j, &shape), (t_ns, t_ns));
                    if knot.is_plain() && touch_at_begin(&knot, &mut room.sweep) {
                        hits.push(SampleHit { actor: run.actor, t_ns });
                    }
                });
            }
        }
        hits
    });
    let mut all: Vec<SampleHit> = parts.into_iter().flatten().collect();
    if of_ego.len() > 1 || !all.is_sorted() {
        all.sort_unstable();
        all.dedup();
    }
    all
}
