//! The rule `stops-at-bus-stop`.

use lukao_measure::zone;
use lukao_model::RuleResult;
use lukao_model::vehicle::ActorClass;
use lukao_track::{Track, ZoneKind};

use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::stands::{Standing, Stands, in_reach, waits};

rule! {
    /// The ego stops near a bus stop, though it is no bus.
    ///
    /// ## Checks
    /// How long the ego stands within `reach_m` of a bus stop of the map.
    ///
    /// ## Method
    /// At each sample, from the nearest of nine points of the body. A stand lasts from the first sample at which the
    /// ego stands there to the last; one that begins behind somebody ahead within 20 m, before a stop line or crossing
    /// within 30 m, is traffic and not looked at. An opportunity is a bus stop that the ego came within reach of.
    ///
    /// ## Cannot tell
    /// Without a speed while the ego is within reach; deciding guarded, where the place is not known well enough.
    ///
    /// ## Limits
    /// `max_s` and `reach_m`; at equality both are kept within. Buses and coaches are let pass. On which side of the
    /// road the stop is, is not looked at.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 63 (3): no stopping within 30 m of bus
    /// stops, except to use them. From when on a stand is a stop, 20 s, is this project's own reading (basis: profile).
    StopsAtBusStop = "stops-at-bus-stop" {
        /// Longest stand that is let pass.
        number max_s = 20.0, "s", 0.0..=3600.0;
        /// How near to a bus stop nobody else may stop.
        number reach_m = 30.0, "m", 0.0..=100.0;
    }
}

impl Rule for StopsAtBusStop {
    type Params = Params;
    type State = Stands;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Stands, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        let near = zone::zones_near(m, ZoneKind::BusStop);
        let mut close = zone::Close::new(&near, p.reach_m);
        for (k, s) in cx.samples() {
            let at = in_reach(cx, &s, p.reach_m, close.at(cx.measures, k).iter().map(|(_, area)| area));
            state.step(cx, (k, s), &standing(p), at, || traffic(cx, track, k), out);
        }
    }

    fn finish(p: &Params, state: Stands, out: &mut RuleResult) {
        state.finish(&standing(p), out);
    }
}

fn standing(p: &Params) -> Standing<'static> {
    Standing { rule: META.id, what: "stopped near a bus stop", max_s: p.max_s, reach_m: p.reach_m }
}

/// Whether the ego stands because of traffic, or is a bus.
fn traffic(cx: &Context<'_>, track: &Track, k: usize) -> bool {
    let m = cx.measures;
    let bus = m.ego_actor().is_some_and(|a| m.window().actor(a).class == ActorClass::Bus);
    bus || waits(cx, track, k)
}
