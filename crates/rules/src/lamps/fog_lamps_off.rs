//! The rule `fog-lamps-off`.

use lukao_model::Channel;

use crate::lamps::needed::{below, lamp_rule};
use crate::meta::rule;

rule! {
    /// The ego drives in fog without fog lamps.
    ///
    /// ## Checks
    /// Whether front or rear fog lamps are on while the visibility is below `below_m`.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch without is one finding; measured is how long it has lasted. An opportunity
    /// is a second in which the lamp is needed.
    ///
    /// ## Cannot tell
    /// Where the log does not say the visibility, or, when it is low, whether fog lamps are on.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept. Rain and snow that lower the visibility count as fog. The accuracy of the
    /// visibility is not looked at.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58 (fog) and article 81 (motorways, below 200 m; text).
    FogLampsOff = "fog-lamps-off" {
        /// Visibility below which they are needed.
        number below_m = 200.0, "m", 1.0..=2000.0;
        /// Time without that is let pass.
        number max_off_s = 2.0, "s", 0.0..=60.0;
    }
}

lamp_rule!(
    FogLampsOff,
    [Ego],
    "drove in fog without fog lamps",
    |cx, p: &Params, k, _: &_| below(cx, Channel::Visibility, p.below_m, k),
    [FrontFogLamp, RearFogLamp]
);
