//! The rule `indicator-cut-short`.

use lukao_measure::Value;
use lukao_measure::indicator::Shown;
use lukao_model::RuleResult;
use lukao_model::outcome::{Limit, Uncertainty};
use lukao_model::time::to_s;

use crate::context::{Context, Needs};
use crate::lamps::announced::{self, State, Which};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego stops indicating before a manoeuvre is over.
    ///
    /// ## Checks
    /// From the onset of a manoeuvre to its end, how long the indicator of its side is not on, if it was at the onset.
    ///
    /// ## Method
    /// Manoeuvres are told from the track: the ego's centre goes to the neighbouring lane or into one of the other
    /// direction; it enters a junction on a way that turns by 30° or more; it leaves a roundabout; it begins to move from
    /// the kerb, or comes to a stand there, after or for 3 s. The onset is when a front wheel (the body's corner, if the
    /// sheet does not tell the wheels) touches the line between the lanes, the front bumper enters the junction, the ego begins to move, or to draw in to the kerb.
    /// Pauses of flashing lamps up to 0.8 s are bridged; hazard lights show no side.
    /// The end is when all corners are in the new lane or the rear bumper has left the junction.
    /// Measured is the time from switching off to the end. An opportunity is a manoeuvre.
    ///
    /// ## Cannot tell
    /// Off the map; where the log does not say what the indicators show at the onset; where a turn's way through the
    /// junction is not seen.
    ///
    /// ## Limits
    /// `max_s`; at equality it is kept. Uncertainty from how often the lamps are logged and from the clocks.
    ///
    /// ## Source
    /// That it is on for the whole lane change is in the 2025 draft for combined driver assistance, 4.6.2.3.2.6 (text of a
    /// draft). For turns it is this project's own reading: choose `manoeuvres = "lane-change"` to leave them out.
    IndicatorCutShort = "indicator-cut-short" {
        /// Time without it before the end that is let pass.
        number max_s = 0.0, "s", 0.0..=15.0;
        /// Which manoeuvres are looked at.
        choice manoeuvres: Which = Which::All, "all";
    }
}

impl Rule for IndicatorCutShort {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        announced::needs()
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        announced::scan(cx, p.manoeuvres, state, out, |lamps, x, shown, out| {
            if !matches!(shown, Shown::Right(_)) || x.to_ns <= x.from_ns {
                return;
            }
            let off = lamps.off_ns(x).unwrap_or((x.to_ns, Uncertainty::Known(0.0)));
            let without = Value { value: to_s(x.to_ns - off.0), u: off.1 };
            let what = format!("stopped indicating too early: {}", x.kind.name());
            let event = announced::event(META.id, what, x, Limit::AtMost(p.max_s), without);
            event.judge(cx, out, |f| announced::describe(cx, x, f));
        });
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}
