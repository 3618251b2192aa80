//! The rule `input-in-attempt`.

use lukao_measure::Value;
use lukao_model::code::Switch;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::{S, from_s, to_s};
use lukao_model::{Channel, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::{Episodes, Pace, finding, word};
use crate::items::told::orders_ns;
use crate::meta::{Meta, rule};
use crate::mode::reasons;
use crate::rule::Rule;

rule! {
    /// Somebody acts on the vehicle in an attempt without being told to.
    ///
    /// ## Checks
    /// Whether, in the scope, the driver overrides the automation (pedal, wheel, button), the emergency stop is actuated, or a
    /// remote command comes in, whoever drives and whether the ego moves or stands.
    ///
    /// ## Method
    /// At each sample of the ego. One input is one finding; measured is how long it has lasted. An input that begins at most
    /// `ordered_s` after an order is let pass for as long as it lasts. Orders are commands (channel `command`), or marks
    /// after `order:`, that begin with `take over`, `intervene`, `emergency stop`, 接管 or 急停. An opportunity is a second
    /// in the scope.
    ///
    /// ## Cannot tell
    /// Where the log does not say whether the driver overrides (`driver_override`), whether the emergency stop is actuated
    /// (unless `emergency_stop` is false) or whether remote commands come in (unless `remote_command` is false). Reasons
    /// for an override are looked at where they are logged.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. That the automated mode itself has no gap is the business of `manual-driving`.
    ///
    /// ## Source
    /// In an attempt nobody may help unless the examiner orders it: this project's own reading of what the exam is for
    /// (basis: profile).
    InputInAttempt = "input-in-attempt" {
        /// Length of an input that is let pass.
        number max_s = 0.0, "s", 0.0..=60.0;
        /// How long after an order an input may begin.
        number ordered_s = 10.0, "s", 0.0..=20.0;
        /// The emergency stop counts, and has to be logged.
        flag emergency_stop = true;
        /// Remote commands count, and have to be logged.
        flag remote_command = true;
        /// Inputs at most this far apart are one.
        number merge_s = 1.0, "s", 0.0..=60.0;
    }
}

/// The input that goes on.
#[derive(Default)]
pub struct State {
    episodes: Episodes<()>,
    input_ns: i64,
    ordered: bool,
    seen_ns: i64,
}

impl Rule for InputInAttempt {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(p: &Params) -> Needs {
        let mut needs = vec![Need::Ego, Need::EgoChannel(Channel::DriverOverride)];
        needs.extend(p.emergency_stop.then_some(Need::EgoChannel(Channel::EmergencyStop)));
        needs.extend(p.remote_command.then_some(Need::EgoChannel(Channel::RemoteCommand)));
        needs
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (pace, limit) = (Pace::new(0.0, p.merge_s), Limit::AtMost(p.max_s));
        let of = |c: Channel| (c, cx.measures.ego_codes(c));
        let mut switches = vec![of(Channel::DriverOverride)];
        switches.extend(p.emergency_stop.then(|| of(Channel::EmergencyStop)));
        switches.extend(p.remote_command.then(|| of(Channel::RemoteCommand)));
        let reason = cx.measures.ego_codes(Channel::OverrideReason);
        let wait_ns = from_s(p.ordered_s).unwrap_or(0);
        let orders = orders_ns(cx, cx.block().from_ns.saturating_sub(wait_ns));
        for (k, s) in cx.samples() {
            state.episodes.advance(s.t_ns, pace, out);
            state.seen_ns += cx.in_scope(cx.measures.ego().step(k)).map(|i| i.len_ns().max(1)).sum::<i64>();
            let on = |x: &&(Channel, _)| on_at(x, s.t_ns) == Some(true);
            let acting: Vec<Channel> = switches.iter().filter(on).map(|x| x.0).collect();
            let reason = reason.at(s.t_ns).unwrap_or(0);
            if acting.is_empty() && reason == 0 {
                (state.input_ns, state.ordered) = (0, false);
                match switches.iter().find(|x| on_at(x, s.t_ns).is_none()) {
                    Some((channel, _)) => cx.missing(out, k, channel.name(), "the log does not say it"),
                    None => cx.judged(out, k),
                }
                continue;
            }
            cx.judged(out, k);
            if state.input_ns == 0 {
                state.ordered = orders.iter().any(|t| *t <= s.t_ns && s.t_ns - *t <= wait_ns);
            }
            // An input at one sample lasts until the next.
            state.input_ns += cx.measures.ego().step(k).len_ns().max(1);
            let lasted = Value { value: to_s(state.input_ns), u: Uncertainty::Known(0.0) };
            let margin = limit.margin(lasted.value);
            if margin < 0.0 && !state.ordered {
                let describe = || {
                    let mut f =
                        finding(META.id, "somebody acted on the vehicle unordered", &s, limit, lasted, "s");
                    let mut by = reasons(reason);
                    by.extend(acting.iter().map(|c| c.name()));
                    f.details.push(word("by", by.join(", ")));
                    f
                };
                state.episodes.broken((), s.t_ns, margin, pace, out, describe);
            }
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        state.episodes.finish(Pace::new(0.0, p.merge_s), out);
        out.opportunities = u64::try_from(state.seen_ns).unwrap_or(0).div_ceil(S as u64);
    }
}

fn on_at(x: &(Channel, std::sync::Arc<lukao_measure::Spans>), t_ns: i64) -> Option<bool> {
    Some(x.1.at(t_ns)? == Switch::On.code())
}
