//! The rule `main-beam-close-behind`.

use lukao_measure::{Value, Who};
use lukao_model::code::Switch;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::distance::following::{Following, Look, Words};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego follows another vehicle with its main beam on.
    ///
    /// ## Checks
    /// The gap to the vehicle ahead in the ego's lane while the main beam is on.
    ///
    /// ## Method
    /// At each sample of the ego with a vehicle ahead on its way. One stretch with one vehicle is one finding, with the
    /// smallest gap. An opportunity is a second in motion behind a vehicle with the main beam known.
    ///
    /// ## Cannot tell
    /// Where it cannot be told who is ahead, or the log does not say whether the main beam is on behind a vehicle.
    ///
    /// ## Limits
    /// `min_gap_m`; at equality it is kept. Oncoming vehicles are not looked at. Uncertainty that of the gap.
    ///
    /// ## Source
    /// Implementing regulation of the road traffic law, article 58: no main beam when following closely (text). What is
    /// close is this project's own reading (profile).
    MainBeamCloseBehind = "main-beam-close-behind" {
        /// Least gap with the main beam on.
        number min_gap_m = 50.0, "m", 1.0..=200.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words = Words { rule: META.id, what: "main beam on close behind", quantity: "gap", unit: "m" };

impl Rule for MainBeamCloseBehind {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track, Need::EgoChannel(Channel::HighBeam)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let beam = cx.measures.ego_codes(Channel::HighBeam);
        let pace = Pace::new(0.0, p.merge_s);
        state.scan(cx, &WORDS, Who::Vehicles, 0.0, pace, out, |_, s, lead| match beam.at(s.t_ns) {
            None => Look::Missing(Channel::HighBeam.name(), "the log does not say whether it is on".into()),
            Some(on) if on == Switch::On.code() => Look::Value(lead.gap_m, Limit::AtLeast(p.min_gap_m)),
            // The beam was known behind a vehicle: an occasion, kept whatever the gap.
            Some(_) => Look::Value(
                Value { value: lead.gap_m.value, u: Uncertainty::Known(0.0) },
                Limit::AtLeast(0.0),
            ),
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(0.0, p.merge_s), out);
    }
}
