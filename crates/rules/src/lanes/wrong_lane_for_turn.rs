//! The rule `wrong-lane-for-turn`.

use lukao_measure::{Places, Value};
use lukao_model::RuleResult;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_track::{LaneIx, Track};

use crate::context::{Context, Need, Needs};
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego goes through a junction in a direction that its lane does not lead to.
    ///
    /// ## Checks
    /// Whether the road by which the ego leaves a junction is one that the lane in which it entered leads to, by the ways that the track
    /// has through the junction (its lane links, which stand for the arrows on the lane).
    ///
    /// ## Method
    /// At each entry into a junction: the last traffic lane before it, and the first traffic lane behind it within 60 s. Which lane of
    /// the road it leaves by does not matter. Measured are such crossings: 1, where 0 are let pass. An opportunity is a junction passed.
    ///
    /// ## Cannot tell
    /// Off the map; where the track has no way from the lane, or one whose exit it does not give; where the ego is not seen to leave the junction within
    /// 60 s.
    ///
    /// ## Limits
    /// What is painted on the road is not looked at, only the links: a map that links more than the arrows allow lets more pass. Roundabouts
    /// whose ring is made of roads are entered and left as several junctions. Which lane holds the middle is decided without regard to the
    /// uncertainty of positions.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 51(1): to enter the guiding lane of the direction intended
    /// (basis: text).
    WrongLaneForTurn = "wrong-lane-for-turn" {
    }
}

impl Rule for WrongLaneForTurn {
    type Params = Params;
    /// Junctions passed.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, _: &Params, passed: &mut u64, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        cx.judged_on_map(out);
        for (k, s) in cx.samples().filter(|(_, s)| s.goes_on) {
            let Some(from) = entry(track, places, k) else { continue };
            *passed += 1;
            let exit = match leads_to(track, places, k, from) {
                Ok(None) => continue,
                Ok(Some(exit)) => exit,
                Err(why) => {
                    cx.missing(out, k, "way through the junction", why);
                    continue;
                }
            };
            let one = Value { value: 1.0, u: Uncertainty::Known(0.0) };
            let what = "took a way that its lane does not lead to";
            let mut f = finding(META.id, what, &s, Limit::AtMost(0.0), one, "");
            f.element = Some(track.lane(from).id.clone());
            f.details.push(word("exit", &track.lane(exit).id));
            out.findings.push(f);
        }
    }

    fn finish(_: &Params, passed: u64, out: &mut RuleResult) {
        out.opportunities = passed;
    }
}

/// The lane from which the ego enters a junction in the step from `k`.
pub(crate) fn entry(track: &Track, places: Places<'_>, k: usize) -> Option<LaneIx> {
    let outside = |k: usize| {
        let place = places.at(k)?;
        Some(place.hit.lane).filter(|l| !track.lane(*l).in_junction)
    };
    let from = outside(k)?;
    (outside(k + 1).is_none() && !places.hits(k + 1).is_empty()).then_some(from)
}

/// The lane by which the ego leaves, if the lane from which it came does not lead to its road.
fn leads_to(
    track: &Track,
    places: Places<'_>,
    k: usize,
    from: LaneIx,
) -> Result<Option<LaneIx>, &'static str> {
    let Some((_, exit)) = places.goes_to(k + 1) else { return Err("not seen to its end") };
    let road = |lane: LaneIx| (track.lane(lane).road, track.lane(lane).number > 0);
    let mut ways = 0;
    for (_, path) in track.paths_from(from) {
        match path.to {
            None => return Err("the track does not give the exit of one"),
            Some(to) if road(to) == road(exit) => return Ok(None),
            Some(_) => ways += 1,
        }
    }
    if ways == 0 { Err("the track has none from this lane") } else { Ok(Some(exit)) }
}
