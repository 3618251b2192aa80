//! The rule `double-lane-change`.

use lukao_measure::Value;
use lukao_model::code::Indicator;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::to_s;
use lukao_model::{Interval, RuleResult};

use crate::context::{Context, Need, Needs, UNSURE};
use crate::distance::lane_change_gap::changes_of;
use crate::episode::{finding, word};
use crate::meta::{Meta, rule};
use crate::rule::Rule;

rule! {
    /// The ego changes over two lanes at once.
    ///
    /// ## Checks
    /// How long the ego stays in a lane between two changes to the same side: from when its whole body is in the lane to when it
    /// touches the next line.
    ///
    /// ## Method
    /// For each change to a neighbouring lane of the same direction, outside junctions, after another one to the same side. 0 if the
    /// body was never wholly in the lane between. An opportunity is a lane change.
    ///
    /// ## Cannot tell
    /// Off the map. On a track without neighbouring lanes there is no occasion; where the ego's data have a gap between the two, nothing is
    /// compared.
    ///
    /// ## Limits
    /// `min_time_s`; at equality it is kept. Uncertainty from position, size, yaw and survey, each divided by the speed toward the
    /// line.
    ///
    /// ## Source
    /// Measures of Zhejiang, article 41, Regulations of Shanghai, article 34, and others: not to change over two or more lanes at once
    /// (basis: text, no figure). The time is this project's own reading.
    DoubleLaneChange = "double-lane-change" {
        /// Least time in the lane between.
        number min_time_s = 3.0, "s", 0.1..=60.0;
    }
}

/// The last change, and how many there were.
#[derive(Default)]
pub struct State {
    last: Option<(Indicator, i64)>,
    changes: u64,
}

impl Rule for DoubleLaneChange {
    type Params = Params;
    type State = State;
    const META: Meta = META;

    fn needs(_: &Params) -> Needs {
        vec![Need::Ego, Need::Track]
    }

    fn scan(cx: &Context<'_>, p: &Params, state: &mut State, out: &mut RuleResult) {
        cx.judged_on_map(out);
        for x in changes_of(cx) {
            state.changes += 1;
            let before = state.last.replace((x.side, x.to_ns));
            let Some((_, in_lane_ns)) = before.filter(|b| b.0 == x.side) else { continue };
            let between = Value { value: to_s(x.from_ns - in_lane_ns).max(0.0), u: x.from_u_s };
            let limit = Limit::AtLeast(p.min_time_s);
            match cx.judge(limit, between) {
                Judgement::Kept { .. } => {}
                Judgement::Unsure => {
                    cx.missing_in(
                        out,
                        Interval::new(x.t_ns, x.t_ns),
                        "time between two lane changes",
                        UNSURE,
                    );
                }
                Judgement::Broken { .. } => {
                    let s = cx.measures.ego().samples()[x.k];
                    let mut f = finding(META.id, "changed over two lanes at once", &s, limit, between, "s");
                    (f.from_ns, f.to_ns) = (in_lane_ns.min(x.from_ns), x.t_ns);
                    f.details.push(word("side", if x.side == Indicator::Left { "left" } else { "right" }));
                    f.element = cx.measures.track().zip(x.lane).map(|(t, l)| t.lane(l).id.clone());
                    out.findings.push(f);
                }
            }
        }
    }

    fn finish(_: &Params, state: State, out: &mut RuleResult) {
        out.opportunities = state.changes;
    }
}
