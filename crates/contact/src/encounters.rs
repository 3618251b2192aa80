//! Encounters: when an actor was near enough to matter.

use lukao_model::{ActorIx, Drive, Interval, Intervals};

use crate::contacts::span_of;
use crate::motion::Knot;
use crate::near::{Body, near_knots};
use crate::pair::linked;
use crate::shape::{Footprint, footprint};
use crate::types::Options;

/// When one actor was within a distance of the ego.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encounter {
    /// Who.
    pub actor: ActorIx,
    /// When: whole knot intervals. All times at which the clearance is at most the distance asked for, and some at
    /// which it is a little more.
    pub when: Intervals,
}

/// For each actor the knot intervals beginning in the block `[from, to)` in which the clearance to the ego (with
/// what it tows) can be at most `within_m`: circles around both are that near, and heights overlap where known.
/// Never leaves out a time at which it is; by actor.
#[must_use]
pub fn encounters(
    window: &Drive,
    ego: ActorIx,
    within_m: f64,
    block: Interval,
    options: &Options,
) -> Vec<Encounter> {
    let span = span_of(block);
    let bodies = linked(window, ego);
    let of_ego: Vec<(Body<'_>, Footprint)> = (window.runs().iter().filter(|r| bodies.contains(&r.actor)))
        .map(|r| (Body::new(window, r), footprint(window, r, options, r.actor == ego)))
        .collect();
    let mut out: Vec<Encounter> = Vec::new();
    for run in window.runs().iter().filter(|r| !bodies.contains(&r.actor) && !r.is_empty()) {
        let other = Body::new(window, run);
        let shape = footprint(window, run, options, false);
        let mut when = Intervals::EMPTY;
        for (mine, my_shape) in &of_ego {
            let reach = within_m + my_shape.radius_m + shape.radius_m;
            near_knots(mine, &other, reach, span, &mut |near| {
                let times = (near.from_ns, near.to_ns);
                let knot = Knot::new((&mine.track, near.i, my_shape), (&other.track, near.j, &shape), times);
                if knot.level.is_some() {
                    when.insert(Interval::new(near.from_ns, near.to_ns));
                }
            });
        }
        match out.last_mut() {
            Some(last) if last.actor == run.actor => last.when = last.when.union(&when),
            _ if when.is_empty() => {}
            _ => out.push(Encounter { actor: run.actor, when }),
        }
    }
    out
}
