//! Signals that several rules share, over one window of a drive. Knows no rule.
//!
//! A [`Measures`] is made once for each block of time (see ARCHITECTURE.md, "Blocks"). Everything in it is
//! computed when it is first asked for, kept, and shared by rules that run in parallel. A measure at time
//! `t` depends only on data within `[t − LOOK_BACK_NS, t + LOOK_AHEAD_NS]`, and on states that were stated
//! earlier and still hold ([`Held`]), so that block size and the way in which a log was cut cannot change a
//! result.
//!
//! ```no_run
//! use lukao_measure::{Admit, Held, Measures};
//! use lukao_model::{Drive, Interval};
//! # fn demo(drive: &Drive) {
//! let block = drive.span().unwrap_or(Interval::ALL);
//! let held = Held::default();
//! let measures = Measures::new(drive, block, None, Admit::ALL, &held);
//! # }
//! ```

pub mod admit;
pub mod ego;
pub mod held;
pub mod motion;
pub mod sync;
pub mod value;

mod cache;

pub use admit::Admit;
pub use ego::{Ego, EgoSample};
pub use held::{Held, Stated};
pub use motion::{Motion, SpeedSource};
pub use value::Value;

use std::sync::{Arc, OnceLock};

use lukao_model::time::S;
use lukao_model::{ActorIx, Drive, Interval};
use lukao_track::Track;

use crate::cache::Keyed;

/// How far before a time a measure may look, ns.
pub const LOOK_BACK_NS: i64 = 20 * S;

/// How far after a time a measure may look, ns.
pub const LOOK_AHEAD_NS: i64 = 60 * S;

/// Which mean of the ego's motion over a centred window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mean {
    /// Acceleration along the body, m/s², forward positive.
    AccelLon,
    /// Acceleration across the body, m/s², left positive.
    AccelLat,
    /// Yaw rate, rad/s, counter-clockwise positive.
    YawRate,
}

/// The measures of one window. Cheap to make; every part is computed when first asked for.
pub struct Measures<'a> {
    window: &'a Drive,
    block: Interval,
    track: Option<&'a Track>,
    admit: Admit,
    held: &'a Held,
    ego: OnceLock<Ego>,
    motions: Vec<OnceLock<Motion>>,
    means: Keyed<(Mean, i64), Vec<Option<Value>>>,
}

impl<'a> Measures<'a> {
    /// Measures over `window`, which must hold all data of
    /// `[block.from_ns − LOOK_BACK_NS, block.to_ns + LOOK_AHEAD_NS)` that the drive has; `held` what series
    /// said last before the window.
    ///
    /// `block` holds the times `from_ns <= t < to_ns`. The track must lie in the drive's frame.
    /// A channel or pose of an origin that `admit` does not list counts as missing.
    #[must_use]
    pub fn new(
        window: &'a Drive,
        block: Interval,
        track: Option<&'a Track>,
        admit: Admit,
        held: &'a Held,
    ) -> Self {
        Self {
            window,
            block,
            track,
            admit,
            held,
            ego: OnceLock::new(),
            motions: window.runs().iter().map(|_| OnceLock::new()).collect(),
            means: Keyed::new(),
        }
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

    /// What series said last before the window.
    #[must_use]
    pub fn held(&self) -> &'a Held {
        self.held
    }

    /// The vehicle under test.
    #[must_use]
    pub fn ego_actor(&self) -> Option<ActorIx> {
        self.window.header().ego
    }

    /// The ego's samples and steps.
    #[must_use]
    pub fn ego(&self) -> &Ego {
        self.ego.get_or_init(|| Ego::new(self.window, self.ego_actor(), self.block, self.admit))
    }

    /// Motion of a run of the window, by its index in [`Drive::runs`].
    ///
    /// # Panics
    /// If the window has no such run.
    #[must_use]
    pub fn motion(&self, run: usize) -> &Motion {
        self.motions[run]
            .get_or_init(|| Motion::new(self.window, self.held, self.admit, &self.window.runs()[run]))
    }

    /// The ego's speed at its sample `k`: see [`motion`].
    #[must_use]
    pub fn ego_speed_mps(&self, k: usize) -> Option<Value> {
        let s = self.ego().samples().get(k)?;
        self.motion(s.run).speed_mps(s.i)
    }

    /// A mean of the ego's motion over `[t − half_ns, t + half_ns]` at its samples in the block, in the order
    /// of [`Ego::in_block`]: see [`motion`]. Windows are at most [`LOOK_BACK_NS`] to each side.
    #[must_use]
    pub fn ego_means(&self, mean: Mean, half_ns: i64) -> Arc<Vec<Option<Value>>> {
        let half_ns = half_ns.clamp(1, LOOK_BACK_NS);
        self.means.get((mean, half_ns), || {
            let one = |k: usize| {
                let s = self.ego().samples()[k];
                let run = &self.window.runs()[s.run];
                let motion = self.motion(s.run);
                match mean {
                    Mean::AccelLon => {
                        motion::accel_lon(self.window, self.admit, run, motion, s.t_ns, half_ns)
                    }
                    Mean::AccelLat => {
                        motion::accel_lat(self.window, self.admit, run, motion, s.t_ns, half_ns)
                    }
                    Mean::YawRate => motion::yaw_rate(self.window, self.admit, run, s.t_ns, half_ns),
                }
            };
            self.ego().in_block().map(one).collect()
        })
    }
}
