//! The rule `parks-near-junction`.

use lukao_measure::{Value, ground};
use lukao_model::outcome::Limit;
use lukao_model::{Interval, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::control::kerb_stop;
use crate::control::stops::Stops;
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego parks near a junction, level crossing, bridge or tunnel.
    ///
    /// ## Checks
    /// At each stop at the kerb of at least `min_stop_s` the way along the lane to the nearest junction, level crossing, bridge or
    /// tunnel ahead or behind. Only stops whose nearer right corner is within `near_m` of the road's edge count as stops at the
    /// kerb.
    ///
    /// ## Method
    /// A stop begins at the first sample of the ego at a stand after one in motion, and is looked at there: from its front on, and
    /// from its rear back, along the lanes that lead there, to where the nearest such place begins; 0 in one. Farther than 200 m is
    /// measured as 200 m. An opportunity is a stop at the kerb.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; in no lane; a stop that the log's end cuts off.
    ///
    /// ## Limits
    /// `min_m`; at equality it is kept. Who waits at the kerb for a light or behind a queue is told from one who parks by `min_stop_s`
    /// only. Level crossings, bridges and tunnels are those that the map has. Uncertainty from position, half of the size's, the
    /// yaw's × half the diagonal, the survey.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 63(2): no stopping within 50 m of junctions, level
    /// crossings, sharp bends, narrow roads, bridges, steep slopes and tunnels (basis: text). From when on a stand is a stop is this
    /// project's own reading (basis: profile). Bends, slopes and narrow roads are not looked at.
    ParksNearJunction = "parks-near-junction" {
        /// Least way to such a place.
        number min_m = 50.0, "m", 0.0..=199.0;
        /// Stops farther from the edge than this are none at the kerb.
        number near_m = 0.5, "m", 0.1..=5.0;
        /// Shorter stops are none.
        number min_stop_s = 20.0, "s", 0.0..=30.0;
    }
}

impl Rule for ParksNearJunction {
    type Params = Params;
    type State = Stops;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Stops, out: &mut RuleResult) {
        let m = cx.measures;
        kerb_stop::scan(state, cx, (p.near_m, p.min_stop_s), out, |track, k, kerb, out| {
            let s = m.ego().samples()[k];
            let hit = m.places().and_then(|x| x.at(k).map(|at| at.hit).or(x.all_hits(k).first().copied()));
            let Some(hit) = hit else { return cx.missing(out, k, "lane", crate::words::NO_LANE) };
            let half_m = 0.5 * m.window().runs()[s.run].size.length_m;
            let (way_m, what, element) = ground::nearest(track, &hit, half_m);
            let event = Event {
                rule: META.id,
                what: format!("parked near a {what}"),
                value: "way to it",
                unit: "m",
                when: Interval::new(s.t_ns, s.t_ns),
                limit: Limit::AtLeast(p.min_m),
                measured: Value { value: way_m, u: kerb.u },
            };
            event.judge(cx, out, |f| {
                f.element = Some(element);
                f.details.push(word("place", what));
            });
        });
    }

    fn finish(_: &Params, state: Stops, out: &mut RuleResult) {
        out.opportunities = state.count;
    }
}
