//! The rule `pedestrian-cut-off`.

use lukao_measure::crosswalk::{self, Met};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{Interval, RuleResult};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::episode::{actor_id, finding, number};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego drives on in front of somebody on foot who crosses the road where there is no crossing.
    ///
    /// ## Checks
    /// The gap from the ego's side, prolonged straight on, to each person on foot who walks across its way, when its front comes level
    /// with him. Who walks away from the ego has been let go first.
    ///
    /// ## Method
    /// The moment lies between two of the ego's samples at which it moves forward. Who walks across went farther across the ego's heading
    /// than along it in the last second. One person is one finding. An opportunity is somebody who then walks across within 10 m of the
    /// ego's side, or has crossed the ego's way within the last 20 s. Who is on a crossing is `pedestrian-not-yielded`'s.
    ///
    /// ## Cannot tell
    /// Somebody walks across who is known from an origin that is not admitted, or on a clock that is not synchronised. Who is first seen less
    /// than a second before is not seen to walk.
    ///
    /// ## Limits
    /// `side_m`; at equality it is kept. The ego's strip is straight: in a tight turn it is only near. Uncertainty from the positions and widths
    /// of both and from the clocks.
    ///
    /// ## Source
    /// Road Traffic Safety Law, article 47: where there are no signals, avoid people who cross the road (basis: text). How near counts is this
    /// project's own reading (basis: profile).
    PedestrianCutOff = "pedestrian-cut-off" {
        /// Least gap to the side.
        number side_m = 3.0, "m", 0.0..=20.0;
    }
}

impl Rule for PedestrianCutOff {
    type Params = Params;
    /// People who crossed.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego]
    }

    fn scan(cx: &Context<'_>, p: &Params, people: &mut u64, out: &mut RuleResult) {
        cx.judged_all(out);
        for k in cx.measures.ego().in_block() {
            for met in crosswalk::met(cx.measures, k).into_iter().filter(|x| cx.scope.contains(x.t_ns)) {
                *people += 1;
                if met.crosses {
                    judge(cx, k, &met, p, out);
                }
            }
        }
    }

    fn finish(_: &Params, people: u64, out: &mut RuleResult) {
        out.opportunities = people;
    }
}

fn judge(cx: &Context<'_>, k: usize, met: &Met, p: &Params, out: &mut RuleResult) {
    let m = cx.measures;
    let when = Interval::new(met.t_ns, met.t_ns);
    let gap = match &met.gap_m {
        Ok(gap) => *gap,
        Err((what, why)) => return cx.missing_in(out, when, what, why),
    };
    let limit = Limit::AtLeast(p.side_m);
    match cx.judge(limit, gap) {
        Judgement::Kept { .. } => {}
        Judgement::Unsure => cx.missing_in(out, when, "gap to somebody on foot", UNSURE),
        Judgement::Broken { .. } => {
            let what = "drove on in front of somebody who crossed the road";
            let mut f = finding(META.id, what, &m.ego().samples()[k], limit, gap, "m");
            (f.from_ns, f.to_ns, f.worst_ns) = (met.t_ns, met.t_ns, met.t_ns);
            f.at_m = m.ego().pose_at(met.t_ns).map(|p| [p.x_m, p.y_m]);
            f.actors.push(actor_id(m, met.actor));
            f.details.extend(m.ego_speed_mps(k).map(|v| number("speed_mps", v.value)));
            out.findings.push(f);
        }
    }
}
