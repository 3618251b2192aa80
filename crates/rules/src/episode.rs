//! Episodes: one continuous violation is one finding.
//!
//! A rule says of each moment whether its limit is broken. Moments not further apart than `merge_s` are one
//! episode, which lasts from its first broken moment to its last; one shorter than `min_s` is dropped. What an
//! episode reports was measured at its worst moment. Episodes stay open from block to block.

use std::collections::BTreeMap;

use lukao_measure::{EgoSample, Measures, Value};
use lukao_model::outcome::{Detail, DetailValue, Judgement, Limit};
use lukao_model::time::from_s;
use lukao_model::{ActorIx, Finding, RuleResult};

/// How moments become episodes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Shorter ones are dropped, ns.
    pub min_ns: i64,
    /// Broken moments at most this far apart are one episode, ns.
    pub merge_ns: i64,
}

impl Pace {
    /// From a rule's parameters, seconds.
    #[must_use]
    pub fn new(min_s: f64, merge_s: f64) -> Self {
        // Parameters are range-checked; what does not fit merges nothing and drops nothing.
        Self { min_ns: from_s(min_s).unwrap_or(0), merge_ns: from_s(merge_s).unwrap_or(0) }
    }
}

/// Open episodes, by what tells them apart: an actor, an element, or nothing.
#[derive(Debug)]
pub struct Episodes<K: Ord> {
    open: BTreeMap<K, Finding>,
}

impl<K: Ord> Default for Episodes<K> {
    fn default() -> Self {
        Self { open: BTreeMap::new() }
    }
}

impl<K: Ord> Episodes<K> {
    /// The limit is broken at `t_ns` by `-margin`; `describe` gives what to report if it is the worst yet.
    pub fn broken(
        &mut self,
        key: K,
        t_ns: i64,
        margin: f64,
        pace: Pace,
        out: &mut RuleResult,
        describe: impl FnOnce() -> Finding,
    ) {
        if let Some(open) = self.open.get_mut(&key).filter(|open| t_ns - open.to_ns <= pace.merge_ns) {
            open.to_ns = t_ns;
            if margin < open.margin {
                let from_ns = open.from_ns;
                *open = Finding { from_ns, to_ns: t_ns, ..describe() };
            }
            return;
        }
        if let Some(done) = self.open.insert(key, Finding { from_ns: t_ns, to_ns: t_ns, ..describe() }) {
            close(done, pace, out);
        }
    }

    /// Closes the episodes that nothing at or after `now_ns` can join any more.
    pub fn advance(&mut self, now_ns: i64, pace: Pace, out: &mut RuleResult) {
        let over = |f: &Finding| now_ns.saturating_sub(f.to_ns) > pace.merge_ns;
        if !self.open.values().any(over) {
            return;
        }
        for f in self.open.extract_if(.., |_, f| over(f)).map(|x| x.1) {
            close(f, pace, out);
        }
    }

    /// Closes all.
    pub fn finish(self, pace: Pace, out: &mut RuleResult) {
        for f in self.open.into_values() {
            close(f, pace, out);
        }
    }
}

fn close(f: Finding, pace: Pace, out: &mut RuleResult) {
    if f.to_ns - f.from_ns >= pace.min_ns {
        out.findings.push(f);
    }
}

/// Half of a window given in seconds, ns.
#[must_use]
pub fn half_ns(window_s: f64) -> i64 {
    from_s(0.5 * window_s).unwrap_or(1)
}

/// A finding at one moment of the ego, to be filled with what the rule knows.
#[must_use]
pub fn finding(
    rule: &str,
    what: &str,
    sample: &EgoSample,
    limit: Limit,
    measured: Value,
    unit: &str,
) -> Finding {
    Finding {
        rule: rule.into(),
        from_ns: sample.t_ns,
        to_ns: sample.t_ns,
        worst_ns: sample.t_ns,
        at_m: Some([sample.pose.x_m, sample.pose.y_m]),
        actors: Vec::new(),
        element: None,
        what: what.into(),
        measured: measured.value,
        limit: limit.value(),
        unit: unit.into(),
        margin: limit.margin(measured.value),
        uncertainty: measured.u,
        near_limit: near(limit, measured),
        attribution: None,
        details: Vec::new(),
    }
}

fn near(limit: Limit, v: Value) -> bool {
    let judged = limit.judge(v.value, v.u, lukao_model::outcome::Decision::Simple, None);
    matches!(judged, Judgement::Broken { near: true } | Judgement::Kept { near: true })
}

/// A figure of a finding.
#[must_use]
pub fn number(name: &str, value: f64) -> Detail {
    Detail { name: name.into(), value: DetailValue::Number(value) }
}

/// A word of a finding.
#[must_use]
pub fn word(name: &str, value: impl Into<String>) -> Detail {
    Detail { name: name.into(), value: DetailValue::Text(value.into()) }
}

/// Of whom something is missing.
pub(crate) fn of_actor(measures: &Measures<'_>, actor: ActorIx) -> String {
    format!("of {}", actor_id(measures, actor))
}

/// Id of an actor, as the log calls it.
#[must_use]
pub fn actor_id(measures: &Measures<'_>, actor: ActorIx) -> String {
    measures.window().actor(actor).id.clone()
}
