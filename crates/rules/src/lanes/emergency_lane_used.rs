//! The rule `emergency-lane-used`.

use lukao_model::RuleResult;
use lukao_track::LaneKind;

use super::lane_use::{LaneUse, Use};
use super::stretch::{By, Manner};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego drives in the emergency lane of an expressway.
    ///
    /// ## Checks
    /// The way driven in one go while the middle of the footprint is in a hard shoulder (OpenDRIVE lane types `stop` and, with
    /// `shoulders`, `shoulder`) of a road that the track calls a motorway.
    ///
    /// ## Method
    /// At each sample while the ego moves. The way from sample to sample is added up; stretches at most `merge_s` apart are
    /// one finding. Where lanes overlap, one that may be used is enough. An opportunity is a second of motion on the map.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map; in such a lane where the track does not say what kind of road it is.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. That there was an emergency (a fault, a minimal-risk manoeuvre) is not looked at:
    /// a pack that admits one sets the scope. With `motorways_only = false` the lanes count on every road. The uncertainty is √2
    /// times that of a position; which lane holds the middle is decided without regard to it.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 82(4) (basis: text): not in the emergency lane
    /// except in an emergency. The distance that is let pass is this project's own reading.
    EmergencyLaneUsed = "emergency-lane-used" {
        /// Greatest way in such lanes in one go.
        number max_distance_m = 20.0, "m", 0.0..=10000.0;
        /// Lanes that the map calls `shoulder` count too.
        flag shoulders = true;
        /// Only on roads that the track calls a motorway.
        flag motorways_only = true;
        /// Stretches at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

fn manner(p: &Params) -> Manner {
    Manner {
        rule: META.id,
        what: "drove in the emergency lane",
        quantity: "distance in the emergency lane",
        by: By::Way,
        most: p.max_distance_m,
        merge_s: p.merge_s,
        both: true,
    }
}

impl Rule for EmergencyLaneUsed {
    type Params = Params;
    type State = LaneUse;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut LaneUse, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        state.scan(cx, &manner(p), out, |_, hit| {
            let is = match track.lane(hit.lane).kind {
                LaneKind::Stop => true,
                LaneKind::Shoulder => p.shoulders,
                _ => false,
            };
            if !is {
                return Use::Other;
            }
            match places.motorway_at(hit).filter(|_| p.motorways_only).or((!p.motorways_only).then_some(true))
            {
                Some(true) => Use::Forbidden,
                Some(false) => Use::Other,
                None => Use::Unknown("kind of road", "the track does not give it"),
            }
        });
    }

    fn finish(p: &Params, state: LaneUse, out: &mut RuleResult) {
        state.finish(&manner(p), out);
    }
}
