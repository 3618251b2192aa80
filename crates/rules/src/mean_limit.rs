//! A limit on a mean of the ego's motion while it moves: what braking, accelerating, cornering and jerk have in common.

use lukao_measure::{EgoSample, Mean, Value};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, Finding, RuleResult};

use crate::context::Context;
use crate::episode::{Episodes, Pace, finding, half_ns};
use crate::motion_time::MotionTime;
use crate::words::{NEAR_END, NO_SPEED};

/// What is limited, and in which words a finding says so.
pub(crate) struct MeanLimit {
    /// Rule id.
    pub rule: &'static str,
    /// Which mean.
    pub mean: Mean,
    /// Channel that gives it, to be named where it is missing.
    pub channel: Channel,
    /// Name of the value.
    pub value: &'static str,
    /// The conduct in words.
    pub what: &'static str,
    /// The limited value from the mean and the speed.
    pub of: fn(mean: f64, speed_mps: f64) -> f64,
    /// Unit of the value.
    pub unit: &'static str,
    /// Greatest value allowed.
    pub max: f64,
    /// How it is smoothed.
    pub smoothing: Smoothing,
    /// How moments become episodes.
    pub pace: Pace,
}

/// How the motion is smoothed before it is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Smoothing {
    /// Mean over a centred window of that length, s.
    Mean(f64),
    /// Butterworth of the fourth order, cut-off 0.5 Hz: see [`lukao_measure::filter`].
    Butterworth,
}

/// What packs write for [`Smoothing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Filter {
    /// Mean over a centred window.
    #[serde(rename = "mean")]
    Mean,
    /// Butterworth of the fourth order, cut-off 0.5 Hz.
    #[serde(rename = "butterworth-4-0.5-hz")]
    Butterworth,
}

impl crate::meta::Choice for Filter {
    const WORDS: &'static [&'static str] = &["mean", "butterworth-4-0.5-hz"];
}

impl Filter {
    pub(crate) fn smoothing(self, mean_s: f64) -> Smoothing {
        match self {
            Self::Mean => Smoothing::Mean(mean_s),
            Self::Butterworth => Smoothing::Butterworth,
        }
    }
}

/// Open episode and time in motion.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    moved: MotionTime,
}

impl MeanLimit {
    fn describe(&self, s: &EgoSample, limit: Limit, value: Value) -> Finding {
        finding(self.rule, self.what, s, limit, value, self.unit)
    }

    pub(crate) fn scan(&self, cx: &Context<'_>, state: &mut State, out: &mut RuleResult) {
        let means = match self.smoothing {
            Smoothing::Mean(mean_s) => cx.measures.ego_means(self.mean, half_ns(mean_s)),
            Smoothing::Butterworth => cx.measures.ego_low_pass(self.mean),
        };
        let first = cx.measures.ego().in_block().start;
        let limit = Limit::AtMost(self.max);
        for (k, s) in cx.samples() {
            let Some(speed) = cx.measures.ego_speed_mps(k) else {
                cx.missing(out, k, Channel::Speed.name(), NO_SPEED);
                continue;
            };
            state.episodes.advance(s.t_ns, self.pace, out);
            if !state.moved.step(cx, k, speed) {
                cx.judged(out, k);
                continue;
            }
            let Some(mean) = means[k - first] else {
                cx.missing(out, k, self.channel.name(), NEAR_END);
                continue;
            };
            let value = Value { value: (self.of)(mean.value, speed.value), u: mean.u };
            match cx.judge(limit, value) {
                Judgement::Unsure => cx.unsure(out, k, self.value),
                Judgement::Kept { .. } => cx.judged(out, k),
                Judgement::Broken { .. } => {
                    cx.judged(out, k);
                    let describe = || self.describe(&s, limit, value);
                    state.episodes.broken((), s.t_ns, limit.margin(value.value), self.pace, out, describe);
                }
            }
        }
    }
}

impl State {
    pub(crate) fn finish(self, pace: Pace, out: &mut RuleResult) {
        self.episodes.finish(pace, out);
        out.opportunities = self.moved.seconds();
    }
}

/// What all rules of a limit on a mean do, from `limit(&Params)` beside the rule; with the channels that they cannot do
/// without.
macro_rules! mean_limit_rule {
    ($rule:ident $(, $channel:ident)?) => {
        impl $crate::rule::Rule for $rule {
            type Params = Params;
            type State = $crate::mean_limit::State;
            const META: $crate::meta::Meta = META;

            fn needs(_: &Params) -> $crate::context::Needs {
                vec![
                    $crate::context::Need::Ego,
                    $($crate::context::Need::EgoChannel(lukao_model::Channel::$channel))?
                ]
            }

            fn scan(
                cx: &$crate::context::Context<'_>,
                p: &Params,
                state: &mut Self::State,
                out: &mut lukao_model::RuleResult,
            ) {
                limit(p).scan(cx, state, out);
            }

            fn finish(p: &Params, state: Self::State, out: &mut lukao_model::RuleResult) {
                state.finish(limit(p).pace, out);
            }
        }
    };
}
pub(crate) use mean_limit_rule;
