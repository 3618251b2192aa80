//! From the rules' answers to the verdict: events charged once, points, items, and the whole in one word.

mod attempts;

use std::collections::BTreeMap;

use lukao_model::outcome::{Causation, Finding, Outcome};
use lukao_model::time::{Interval, Intervals, S};
use lukao_model::{Missing, RuleResult};

use crate::attempts::Attempts;
use crate::options::{Inputs, Options};
use crate::pack::{Basis, CausedBy, Effect, Exam, Exercise, Item, Judge, Requirement, ScoreModel};
use crate::verdict::{
    BasisShare, DriveInfo, ExamInfo, ItemResult, ItemStatus, LevelGap, LevelResult, LogNote, Overall, Param,
    ParamValue, Provenance, RequirementResult, SCHEMA_VERSION, Score, ScoredFinding, SourceFile, Verdict,
};

/// What one rule answered for one requirement.
#[derive(Debug)]
pub(crate) struct Answer {
    pub item: usize,
    pub requirement: usize,
    /// Index of the try that it judged, for an item that is driven at stations.
    pub of: Option<usize>,
    pub params: toml::Table,
    pub result: RuleResult,
}

/// What the rules answered of one drive of an exam.
#[derive(Debug)]
pub struct GradedDrive {
    pub(crate) inputs: Inputs,
    pub(crate) drive: DriveInfo,
    pub(crate) span: Option<Interval>,
    pub(crate) attempts: Attempts,
    pub(crate) answers: Vec<Answer>,
}

pub(crate) fn verdict(exam: &Exam, options: &Options, drives: Vec<GradedDrive>) -> Verdict {
    let mut findings = Vec::new();
    let mut items: Vec<ItemResult> = exam.items.iter().map(empty_item).collect();
    let mut infos = Vec::with_capacity(drives.len());
    let inputs: Vec<Inputs> = drives.iter().map(|d| d.inputs.clone()).collect();
    for (drive, graded) in (0u32..).zip(drives) {
        let GradedDrive { drive: mut info, span, attempts: tried, answers, .. } = graded;
        let unfit = exam.unfit(info.ego_class);
        info.notes.extend(tried.odd.iter().map(|text| odd_mark(text)));
        infos.push(info);
        let mut answers: BTreeMap<(usize, usize, Option<usize>), Answer> =
            answers.into_iter().map(|a| ((a.item, a.requirement, a.of), a)).collect();
        for (i, (item, out)) in exam.items.iter().zip(&mut items).enumerate() {
            for (of, attempt) in attempts::of_item(item, &tried, drive, out) {
                for (r, requirement) in item.requires.iter().enumerate() {
                    let mut result = unanswered(exam, requirement, span);
                    (result.attempt, result.drive) = (attempt, drive);
                    let answer = answers.remove(&(i, r, of)).map(|a| (a.params, a.result));
                    let ruled = || attempts::ruled(item, requirement, of, &tried, span);
                    if let Some((params, answer)) = answer.or_else(ruled) {
                        result.params = params.iter().filter_map(param).collect();
                        result.outcome = answer.outcome();
                        result.opportunities = answer.opportunities;
                        result.judged_ns = answer.judged.total_ns();
                        result.undetermined = answer.undetermined;
                        let of = |f| found(&item.id, requirement, (attempt, drive), f);
                        findings.extend(answer.findings.into_iter().map(of));
                        if let Some(why) = &unfit {
                            refuse(&mut result, "type of vehicle", why, span);
                        } else if options.strict && requirement.source.basis == Basis::Profile {
                            refuse(&mut result, "basis", STRICT, span);
                        }
                    }
                    out.requirements.push(result);
                }
            }
        }
    }
    for (item, out) in exam.items.iter().zip(&mut items).filter(|(_, out)| out.requirements.is_empty()) {
        out.requirements = item.requires.iter().map(|r| idle(exam, r)).collect();
    }
    number(&mut findings, exam);
    for f in &mut findings {
        let class = infos.get(f.drive as usize).map(|i: &DriveInfo| i.ego_class);
        if let Some(why) = class.and_then(|c| exam.unfit(c)) {
            spare(f, &why);
        } else if options.strict && f.source.basis == Basis::Profile {
            spare(f, STRICT);
        }
    }
    for (item, out) in exam.items.iter().zip(&mut items) {
        attempts::invalidate(out, &mut findings);
        attempts::choose(exam, options, item, out);
        attempts::spare_others(out, &mut findings);
    }
    charge_once(&mut findings, exam.score.model);
    for item in &mut items {
        for r in &mut item.requirements {
            let own = findings.iter().filter(|f| {
                (&f.item, &f.requirement, f.attempt, f.drive) == (&item.id, &r.id, r.attempt, r.drive)
            });
            r.findings = own.clone().map(|f| f.number).collect();
            r.deducted = own.map(|f| f.points).sum();
        }
        item.deducted = item.requirements.iter().map(|r| r.deducted).sum();
        item.status = status(item, &findings);
    }
    let score = score(exam, &items, &findings);
    let level = level(exam, options, &items, &score);
    let (outcome, reasons) = overall(exam, options, &items, &findings, &score, level.as_ref());
    Verdict {
        schema_version: SCHEMA_VERSION.into(),
        outcome,
        reasons,
        exam: ExamInfo {
            id: exam.id.clone(),
            edition: exam.edition.clone(),
            title: exam.title.clone(),
            issuer: exam.issuer.clone(),
            about: exam.about.clone(),
            about_zh: exam.about_zh.clone(),
            decision: exam.decision,
            strict: options.strict,
            vehicles: exam.vehicles.as_ref().map_or_else(Vec::new, |v| v.types.clone()),
            switches: exam.switches.clone(),
        },
        level,
        score,
        basis: basis(&items, &findings),
        items,
        findings,
        provenance: provenance(exam, &inputs, &infos),
        drives: infos,
    }
}

