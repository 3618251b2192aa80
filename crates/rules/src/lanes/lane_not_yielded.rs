//! The rule `lane-not-yielded`.

use lukao_measure::joining::joining;
use lukao_model::code::Indicator;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::from_s;
use lukao_model::{Interval, RuleResult};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::distance::lane_change_gap::changes_of;
use crate::episode::{actor_id, finding};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego enters a lane from the left while somebody enters it from the right.
    ///
    /// ## Checks
    /// When the ego changes to the lane on its right: the gap, along the lane, to each vehicle that enters the same lane from its
    /// other side within `within_s` before and after.
    ///
    /// ## Method
    /// At the first sample with the ego's middle in the lane. Who joins was with his middle in the lane beyond `within_s` before, and is in
    /// the lane entered `within_s` after; all on one road. An opportunity is a change to the right.
    ///
    /// ## Cannot tell
    /// Off the map; where the other is known from an origin that is not admitted, or on a clock that is not synchronised. Who is not seen before and
    /// after is not seen to join.
    ///
    /// ## Limits
    /// `min_gap_m`; at equality it is kept. Uncertainty from positions, sizes and clocks.
    ///
    /// ## Source
    /// Measures of Zhejiang, article 41, and of Shandong, article 48: when two enter one lane, the left one yields (basis: text, no
    /// figures). Time and gap are this project's own reading (basis: profile).
    LaneNotYielded = "lane-not-yielded" {
        /// Least gap to him.
        number min_gap_m = 5.0, "m", 0.0..=100.0;
        /// How long before and after he may enter it.
        number within_s = 3.0, "s", 0.1..=15.0;
    }
}

impl Rule for LaneNotYielded {
    type Params = Params;
    /// Changes to the right.
    type State = u64;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, changes: &mut u64, out: &mut RuleResult) {
        cx.judged_on_map(out);
        for x in changes_of(cx).filter(|x| x.side == Indicator::Right) {
            *changes += 1;
            let when = Interval::new(x.t_ns, x.t_ns);
            for other in joining(cx.measures, x, from_s(p.within_s).unwrap_or(0)) {
                let gap = match other.gap_m {
                    Ok(gap) => gap,
                    Err((what, why)) => {
                        cx.missing_in(out, when, what, &why);
                        continue;
                    }
                };
                let limit = Limit::AtLeast(p.min_gap_m);
                match cx.judge(limit, gap) {
                    Judgement::Kept { .. } => {}
                    Judgement::Unsure => cx.missing_in(out, when, "gap in the lane entered", UNSURE),
                    Judgement::Broken { .. } => {
                        let s = cx.measures.ego().samples()[x.k + 1];
                        let what = "entered a lane from the left as another did from the right";
                        let mut f = finding(META.id, what, &s, limit, gap, "m");
                        f.from_ns = x.t_ns;
                        f.actors.push(actor_id(cx.measures, other.actor));
                        out.findings.push(f);
                    }
                }
            }
        }
    }

    fn finish(_: &Params, changes: u64, out: &mut RuleResult) {
        out.opportunities = changes;
    }
}
