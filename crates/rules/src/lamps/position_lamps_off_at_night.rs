//! The rule `position-lamps-off-at-night`.

use lukao_measure::EgoSample;
use lukao_model::Channel;

use crate::context::Context;
use crate::lamps::needed::{Missing, below, lamp_rule};
use crate::meta::rule;

rule! {
    /// The ego drives at night without position lamps.
    ///
    /// ## Checks
    /// Whether the position lamps are on while the illuminance is below `below_lx`. Rear lamps burn with them.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch without is one finding; measured is how long it has lasted. An opportunity
    /// is a second in which the lamp is needed.
    ///
    /// ## Cannot tell
    /// Where the log does not say the illuminance, or, when it is dark, whether the lamps are on.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept. What is night the law does not say in figures. The accuracy of the illuminance is
    /// not looked at: choose the limit with that in mind.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58: at night position and rear lamps besides the headlamps (text).
    /// The threshold of 50 lx is this project's own reading (profile).
    PositionLampsOffAtNight = "position-lamps-off-at-night" {
        /// Illuminance below which it is dark.
        number below_lx = 50.0, "lx", 0.1..=10000.0;
        /// Time without that is let pass.
        number max_off_s = 2.0, "s", 0.0..=60.0;
    }
}

lamp_rule!(PositionLampsOffAtNight, [Ego], "drove in the dark without position lamps", dark, [PositionLamp]);

fn dark(cx: &Context<'_>, p: &Params, k: usize, _: &EgoSample) -> Result<bool, Missing> {
    below(cx, Channel::Illuminance, p.below_lx, k)
}
