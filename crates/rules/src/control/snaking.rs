//! The rule `snaking`.

use std::collections::VecDeque;

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::time::from_s;
use lukao_model::{Channel, RuleResult};
use lukao_track::LaneIx;

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, number};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NO_LANE, NO_SPEED};

rule! {
    /// The ego snakes: it swings from side to side in its lane.
    ///
    /// ## Checks
    /// How often within `window_s` the ego swings to the other side by at least `swing_m` while it stays in one lane
    /// outside junctions.
    ///
    /// ## Method
    /// The distance of the footprint's centre from the lane's middle is followed from turning point to turning point; a
    /// turning point counts once the ego has come back from it by `swing_m`. Measured are the turning points within
    /// the last `window_s`. A change of the lane, a junction or a gap begins anew. An opportunity is a second of
    /// motion in a lane.
    ///
    /// ## Cannot tell
    /// Without a speed; in no lane; guarded, where the accuracy of positions and survey is not known or more than half of
    /// `swing_m`.
    ///
    /// ## Limits
    /// `max_swings` within `window_s`; at equality it is kept. Swings that a narrow passage asks for are not excused.
    ///
    /// ## Source
    /// The human driving test fails unstable control of the direction (basis: press). The figures are this project's own
    /// reading (profile).
    Snaking = "snaking" {
        /// Turning points that are let pass.
        number max_swings = 3.0, "", 0.0..=100.0;
        /// Least way from one turning point to the next.
        number swing_m = 0.3, "m", 0.05..=3.0;
        /// Time within which they are counted.
        number window_s = 15.0, "s", 1.0..=120.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 5.0, "s", 0.0..=60.0;
    }
}

/// The swing that goes on, turning points, open episode, time of motion.
#[derive(Default)]
pub struct State {
    lane: Option<LaneIx>,
    /// Least and greatest offset since the last turning point.
    low_high_m: Option<(f64, f64)>,
    /// Whether the last turning point was on the left; `None` before the first.
    turned_left: Option<bool>,
    turns_ns: VecDeque<i64>,
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl State {
    fn anew(&mut self) {
        (self.low_high_m, self.turned_left) = (None, None);
        self.turns_ns.clear();
    }

    /// Takes in an offset; adds a turning point once the ego has come back from it.
    fn follow(&mut self, t_ns: i64, offset_m: f64, swing_m: f64) {
        let (low, high) = self.low_high_m.unwrap_or((offset_m, offset_m));
        let (low, high) = (low.min(offset_m), high.max(offset_m));
        self.low_high_m = Some((low, high));
        let from_left = high - offset_m >= swing_m && self.turned_left != Some(true);
        let from_right = offset_m - low >= swing_m && self.turned_left != Some(false);
        if from_left || from_right {
            // The first one may be where the lane was entered: only those after it are swings.
            if self.turned_left.is_some() {
                self.turns_ns.push_back(t_ns);
            }
            self.turned_left = Some(from_left);
            self.low_high_m = Some((offset_m, offset_m));
        }
    }
}

impl Rule for Snaking {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (Some(track), Some(places)) = (cx.measures.track(), cx.measures.places()) else { return };
        let pace = Pace::new(0.0, p.merge_s);
        let limit = Limit::AtMost(p.max_swings);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            if speed.value.abs() < STANDING_MPS {
                cx.judged(out, k);
                continue;
            }
            let Some(place) = places.at(k) else {
                state.anew();
                cx.missing(out, k, "lane", NO_LANE);
                continue;
            };
            state.moved.step(cx, k, speed);
            let lane = track.lane(place.hit.lane);
            // A lane goes on in its successor.
            let same = state
                .lane
                .is_some_and(|l| l == place.hit.lane || track.successors(l).contains(&place.hit.lane));
            if !same || lane.in_junction || s.i == 0 {
                state.anew();
            }
            state.lane = (!lane.in_junction).then_some(place.hit.lane);
            let oldest = s.t_ns - from_s(p.window_s).unwrap_or(0);
            while state.turns_ns.front().is_some_and(|t| *t < oldest) {
                state.turns_ns.pop_front();
            }
            if !lane.in_junction {
                state.follow(s.t_ns, place.hit.lateral_m, p.swing_m);
            }
            let run = &cx.measures.window().runs()[s.run];
            let known = Uncertainty::from_option;
            let u_m = known(run.accuracy.position_m.at(s.i)).rss(known(track.survey().accuracy_m));
            // A count is sure if each swing is; else nothing is known of it.
            let u = match u_m {
                Uncertainty::Known(u) if u <= 0.5 * p.swing_m => Uncertainty::Known(0.0),
                _ => Uncertainty::Unknown,
            };
            let swings = Value { value: state.turns_ns.len() as f64, u };
            match cx.judge(limit, swings) {
                Judgement::Unsure => cx.unsure(out, k, "swings"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || {
                        let mut f = finding(META.id, "snaked", &s, limit, swings, "1");
                        f.element = Some(lane.id.clone());
                        f.details.push(number("offset_m", place.hit.lateral_m));
                        f
                    };
                    state.episodes.broken((), s.t_ns, limit.margin(swings.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
