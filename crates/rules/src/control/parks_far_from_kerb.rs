//! The rule `parks-far-from-kerb`.

use lukao_model::outcome::Limit;
use lukao_model::{Interval, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::control::kerb_stop::{self, Meant};
use crate::control::stops::Stops;
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego parks too far from the kerb.
    ///
    /// ## Checks
    /// At each stop of at least `min_stop_s` the distance of the body from the edge of the road on its right: the
    /// farther of its two right corners. Only stops whose nearer right corner is within `near_m` of the edge
    /// count as stops at the kerb; with `far_m`, those farther off too that last at least `min_far_stop_s` and do not begin behind
    /// somebody ahead within 20 m or before a stop line or crossing within 30 m.
    ///
    /// ## Method
    /// A stop begins at the first sample of the ego at a stand after one in motion, and is looked at there. The
    /// edge is that of the drivable area: traffic lanes, parking lanes and hard shoulders, unless the survey says
    /// otherwise. An opportunity is a stop at the kerb.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; a stop that the log's end cuts off.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. A corner over the edge is at distance 0 here; that it left the road
    /// is another rule's. Uncertainty from position, half of the size's, the yaw's × half the diagonal, the survey.
    ///
    /// ## Source
    /// The default of 0.30 m is that of the human driving test for stopping at the kerb and of the Beijing road
    /// traffic rules, article 50 (basis: press). From when on a stop in the lane is one that should have been at the kerb is this
    /// project's own reading (basis: profile).
    ParksFarFromKerb = "parks-far-from-kerb" {
        /// Distance from the edge that is let pass.
        number max_distance_m = 0.3, "m", 0.0..=5.0;
        /// Stops farther from the edge than this are none at the kerb.
        number near_m = 0.6, "m", 0.1..=5.0;
        /// Shorter stops are none at the kerb.
        number min_stop_s = 3.0, "s", 0.0..=30.0;
        /// Stops farther than `near_m`, up to this, that are not for traffic count too.
        number far_m = 0.0, "m", 0.0..=20.0;
        /// Shorter ones of these do not.
        number min_far_stop_s = 20.0, "s", 0.0..=30.0;
    }
}

impl Rule for ParksFarFromKerb {
    type Params = Params;
    type State = Stops;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Stops, out: &mut RuleResult) {
        let meant = Meant {
            near_m: p.near_m,
            min_stop_s: p.min_stop_s,
            far_m: p.far_m,
            min_far_stop_s: p.min_far_stop_s,
        };
        kerb_stop::scan(state, cx, &meant, out, |_, k, far, out| {
            let t_ns = cx.measures.ego().samples()[k].t_ns;
            let event = Event {
                rule: META.id,
                what: "parked too far from the kerb".into(),
                value: "distance from the kerb",
                unit: "m",
                when: Interval::new(t_ns, t_ns),
                limit: Limit::AtMost(p.max_distance_m),
                measured: far,
            };
            event.judge(cx, out, |f| f.details.push(word("side", "right")));
        });
    }

    fn finish(_: &Params, state: Stops, out: &mut RuleResult) {
        out.opportunities = state.count;
    }
}
