use lukao_model::outcome::Uncertainty;

use super::*;
use crate::Exam;
use lukao_model::vehicle::ActorClass;

const PACK: &str = r#"
format = 1
[exam]
id = "x"
edition = "1"
title = { zh = "考", en = "Exam" }
issuer = "test"
about = "test"
levels = ["T1", "T2"]
score = { start = 100, pass = 80, source = { doc = "d", basis = "press" } }
[[item]]
id = "first"
title = { zh = "一", en = "First" }
area = "a"
exercise = "required"
[[item.require]]
id = "ten"
rule = "harsh-braking"
points = 10
source = { doc = "d", basis = "text" }
[[item.require]]
id = "must"
rule = "harsh-braking"
points = 15
must = true
source = { doc = "d", basis = "press" }
[[item]]
id = "second"
title = { zh = "二", en = "Second" }
area = "a"
levels = ["T2"]
exercise = "if-met"
[[item.require]]
id = "veto"
rule = "harsh-braking"
points = 100
veto = true
source = { doc = "d", basis = "text" }
"#;

/// Times in seconds.
fn finding(from_s: i64, to_s: i64, actor: Option<&str>) -> Finding {
    Finding {
        rule: "harsh-braking".into(),
        from_ns: from_s * S,
        to_ns: to_s * S,
        worst_ns: from_s * S,
        at_m: None,
        actors: actor.into_iter().map(String::from).collect(),
        element: None,
        what: "something".into(),
        measured: 2.0,
        limit: 1.0,
        unit: "m".into(),
        margin: -1.0,
        uncertainty: Uncertainty::Unknown,
        near_limit: true,
        attribution: None,
        details: Vec::new(),
    }
}

fn pass() -> RuleResult {
    RuleResult { opportunities: 3, ..RuleResult::default() }
}

fn fail(findings: &[Finding]) -> RuleResult {
    RuleResult { findings: findings.to_vec(), ..pass() }
}

fn unknown(times: &[(i64, i64)]) -> RuleResult {
    let mut r = pass();
    for t in times {
        r.missing("light", "not logged", Interval::new(t.0, t.1));
    }
    r
}

/// The verdict on the answers to `ten`, `must` and `veto`.
fn judge(ten: RuleResult, must: RuleResult, veto: RuleResult) -> Verdict {
    let exam = Exam::parse("x.toml", PACK).unwrap();
    let answer = |item, requirement, result| Answer {
        item,
        requirement,
        of: None,
        params: toml::Table::new(),
        result,
    };
    let drive = DriveInfo {
        name: "d".into(),
        format: String::new(),
        producer: String::new(),
        ego: None,
        ego_class: ActorClass::Unknown,
        frame: String::new(),
        span: None,
        actors: 0,
        samples: 0,
        notes: Vec::new(),
    };
    let answers = vec![answer(0, 0, ten), answer(0, 1, must), answer(1, 0, veto)];
    let span = Some(Interval::new(0, 9));
    let graded =
        GradedDrive { inputs: Inputs::default(), drive, span, attempts: Attempts::default(), answers };
    verdict(&exam, &Options::default(), vec![graded])
}

#[test]
fn all_met_passes_and_reaches_the_top_level() {
    let v = judge(pass(), pass(), pass());
    assert_eq!((v.outcome, v.score.low, v.score.high), (Overall::Passed, 100.0, 100.0));
    assert_eq!(v.level.unwrap().reached.as_deref(), Some("T2"));
    assert!(v.reasons.is_empty());
}

#[test]
fn points_add_up_and_at_the_mark_it_is_passed() {
    let two = fail(&[finding(0, 1, None), finding(5, 6, None)]);
    let v = judge(two, pass(), pass());
    assert_eq!((v.outcome, v.score.high), (Overall::Passed, 80.0));
    let three = fail(&[finding(0, 1, None), finding(5, 6, None), finding(7, 7, None)]);
    let v = judge(three, pass(), pass());
    assert_eq!((v.outcome, v.score.high), (Overall::Failed, 70.0));
    assert_eq!(v.items[0].status, ItemStatus::Met, "a deduction alone leaves the item met");
}

