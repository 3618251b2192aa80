//! The rule `lateral-jerk`.

use lukao_measure::Mean;
use lukao_model::Channel;

use crate::episode::Pace;
use crate::mean_limit::{MeanLimit, Smoothing, mean_limit_rule};
use crate::meta::rule;

rule! {
    /// The ego's acceleration across the body changes faster than allowed.
    ///
    /// ## Checks
    /// The size of the mean jerk across the body over `mean_s`, to either side.
    ///
    /// ## Method
    /// At each sample while the ego moves: the change of the acceleration across the body over a centred window,
    /// divided by its length. The acceleration is the logged one. One swerve is one finding, with the greatest value. An
    /// opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed or a logged acceleration across the body (speed × yaw rate leaves out how the slip changes), or
    /// too near to an end of the ego's data for the window.
    ///
    /// ## Limits
    /// `max_jerk_mps3`; at equality it is kept. The uncertainty is that of both accelerations.
    ///
    /// ## Source
    /// The pack names the clause. As a mean over any 0.5 s the 2025 draft for combined driver assistance has 5 m/s³
    /// (4.6.1.8 and 4.6.2.3.2.7; text of a draft). The default of 10 m/s³ is this project's own reading of a swerve on
    /// any road (profile).
    LateralJerk = "lateral-jerk" {
        /// Greatest mean jerk allowed.
        number max_jerk_mps3 = 10.0, "m/s3", 0.1..=100.0;
        /// Length of the window of the mean.
        number mean_s = 0.5, "s", 0.02..=10.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=10.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=10.0;
    }
}

fn limit(p: &Params) -> MeanLimit {
    MeanLimit {
        rule: META.id,
        mean: Mean::JerkLat,
        channel: Channel::AccelLat,
        value: "jerk across the body",
        what: "jolted across the body",
        of: |mean, _| mean.abs(),
        unit: "m/s3",
        max: p.max_jerk_mps3,
        smoothing: Smoothing::Mean(p.mean_s),
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

mean_limit_rule!(LateralJerk, AccelLat);
