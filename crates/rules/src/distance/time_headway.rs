//! The rule `time-headway`.

use lukao_measure::Who;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::following::{Following, Look, Words};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego follows the vehicle ahead too closely.
    ///
    /// ## Checks
    /// Time headway to the vehicle ahead in the ego's lane along its way: gap from bumper to bumper divided by the
    /// ego's speed.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and a vehicle is ahead within 200 m along
    /// the lanes that the ego takes. Pedestrians, animals and objects do not count. Too small a headway to one
    /// vehicle is one finding, from its first to its last sample, with the smallest headway. An opportunity is a
    /// second of following.
    ///
    /// ## Cannot tell
    /// Where somebody is within 200 m and the ego's lane or speed is not known; where the one ahead is known
    /// from an origin that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_headway_s`; at equality it is kept. One who has just cut in counts from his first sample in the lane;
    /// `min_duration_s` gives the ego time to make room. Where the ego's way through a fork is not seen within
    /// 60 s, nobody beyond the fork is looked at. Uncertainty from positions, sizes, clocks and speed.
    ///
    /// ## Source
    /// The pack names the clause. The default of 1 s for at least 1 s is this project's own reading.
    TimeHeadway = "time-headway" {
        /// Least time headway.
        number min_headway_s = 1.0, "s", 0.1..=10.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 5.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 1.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words = Words { rule: META.id, what: "too close behind", quantity: "time headway", unit: "s" };

impl Rule for TimeHeadway {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let (limit, pace) = (Limit::AtLeast(p.min_headway_s), Pace::new(p.min_duration_s, p.merge_s));
        state.scan(cx, &WORDS, Who::Vehicles, p.min_speed_mps, pace, out, |_, _, lead| {
            lead.headway_s().map_or(Look::Fine, |headway| Look::Value(headway, limit))
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
