//! Who can touch whom: the ego's own bodies, and the others, of whom only what the filter needs is made until one
//! comes near.

use lukao_model::{ActorIx, Drive, Run};

use crate::fetch::fetch;
use crate::motion::Track;
use crate::near::Way;
use crate::pair::{exempt, linked};
use crate::shape::{Footprint, footprint, radius_m};
use crate::types::Options;

/// How many runs ahead one is asked for.
const AHEAD: usize = 8;

/// A run with all that is known of its body.
pub(crate) struct Body<'a> {
    pub way: Way<'a>,
    pub track: Track<'a>,
    pub shape: Footprint,
}

impl<'a> Body<'a> {
    pub(crate) fn new(drive: &'a Drive, run: &'a Run, options: &Options, is_ego: bool) -> Self {
        Self::with(Way::new(drive, run), drive, options, is_ego)
    }

    /// The same of a way that is at hand.
    pub(crate) fn with(way: Way<'a>, drive: &'a Drive, options: &Options, is_ego: bool) -> Self {
        let run = way.run;
        Self { way, track: Track::new(drive, run), shape: footprint(drive, run, options, is_ego) }
    }
}

/// A run of somebody else.
#[derive(Clone, Copy)]
pub(crate) struct Other<'a> {
    pub way: Way<'a>,
    /// Of the circle that holds its footprint.
    pub radius_m: f64,
}

/// What the ego's bodies have to do with one actor.
#[derive(Clone, Default)]
struct Relation {
    /// It is one of them.
    own: bool,
    /// By body of the ego's, whether contact with it does not count; empty if it counts with all.
    exempt: Vec<bool>,
}

/// The ego's bodies in a window, and what they have to do with the other actors.
pub(crate) struct Party<'a> {
    pub window: &'a Drive,
    pub options: &'a Options,
    /// The ego and what it tows.
    pub actors: Vec<ActorIx>,
    /// Runs of these.
    pub bodies: Vec<Body<'a>>,
    relations: Vec<Relation>,
}

impl<'a> Party<'a> {
    pub(crate) fn new(window: &'a Drive, ego: ActorIx, options: &'a Options) -> Self {
        let actors = linked(window, ego);
        let relation = |k: usize| {
            let actor = ActorIx(k as u32);
            let exempt: Vec<bool> = actors.iter().map(|mine| exempt(window, *mine, actor)).collect();
            let any = exempt.contains(&true);
            Relation { own: actors.contains(&actor), exempt: if any { exempt } else { Vec::new() } }
        };
        let relations = (0..window.header().actors.len()).map(relation).collect();
        let own = window.runs().iter().filter(|r| actors.contains(&r.actor) && !r.is_empty());
        let bodies = own.map(|r| Body::new(window, r, options, r.actor == ego)).collect();
        Self { window, options, actors, bodies, relations }
    }

    /// Those of the runs that are of somebody else and not empty.
    #[inline]
    pub(crate) fn others<'s>(&'s self, runs: &'a [Run]) -> impl Iterator<Item = Other<'a>> + use<'s, 'a> {
        runs.iter().enumerate().filter_map(move |(k, run)| {
            if let Some(next) = runs.get(k + AHEAD) {
                fetch(std::slice::from_ref(next));
            }
            self.other(run)
        })
    }

    /// A run, if it is of somebody else and not empty.
    #[inline]
    pub(crate) fn other(&self, run: &'a Run) -> Option<Other<'a>> {
        if self.relations[run.actor.0 as usize].own || run.is_empty() {
            return None;
        }
        let radius_m = radius_m(self.window, run, self.options, false);
        Some(Other { way: Way::new(self.window, run), radius_m })
    }

    /// All of another's run; the one made last is kept in `last`, since hits of a run follow each other.
    #[inline]
    pub(crate) fn body<'b>(&self, last: &'b mut Option<Body<'a>>, run: &'a Run) -> &'b Body<'a> {
        if last.as_ref().is_some_and(|body| !std::ptr::eq(body.way.run, run)) {
            *last = None;
        }
        last.get_or_insert_with(|| Body::new(self.window, run, self.options, false))
    }

    /// Whether contact of one of the own bodies with an actor does not count.
    #[inline]
    pub(crate) fn exempt(&self, mine: &Body<'_>, actor: ActorIx) -> bool {
        let exempt = &self.relations[actor.0 as usize].exempt;
        !exempt.is_empty()
            && self.actors.iter().zip(exempt).any(|(a, exempt)| *a == mine.way.run.actor && *exempt)
    }

    /// The own bodies whose contact with an actor counts.
    #[inline]
    pub(crate) fn against(&self, actor: ActorIx) -> impl Iterator<Item = &Body<'a>> {
        self.bodies.iter().filter(move |mine| !self.exempt(mine, actor))
    }
}