fn odd_mark(text: &str) -> LogNote {
    let subject = "examiner".into();
    LogNote { code: "odd-mark".into(), subject, when: None, count: 1, text: text.into() }
}

fn empty_item(item: &Item) -> ItemResult {
    ItemResult {
        id: item.id.clone(),
        number: item.number,
        variant_of: item.variant_of.clone(),
        title: item.title.clone(),
        area: item.area.clone(),
        levels: item.levels.clone(),
        exercise: item.exercise,
        status: ItemStatus::NotExercised,
        deducted: 0.0,
        repeat: item.repeat,
        attempts: Vec::new(),
        requirements: Vec::new(),
    }
}

/// A requirement before anybody answered. What only people can judge stays undetermined without their word.
fn unanswered(exam: &Exam, r: &Requirement, span: Option<Interval>) -> RequirementResult {
    let what = match r.judge {
        Judge::Log => "rule",
        Judge::Examiner => "examiner's mark",
        Judge::Record => "record",
    };
    let missing =
        Missing { what: what.into(), why: "none was given".into(), when: span.unwrap_or(Interval::ALL) };
    RequirementResult {
        id: r.id.clone(),
        attempt: None,
        drive: 0,
        judge: r.judge,
        rule: r.rule.clone(),
        params: Vec::new(),
        what: r.what.clone(),
        scope: r.scope.and_then(|s| exam.scopes.get(s)).map(|s| s.name.clone()),
        points: r.points,
        must: r.must,
        veto: r.veto,
        max_u: r.max_u,
        caused_by: r.caused_by,
        source: r.source.clone(),
        outcome: Outcome::Undetermined,
        invalidates: match r.effect {
            Effect::Invalidate(reason) => Some(reason),
            Effect::Charge => None,
        },
        shared: r.shared,
        occasions_needed: r.occasions,
        opportunities: 0,
        judged_ns: 0,
        findings: Vec::new(),
        undetermined: vec![missing],
        deducted: 0.0,
    }
}

/// A requirement of an item that was not tried.
fn idle(exam: &Exam, r: &Requirement) -> RequirementResult {
    RequirementResult {
        outcome: Outcome::NotApplicable,
        undetermined: Vec::new(),
        ..unanswered(exam, r, None)
    }
}

/// Why strict mode does not decide.
const STRICT: &str = "the demand is this project's own reading, on which strict mode does not decide";

/// What is not decided, and why.
fn refuse(out: &mut RequirementResult, what: &str, why: &str, span: Option<Interval>) {
    if out.outcome == Outcome::NotApplicable {
        return;
    }
    out.outcome = Outcome::Undetermined;
    out.undetermined =
        vec![Missing { what: what.into(), why: why.into(), when: span.unwrap_or(Interval::ALL) }];
}

