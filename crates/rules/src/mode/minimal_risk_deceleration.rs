//! The rule `minimal-risk-deceleration`.

use lukao_measure::{Mean, Value};
use lukao_model::code::DrivingMode;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, half_ns};
use crate::meta::{Meta, rule};
use crate::mode::watch::modes;
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::{NEAR_END, NO_MODE, NO_SPEED};

rule! {
    /// In a minimal-risk manoeuvre the ego brakes harder than allowed.
    ///
    /// ## Checks
    /// The mean deceleration along the body over `mean_s` while the driving mode is "minimal risk" and the ego moves.
    ///
    /// ## Method
    /// As `harsh-braking`, in that mode only. One braking is one finding, with the greatest value. An opportunity is a
    /// second of motion in that mode.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives; without a speed; nearer to an end of the ego's data than a quarter of
    /// `mean_s`.
    ///
    /// ## Limits
    /// `max_decel_mps2`; at equality it is kept. Whether an imminent contact excused it is not judged.
    ///
    /// ## Source
    /// The default of 4 m/s² is that of UN Regulation 157 (as digests report it) and of the 2025 draft for combined
    /// driver assistance, 4.6.3.1.5 (text of a draft).
    MinimalRiskDeceleration = "minimal-risk-deceleration" {
        /// Greatest mean deceleration allowed.
        number max_decel_mps2 = 4.0, "m/s2", 0.1..=15.0;
        /// Length of the window of the mean.
        number mean_s = 0.5, "s", 0.02..=10.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=10.0;
        /// Moments over the limit at most this far apart are one episode.
        number merge_s = 1.0, "s", 0.0..=10.0;
    }
}

/// Open episode, and time of motion in that mode.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl Rule for MinimalRiskDeceleration {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        let means = cx.measures.ego_means(Mean::AccelLon, half_ns(p.mean_s));
        let first = cx.measures.ego().in_block().start;
        let (limit, pace) = (Limit::AtMost(p.max_decel_mps2), Pace::new(0.0, p.merge_s));
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            match modes.at(s.t_ns) {
                Some(DrivingMode::MinimalRisk) => {}
                Some(_) => {
                    cx.judged(out, k);
                    continue;
                }
                None => {
                    cx.missing(out, k, Channel::DrivingMode.name(), NO_MODE);
                    continue;
                }
            }
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            if !state.moved.step(cx, k, speed) {
                cx.judged(out, k);
                continue;
            }
            let Some(mean) = means[k - first] else {
                cx.missing(out, k, Channel::AccelLon.name(), NEAR_END);
                continue;
            };
            let value = Value { value: -mean.value * speed.value.signum(), u: mean.u };
            match cx.judge(limit, value) {
                Judgement::Unsure => cx.unsure(out, k, "deceleration"),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let what = "braked too hard in a minimal-risk manoeuvre";
                    let describe = || finding(META.id, what, &s, limit, value, "m/s2");
                    state.episodes.broken((), s.t_ns, limit.margin(value.value), pace, out, describe);
                }
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = state.moved.seconds();
    }
}
