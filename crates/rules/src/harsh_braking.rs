//! The rule `harsh-braking`.

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego brakes harder than allowed.
    HarshBraking = "harsh-braking" {
        /// Greatest deceleration allowed.
        number max_decel_mps2 = 3.0, "m/s2", 0.5..=15.0;
    }
}

impl Rule for HarshBraking {
    type Params = Params;
    type State = ();
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(_: &Context<'_>, _: &Params, _: &mut (), _: &mut RuleResult) {}

    fn finish(_: &Params, _: (), _: &mut RuleResult) {}
}