fn param((name, value): (&String, &toml::Value)) -> Option<Param> {
    let value = match value {
        toml::Value::Boolean(b) => ParamValue::Flag(*b),
        toml::Value::Integer(i) => ParamValue::Number(*i as f64),
        toml::Value::Float(f) => ParamValue::Number(*f),
        toml::Value::String(s) => ParamValue::Text(s.clone()),
        _ => return None,
    };
    Some(Param { name: name.clone(), value })
}

fn found(
    item: &str,
    r: &Requirement,
    (attempt, drive): (Option<u32>, u32),
    finding: Finding,
) -> ScoredFinding {
    let others = finding.attribution.as_ref().is_some_and(|a| a.caused_by == Causation::Other);
    let spared = others && r.caused_by == CausedBy::EgoOrUndecided;
    let mut f = ScoredFinding {
        number: 0,
        item: item.into(),
        requirement: r.id.clone(),
        attempt,
        drive,
        points: r.points,
        must: r.must,
        veto: r.veto,
        not_charged: None,
        same_event_as: None,
        source: r.source.clone(),
        finding,
    };
    if spared {
        spare(&mut f, "the ego did not cause it");
    }
    f
}

fn spare(f: &mut ScoredFinding, why: &str) {
    if f.not_charged.is_some() {
        return;
    }
    (f.points, f.must, f.veto) = (0.0, false, false);
    f.not_charged = Some(why.into());
}

/// Sorts by time, then by the pack's order, and numbers from 1.
fn number(findings: &mut [ScoredFinding], exam: &Exam) {
    let place = |f: &ScoredFinding| exam.items.iter().position(|i| i.id == f.item);
    // A stable sort: findings of one requirement keep the order in which the rule gave them.
    findings.sort_by_key(|f| (f.drive, f.finding.from_ns, f.finding.to_ns, place(f)));
    for (f, n) in findings.iter_mut().zip(1..) {
        f.number = n;
    }
}

/// Findings of one rule under several limits this near in time are one event: between two scopes, such as two
/// ranges of speed, lies one step of the log.
const NEAR_NS: i64 = S;

/// One physical event is charged once, at its highest value: the same actor or element of the track, or the
/// same rule under another limit, at overlapping times. A requirement's own findings are events of their own.
fn charge_once(findings: &mut [ScoredFinding], model: ScoreModel) {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    // The dearest first; of equals the one in an attempt at an item, then the earlier.
    let weight = |f: &ScoredFinding| (f.veto, f.must, f.points, f.attempt.is_some());
    order.sort_by(|&a, &b| {
        let (wa, wb) = (weight(&findings[a]), weight(&findings[b]));
        wb.0.cmp(&wa.0)
            .then(wb.1.cmp(&wa.1))
            .then(wb.2.total_cmp(&wa.2))
            .then(wb.3.cmp(&wa.3))
            .then(a.cmp(&b))
    });
    let mut charged: Vec<usize> = Vec::new();
    // What costs nothing because its attempt does not decide takes no other finding with it.
    order.retain(|k| findings[*k].attempt.is_none() || findings[*k].not_charged.is_none());
    for k in order {
        match charged.iter().find(|&&c| same_event(&findings[c], &findings[k], model)) {
            Some(&c) => {
                findings[k].same_event_as = Some(findings[c].number);
                findings[k].points = 0.0;
            }
            None => charged.push(k),
        }
    }
}

fn same_event(a: &ScoredFinding, b: &ScoredFinding, model: ScoreModel) -> bool {
    let (x, y) = (&a.finding, &b.finding);
    // Demerit points of several rules add up; of one rule only its tiers are one breach.
    let apart = model == ScoreModel::Demerit && x.rule != y.rule;
    if apart || a.drive != b.drive || (&a.item, &a.requirement) == (&b.item, &b.requirement) {
        return false;
    }
    let within = |near_ns: i64| {
        x.from_ns <= y.to_ns.saturating_add(near_ns) && y.from_ns <= x.to_ns.saturating_add(near_ns)
    };
    let shared =
        x.actors.iter().any(|id| y.actors.contains(id)) || x.element.is_some() && x.element == y.element;
    let other_limit = x.rule == y.rule && x.actors == y.actors;
    within(0) && shared || within(NEAR_NS) && other_limit
}

