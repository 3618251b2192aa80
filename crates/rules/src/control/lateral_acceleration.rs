//! The rule `lateral-acceleration`.

use lukao_measure::Mean;
use lukao_model::Channel;

use crate::episode::Pace;
use crate::mean_limit::{Filter, MeanLimit, mean_limit_rule};
use crate::meta::rule;

rule! {
    /// The ego's lateral acceleration is greater than allowed.
    ///
    /// ## Checks
    /// The size of the mean acceleration across the body over `mean_s`, to either side.
    ///
    /// ## Method
    /// At each sample while the ego moves: mean of the logged lateral acceleration over a centred window, or, if
    /// that is not logged, speed × yaw rate, where the yaw rate is logged or the turn of the heading over the
    /// window divided by its length. With `filter = "butterworth-4-0.5-hz"` instead the acceleration after that causal
    /// low pass, which comes 0.8 s late. One bend is one finding, from its first to its last sample over the limit,
    /// with the greatest value. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed, or nearer to an end of the ego's data than a quarter of `mean_s`.
    ///
    /// ## Limits
    /// `max_lateral_mps2`; at equality it is kept. Speed × yaw rate leaves out side slip that changes. A logged
    /// acceleration of a leaning body or a banked road holds a part of gravity; nothing is taken off.
    ///
    /// ## Source
    /// The pack names the clause. The default of 3 m/s² is that of a 2025 draft for lane keeping of passenger
    /// cars; its test reads it after the Butterworth filter that `filter` offers.
    LateralAcceleration = "lateral-acceleration" {
        /// Greatest mean lateral acceleration allowed.
        number max_lateral_mps2 = 3.0, "m/s2", 0.1..=15.0;
        /// Length of the window of the mean.
        number mean_s = 0.5, "s", 0.02..=10.0;
        /// How it is smoothed: by that mean, or by a Butterworth filter of the fourth order with a cut-off of 0.5 Hz.
        choice filter: Filter = Filter::Mean, "mean";
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=10.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=10.0;
    }
}

fn limit(p: &Params) -> MeanLimit {
    MeanLimit {
        rule: META.id,
        mean: Mean::AccelLat,
        channel: Channel::AccelLat,
        value: "lateral acceleration",
        what: "cornered too fast",
        of: |mean, _| mean.abs(),
        unit: "m/s2",
        max: p.max_lateral_mps2,
        smoothing: p.filter.smoothing(p.mean_s),
        pace: Pace::new(p.min_duration_s, p.merge_s),
    }
}

mean_limit_rule!(LateralAcceleration);
