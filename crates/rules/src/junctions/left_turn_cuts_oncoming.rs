//! The rule `left-turn-cuts-oncoming`.

use lukao_measure::phase::is_red;
use lukao_measure::priority;
use lukao_measure::{Encounter, Entry};
use lukao_model::code::SignalState;
use lukao_model::{Channel, RuleResult};
use lukao_track::{SignalIx, Track, Turn};

use super::control::{Control, control};
use super::yielding::{Owed, Yielding, scan};
use crate::context::{Context, Need, Needs};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego turns left before traffic that comes straight on from the other side.
    ///
    /// ## Checks
    /// The gap that the ego, turning left or around, leaves to an oncoming vehicle that goes straight on, with lights
    /// or without. A left arrow protects: then it is not owed. Nor is it to one whose own light is red.
    ///
    /// ## Method
    /// For each entry of the ego's front into a junction, each other vehicle within 100 m whose way overlaps the ego's there.
    /// The ego has yielded if the other is in the place of overlap first. If the ego is first, measured is the gap that it
    /// leaves: from its rear leaving that place to the other's front coming, really or at the speed that the other had,
    /// whichever is less (see `measure::conflict`). An opportunity is another who was owed the right of way and came.
    ///
    /// ## Cannot tell
    /// The way of either through the junction is not certain and decides; the other is first seen inside the junction, or
    /// known from an origin that is not admitted, or on a clock that is not synchronised; what the lights of either show is not known.
    ///
    /// ## Limits
    /// `min_gap_s`; at equality it is kept. Zones are told to 0.5 m; people on foot have rules of their own. Uncertainty from the
    /// places of both along their ways ÷ their speeds, from the speed of the other, and from the clocks.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 51 (7) at lights without arrows and
    /// article 52 (3) without lights: who turns lets who goes straight on go first. The figure of 2.0 s is this
    /// project's own reading (basis: profile).
    LeftTurnCutsOncoming = "left-turn-cuts-oncoming" {
        /// Least gap that the ego may leave to the one who goes first.
        number min_gap_s = 2.0, "s", 0.0..=10.0;
    }
}

/// Others that were owed the right of way.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for LeftTurnCutsOncoming {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let Some(track) = cx.measures.track() else { return };
        let concerns = |entry: &Entry| entry.ways.iter().any(|w| turns_left(track, *w));
        let owed = |entry: &Entry, e: &Encounter| owed(cx, track, entry, e);
        let rule = Yielding {
            rule: META.id,
            what: "turned left before oncoming traffic",
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

fn turns_left(track: &Track, path: lukao_track::PathIx) -> bool {
    matches!(track.path(path).turn, Turn::Left | Turn::Around)
}

fn owed(cx: &Context<'_>, track: &Track, entry: &Entry, e: &Encounter) -> Owed {
    let straight = track.path(e.theirs).turn == Turn::Straight;
    if !turns_left(track, e.mine) || !straight || !priority::opposite(track, e.mine, e.theirs) {
        return Owed::No;
    }
    let arrow = |s: &SignalIx| track.signal(*s).governs.iter().all(|p| turns_left(track, *p));
    let protected = !track.lights_of(e.mine).is_empty() && track.lights_of(e.mine).iter().all(arrow);
    match control(cx, track, entry, e.mine, entry.t_ns) {
        Control::Unknown(why) => return Owed::Unknown(Channel::SignalState.name(), why),
        Control::Shows(SignalState::Green | SignalState::FlashingGreen) if protected => return Owed::No,
        Control::Shows(s) if is_red(s) => return Owed::No,
        _ => {}
    }
    match control(cx, track, entry, e.theirs, e.ego_ns[0]) {
        Control::Unknown(why) => Owed::Unknown(Channel::SignalState.name(), why),
        Control::Shows(s) if is_red(s) => Owed::No,
        _ => Owed::Yes("it comes straight on from the other side"),
    }
}
