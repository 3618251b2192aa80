//! Drives the cases and says what came out.

use lukao_model::outcome::Decision;
use lukao_model::time::{S, to_s};
use lukao_model::{Finding, Outcome, RuleResult};
use lukao_rules::ALL;
use lukao_synth::{Made, Plan};

use crate::case::Case;
use crate::grade::{How, grade, instance};
use crate::lack::{self, Lack};

/// How far a finding may lie from the time at which the fault was planned, s.
const TIME_S: f64 = 0.25;

/// Drives all cases of a group, prints their table, and fails if anything came out otherwise than planned.
pub fn all(group: &str, cases: Vec<Case>) {
    let mut rows = vec![Row::HEAD.map(String::from)];
    let mut wrong = Vec::new();
    for mut case in cases {
        let mut row = Row::default();
        drive(&mut case, &mut row, &mut wrong);
        rows.push(row.cells(&case));
    }
    println!("\n{group}\n{}", table(&rows));
    assert!(wrong.is_empty(), "{group}:\n  {}", wrong.join("\n  "));
}

fn drive(case: &mut Case, row: &mut Row, wrong: &mut Vec<String>) {
    let mut sides_seen = Vec::new();
    let mut worst: Option<Made> = None;
    let mut mildest: Option<Made> = None;
    let (mut faults, mut kept) = (0, 0);
    for size in case.all_sizes() {
        let is_fault = case.is_fault(size);
        let at_limit = size == case.limit.value() && case.accuracy > 0.0;
        let plan = planned(case, (case.plan)(size), is_fault.then_some(size));
        // The truth stands before anything is graded.
        let truth = plan.truth().clone();
        let made = plan.make().unwrap_or_else(|e| panic!("{} at {size}: {e}", case.rule));
        let name = format!("{} at {size} {}", case.rule, case.unit);
        let found = case_rule(case, &made, How::default());
        row.sizes.push(size);
        row.found.push(found.findings.len());
        if let Some(f) = found.findings.first() {
            let error = (f.measured - size).abs();
            row.measured.push(f.measured);
            row.error = row.error.max(error);
            if error > case.accuracy {
                wrong.push(format!("{name}: measured {} {}, off by {error:.6}", f.measured, f.unit));
            }
            if f.unit != case.unit {
                wrong.push(format!("{name}: in {}", f.unit));
            }
        }
        if is_fault {
            faults += 1;
            if found.findings.len() != case.findings {
                wrong.push(format!("{name}: {} findings, not {}", found.findings.len(), case.findings));
            }
            if let (Some((from, to)), Some(f)) = (truth.when_s, found.findings.first())
                && !(to_s(f.from_ns) <= to + TIME_S && to_s(f.to_ns) >= from - TIME_S)
            {
                let (a, b) = (to_s(f.from_ns), to_s(f.to_ns));
                wrong.push(format!("{name}: found at {a:.2}-{b:.2} s, planned at {from:.2}-{to:.2} s"));
            }
        } else if !at_limit {
            kept += 1;
            expect_compliance(&name, &found, wrong);
        }
        let blocks = case_rule(case, &made, How { block_ns: 7 * S, ..How::default() });
        if blocks != found {
            wrong.push(format!("{name}: in blocks of 7 s something else comes out"));
        }
        others(case, &name, &made, &mut sides_seen, wrong);
        let worse = |a: f64| case.limit.margin(size) < a;
        if is_fault && (worst.is_none() || worse(row.worst)) {
            (worst, row.worst) = (Some(made), case.limit.margin(size));
        } else if !is_fault && !at_limit {
            mildest = Some(made);
        }
    }
    for (words, plan) in std::mem::take(&mut case.compliant) {
        let name = format!("{}, {words}", case.rule);
        let made = planned(case, plan, None).make().unwrap_or_else(|e| panic!("{name}: {e}"));
        expect_compliance(&name, &case_rule(case, &made, How::default()), wrong);
        others(case, &name, &made, &mut sides_seen, wrong);
        kept += 1;
        mildest.get_or_insert(made);
    }
    if faults == 0 || kept == 0 {
        wrong.push(format!("{}: {faults} sizes over the limit and {kept} within it", case.rule));
    }
    for (rule, _) in case.side.iter().filter(|s| !sides_seen.contains(&s.0)) {
        wrong.push(format!("{}: {rule} is listed as a side finding and never comes", case.rule));
    }
    let (Some(worst), Some(mildest)) = (worst, mildest) else { return };
    missing(case, &worst, row, wrong);
    unknown_accuracy(case, &worst, &mildest, wrong);
}

/// The plan with its truth: what it is sized, and what comes with it.
fn planned(case: &Case, plan: Plan, size: Option<f64>) -> Plan {
    case.side.iter().fold(plan.size(size), |plan, (rule, why)| plan.side(rule, why))
}

fn case_rule(case: &Case, made: &Made, how: How) -> RuleResult {
    grade(made, vec![instance(case.rule, &case.params)], how).remove(0)
}

