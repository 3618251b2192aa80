//! The search through the ego's pairs, for what is near at samples or over knot intervals.
//!
//! Nearly all of its time would go into waiting for memory: the poses of a stretch that the index leaves lie anywhere.
//! So stretches are collected, some dozens at a time, while memory brings them, and then looked at.

use lukao_model::Run;

use crate::fetch::fetch;
use crate::near::{At, Near, Span, hot, near_knots, near_samples, squared, stretches};
use crate::party::{Body, Other, Party};

/// Stretches that wait: their poses fit in the innermost cache.
const WAITING: usize = 48;

/// A stretch of a pair, not proven far by the index.
struct Stretch<'a> {
    mine: &'a Body<'a>,
    run: &'a Run,
    other: [&'a [f64]; 2],
    reach2: f64,
    place: (usize, usize, usize),
}

/// The search. What it finds comes pair by pair as they are added, of each pair in order of time.
pub(crate) struct Search<'a> {
    party: &'a Party<'a>,
    at: At,
    span: Span,
    waiting: Vec<Stretch<'a>>,
    hits: Vec<(&'a Body<'a>, &'a Run, Near)>,
    /// The other whose hits came last.
    last: Option<Body<'a>>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(party: &'a Party<'a>, at: At, span: Span) -> Self {
        let waiting = Vec::with_capacity(WAITING);
        Self { party, at, span, waiting, hits: Vec::new(), last: None }
    }

    /// Searches one more pair, within a distance between the two bodies. `hit` may be called for pairs that were added
    /// earlier.
    #[inline]
    pub(crate) fn add(
        &mut self,
        mine: &'a Body<'a>,
        other: &Other<'a>,
        within_m: f64,
        hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near),
    ) {
        let (a, b, run, span) = (&mine.way, &other.way, other.way.run, self.span);
        let reach_m = within_m + mine.shape.radius_m + other.radius_m;
        if a.run.clock == b.run.clock && a.boxes.is_some() && b.boxes.is_some() {
            let reach2 = squared(reach_m, 0.0);
            stretches((a, b), self.at, reach_m, span, &mut |i, j, n| {
                // A step more, for those that end in the next block.
                let to = (j + n + 1).min(b.x.len());
                fetch(&b.x[j..to]);
                fetch(&b.y[j..to]);
                self.waiting.push(Stretch { mine, run, other: [b.x, b.y], reach2, place: (i, j, n) });
                if self.waiting.len() == WAITING {
                    self.finish(hit);
                }
            });
        } else {
            // Read from end to end, memory keeps up by itself.
            self.finish(hit);
            let mut look = |near: Near| hit(mine, self.party.body(&mut self.last, run), &near);
            match self.at {
                At::Samples => near_samples(a, b, reach_m, span, &mut look),
                At::Steps => near_knots(a, b, reach_m, span, &mut look),
            }
        }
    }

    /// Looks at the stretches that wait.
    pub(crate) fn finish(&mut self, hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near)) {
        for s in self.waiting.drain(..) {
            let (a, (i, j, _)) = (&s.mine.way, s.place);
            hot(a, s.other, self.at, s.place, s.reach2, &mut |k| {
                fetch(&s.run.yaw_rad.values()[j + k..j + k + 1]);
                self.hits.push((s.mine, s.run, Near::of(a, s.other[0].len(), (i + k, j + k))));
            });
        }
        for (mine, run, near) in self.hits.drain(..) {
            hit(mine, self.party.body(&mut self.last, run), &near);
        }
    }
}
