//! The rule `hazard-lights-missing`.

use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{self, Lamp, State};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego drives in thick fog without hazard lights.
    ///
    /// ## Checks
    /// Whether the hazard lights are on while the visibility is below `below_m`.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch without is one finding; measured is how long it has lasted. An opportunity
    /// is a second in which the lamp is needed.
    ///
    /// ## Cannot tell
    /// Where the log does not say the visibility, or, when it is low, what the indicators show.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept. Flashing that is logged lamp by lamp counts as on if no pause is longer than that.
    /// The accuracy of the visibility is not looked at.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 81: on motorways below 100 m; article 58 asks for them in
    /// fog on any road, without a figure (text).
    HazardLightsMissing = "hazard-lights-missing" {
        /// Visibility below which they are needed.
        number below_m = 100.0, "m", 1.0..=2000.0;
        /// Time without that is let pass.
        number max_off_s = 2.0, "s", 0.0..=60.0;
    }
}

impl Rule for HazardLightsMissing {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::Indicator)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let lamp =
            Lamp { rule: META.id, what: "drove in thick fog without hazard lights", max_off_s: p.max_off_s };
        lamp.scan(
            cx,
            state,
            out,
            |k, _| needed::below(cx, Channel::Visibility, p.below_m, k),
            |s| needed::hazard(cx, s.t_ns),
        );
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}
