//! Signals that several rules share, over one window of a drive. Knows no rule.
//!
//! A [`Measures`] is made once for each block of time (see ARCHITECTURE.md, "Blocks"). Everything in it is
//! computed when it is first asked for, kept, and shared by rules that run in parallel. A measure at time
//! `t` depends only on data within `[t − LOOK_BACK_NS, t + LOOK_AHEAD_NS]`, so that block size and the way
//! in which a log was cut cannot change a result.
//!
//! ```no_run
//! use lukao_measure::{Admit, Measures};
//! use lukao_model::{Drive, Interval};
//! # fn demo(drive: &Drive) {
//! let block = drive.span().unwrap_or(Interval::ALL);
//! let measures = Measures::new(drive, block, None, Admit::ALL);
//! # }
//! ```

pub mod admit;

pub use admit::Admit;

use lukao_model::time::S;
use lukao_model::{ActorIx, Drive, Interval};
use lukao_track::Track;

/// How far before a time a measure may look, ns.
pub const LOOK_BACK_NS: i64 = 20 * S;

/// How far after a time a measure may look, ns.
pub const LOOK_AHEAD_NS: i64 = 60 * S;

/// The measures of one window. Cheap to make; every part is computed when first asked for.
pub struct Measures<'a> {
    window: &'a Drive,
    block: Interval,
    track: Option<&'a Track>,
    admit: Admit,
}

impl<'a> Measures<'a> {
    /// Measures over `window`, which must hold all data of
    /// `[block.from_ns − LOOK_BACK_NS, block.to_ns + LOOK_AHEAD_NS)` that the drive has.
    ///
    /// `block` holds the times `from_ns <= t < to_ns`. The track must lie in the drive's frame.
    /// A channel or pose of an origin that `admit` does not list counts as missing.
    #[must_use]
    pub fn new(window: &'a Drive, block: Interval, track: Option<&'a Track>, admit: Admit) -> Self {
        Self { window, block, track, admit }
    }

    /// The data.
    #[must_use]
    pub fn window(&self) -> &'a Drive {
        self.window
    }

    /// The block: times `from_ns <= t < to_ns`.
    #[must_use]
    pub fn block(&self) -> Interval {
        self.block
    }

    /// The track, if there is one.
    #[must_use]
    pub fn track(&self) -> Option<&'a Track> {
        self.track
    }

    /// Which origins count.
    #[must_use]
    pub fn admit(&self) -> Admit {
        self.admit
    }

    /// The vehicle under test.
    #[must_use]
    pub fn ego(&self) -> Option<ActorIx> {
        self.window.header().ego
    }
}
