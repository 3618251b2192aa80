//! The rule `position-fix-lost`.

use lukao_model::code::FixQuality;
use lukao_model::{Channel, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{Lamp, State as Held};
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;

/// What a fix has to be at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Least {
    /// Carrier phase with fixed ambiguities.
    RtkFixed,
    /// Carrier phase, fixed or float.
    RtkFloat,
}

impl Choice for Least {
    const WORDS: &'static [&'static str] = &["rtk-fixed", "rtk-float"];
}

rule! {
    /// The ego's position is not fixed as well as it must be.
    ///
    /// ## Checks
    /// How long the quality of the ego's position fix is below `least` in the scope.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch is one finding; measured is how long it has lasted. Dead reckoning is below
    /// both. An opportunity is a second in the scope.
    ///
    /// ## Cannot tell
    /// Where the log does not say the quality of the fix.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. A finding says nothing of the driving, but of the data that it is judged by: packs let
    /// it make an attempt invalid.
    ///
    /// ## Source
    /// This project's own reading (basis: profile): limits of centimetres need a fixed carrier phase.
    PositionFixLost = "position-fix-lost" {
        /// Time that is let pass.
        number max_s = 0.0, "s", 0.0..=600.0;
        /// What the fix has to be.
        choice least: Least = Least::RtkFixed, "rtk-fixed";
    }
}

impl Rule for PositionFixLost {
    type Params = Params;
    type State = Held;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::FixQuality)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Held, out: &mut RuleResult) {
        let fix = cx.measures.ego_codes(Channel::FixQuality);
        // As with lamps: what must be so while something holds.
        let fixed = Lamp { rule: META.id, what: "position was not fixed well enough", max_off_s: p.max_s };
        let good = |code: u8| match FixQuality::from_code(code) {
            Some(FixQuality::RtkFixed) => true,
            Some(FixQuality::RtkFloat) => p.least == Least::RtkFloat,
            _ => false,
        };
        let missing = || (Channel::FixQuality.name(), "the log does not say it");
        fixed.scan(cx, state, out, |_, _| Ok(true), |s| fix.at(s.t_ns).map(good).ok_or_else(missing));
    }

    fn finish(_: &Params, state: Held, out: &mut RuleResult) {
        state.finish(out);
    }
}
