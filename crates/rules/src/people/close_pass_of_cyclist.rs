//! The rule `close-pass-of-cyclist`.

use lukao_measure::Flank;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;
use lukao_model::vehicle::ActorClass;

use crate::context::{Context, Need, Needs};
use crate::distance::beside::Beside;
use crate::distance::following::{Look, Words};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego passes a cyclist or somebody on foot with too little room to its side.
    ///
    /// ## Checks
    /// Lateral gap from the ego's side to the side of a cyclist, rider or person on foot who faces the same way or the
    /// opposite, while the two overlap lengthwise. From `fast_kmh` of the ego on more room is asked for.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast. Too little room to one of them is one finding,
    /// with the least gap. An opportunity is a second of somebody beside.
    ///
    /// ## Cannot tell
    /// Without a speed of the ego while somebody is beside it; where he is known from an origin that is not admitted,
    /// or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_gap_m` and `min_gap_fast_m`; at equality they are kept. Both bodies are boxes without mirrors. Who crosses
    /// the ego's way is not beside it. Between two samples the least gap is not seen. Uncertainty from positions,
    /// widths, headings and clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 47, asks for a safe distance when
    /// overtaking and gives no figure. 1.0 m, and 1.5 m from 50 km/h on, are this project's own reading (basis:
    /// profile).
    ClosePassOfCyclist = "close-pass-of-cyclist" {
        /// Least lateral gap below `fast_kmh`.
        number min_gap_m = 1.0, "m", 0.0..=5.0;
        /// Least lateral gap from `fast_kmh` on.
        number min_gap_fast_m = 1.5, "m", 0.0..=5.0;
        /// Speed of the ego from which on more room is asked for.
        number fast_kmh = 50.0, "km/h", 0.0..=130.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 2.0, "m/s", 0.2..=50.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words =
    Words { rule: META.id, what: "passed a cyclist too closely", quantity: "lateral gap", unit: "m" };

impl Rule for ClosePassOfCyclist {
    type Params = Params;
    type State = Beside;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Beside, out: &mut RuleResult) {
        let whom = |f: &Flank| {
            let class = cx.measures.window().actor(f.actor).class;
            class.is_vulnerable() && class != ActorClass::Motorcycle
        };
        let look = |f: &Flank, gap| {
            let fast = f.ego_mps.is_some_and(|v| v.value.abs() * 3.6 >= p.fast_kmh);
            Look::Value(gap, Limit::AtLeast(if fast { p.min_gap_fast_m } else { p.min_gap_m }))
        };
        state.scan(cx, &WORDS, p.min_speed_mps, Pace::new(0.0, p.merge_s), out, whom, look);
    }

    fn finish(p: &Params, state: Beside, out: &mut RuleResult) {
        state.finish(Pace::new(0.0, p.merge_s), out);
    }
}
