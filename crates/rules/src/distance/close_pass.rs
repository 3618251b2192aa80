//! The rule `close-pass`.

use lukao_measure::Flank;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::beside::{Beside, motor};
use super::following::{Look, Words};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego passes a vehicle with too little room to its side.
    ///
    /// ## Checks
    /// Lateral gap from the ego's side to the side of a motor vehicle that faces the same way, moving or standing, while the
    /// two overlap lengthwise.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast. Too little room to one vehicle is one finding,
    /// with the least gap. Cyclists and people on foot have a rule of their own. An opportunity is a second of somebody
    /// beside.
    ///
    /// ## Cannot tell
    /// Without a speed of the ego while somebody is beside it; where he is known from an origin that is not admitted, or
    /// on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_gap_m`; at equality it is kept. Both bodies are boxes without mirrors. Whoever passes whom: a car that passes the
    /// ego counts too. Between two samples the least gap is not seen. Uncertainty from positions, widths, headings and
    /// clocks.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 43, and its Regulations, article 47, ask for a safe distance when overtaking and give
    /// no figure; the default of 0.5 m is this project's own reading (basis: profile).
    ClosePass = "close-pass" {
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
    Words { rule: META.id, what: "passed a vehicle too closely", quantity: "lateral gap", unit: "m" };

impl Rule for ClosePass {
    type Params = Params;
    type State = Beside;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Beside, out: &mut RuleResult) {
        let (limit, pace) = (Limit::AtLeast(p.min_gap_m), Pace::new(p.min_duration_s, p.merge_s));
        let whom = |f: &Flank| !f.opposite && motor(cx, f);
        state.scan(cx, &WORDS, p.min_speed_mps, pace, out, whom, |_, gap| Look::Value(gap, limit));
    }

    fn finish(p: &Params, state: Beside, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
