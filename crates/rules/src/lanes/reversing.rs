//! The rule `reversing`.

use lukao_measure::ground::{Ground, Hard, grounds};
use lukao_measure::motion::STANDING_MPS;
use lukao_model::{Channel, RuleResult};

use super::stretch::{By, Here, Manner, Stretch};
use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_LANE, NO_SPEED};

rule! {
    /// The ego reverses where that is forbidden.
    ///
    /// ## Checks
    /// The way driven backward in one go on a motorway, on a one-way road, in a junction, tunnel or sharp bend, on a bridge, a
    /// steep slope or a level crossing: each as the parameters say.
    ///
    /// ## Method
    /// At each sample at which the ego moves backward, by its logged or derived speed along the body. The way from sample to
    /// sample is added up; stretches at most `merge_s` apart are one finding, which names the first such place. An opportunity
    /// is a second of motion in a traffic lane.
    ///
    /// ## Cannot tell
    /// Without a speed; while moving backward in no traffic lane of the track. A log whose speed has no sign does not show
    /// reversing.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. Tunnels, bridges, level crossings and slopes are those that the map has. A carriageway
    /// that the map makes a road of its own is one-way like any other. The uncertainty is √2 times that of a position; which
    /// lane holds the middle is decided without regard to it.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 50 (level crossing, junction, one-way road,
    /// bridge, sharp bend, steep slope, tunnel) and article 82(1) (expressway; basis: text). The distance that is let pass, the radius
    /// of a sharp bend and the grade of a steep slope are this project's own reading.
    Reversing = "reversing" {
        /// Greatest way backward in one go.
        number max_distance_m = 1.0, "m", 0.0..=100.0;
        /// On motorways.
        flag on_motorways = true;
        /// On one-way roads.
        flag on_one_way_roads = true;
        /// Inside junctions.
        flag in_junctions = true;
        /// In tunnels.
        flag in_tunnels = true;
        /// On bridges.
        flag on_bridges = true;
        /// On level crossings.
        flag on_level_crossings = true;
        /// In sharp bends.
        flag in_bends = true;
        /// On steep slopes.
        flag on_slopes = true;
        /// Largest radius of a sharp bend.
        number bend_radius_m = 50.0, "m", 5.0..=1000.0;
        /// Least grade of a steep slope, up or down.
        number grade_percent = 7.0, "%", 1.0..=50.0;
        /// Stretches at most this far apart are one.
        number merge_s = 2.0, "s", 0.0..=60.0;
    }
}

/// The open stretch, and time of motion.
#[derive(Default)]
pub struct State {
    stretch: Stretch,
    moved: MotionTime,
}

fn manner(p: &Params) -> Manner {
    Manner {
        rule: META.id,
        what: "reversed where that is forbidden",
        quantity: "distance driven backward",
        by: By::Way,
        most: p.max_distance_m,
        merge_s: p.merge_s,
        both: true,
    }
}

fn forbidden(p: &Params, ground: Ground) -> bool {
    match ground {
        Ground::Motorway => p.on_motorways,
        Ground::OneWay => p.on_one_way_roads,
        Ground::Junction => p.in_junctions,
        Ground::Tunnel => p.in_tunnels,
        Ground::Bridge => p.on_bridges,
        Ground::LevelCrossing => p.on_level_crossings,
        Ground::Bend => p.in_bends,
        Ground::Slope => p.on_slopes,
        Ground::Crossing | Ground::Ramp | Ground::Narrow => false,
    }
}

impl Rule for Reversing {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        for (k, _) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let backward = speed.value <= -STANDING_MPS;
            let place = places.at(k);
            if place.is_some() {
                state.moved.step(cx, k, speed);
            }
            if backward && place.is_none() {
                cx.missing(out, k, "lane", NO_LANE);
            } else {
                cx.judged(out, k);
            }
            let found = place.filter(|_| backward).and_then(|place| {
                let all = grounds(
                    track,
                    &place.hit,
                    Hard { bend_radius_m: p.bend_radius_m, grade_percent: p.grade_percent },
                );
                all.into_iter().find(|(ground, _)| forbidden(p, *ground))
            });
            let here = found.map(|(ground, element)| Here {
                element: Some(element),
                details: vec![word("place", ground.name())],
                ..Here::default()
            });
            state.stretch.step(cx, k, here, &manner(p), out);
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.stretch.finish(&manner(p), out);
        out.opportunities = state.moved.seconds();
    }
}
