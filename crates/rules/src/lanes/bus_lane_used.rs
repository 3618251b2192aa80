//! The rule `bus-lane-used`.

use lukao_model::RuleResult;
use lukao_model::vehicle::ActorClass;
use lukao_track::LaneKind;

use super::lane_use::{LaneUse, Use};
use super::stretch::{By, Manner};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego, which is no bus, drives in a bus lane.
    ///
    /// ## Checks
    /// The way driven in one go while the middle of the footprint is in a lane that the track gives to buses.
    ///
    /// ## Method
    /// At each sample while the ego moves. The way from sample to sample is added up; stretches at most `merge_s` apart are
    /// one finding. Where lanes overlap, one that may be used is enough. An opportunity is a second of motion on the map. A
    /// bus may do so: then there is no occasion.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map. Maps that do not tell bus lanes from others show none.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. Hours in which a bus lane is open to all are not known to the track: a pack that
    /// has such hours sets the scope. Lanes are crossed on the way to a turn, hence the distance. The uncertainty is √2 times
    /// that of a position; which lane holds the middle is decided without regard to it.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 37 (basis: text): special lanes only for the vehicles named. The distance that is let pass
    /// is this project's own reading.
    BusLaneUsed = "bus-lane-used" {
        /// Greatest way in such lanes in one go.
        number max_distance_m = 50.0, "m", 0.0..=10000.0;
        /// Stretches at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

fn manner(p: &Params) -> Manner {
    Manner {
        rule: META.id,
        what: "drove in a bus lane",
        quantity: "distance in the bus lane",
        by: By::Way,
        most: p.max_distance_m,
        merge_s: p.merge_s,
        both: true,
    }
}

impl Rule for BusLaneUsed {
    type Params = Params;
    type State = LaneUse;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut LaneUse, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let me = cx.measures.ego_actor().map(|a| cx.measures.window().actor(a).class);
        if me == Some(ActorClass::Bus) {
            for (k, _) in cx.samples() {
                cx.judged(out, k);
            }
            return;
        }
        state.scan(cx, &manner(p), out, |_, hit| match track.lane(hit.lane).kind {
            LaneKind::Bus => Use::Forbidden,
            _ => Use::Other,
        });
    }

    fn finish(p: &Params, state: LaneUse, out: &mut RuleResult) {
        state.finish(&manner(p), out);
    }
}
