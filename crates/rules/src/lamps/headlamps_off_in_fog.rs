//! The rule `headlamps-off-in-fog`.

use lukao_model::Channel;

use crate::lamps::needed::{below, lamp_rule};
use crate::meta::rule;

rule! {
    /// The ego drives in fog, rain or snow without headlamps.
    ///
    /// ## Checks
    /// Whether dipped or main beam is on while the visibility is below `below_m`.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch without is one finding; measured is how long it has lasted. An opportunity
    /// is a second in which the lamp is needed.
    ///
    /// ## Cannot tell
    /// Where the log does not say the visibility, or, when it is low, whether the beams are on.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept. The accuracy of the visibility is not looked at.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58 (low visibility) and, on motorways, article 81: dipped
    /// beam below 200 m (text). Below 200 m on other roads is this project's own reading (profile).
    HeadlampsOffInFog = "headlamps-off-in-fog" {
        /// Visibility below which they are needed.
        number below_m = 200.0, "m", 1.0..=2000.0;
        /// Time without that is let pass.
        number max_off_s = 2.0, "s", 0.0..=60.0;
    }
}

lamp_rule!(
    HeadlampsOffInFog,
    [Ego],
    "drove in low visibility without headlamps",
    |cx, p: &Params, k, _: &_| below(cx, Channel::Visibility, p.below_m, k),
    [LowBeam, HighBeam]
);
