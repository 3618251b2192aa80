//! The rule `harsh-acceleration`.

use lukao_measure::Mean;
use lukao_model::Channel;

use crate::episode::Pace;
use crate::mean_limit::{MeanLimit, Smoothing, mean_limit_rule};
use crate::meta::rule;

rule! {
    /// The ego speeds up harder than allowed.
    ///
    /// ## Checks
    /// The mean acceleration along the body over `mean_s`, in the direction of motion: speeding up while reversing
    /// counts like speeding up while going forward.
    ///
    /// ## Method
    /// At each sample while the ego moves: mean of the logged longitudinal acceleration over a centred window, or,
    /// if that is not logged, the change of speed over the window divided by its length. One push is one finding,
    /// with the greatest value. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed, or too near to an end of the ego's data for the window.
    ///
    /// ## Limits
    /// `max_accel_mps2`; at equality it is kept. A mean hides what is much shorter than its window. The
    /// uncertainty is the channel's accuracy, or follows from the accuracy of the speeds at the window's ends.
    ///
    /// ## Source
    /// The pack names the clause. The default of 2 m/s² is that of ISO 15622 for adaptive cruise control above
    /// 20 m/s, as recalled, and this project's own reading for test drives.
    HarshAcceleration = "harsh-acceleration" {
        /// Greatest mean acceleration allowed.
        number max_accel_mps2 = 2.0, "m/s2", 0.1..=15.0;
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
        mean: Mean::AccelLon,
        channel: Channel::AccelLon,
        value: "acceleration",
        what: "sped up too hard",
        of: |mean, speed| mean * speed.signum(),
        unit: "m/s2",
        max: p.max_accel_mps2,
        smoothing: Smoothing::Mean(p.mean_s),
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

mean_limit_rule!(HarshAcceleration);
