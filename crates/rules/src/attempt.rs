//! Stretches of the scope as the ego drives them: an attempt at an item is one.
//!
//! A stretch begins at the ego's first sample in an interval of the scope and ends at its last one in it. It is told from the
//! samples, so that it is the same for every size of block; what a rule keeps of it is in its state until it is over.

use lukao_measure::{EgoSample, LOOK_BACK_NS, Value};
use lukao_model::outcome::{Judgement, Limit, Uncertainty};
use lukao_model::time::{S, to_s};
use lukao_model::{Finding, Interval, RuleResult};

use crate::context::{Context, Judging, UNSURE};
use crate::episode::finding;

/// One stretch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// Begin, ns: that of the scope, or the first sample if the scope has none near it.
    pub from_ns: i64,
    /// End, ns: that of the scope, or the last sample.
    pub to_ns: i64,
    /// Last sample so far.
    pub last: EgoSample,
    /// Whether its end was seen: the scope ends within a second of the last sample, before the next one, or never.
    pub ended: bool,
    /// Whether a part of it could not be seen, so that nothing can be said to have been left undone.
    pub blind: bool,
    /// How values near a limit are decided.
    pub judging: Judging,
}

impl Stretch {
    /// From its begin to its end.
    pub(crate) fn when(&self) -> Interval {
        Interval::new(self.from_ns, self.to_ns)
    }
}

/// The stretch that goes on with what a rule keeps of it, and how many there were.
pub struct Stretches<T> {
    open: Option<(Stretch, i64, T)>,
    /// Stretches begun.
    pub(crate) count: u64,
}

impl<T> Default for Stretches<T> {
    fn default() -> Self {
        Self { open: None, count: 0 }
    }
}

impl<T: Default> Stretches<T> {
    /// Calls `each` at each sample of the block in scope, and `over` when a stretch has ended.
    pub(crate) fn scan(
        &mut self,
        cx: &Context<'_>,
        out: &mut RuleResult,
        mut each: impl FnMut(&mut Stretch, &mut T, usize, &mut RuleResult),
        mut over: impl FnMut(&Stretch, T, &mut RuleResult),
    ) {
        for k in cx.measures.ego().in_block() {
            let s = cx.measures.ego().samples()[k];
            let scope = cx.scope.as_slice();
            let at = scope.partition_point(|i| i.to_ns < s.t_ns);
            let inside = scope.get(at).filter(|i| i.contains(s.t_ns));
            let goes_on = |last: &EgoSample| {
                inside.is_some_and(|i| i.from_ns <= last.t_ns) && s.t_ns - last.t_ns < LOOK_BACK_NS
            };
            if let Some((mut stretch, until_ns, kept)) = self.open.take_if(|o| !goes_on(&o.0.last)) {
                (stretch.to_ns, stretch.ended) = (until_ns.min(s.t_ns).max(stretch.last.t_ns), true);
                over(&stretch, kept, out);
            }
            let Some(inside) = inside else { continue };
            let (stretch, until_ns, kept) = self.open.get_or_insert_with(|| {
                self.count += 1;
                let near = s.t_ns.saturating_sub(inside.from_ns) <= S;
                let from_ns = if near { inside.from_ns } else { s.t_ns };
                let judging = cx.judging;
                let new = Stretch { from_ns, to_ns: s.t_ns, last: s, ended: false, blind: false, judging };
                (new, inside.to_ns, T::default())
            });
            (stretch.last, stretch.to_ns, *until_ns) = (s, s.t_ns, inside.to_ns);
            each(stretch, kept, k, out);
        }
    }

    /// Calls `over` for what is still open at the end of the drive.
    pub(crate) fn finish(self, out: &mut RuleResult, mut over: impl FnMut(&Stretch, T, &mut RuleResult)) {
        out.opportunities = self.count;
        let Some((mut stretch, until_ns, kept)) = self.open else { return };
        let near = until_ns.saturating_sub(stretch.last.t_ns) <= S;
        stretch.ended = near || until_ns == i64::MAX;
        stretch.to_ns = if near { until_ns } else { stretch.last.t_ns };
        over(&stretch, kept, out);
    }
}

/// Uncertainty of the time at which the ego, at its sample `k`, passed a place, s: that of its place ÷ its speed; for one that
/// stands, the step between its samples.
pub(crate) fn passing_u_s(cx: &Context<'_>, k: usize) -> Uncertainty {
    let s = cx.measures.ego().samples()[k];
    let place = Uncertainty::from_option(cx.measures.window().runs()[s.run].accuracy.position_m.at(s.i));
    let speed = cx.measures.ego_speed_mps(k).map_or(0.0, |v| v.value.abs());
    match place {
        Uncertainty::Known(0.0) | Uncertainty::Unknown => place,
        u if speed >= lukao_measure::motion::STANDING_MPS => u.times(1.0 / speed),
        _ => Uncertainty::Known(to_s(cx.measures.ego().step(k).len_ns())),
    }
}

/// What was measured over a stretch, judged once it is over.
pub(crate) struct Whole<'w> {
    /// Rule id.
    pub rule: &'w str,
    /// The conduct in words.
    pub what: &'w str,
    /// Name of the value.
    pub value: &'w str,
    /// Unit of value and limit.
    pub unit: &'w str,
    /// When.
    pub when: Interval,
    /// Where.
    pub at: EgoSample,
    /// What is allowed.
    pub limit: Limit,
    /// What was measured.
    pub measured: Value,
}

impl Whole<'_> {
    /// Decides, and notes the outcome; `more` adds to a finding what else is known.
    pub(crate) fn judge(self, judging: Judging, out: &mut RuleResult, more: impl FnOnce(&mut Finding)) {
        match judging.judge(self.limit, self.measured) {
            Judgement::Kept { .. } => {}
            Judgement::Unsure => out.missing(self.value, UNSURE, self.when),
            Judgement::Broken { .. } => {
                let mut f = finding(self.rule, self.what, &self.at, self.limit, self.measured, self.unit);
                (f.from_ns, f.to_ns) = (self.when.from_ns, self.when.to_ns);
                f.worst_ns = self.at.t_ns.clamp(f.from_ns, f.to_ns);
                more(&mut f);
                out.findings.push(f);
            }
        }
    }
}
