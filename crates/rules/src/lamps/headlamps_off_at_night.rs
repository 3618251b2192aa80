//! The rule `headlamps-off-at-night`.

use lukao_measure::EgoSample;
use lukao_model::Channel;

use crate::context::Context;
use crate::lamps::needed::{Missing, below, lamp_rule};
use crate::meta::rule;

rule! {
    /// The ego drives at night without headlamps.
    ///
    /// ## Checks
    /// Whether dipped or main beam is on while the illuminance is below `below_lx`.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch without is one finding; measured is how long it has lasted. An opportunity
    /// is a second in which the lamp is needed.
    ///
    /// ## Cannot tell
    /// Where the log does not say the illuminance, or, when it is dark, whether the beams are on.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept. What is night the law does not say in figures. The accuracy of the illuminance is
    /// not looked at: choose the limit with that in mind.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58: headlamps at night without good light (text). The
    /// threshold of 50 lx is this project's own reading (profile).
    HeadlampsOffAtNight = "headlamps-off-at-night" {
        /// Illuminance below which it is dark.
        number below_lx = 50.0, "lx", 0.1..=10000.0;
        /// Time without that is let pass.
        number max_off_s = 2.0, "s", 0.0..=60.0;
    }
}

lamp_rule!(HeadlampsOffAtNight, [Ego], "drove in the dark without headlamps", dark, [LowBeam, HighBeam]);

fn dark(cx: &Context<'_>, p: &Params, k: usize, _: &EgoSample) -> Result<bool, Missing> {
    below(cx, Channel::Illuminance, p.below_lx, k)
}
