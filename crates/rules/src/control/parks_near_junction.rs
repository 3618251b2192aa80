//! The rule `parks-near-junction`.

use lukao_measure::ground::{Hard, Tight};
use lukao_measure::{Value, ground};
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
    /// The ego parks near a junction, level crossing, bridge, tunnel, bend, steep slope or narrow road.
    ///
    /// ## Checks
    /// At each stop at the kerb of at least `min_stop_s` the way along the lane to the nearest junction, level crossing, bridge,
    /// tunnel, sharp bend, steep slope or narrow road ahead or behind. Only stops whose nearer right corner is within `near_m` of the road's edge count as stops at the
    /// kerb.
    ///
    /// ## Method
    /// A stop begins at the first sample of the ego at a stand after one in motion, and is looked at there: from its front on, and
    /// from its rear back, along the lanes that lead there, to where the nearest such place begins; 0 in one. Farther than 200 m is
    /// measured as 200 m. A bend is where the lane's radius over 20 m is at most `bend_radius_m`, a slope where its grade over 20 m is at
    /// least `grade_percent`, a narrow road one of which all lanes, borders and parking are together narrower than `narrow_m`; these are
    /// looked at each metre, outside junctions. An opportunity is a stop at the kerb.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; in no lane; a stop that the log's end cuts off.
    ///
    /// ## Limits
    /// `min_m`; at equality it is kept. Who waits at the kerb for a light or behind a queue is told from one who parks by `min_stop_s`
    /// only. Level crossings, bridges and tunnels are those that the map has; a map without
    /// heights has no slopes, and one that makes a carriageway of one lane a road of its own has a narrow road there. Uncertainty from position, half of the size's, the
    /// yaw's × half the diagonal, the survey.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 63(2): no stopping within 50 m of junctions, level
    /// crossings, sharp bends, narrow roads, bridges, steep slopes and tunnels (basis: text). From when on a road is narrow,
    /// 4 m, is in the article; from when on a bend is sharp, a slope steep and a stand a stop is this project's own reading (basis:
    /// profile).
    ParksNearJunction = "parks-near-junction" {
        /// Least way to such a place.
        number min_m = 50.0, "m", 0.0..=199.0;
        /// Largest radius of a sharp bend.
        number bend_radius_m = 50.0, "m", 5.0..=1000.0;
        /// Least grade of a steep slope, up or down.
        number grade_percent = 7.0, "%", 1.0..=50.0;
        /// Narrower roads are narrow.
        number narrow_m = 4.0, "m", 0.0..=10.0;
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
        let hard = Hard { bend_radius_m: p.bend_radius_m, grade_percent: p.grade_percent };
        let tight = Tight { hard, narrow_m: p.narrow_m };
        kerb_stop::scan(state, cx, &Meant::near(p.near_m, p.min_stop_s), out, |track, k, kerb, out| {
            let s = m.ego().samples()[k];
            let hit = m.places().and_then(|x| x.at(k).map(|at| at.hit).or(x.all_hits(k).first().copied()));
            let Some(hit) = hit else { return cx.missing(out, k, "lane", crate::words::NO_LANE) };
            let half_m = 0.5 * m.window().runs()[s.run].size.length_m;
            let (way_m, what, element) = ground::nearest(track, &hit, half_m, tight);
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
