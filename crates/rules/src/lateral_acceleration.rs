//! The rule `lateral-acceleration`.

use lukao_measure::{Mean, Value};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, half_ns};
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NEAR_END, NO_SPEED};

rule! {
    /// The ego's lateral acceleration is greater than allowed.
    ///
    /// ## Checks
    /// The size of the mean acceleration across the body over `mean_s`, to either side.
    ///
    /// ## Method
    /// At each sample while the ego moves: mean of the logged lateral acceleration over a centred window, or, if
    /// that is not logged, speed × yaw rate, where the yaw rate is logged or the turn of the heading over the
    /// window divided by its length. One bend is one finding, from its first to its last sample over the limit,
    /// with the greatest value. An opportunity is a second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed, or nearer to an end of the ego's data than a quarter of `mean_s`.
    ///
    /// ## Limits
    /// `max_lateral_mps2`; at equality it is kept. Speed × yaw rate leaves out side slip that changes. A logged
    /// acceleration of a leaning body or a banked road holds a part of gravity; nothing is taken off.
    ///
    /// ## Source
    /// The pack names the clause. The default of 3 m/s² is that of a 2025 draft for lane keeping of passenger
    /// cars (its filter is another one).
    LateralAcceleration = "lateral-acceleration" {
        /// Greatest mean lateral acceleration allowed.
        number max_lateral_mps2 = 3.0, "m/s2", 0.1..=15.0;
        /// Length of the window of the mean.
        number mean_s = 0.5, "s", 0.02..=10.0;
        /// Episodes shorter than this are not reported.
        number min_duration_s = 0.0, "s", 0.0..=10.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=10.0;
    }
}

/// Open episode and time in motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl Rule for LateralAcceleration {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let half_ns = half_ns(p.mean_s);
        let means = cx.measures.ego_means(Mean::AccelLat, half_ns);
        let first = cx.measures.ego().in_block().start;
        let limit = Limit::AtMost(p.max_lateral_mps2);
        let pace = Pace::new(p.min_duration_s, p.merge_s);
        for (k, s) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            state.episodes.advance(s.t_ns, pace, out);
            if !state.moved.step(cx, k, speed) {
                cx.judged(out, k);
                continue;
            }
            let Some(accel) = means[k - first] else {
                cx.missing(out, k, Channel::AccelLat.name(), NEAR_END);
                continue;
            };
            let lateral = Value { value: accel.value.abs(), u: accel.u };
            match cx.judge(limit, lateral) {
                Judgement::Unsure => cx.unsure(out, k, "lateral acceleration"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || finding(META.id, "cornered too fast", &s, limit, lateral, "m/s2");
                    state.episodes.broken((), s.t_ns, limit.margin(lateral.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(p.min_duration_s, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