fn status(item: &ItemResult, findings: &[ScoredFinding]) -> ItemStatus {
    let broken = |f: &&ScoredFinding| f.item == item.id && (f.must || f.veto);
    let mut deciding = item.requirements.iter().filter(|r| attempts::decides(item, r)).peekable();
    if findings.iter().any(|f| broken(&f)) {
        return ItemStatus::NotMet;
    }
    if deciding.peek().is_none() || attempts::too_few(item) {
        return ItemStatus::NotExercised;
    }
    let deciding: Vec<&RequirementResult> = deciding.collect();
    if deciding.iter().any(|r| !r.undetermined.is_empty()) {
        ItemStatus::Undetermined
    } else if deciding.iter().any(|r| r.opportunities < r.occasions_needed) {
        ItemStatus::NotExercised
    } else if deciding.iter().any(|r| !r.shared && r.opportunities > 0) {
        ItemStatus::Met
    } else {
        ItemStatus::NotExercised
    }
}

/// The score as an interval. Each stretch of unknown time may hide a breach, and counts as one at the low end.
fn score(exam: &Exam, items: &[ItemResult], findings: &[ScoredFinding]) -> Score {
    let rule = &exam.score;
    let deducted: f64 = findings.iter().map(|f| f.points).sum();
    let veto = findings.iter().any(|f| f.veto);
    let mut hidden = 0.0;
    let mut hidden_veto = false;
    for (_, r) in items
        .iter()
        .flat_map(|i| i.requirements.iter().map(move |r| (i, r)))
        .filter(|(i, r)| attempts::decides(i, r))
    {
        let stretches: Intervals = r.undetermined.iter().map(|m| m.when).collect();
        hidden += r.points * stretches.as_slice().len() as f64;
        hidden_veto |= r.veto && !stretches.is_empty();
    }
    let keep = |points: f64, veto: bool| {
        if veto && rule.model == ScoreModel::Marks { rule.floor } else { points.max(rule.floor) }
    };
    let low = keep(rule.start - deducted - hidden, veto || hidden_veto);
    Score {
        model: rule.model,
        start: rule.start,
        low,
        high: keep(rule.start - deducted, veto),
        pass_mark: rule.pass,
        floor: if rule.model == ScoreModel::Demerit { low } else { rule.floor },
        scope: rule.scope,
        deducted,
        veto,
        source: rule.source.clone(),
    }
}

fn passes(score: &Score) -> Overall {
    if score.veto || score.high < score.pass_mark {
        Overall::Failed
    } else if score.low >= score.pass_mark {
        Overall::Passed
    } else {
        Overall::Undetermined
    }
}

/// Whether an item counts for a level. Without a level all do.
fn counts(item: &ItemResult, level: Option<&str>) -> bool {
    level.is_none_or(|l| item.levels.is_empty() || item.levels.iter().any(|x| x == l))
}

fn blocks(item: &ItemResult) -> bool {
    match item.status {
        ItemStatus::Met => false,
        ItemStatus::NotExercised => item.exercise == Exercise::Required,
        ItemStatus::NotMet | ItemStatus::Undetermined => true,
    }
}

fn level(exam: &Exam, options: &Options, items: &[ItemResult], score: &Score) -> Option<LevelResult> {
    if exam.levels.is_empty() {
        return None;
    }
    let gap = |level: &String| LevelGap {
        level: level.clone(),
        items: items.iter().filter(|i| counts(i, Some(level)) && blocks(i)).map(|i| i.id.clone()).collect(),
    };
    let missing: Vec<LevelGap> = exam.levels.iter().map(gap).collect();
    let reached = if passes(score) == Overall::Passed {
        missing.iter().take_while(|g| g.items.is_empty()).last().map(|g| g.level.clone())
    } else {
        None
    };
    Some(LevelResult { applied: options.level.clone(), reached, missing })
}

