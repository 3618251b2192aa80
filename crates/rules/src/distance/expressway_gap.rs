//! The rule `expressway-gap`.

use lukao_measure::Who;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::following::{Following, Look, Words, on_motorway};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego follows too closely on an expressway.
    ///
    /// ## Checks
    /// Gap from bumper to bumper to the vehicle ahead in the ego's lane along its way, on roads that the track calls
    /// a motorway: at least `min_gap_fast_m` while the ego is faster than `fast_speed_kmh`, else at least `min_gap_m`.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_kmh` fast and a vehicle is ahead within 200 m along the
    /// lanes that it takes. Too small a gap to one vehicle is one finding, with the gap farthest below its limit. An
    /// opportunity is a second of following on an expressway.
    ///
    /// ## Cannot tell
    /// Where the track does not say what kind of road it is (inside a junction such a road is taken for no motorway);
    /// where the ego's lane or speed is not known; where the one ahead is known from an origin that is not admitted,
    /// or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// At equality the gap is kept. At exactly `fast_speed_kmh` the lower limit holds: the text speaks of more and of
    /// less. Who has just cut in counts from his first sample in the lane; `min_duration_s` gives the ego time to make
    /// room. Uncertainty from positions, sizes and clocks; which of the two limits holds is decided by the speed
    /// without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 80 (basis: text): more than 100 km/h,
    /// at least 100 m; below, the gap may be shorter, but never less than 50 m. The lower bound of the speed (the text
    /// has none; queues would break it) and the duration are this project's own reading.
    ExpresswayGap = "expressway-gap" {
        /// Least gap above `fast_speed_kmh`.
        number min_gap_fast_m = 100.0, "m", 1.0..=190.0;
        /// Least gap otherwise.
        number min_gap_m = 50.0, "m", 1.0..=190.0;
        /// Speed above which the larger gap is due.
        number fast_speed_kmh = 100.0, "km/h", 10.0..=200.0;
        /// Below this speed of the ego nothing is judged: queues.
        number min_speed_kmh = 20.0, "km/h", 1.0..=200.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 3.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words =
    Words { rule: META.id, what: "too close behind on an expressway", quantity: "gap", unit: "m" };

impl Rule for ExpresswayGap {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        state.scan(cx, &WORDS, Who::Vehicles, p.min_speed_kmh / 3.6, pace, out, |k, _, lead| {
            if let Err(look) = on_motorway(cx, k) {
                return look;
            }
            let fast = lead.ego_mps.value * 3.6 > p.fast_speed_kmh;
            Look::Value(lead.gap_m, Limit::AtLeast(if fast { p.min_gap_fast_m } else { p.min_gap_m }))
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
