//! What rules of yielding at junctions share: each entry of the ego, each other that it meets there, the gap left.
//!
//! The ego has yielded if the other was in the conflict zone first, or if the gap that it left is long enough; one
//! who stands or never comes is not hindered. Where the way of either is not certain, all ways that fit must agree.

use std::collections::BTreeMap;

use lukao_measure::{Encounter, Entry, Value};
use lukao_model::outcome::{Judgement, Limit};
use lukao_model::{ActorIx, Interval, RuleResult};

use crate::context::{Context, UNSURE};
use crate::episode::{actor_id, finding, number, word};

/// Whether the ego owed one that it met the right of way.
pub(super) enum Owed {
    /// No, or by another rule.
    No,
    /// Yes, and why.
    Yes(&'static str),
    /// Something decides and is not known: what, and why.
    Unknown(&'static str, String),
}

/// A rule of yielding.
pub(super) struct Yielding<'p> {
    pub rule: &'static str,
    pub what: &'static str,
    pub min_gap_s: f64,
    /// Whether the rule can say anything of an entry, whoever else is there.
    pub concerns: &'p dyn Fn(&Entry) -> bool,
    pub owed: &'p dyn Fn(&Entry, &Encounter) -> Owed,
}

/// How one pair of ways came out.
enum Way {
    Fine,
    Yielded,
    Unknown(&'static str, String),
    Unsure,
    Broken(Value, &'static str),
}

/// Looks at all entries of the block; counts occasions.
pub(super) fn scan(cx: &Context<'_>, rule: &Yielding<'_>, occasions: &mut u64, out: &mut RuleResult) {
    let m = cx.measures;
    cx.judged_all(out);
    if m.junction_entries().iter().all(|e| !cx.scope.contains(e.t_ns) || !(rule.concerns)(e)) {
        return;
    }
    for (entry, met) in m.junction_entries().iter().zip(m.encounters()) {
        if !cx.scope.contains(entry.t_ns) || !(rule.concerns)(entry) {
            continue;
        }
        let when = Interval::new(entry.t_ns, entry.t_ns);
        for (what, why) in &met.unknown {
            cx.missing_in(out, when, what, why);
        }
        let mut by_actor: BTreeMap<ActorIx, Vec<&Encounter>> = BTreeMap::new();
        for e in &met.with {
            by_actor.entry(e.actor).or_default().push(e);
        }
        for with in by_actor.values() {
            one(cx, rule, entry, with, occasions, out);
        }
    }
}

fn one(
    cx: &Context<'_>,
    rule: &Yielding<'_>,
    entry: &Entry,
    with: &[&Encounter],
    occasions: &mut u64,
    out: &mut RuleResult,
) {
    let limit = Limit::AtLeast(rule.min_gap_s);
    let came = |e: &Encounter| match (rule.owed)(entry, e) {
        Owed::No => Way::Fine,
        Owed::Unknown(what, why) => {
            if e.gap_s.is_some() {
                Way::Unknown(what, why)
            } else {
                Way::Fine
            }
        }
        Owed::Yes(why) => match e.gap_s {
            None if e.ego_first => Way::Fine,
            None => Way::Yielded,
            Some(gap) => match cx.judge(limit, gap) {
                Judgement::Kept { .. } => Way::Yielded,
                Judgement::Unsure => Way::Unsure,
                Judgement::Broken { .. } => Way::Broken(gap, why),
            },
        },
    };
    let ways: Vec<(Way, &Encounter)> = with.iter().map(|e| (came(e), *e)).collect();
    *occasions += u64::from(ways.iter().any(|w| !matches!(w.0, Way::Fine)));
    let when = Interval::new(entry.t_ns, entry.t_ns);
    if let Some(Way::Unknown(what, why)) = ways.iter().map(|w| &w.0).find(|w| matches!(w, Way::Unknown(..))) {
        return cx.missing_in(out, when, what, why);
    }
    if ways.iter().any(|w| matches!(w.0, Way::Unsure)) {
        return cx.missing_in(out, when, "gap left", UNSURE);
    }
    let broken = ways.iter().filter_map(|(w, e)| match w {
        Way::Broken(gap, why) => Some((*gap, *why, *e)),
        _ => None,
    });
    // Of several ways that fit the one that speaks most for the ego.
    let Some((gap, why, e)) = broken.max_by(|a, b| a.0.value.total_cmp(&b.0.value)) else { return };
    if ways.iter().any(|w| matches!(w.0, Way::Fine | Way::Yielded)) {
        let name = actor_id(cx.measures, e.actor);
        let why = format!("the ways that the ego and {name} may take do not agree");
        return cx.missing_in(out, when, "way through the junction", &why);
    }
    let s = cx.measures.ego().samples()[entry.k];
    let mut f = finding(rule.rule, rule.what, &s, limit, gap, "s");
    (f.from_ns, f.to_ns, f.worst_ns) = (e.ego_ns[0], e.ego_ns[1], e.ego_ns[0]);
    f.at_m = cx.measures.ego().pose_at(e.ego_ns[0]).map(|p| [p.x_m, p.y_m]);
    f.actors.push(actor_id(cx.measures, e.actor));
    f.element = cx.measures.track().map(|t| format!("junction {}", t.path(e.mine).junction));
    f.details.push(word("right_of_way", why));
    f.details.extend(e.pet_s.map(|v| number("post_encroachment_s", v.value)));
    f.details.extend(e.ttc_s.map(|v| number("crossing_ttc_s", v)));
    f.details.extend(entry.speed_mps.map(|v| number("speed_mps", v.value)));
    out.findings.push(f);
}
