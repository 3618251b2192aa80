//! The numbers of the data policy. `docs/data-policy.md` says what is done with them.

use lukao_model::time::{MS, S};
use lukao_model::vehicle::ActorClass;

use super::RawPose;

/// Largest time, so that differences of two cannot overflow.
pub(super) const MAX_TIME_NS: u64 = (i64::MAX / 2) as u64;

/// Largest side of a box. Longer than any train.
pub(super) const MAX_SIZE_M: f64 = 500.0;

/// Largest coordinate. Every projection of the Earth stays below it.
const MAX_COORDINATE_M: f64 = 1e8;

/// Largest yaw. Beyond it the fraction of a turn begins to lose digits.
const MAX_YAW_RAD: f64 = 1e6;

/// Limits of the data policy. The defaults are what every command and reader uses.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Samples further apart than this, and than [`Policy::max_gap_periods`], end a run.
    pub max_gap_ns: i64,
    /// The same in median periods of the actor, for slow logs.
    pub max_gap_periods: f64,
    /// A sample may be late by up to this, if it fills a place that was left free.
    pub max_late_ns: i64,
    /// Two positions at one time further apart than this contradict each other.
    pub same_place_m: f64,
    /// A change of length or width by more than this ends the run.
    pub same_size_m: f64,
    /// Room for noise before a step counts as a teleport.
    pub teleport_slack_m: f64,
    /// Time over which a logged speed is compared with the distance covered.
    pub speed_window_ns: i64,
    /// Distance by which the two may differ over the window …
    pub speed_slack_m: f64,
    /// … or this share of the longer, whichever is more.
    pub speed_slack_ratio: f64,
    /// Share of the median period by which a period may differ before it counts as jitter.
    pub jitter_ratio: f64,
    /// Jitter is noted when more than this share of the periods has it.
    pub jitter_share: f64,
    /// An actor that vanishes closer than this to the ego is noted.
    pub vanish_near_m: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_gap_ns: 500 * MS,
            max_gap_periods: 2.5,
            max_late_ns: 200 * MS,
            same_place_m: 0.001,
            same_size_m: 0.01,
            teleport_slack_m: 1.0,
            speed_window_ns: S,
            speed_slack_m: 1.0,
            speed_slack_ratio: 0.2,
            jitter_ratio: 0.5,
            jitter_share: 0.01,
            vanish_near_m: 30.0,
        }
    }
}

/// Why a pose cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    NonFinite,
    OutOfRange,
}

impl Broken {
    pub fn code(self) -> &'static str {
        match self {
            Self::NonFinite => "non-finite",
            Self::OutOfRange => "out-of-range",
        }
    }

    pub fn text(self, raw: &RawPose) -> String {
        let why = match self {
            Self::NonFinite => "that is no finite number",
            Self::OutOfRange => "beyond what is possible on Earth",
        };
        format!("pose ({}, {}, {} rad) {why}", raw.x_m, raw.y_m, raw.yaw_rad)
    }
}

impl Policy {
    pub(super) fn plausible_coordinate(&self, v: f64) -> bool {
        v.is_finite() && v.abs() <= MAX_COORDINATE_M
    }

    pub(super) fn broken_pose(&self, raw: &RawPose) -> Option<Broken> {
        if ![raw.x_m, raw.y_m, raw.yaw_rad].iter().all(|v| v.is_finite()) {
            return Some(Broken::NonFinite);
        }
        let fits = [raw.x_m, raw.y_m].iter().all(|v| self.plausible_coordinate(*v));
        (!fits || raw.yaw_rad.abs() > MAX_YAW_RAD).then_some(Broken::OutOfRange)
    }

    /// The gap limit of samples with this median period.
    #[must_use]
    pub fn gap_limit_ns(&self, median_period_ns: i64) -> i64 {
        // A float that is too large saturates, which is the limit wanted.
        self.max_gap_ns.max((median_period_ns as f64 * self.max_gap_periods) as i64)
    }

    /// Speed beyond which a step is a jump of the data, m/s: well above what the class can do.
    #[must_use]
    pub fn teleport_speed_mps(&self, class: ActorClass) -> f64 {
        match class {
            ActorClass::Pedestrian => 15.0,
            ActorClass::Bicycle | ActorClass::PersonalMobility | ActorClass::Animal => 40.0,
            ActorClass::Truck | ActorClass::Bus | ActorClass::Trailer => 80.0,
            _ => 150.0,
        }
    }
}
