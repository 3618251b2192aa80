//! The same drive gives the same verdict however it is cut, blocked and spread over threads.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use lukao_exam::{BUILTIN, Exam, Grader, Options, Overall, Verdict, grade};
use lukao_model::Drive;
use lukao_model::time::S;
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng};

fn exam() -> Exam {
    let text = r#"
        format = 1
        [exam]
        id = "smooth"
        edition = "1"
        title = { zh = "平稳", en = "Smooth" }
        issuer = "test"
        about = "test"
        score = { start = 100, pass = 80, source = { doc = "test", basis = "text" } }
        [scope.slow]
        speed_kmh = { to = 36 }
        [scope.fast]
        speed_kmh = { from = 36 }
        [[item]]
        id = "braking"
        title = { zh = "制动", en = "Braking" }
        area = "execution"
        exercise = "required"
        [[item.require]]
        id = "slow"
        rule = "harsh-braking"
        params = { max_decel_mps2 = 4.0 }
        scope = "slow"
        points = 5
        source = { doc = "test", basis = "text" }
        [[item.require]]
        id = "fast"
        rule = "harsh-braking"
        params = { max_decel_mps2 = 2.0 }
        scope = "fast"
        points = 7
        source = { doc = "test", basis = "profile" }
    "#;
    Exam::parse("smooth.toml", text).unwrap()
}

/// Four minutes of stop and go: brakes at 3 m/s² from 15 m/s and at 5 m/s² from 8 m/s.
fn drive() -> Drive {
    let mut m = Motion::at(0.0, 0.0, 0.0);
    for _ in 0..6 {
        m = m.accelerate(1.5, 10.0).cruise(5.0).brake(3.0, 8.0).cruise(4.0).brake(5.0, 0.0).stand(8.0);
    }
    DriveBuilder::new("stop and go")
        .span_s(3.0, 240.0)
        .hz(20.0)
        .ego(ActorBuilder::car("ego").motion(m).dynamics())
        .actor(ActorBuilder::car("other").motion(Motion::at(0.0, 30.0, 0.0).speed(3.0).cruise(300.0)))
        .build()
}

fn in_pieces(drive: &Drive, cuts: &[i64], options: &Options) -> Verdict {
    let exam = exam();
    let mut grader = Grader::new(None, &exam, options).unwrap();
    let mut from = i64::MIN;
    for &to in cuts.iter().chain([&i64::MAX]) {
        grader.push(&drive.slice(from, to)).unwrap();
        from = to;
    }
    grader.finish().unwrap()
}

#[test]
fn one_rule_runs_in_two_scopes_with_two_limits() {
    let v = grade(&drive(), None, &exam(), &Options::default()).unwrap();
    let (slow, fast) = (&v.items[0].requirements[0], &v.items[0].requirements[1]);
    assert!(slow.opportunities > 50 && fast.opportunities > 30, "{v:?}");
    assert_eq!((slow.findings.len(), fast.findings.len()), (6, 6), "{v:#?}");
    for f in &v.findings {
        let limit = if f.requirement == "fast" { 2.0 } else { 4.0 };
        assert_eq!(f.finding.limit, limit);
        assert!(f.finding.measured > limit);
    }
    assert_eq!(v.score.deducted, 6.0 * 5.0 + 6.0 * 7.0);
    assert_eq!(v.outcome, Overall::Failed);
    assert_eq!(v.drives[0].samples, drive().samples());
}

#[test]
fn cutting_blocking_and_threads_do_not_matter() {
    let drive = drive();
    let whole = grade(&drive, None, &exam(), &Options::default()).unwrap();
    assert!(!whole.findings.is_empty());
    let mut rng = Rng::new(7);
    let rounds = if std::env::var_os("LUKAO_FULL").is_some() { 200 } else { 30 };
    for round in 0..rounds {
        let mut options = Options::default();
        options.block_ns = S + rng.below(150) as i64 * 777_777_777;
        let n = rng.below(40);
        let mut cuts: Vec<i64> = (0..n).map(|_| rng.below(245_000) as i64 * 1_000_000).collect();
        cuts.sort_unstable();
        let threads = 1 + rng.below(4);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let v = pool.install(|| in_pieces(&drive, &cuts, &options));
        assert_eq!(
            v, whole,
            "round {round}: block {} ns, {threads} threads, cuts {cuts:?}",
            options.block_ns
        );
    }
}

