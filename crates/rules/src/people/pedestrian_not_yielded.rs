//! The rule `pedestrian-not-yielded`.

use lukao_measure::crosswalk::{self, OnFoot};
use lukao_measure::zone::{self, Entering};
use lukao_model::RuleResult;
use lukao_track::Crossing;

use super::on_foot::{Met, too_near};
use crate::context::{Context, Need, Needs};
use crate::episode::{number, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego enters a crossing while somebody on foot is on it before it.
    ///
    /// ## Checks
    /// The gap from the ego's side, prolonged straight on, to each person on foot on the crossing when the middle of
    /// the ego's front bumper enters it. Who is beside and walks away from the ego has been let go first.
    ///
    /// ## Method
    /// In continuous time between the ego's samples. With `about_m` those count too who are that near to the crossing
    /// and will be on it within 2 s. One person at one crossing is one finding. An opportunity is a crossing that the
    /// ego enters with somebody on foot on it then, or within the last 20 s while the ego was within 60 m.
    ///
    /// ## Cannot tell
    /// Somebody on foot is there who is known from an origin that is not admitted, or on a clock that is not
    /// synchronised.
    ///
    /// ## Limits
    /// `side_m`; at equality it is kept. The ego's strip is straight: in a tight turn it is only near. Uncertainty from
    /// the positions and widths of both and from the clocks.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 47: where people on foot are passing a crossing, stop and let them pass; where
    /// there are no signals, avoid those who cross (basis: text). How near counts, one lane of 3.0 m, is this project's
    /// own reading (basis: profile).
    PedestrianNotYielded = "pedestrian-not-yielded" {
        /// Least gap to the side.
        number side_m = 3.0, "m", 0.0..=20.0;
        /// How far outside somebody counts who is about to enter.
        number about_m = 0.0, "m", 0.0..=5.0;
        /// Cyclists count like people on foot.
        flag cyclists = false;
    }
}

/// Crossings with people.
#[derive(Default)]
pub struct State {
    occasions: u64,
}

impl Rule for PedestrianNotYielded {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        let (m, Some(track)) = (cx.measures, cx.measures.track()) else { return };
        let near = zone::crossings_near(m);
        cx.judged_all(out);
        for (ix, at) in zone::entered(m, &near) {
            let crossing = track.crossing(ix);
            if !cx.scope.contains(at.t_ns) {
                continue;
            }
            let people = crosswalk::people(m, &at, &crossing.outline_m, p.about_m, p.cyclists);
            let waited = || crosswalk::waited_for(m, &at, &crossing.outline_m, p.cyclists);
            state.occasions += u64::from(!people.is_empty() || waited());
            for person in people.iter().filter(|x| !x.leaving) {
                judge(cx, crossing, &at, person, p, out);
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.occasions;
    }
}

fn judge(
    cx: &Context<'_>,
    crossing: &Crossing,
    at: &Entering,
    person: &OnFoot,
    p: &Params,
    out: &mut RuleResult,
) {
    let what = "drove onto a crossing before somebody on foot";
    let met = Met { k: at.k, t_ns: at.t_ns, actor: person.actor, gap_m: &person.gap_m };
    if let Some(mut f) = too_near(cx, (META.id, what), &met, p.side_m, out) {
        f.element = Some(crossing.id.clone());
        f.details.push(word("person", if person.on { "on the crossing" } else { "about to enter" }));
        f.details.extend(at.speed_mps.map(|v| number("speed_mps", v.value)));
        out.findings.push(f);
    }
}
