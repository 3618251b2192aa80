//! The rule `stops-in-yellow-box`.

use lukao_measure::zone;
use lukao_model::RuleResult;
use lukao_track::ZoneKind;

use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::stands::{Standing, Stands, in_reach};

rule! {
    /// The ego stands in a yellow box.
    ///
    /// ## Checks
    /// How long the ego stands with a part of its body in a painted area in which nobody may stop.
    ///
    /// ## Method
    /// At each sample: the body is looked at in nine points. A stand lasts from the first sample at which the ego
    /// stands there to the last. One stand is one finding. An opportunity is an area that the body came onto.
    ///
    /// ## Cannot tell
    /// Without a speed while the ego is within reach; deciding guarded, where the place is not known well enough.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Why the ego stands is not looked at: who follows a queue onto it stands on it
    /// all the same. Depth in the area less than its uncertainty makes that of the result unknown.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 53: in a queue do not stop in the area
    /// of a yellow grid. That 3 s are let pass is this project's own reading (basis: profile).
    StopsInYellowBox = "stops-in-yellow-box" {
        /// Longest stand that is let pass.
        number max_s = 3.0, "s", 0.0..=3600.0;
    }
}

impl Rule for StopsInYellowBox {
    type Params = Params;
    type State = Stands;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Stands, out: &mut RuleResult) {
        let near = zone::zones_near(cx.measures, ZoneKind::YellowBox);
        let mut close = zone::Close::new(&near, 0.0);
        for (k, s) in cx.samples() {
            let at = in_reach(cx, &s, 0.0, close.at(cx.measures, k).iter().map(|(_, area)| area));
            state.step(cx, (k, s), &standing(p), at, || false, out);
        }
    }

    fn finish(p: &Params, state: Stands, out: &mut RuleResult) {
        state.finish(&standing(p), out);
    }
}

fn standing(p: &Params) -> Standing<'static> {
    Standing { rule: META.id, what: "stood in a yellow box", max_s: p.max_s, reach_m: 0.0 }
}
