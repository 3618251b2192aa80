//! The rule `indicator-left-on`.

use lukao_measure::Manoeuvre;
use lukao_model::outcome::Limit;
use lukao_model::time::from_s;
use lukao_model::{Finding, Interval};

use crate::event::Event;
use lukao_model::RuleResult;

use crate::context::{Context, Needs};
use crate::lamps::announced::{self, Which};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego goes on indicating after a manoeuvre is over.
    ///
    /// ## Checks
    /// How long after the end of a manoeuvre the indicator of its side goes on.
    ///
    /// ## Method
    /// Manoeuvres are told from the track: the ego's centre goes to the neighbouring lane or into one of the other
    /// direction; it enters a junction on a way that turns by 30° or more; it leaves a roundabout; it begins to move from
    /// the kerb, or comes to a stand there, after or for 3 s. The onset is when a front wheel (the body's corner, if the
    /// sheet does not tell the wheels) touches the line between the lanes, the front bumper enters the junction, the ego begins to move, or to draw in to the kerb.
    /// Pauses of flashing lamps up to 0.8 s are bridged; hazard lights show no side.
    /// The end is when all corners are in the new lane or the rear bumper has left the junction. A lamp that stays
    /// on for a next manoeuvre to the same side counts from that one. An opportunity is a manoeuvre.
    ///
    /// ## Cannot tell
    /// Off the map; where the log does not say what the indicators show at the onset; where a turn's way through the
    /// junction is not seen.
    ///
    /// ## Limits
    /// `max_after_s`; at equality it is kept. Looked for up to 60 s after the end. Uncertainty from how often the lamps are
    /// logged and from the clocks.
    ///
    /// ## Source
    /// The pack names the clause. The default of 5 s is this project's own reading (profile).
    IndicatorLeftOn = "indicator-left-on" {
        /// Time after the end that is let pass.
        number max_after_s = 5.0, "s", 0.0..=55.0;
        /// Which manoeuvres are looked at.
        choice manoeuvres: Which = Which::All, "all";
    }
}

/// Manoeuvres looked at, and what may still turn out to be for the next one: its end, and until when it is shown.
#[derive(Default)]
pub struct State {
    looked: announced::State,
    open: Option<(Manoeuvre, i64, Finding)>,
}

impl Rule for IndicatorLeftOn {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        announced::needs()
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let State { looked, open } = state;
        announced::scan(cx, p.manoeuvres, looked, out, |lamps, x, _, out| {
            if let Some((before, until_ns, f)) = open.take()
                && !(before.side == x.side && x.from_ns <= until_ns)
            {
                out.findings.push(f);
            }
            let Some(after) = lamps.after_s(x) else { return };
            let mut found = RuleResult::default();
            let what = format!("left the indicator on: {}", x.kind.name());
            let event = Event {
                value: "time after the manoeuvre",
                when: Interval::new(x.to_ns, x.to_ns),
                ..announced::event(META.id, what, x, Limit::AtMost(p.max_after_s), after)
            };
            event.judge(cx, &mut found, |f| announced::describe(cx, x, f));
            out.undetermined.append(&mut found.undetermined);
            *open = found.findings.pop().map(|f| (*x, x.to_ns + from_s(after.value).unwrap_or(0), f));
        });
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.findings.extend(state.open.map(|o| o.2));
        state.looked.finish(out);
    }
}
