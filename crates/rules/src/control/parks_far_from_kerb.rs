//! The rule `parks-far-from-kerb`.

use lukao_measure::motion::STANDING_MPS;
use lukao_measure::{Value, area, body};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::from_s;
use lukao_model::{Channel, Interval, RuleResult, math};
use lukao_track::Track;

use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{LOG_ENDS, NO_SPEED, OFF_MAP};

rule! {
    /// The ego parks too far from the kerb.
    ///
    /// ## Checks
    /// At each stop of at least `min_stop_s` the distance of the body from the edge of the road on its right: the
    /// farther of its two right corners. Only stops whose nearer right corner is within `near_m` of the edge
    /// count as stops at the kerb.
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
    /// traffic rules, article 50 (basis: press).
    ParksFarFromKerb = "parks-far-from-kerb" {
        /// Distance from the edge that is let pass.
        number max_distance_m = 0.3, "m", 0.0..=5.0;
        /// Stops farther from the edge than this are none at the kerb.
        number near_m = 0.6, "m", 0.1..=5.0;
        /// Shorter stops are none at the kerb.
        number min_stop_s = 3.0, "s", 0.0..=30.0;
    }
}

/// Whether the ego moved at its last sample, and stops at the kerb.
#[derive(Default)]
pub struct State {
    moved: bool,
    stops: u64,
}

impl Rule for ParksFarFromKerb {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        for (k, s) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let stops = state.moved && speed.value.abs() < STANDING_MPS;
            state.moved = speed.value.abs() >= STANDING_MPS;
            if !area::on_map(track, &s) {
                cx.missing(out, k, "edge of the road", OFF_MAP);
                continue;
            }
            cx.judged(out, k);
            let (near, far) = if stops { distance(cx, track, k) } else { continue };
            if near > p.near_m {
                continue;
            }
            match stays(cx, k, p) {
                Some(true) => state.stops += 1,
                Some(false) => continue,
                None => {
                    cx.missing(out, k, "length of the stop", LOG_ENDS);
                    continue;
                }
            }
            let event = Event {
                rule: META.id,
                what: "parked too far from the kerb".into(),
                value: "distance from the kerb",
                unit: "m",
                when: Interval::new(s.t_ns, s.t_ns),
                limit: Limit::AtMost(p.max_distance_m),
                measured: far,
            };
            event.judge(cx, out, |f| f.details.push(word("side", "right")));
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.stops;
    }
}

/// Whether the ego stays at a stand from sample `k` on for long enough; `None` if its data end before.
fn stays(cx: &Context<'_>, k: usize, p: &Params) -> Option<bool> {
    let samples = cx.measures.ego().samples();
    let until = samples[k].t_ns + from_s(p.min_stop_s).unwrap_or(0);
    let stands = |j: usize| cx.measures.ego_speed_mps(j).is_some_and(|v| v.value.abs() < STANDING_MPS);
    let mut j = k;
    while samples[j].t_ns < until {
        if !stands(j) {
            return Some(false);
        }
        if !samples[j].goes_on {
            return None;
        }
        j += 1;
    }
    Some(true)
}

/// Distance of the nearer and of the farther right corner from the edge, metres.
fn distance(cx: &Context<'_>, track: &Track, k: usize) -> (f64, Value) {
    let s = cx.measures.ego().samples()[k];
    let run = &cx.measures.window().runs()[s.run];
    let corners = body::corners_m(&s.pose, &run.size);
    let far = |c: [f64; 2]| track.drivable_clearance(c, s.z_m, area::CUT_OFF_M).max(0.0);
    let (rear, front) = (far(corners[2]), far(corners[3]));
    let known = Uncertainty::from_option;
    let reach = 0.5 * math::hypot(run.size.length_m, run.size.width_m);
    let u = known(run.accuracy.position_m.at(s.i))
        .rss(known(run.size.accuracy_m).times(0.5))
        .rss(known(run.accuracy.yaw_rad.at(s.i)).times(reach))
        .rss(known(track.survey().accuracy_m));
    (rear.min(front), Value { value: rear.max(front), u })
}
