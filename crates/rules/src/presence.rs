//! Whether what a rule needs is there; where it is not, the rule is not run and the stretch is undetermined.

use std::collections::BTreeMap;

use lukao_model::{Interval, Intervals, Missing, RuleResult, Subject};

use crate::context::{Context, Need};

/// Why a stretch between two runs of the ego is undetermined.
const EGO_GAP: &str = "gap in the ego's data";

/// Why a whole drive is undetermined.
const NO_EGO: &str = "the log has no admissible pose of a vehicle under test";

/// What must be known of the ego's presence from block to block.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    last_sample_ns: Option<i64>,
    /// Times in scope that passed before the first sample of the ego.
    unseen: Intervals,
}

impl Presence {
    /// Whether the block can be scanned. Notes what is missing, and gaps between the ego's runs.
    pub(crate) fn all_there(&mut self, needs: &[Need], cx: &Context<'_>, out: &mut RuleResult) -> bool {
        self.follow_ego(needs, cx, out);
        let mut all = true;
        for need in needs {
            if let Some(why) = lack(*need, cx) {
                all = false;
                for when in cx.measures.ego().steps_in_block() {
                    cx.missing_in(out, *when, need.name(), &why);
                }
            }
        }
        all
    }

    fn follow_ego(&mut self, needs: &[Need], cx: &Context<'_>, out: &mut RuleResult) {
        let ego = cx.measures.ego();
        for of_run in ego.runs_in_block() {
            let (first, last) = (ego.samples()[of_run.start], ego.samples()[of_run.end - 1]);
            let begins = first.i == 0 && !cx.measures.window().runs()[first.run].begun_before;
            if let Some(last) = self.last_sample_ns.filter(|_| begins && needs.contains(&Need::Ego)) {
                cx.missing_in(out, Interval::new(last, first.t_ns), Need::Ego.name(), EGO_GAP);
            }
            self.last_sample_ns = Some(last.t_ns);
        }
        if self.last_sample_ns.is_none()
            && let Some(when) = ticks(cx)
        {
            for part in cx.in_scope(when) {
                self.unseen.insert(part);
            }
        }
    }

    /// Without a single admissible pose of the ego nothing was judged.
    pub(crate) fn finish(self, needs: &[Need], out: &mut RuleResult) {
        if self.last_sample_ns.is_none() && needs.contains(&Need::Ego) {
            for when in self.unseen.iter() {
                out.missing(Need::Ego.name(), NO_EGO, *when);
            }
        }
    }
}

/// From the block's first tick of any clock to the first one after the block, so that blocks join.
fn ticks(cx: &Context<'_>) -> Option<Interval> {
    let block = cx.block();
    let ends = cx.measures.window().clocks().iter().filter_map(|c| {
        let t = c.t_ns.values();
        let lo = t.partition_point(|x| *x < block.from_ns);
        let hi = t.partition_point(|x| *x < block.to_ns);
        (lo < hi).then(|| (t[lo], *t.get(hi).unwrap_or(&t[hi - 1])))
    });
    ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map(|(a, b)| Interval::new(a, b))
}

/// Why a need is not met in this block; `None` if it is.
fn lack(need: Need, cx: &Context<'_>) -> Option<String> {
    let m = cx.measures;
    match need {
        // Without the ego there is no sample to scan; see `finish`.
        Need::Ego => None,
        Need::Track => m.track().is_none().then(|| "there is no track in the drive's frame".into()),
        Need::Station(of) => of.lack(cx.station).map(Into::into),
        Need::SignalStates => m.window().header().signals.is_empty().then(|| "the log has no signals".into()),
        Need::EgoChannel(channel) => {
            let ego = m.ego_actor()?;
            let data = |d: Option<&lukao_model::values::ChannelData>| {
                d.is_some_and(|d| cx.admits(channel, d.origin))
            };
            let on_run = m.window().runs_of(ego).iter().any(|r| data(r.channels.get(channel)));
            let series = m.window().series_of(Subject::Actor(ego)).iter();
            let in_series = series.map(|s| s.channels.get(channel)).any(data);
            let held = m.held().has(Subject::Actor(ego), channel, m.admit());
            (!on_run && !in_series && !held).then(|| channel_missing(channel))
        }
    }
}

/// Why a channel of the ego is missing; rules say the same where only a part of it is.
#[must_use]
pub fn channel_missing(channel: lukao_model::Channel) -> String {
    format!("the log has no admissible {} of the ego", channel.name())
}

/// Sorts findings by time and joins what is missing, so that the order of blocks leaves no trace.
pub(crate) fn in_order(out: &mut RuleResult) {
    out.findings.sort_by(|a, b| {
        (a.from_ns, a.to_ns, &a.element, &a.actors).cmp(&(b.from_ns, b.to_ns, &b.element, &b.actors))
    });
    let mut joined: BTreeMap<(String, String), Vec<Interval>> = BTreeMap::new();
    for m in std::mem::take(&mut out.undetermined) {
        joined.entry((m.what, m.why)).or_default().push(m.when);
    }
    for ((what, why), when) in joined {
        let all = Intervals::from_iter(when);
        let missing = all.iter().map(|i| Missing { what: what.clone(), why: why.clone(), when: *i });
        out.undetermined.extend(missing);
    }
    out.undetermined.sort_by(|a, b| (a.when, &a.what, &a.why).cmp(&(b.when, &b.what, &b.why)));
}
