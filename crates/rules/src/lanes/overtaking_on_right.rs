//! The rule `overtaking-on-right`.

use lukao_measure::Value;
use lukao_model::RuleResult;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_track::Side;

use crate::context::{Context, Need, Needs};
use crate::episode::{actor_id, finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego overtakes on the wrong side: on the right where traffic keeps right.
    ///
    /// ## Checks
    /// Whether a vehicle that the ego followed in its lane within the 20 s before is on the ego's left when the ego passes him; on
    /// its right where traffic keeps left.
    ///
    /// ## Method
    /// For each overtaking: the one overtaken moves, both head the same way, and he was the one ahead in the ego's lane before.
    /// Passing those of the next lane without having come up behind them is no overtaking. Measured are overtakings: 1, where 0 are
    /// let pass. An opportunity is an overtaking.
    ///
    /// ## Cannot tell
    /// Where somebody is within 200 m and the ego's lane or speed is not known; where the one ahead is known from an origin that is
    /// not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// One who waits to turn left may be passed on the right; he stands mostly and then is not overtaken. One whom the ego followed
    /// more than 20 s before is no longer overtaken. Which side he is on is decided without regard to the uncertainty of positions.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 47: overtake on the left (basis: text). The 20 s are
    /// this project's own reading.
    OvertakingOnRight = "overtaking-on-right" {
    }
}

impl Rule for OvertakingOnRight {
    type Params = Params;
    /// Overtakings.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, _: &Params, overtakings: &mut u64, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        cx.judged_if_ahead_known(out);
        for o in cx.measures.overtakings().iter().filter(|o| cx.scope.contains(o.t_ns)) {
            *overtakings += 1;
            let lane = places.at(o.k).map(|p| track.lane(p.hit.lane));
            let left_hand = lane.is_some_and(|l| track.road(l.road).left_hand);
            let wrong = if left_hand { Side::Right } else { Side::Left };
            if o.side == wrong {
                let s = cx.measures.ego().samples()[o.k];
                let one = Value { value: 1.0, u: Uncertainty::Known(0.0) };
                let mut f = finding(META.id, "overtook on the wrong side", &s, Limit::AtMost(0.0), one, "");
                (f.from_ns, f.to_ns, f.worst_ns) = (o.t_ns, o.t_ns, o.t_ns);
                f.actors.push(actor_id(cx.measures, o.actor));
                f.element = lane.map(|l| l.id.clone());
                f.details.push(word("side", if left_hand { "left" } else { "right" }));
                out.findings.push(f);
            }
        }
    }

    fn finish(_: &Params, overtakings: u64, out: &mut RuleResult) {
        out.opportunities = overtakings;
    }
}
