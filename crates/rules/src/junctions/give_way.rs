//! The rule `give-way`.

use lukao_measure::priority::{self, Right, Why};
use lukao_measure::{Encounter, Entry};
use lukao_model::{Channel, RuleResult};
use lukao_track::Track;

use super::control::unsignalled;
use super::yielding::{Owed, Yielding, scan};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego does not yield to traffic that signs or the map give the right of way.
    ///
    /// ## Checks
    /// The gap that the ego leaves to a vehicle that goes first by a stop or give-way sign on the ego's approach, by a
    /// priority sign on the other's, or by the priority that the map records between the two ways, where no lights are
    /// at work.
    ///
    /// ## Method
    /// For each entry of the ego's front into a junction, each other vehicle within 100 m whose way overlaps the ego's there.
    /// The ego has yielded if the other is in the place of overlap first. If the ego is first, measured is the gap that it
    /// leaves: from its rear leaving that place to the other's front coming, really or at the speed that the other had,
    /// whichever is less (see `measure::conflict`). An opportunity is another who was owed the right of way and came.
    ///
    /// ## Cannot tell
    /// The way of either through the junction is not certain and decides; the other is first seen inside the junction, or
    /// known from an origin that is not admitted, or on a clock that is not synchronised; lights govern the way and what they show is not known.
    ///
    /// ## Limits
    /// `min_gap_s`; at equality it is kept. Zones are told to 0.5 m; people on foot have rules of their own. Uncertainty from the
    /// places of both along their ways ÷ their speeds, from the speed of the other, and from the clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 52 (1): where signs or markings
    /// control, let the prior one go first; article 51 for lights. The figure of 2.0 s is this project's own reading
    /// (basis: profile).
    GiveWay = "give-way" {
        /// Least gap that the ego may leave to the one who goes first.
        number min_gap_s = 2.0, "s", 0.0..=10.0;
    }
}

/// Others that were owed the right of way.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for GiveWay {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let concerns = |entry: &Entry| unsignalled(cx, track, entry, entry.ways[0]) != Ok(false);
        let owed = |entry: &Entry, e: &Encounter| owed(cx, track, entry, e);
        let rule = Yielding {
            rule: META.id,
            what: "did not give way",
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

fn owed(cx: &Context<'_>, track: &Track, entry: &Entry, e: &Encounter) -> Owed {
    let Right::Theirs(why @ (Why::Sign | Why::Record)) = priority::right_of_way(track, e.mine, e.theirs)
    else {
        return Owed::No;
    };
    match unsignalled(cx, track, entry, e.mine) {
        Ok(true) => Owed::Yes(why.text()),
        Ok(false) => Owed::No,
        Err(why) => Owed::Unknown(Channel::SignalState.name(), why),
    }
}
