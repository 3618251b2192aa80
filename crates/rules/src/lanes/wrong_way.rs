//! The rule `wrong-way`.

use lukao_measure::Place;
use lukao_model::{Channel, RuleResult, math};
use lukao_track::Track;

use super::stretch::{By, Here, Manner, Stretch};
use crate::context::{Context, Need, Needs};
use crate::episode::number;
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_SPEED, OFF_MAP};

rule! {
    /// The ego drives against the direction of its lane.
    ///
    /// ## Checks
    /// The way driven forward in one go while every traffic lane that holds the middle of the footprint leads the
    /// other way: the heading is more than `min_angle_deg` off the lane's direction.
    ///
    /// ## Method
    /// At each sample while the ego moves forward. The way from sample to sample is added up; a stretch ends when
    /// the ego is in a lane of its own direction, or in none, for longer than `merge_s`. One stretch is one
    /// finding. Lanes used in both directions have none. Reversing in a lane is not driving against it. An
    /// opportunity is a second of motion in a traffic lane.
    ///
    /// ## Cannot tell
    /// Without a speed; off the map.
    ///
    /// ## Limits
    /// `max_distance_m`; at equality it is kept. A default above 0 lets pass who swings out in a tight turn or
    /// passes an obstacle. The uncertainty is √2 times that of a position; which lane holds the middle is decided
    /// without regard to it.
    ///
    /// ## Source
    /// The pack names the clause. The defaults are this project's own reading.
    WrongWay = "wrong-way" {
        /// Greatest distance driven against the lane's direction in one go.
        number max_distance_m = 10.0, "m", 0.0..=1000.0;
        /// Angle between heading and lane from which on the lane leads the other way.
        number min_angle_deg = 120.0, "deg", 90.0..=180.0;
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
        what: "drove against the lane's direction",
        quantity: "distance driven the wrong way",
        by: By::Way,
        most: p.max_distance_m,
        merge_s: p.merge_s,
        both: false,
    }
}

impl Rule for WrongWay {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        for (k, _) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            let wrong = wrong_lane(cx, track, k, p).filter(|_| speed.value > 0.0);
            let in_lane = cx.measures.places().is_some_and(|x| !x.hits(k).is_empty());
            if !cx.measures.on_map(k) {
                cx.missing(out, k, "lane", OFF_MAP);
            } else {
                cx.judged(out, k);
            }
            if in_lane {
                state.moved.step(cx, k, speed);
            }
            let here = wrong.map(|place| Here {
                element: Some(track.lane(place.hit.lane).id.clone()),
                details: vec![number("angle_deg", place.off_rad.abs().to_degrees())],
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

/// The place of the ego if all lanes that hold it lead the other way.
fn wrong_lane(cx: &Context<'_>, track: &Track, k: usize, p: &Params) -> Option<Place> {
    let places = cx.measures.places()?;
    let yaw = cx.measures.ego().samples()[k].pose.yaw_rad;
    let against = |h: &lukao_track::LaneHit| {
        let lane = track.lane(h.lane).one_way_heading_at(h.station_m);
        lane.is_some_and(|_| math::angle_between(h.heading_rad, yaw).abs().to_degrees() > p.min_angle_deg)
    };
    places.hits(k).iter().all(against).then(|| places.at(k)).flatten()
}
