//! The rule `roundabout-entry`.

use lukao_measure::priority::{self, Right, Why};
use lukao_measure::{Encounter, Entry};
use lukao_model::RuleResult;
use lukao_track::Track;

use super::yielding::{Owed, Yielding, scan};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego enters a roundabout before one who is in it.
    ///
    /// ## Checks
    /// The gap that the ego leaves, entering a roundabout, to a vehicle on its ring. A roundabout is a ring of one-way
    /// lanes of at most 300 m, about as round as a circle; see `measure::priority`.
    ///
    /// ## Method
    /// For each entry of the ego's front into a junction, each other vehicle within 100 m whose way overlaps the ego's there.
    /// The ego has yielded if the other is in the place of overlap first. If the ego is first, measured is the gap that it
    /// leaves: from its rear leaving that place to the other's front coming, really or at the speed that the other had,
    /// whichever is less (see `measure::conflict`). An opportunity is another who was owed the right of way and came.
    ///
    /// ## Cannot tell
    /// The way of either through the junction is not certain and decides; the other is first seen inside the junction, or
    /// known from an origin that is not admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `min_gap_s`; at equality it is kept. Zones are told to 0.5 m; people on foot have rules of their own. Uncertainty from the
    /// places of both along their ways ÷ their speeds, from the speed of the other, and from the clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 51 (2): who is about to enter a
    /// roundabout lets those in it go first. The figure of 2.0 s is this project's own reading (basis: profile).
    RoundaboutEntry = "roundabout-entry" {
        /// Least gap that the ego may leave to the one who goes first.
        number min_gap_s = 2.0, "s", 0.0..=10.0;
    }
}

/// Others that were owed the right of way.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for RoundaboutEntry {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let concerns = |entry: &Entry| entry.ways.iter().any(|w| priority::enters_ring(track, *w));
        let owed = |_: &Entry, e: &Encounter| owed(track, e);
        let rule = Yielding {
            rule: META.id,
            what: "entered a roundabout before one who was in it",
            min_gap_s: p.min_gap_s,
            concerns: &concerns,
            owed: &owed,
        };
        scan(cx, &rule, &mut state.occasions, out);
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

fn owed(track: &Track, e: &Encounter) -> Owed {
    match priority::right_of_way(track, e.mine, e.theirs) {
        Right::Theirs(why @ Why::Ring) => Owed::Yes(why.text()),
        _ => Owed::No,
    }
}
