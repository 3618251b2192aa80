//! Each fixture drive, graded by the command as a user does it: the report is the committed one, it agrees with the known
//! truth of the drive, and it rests on something.
//!
//! `BLESS=1 cargo test --test golden` writes the reports anew; read the diff before you commit it.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

mod runs_support;

use std::collections::BTreeMap;
use std::fs;

use runs_support::{Run, Stretch, findings, lukao, opportunities, report, runs, seconds, stdout};
use serde_json::Value;

/// Compares with a committed file, or writes it.
fn blessed(run: &Run, file: &str, now: &str) -> Result<(), String> {
    let path = run.dir.join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, now).unwrap();
        return Ok(());
    }
    let there = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    for (k, (a, b)) in there.lines().zip(now.lines()).enumerate() {
        if a != b {
            return Err(format!("{} line {}:\n  was {a}\n  is  {b}", path.display(), k + 1));
        }
    }
    if there == now { Ok(()) } else { Err(format!("{} differs in length", path.display())) }
}

#[test]
fn reports_are_the_committed_ones() {
    let mut wrong = Vec::new();
    for run in runs() {
        for (format, file) in [("text", "report.txt"), ("json", "report.json")] {
            let out = lukao(&["grade", &run.shown(), "--format", format]);
            assert_ne!(out.status.code(), Some(2), "{}: {}", run.name, String::from_utf8_lossy(&out.stderr));
            wrong.extend(blessed(&run, file, &stdout(&out)).err());
        }
    }
    assert!(wrong.is_empty(), "{}\nBLESS=1 rewrites", wrong.join("\n"));
}

#[test]
fn exit_codes_say_the_outcome() {
    for run in runs() {
        let out = lukao(&["grade", &run.shown(), "--format", "json"]);
        let verdict: Value = serde_json::from_slice(&out.stdout).unwrap();
        let code = match verdict["outcome"].as_str().unwrap() {
            "passed" => 0,
            "failed" => 1,
            "undetermined" => 3,
            other => panic!("{}: outcome {other}", run.name),
        };
        assert_eq!(out.status.code(), Some(code), "{}", run.name);
    }
}

/// Time limits of a truth, widened by its tolerance, hold both ends.
fn same_time(truth: &Stretch, tolerance_s: f64, finding: &Value) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= tolerance_s + 1e-6;
    near(truth.from_s, seconds(&finding["from_ns"])) && near(truth.to_s, seconds(&finding["to_ns"]))
}

