//! The rule `non-motor-lane-used`.

use lukao_model::RuleResult;
use lukao_track::LaneKind;

use super::lane_use::{LaneUse, Use};
use super::stretch::{By, Manner};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego drives where only cyclists or people on foot may.
    ///
    /// ## Checks
    /// The way driven in one go while the middle of the footprint is in a bicycle lane or on a pavement.
    ///
    /// ## Method
    /// At each sample while the ego moves. The way from sample to sample is added up; stretches at most `merge_s` apart are
    /// one finding. Where lanes overlap, one that may be used is enough. An opportunity is a second of motion on the map.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map. Maps without such lanes show none.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. Such lanes are crossed on the way to a kerb or a gate, hence the distance. The
    /// uncertainty is √2 times that of a position; which lane holds the middle is decided without regard to it.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 36 (motor vehicles, non-motor vehicles and people on foot each have their own part of the
    /// road; basis: inferred). The distance that is let pass is this project's own reading.
    NonMotorLaneUsed = "non-motor-lane-used" {
        /// Greatest way in such lanes in one go.
        number max_distance_m = 20.0, "m", 0.0..=10000.0;
        /// Pavements count too.
        flag pavements = true;
        /// Stretches at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

fn manner(p: &Params) -> Manner {
    Manner {
        rule: META.id,
        what: "drove in a non-motor lane",
        quantity: "distance in the non-motor lane",
        by: By::Way,
        most: p.max_distance_m,
        merge_s: p.merge_s,
        both: true,
    }
}

impl Rule for NonMotorLaneUsed {
    type Params = Params;
    type State = LaneUse;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut LaneUse, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        state.scan(cx, &manner(p), out, |_, hit| match track.lane(hit.lane).kind {
            LaneKind::Biking => Use::Forbidden,
            LaneKind::Sidewalk if p.pavements => Use::Forbidden,
            _ => Use::Other,
        });
    }

    fn finish(p: &Params, state: LaneUse, out: &mut RuleResult) {
        state.finish(&manner(p), out);
    }
}
