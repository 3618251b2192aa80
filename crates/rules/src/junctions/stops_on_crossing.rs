//! The rule `stops-on-crossing`.

use lukao_measure::zone;
use lukao_model::RuleResult;
use lukao_track::Track;

use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::stands::{Standing, Stands, in_reach};

rule! {
    /// The ego stands on a crossing.
    ///
    /// ## Checks
    /// How long the ego stands with a part of its body on a crossing for pedestrians.
    ///
    /// ## Method
    /// At each sample: the body is looked at in nine points. A stand lasts from the first sample at which the ego
    /// stands there to the last. One stand is one finding. An opportunity is an area that the body came onto.
    ///
    /// ## Cannot tell
    /// Without a speed while the ego is within reach; deciding guarded, where the place is not known well enough.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Why the ego stands is not looked at: who follows a queue onto it stands on it
    /// all the same. Depth in the area less than its uncertainty makes that of the result unknown.
    /// Who stands before a stop line that the map puts into the crossing is told to stop there and is let pass.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 53: in a queue do not stop on
    /// crossings; article 63 (1): no stopping on crossings. That 3 s are let pass is this project's own reading (basis:
    /// profile).
    StopsOnCrossing = "stops-on-crossing" {
        /// Longest stand that is let pass.
        number max_s = 3.0, "s", 0.0..=3600.0;
    }
}

impl Rule for StopsOnCrossing {
    type Params = Params;
    type State = Stands;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut Stands, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        let near = zone::crossings_near(m);
        let mut close = zone::Close::new(&near, 0.0);
        for (k, s) in cx.samples() {
            let areas = close.at(m, k).iter().map(|(_, area)| area);
            let at = in_reach(cx, &s, 0.0, areas).filter(|(id, _)| !told_to_stop(cx, track, k, id));
            state.step(cx, (k, s), &standing(p), at, || false, out);
        }
    }

    fn finish(p: &Params, state: Stands, out: &mut RuleResult) {
        state.finish(&standing(p), out);
    }
}

fn standing(p: &Params) -> Standing<'static> {
    Standing { rule: META.id, what: "stood on a crossing", max_s: p.max_s, reach_m: 0.0 }
}

/// Whether the ego stands before a stop line that the map puts into the crossing itself: there it is told to stop. Maps
/// that SUMO writes put crossings over the ends of lanes.
fn told_to_stop(cx: &Context<'_>, track: &Track, k: usize, id: &str) -> bool {
    let m = cx.measures;
    let Some(place) = m.places().and_then(|p| p.at(k)) else { return false };
    let half = 0.5 * m.window().runs()[m.ego().samples()[k].run].size.length_m;
    let front = place.hit.station_m + half;
    track.crossings_on(place.hit.lane).iter().map(|ix| track.crossing(*ix)).any(|c| {
        let here = c.lanes.iter().filter(|s| c.id == id && s.lane == place.hit.lane);
        let lines = track.stop_lines_on(place.hit.lane);
        here.into_iter().any(|s| lines.iter().any(|(at, _)| (s.from_m..=s.to_m).contains(at) && front <= *at))
    })
}
