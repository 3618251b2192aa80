//! The rule `rss-lateral-distance`.

use lukao_measure::{Value, rss};
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use super::beside::{Beside, motor};
use super::following::{Look, Words};
use crate::context::{Context, Need, Needs};
use crate::episode::{Pace, of_actor};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego and a vehicle beside it are nearer than RSS allows.
    ///
    /// ## Checks
    /// Lateral gap from the ego's side to the side of a motor vehicle beside it, either way, against the distance that both
    /// need if during their response times they come nearer as hard as assumed and then stop doing so.
    ///
    /// ## Method
    /// At each sample at which the ego is at least `min_speed_mps` fast and the two overlap lengthwise. Sideways speeds are
    /// those across the ego's lane. Less than the distance to one of them for at least `min_duration_s` is one finding, with
    /// the gap farthest below its limit. An opportunity is a second of somebody beside.
    ///
    /// ## Cannot tell
    /// Without the speed of either while somebody is beside; where he is known from an origin that is not admitted, or on a
    /// clock that is not synchronised.
    ///
    /// ## Limits
    /// At equality the gap is kept. RSS calls a situation dangerous only if it is so along *and* across; whoever overlaps
    /// lengthwise is too near along, so that only the gap across is left. With the defaults two who drive straight on need
    /// 0.73 m; narrow lanes leave less. Standing vehicles count. Uncertainty from positions, widths, headings, clocks and
    /// speeds.
    ///
    /// ## Source
    /// Shalev-Shwartz and others 2017, definition 6; defaults are the initial values of ad-rss-lib (basis: text). It is a
    /// model, no law.
    RssLateralDistance = "rss-lateral-distance" {
        /// Response time of the ego.
        number response_s = 1.0, "s", 0.0..=5.0;
        /// Response time of the other.
        number other_response_s = 2.0, "s", 0.0..=5.0;
        /// Greatest acceleration sideways of both during it.
        number accel_mps2 = 0.2, "m/s2", 0.0..=5.0;
        /// Least braking sideways after it.
        number brake_mps2 = 0.8, "m/s2", 0.1..=5.0;
        /// What is always kept for swaying in the lane.
        number margin_m = 0.1, "m", 0.0..=2.0;
        /// Below this speed of the ego nothing is judged.
        number min_speed_mps = 2.0, "m/s", 0.2..=50.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 1.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words = Words {
    rule: META.id,
    what: "nearer to one beside it than RSS allows",
    quantity: "lateral gap",
    unit: "m",
};

impl Rule for RssLateralDistance {
    type Params = Params;
    type State = Beside;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Beside, out: &mut RuleResult) {
        let assumed = rss::Across {
            response_s: p.response_s,
            other_response_s: p.other_response_s,
            accel_mps2: p.accel_mps2,
            brake_mps2: p.brake_mps2,
            margin_m: p.margin_m,
        };
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        state.scan(
            cx,
            &WORDS,
            p.min_speed_mps,
            pace,
            out,
            |f| motor(cx, f),
            |f, gap| {
                let Some((ego, other)) = f.ego_toward_mps.zip(f.other_toward_mps) else {
                    return Look::Missing("speed of the one beside", of_actor(cx.measures, f.actor));
                };
                let due = Value::of([ego, other], |[a, b]| rss::beside_m(a, b, &assumed));
                Look::Value(Value { value: gap.value, u: gap.u.rss(due.u) }, Limit::AtLeast(due.value))
            },
        );
    }

    fn finish(p: &Params, state: Beside, out: &mut RuleResult) {
        state.finish(Pace::new(p.min_duration_s, p.merge_s), out);
    }
}
