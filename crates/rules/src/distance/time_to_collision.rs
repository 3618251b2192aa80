//! The rule `time-to-collision`.

use lukao_measure::Who;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::following::{Following, Look, Words, lead_speed};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego comes near to the one ahead so fast that it would soon run into him.
    ///
    /// ## Checks
    /// Time to collision with the one ahead in the ego's lane along its way: gap from bumper to bumper divided by
    /// the difference of the speeds along the lane, both taken as constant.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and faster than the one ahead, who is the
    /// next within 200 m along the lanes that the ego takes: vehicles, people, animals and objects. Too short a
    /// time with one of them is one finding, from its first to its last sample, with the shortest time. An
    /// opportunity is a second of coming nearer.
    ///
    /// ## Cannot tell
    /// Where somebody is within 200 m and the ego's lane or speed is not known; where the speed of the one ahead
    /// is not known, or he is known from an origin that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_ttc_s`; at equality it is kept. Who crosses the ego's way counts while his middle or a corner is in
    /// the lane and he is in the ego's way. Uncertainty from positions, sizes, clocks and both speeds; with nearly equal speeds it is large.
    ///
    /// ## Source
    /// The pack names the clause. The default of 1.5 s, from 2 m/s on, is this project's own reading.
    TimeToCollision = "time-to-collision" {
        /// Least time to collision.
        number min_ttc_s = 1.5, "s", 0.1..=10.0;
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
    what: "about to run into the one ahead",
    quantity: "time to collision",
    unit: "s",
};

impl Rule for TimeToCollision {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let (limit, pace) = (Limit::AtLeast(p.min_ttc_s), Pace::new(p.min_duration_s, p.merge_s));
        state.scan(cx, &WORDS, Who::Anyone, p.min_speed_mps, pace, out, |_, _, lead| {
            match lead_speed(cx, lead) {
                Err(missing) => missing,
                Ok(_) => lead.ttc_s().map_or(Look::Fine, |ttc| Look::Value(ttc, limit)),
            }
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
