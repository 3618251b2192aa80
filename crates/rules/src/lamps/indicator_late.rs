//! The rule `indicator-late`.

use lukao_measure::indicator::Shown;
use lukao_model::RuleResult;
use lukao_model::outcome::Limit;

use crate::context::{Context, Needs};
use crate::lamps::announced::{self, State, Which};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego indicates a manoeuvre too late.
    ///
    /// ## Checks
    /// How long before the onset of a manoeuvre the indicator of its side has been on without a break. One that is off or
    /// shows the other side at the onset is another rule's.
    ///
    /// ## Method
    /// Manoeuvres are told from the track: the ego's centre goes to the neighbouring lane or into one of the other
    /// direction; it enters a junction on a way that turns by 30° or more; it leaves a roundabout; it begins to move from
    /// the kerb, or comes to a stand there, after or for 3 s. The onset is when a front wheel (the body's corner, if the
    /// sheet does not tell the wheels) touches the line between the lanes, the front bumper enters the junction, the ego begins to move, or to draw in to the kerb.
    /// Pauses of flashing lamps up to 0.8 s are bridged; hazard lights show no side.
    /// An opportunity is a manoeuvre.
    ///
    /// ## Cannot tell
    /// Off the map; where the log does not say what the indicators show at the onset; where a turn's way through the
    /// junction is not seen.
    ///
    /// ## Limits
    /// `min_lead_s`; at equality it is kept. Leads are followed 15 s back. Uncertainty from how often the lamps are logged,
    /// from the clocks, and from place ÷ speed toward the line.
    ///
    /// ## Source
    /// The law says "in advance" without a figure (implementing regulation, article 57). The default of 3 s is that of the
    /// human driving test (basis: press), of the 2025 draft for combined driver assistance, 4.6.2.3.2.5 (text of a draft),
    /// and of UN Regulation 157 (as recalled).
    IndicatorLate = "indicator-late" {
        /// Least time from switching on to the onset.
        number min_lead_s = 3.0, "s", 0.0..=15.0;
        /// Which manoeuvres are looked at.
        choice manoeuvres: Which = Which::All, "all";
    }
}

impl Rule for IndicatorLate {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        announced::needs()
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        announced::scan(cx, p.manoeuvres, state, out, |_, x, shown, out| {
            let Shown::Right(lead) = shown else { return };
            let what = format!("indicated too late: {}", x.kind.name());
            let event = announced::event(META.id, what, x, Limit::AtLeast(p.min_lead_s), lead.time_s);
            event.judge(cx, out, |f| announced::describe(cx, x, f));
        });
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}
