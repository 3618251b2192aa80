//! The rule `late-takeover`.

use lukao_measure::Value;
use lukao_measure::mode::Modes;
use lukao_model::code::DrivingMode;
use lukao_model::outcome::Limit;
use lukao_model::time::{S, from_s, to_s};
use lukao_model::{Channel, Interval, RuleResult};

use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;
use crate::words::LOG_ENDS;

rule! {
    /// A request to take over is not answered in time.
    ///
    /// ## Checks
    /// The time from the begin of the mode "takeover request" until the human drives.
    ///
    /// ## Method
    /// A mode counts once it has held for `debounce_s`. The time ends when the mode is manual; a change to minimal
    /// risk or failed does not end it. Each request is an opportunity. A request that the automation takes back is
    /// none.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives; when it ends before the limit is over and nobody has taken over.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Looked for up to 45 s ahead: a longer time is reported as that. Uncertainty
    /// from how often the mode is logged and from the clocks.
    ///
    /// ## Source
    /// The pack names the clause. The default of 10 s is the time after which UN Regulation 157 lets a minimal-risk
    /// manoeuvre begin at the earliest, as digests report it (basis: press).
    LateTakeover = "late-takeover" {
        /// Time to take over that is let pass.
        number max_s = 10.0, "s", 0.1..=40.0;
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=4.0;
    }
}

/// How far ahead the answer is looked for, ns.
const AHEAD_NS: i64 = 45 * S;

/// Requests, and who drove.
#[derive(Default)]
pub struct State {
    watch: Watch,
    requests: u64,
}

impl Rule for LateTakeover {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes = modes(cx, p.debounce_s);
        state.watch.scan(cx, &modes, out);
        let block = cx.block();
        for c in modes.changes(block.from_ns, block.to_ns) {
            if c.to != Some(DrivingMode::TakeoverRequest) || !cx.scope.contains(c.t_ns) {
                continue;
            }
            let end = match answer(&modes, c.t_ns) {
                Answer::TakenBack => continue,
                Answer::Human(t_ns, u_s) => Some((t_ns, c.u_s.rss(u_s))),
                Answer::None => None,
            };
            state.requests += 1;
            let last = cx.measures.ego().samples().last().map_or(c.t_ns, |s| s.t_ns);
            let (end_ns, u) = end.unwrap_or((last.min(c.t_ns + AHEAD_NS), c.u_s));
            let when = Interval::new(c.t_ns, end_ns);
            if end.is_none() && end_ns - c.t_ns <= from_s(p.max_s).unwrap_or(0) {
                cx.missing_in(out, when, "answer to the request", LOG_ENDS);
                continue;
            }
            let event = Event {
                rule: META.id,
                what: "did not take over in time".into(),
                value: "time to take over",
                unit: "s",
                when,
                limit: Limit::AtMost(p.max_s),
                measured: Value { value: to_s(end_ns - c.t_ns), u },
            };
            let answered = if end.is_some() { "yes" } else { "no" };
            event.judge(cx, out, |f| f.details.push(word("taken_over", answered)));
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.requests;
    }
}

enum Answer {
    Human(i64, lukao_model::outcome::Uncertainty),
    TakenBack,
    None,
}

fn answer(modes: &Modes, from_ns: i64) -> Answer {
    for c in modes.changes(from_ns + 1, from_ns + AHEAD_NS) {
        match c.to {
            Some(DrivingMode::Manual) => return Answer::Human(c.t_ns, c.u_s),
            Some(DrivingMode::Automated) => return Answer::TakenBack,
            _ => {}
        }
    }
    Answer::None
}
