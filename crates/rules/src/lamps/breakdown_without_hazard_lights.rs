//! The rule `breakdown-without-hazard-lights`.

use lukao_model::{Channel, RuleResult};

use crate::breakdown::{Breakdown, Signs};
use crate::context::{Context, Need, Needs};
use crate::lamps::needed::{self, Lamp};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego stands with a breakdown and without hazard lights.
    ///
    /// ## Checks
    /// Whether the hazard lights are on while the ego has broken down.
    ///
    /// ## Method
    /// At each sample of the ego. It has broken down while it stands and the driving mode is "failed", or its log has reported a
    /// fault (channel `fault`, any text) since 20 s before it came to the stand; faults of reference and roadside instruments and of
    /// targets do not count. One stretch without is one finding; measured is how long it has lasted. An opportunity is a second of
    /// a breakdown.
    ///
    /// ## Cannot tell
    /// Where the log does not say what the indicators show in a breakdown; at a stand without a fault where the log does not say
    /// the driving mode; without a speed.
    ///
    /// ## Limits
    /// `max_off_s`; at equality it is kept. Whether traffic is hindered and whether the vehicle could be moved are not looked at. A
    /// warning triangle is not looked at: no format that is read names one.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 52, and its implementing regulation, article 60: hazard lights at once (basis: text). The
    /// time that is let pass and what counts as a breakdown are this project's own reading (basis: profile).
    BreakdownWithoutHazardLights = "breakdown-without-hazard-lights" {
        /// Time without that is let pass.
        number max_off_s = 5.0, "s", 0.0..=120.0;
    }
}

/// The lamps and the stand.
#[derive(Default)]
pub struct State {
    lamp: needed::State,
    breakdown: Breakdown,
}

impl Rule for BreakdownWithoutHazardLights {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::Indicator)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let lamp = Lamp {
            rule: META.id,
            what: "stood with a breakdown and without hazard lights",
            max_off_s: p.max_off_s,
        };
        let signs = Signs::of(cx);
        let block = cx.measures.ego().in_block();
        let broken: Vec<Option<bool>> = block.clone().map(|k| state.breakdown.step(cx, &signs, k)).collect();
        let unknown = || (Channel::DrivingMode.name(), "neither it nor a fault tells a breakdown");
        lamp.scan(
            cx,
            &mut state.lamp,
            out,
            |k, _| broken[k - block.start].ok_or_else(unknown),
            |s| needed::hazard(cx, s.t_ns),
        );
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.lamp.finish(out);
    }
}
