//! The rule `forbidden-u-turn`.

use lukao_measure::ground::{Ground, Hard, grounds};
use lukao_measure::manoeuvre::Kind;
use lukao_measure::{Manoeuvre, Value, signs};
use lukao_model::RuleResult;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_track::{Signal, Track, Turn};

use crate::context::{Context, Need, Needs};
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego turns round where that is forbidden.
    ///
    /// ## Checks
    /// Whether the ego, while it turns round, is on a crossing, a level crossing, a bridge, a steep slope or a motorway, in a tunnel or a sharp
    /// bend,
    /// or comes from a lane with a sign that forbids to turn round or left, each as the parameters say.
    ///
    /// ## Method
    /// Turning round is a change into a lane of the other direction with the heading across, or a way of more than 150° through a
    /// junction. Looked at is each sample from its onset to its end, and signs on the last `sign_reach_m` before it.
    /// Measured are such turns: 1, where 0 are let pass; the finding names the first place or sign. An opportunity is a turn.
    ///
    /// ## Cannot tell
    /// Off the map; at a junction whose way the track does not have, or that is not seen to its end.
    ///
    /// ## Limits
    /// Lines that may not be crossed are the business of `solid-line-crossed`. Places and signs that the map does not have are not told
    /// from ones that are not there. Which lane holds the middle is decided without regard to the uncertainty of positions.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 49 (signs, level crossing, crossing, bridge, sharp bend,
    /// steep slope, tunnel) and article 82(1) (expressway; basis: text). The radius of a bend, the grade of a slope and the reach of a sign are this
    /// project's own reading.
    ForbiddenUTurn = "forbidden-u-turn" {
        /// On crossings for pedestrians.
        flag on_crossings = true;
        /// On level crossings.
        flag on_level_crossings = true;
        /// In tunnels.
        flag in_tunnels = true;
        /// On bridges.
        flag on_bridges = true;
        /// In sharp bends.
        flag in_bends = true;
        /// On steep slopes.
        flag on_slopes = true;
        /// On motorways.
        flag on_motorways = true;
        /// After signs that forbid it.
        flag by_signs = true;
        /// Largest radius of a sharp bend.
        number bend_radius_m = 50.0, "m", 5.0..=1000.0;
        /// Least grade of a steep slope, up or down.
        number grade_percent = 7.0, "%", 1.0..=50.0;
        /// How far before the turn a sign may stand.
        number sign_reach_m = 100.0, "m", 1.0..=1000.0;
    }
}

fn forbidden(p: &Params, ground: Ground) -> bool {
    match ground {
        Ground::Crossing => p.on_crossings,
        Ground::LevelCrossing => p.on_level_crossings,
        Ground::Tunnel => p.in_tunnels,
        Ground::Bridge => p.on_bridges,
        Ground::Bend => p.in_bends,
        Ground::Slope => p.on_slopes,
        Ground::Motorway => p.on_motorways,
        Ground::Junction | Ground::Ramp | Ground::OneWay | Ground::Narrow => false,
    }
}

impl Rule for ForbiddenUTurn {
    type Params = Params;
    /// Turns.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, turns: &mut u64, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        for x in cx.manoeuvres(out).filter(|x| x.kind == Kind::TurnRound) {
            *turns += 1;
            let Some((why, element)) = sign(cx, track, p, x).or_else(|| place(cx, track, p, x)) else {
                continue;
            };
            let s = cx.measures.ego().samples()[x.k];
            let one = Value { value: 1.0, u: Uncertainty::Known(0.0) };
            let what = "turned round where that is forbidden";
            let mut f = finding(META.id, what, &s, Limit::AtMost(0.0), one, "");
            (f.from_ns, f.to_ns) = (x.from_ns, x.to_ns);
            f.element = Some(element);
            f.details.push(word("place", why));
            out.findings.push(f);
        }
    }

    fn finish(_: &Params, turns: u64, out: &mut RuleResult) {
        out.opportunities = turns;
    }
}

/// A sign on the lane that it leaves.
fn sign(cx: &Context<'_>, track: &Track, p: &Params, x: &Manoeuvre) -> Option<(&'static str, String)> {
    let lane = x.lane.filter(|_| p.by_signs)?;
    let s = cx.measures.ego().samples()[x.k];
    let at_m = track.locate(lane, [s.pose.x_m, s.pose.y_m]).station_m;
    let all = signs::speaking(track, lane, at_m, p.sign_reach_m);
    let mut all = all.into_iter().map(|(_, ix)| track.signal(ix));
    let counts = |sign: &&Signal| sign.kind.forbids(Turn::Around) || sign.kind.forbids(Turn::Left);
    all.find(counts).map(|sign| ("sign", sign.id.clone()))
}

/// The first place on its way.
fn place(cx: &Context<'_>, track: &Track, p: &Params, x: &Manoeuvre) -> Option<(&'static str, String)> {
    let places = cx.measures.places()?;
    let samples = cx.measures.ego().samples();
    let from = samples.partition_point(|s| s.t_ns < x.from_ns);
    let on_way = (from..samples.len()).take_while(|j| samples[*j].t_ns <= x.to_ns);
    on_way.flat_map(|j| places.hits(j)).find_map(|hit| {
        let all =
            grounds(track, hit, Hard { bend_radius_m: p.bend_radius_m, grade_percent: p.grade_percent });
        // A connecting lane that turns round is a bend by itself.
        let bend_of_junction = |g: Ground| g == Ground::Bend && track.lane(hit.lane).in_junction;
        let (ground, element) = all.into_iter().find(|(g, _)| forbidden(p, *g) && !bend_of_junction(*g))?;
        Some((ground.name(), element))
    })
}
