//! Findings about an event at one time, or over one stretch: a takeover, a manoeuvre, a stop.

use lukao_measure::{EgoSample, Value};
use lukao_model::drive::Pose;
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::time::S;
use lukao_model::{Finding, Interval, RuleResult};

use crate::context::{Context, UNSURE};
use crate::episode::finding;

/// An event with what was measured of it.
pub(crate) struct Event {
    /// Rule id.
    pub rule: &'static str,
    /// The conduct in words.
    pub what: String,
    /// Name of the value.
    pub value: &'static str,
    /// Unit of value and limit.
    pub unit: &'static str,
    /// When; the place is where the ego was at its begin.
    pub when: Interval,
    /// What is allowed.
    pub limit: Limit,
    /// What was measured.
    pub measured: Value,
}

impl Event {
    /// Decides, and notes the outcome; `more` adds to a finding what else is known.
    pub(crate) fn judge(self, cx: &Context<'_>, out: &mut RuleResult, more: impl FnOnce(&mut Finding)) {
        if cx.judge(self.limit, self.measured) == Judgement::Unsure {
            return cx.missing_in(out, self.when, self.value, UNSURE);
        }
        for part in cx.in_scope(self.when) {
            out.judged.insert(part);
        }
        if let Judgement::Broken { .. } = cx.judge(self.limit, self.measured) {
            let mut f = self.finding(cx);
            more(&mut f);
            out.findings.push(f);
        }
    }

    fn finding(&self, cx: &Context<'_>) -> Finding {
        let (ego, t_ns) = (cx.measures.ego(), self.when.from_ns);
        let last = ego.at_or_before(t_ns).map(|k| ego.samples()[k]).filter(|s| s.t_ns >= t_ns - S);
        let pose = ego.pose_at(t_ns).or(last.map(|s| s.pose));
        let nowhere = Pose { x_m: 0.0, y_m: 0.0, yaw_rad: 0.0 };
        let pose_or = pose.unwrap_or(nowhere);
        let sample = EgoSample { t_ns, pose: pose_or, z_m: None, run: 0, i: 0, goes_on: false };
        let mut f = finding(self.rule, &self.what, &sample, self.limit, self.measured, self.unit);
        f.to_ns = self.when.to_ns;
        f.at_m = pose.map(|p| [p.x_m, p.y_m]);
        f
    }
}
