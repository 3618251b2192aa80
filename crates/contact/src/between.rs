//! Two runs, one interval between samples at a time, for who culls for himself.

use lukao_model::{ActorIx, Drive, Run};

use crate::motion::{Knot, Track};
use crate::shape::{Footprint, footprint};
use crate::sweep::{Scratch, touching};
use crate::types::Options;

/// When two runs touch, between samples that the caller names. [`crate::contacts`] does the same on each interval
/// that comes near, and says besides where they meet and how deep.
///
/// ```
/// use lukao_contact::{Between, Options};
/// use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
/// let drive = DriveBuilder::new("crash").span_s(0.0, 2.0)
///     .ego(ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0).speed(10.0)))
///     .actor(ActorBuilder::car("wall").motion(Motion::at(12.0, 0.0, 0.0)))
///     .build();
/// let [ego, wall] = [0, 1].map(|k| &drive.runs()[k]);
/// let mut between = Between::new(&drive, ego, wall, &Options::default());
/// let touched = (0..ego.len() - 1).filter(|i| !between.touching(*i, *i).unwrap().is_empty()).count();
/// assert!(touched > 0 && touched < ego.len() - 1);
/// ```
pub struct Between<'a> {
    tracks: [Track<'a>; 2],
    shapes: [Footprint; 2],
    scratch: Scratch,
    found: Vec<(i64, i64)>,
}

impl<'a> Between<'a> {
    /// Of two runs that are not empty; mirrors, if the options ask for them, are those of the drive's ego.
    #[must_use]
    pub fn new(drive: &'a Drive, a: &'a Run, b: &'a Run, options: &Options) -> Self {
        let is_ego = |actor: ActorIx| drive.header().ego == Some(actor);
        Self {
            tracks: [a, b].map(|r| Track::new(drive, r)),
            shapes: [a, b].map(|r| footprint(drive, r, options, is_ego(r.actor))),
            scratch: Scratch::default(),
            found: Vec::new(),
        }
    }

    /// The times, ns, in which they touch between sample `i` of the first and `j` of the second and the next of
    /// each, as far as both intervals go. `None` where it cannot be told: samples that are not there, intervals that
    /// do not overlap, poses out of range.
    pub fn touching(&mut self, i: usize, j: usize) -> Option<&[(i64, i64)]> {
        let [a, b] = &self.tracks;
        let ends = |t: &Track<'_>, i: usize| Some((*t.t.get(i)?, *t.t.get(i.checked_add(1)?)?));
        let ((a0, a1), (b0, b1)) = (ends(a, i)?, ends(b, j)?);
        let (from_ns, to_ns) = (a0.max(b0), a1.min(b1));
        if from_ns > to_ns {
            return None;
        }
        let [shape_a, shape_b] = &self.shapes;
        let knot = Knot::new((a, i, shape_a), (b, j, shape_b), (from_ns, to_ns));
        if !knot.is_plain() || !touching(&knot, &mut self.scratch) {
            return None;
        }
        self.found.clear();
        self.found.extend(self.scratch.pieces.iter().map(|p| (knot.time(p.0), knot.time(p.1))));
        Some(&self.found)
    }
}
