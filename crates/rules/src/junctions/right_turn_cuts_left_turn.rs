//! The rule `right-turn-cuts-left-turn`.

use lukao_measure::phase::is_red;
use lukao_measure::priority::{self, Right, Why};
use lukao_measure::{Encounter, Entry};
use lukao_model::{Channel, RuleResult};
use lukao_track::{Track, Turn};

use super::control::{Control, control};
use super::yielding::{Owed, Yielding, scan};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego turns right before one who turns left from the other side.
    ///
    /// ## Checks
    /// The gap that the ego, turning right, leaves to an oncoming vehicle that turns left into the same road, where
    /// signs do not say otherwise. Nor is it owed to one whose own light is red.
    ///
    /// ## Method
    /// For each entry of the ego's front into a junction, each other vehicle within 100 m whose way overlaps the ego's there.
    /// The ego has yielded if the other is in the place of overlap first. If the ego is first, measured is the gap that it
    /// leaves: from its rear leaving that place to the other's front coming, really or at the speed that the other had,
    /// whichever is less (see `measure::conflict`). An opportunity is another who was owed the right of way and came.
    ///
    /// ## Cannot tell
    /// The way of either through the junction is not certain and decides; the other is first seen inside the junction, or
    /// known from an origin that is not admitted, or on a clock that is not synchronised; what the lights of the other show is not known.
    ///
    /// ## Limits
    /// `min_gap_s`; at equality it is kept. Zones are told to 0.5 m; people on foot have rules of their own. Uncertainty from the
    /// places of both along their ways ÷ their speeds, from the speed of the other, and from the clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 51 (7) and article 52 (4): of two from
    /// opposite sides who turns right lets who turns left go first. The figure of 2.0 s is this project's own reading
    /// (basis: profile).
    RightTurnCutsLeftTurn = "right-turn-cuts-left-turn" {
        /// Least gap that the ego may leave to the one who goes first.
        number min_gap_s = 2.0, "s", 0.0..=10.0;
    }
}

/// Others that were owed the right of way.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for RightTurnCutsLeftTurn {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let concerns = |entry: &Entry| entry.ways.iter().any(|w| track.path(*w).turn == Turn::Right);
        let owed = |entry: &Entry, e: &Encounter| owed(cx, track, entry, e);
        let rule = Yielding {
            rule: META.id,
            what: "turned right before one who turned left",
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
    let Right::Theirs(why @ Why::LeftTurn) = priority::right_of_way(track, e.mine, e.theirs) else {
        return Owed::No;
    };
    match control(cx, track, entry, e.theirs, e.ego_ns[0]) {
        Control::Unknown(why) => Owed::Unknown(Channel::SignalState.name(), why),
        Control::Shows(s) if is_red(s) => Owed::No,
        _ => Owed::Yes(why.text()),
    }
}
