//! The rule `hard-braking-needed`.

use lukao_measure::Who;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::following::{Following, Look, Words, lead_speed};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego comes so near so fast that only hard braking would avoid the one ahead.
    ///
    /// ## Checks
    /// Deceleration that just avoids running into the one ahead in the ego's lane along its way if he keeps his speed:
    /// closing speed squared by twice the gap (DRAC).
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and faster than the one ahead, who is the next
    /// within 200 m along the lanes that it takes: vehicles, people, animals and objects. Too great a deceleration with
    /// one of them is one finding, with the greatest. An opportunity is a second of coming nearer.
    ///
    /// ## Cannot tell
    /// Where the ego's lane or speed, or the speed of the one ahead, is not known; where he is known from an origin
    /// that is not admitted, or on a clock that is not synchronised; where both overlap lengthwise.
    ///
    /// ## Limits
    /// `max_decel_mps2`; at equality it is kept. Whether the ego does brake is not looked at. Uncertainty from
    /// positions, sizes, clocks and both speeds; at small gaps it is large.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 43: a distance that suffices for emergency braking; the text gives no figure.
    /// The default of 3.4 m/s² is common in the literature on DRAC (basis: profile).
    HardBrakingNeeded = "hard-braking-needed" {
        /// Greatest deceleration that may be needed.
        number max_decel_mps2 = 3.4, "m/s2", 0.5..=15.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 2.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words = Words {
    rule: META.id,
    what: "needed to brake hard for the one ahead",
    quantity: "needed deceleration",
    unit: "m/s2",
};

impl Rule for HardBrakingNeeded {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let (limit, pace) = (Limit::AtMost(p.max_decel_mps2), Pace::new(p.min_duration_s, p.merge_s));
        state.scan(cx, &WORDS, Who::Anyone, p.min_speed_mps, pace, out, |_, _, lead| {
            match (lead_speed(cx, lead), lead.needed_decel_mps2()) {
                (Err(missing), _) => missing,
                (Ok(_), None) => Look::Missing("gap", "the two overlap lengthwise".into()),
                (Ok(_), Some(needed)) if needed.value == 0.0 => Look::Fine,
                (Ok(_), Some(needed)) => Look::Value(needed, limit),
            }
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
