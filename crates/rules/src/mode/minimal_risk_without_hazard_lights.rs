//! The rule `minimal-risk-without-hazard-lights`.

use lukao_measure::Value;
use lukao_model::code::{DrivingMode, Indicator};
use lukao_model::outcome::Limit;
use lukao_model::time::{S, from_s, to_s};
use lukao_model::{Channel, Interval, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;
use crate::words::LOG_ENDS;

rule! {
    /// A minimal-risk manoeuvre begins without hazard lights.
    ///
    /// ## Checks
    /// The time from the begin of the mode "minimal risk" until the hazard lights are on.
    ///
    /// ## Method
    /// A mode counts once it has held for `debounce_s`. Hazard lights that are on already take no time. If they do not
    /// come on, the time is that of the manoeuvre, at most 40 s. Each manoeuvre is an opportunity.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives or what the indicators show; when it ends before the limit is over.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Uncertainty from how often mode and lamps are logged and from the clocks.
    ///
    /// ## Source
    /// That they are on when it begins is in the 2025 draft for combined driver assistance, 4.6.3.1.4 (text of a
    /// draft), and in UN Regulation 157 as digests report it. The second that is let pass is this project's own
    /// reading (profile).
    MinimalRiskWithoutHazardLights = "minimal-risk-without-hazard-lights" {
        /// Time until they are on that is let pass.
        number max_s = 1.0, "s", 0.0..=30.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=4.0;
    }
}

const AHEAD_NS: i64 = 40 * S;

/// Manoeuvres, and who drove.
#[derive(Default)]
pub struct State {
    watch: Watch,
    manoeuvres: u64,
}

impl Rule for MinimalRiskWithoutHazardLights {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode), Need::EgoChannel(Channel::Indicator)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        state.watch.scan(cx, &modes, out);
        let lamps = cx.measures.ego_codes(Channel::Indicator);
        let block = cx.block();
        for c in modes.changes(block.from_ns, block.to_ns) {
            if c.to != Some(DrivingMode::MinimalRisk) || !cx.scope.contains(c.t_ns) {
                continue;
            }
            state.manoeuvres += 1;
            let when = Interval::new(c.t_ns, c.t_ns + from_s(p.max_s).unwrap_or(0));
            if lamps.any(when.from_ns, when.to_ns, |code| code.is_none()) || lamps.at(c.t_ns).is_none() {
                cx.missing_in(out, when, Channel::Indicator.name(), "the log does not say what they show");
                continue;
            }
            let on = lamps.next(c.t_ns, |code| code == Some(Indicator::Hazard.code()));
            let over = modes.changes(c.t_ns + 1, c.t_ns + AHEAD_NS).first().map(|c| c.t_ns);
            let last = cx.measures.ego().samples().last().map_or(c.t_ns, |s| s.t_ns);
            let (end_ns, u) = on.unwrap_or((over.unwrap_or(last).min(c.t_ns + AHEAD_NS), c.u_s));
            if on.is_none() && over.is_none() && end_ns <= when.to_ns {
                cx.missing_in(out, when, Channel::Indicator.name(), LOG_ENDS);
                continue;
            }
            let event = Event {
                rule: META.id,
                what: "minimal-risk manoeuvre without hazard lights".into(),
                value: "time until the hazard lights",
                unit: "s",
                when: Interval::new(c.t_ns, end_ns),
                limit: Limit::AtMost(p.max_s),
                measured: Value { value: to_s(end_ns - c.t_ns), u: c.u_s.rss(u) },
            };
            event.judge(cx, out, |_| {});
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.manoeuvres;
    }
}