fn overall(
    exam: &Exam,
    options: &Options,
    items: &[ItemResult],
    findings: &[ScoredFinding],
    score: &Score,
    level: Option<&LevelResult>,
) -> (Overall, Vec<String>) {
    let applied = level.and_then(|l| l.applied.as_deref());
    let needed: Vec<&ItemResult> = items.iter().filter(|i| counts(i, applied)).collect();
    let (mut failed, mut open) = (Vec::new(), Vec::new());
    for f in findings.iter().filter(|f| f.veto && f.charged()) {
        failed.push(format!("veto: {} (finding {})", f.finding.what, f.number));
    }
    for i in &needed {
        let named = |why: &str| format!("item {} ({}): {why}", i.id, i.title.en);
        match i.status {
            ItemStatus::NotMet => failed.push(named("not met")),
            ItemStatus::Undetermined => open.push(named(&unknowns(i))),
            ItemStatus::NotExercised if i.exercise == Exercise::Required => {
                open.push(named(&attempts::why_not_exercised(i)));
            }
            ItemStatus::NotExercised | ItemStatus::Met => {}
        }
    }
    let marks = |v: f64| match score.model {
        ScoreModel::Demerit => {
            format!("{} demerit points are more than the {} allowed", -v, 0.0 - score.pass_mark)
        }
        ScoreModel::Marks => format!("{v} points are fewer than the {} needed", score.pass_mark),
    };
    if !score.veto && score.high < score.pass_mark {
        failed.push(marks(score.high));
    }
    if score.low < score.pass_mark && score.high >= score.pass_mark {
        open.push(format!("if all that is unknown failed, {}", marks(score.low)));
    }
    if options.strict && exam.score.source.basis == Basis::Profile {
        open.push("points and pass mark are this project's own, on which strict mode does not decide".into());
        // A veto or a broken `must` does not rest on points.
        failed.retain(|r| !r.ends_with("needed") && !r.ends_with("allowed"));
    }
    if items.iter().all(|i| i.status == ItemStatus::NotExercised) {
        open.push("nothing that the exam looks at happened".into());
    }
    if !failed.is_empty() {
        (Overall::Failed, failed)
    } else if !open.is_empty() {
        (Overall::Undetermined, open)
    } else {
        (Overall::Passed, Vec::new())
    }
}

/// What an item lacks, in words: each thing once.
fn unknowns(item: &ItemResult) -> String {
    let mut what: Vec<&str> = Vec::new();
    let deciding = item.requirements.iter().filter(|r| attempts::decides(item, r));
    for m in deciding.flat_map(|r| &r.undetermined) {
        if !what.contains(&m.what.as_str()) {
            what.push(&m.what);
        }
    }
    let again = if item.attempts.is_empty() { "" } else { "; to be repeated" };
    format!("cannot be told, missing {}{again}", what.join(", "))
}

fn basis(items: &[ItemResult], findings: &[ScoredFinding]) -> Vec<BasisShare> {
    let requirements = || items.iter().flat_map(|i| &i.requirements);
    let share = |basis: Basis| {
        let own = || requirements().filter(move |r| r.source.basis == basis);
        let charged = || findings.iter().filter(move |f| f.source.basis == basis && f.charged());
        let decided = |r: &&RequirementResult| matches!(r.outcome, Outcome::Pass | Outcome::Fail);
        BasisShare {
            basis,
            requirements: own().count() as u32,
            exercised: own().filter(|r| r.outcome != Outcome::NotApplicable).count() as u32,
            decided: own().filter(decided).count() as u32,
            findings: charged().count() as u32,
            deducted: charged().map(|f| f.points).sum(),
            vetoes: charged().filter(|f| f.veto).count() as u32,
        }
    };
    Basis::ALL.into_iter().map(share).collect()
}

fn provenance(exam: &Exam, inputs: &[Inputs], drives: &[DriveInfo]) -> Provenance {
    let mut logs = Vec::new();
    let mut track = Vec::new();
    for (of, drive) in inputs.iter().zip(drives) {
        if of.logs.is_empty() {
            logs.push(SourceFile { name: drive.name.clone(), sha256: None });
        }
        logs.extend(of.logs.iter().cloned());
        let new: Vec<_> = of.track.iter().filter(|t| !track.contains(*t)).cloned().collect();
        track.extend(new);
    }
    Provenance {
        engine: concat!("lukao ", env!("CARGO_PKG_VERSION")).into(),
        pack: SourceFile { name: format!("{} {}", exam.id, exam.edition), sha256: Some(exam.sha256.clone()) },
        track,
        alignment: inputs.iter().find_map(|i| i.alignment.clone()),
        logs,
    }
}

#[cfg(test)]
mod tests;
