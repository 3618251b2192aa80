//! What rules about indicators have in common: the manoeuvres that must be announced, and what was shown.

use lukao_measure::indicator::{Indicators, Shown};
use lukao_measure::manoeuvre::Kind;
use lukao_measure::{Manoeuvre, Value};
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::{Channel, Finding, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::episode::word;
use crate::event::Event;
use crate::meta::Choice;

/// Which manoeuvres a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// All.
    All,
    /// Lane changes.
    LaneChange,
    /// Turns through junctions.
    Turn,
    /// Turning round.
    TurningRound,
    /// Pulling out from the kerb.
    PullingOut,
    /// Pulling in to the kerb.
    PullingIn,
    /// Leaving a roundabout.
    RoundaboutExit,
}

impl Choice for Which {
    const WORDS: &'static [&'static str] =
        &["all", "lane-change", "turn", "turning-round", "pulling-out", "pulling-in", "roundabout-exit"];
}

impl Which {
    fn takes(self, kind: Kind) -> bool {
        match self {
            Self::All => true,
            Self::LaneChange => kind == Kind::LaneChange,
            Self::Turn => kind == Kind::Turn,
            Self::TurningRound => kind == Kind::TurnRound,
            Self::PullingOut => kind == Kind::PullOut,
            Self::PullingIn => kind == Kind::PullIn,
            Self::RoundaboutExit => kind == Kind::RoundaboutExit,
        }
    }
}

pub(crate) fn needs() -> Needs {
    vec![Need::Ego, Need::Track, Need::EgoChannel(Channel::Indicator)]
}

/// Manoeuvres looked at.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl State {
    pub(crate) fn finish(self, out: &mut RuleResult) {
        out.opportunities = self.occasions;
    }
}

/// Finds the manoeuvres of that kind at whose onset the indicators show what they may not.
pub(crate) fn none_with(
    cx: &Context<'_>,
    (rule, words): (&'static str, &str),
    bad: Shown,
    which: Which,
    state: &mut State,
    out: &mut RuleResult,
) {
    scan(cx, which, state, out, |_, x, shown, out| {
        if shown == bad {
            let what = format!("{} {words}", x.kind.name());
            one(rule, what, x).judge(cx, out, |f| describe(cx, x, f));
        }
    });
}

/// Goes over the block's manoeuvres of that kind in scope: counts them and hands on what was shown. What is missing
/// is noted here.
pub(crate) fn scan(
    cx: &Context<'_>,
    which: Which,
    state: &mut State,
    out: &mut RuleResult,
    mut each: impl FnMut(&Indicators, &Manoeuvre, Shown, &mut RuleResult),
) {
    if cx.measures.track().is_none() {
        return;
    }
    cx.judged_on_map(out);
    let all = cx.measures.manoeuvres();
    let lamps = Indicators::of(cx.measures);
    for &k in &all.unknown {
        let turns = [Kind::Turn, Kind::TurnRound, Kind::RoundaboutExit].iter().any(|t| which.takes(*t));
        if turns && cx.scope.contains(cx.measures.ego().samples()[k].t_ns) {
            cx.missing(out, k, "way through the junction", "the ego is not seen to leave it");
        }
    }
    for x in all.known.iter().filter(|x| which.takes(x.kind) && cx.scope.contains(x.t_ns)) {
        state.occasions += 1;
        match lamps.shown(cx.measures, x) {
            Shown::Unknown => {
                let when = Interval::new(x.from_ns, x.from_ns);
                cx.missing_in(out, when, Channel::Indicator.name(), "the log does not say what they show");
            }
            shown => each(&lamps, x, shown, out),
        }
    }
}

/// An event of a manoeuvre, at its onset.
pub(crate) fn event(rule: &'static str, what: String, x: &Manoeuvre, limit: Limit, measured: Value) -> Event {
    Event { rule, what, value: "lead", unit: "s", when: Interval::new(x.from_ns, x.t_ns), limit, measured }
}

/// One manoeuvre where none is allowed.
fn one(rule: &'static str, what: String, x: &Manoeuvre) -> Event {
    let measured = Value { value: 1.0, u: Uncertainty::Known(0.0) };
    Event { unit: "1", ..event(rule, what, x, Limit::AtMost(0.0), measured) }
}

/// Kind and side of the manoeuvre, and the lane that it leaves.
pub(crate) fn describe(cx: &Context<'_>, x: &Manoeuvre, f: &mut Finding) {
    f.details.push(word("manoeuvre", x.kind.name()));
    f.details.push(word("side", if x.side == lukao_model::code::Indicator::Left { "left" } else { "right" }));
    f.element = cx.measures.track().zip(x.lane).map(|(t, l)| t.lane(l).id.clone());
}
