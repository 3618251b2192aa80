//! The search through the ego's pairs, for what is near at samples or over knot intervals.
//!
//! Nearly all of its time goes into waiting for memory: the poses of a stretch that the index leaves lie anywhere. So
//! stretches are collected, some dozens at a time, all touched, and then looked at.

use std::hint::black_box;

use lukao_model::Run;

use crate::near::{At, Near, Span, hot, merged_samples, near_knots, squared, stretches};
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
    /// A pair without index whose begin has been touched; its turn comes when the next is added.
    next: Option<(&'a Body<'a>, Other<'a>)>,
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
                At::Samples => merged_samples(a, b, reach_m, span, &mut look),
                At::Steps => near_knots(a, b, reach_m, span, &mut look),
            }
        } else if a.boxes.is_some() && b.boxes.is_some() {
            self.unindexed(None, hit);
            let reach2 = squared(reach_m, 0.0);
            stretches((a, b), self.at, reach_m, span, &mut |i, j, n| {
                self.waiting.push(Stretch { mine, run, other: [b.x, b.y], reach2, place: (i, j, n) });
                if self.waiting.len() == WAITING {
                    self.indexed(hit);
                }
            });
        } else {
            self.indexed(hit);
            let touched = b.x.iter().zip(b.y).step_by(8).take(8);
            black_box(touched.fold(0, |seen, (x, y)| seen ^ x.to_bits() ^ y.to_bits()));
            let other = Other { way: *b, radius_m: reach_m - mine.shape.radius_m };
            self.unindexed(Some((mine, other)), hit);
        }
    }

    /// Looks at all that was added.
    pub(crate) fn finish(&mut self, hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near)) {
        self.indexed(hit);
        self.unindexed(None, hit);
    }

    /// Looks at the pair without index that waits and puts up the next.
    #[inline]
    fn unindexed(
        &mut self,
        next: Option<(&'a Body<'a>, Other<'a>)>,
        hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near),
    ) {
        let Some((mine, other)) = std::mem::replace(&mut self.next, next) else { return };
        let (a, b, at) = (&mine.way, &other.way, self.at);
        let reach_m = mine.shape.radius_m + other.radius_m;
        let reach2 = squared(reach_m, 0.0);
        stretches((a, b), at, reach_m, self.span, &mut |i, j, n| {
            hot(a, [b.x, b.y], at, (i, j, n), reach2, &mut |k| {
                let near = Near::of(a, b.x.len(), (i + k, j + k));
                hit(mine, self.party.body(&mut self.last, b.run), &near);
            });
        });
    }

    /// Looks at the stretches that wait.
    fn indexed(&mut self, hit: &mut impl FnMut(&Body<'_>, &Body<'_>, &Near)) {
        let mut seen = 0;
        for Stretch { other: [x, y], place: (_, j, n), .. } in &self.waiting {
            for k in (*j..j + n).step_by(8) {
                seen ^= x[k].to_bits() ^ y[k].to_bits();
            }
        }
        for s in self.waiting.drain(..) {
            let (a, (i, j, _)) = (&s.mine.way, s.place);
            hot(a, s.other, self.at, s.place, s.reach2, &mut |k| {
                seen ^= s.run.yaw_rad.values()[j + k].to_bits();
                self.hits.push((s.mine, s.run, Near::of(a, s.other[0].len(), (i + k, j + k))));
            });
        }
        black_box(seen);
        for (mine, run, near) in self.hits.drain(..) {
            hit(mine, self.party.body(&mut self.last, run), &near);
        }
    }
}
