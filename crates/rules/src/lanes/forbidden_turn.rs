//! The rule `forbidden-turn`.

use lukao_measure::{Value, signs};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{RuleResult, math};
use lukao_track::{LaneIx, Signal, Track, Turn};

use super::wrong_lane_for_turn::entry;
use crate::context::{Context, Need, Needs};
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{SIGN_SAYS, unclear_sign};

rule! {
    /// The ego turns, or goes straight on, though a sign forbids it.
    ///
    /// ## Checks
    /// Which way the ego takes through a junction, where a sign on the last `sign_reach_m` before it forbids to turn left, to turn right,
    /// to go straight on, or two of these.
    ///
    /// ## Method
    /// At each entry into a junction: the change of heading from the end of the last lane before it to the begin of the first lane
    /// behind it within 60 s; up to 30° is straight on, more than 150° is turning round, which is `forbidden-u-turn`'s. Signs count that
    /// the map has for the lane, back to the junction before. Measured are ways against a sign: 1, where 0 are let pass; the finding names the sign. An opportunity is a
    /// junction with such a sign before it.
    ///
    /// ## Cannot tell
    /// Off the map; where the ego is not seen to leave the junction within 60 s; whether a sign forbids the way that is switched or
    /// has a text, which may name hours or vehicles.
    ///
    /// ## Limits
    /// Signs that the map does not have are not told from ones that are not there. Plates that a map records as signs of their own
    /// are not looked at. Roundabouts whose ring is made of roads are entered and left as several junctions. Which lane holds the
    /// middle is decided without regard to the uncertainty of positions.
    ///
    /// ## Source
    /// Measures on demerit points of 2021, article 12(4): breach of a prohibition sign (basis: text). Which way a sign forbids is read from its
    /// name in GB 5768.2, or its code (basis: inferred). How far before the junction a sign may stand is this project's own reading
    /// (basis: profile).
    ForbiddenTurn = "forbidden-turn" {
        /// How far before the junction a sign may stand.
        number sign_reach_m = 150.0, "m", 1.0..=1000.0;
    }
}

impl Rule for ForbiddenTurn {
    type Params = Params;
    /// Junctions with a sign before them.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, junctions: &mut u64, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        cx.judged_on_map(out);
        for (k, s) in cx.samples().filter(|(_, s)| s.goes_on) {
            let Some(from) = entry(track, places, k) else { continue };
            let signs = forbidding(track, from, p);
            if signs.is_empty() {
                continue;
            }
            *junctions += 1;
            let Some((_, exit)) = places.goes_to(k + 1) else {
                cx.missing(out, k, "way through the junction", "not seen to its end");
                continue;
            };
            let (before, behind) = (track.lane(from), track.lane(exit));
            let headings = (before.heading_at(before.length_m()), behind.heading_at(0.0));
            let turn = Turn::of(math::angle_between(headings.0, headings.1));
            let against = |always: bool| {
                signs
                    .iter()
                    .find(|x| x.says_always() == always && turn != Turn::Around && x.kind.forbids(turn))
            };
            if let Some(sign) = against(true) {
                let one = Value { value: 1.0, u: Uncertainty::Known(0.0) };
                let what = "took a way that a sign forbids";
                let mut f = finding(META.id, what, &s, Limit::AtMost(0.0), one, "");
                f.element = Some(sign.id.clone());
                f.details.push(word("way", words(turn)));
                out.findings.push(f);
            } else if let Some(sign) = against(false) {
                cx.missing(out, k, SIGN_SAYS, &unclear_sign(&sign.id));
            }
        }
    }

    fn finish(_: &Params, junctions: u64, out: &mut RuleResult) {
        out.opportunities = junctions;
    }
}

/// Signs before a junction that forbid a way through it.
fn forbidding<'t>(track: &'t Track, from: LaneIx, p: &Params) -> Vec<&'t Signal> {
    let all = signs::speaking(track, from, track.lane(from).length_m(), p.sign_reach_m);
    let all = all.into_iter().map(|(_, ix)| track.signal(ix));
    all.filter(|s| [Turn::Left, Turn::Straight, Turn::Right].iter().any(|t| s.kind.forbids(*t))).collect()
}

fn words(turn: Turn) -> &'static str {
    match turn {
        Turn::Left => "left",
        Turn::Straight => "straight on",
        Turn::Right => "right",
        Turn::Around => "round",
    }
}
