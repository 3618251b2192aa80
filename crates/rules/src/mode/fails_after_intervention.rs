//! The rule `fails-after-intervention`.

use lukao_measure::Value;
use lukao_measure::mode::{Change, Modes};
use lukao_model::code::DrivingMode;
use lukao_model::outcome::Limit;
use lukao_model::time::{S, from_s, to_s};
use lukao_model::{Channel, Interval, RuleResult};
use serde::{Deserialize, Serialize};

use crate::context::{Context, Need, Needs};
use crate::event::Event;
use crate::meta::{Choice, Meta, rule};
use crate::mode::watch::{Watch, modes};
use crate::rule::Rule;
use crate::words::LOG_ENDS;

/// Which way the time is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// It must stay drivable by hand for at least that long.
    StaysManual,
    /// It must be driven by the automation again within that time.
    HandsBack,
}

impl Choice for Reading {
    const WORDS: &'static [&'static str] = &["stays-manual", "hands-back"];
}

rule! {
    /// After a human has intervened the ego cannot be driven by hand for long enough, or is not handed back in time.
    ///
    /// ## Checks
    /// How long the mode stays manual after a human has taken over from the automation. With
    /// `reading = "stays-manual"` at least `time_s`; with `"hands-back"` at most that.
    ///
    /// ## Method
    /// A mode counts once it has held for `debounce_s`. The time ends when the mode becomes anything but manual.
    /// Each takeover is an opportunity.
    ///
    /// ## Cannot tell
    /// Where the log does not say who drives; when it ends before the time is over.
    ///
    /// ## Limits
    /// `time_s`; at equality it is kept. Looked for up to 55 s ahead and carried on from there. That the vehicle obeys
    /// the driver in that time is for the examiner. Uncertainty from how often the mode is logged and from the clocks.
    ///
    /// ## Source
    /// The reports of February 2018 on the Beijing exam contradict each other: one says that the time must not be less
    /// than 1 min, another that it may not exceed it (basis: press). The first fits what the item is for and is
    /// the default.
    FailsAfterIntervention = "fails-after-intervention" {
        /// The time.
        number time_s = 60.0, "s", 1.0..=3600.0;
        /// Which way it is read: it stays manual for at least that time, or is handed back within it.
        choice reading: Reading = Reading::StaysManual, "stays-manual";
        /// A mode that holds for less is passed over.
        number debounce_s = 0.2, "s", 0.0..=4.0;
    }
}

/// Who drove, and the intervention that goes on.
#[derive(Default)]
pub struct State {
    watch: Watch,
    interventions: u64,
    open: Option<Change>,
    last_ns: Option<i64>,
}

impl Rule for FailsAfterIntervention {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::EgoChannel(Channel::DrivingMode)]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let modes: Modes = modes(cx, p.debounce_s);
        state.watch.scan(cx, &modes, out);
        let block = cx.block();
        for c in modes.changes(block.from_ns, block.to_ns) {
            if let Some(open) = state.open.take() {
                judge(cx, p, &open, &c, out);
            }
            if c.disengages() && c.to == Some(DrivingMode::Manual) && cx.scope.contains(c.t_ns) {
                state.interventions += 1;
                state.open = Some(c);
            }
        }
        if let Some((_, s)) = cx.samples().last() {
            state.last_ns = Some(s.t_ns);
        }
    }

    fn finish(p: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.interventions;
        let Some(open) = state.open else { return };
        let last = state.last_ns.unwrap_or(open.t_ns).max(open.t_ns);
        let long_enough = last - open.t_ns >= from_s(p.time_s).unwrap_or(i64::MAX);
        if !(long_enough && p.reading == Reading::StaysManual) {
            out.missing("time after the intervention", LOG_ENDS, Interval::new(open.t_ns, last));
        }
    }
}

fn judge(cx: &Context<'_>, p: &Params, open: &Change, end: &Change, out: &mut RuleResult) {
    let (limit, what) = match p.reading {
        Reading::StaysManual => (Limit::AtLeast(p.time_s), "was not drivable by hand for long enough"),
        Reading::HandsBack => (Limit::AtMost(p.time_s), "was not handed back in time"),
    };
    let event = Event {
        rule: META.id,
        what: what.into(),
        value: "time after the intervention",
        unit: "s",
        // The end lies in this block, the begin may be long past.
        when: Interval::new(end.t_ns, end.t_ns),
        limit,
        measured: Value { value: to_s(end.t_ns - open.t_ns), u: open.u_s.rss(end.u_s) },
    };
    event.judge(cx, out, |f| f.from_ns = open.t_ns.max(end.t_ns - 3600 * S));
}
