//! Attempts: where they come from, which count, what invalidates them, and that cutting the drive changes nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use lukao_exam::attempts::{Finder, find};
use lukao_exam::verdict::AttemptStatus;
use lukao_exam::{Exam, Grader, ItemStatus, Options, Overall, Verdict, grade, verdict_of};
use lukao_model::time::S;
use lukao_model::{Channel, Drive};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};
use lukao_track::{Track, example};

const PACK: &str = r#"
format = 1
[exam]
id = "field"
edition = "1"
title = { zh = "场", en = "Field" }
issuer = "test"
about = "test"
levels = ["T1", "T2"]
score = { start = 100, pass = 80, source = { doc = "d", basis = "press" } }
attempts = { policy = "last-valid", first_valid = ["T2"], source = { doc = "d", basis = "profile" } }
[switch.braking]
values = ["hard", "soft"]
title = { zh = "制动", en = "What is hard" }
source = { doc = "d", basis = "press" }
[[each.require]]
rule = "harsh-acceleration"
effect = "invalidate"
reason = "conditions-left"
source = { doc = "d", basis = "profile" }
[[item]]
id = "straight"
title = { zh = "直", en = "Straight on" }
area = "a"
levels = ["T1", "T2"]
station = "straight"
exercise = "required"
[[item.require]]
rule = "harsh-braking"
when = { braking = "hard" }
params = { max_decel_mps2 = 4.0 }
points = 15
must = true
source = { doc = "d", basis = "press" }
[[item.require]]
rule = "harsh-braking"
when = { braking = "soft" }
params = { max_decel_mps2 = 1.0 }
points = 15
must = true
source = { doc = "d", basis = "press" }
[[item.require]]
id = "calm"
judge = "examiner"
what = { zh = "稳", en = "calm" }
points = 10
source = { doc = "d", basis = "profile" }
"#;

const STATIONS: &str = r#"
format = 1
[[station]]
id = "straight-1"
kind = "straight"
entry = [[20, 5], [20, -5]]
exit = [[60, 5], [60, -5]]
"#;

fn exam() -> Exam {
    Exam::parse("field.toml", PACK).unwrap()
}

fn track() -> Track {
    example::two_lanes("broken").with_stations("stations.toml", STATIONS).unwrap()
}

/// From x = 0 at 10 m/s; brakes at a deceleration to 5 m/s after 30 m. `say`: marks.
fn drive(decel_mps2: f64, say: &[(f64, &str)]) -> Drive {
    let m = Motion::at(0.0, -1.75, 0.0).speed(10.0).cruise(3.0).brake(decel_mps2, 5.0).cruise(20.0);
    DriveBuilder::new("straight")
        .span_s(0.0, 14.0)
        .hz(20.0)
        .frame(track().frame().clone())
        .ego(ActorBuilder::car("ego").motion(m).accuracy(Some(0.0), Some(0.0)).dynamics())
        .texts(Channel::Mark, say)
        .build()
}

fn level(level: &str) -> Options {
    let mut options = Options::default();
    options.level = Some(level.into());
    options
}

fn judged(decel_mps2: f64, say: &[(f64, &str)]) -> Verdict {
    let mut all = vec![(13.0, "judge: straight/calm pass")];
    all.extend_from_slice(say);
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    grade(&drive(decel_mps2, &all), Some(&track()), &exam(), &level("T1")).unwrap()
}

#[test]
fn a_station_that_is_driven_through_is_an_attempt() {
    let found = find(&drive(3.0, &[]), Some(&track()), &exam());
    assert_eq!(found.tries.len(), 1);
    let t = &found.tries[0];
    // The front passes 20 m when the middle is 2.25 m behind it.
    assert!((t.when.from_ns - 1_775_000_000).abs() < 1_000_000, "{t:?}");
    assert_eq!((t.station.as_deref(), t.status), (Some("straight-1"), AttemptStatus::Valid));
    let v = judged(3.0, &[]);
    assert_eq!((v.outcome, v.items[0].status), (Overall::Passed, ItemStatus::Met), "{:?}", v.reasons);
    assert_eq!(v.level.unwrap().reached.as_deref(), Some("T2"));
}

#[test]
fn what_breaks_a_requirement_in_the_attempt_fails_the_item_and_outside_it_nothing() {
    let v = judged(4.5, &[]);
    assert_eq!((v.outcome, v.items[0].status), (Overall::Failed, ItemStatus::NotMet));
    assert_eq!((v.findings[0].attempt, v.findings[0].points), (Some(1), 15.0));
    // The same drive, tried before the braking.
    let v = judged(4.5, &[(0.5, "begin: straight"), (2.0, "end: straight")]);
    assert_eq!(v.items[0].status, ItemStatus::Met, "{v:#?}");
    assert!(v.findings.is_empty());
}

#[test]
fn marks_win_and_what_they_say_wrong_is_told() {
    let say = [
        (0.5, "begin: straight"),
        (1.0, "begin: curve"),
        (2.0, "end: straight"),
        (2.5, "end: straight"),
        (3.0, "invalid: straight rain"),
        (3.5, "police: stop"),
    ];
    let found = find(&drive(3.0, &say), Some(&track()), &exam());
    assert_eq!((found.tries.len(), found.odd.len()), (1, 3), "{found:?}");
    assert_eq!(found.tries[0].when.from_ns, S / 2);
    assert_eq!(found.tries[0].station.as_deref(), Some("straight-1"));
    let v = judged(3.0, &say);
    assert_eq!(v.drives[0].notes.iter().filter(|n| n.code == "odd-mark").count(), 3);
}

