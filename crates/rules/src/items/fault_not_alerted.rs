//! The rule `fault-not-alerted`.

use lukao_measure::Value;
use lukao_model::code::HmiAlert;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::{from_s, to_s};
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::breakdown::own_faults;
use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::meta::{Choice, Meta, rule};
use crate::rule::Rule;
use crate::words::LOG_ENDS;

/// What an alert has to be at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Least {
    /// Any.
    Information,
    /// A warning.
    Warning,
    /// A request to take over.
    TakeoverRequest,
}

impl Choice for Least {
    const WORDS: &'static [&'static str] = &["information", "warning", "takeover-request"];
}

impl Least {
    fn code(self) -> u8 {
        match self {
            Self::Information => HmiAlert::Information.code(),
            Self::Warning => HmiAlert::Warning.code(),
            Self::TakeoverRequest => HmiAlert::TakeoverRequest.code(),
        }
    }
}

rule! {
    /// The vehicle does not tell its driver of a fault in time.
    ///
    /// ## Checks
    /// The time from a fault in the ego's log (channel `fault`) until the vehicle alerts its driver (`hmi_alert`) with `least`
    /// or more.
    ///
    /// ## Method
    /// Faults in the scope; what reference and roadside instruments or targets report is none of the ego's. An alert that is
    /// on already counts at once. Each fault is an opportunity.
    ///
    /// ## Cannot tell
    /// Where the log does not say what the vehicle tells its driver; when it ends before the limit is over and there was no
    /// alert.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Looked for up to 55 s ahead: a longer time is reported as that. The uncertainty is
    /// from how often alerts are logged and from the clocks. That a human perceives the alert is for the examiner.
    ///
    /// ## Source
    /// Beijing closed-field exam of 2018: when it cannot cope the system alerts in a way that humans perceive (basis:
    /// press). 4 s are this project's own reading (basis: profile).
    FaultNotAlerted = "fault-not-alerted" {
        /// Time to the alert that is let pass.
        number max_s = 4.0, "s", 0.1..=50.0;
        /// What the alert has to be.
        choice least: Least = Least::Warning, "warning";
    }
}

/// Farthest ahead that an alert is looked for, s.
const AHEAD_S: f64 = 55.0;

impl Rule for FaultNotAlerted {
    type Params = Params;
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::HmiAlert)]
    }

    fn scan(cx: &Context<'_>, p: &Params, faults: &mut u64, out: &mut RuleResult) {
        let alerts = cx.measures.ego_codes(Channel::HmiAlert);
        cx.judged_all(out);
        let block = cx.block();
        for fault in own_faults(cx, block.from_ns) {
            let t_ns = fault.t_ns;
            if t_ns >= block.to_ns || !cx.scope.contains(t_ns) {
                continue;
            }
            *faults += 1;
            let last = cx.measures.ego().samples().last().map_or(t_ns, |s| s.t_ns);
            let until = t_ns.saturating_add(from_s(AHEAD_S).unwrap_or(0)).min(last.max(t_ns));
            let alert = alerts.next(t_ns, |c| c.is_some_and(|c| c >= p.least.code()));
            let alert = alert.filter(|a| a.0 <= until);
            let (end_ns, u) = alert.unwrap_or((until, Uncertainty::Known(0.0)));
            let when = Interval::new(t_ns, end_ns);
            if alert.is_none() && alerts.any(t_ns, end_ns, |c| c.is_none()) {
                cx.missing_in(out, when, Channel::HmiAlert.name(), "the log does not say it");
                continue;
            }
            if alert.is_none() && to_s(end_ns - t_ns) <= p.max_s {
                cx.missing_in(out, when, "alert", LOG_ENDS);
                continue;
            }
            let event = Event {
                rule: META.id,
                what: "did not tell its driver of a fault in time".into(),
                value: "time to the alert",
                unit: "s",
                when,
                limit: Limit::AtMost(p.max_s),
                measured: Value { value: to_s(end_ns - t_ns), u },
            };
            event.judge(cx, out, |f| {
                f.details.push(word("fault", fault.text));
                f.details.push(word("alerted", if alert.is_some() { "yes" } else { "no" }));
            });
        }
    }

    fn finish(_: &Params, faults: u64, out: &mut RuleResult) {
        out.opportunities = faults;
    }
}
