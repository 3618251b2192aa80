//! The rule `fog-lamps-off`.

use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{self, Lamp, State};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

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

impl Rule for FogLampsOff {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let lamp = Lamp { rule: META.id, what: "drove in fog without fog lamps", max_off_s: p.max_off_s };
        lamp.scan(
            cx,
            state,
            out,
            |k, _| needed::below(cx, Channel::Visibility, p.below_m, k),
            |s| needed::any_on(cx, &[Channel::FrontFogLamp, Channel::RearFogLamp], s.t_ns),
        );
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}