fn names(value: &Value) -> Vec<&str> {
    value["actors"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect()
}

#[test]
fn contacts_are_those_of_the_truth() {
    let (mut contacts, mut decided) = (0, 0);
    for run in runs() {
        let report = report(&run);
        let found = findings(&report, "contact-with-actor");
        let truth = &run.truth;
        assert_eq!(found.len(), truth.contact.len(), "{}: {found:#?}", run.name);
        for (c, f) in truth.contact.iter().zip(&found) {
            assert_eq!(names(f), [c.other.as_str()], "{}", run.name);
            let when = Stretch { from_s: c.from_s, to_s: c.to_s };
            assert!(
                same_time(&when, truth.tolerance_s, f),
                "{}: {} to {}: {f:#}",
                run.name,
                c.from_s,
                c.to_s
            );
            // Who caused it may stay open; what is decided must be true.
            let by = f["attribution"]["caused_by"].as_str().unwrap();
            assert!(by == c.caused_by || by == "undecided", "{}: {f:#}", run.name);
            decided += usize::from(by == c.caused_by);
            contacts += 1;
        }
    }
    assert!(contacts >= 3 && decided >= 2, "{contacts} contacts in the fixtures, {decided} attributed");
}

/// Where roads cross on two levels the footprints overlap in plan, which the truth lists, and nothing is reported.
#[test]
fn levels_are_told_apart() {
    let mut overlaps = 0;
    for run in runs() {
        let report = report(&run);
        for o in &run.truth.overlap_in_plan {
            assert!(o.to_s > o.from_s && o.height_gap_m > 0.0);
            let seen =
                report["findings"].as_array().unwrap().iter().any(|f| names(f).contains(&o.other.as_str()));
            assert!(!seen, "{}: {} is {} m above", run.name, o.other, o.height_gap_m);
            overlaps += 1;
        }
    }
    assert!(overlaps >= 2);
}

#[test]
fn red_light_entries_are_those_of_the_truth() {
    let (mut red, mut other) = (0, 0);
    for run in runs() {
        let report = report(&run);
        let found = findings(&report, "red-light");
        let truth: Vec<_> = run.truth.entry.iter().filter(|e| e.light == "red").collect();
        assert_eq!(found.len(), truth.len(), "{}: {found:#?}", run.name);
        for (e, f) in truth.iter().zip(&found) {
            let at = seconds(&f["from_ns"]);
            assert!((at - e.at_s).abs() <= run.truth.tolerance_s + 1e-6, "{}: {at} for {}", run.name, e.at_s);
            assert!(f.to_string().contains(&e.signal), "{}: names {}: {f:#}", run.name, e.signal);
            red += 1;
        }
        other += run.truth.entry.len() - truth.len();
    }
    assert!(red >= 1 && other >= 3, "{red} entries on red, {other} others");
}

/// A light that the log does not hold is not green: the item is undetermined and says what is missing.
#[test]
fn lights_not_logged_are_missing() {
    let run = runs().into_iter().find(|r| r.name == "lights-not-logged").unwrap();
    assert_eq!(run.truth.entry[0].light, "not logged");
    let report = report(&run);
    assert_eq!(report["outcome"], "undetermined");
    let missing =
        report["items"].as_array().unwrap().iter().flat_map(|i| i["requirements"].as_array().unwrap());
    let missing: Vec<&Value> = missing
        .filter(|r| r["rule"] == "red-light")
        .flat_map(|r| r["undetermined"].as_array().unwrap())
        .collect();
    let (at_s, tolerance_s) = (run.truth.entry[0].at_s, run.truth.tolerance_s);
    assert!(
        missing.iter().any(|m| m["what"] == "signal_state"
            && seconds(&m["from_ns"]) <= at_s + tolerance_s
            && at_s - tolerance_s <= seconds(&m["to_ns"])),
        "{missing:#?}"
    );
}

#[test]
fn conduct_is_that_of_the_truth() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for run in runs() {
        let report = report(&run);
        for (rule, truth) in [
            ("speed-limit", &run.truth.speeding),
            ("solid-line-crossed", &run.truth.solid_line),
            ("wrong-way", &run.truth.wrong_way),
            ("harsh-braking", &run.truth.hard_braking),
        ] {
            let found = findings(&report, rule);
            for t in truth {
                // How long a breach must last, and what just counts, is the pack's; that it is seen then is not.
                let meets = |f: &&Value| seconds(&f["from_ns"]) < t.to_s && seconds(&f["to_ns"]) > t.from_s;
                assert!(
                    found.iter().any(meets),
                    "{}: no {rule} at {} to {} s: {found:#?}",
                    run.name,
                    t.from_s,
                    t.to_s
                );
                *seen.entry(rule).or_default() += 1;
            }
            let about = |f: &&&Value| {
                let (from, to) = (seconds(&f["from_ns"]), seconds(&f["to_ns"]));
                truth.iter().any(|t| from < t.to_s + 1.0 && to > t.from_s - 1.0)
            };
            // A crash is also hard braking; the plans do not list it as conduct.
            if rule != "harsh-braking" {
                assert_eq!(
                    found.iter().filter(about).count(),
                    found.len(),
                    "{}: {rule} out of nowhere: {found:#?}",
                    run.name
                );
            }
        }
    }
    assert_eq!(seen.len(), 4, "each kind of conduct is in some drive: {seen:?}");
}

/// No report rests on nothing, and each rule of the pack had occasion in some drive.
#[test]
fn every_rule_is_exercised_somewhere() {
    let mut most: BTreeMap<String, u64> = BTreeMap::new();
    for run in runs() {
        let here = opportunities(&report(&run));
        assert!(here.values().any(|n| *n > 0), "{} exercises nothing", run.name);
        for (rule, n) in here {
            let all = most.entry(rule).or_default();
            *all = (*all).max(n);
        }
    }
    let idle: Vec<_> = most.iter().filter(|(_, n)| **n == 0).collect();
    assert!(most.len() >= 8 && idle.is_empty(), "without occasion in all fixtures: {idle:?}; {most:?}");
}
