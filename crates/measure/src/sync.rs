//! How well the times of two clocks agree, and what that costs.

use lukao_model::outcome::Uncertainty;
use lukao_model::stream::{Sync, time_uncertainty_ns};
use lukao_model::time::to_s;
use lukao_model::{ClockIx, Drive};

/// How well the times of two clocks agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synced {
    /// They differ by at most this (k = 2), ns.
    Within(i64),
    /// Said to be synchronised, or nothing is said; how well is not.
    Unknown,
    /// Not synchronised: what compares the two is undetermined.
    Not,
}

impl Synced {
    /// What it adds to the uncertainty of a value that changes at `rate` units a second.
    #[must_use]
    pub fn costs(self, rate: f64) -> Uncertainty {
        match self {
            Self::Within(0) => Uncertainty::Known(0.0),
            Self::Within(ns) => Uncertainty::Known(to_s(ns) * rate.abs()),
            Self::Unknown | Self::Not => Uncertainty::Unknown,
        }
    }
}

/// How well two clocks of a drive agree. Clocks of one stream agree exactly.
#[must_use]
pub fn between(drive: &Drive, a: ClockIx, b: ClockIx) -> Synced {
    let (a, b) = (drive.stream(a), drive.stream(b));
    match time_uncertainty_ns(a, b) {
        Some(ns) => Synced::Within(ns),
        None if a.sync == Sync::None || b.sync == Sync::None => Synced::Not,
        None => Synced::Unknown,
    }
}