fn expect_compliance(name: &str, found: &RuleResult, wrong: &mut Vec<String>) {
    if found.outcome() != Outcome::Pass {
        let what: Vec<String> = found.findings.iter().map(shown).collect();
        let missing: Vec<&str> = found.undetermined.iter().map(|m| m.what.as_str()).collect();
        wrong.push(format!("{name}: {} {what:?} {missing:?}", found.outcome().name()));
    }
}

/// Rules that ask for something to be done: a drive that was made for something else does not do it.
const ASK: [&str; 2] = ["few-sign-kinds", "manoeuvre-missing"];

/// All other rules as they come: they find nothing but what was said in advance.
fn others(case: &Case, name: &str, made: &Made, seen: &mut Vec<&'static str>, wrong: &mut Vec<String>) {
    let ids = || ALL.iter().map(|e| e.meta.id).filter(|id| *id != case.rule && !ASK.contains(id));
    let results = grade(made, ids().map(|id| instance(id, "")).collect(), How::default());
    for (id, result) in ids().zip(results).filter(|r| !r.1.findings.is_empty()) {
        if case.side.iter().any(|s| s.0 == id) {
            seen.push(id);
        } else {
            let what: Vec<String> = result.findings.iter().map(shown).collect();
            wrong.push(format!("{name}: {id} finds {what:?}, which is not listed"));
        }
    }
}

/// Without what it needs the rule is undetermined and names it.
fn missing(case: &Case, made: &Made, row: &mut Row, wrong: &mut Vec<String>) {
    let needs = instance(case.rule, &case.params).needs();
    for (lack, what) in needs.into_iter().map(Lack::of).chain(case.lacks.iter().copied()) {
        let lacking = lack.from(made);
        let how = How { admit: lacking.admit, ..How::default() };
        let r = case_rule(case, &lacking.made, how);
        let named = r.undetermined.iter().any(|m| m.what == what);
        if r.outcome() != Outcome::Undetermined || !named {
            let said: Vec<&str> = r.undetermined.iter().map(|m| m.what.as_str()).collect();
            let name = lack.name();
            wrong.push(format!("{} without {name}: {}, names {said:?}", case.rule, r.outcome().name()));
        }
        row.missing.push(lack.name());
    }
}

/// Where nothing is known of the accuracy, a guarded decision passes nobody.
fn unknown_accuracy(case: &Case, worst: &Made, mildest: &Made, wrong: &mut Vec<String>) {
    let how = How { decision: Decision::Guarded, ..How::default() };
    let outcome = |made: &Made| case_rule(case, &lack::of_unknown_accuracy(made), how).outcome();
    if outcome(worst) == Outcome::Pass {
        wrong.push(format!("{}: guarded, with unknown accuracy, the fault passes", case.rule));
    }
    if !case.exact && outcome(mildest) == Outcome::Pass {
        wrong.push(format!("{}: guarded, with unknown accuracy, it passes", case.rule));
    }
}

fn shown(f: &Finding) -> String {
    let (from, to) = (to_s(f.from_ns), to_s(f.to_ns));
    format!("{} {:.4} (limit {}) {} at {from:.2}-{to:.2} s", f.what, f.measured, f.limit, f.unit)
}

/// What came out of one case.
struct Row {
    sizes: Vec<f64>,
    found: Vec<usize>,
    measured: Vec<f64>,
    error: f64,
    missing: Vec<String>,
    worst: f64,
}

impl Default for Row {
    fn default() -> Self {
        let (sizes, found, measured, missing) = (vec![], vec![], vec![], vec![]);
        Self { sizes, found, measured, error: 0.0, missing, worst: 0.0 }
    }
}

impl Row {
    const HEAD: [&'static str; 8] =
        ["rule", "fault", "limit", "sizes", "found", "measured", "greatest error", "undetermined without"];

    fn cells(&self, case: &Case) -> [String; 8] {
        let join = |v: &[f64]| v.iter().map(|x| short(*x)).collect::<Vec<_>>().join(" ");
        let limit = match case.limit {
            lukao_model::outcome::Limit::AtMost(v) => format!("<= {v} {}", case.unit),
            lukao_model::outcome::Limit::AtLeast(v) => format!(">= {v} {}", case.unit),
        };
        [
            case.rule.into(),
            case.fault.into(),
            limit,
            join(&self.sizes),
            self.found.iter().map(usize::to_string).collect::<Vec<_>>().join(" "),
            join(&self.measured),
            format!("{:.5}", self.error),
            self.missing.join(", "),
        ]
    }
}

/// At most four decimals, none that say nothing.
fn short(x: f64) -> String {
    let s = format!("{x:.4}");
    s.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn table(rows: &[[String; 8]]) -> String {
    let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        for (c, cell) in row.iter().enumerate() {
            out.push_str(&format!("| {cell:<w$} ", w = width(c)));
        }
        out.push_str("|\n");
    }
    out
}
