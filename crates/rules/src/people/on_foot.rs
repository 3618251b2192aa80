//! The gap to somebody on foot at one moment: what the rules of giving way to people have in common.

use lukao_measure::Value;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{ActorIx, Finding, Interval, RuleResult};

use crate::context::{Context, UNSURE};
use crate::episode::{actor_id, finding};

/// Somebody on foot at a moment after the ego's sample `k`.
pub(crate) struct Met<'a> {
    pub k: usize,
    pub t_ns: i64,
    pub actor: ActorIx,
    /// Side gap, or what is missing for it, and why.
    pub gap_m: &'a Result<Value, (&'static str, String)>,
}

/// The finding if he was nearer than `side_m`; what cannot be told goes into `out`.
pub(crate) fn too_near(
    cx: &Context<'_>,
    (rule, what): (&'static str, &str),
    met: &Met<'_>,
    side_m: f64,
    out: &mut RuleResult,
) -> Option<Finding> {
    let m = cx.measures;
    let when = Interval::new(met.t_ns, met.t_ns);
    let gap = match met.gap_m {
        Ok(gap) => *gap,
        Err((what, why)) => {
            cx.missing_in(out, when, what, why);
            return None;
        }
    };
    let limit = Limit::AtLeast(side_m);
    match cx.judge(limit, gap) {
        Judgement::Kept { .. } => None,
        Judgement::Unsure => {
            cx.missing_in(out, when, "gap to somebody on foot", UNSURE);
            None
        }
        Judgement::Broken { .. } => {
            let mut f = finding(rule, what, &m.ego().samples()[met.k], limit, gap, "m");
            (f.from_ns, f.to_ns, f.worst_ns) = (met.t_ns, met.t_ns, met.t_ns);
            f.at_m = m.ego().pose_at(met.t_ns).map(|p| [p.x_m, p.y_m]);
            f.actors.push(actor_id(m, met.actor));
            Some(f)
        }
    }
}