#[test]
fn an_item_without_a_valid_attempt_is_not_exercised() {
    let none = grade(&drive(3.0, &[]), None, &exam(), &level("T1")).unwrap();
    assert_eq!(none.items[0].status, ItemStatus::NotExercised);
    assert_eq!(none.outcome, Overall::Undetermined);
    for (say, want) in [
        ("invalid: straight third-party", AttemptStatus::Invalid),
        ("abort: straight", AttemptStatus::Aborted),
    ] {
        let v = judged(3.0, &[(0.5, "begin: straight"), (4.0, say)]);
        assert_eq!(v.items[0].attempts[0].status, want);
        assert_eq!(v.items[0].status, ItemStatus::NotExercised);
        assert!(v.reasons[0].contains("no valid attempt"), "{:?}", v.reasons);
        assert_eq!(v.level.unwrap().reached, None);
    }
}

#[test]
fn left_conditions_make_the_attempt_invalid_and_cost_nothing() {
    let m =
        Motion::at(0.0, -1.75, 0.0).speed(8.0).cruise(3.0).accelerate(6.0, 2.0).brake(6.0, 5.0).cruise(9.0);
    let drive = DriveBuilder::new("left")
        .span_s(0.0, 12.0)
        .hz(20.0)
        .frame(track().frame().clone())
        .ego(ActorBuilder::car("ego").motion(m).accuracy(Some(0.0), Some(0.0)).dynamics())
        .build();
    let v = grade(&drive, Some(&track()), &exam(), &level("T1")).unwrap();
    let a = &v.items[0].attempts[0];
    assert_eq!(
        (a.status, a.reason.unwrap().name(), a.by.as_str()),
        (AttemptStatus::Invalid, "conditions-left", "engine")
    );
    assert_eq!(v.score.deducted, 0.0, "{:#?}", v.findings);
    assert!(v.findings.iter().all(|f| f.not_charged.is_some()) && v.findings.len() >= 2);
}

/// An exam of two drives: the first brakes too hard, the second does not.
fn twice(at: &str) -> Verdict {
    let (exam, track, options) = (exam(), track(), level(at));
    let of = |decel| {
        let drive = drive(decel, &[(13.0, "judge: straight/calm pass")]);
        let mut options = options.clone();
        options.attempts = Some(find(&drive, Some(&track), &exam));
        let mut grader = Grader::new(Some(&track), &exam, &options).unwrap();
        grader.push(&drive).unwrap();
        grader.finish_drive().unwrap()
    };
    verdict_of(&exam, &options, vec![of(4.5), of(3.0)]).unwrap()
}

#[test]
fn the_level_says_which_of_two_attempts_decides() {
    let v = twice("T1");
    assert_eq!(v.items[0].attempts.iter().map(|a| a.counts).collect::<Vec<_>>(), [false, true]);
    assert_eq!((v.items[0].status, v.score.deducted, v.drives.len()), (ItemStatus::Met, 0.0, 2));
    assert_eq!(v.findings[0].not_charged.as_deref(), Some("attempt 1 does not decide: another one does"));
    let v = twice("T2");
    assert_eq!(v.items[0].attempts.iter().map(|a| a.counts).collect::<Vec<_>>(), [true, false]);
    assert_eq!((v.items[0].status, v.score.deducted), (ItemStatus::NotMet, 15.0));
}

#[test]
fn what_only_people_can_judge_is_undetermined_until_they_do() {
    let v = grade(&drive(3.0, &[]), Some(&track()), &exam(), &level("T1")).unwrap();
    assert_eq!((v.items[0].status, v.score.low, v.score.high), (ItemStatus::Undetermined, 90.0, 100.0));
    let v = grade(&drive(3.0, &[(9.0, "judge: straight/calm fail")]), Some(&track()), &exam(), &level("T1"))
        .unwrap();
    assert_eq!((v.score.high, v.findings[0].points), (90.0, 10.0));
}

#[test]
fn switches_choose_between_readings() {
    let soft = [("braking".to_string(), "soft".to_string())];
    let exam = Exam::parse_with("field.toml", PACK, &soft).unwrap();
    let v = grade(&drive(3.0, &[]), Some(&track()), &exam, &level("T1")).unwrap();
    assert_eq!((v.items[0].status, v.exam.switches[0].value.as_str()), (ItemStatus::NotMet, "soft"));
    let wrong = |of: &str, value: &str| {
        Exam::parse_with("field.toml", PACK, &[(of.into(), value.into())]).unwrap_err().to_string()
    };
    assert!(wrong("breaking", "soft").contains("did you mean \"braking\"?"));
    assert!(wrong("braking", "none").contains("hard, soft"));
}

#[test]
fn cutting_the_drive_changes_nothing() {
    let (exam, track) = (exam(), track());
    let drive = drive(4.5, &[(13.0, "judge: straight/calm pass")]);
    let whole = grade(&drive, Some(&track), &exam, &level("T1")).unwrap();
    for (step_ns, block_ns) in [(S / 3, S), (S, 5 * S), (5 * S, 120 * S)] {
        let mut finder = Finder::new(&exam, Some(&track));
        let cuts: Vec<i64> = (0..60).map(|k| k * step_ns).collect();
        let pieces: Vec<Drive> = std::iter::once(i64::MIN)
            .chain(cuts.iter().copied())
            .zip(cuts.iter().copied().chain([i64::MAX]))
            .map(|(a, b)| drive.slice(a, b))
            .collect();
        pieces.iter().for_each(|p| finder.push(p));
        let mut options = level("T1");
        (options.attempts, options.block_ns) = (Some(finder.finish()), block_ns);
        let mut grader = Grader::new(Some(&track), &exam, &options).unwrap();
        pieces.iter().for_each(|p| grader.push(p).unwrap());
        assert_eq!(grader.finish().unwrap(), whole, "{step_ns} {block_ns}");
    }
}
