//! The rule `rss-oncoming-distance`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Value, Who, rss};
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::following::{Following, Look, Words, lead_speed};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego and one who comes toward it in its lane are nearer than RSS allows.
    ///
    /// ## Checks
    /// Gap from front to front to one who comes toward the ego in the ego's own lane, against the sum of the ways in
    /// which both can stop: the ego, which is where it belongs, after its response time with `brake_correct_mps2`, the
    /// other after his with `brake_min_mps2`.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and somebody comes toward it within 200 m along
    /// the lanes that it takes. Less than the distance to one of them for at least `min_duration_s` is one finding,
    /// with the gap farthest below its limit. An opportunity is a second with somebody coming.
    ///
    /// ## Cannot tell
    /// Where the ego's lane or speed, or the speed of the one ahead, is not known; where he is known from an origin
    /// that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// At equality the gap is kept. Only who is in the ego's lane counts, with his middle or his front. An ego that is
    /// itself in the wrong lane is the business of `wrong-way` and `opposite-lane-used`. Distances beyond 200 m are not
    /// seen; with the defaults that is from 13 m/s of both on. Uncertainty from positions, sizes, clocks and speeds.
    ///
    /// ## Source
    /// Shalev-Shwartz and others 2017, definition 2; defaults are the initial values of ad-rss-lib (basis: text). It is
    /// a model, no law.
    RssOncomingDistance = "rss-oncoming-distance" {
        /// Response time of the ego.
        number response_s = 1.0, "s", 0.0..=5.0;
        /// Response time of the other.
        number other_response_s = 2.0, "s", 0.0..=5.0;
        /// Greatest acceleration of both during it.
        number accel_mps2 = 3.5, "m/s2", 0.0..=15.0;
        /// Least braking of the other, who is in the wrong lane.
        number brake_min_mps2 = 4.0, "m/s2", 0.5..=15.0;
        /// Least braking of the ego.
        number brake_correct_mps2 = 3.0, "m/s2", 0.5..=15.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 1.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 1.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words = Words {
    rule: META.id,
    what: "nearer to one coming toward it than RSS allows",
    quantity: "gap",
    unit: "m",
};

impl Rule for RssOncomingDistance {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let assumed = rss::Along {
            response_s: p.response_s,
            other_response_s: p.other_response_s,
            accel_mps2: p.accel_mps2,
            brake_min_mps2: p.brake_min_mps2,
            brake_correct_mps2: p.brake_correct_mps2,
            ..rss::Along::default()
        };
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        state.scan(cx, &WORDS, Who::Anyone, p.min_speed_mps, pace, out, |_, _, lead| {
            let other = match lead_speed(cx, lead) {
                Err(missing) => return missing,
                // Who crosses its way, turning before it, does not come toward it.
                Ok(v) if v.value >= -STANDING_MPS || !lead.faces_ego() => return Look::Fine,
                Ok(v) => v,
            };
            let due = Value::of([lead.ego_mps, other], |[ego, other]| rss::opposite_m(ego, other, &assumed));
            Look::Value(
                Value { value: lead.gap_m.value, u: lead.gap_m.u.rss(due.u) },
                Limit::AtLeast(due.value),
            )
        });
    }

    fn finish(p: &Params, state: Following, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
