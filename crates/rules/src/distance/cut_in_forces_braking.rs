//! The rule `cut-in-forces-braking`.

use lukao_measure::{Manoeuvre, behind};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Interval, RuleResult};

use super::lane_change_gap::changes_of;
use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{actor_id, finding, number};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego cuts in so that the vehicle behind has to brake hard.
    ///
    /// ## Checks
    /// The greatest mean deceleration, over 0.5 s, of the vehicle behind in the lane that the ego has entered, within `within_s`
    /// after the ego's middle entered it.
    ///
    /// ## Method
    /// For each change to a neighbouring lane of the same direction, outside junctions. The vehicle behind is the nearest up to
    /// `reach_m` along the lanes that lead there. His deceleration is the logged one or that of his speed. An opportunity is a lane
    /// change with a vehicle behind.
    ///
    /// ## Cannot tell
    /// Off the map; where the motion of the vehicle behind is not known or not seen that long; where he is known from an origin that is not
    /// admitted, or on a clock that is not synchronised.
    ///
    /// ## Limits
    /// `max_decel_mps2`; at equality it is kept. Why he brakes is not known: he may do so for somebody else, or long before. Who
    /// brakes that hard soon after a cut-in is listed; the finding gives the gap. Uncertainty from the channel or from both speeds.
    ///
    /// ## Source
    /// Regulations on the Implementation of the Road Traffic Safety Law, article 44: a lane change must not disturb those in the
    /// lane (basis: text, no figure). The default of 3 m/s² is that of UN R157 and R79 for the vehicle behind (basis: inferred); the
    /// time and the reach are this project's own reading.
    CutInForcesBraking = "cut-in-forces-braking" {
        /// Greatest deceleration of the one behind.
        number max_decel_mps2 = 3.0, "m/s2", 0.5..=15.0;
        /// How long after the cut-in he is watched.
        number within_s = 3.0, "s", 0.5..=10.0;
        /// Farther behind nobody is concerned.
        number reach_m = 50.0, "m", 1.0..=150.0;
    }
}

impl Rule for CutInForcesBraking {
    type Params = Params;
    /// Lane changes with a vehicle behind.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, changes: &mut u64, out: &mut RuleResult) {
        cx.judged_on_map(out);
        for x in changes_of(cx) {
            judge(cx, p, x, changes, out);
        }
    }

    fn finish(_: &Params, changes: u64, out: &mut RuleResult) {
        out.opportunities = changes;
    }
}

fn judge(cx: &Context<'_>, p: &Params, x: &Manoeuvre, changes: &mut u64, out: &mut RuleResult) {
    let m = cx.measures;
    let when = Interval::new(x.t_ns, x.t_ns);
    let rear = match behind::behind(m, x.k + 1) {
        Ok(Some(rear)) if rear.gap_m.value <= p.reach_m => rear,
        Ok(_) => return,
        Err((what, why)) => return cx.missing_in(out, when, what, &why),
    };
    *changes += 1;
    let unseen = || format!("of {}, for {} s after the cut-in", actor_id(m, rear.actor), p.within_s);
    let Some(behind::Braking { decel_mps2: decel, at_ns, complete }) =
        behind::hardest_braking(m, rear.run, x.t_ns, p.within_s)
    else {
        return cx.missing_in(out, when, "motion of the one behind", &unseen());
    };
    let limit = Limit::AtMost(p.max_decel_mps2);
    match cx.judge(limit, decel) {
        Judgement::Kept { .. } if complete => {}
        Judgement::Kept { .. } => cx.missing_in(out, when, "motion of the one behind", &unseen()),
        Judgement::Unsure => cx.missing_in(out, when, "deceleration of the one behind", UNSURE),
        Judgement::Broken { .. } => {
            let s = m.ego().samples()[x.k + 1];
            let what = "cut in so that the vehicle behind braked hard";
            let mut f = finding(META.id, what, &s, limit, decel, "m/s2");
            (f.from_ns, f.to_ns, f.worst_ns) = (x.t_ns, at_ns, at_ns);
            f.actors.push(actor_id(m, rear.actor));
            f.details.push(number("gap_m", rear.gap_m.value));
            f.details.extend(rear.rear_mps.map(|v| number("speed_behind_mps", v.value)));
            f.details.extend(m.ego_speed_mps(x.k + 1).map(|v| number("speed_mps", v.value)));
            out.findings.push(f);
        }
    }
}
