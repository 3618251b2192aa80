//! The rule `indicator-distance`.

use lukao_measure::indicator::Shown;
use lukao_model::Interval;
use lukao_model::outcome::Limit;

use crate::event::Event;
use lukao_model::RuleResult;

use crate::context::{Context, Needs};
use crate::lamps::announced::{self, State, Which};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego begins to indicate a manoeuvre too near to it or too far away.
    ///
    /// ## Checks
    /// How far before the onset of a manoeuvre the indicator of its side was switched on: no less than `min_m`, no more
    /// than `max_m`.
    ///
    /// ## Method
    /// Manoeuvres are told from the track: the ego's centre goes to the neighbouring lane or into one of the other
    /// direction; it enters a junction on a way that turns by 30° or more; it leaves a roundabout; it begins to move from
    /// the kerb, or comes to a stand there, after or for 3 s. The onset is when a front wheel (the body's corner, if the
    /// sheet does not tell the wheels) touches the line between the lanes, the front bumper enters the junction, the ego begins to move, or to draw in to the kerb.
    /// Pauses of flashing lamps up to 0.8 s are bridged; hazard lights show no side.
    /// Measured is the way of the ego's centre since then. An opportunity is a manoeuvre.
    ///
    /// ## Cannot tell
    /// Off the map; where the log does not say what the indicators show at the onset; where a turn's way through the
    /// junction is not seen; where the ego's data have a gap since
    /// switching on.
    ///
    /// ## Limits
    /// `min_m` and `max_m`; at equality they are kept. Leads are followed 15 s back; one that is longer and not yet too far
    /// is not judged for being too far. Pulling out has no way before it: choose other manoeuvres. Uncertainty from
    /// place and the moment of switching on × speed.
    ///
    /// ## Source
    /// The defaults of 50 m and 100 m are those of the Beijing road traffic rules, article 41, and, on motorways and
    /// national and provincial roads, of the Henan road traffic rules (text).
    IndicatorDistance = "indicator-distance" {
        /// Least way from switching on to the onset.
        number min_m = 50.0, "m", 0.0..=500.0;
        /// Greatest way from switching on to the onset.
        number max_m = 100.0, "m", 1.0..=1000.0;
        /// Which manoeuvres are looked at.
        choice manoeuvres: Which = Which::All, "all";
    }
}

impl Rule for IndicatorDistance {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        announced::needs()
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        announced::scan(cx, p.manoeuvres, state, out, |_, x, shown, out| {
            let Shown::Right(lead) = shown else { return };
            let Some(way) = lead.way_m else {
                return cx.missing_in(
                    out,
                    Interval::new(lead.since_ns, x.from_ns),
                    "ego",
                    "gap in the ego's data",
                );
            };
            let far = way.value > p.max_m;
            let (what, limit) = if far {
                ("indicated too far away", Limit::AtMost(p.max_m))
            } else {
                ("indicated too near", Limit::AtLeast(p.min_m))
            };
            let what = format!("{what}: {}", x.kind.name());
            let event =
                Event { unit: "m", value: "lead distance", ..announced::event(META.id, what, x, limit, way) };
            event.judge(cx, out, |f| announced::describe(cx, x, f));
        });
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        state.finish(out);
    }
}
