//! The rule `hazard-lights-misused`.

use lukao_measure::Value;
use lukao_measure::motion::STANDING_MPS;
use lukao_model::code::{DrivingMode, Indicator, Switch};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding};
use crate::lamps::needed;
use crate::meta::{Meta, rule};
use crate::motion_time::MotionTime;
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego drives with hazard lights though nothing calls for them.
    ///
    /// ## Checks
    /// Whether the hazard lights are on while the ego moves, the visibility is not below `below_m`, the driving mode is
    /// neither minimal risk nor failed, and the emergency stop is not actuated.
    ///
    /// ## Method
    /// At each sample of the ego. One stretch is one finding; measured is how long it has lasted. An opportunity is a
    /// second of motion.
    ///
    /// ## Cannot tell
    /// Without a speed; where the log does not say what the indicators show; where the hazard lights are on and it does
    /// not say the visibility. Mode and emergency stop are looked at where they are logged.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept: warning those behind of the end of a queue is short. Towing and breakdowns that no
    /// log shows are for the examiner.
    ///
    /// ## Source
    /// Beijing road traffic rules, article 46: not while driving, except as listed (text). What is let pass is this
    /// project's own reading (profile).
    HazardLightsMisused = "hazard-lights-misused" {
        /// Time that is let pass.
        number max_s = 5.0, "s", 0.0..=60.0;
        /// Visibility below which they are called for.
        number below_m = 200.0, "m", 1.0..=2000.0;
    }
}

const PACE: Pace = Pace { min_ns: 0, merge_ns: lukao_model::time::S };

/// The stretch that goes on, and time of motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    on_ns: i64,
    moved: MotionTime,
}

impl Rule for HazardLightsMisused {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::Indicator)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let limit = Limit::AtMost(p.max_s);
        let of = |c| cx.measures.ego_codes(c);
        let (lamps, modes, stop) =
            (of(Channel::Indicator), of(Channel::DrivingMode), of(Channel::EmergencyStop));
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, PACE, out);
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            state.moved.step(cx, k, speed);
            let Some(shown) = lamps.at(s.t_ns) else {
                cx.missing(out, k, Channel::Indicator.name(), "the log does not say what they show");
                continue;
            };
            let mode = modes.at(s.t_ns).and_then(DrivingMode::from_code);
            let excused = matches!(mode, Some(DrivingMode::MinimalRisk | DrivingMode::Failed))
                || stop.at(s.t_ns) == Some(Switch::On.code());
            let moves = speed.value.abs() >= STANDING_MPS;
            if shown != Indicator::Hazard.code() || !moves || excused {
                state.on_ns = 0;
                cx.judged(out, k);
                continue;
            }
            match needed::below(cx, Channel::Visibility, p.below_m, k) {
                Err((what, why)) => {
                    cx.missing(out, k, what, why);
                    continue;
                }
                Ok(true) => {
                    state.on_ns = 0;
                    cx.judged(out, k);
                    continue;
                }
                Ok(false) => cx.judged(out, k),
            }
            state.on_ns += cx.measures.ego().step(k).len_ns();
            let on = Value { value: to_s(state.on_ns), u: Uncertainty::Known(0.0) };
            let margin = limit.margin(on.value);
            if margin < 0.0 {
                let describe =
                    || finding(META.id, "drove with hazard lights for no reason", &s, limit, on, "s");
                state.episodes.broken((), s.t_ns, margin, PACE, out, describe);
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(PACE, out);
        out.opportunities = state.moved.seconds();
    }
}
