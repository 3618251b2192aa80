//! The rule `close-meeting`.

use lukao_measure::Flank;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::beside::{Beside, motor};
use super::following::{Look, Words};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego meets an oncoming vehicle with too little room to its side.
    ///
    /// ## Checks
    /// Lateral gap from the ego's side to a motor vehicle that faces the other way and moves, while the two overlap
    /// lengthwise. Who turns in a junction, or is there when the ego turns, crosses its way and is not met.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast. Too little room to one vehicle is one finding, with the
    /// least gap. Vehicles that stand, or whose speed is not known and derived as standing, are not met. An opportunity is
    /// a second of somebody beside.
    ///
    /// ## Cannot tell
    /// Without a speed of the ego while somebody is beside it; where he is known from an origin that is not admitted, or
    /// on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_gap_m`; at equality it is kept. Both bodies are boxes without mirrors. Two who meet at 20 m/s each are beside one
    /// another for some 0.2 s: sparse samples may miss it. Uncertainty from positions, widths, headings and clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 48, asks to slow down, keep right and keep a
    /// necessary safe distance when meeting, and gives no figure; the default of 0.5 m is this project's own reading (basis:
    /// profile).
    CloseMeeting = "close-meeting" {
        /// Least lateral gap.
        number min_gap_m = 0.5, "m", 0.0..=5.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 2.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words =
    Words { rule: META.id, what: "met a vehicle too closely", quantity: "lateral gap", unit: "m" };

impl Rule for CloseMeeting {
    type Params = Params;
    type State = Beside;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Beside, out: &mut RuleResult) {
        let (limit, pace) = (Limit::AtLeast(p.min_gap_m), Pace::new(p.min_duration_s, p.merge_s));
        let whom =
            |f: &Flank| f.meets && motor(cx, f) && f.other_mps.is_none_or(|v| v.value.abs() >= STANDING_MPS);
        state.scan(cx, &WORDS, p.min_speed_mps, pace, out, whom, |_, gap| Look::Value(gap, limit));
    }

    fn finish(p: &Params, state: Beside, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
