//! The rule `out-of-conditions`.

use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::S;
use lukao_model::{Channel, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding};
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;

/// What of the surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Visibility, m.
    #[serde(rename = "visibility_m")]
    Visibility,
    /// Illuminance, lx.
    #[serde(rename = "illuminance_lx")]
    Illuminance,
    /// Rain, mm/h.
    #[serde(rename = "rain_mmph")]
    Rain,
    /// Friction of the surface.
    #[serde(rename = "friction_ratio")]
    Friction,
}

impl Choice for What {
    const WORDS: &'static [&'static str] = &["visibility_m", "illuminance_lx", "rain_mmph", "friction_ratio"];
}

impl What {
    fn channel(self) -> Channel {
        match self {
            Self::Visibility => Channel::Visibility,
            Self::Illuminance => Channel::Illuminance,
            Self::Rain => Channel::Rain,
            Self::Friction => Channel::Friction,
        }
    }
}

rule! {
    /// Weather, light or road surface are not what the exam asks for.
    ///
    /// ## Checks
    /// Whether `channel` of the surroundings is at least `min` and at most `max` in the scope.
    ///
    /// ## Method
    /// At each sample of the ego; a value holds until the next. Values out of range at most 1 s apart are one finding;
    /// measured is the worst. An opportunity is a second in the scope.
    ///
    /// ## Cannot tell
    /// Where the log does not say the value.
    ///
    /// ## Limits
    /// `min` and `max` in the channel's unit; at equality they are kept; what is not given is not asked for. The uncertainty
    /// is the channel's accuracy. A finding says nothing of the driving: packs let it make an attempt invalid.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018: by day, in clear weather, visibility of at least 500 m, except for the items about
    /// weather (basis: press).
    OutOfConditions = "out-of-conditions" {
        /// What of the surroundings.
        choice channel: What = What::Visibility, "visibility_m";
        /// Least value.
        optional min, "", -1000000.0..=1000000.0;
        /// Greatest value.
        optional max, "", -1000000.0..=1000000.0;
    }
}

const PACE: Pace = Pace { min_ns: 0, merge_ns: S };

/// Open episodes below and above, and time in the scope.
#[derive(Default)]
pub struct State {
    episodes: Episodes<bool>,
    seen_ns: i64,
}

impl Rule for OutOfConditions {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let channel = p.channel.channel();
        let limits = [p.min.map(Limit::AtLeast), p.max.map(Limit::AtMost)];
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, PACE, out);
            let Some(value) = cx.measures.surroundings(channel, k) else {
                cx.missing(out, k, channel.name(), "the log does not say it");
                continue;
            };
            // Where no value is asked for there is nothing to keep.
            if limits == [None, None] {
                continue;
            }
            state.seen_ns += cx.in_scope(cx.measures.ego().step(k)).map(|i| i.len_ns().max(1)).sum::<i64>();
            let mut sure = true;
            for (above, limit) in [false, true].into_iter().zip(limits).filter_map(|(a, l)| Some((a, l?))) {
                match cx.judge(limit, value) {
                    Judgement::Kept { .. } => {}
                    Judgement::Unsure => sure = false,
                    Judgement::Broken { .. } => {
                        let what = format!("{} out of range", channel.name());
                        let margin = limit.margin(value.value);
                        let describe = || finding(META.id, &what, &s, limit, value, channel.unit());
                        state.episodes.broken(above, s.t_ns, margin, PACE, out, describe);
                    }
                }
            }
            if sure {
                cx.judged(out, k);
            } else {
                cx.unsure(out, k, channel.name());
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(PACE, out);
        out.opportunities = u64::try_from(state.seen_ns).unwrap_or(0).div_ceil(S as u64);
    }
}
