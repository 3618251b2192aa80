//! The rule `indicator-wrong-side`.

use lukao_measure::indicator::Shown;
use lukao_model::RuleResult;

use crate::context::{Context, Needs};
use crate::lamps::announced::{self, State, Which};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego indicates the wrong side.
    ///
    /// ## Checks
    /// Whether at the onset of a manoeuvre the indicator of the other side is on.
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
    /// The limit is 0 manoeuvres.
    ///
    /// ## Source
    /// Road traffic law, implementing regulation, article 57: left before turning left, changing to the left, overtaking,
    /// pulling out and turning round; right before turning right, changing to the right, going back after overtaking and
    /// pulling in (text). That a lane change is told from the centre's crossing is this project's own reading.
    IndicatorWrongSide = "indicator-wrong-side" {
        /// Which manoeuvres are looked at.
        choice manoeuvres: Which = Which::All, "all";
    }
}

impl Rule for IndicatorWrongSide {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        announced::needs()
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let words = (META.id, "indicated to the wrong side");
        announced::none_with(cx, words, Shown::WrongSide, p.manoeuvres, state, out);
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}
