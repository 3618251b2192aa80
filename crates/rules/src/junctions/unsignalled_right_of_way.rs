//! The rule `unsignalled-right-of-way`.

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
    /// The ego takes the right of way at a junction without lights and signs.
    ///
    /// ## Checks
    /// The gap that the ego leaves to a vehicle that comes from its right, or that goes straight on while the ego
    /// turns, where neither lights nor signs nor the map say who goes first. A left turn before oncoming traffic has a
    /// rule of its own.
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
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 52 (2) and (3): without signs let the
    /// one from the right go first; who turns lets who goes straight on go first. Which of the two counts where both
    /// apply, and the figure of 2.0 s, are this project's own reading (basis: profile).
    UnsignalledRightOfWay = "unsignalled-right-of-way" {
        /// Least gap that the ego may leave to the one who goes first.
        number min_gap_s = 2.0, "s", 0.0..=10.0;
    }
}

/// Others that were owed the right of way.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for UnsignalledRightOfWay {
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
            what: "took the right of way",
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
    let Right::Theirs(why @ (Why::Straight | Why::FromRight)) =
        priority::right_of_way(track, e.mine, e.theirs)
    else {
        return Owed::No;
    };
    if why == Why::Straight && priority::opposite(track, e.mine, e.theirs) {
        return Owed::No;
    }
    match unsignalled(cx, track, entry, e.mine) {
        Ok(true) => Owed::Yes(why.text()),
        Ok(false) => Owed::No,
        Err(why) => Owed::Unknown(Channel::SignalState.name(), why),
    }
}
