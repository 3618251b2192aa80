//! The rule `forbidden-overtaking`.

use lukao_measure::ground::{Ground, Hard, grounds};
use lukao_measure::{Value, signs};
use lukao_model::RuleResult;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_track::{LaneHit, Signal, SignalKind, Track};

use crate::context::{Context, Need, Needs};
use crate::episode::{actor_id, finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::{NO_LANE, SIGN_SAYS, unclear_sign};

rule! {
    /// The ego overtakes where that is forbidden.
    ///
    /// ## Checks
    /// Where the ego is when it passes a vehicle that it followed in its lane within the 20 s before: in a junction, on a crossing or
    /// level crossing, in a tunnel or sharp bend, on a bridge, a steep slope or a ramp, or after a sign that forbids it, each as the
    /// parameters say.
    ///
    /// ## Method
    /// For each overtaking: the one overtaken moves, both head the same way, and he was the one ahead in the ego's lane before. Measured
    /// are overtakings there: 1, where 0 are let pass; the finding names the place or sign. A sign holds for `sign_reach_m`, at most to the next junction or
    /// the sign that ends it. An opportunity is an overtaking.
    ///
    /// ## Cannot tell
    /// Where somebody is within 200 m and the ego's lane or speed is not known; where the one ahead is known from an origin that is
    /// not admitted, or on a clock that is not synchronised; whether a sign forbids it that is switched or has a text, which may name
    /// hours or vehicles.
    ///
    /// ## Limits
    /// Looked at is the moment of passing, not the whole manoeuvre. Places that the map does not have are not told from ones that are
    /// not there. The law speaks of narrow bridges; the map does not say which are, so bridges are off by default. Which lane holds the
    /// middle is decided without regard to the uncertainty of positions.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 43 (junction, level crossing, narrow bridge, bend, steep slope, tunnel, crossing; basis: text) and its
    /// Regulations, article 82(2) (ramp, acceleration and deceleration lane). The radius of a bend and the grade of a
    /// slope and the reach of a sign are this project's own reading. Dense traffic is not looked at.
    ForbiddenOvertaking = "forbidden-overtaking" {
        /// Inside junctions.
        flag in_junctions = true;
        /// On crossings for pedestrians.
        flag on_crossings = true;
        /// On level crossings.
        flag on_level_crossings = true;
        /// In tunnels.
        flag in_tunnels = true;
        /// On bridges.
        flag on_bridges = false;
        /// In sharp bends.
        flag in_bends = true;
        /// On steep slopes.
        flag on_slopes = true;
        /// After signs that forbid it.
        flag by_signs = true;
        /// On ramps, acceleration and deceleration lanes.
        flag on_ramps = true;
        /// Largest radius of a sharp bend.
        number bend_radius_m = 50.0, "m", 5.0..=1000.0;
        /// Least grade of a steep slope, up or down.
        number grade_percent = 7.0, "%", 1.0..=50.0;
        /// How far such a sign holds.
        number sign_reach_m = 500.0, "m", 1.0..=5000.0;
    }
}

fn forbidden(p: &Params, ground: Ground) -> bool {
    match ground {
        Ground::Junction => p.in_junctions,
        Ground::Crossing => p.on_crossings,
        Ground::LevelCrossing => p.on_level_crossings,
        Ground::Tunnel => p.in_tunnels,
        Ground::Bridge => p.on_bridges,
        Ground::Bend => p.in_bends,
        Ground::Slope => p.on_slopes,
        Ground::Ramp => p.on_ramps,
        Ground::Motorway | Ground::OneWay | Ground::Narrow => false,
    }
}

impl Rule for ForbiddenOvertaking {
    type Params = Params;
    /// Overtakings.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, overtakings: &mut u64, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        cx.judged_if_ahead_known(out);
        for o in cx.measures.overtakings().iter().filter(|o| cx.scope.contains(o.t_ns)) {
            *overtakings += 1;
            let Some(place) = places.at(o.k) else {
                cx.missing(out, o.k, "lane", NO_LANE);
                continue;
            };
            let all = grounds(
                track,
                &place.hit,
                Hard { bend_radius_m: p.bend_radius_m, grade_percent: p.grade_percent },
            );
            let ground = all.into_iter().find(|(g, _)| forbidden(p, *g)).map(|(g, id)| (g.name(), id));
            let found = match ground {
                Some(found) => Some(found),
                None => match sign(track, p, &place.hit) {
                    Some(sign) if sign.says_always() => Some(("sign", sign.id.clone())),
                    Some(sign) => {
                        cx.missing(out, o.k, SIGN_SAYS, &unclear_sign(&sign.id));
                        continue;
                    }
                    None => None,
                },
            };
            let Some((place, element)) = found else { continue };
            let s = cx.measures.ego().samples()[o.k];
            let one = Value { value: 1.0, u: Uncertainty::Known(0.0) };
            let what = "overtook where that is forbidden";
            let mut f = finding(META.id, what, &s, Limit::AtMost(0.0), one, "");
            (f.from_ns, f.to_ns, f.worst_ns) = (o.t_ns, o.t_ns, o.t_ns);
            f.actors.push(actor_id(cx.measures, o.actor));
            f.element = Some(element);
            f.details.push(word("place", place));
            out.findings.push(f);
        }
    }

    fn finish(_: &Params, overtakings: u64, out: &mut RuleResult) {
        out.opportunities = overtakings;
    }
}

/// The last sign about overtaking on the way to a place, if it forbids it.
fn sign<'t>(track: &'t Track, p: &Params, hit: &LaneHit) -> Option<&'t Signal> {
    if !p.by_signs {
        return None;
    }
    let all = signs::speaking(track, hit.lane, hit.station_m, p.sign_reach_m);
    let mut all = all.into_iter().filter(|(way_m, _)| *way_m >= 0.0).map(|(_, ix)| track.signal(ix));
    let last = all.find(|s| matches!(s.kind, SignalKind::NoOvertaking | SignalKind::NoOvertakingEnd));
    last.filter(|s| s.kind == SignalKind::NoOvertaking)
}
