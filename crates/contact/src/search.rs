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

/// How many poses ahead of the one that is looked at memory is asked, where there is no index. Read from end to end it
/// would come by itself, but not over the end of a page or of a run.
const AHEAD: usize = 128;

/// A pair without index.
struct Whole<'a> {
    mine: &'a Body<'a>,
    other: Other<'a>,
    reach_m: f64,
    /// Poses that memory has been asked for.
    fetched: usize,
}

impl Whole<'_> {
    /// Asks memory for the first `n` poses.
    #[inline]
    fn fetch(&mut self, n: usize) {
        let way = &self.other.way;
        let n = n.min(way.x.len());
        if self.fetched < n {
            fetch(&way.x[self.fetched..n]);
            fetch(&way.y[self.fetched..n]);
            self.fetched = n;
        }
    }
}

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
    /// A pair without index; its turn comes when the next is added.
    next: Option<Whole<'a>>,
    /// The other whose hits came last.
    last: Option<Body<'a>>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(party: &'a Party<'a>, at: At, span: Span) -> Self {
        let waiting = Vec::with_capacity(WAITING);
        Self { party, at, span, waiting, hits: Vec::new(), next: None, last: None }
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
        if a.run.clock != b.run.clock {
            self.finish(hit);
            let mut look = |near: Near| hit(mine, self.party.body(&mut self.last, run), &near);
            match self.at {
                At::Samples => near_samples(a, b, reach_m, span, &mut look),
                At::Steps => near_knots(a, b, reach_m, span, &mut look),
            }
        } else if a.boxes.is_some() && b.boxes.is_some() {
            self.unindexed(None, hit);
            let reach2 = squared(reach_m, 0.0);
            stretches((a, b), self.at, reach_m, span, &mut |i, j, n| {
                // A step more, for those that end in the next block.
                let to = (j + n + 1).min(b.x.len());
                fetch(&b.x[j..to]);
                fetch(&b.y[j..to]);
                self.waiting.push(Stretch { mine, run, other: [b.x, b.y], reach2, place: (i, j, n) });
                if self.waiting.len() == WAITING {
                    self.indexed(hit);
                }
            });
        } else {
            self.indexed(hit);
            self.unindexed(Some(Whole { mine, other: *other, reach_m, fetched: 0 }), hit);
        }
    }

    /// Looks at all that was added.
    pub(crate) fn finish(&mut self, hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near)) {
        self.indexed(hit);
        self.unindexed(None, hit);
    }

    /// Looks at the pair without index that waits and puts up the next.
    fn unindexed(&mut self, next: Option<Whole<'a>>, hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near)) {
        let Some(mut pair) = std::mem::replace(&mut self.next, next) else { return };
        let (mine, way, at, reach_m) = (pair.mine, pair.other.way, self.at, pair.reach_m);
        let reach2 = squared(reach_m, 0.0);
        stretches((&mine.way, &way), at, reach_m, self.span, &mut |i, j, n| {
            let ahead = j + n + AHEAD;
            pair.fetch(ahead);
            if let Some(next) = &mut self.next {
                next.fetch(ahead.saturating_sub(way.x.len()));
            }
            hot(&mine.way, [way.x, way.y], at, (i, j, n), reach2, &mut |k| {
                let near = Near::of(&mine.way, way.x.len(), (i + k, j + k));
                hit(mine, self.party.body(&mut self.last, way.run), &near);
            });
        });
    }

    /// Looks at the stretches that wait.
    fn indexed(&mut self, hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near)) {
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
