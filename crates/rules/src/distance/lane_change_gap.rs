//! The rule `lane-change-gap`.

use lukao_measure::manoeuvre::Kind;
use lukao_measure::{Manoeuvre, Value, behind};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Channel, Interval, RuleResult};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{actor_id, finding, number, of_actor};
use crate::meta::{Meta, rule};
use crate::rule::Rule;
use crate::words::NO_SPEED;

rule! {
    /// The ego changes lanes too closely before a vehicle that comes up behind.
    ///
    /// ## Checks
    /// When the ego's middle enters the next lane: the gap from its rear to the front of the vehicle behind in that lane, if that
    /// one is faster, against what he needs to slow down to the ego's speed and still have a time gap: closing speed times
    /// `reaction_s`, closing speed squared by twice `brake_mps2`, and the ego's speed times `time_gap_s`.
    ///
    /// ## Method
    /// At the first sample in the new lane of each change to a neighbouring lane of the same direction, outside junctions. The
    /// vehicle behind is looked for up to 150 m along the lanes that lead there. An opportunity is a lane change.
    ///
    /// ## Cannot tell
    /// Off the map; where the ego's speed or that of the vehicle behind is not known; where he is known from an origin that is not admitted, or
    /// on a clock that is not synchronised.
    ///
    /// ## Limits
    /// At equality the gap is kept. Who is not faster than the ego has to see to his own distance. That he does brake is
    /// `cut-in-forces-braking`. Uncertainty from positions, sizes, clocks and both speeds.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 44: a lane change must not disturb those in the
    /// lane (basis: text, no figure). The formula and its defaults are those of UN R79, category C, from memory (basis: inferred).
    LaneChangeGap = "lane-change-gap" {
        /// Time until the one behind brakes.
        number reaction_s = 0.4, "s", 0.0..=5.0;
        /// How hard he may have to.
        number brake_mps2 = 3.0, "m/s2", 0.5..=15.0;
        /// Time gap that is left in the end.
        number time_gap_s = 1.0, "s", 0.0..=5.0;
    }
}

impl Rule for LaneChangeGap {
    type Params = Params;
    /// Lane changes.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, changes: &mut u64, out: &mut RuleResult) {
        cx.judged_on_map(out);
        for x in changes_of(cx) {
            *changes += 1;
            judge(cx, p, x, out);
        }
    }

    fn finish(_: &Params, changes: u64, out: &mut RuleResult) {
        out.opportunities = changes;
    }
}

/// Changes to a lane of the same direction in block and scope.
pub(crate) fn changes_of<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a Manoeuvre> {
    let changes = cx.measures.manoeuvres().known.iter().filter(|x| x.kind == Kind::LaneChange);
    changes.filter(|x| cx.scope.contains(x.t_ns)).filter(|x| {
        let place = cx.measures.places().and_then(|p| p.at(x.k + 1));
        place.is_none_or(|p| p.off_rad.abs() < std::f64::consts::FRAC_PI_2)
    })
}

fn judge(cx: &Context<'_>, p: &Params, x: &Manoeuvre, out: &mut RuleResult) {
    let (m, k) = (cx.measures, x.k + 1);
    let when = Interval::new(x.t_ns, x.t_ns);
    let rear = match behind::behind(m, k) {
        Ok(None) => return,
        Ok(Some(rear)) => rear,
        Err((what, why)) => return cx.missing_in(out, when, what, &why),
    };
    let Some(ego) = m.ego_speed_mps(k) else {
        return cx.missing_in(out, when, Channel::Speed.name(), NO_SPEED);
    };
    let Some(other) = rear.rear_mps else {
        return cx.missing_in(out, when, "speed of the one behind", &of_actor(m, rear.actor));
    };
    let due = |ego: f64, rear: f64| behind::needed_gap_m(ego, rear, p.reaction_s, p.brake_mps2, p.time_gap_s);
    if due(ego.value, other.value).is_none() {
        return;
    }
    let due = Value::of([ego, other], |[a, b]| due(a, b).unwrap_or(0.0));
    let limit = Limit::AtLeast(due.value);
    let gap = Value { value: rear.gap_m.value, u: rear.gap_m.u.rss(due.u) };
    match cx.judge(limit, gap) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "gap behind", UNSURE),
        Judgement::Broken { .. } => {
            let s = m.ego().samples()[k];
            let mut f = finding(META.id, "changed lanes too closely before a vehicle", &s, limit, gap, "m");
            f.from_ns = x.t_ns;
            f.actors.push(actor_id(m, rear.actor));
            f.details.push(number("speed_mps", ego.value));
            f.details.push(number("speed_behind_mps", other.value));
            out.findings.push(f);
        }
    }
}
