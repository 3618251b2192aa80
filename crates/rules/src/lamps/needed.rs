//! A lamp that must be on while something holds: what headlamps, fog lamps and hazard lights have in common.

use lukao_measure::{EgoSample, Value};
use lukao_model::code::{Indicator, Switch};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::{S, to_s};
use lukao_model::{Channel, RuleResult};

use crate::context::Context;
use crate::episode::{Episodes, Pace, finding};

/// Something that is missing, and why.
pub(crate) type Missing = (&'static str, &'static str);

/// Which lamp, and in which words a finding says that it is off.
pub(crate) struct Lamp {
    /// Rule id.
    pub rule: &'static str,
    /// The conduct in words.
    pub what: &'static str,
    /// Time without it that is let pass, s.
    pub max_off_s: f64,
}

/// Open episode, how long the lamp has been off, and how long it was needed.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    off_ns: i64,
    needed_ns: i64,
}

const PACE: Pace = Pace { min_ns: 0, merge_ns: S };

impl Lamp {
    /// `need` says whether it must be on at a sample, `lit` whether it is.
    pub(crate) fn scan(
        &self,
        cx: &Context<'_>,
        state: &mut State,
        out: &mut RuleResult,
        need: impl Fn(usize, &EgoSample) -> Result<bool, Missing>,
        lit: impl Fn(&EgoSample) -> Result<bool, Missing>,
    ) {
        let limit = Limit::AtMost(self.max_off_s);
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, PACE, out);
            let on = match need(k, &s) {
                Ok(false) => Ok(true),
                Ok(true) => {
                    state.needed_ns +=
                        cx.in_scope(cx.measures.ego().step(k)).map(|i| i.len_ns().max(1)).sum::<i64>();
                    lit(&s)
                }
                Err(missing) => Err(missing),
            };
            match on {
                Err((what, why)) => cx.missing(out, k, what, why),
                Ok(true) => {
                    state.off_ns = 0;
                    cx.judged(out, k);
                }
                Ok(false) => {
                    cx.judged(out, k);
                    state.off_ns += cx.measures.ego().step(k).len_ns();
                    let off = Value { value: to_s(state.off_ns), u: Uncertainty::Known(0.0) };
                    let margin = limit.margin(off.value);
                    if margin < 0.0 {
                        let describe = || finding(self.rule, self.what, &s, limit, off, "s");
                        state.episodes.broken((), s.t_ns, margin, PACE, out, describe);
                    }
                }
            }
        }
    }
}

impl State {
    pub(crate) fn finish(self, out: &mut RuleResult) {
        self.episodes.finish(PACE, out);
        out.opportunities = u64::try_from(self.needed_ns).unwrap_or(0).div_ceil(S as u64);
    }
}

/// Whether any of these switches is on at a time; an error names the first where the log says nothing of any.
pub(crate) fn any_on(cx: &Context<'_>, channels: &[Channel], t_ns: i64) -> Result<bool, Missing> {
    let said: Vec<u8> = channels.iter().filter_map(|c| cx.measures.ego_codes(*c).at(t_ns)).collect();
    if said.is_empty() {
        let name = channels.first().map_or("", |c| c.name());
        return Err((name, "the log does not say whether they are on"));
    }
    Ok(said.contains(&Switch::On.code()))
}

/// Whether the hazard lights are on at a time.
pub(crate) fn hazard(cx: &Context<'_>, t_ns: i64) -> Result<bool, Missing> {
    let said = cx.measures.ego_codes(Channel::Indicator).at(t_ns);
    let missing = || (Channel::Indicator.name(), "the log does not say what they show");
    said.map(|code| code == Indicator::Hazard.code()).ok_or_else(missing)
}

/// Whether a value of the surroundings is below a limit.
pub(crate) fn below(cx: &Context<'_>, channel: Channel, limit: f64, k: usize) -> Result<bool, Missing> {
    let v = cx.measures.surroundings(channel, k);
    v.map(|v| v.value < limit).ok_or_else(|| (channel.name(), unsaid(channel)))
}

fn unsaid(channel: Channel) -> &'static str {
    match channel {
        Channel::Illuminance => "the log does not say the illuminance",
        Channel::Visibility => "the log does not say the visibility",
        Channel::Friction => "the log does not say the friction",
        _ => "the log does not say the weather",
    }
}

/// What all rules of a lamp that must be on do: which `$need`s, in which words it is off, when it must be on, and the switches of
/// which one must then be.
macro_rules! lamp_rule {
    ($rule:ident, [$($need:ident),+], $what:literal, $when:expr, [$($lamp:ident),+]) => {
        impl $crate::rule::Rule for $rule {
            type Params = Params;
            type State = $crate::lamps::needed::State;
            const META: $crate::meta::Meta = META;

            fn needs(_: &Params) -> $crate::context::Needs {
                vec![$($crate::context::Need::$need),+]
            }

            fn scan(
                cx: &$crate::context::Context<'_>,
                p: &Params,
                state: &mut Self::State,
                out: &mut lukao_model::RuleResult,
            ) {
                let lamp = $crate::lamps::needed::Lamp { rule: META.id, what: $what, max_off_s: p.max_off_s };
                let lit = |s: &lukao_measure::EgoSample| {
                    $crate::lamps::needed::any_on(cx, &[$(lukao_model::Channel::$lamp),+], s.t_ns)
                };
                lamp.scan(cx, state, out, |k, s| $when(cx, p, k, s), lit);
            }

            fn finish(_: &Params, state: Self::State, out: &mut lukao_model::RuleResult) {
                state.finish(out);
            }
        }
    };
}
pub(crate) use lamp_rule;