#[test]
fn a_must_fails_its_item_and_a_veto_the_exam() {
    let v = judge(pass(), fail(&[finding(0, 1, None)]), pass());
    assert_eq!((v.outcome, v.items[0].status, v.score.high), (Overall::Failed, ItemStatus::NotMet, 85.0));
    let v = judge(pass(), pass(), fail(&[finding(0, 1, None)]));
    assert_eq!((v.outcome, v.items[1].status, v.score.high), (Overall::Failed, ItemStatus::NotMet, 0.0));
    assert_eq!(v.reasons, ["veto: something (finding 1)", "item second (Second): not met"]);
    let level = v.level.unwrap();
    assert_eq!(level.reached, None);
    assert_eq!(level.missing[1].items, ["second"]);
    assert!(level.missing[0].items.is_empty(), "T1 does not need the second item");
}

#[test]
fn unknowns_make_an_interval_and_never_a_pass() {
    let v = judge(unknown(&[(0, 1), (3, 4)]), pass(), pass());
    assert_eq!((v.score.low, v.score.high), (80.0, 100.0), "two stretches, one breach each");
    assert_eq!((v.outcome, v.items[0].status), (Overall::Undetermined, ItemStatus::Undetermined));
    let v = judge(pass(), pass(), unknown(&[(0, 1)]));
    assert_eq!((v.score.low, v.score.high, v.outcome), (0.0, 100.0, Overall::Undetermined));
    let failed = judge(unknown(&[(0, 1)]), pass(), fail(&[finding(0, 1, None)]));
    assert_eq!(failed.outcome, Overall::Failed, "a veto stands whatever the unknowns hide");
}

#[test]
fn what_was_not_exercised_is_not_passed() {
    let quiet = RuleResult::default;
    let v = judge(quiet(), quiet(), pass());
    assert_eq!((v.outcome, v.items[0].status), (Overall::Undetermined, ItemStatus::NotExercised));
    let v = judge(pass(), pass(), quiet());
    assert_eq!((v.outcome, v.items[1].status), (Overall::Passed, ItemStatus::NotExercised), "it is if-met");
}

#[test]
fn one_event_is_charged_once_at_its_highest_value() {
    // The same actor at overlapping times, under three requirements; a second contact with it much later.
    let v = judge(
        fail(&[finding(0, 10, Some("a")), finding(50, 60, Some("a"))]),
        fail(&[finding(8, 12, Some("a"))]),
        pass(),
    );
    let charged: Vec<(f64, Option<u32>)> = v.findings.iter().map(|f| (f.points, f.same_event_as)).collect();
    assert_eq!(charged, [(0.0, Some(2)), (15.0, None), (10.0, None)]);
    assert_eq!(v.score.deducted, 25.0);
    // Other actors at the same time are another event.
    let v = judge(fail(&[finding(0, 10, Some("a"))]), fail(&[finding(0, 10, Some("b"))]), pass());
    assert_eq!(v.score.deducted, 25.0);
    // One rule under two limits, whose scopes meet: the event goes on across the border.
    let v = judge(fail(&[finding(0, 5, None)]), fail(&[finding(6, 9, None)]), pass());
    assert_eq!(v.score.deducted, 15.0);
    let v = judge(fail(&[finding(0, 5, None)]), fail(&[finding(7, 9, None)]), pass());
    assert_eq!(v.score.deducted, 25.0);
    // A requirement's own findings are events of their own, also at one time.
    let v = judge(fail(&[finding(0, 10, Some("a")), finding(0, 10, Some("a"))]), pass(), pass());
    assert_eq!(v.score.deducted, 20.0);
}

#[test]
fn every_point_rests_on_a_basis() {
    let v = judge(fail(&[finding(0, 1, None)]), fail(&[finding(20, 21, None)]), unknown(&[(0, 1)]));
    let told: Vec<_> = v.basis.iter().map(|b| (b.requirements, b.decided, b.findings, b.deducted)).collect();
    assert_eq!(told, [(2, 1, 1, 10.0), (1, 1, 1, 15.0), (0, 0, 0, 0.0), (0, 0, 0, 0.0)]);
}