#[test]
fn a_leap_of_the_clock_costs_nothing() {
    let day = 86_400.0 * 365.0 * 200.0;
    let drive = DriveBuilder::new("leap")
        .span_s(0.0, day)
        .hz(1.0 / day)
        .ego(ActorBuilder::car("ego").motion(Motion::at(0.0, 0.0, 0.0)))
        .build();
    let started = std::time::Instant::now();
    let v = grade(&drive, None, &exam(), &Options::default()).unwrap();
    assert!(started.elapsed().as_secs() < 5);
    assert_ne!(v.outcome, Overall::Passed, "nothing was exercised");
}

#[test]
fn time_without_the_ego_is_never_passed() {
    let motion = || Motion::at(0.0, 0.0, 0.0).accelerate(1.0, 10.0).cruise(50.0);
    let drive = |present: &[(f64, f64)]| {
        let ego = ActorBuilder::car("ego").motion(motion()).dynamics().present_s(present);
        DriveBuilder::new("gap").span_s(0.0, 60.0).ego(ego).build()
    };
    let outcome = |d: &Drive| grade(d, None, &exam(), &Options::default()).unwrap();
    assert_eq!(outcome(&drive(&[(0.0, 60.0)])).outcome, Overall::Passed);
    let v = outcome(&drive(&[(0.0, 20.0), (25.0, 60.0)]));
    assert_eq!(v.outcome, Overall::Undetermined);
    let missing =
        &v.items[0].requirements[0].undetermined.iter().chain(&v.items[0].requirements[1].undetermined);
    assert!(missing.clone().any(|m| m.what == "ego" && m.when.len_ns() >= 4 * S), "{v:?}");
}

#[test]
fn the_caller_sees_progress_and_may_break_off() {
    let seen = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&seen);
    let mut options = Options::default();
    options.block_ns = 10 * S;
    options.watch = Some(Arc::new(move |p| {
        assert!(p.span.is_some());
        if count.fetch_add(1, Ordering::Relaxed) == 4 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }));
    let e = grade(&drive(), None, &exam(), &options).unwrap_err();
    assert_eq!(e.to_string(), "grading: expected to run to its end, found a request to stop");
    assert_eq!(seen.load(Ordering::Relaxed), 5);
}

#[test]
fn stretches_must_follow_and_something_must_come() {
    let (exam, drive) = (exam(), drive());
    let mut grader = Grader::new(None, &exam, &Options::default()).unwrap();
    grader.push(&drive.slice(0, 20 * S)).unwrap();
    let e = grader.push(&drive.slice(10 * S, 40 * S)).unwrap_err();
    assert_eq!(
        e.to_string(),
        "stop and go: expected a stretch after 19950000000 ns, found one from 10000000000 ns"
    );
    let empty = Grader::new(None, &exam, &Options::default()).unwrap();
    assert!(empty.finish().is_err());
}

#[test]
fn strict_mode_decides_nothing_on_our_own_readings() {
    let mut options = Options::default();
    options.strict = true;
    let v = grade(&drive(), None, &exam(), &options).unwrap();
    let fast = &v.items[0].requirements[1];
    assert_eq!(fast.undetermined.len(), 1);
    assert!(v.findings.iter().filter(|f| f.requirement == "fast").all(|f| f.points == 0.0));
    assert_eq!(v.score.deducted, 30.0);
}

/// Rules that no pack uses yet. Whoever puts one into a pack takes it out.
const IN_NO_PACK: &[&str] = &[
    "automated-outside-area",
    "coasts-down-steep-slope",
    "critical-following",
    "disengagement",
    "harsh-acceleration",
    "hazard-lights-misused",
    "indicator-cut-short",
    "indicator-distance",
    "indicator-left-on",
    "lane-not-yielded",
    "lateral-jerk",
    "manual-input",
    "minimum-following-distance",
    "needlessly-slow",
    "rss-following-distance",
    "rss-lateral-distance",
    "rss-oncoming-distance",
    "snaking",
    "speed-not-reached",
    "u-turn-lane-taken-late",
];

#[test]
fn the_builtin_packs_use_every_rule() {
    let exams = BUILTIN.iter().map(|b| Exam::parse(b.name, b.text).unwrap());
    let used: Vec<String> =
        exams.flat_map(|e| e.items).flat_map(|i| i.requires).filter_map(|r| r.rule).collect();
    for rule in lukao_rules::ALL {
        let id = rule.meta.id;
        let (is, listed) = (used.iter().any(|u| u == id), IN_NO_PACK.contains(&id));
        assert!(is || listed, "{id} is in no pack");
        assert!(!(is && listed), "{id} is in a pack, take it out of IN_NO_PACK");
    }
}
