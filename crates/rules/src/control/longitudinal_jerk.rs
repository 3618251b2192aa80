//! The rule `longitudinal-jerk`.

use lukao_measure::Mean;
use lukao_model::Channel;

use crate::episode::Pace;
use crate::mean_limit::{MeanLimit, Smoothing, mean_limit_rule};
use crate::meta::rule;

rule! {
    /// The ego's acceleration along the body changes faster than allowed.
    ///
    /// ## Checks
    /// The size of the mean jerk along the body over `mean_s`: when it begins to brake, lets go of the brake, pulls
    /// away.
    ///
    /// ## Method
    /// At each sample while the ego moves: the change of the acceleration along the body over a centred window,
    /// divided by its length. The acceleration is the logged one, or the mean over ±0.1 s of what follows from the
    /// speed. One jolt is one finding, with the greatest value. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed, or too near to an end of the ego's data for the window.
    ///
    /// ## Limits
    /// `max_jerk_mps3`; at equality it is kept. A jerk from positions alone is as uncertain as the
    /// report says: seldom of use. The uncertainty is that of both accelerations.
    ///
    /// ## Source
    /// The pack names the clause. The default of 15 m/s³ is this project's own reading of a jolt that throws people
    /// (profile); as a limit of comfort the nuPlan metric has 4.13 m/s³, with another filter.
    LongitudinalJerk = "longitudinal-jerk" {
        /// Greatest mean jerk allowed.
        number max_jerk_mps3 = 15.0, "m/s3", 0.1..=100.0;
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
        mean: Mean::JerkLon,
        channel: Channel::AccelLon,
        value: "jerk along the body",
        what: "jolted along the body",
        of: |mean, _| mean.abs(),
        unit: "m/s3",
        max: p.max_jerk_mps3,
        smoothing: Smoothing::Mean(p.mean_s),
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

mean_limit_rule!(LongitudinalJerk);
