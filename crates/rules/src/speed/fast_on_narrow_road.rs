//! The rule `fast-on-narrow-road`.

use lukao_model::outcome::Limit;

use lukao_model::RuleResult;

use crate::context::{Context, Need, Needs};
use crate::episode::Pace;
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::speed::cap::{self, Cap, SpeedCap, State, Tell};

rule! {
    /// The ego drives on a narrow road or bridge too fast.
    ///
    /// ## Checks
    /// Speed where all drivable lanes of the road together, outside junctions, are narrower than `max_width_m`. A
    /// bridge is as wide as the road on it.
    ///
    /// ## Method
    /// At each sample while the ego moves, forward or backward. Moments over the limit at most `merge_s` apart are one
    /// finding, with the speed at its worst moment. An opportunity is a second of motion on such roads.
    ///
    /// ## Cannot tell
    /// Without a speed; where the ego is in no traffic lane.
    ///
    /// ## Limits
    /// `max_kmh`; at equality it is kept. The uncertainty is that of the speed; the place decides without regard to its own.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 46(1): at most 30 km/h (basis: text).
    /// What is narrow it does not say in figures; article 63 calls roads below 4 m narrow. The default of 3.2 m, on which a
    /// lorry just finds room, is this project's own reading (profile): maps give full lanes of 3.5 m to single ones.
    FastOnNarrowRoad = "fast-on-narrow-road" {
        /// Highest speed.
        number max_kmh = 30.0, "km/h", 5.0..=120.0;
        /// Roads whose drivable lanes are narrower than this in all are narrow.
        number max_width_m = 3.2, "m", 2.0..=10.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=60.0;
        /// Moments beyond the limit at most this far apart are one episode.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

fn words(p: &Params) -> SpeedCap {
    SpeedCap { rule: META.id, what: "fast on a narrow road", pace: Pace::new(p.min_duration_s, p.merge_s) }
}

impl Rule for FastOnNarrowRoad {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        words(p).scan(cx, state, out, |k, _| narrow(cx, p, k));
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.finish(words(p).pace, out);
    }
}

fn narrow<'c>(cx: &'c Context<'_>, p: &Params, k: usize) -> Cap<'c> {
    let Some((track, place)) = cap::place(cx, k) else { return Cap::no_lane() };
    let lane = track.lane(place.hit.lane);
    if lane.in_junction {
        return Cap::Away;
    }
    let road_s_m = lane.road_s_at(place.hit.station_m);
    let beside = track.road(lane.road).lanes.iter().map(|l| track.lane(*l));
    let beside = beside.filter(|l| l.section == lane.section && track.is_drivable(l.kind));
    let mut width_m = 0.0;
    for l in beside {
        width_m += l.width_at(l.station_at(road_s_m));
        // The others make it no narrower.
        if width_m >= p.max_width_m {
            return Cap::Away;
        }
    }
    Cap::At(Limit::AtMost(p.max_kmh), Some(&lane.id), [Tell::Number("width_m", width_m), Tell::Nothing])
}
