//! The rule `opposite-lane-used`.

use lukao_measure::body;
use lukao_model::{Channel, RuleResult, math};
use lukao_track::{LaneHit, Track};

use super::stretch::{By, Here, Manner, Stretch};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_SPEED, OFF_MAP};

rule! {
    /// The ego drives with a part of its body in a lane of the oncoming traffic.
    ///
    /// ## Checks
    /// The way driven forward in one go while a corner of the footprint is more than `min_reach_m` inside a traffic lane, outside
    /// junctions, that leads the other way.
    ///
    /// ## Method
    /// At each sample while the ego moves forward. The way from sample to sample is added up; stretches at most `merge_s` apart
    /// are one finding, which names the lane. With `min_reach_m` near 0 it finds every encroachment; with some 2 m only who drives
    /// there, as in overtaking. An opportunity is a second of motion in a traffic lane.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. Lanes used both ways lead no other way. Whether somebody comes, or something had
    /// to be passed, is not looked at. `wrong-way` finds whose middle is in such a lane. The uncertainty is √2 times that of a
    /// position; what is inside a lane is decided without regard to it.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 45 and its Regulations, article 53 (no use of the oncoming lane to pass a queue), and the
    /// duty to keep right, article 35 (basis: inferred: no clause gives a figure). Reach and distance are this project's own
    /// reading.
    OppositeLaneUsed = "opposite-lane-used" {
        /// Greatest way in one go.
        number max_distance_m = 100.0, "m", 0.0..=10000.0;
        /// A corner has to be this far inside the lane.
        number min_reach_m = 0.3, "m", 0.0..=5.0;
        /// Stretches at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
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
        what: "used a lane of the oncoming traffic",
        quantity: "distance in the opposite lane",
        by: By::Way,
        most: p.max_distance_m,
        merge_s: p.merge_s,
        both: true,
    }
}

impl Rule for OppositeLaneUsed {
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
            let in_lane = !places.hits(k).is_empty();
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "lane", OFF_MAP);
            } else {
                cx.judged(out, k);
            }
            if in_lane {
                state.moved.step(cx, k, speed);
            }
            let here = (speed.value > 0.0)
                .then(|| reached(cx, track, k, p))
                .flatten()
                .map(|lane| Here { element: Some(track.lane(lane.lane).id.clone()), ..Here::default() });
            state.stretch.step(cx, k, here, &manner(p), out);
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.stretch.finish(&manner(p), out);
        out.opportunities = state.moved.seconds();
    }
}

/// The lane of the other direction in which a corner is far enough.
fn reached(cx: &Context<'_>, track: &Track, k: usize, p: &Params) -> Option<LaneHit> {
    let s = cx.measures.ego().samples()[k];
    let size = cx.measures.window().runs()[s.run].size;
    let against = |h: &LaneHit| {
        let lane = track.lane(h.lane);
        let other_way =
            || math::angle_between(h.heading_rad, s.pose.yaw_rad).abs() > std::f64::consts::FRAC_PI_2;
        lane.kind.is_traffic()
            && !lane.in_junction
            && lane.one_way_heading_at(h.station_m).is_some()
            && other_way()
    };
    // Well inside a lane of its own direction no corner can be in another.
    let place = cx.measures.places()?.at(k);
    let inside = |h: &LaneHit, off: f64| h.to_left_m.min(h.to_right_m) > body::half_across_m(&size, off);
    if place.is_some_and(|p| inside(&p.hit, p.off_rad) && !against(&p.hit)) {
        return None;
    }
    body::corners_m(&s.pose, &size).into_iter().find_map(|corner| {
        let hits = track.lanes_at(corner, s.z_m);
        hits.into_iter().find(|h| {
            // From the border at which the oncoming lanes begin: their left one, or the right one where traffic keeps left.
            let left_hand = track.road(track.lane(h.lane).road).left_hand;
            against(h) && if left_hand { h.to_right_m } else { h.to_left_m } > p.min_reach_m
        })
    })
}
