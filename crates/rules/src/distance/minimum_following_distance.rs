//! The rule `minimum-following-distance`.

use lukao_measure::{Value, Who, r157};
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;
use lukao_model::vehicle::ActorClass;

use super::following::{Following, Look, Words};
use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego follows closer than UN R157 allows an automated lane keeping system to.
    ///
    /// ## Checks
    /// Gap from bumper to bumper to the vehicle ahead in the ego's lane along its way against the least following
    /// distance of the regulation at the ego's present speed: a time gap from a table times the speed, at least 2 m.
    ///
    /// ## Method
    /// At each sample at which the ego is between `min_speed_kmh` and 60 km/h fast and a vehicle is ahead within 200 m
    /// along the lanes that it takes. The table has rows from 7.2 to 60 km/h for cars and vans, and longer gaps for
    /// heavier vehicles (lorries, buses). Too small a gap to one vehicle is one finding, with the gap farthest below
    /// its limit. An opportunity is a second of following.
    ///
    /// ## Cannot tell
    /// Where the ego's lane, speed or class is not known; where the one ahead is known from an origin that is not
    /// admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// At equality the gap is kept. Faster than 60 km/h nothing is judged: the regulation then refers to national law.
    /// Who has just cut in may leave less; `min_duration_s` gives the ego time to make room. Uncertainty from
    /// positions, sizes, clocks and speed.
    ///
    /// ## Source
    /// UN Regulation No. 157, 5.2.3.3, table of both series (basis: text). Linear values between the rows, the least
    /// of 2 m, the lowest speed and the duration are this project's own reading.
    MinimumFollowingDistance = "minimum-following-distance" {
        /// Below this speed of the ego nothing is judged.
        number min_speed_kmh = 5.0, "km/h", 1.0..=60.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 2.0, "s", 0.0..=60.0;
        /// Moments at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

const WORDS: Words =
    Words { rule: META.id, what: "below the minimum following distance", quantity: "gap", unit: "m" };

impl Rule for MinimumFollowingDistance {
    type Params = Params;
    type State = Following;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Following, out: &mut RuleResult) {
        let class = cx.measures.ego_actor().map(|a| cx.measures.window().actor(a).class);
        let heavy = match class {
            Some(ActorClass::Truck | ActorClass::Bus) => true,
            Some(ActorClass::Car | ActorClass::Van) => false,
            _ => {
                for (k, _) in cx.samples() {
                    cx.missing(out, k, "class of the ego", "neither car, van, lorry nor bus");
                }
                return;
            }
        };
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        state.scan(cx, &WORDS, Who::Vehicles, p.min_speed_kmh / 3.6, pace, out, |_, _, lead| {
            if r157::following_m(lead.ego_mps.value, heavy).is_none() {
                return Look::Fine;
            }
            // Beyond the table's end the last time gap goes on, for the uncertainty of a speed near it.
            let due = Value::of([lead.ego_mps], |[v]| {
                r157::following_m(v.min(r157::TOP_MPS), heavy).unwrap_or(0.0)
            });
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
