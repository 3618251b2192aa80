//! Encounters: when an actor was near enough to matter.

use lukao_model::{ActorIx, Drive, Interval, Intervals};

use crate::contacts::span_of;
use crate::motion::Knot;
use crate::near::{At, Near};
use crate::party::{Body, Party};
use crate::search::Search;
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
    let party = Party::new(window, ego, options);
    let mut out: Vec<Encounter> = Vec::new();
    let mut look = |mine: &Body<'_>, other: &Body<'_>, near: &Near| {
        let (actor, times) = (other.way.run.actor, (near.from_ns, near.to_ns));
        let knot = Knot::new((&mine.track, near.i, &mine.shape), (&other.track, near.j, &other.shape), times);
        if knot.level.is_none() {
            return;
        }
        let when = Interval::new(near.from_ns, near.to_ns);
        match out.last_mut() {
            Some(last) if last.actor == actor => last.when.insert(when),
            _ => out.push(Encounter { actor, when: std::iter::once(when).collect() }),
        }
    };
    let mut search = Search::new(&party, At::Steps, span);
    for other in party.others(window.runs()) {
        for mine in &party.bodies {
            search.add(mine, &other, within_m, &mut look);
        }
    }
    search.finish(&mut look);
    out
}
