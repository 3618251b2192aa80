//! The rule `pedestrian-cut-off`.

use lukao_measure::crosswalk::{self, Met};
use lukao_model::RuleResult;

use super::on_foot::{self, too_near};
use crate::context::{Context, Need, Needs};
use crate::episode::number;
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
    let what = "drove on in front of somebody who crossed the road";
    let met = on_foot::Met { k, t_ns: met.t_ns, actor: met.actor, gap_m: &met.gap_m };
    if let Some(mut f) = too_near(cx, (META.id, what), &met, p.side_m, out) {
        f.details.extend(cx.measures.ego_speed_mps(k).map(|v| number("speed_mps", v.value)));
        out.findings.push(f);
    }
}
