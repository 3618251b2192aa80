//! Which attempts at an item decide it.

use lukao_model::outcome::{Finding, Limit, Uncertainty};
use lukao_model::{Interval, RuleResult};

use super::spare;
use crate::attempts::{Attempts, Judged};
use crate::options::Options;
use crate::pack::{Exam, Item, Judge, Policy, Requirement};
use crate::verdict::{Attempt, AttemptStatus, ItemResult, RequirementResult, ScoredFinding};

/// The tries at an item in one drive, each with its ordinal, entered into the item's attempts; for an item that is judged over the
/// whole drive, the drive itself.
pub(super) fn of_item(
    item: &Item,
    tried: &Attempts,
    drive: u32,
    out: &mut ItemResult,
) -> Vec<(Option<usize>, Option<u32>)> {
    if item.station.is_none() {
        return vec![(None, None)];
    }
    let mut all = Vec::new();
    for (k, t) in tried.tries.iter().enumerate().filter(|(_, t)| t.item == item.id) {
        let ordinal = out.attempts.len() as u32 + 1;
        out.attempts.push(Attempt {
            ordinal,
            when: t.when,
            drive,
            station: t.station.clone(),
            status: t.status,
            counts: false,
            reason: t.reason,
            why: t.why.clone(),
            by: t.by.clone(),
        });
        if t.status == AttemptStatus::Valid {
            all.push((Some(k), Some(ordinal)));
        }
    }
    all
}

/// What somebody ruled of a requirement that the log does not decide: the last word within the attempt, or after it and before the
/// next, or of no moment at all.
pub(super) fn ruled(
    item: &Item,
    r: &Requirement,
    of: Option<usize>,
    tried: &Attempts,
    span: Option<Interval>,
) -> Option<(toml::Table, RuleResult)> {
    if r.judge == Judge::Log {
        return None;
    }
    let when = of.map(|k| tried.tries[k].when).or(span).unwrap_or(Interval::ALL);
    let later = tried.tries.iter().filter(|t| t.item == item.id && t.when.from_ns > when.from_ns);
    let until_ns = later.map(|t| t.when.from_ns).min().unwrap_or(i64::MAX);
    let holds = |j: &&Judged| {
        let own = j.item == item.id && j.requirement == r.id;
        own && j.t_ns.is_none_or(|t| when.from_ns <= t && t < until_ns)
    };
    let judged = tried.judged.iter().rfind(holds)?;
    let mut result = RuleResult { opportunities: 1, ..RuleResult::default() };
    if !judged.pass {
        let t_ns = judged.t_ns.unwrap_or(when.from_ns);
        result.findings.push(Finding {
            rule: r.id.clone(),
            from_ns: t_ns,
            to_ns: t_ns,
            worst_ns: t_ns,
            at_m: None,
            actors: Vec::new(),
            element: None,
            what: format!("ruled not kept by the {}", judged.by),
            measured: 1.0,
            limit: 0.0,
            unit: String::new(),
            margin: Limit::AtMost(0.0).margin(1.0),
            uncertainty: Uncertainty::Known(0.0),
            near_limit: false,
            attribution: None,
            details: Vec::new(),
        });
    }
    Some((toml::Table::new(), result))
}

/// Breaches that make their attempt invalid do so, and cost nothing; nor does anything else in it.
pub(super) fn invalidate(item: &mut ItemResult, findings: &mut [ScoredFinding]) {
    for r in item.requirements.iter().filter(|r| r.invalidates.is_some()) {
        let own =
            |f: &&mut ScoredFinding| (&f.item, &f.requirement, f.attempt) == (&item.id, &r.id, r.attempt);
        for f in findings.iter_mut().filter(own) {
            spare(f, "it makes the attempt invalid");
            let attempt = item.attempts.iter_mut().find(|a| Some(a.ordinal) == f.attempt);
            if let Some(a) = attempt.filter(|a| a.status == AttemptStatus::Valid) {
                a.status = AttemptStatus::Invalid;
                a.reason = r.invalidates;
                a.why = format!("{} (finding {})", f.finding.what, f.number);
                a.by = "engine".into();
            }
        }
    }
}

/// Marks the valid attempts that decide the item.
pub(super) fn choose(exam: &Exam, options: &Options, item: &Item, out: &mut ItemResult) {
    let level = options.level.as_ref().or(exam.levels.last());
    let strict = level.is_some_and(|l| exam.attempts.first_valid.contains(l));
    let policy = if strict { Policy::FirstValid } else { exam.attempts.policy };
    let mut valid: Vec<&mut Attempt> =
        out.attempts.iter_mut().filter(|a| a.status == AttemptStatus::Valid).collect();
    let (n, repeat) = (valid.len(), item.repeat as usize);
    let skip = if policy == Policy::LastValid { n.saturating_sub(repeat) } else { 0 };
    let most = if policy == Policy::AllValid { n } else { repeat };
    valid.iter_mut().skip(skip).take(most).for_each(|a| a.counts = true);
}

/// What happened in an attempt that does not decide costs nothing.
pub(super) fn spare_others(item: &ItemResult, findings: &mut [ScoredFinding]) {
    for a in item.attempts.iter().filter(|a| !a.counts) {
        let why = match a.status {
            AttemptStatus::Valid => format!("attempt {} does not decide: another one does", a.ordinal),
            _ => format!("attempt {} is not valid", a.ordinal),
        };
        let own = |f: &&mut ScoredFinding| f.item == item.id && f.attempt == Some(a.ordinal);
        findings.iter_mut().filter(own).for_each(|f| spare(f, &why));
    }
}

/// Whether a requirement's answer decides its item.
pub(super) fn decides(item: &ItemResult, r: &RequirementResult) -> bool {
    match r.attempt {
        Some(ordinal) => item.attempts.iter().any(|a| a.ordinal == ordinal && a.counts),
        None => item.attempts.is_empty(),
    }
}

/// Whether an item that is driven at stations has fewer deciding attempts than it takes.
pub(super) fn too_few(item: &ItemResult) -> bool {
    let counting = item.attempts.iter().filter(|a| a.counts).count();
    !item.attempts.is_empty() && counting < item.repeat as usize
}

/// Why an item counts as not exercised, in words.
pub(super) fn why_not_exercised(item: &ItemResult) -> String {
    let Some(last) = item.attempts.last() else {
        return "required, but there was no occasion for it".into();
    };
    let counting = item.attempts.iter().filter(|a| a.counts).count();
    if counting == 0 {
        let reason = last.reason.map_or("", |r| r.name());
        let why = [reason, &last.why].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(": ");
        return format!(
            "no valid attempt; attempt {} is {} ({why}); to be repeated",
            last.ordinal,
            last.status.name()
        );
    }
    if too_few(item) {
        return format!("{counting} of {} valid attempts; to be repeated", item.repeat);
    }
    let lacking =
        item.requirements.iter().filter(|r| decides(item, r) && r.opportunities < r.occasions_needed);
    let lacking: Vec<String> = lacking
        .map(|r| format!("{} had {} of {} occasions", r.id, r.opportunities, r.occasions_needed))
        .collect();
    match &lacking[..] {
        [] => "tried, but there was no occasion for it; to be repeated".into(),
        some => format!("tried, but {}; to be repeated", some.join(", ")),
    }
}
