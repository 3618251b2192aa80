//! The command as a contract: exit codes, streams, files, errors. Reports' content is held by `golden.rs`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(feature = "cli")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(name: &str) -> String {
    format!("fixtures/runs/{name}/drive.arrow")
}

fn lukao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lukao")).args(args).current_dir(root()).output().unwrap()
}

fn code(out: &Output) -> i32 {
    out.status.code().expect("it ended by itself")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn exit_codes_are_those_of_the_page() {
    assert_eq!(code(&lukao(&["grade", &run("signalised-junction")])), 0, "passed");
    assert_eq!(code(&lukao(&["grade", &run("red-light-run")])), 1, "failed");
    assert_eq!(code(&lukao(&["grade", &run("lights-not-logged")])), 3, "undetermined");
    for bad in [
        &["grade", "no-such-log.osi"][..],
        &["grade"],
        &["grade", "--frobnicate", "x"],
        &["frobnicate"],
        &["grade", "tracks/avenue/field.xodr"],
        &["grade", "x.osi", "--exam", "no-such-exam"],
        &["grade", "x.osi", "--format", "yaml"],
        &["grade", "x.osi", "--align", "sideways"],
        &["explain", "no-such-rule"],
        &["exam", "lint", "Cargo.toml"],
    ] {
        let out = lukao(bad);
        assert_eq!(code(&out), 2, "{bad:?}");
        assert!(out.stdout.is_empty() && !out.stderr.is_empty(), "{bad:?}");
    }
    let page = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    for line in ["| 0 | passed", "| 1 | failed", "| 2 | bad usage", "| 3 | undetermined"] {
        assert!(page.contains(line), "docs/cli.md: {line}");
    }
}

#[test]
fn in_a_batch_2_goes_before_1_before_3_before_0() {
    let (passed, failed, open) = (run("signalised-junction"), run("red-light-run"), run("lights-not-logged"));
    let batch = |logs: &[&str]| code(&lukao(&[&["grade"], logs].concat()));
    assert_eq!(batch(&[&passed, &open]), 3);
    assert_eq!(batch(&[&open, &failed, &passed]), 1);
    assert_eq!(batch(&[&open, "no-such-log.osi", &failed]), 2);
}

#[test]
fn a_batch_prints_a_table_and_json_in_the_order_of_the_logs() {
    let logs = [run("red-light-run"), "no-such-log.osi".into(), run("signalised-junction")];
    let args: Vec<&str> = std::iter::once("grade").chain(logs.iter().map(String::as_str)).collect();
    let table = text(&lukao(&args).stdout);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("OUTCOME"), "{table}");
    assert!(lines[1].starts_with("failed") && lines[1].contains("veto: "), "{table}");
    assert!(
        lines[2].starts_with("error") && lines[2].contains("no-such-log.osi: expected a file"),
        "{table}"
    );
    assert!(lines[3].starts_with("passed"), "{table}");
    assert_eq!(lines[5], "3 logs: 1 error, 1 failed, 1 passed");

    let out = lukao(&[&args[..], &["--format", "json"]].concat());
    let v: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(v["exit_code"], 2);
    let codes: Vec<i64> =
        v["logs"].as_array().unwrap().iter().map(|l| l["exit_code"].as_i64().unwrap()).collect();
    assert_eq!(codes, [1, 2, 0]);
    assert_eq!(v["logs"][0]["verdict"]["outcome"], "failed");
    assert!(v["logs"][1]["error"].as_str().unwrap().starts_with("no-such-log.osi: expected"));
}

#[test]
fn threads_do_not_change_a_byte() {
    let one = |jobs: &str, more: &[&str]| {
        let args = [&["grade", "fixtures/runs", "--jobs", jobs], more].concat();
        let out = lukao(&args);
        (code(&out), out.stdout)
    };
    assert_eq!(one("1", &[]), one("8", &[]));
    let json = one("1", &["--format", "json"]);
    assert!(json.1.len() > 10_000);
    assert_eq!(json, one("8", &["--format", "json"]));
}

#[test]
fn reports_in_a_folder_are_whole_apart_and_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let out_dir = dir.path().join("reports");
    let logs = [run("red-light-run"), run("signalised-junction")];
    let grade = |more: &[&str]| {
        let mut args =
            vec!["grade", &logs[0], &logs[1], "--format", "json", "--out", out_dir.to_str().unwrap()];
        args.extend(more);
        lukao(&args)
    };
    let first = grade(&[]);
    assert_eq!(code(&first), 1);
    let names = || -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = fs::read_dir(&out_dir).unwrap().map(|e| e.unwrap().path()).collect();
        all.sort();
        all
    };
    let reports = names();
    assert_eq!(reports.len(), 2, "two logs called drive.arrow, two reports: {reports:?}");
    let before: Vec<Vec<u8>> = reports.iter().map(|p| fs::read(p).unwrap()).collect();

    // One report is lost, another log's was cut off by a kill: the batch ends as if nothing had happened.
    fs::remove_file(&reports[0]).unwrap();
    fs::write(&reports[1], &before[1][..100]).unwrap();
    let again = grade(&["--resume"]);
    assert_eq!((code(&again), &again.stdout), (1, &first.stdout));
    assert_eq!(names(), reports);
    let after: Vec<Vec<u8>> = reports.iter().map(|p| fs::read(p).unwrap()).collect();
    assert_eq!(after, before);

    // What is whole is not graded again: its file stays as it is, also if its time is old.
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    fs::File::options().write(true).open(&reports[0]).unwrap().set_modified(old).unwrap();
    assert_eq!(grade(&["--resume"]).stdout, first.stdout);
    assert_eq!(fs::metadata(&reports[0]).unwrap().modified().unwrap(), old);
    assert_eq!(grade(&[]).stdout, first.stdout);
    assert_ne!(fs::metadata(&reports[0]).unwrap().modified().unwrap(), old);
}

#[test]
#[cfg(feature = "html")]
fn sheets_are_in_the_language_and_form_asked_for() {
    let log = run("signalised-junction");
    let page = lukao(&["grade", &log, "--format", "html", "--lang", "zh"]);
    let plain = lukao(&["grade", &log]);
    assert_eq!(code(&page), code(&plain), "the form of a report changes no outcome");
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("lang=\"zh-CN\"") && page.contains("机器判定")
    );
    let text = String::from_utf8(lukao(&["grade", &log, "--lang", "zh"]).stdout).unwrap();
    assert!(text.contains("判定依据统计"), "{text}");

    let dir = tempfile::tempdir().unwrap();
    let out = lukao(&["grade", &log, "--format", "html", "--out", dir.path().to_str().unwrap()]);
    assert_eq!(code(&out), code(&plain));
    let written: Vec<PathBuf> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].extension().unwrap(), "html");
    assert!(fs::read_to_string(&written[0]).unwrap().contains("machine result"));
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lukao"))
        .args(["grade", "fixtures/runs", "--format", "json"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().code().is_some(), "no signal");
    assert!(!said.contains("panic") && !said.contains("error"), "{said}");
}

#[test]
fn tracks_that_cannot_be_aligned_are_refused_until_the_user_says_how() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("moved.arrow");
    let log = log.to_str().unwrap();
    // Beside no track: the log names one that is not there.
    fs::copy(root().join(run("signalised-junction")), log).unwrap();
    let out = lukao(&["grade", log]);
    assert_eq!(code(&out), 3);
    assert!(text(&out.stderr).contains("grading without a track"), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("track: "), "the report says what is missing");
    let given = lukao(&["grade", log, "--track", "tracks/avenue"]);
    assert_eq!(code(&given), 0, "{}", text(&given.stderr));
    let said = lukao(&["grade", log, "--track", "tracks/avenue", "--align", "0,5,0"]);
    assert!(text(&said.stdout).contains("shifted by (0, 5, 0) m, as --align says"), "{}", text(&said.stdout));
}

#[test]
fn convert_keeps_the_verdict_and_writes_whole_files() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("again.arrow");
    let out = lukao(&[
        "convert",
        &run("red-light-run"),
        to.to_str().unwrap(),
        "--track",
        "tracks/avenue",
        "--segment-s",
        "7",
    ]);
    assert_eq!(code(&out), 0, "{}", text(&out.stderr));
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["again.arrow"], "no temporary file is left");
    let findings = |log: &str| {
        let out = lukao(&["grade", log, "--format", "json"]);
        serde_json::from_slice::<Value>(&out.stdout).unwrap()["findings"].clone()
    };
    let there = findings(&run("red-light-run"));
    assert!(!there.as_array().unwrap().is_empty());
    assert_eq!(findings(to.to_str().unwrap()), there, "in segments of 7 s as in one");
}

#[test]
fn every_rule_has_a_page_and_every_exam_a_face() {
    let rules = text(&lukao(&["rules"]).stdout);
    for rule in lukao::rules::ALL {
        assert!(rules.contains(rule.meta.id));
        let page = lukao(&["explain", rule.meta.id]);
        let page = text(&page.stdout);
        assert!(page.starts_with(rule.meta.id), "{page}");
        for heading in ["CHECKS", "METHOD", "CANNOT TELL", "LIMITS", "SOURCE", "PARAMETERS"] {
            assert!(
                page.contains(&format!("\n{heading}\n")) || rule.meta.params.is_empty(),
                "{heading} in\n{page}"
            );
        }
    }
    let list: Value = serde_json::from_slice(&lukao(&["rules", "--format", "json"]).stdout).unwrap();
    assert_eq!(list.as_array().unwrap().len(), lukao::rules::ALL.len());
    assert!(text(&lukao(&["exam", "list"]).stdout).contains("general-road"));
    assert!(text(&lukao(&["exam", "show", "general-road"]).stdout).contains("red-light"));
}

#[test]
fn coverage_goes_through_all_articles_and_leaves_none_undone() {
    let out = lukao(&["coverage", "china-road-law", "--format", "json"]);
    assert_eq!(code(&out), 0);
    let all: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
    let list = fs::read_to_string(root().join("crates/exam/packs/china/articles.toml")).unwrap();
    assert_eq!(all.len(), list.matches("[[article]]").count());
    let page = text(&lukao(&["coverage", "china-road-law"]).stdout);
    let status = |id: &str| {
        let one = all.iter().find(|a| a["article"] == id).unwrap();
        assert!(page.contains(&format!("\n{id} ")), "{id}");
        one["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (status("RT-S01"), status("RT-J09"), status("DP-3f")),
        ("done".into(), "partly".into(), "not-testable".into())
    );
    assert!(all.iter().all(|a| a["status"] != "not-done"), "{page}");
    assert!(
        page.contains(&format!("\n{} articles: ", all.len())) && page.contains(", 0 not done, "),
        "{page}"
    );

    // A list of one's own; an article that no rule checks is said to be none.
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("own.toml");
    let entry = "[[article]]\nid = \"X\"\ndoc = \"d\"\nsays = \"s\"\nbasis = \"text\"\ntestable = \"yes\"\n";
    fs::write(&own, list.replacen("[[article]]", &format!("{entry}\n[[article]]"), 1)).unwrap();
    let with = |path: &Path| lukao(&["coverage", "china-road-law", "--articles", path.to_str().unwrap()]);
    assert!(text(&with(&own).stdout).contains(", 1 not done, "));
    fs::write(&own, entry.replace("\"yes\"", "\"maybe\"")).unwrap();
    let out = with(&own);
    assert!(code(&out) == 2 && text(&out.stderr).contains("own.toml line "), "{}", text(&out.stderr));
    let out = lukao(&["coverage", "general-road"]);
    assert!(code(&out) == 2 && text(&out.stderr).contains("--articles"), "{}", text(&out.stderr));
}

#[test]
fn an_exported_pack_grades_alike_and_its_errors_have_places() {
    let dir = tempfile::tempdir().unwrap();
    let pack = dir.path().join("mine.toml");
    let pack = pack.to_str().unwrap();
    assert_eq!(code(&lukao(&["exam", "export", "general-road", "--out", pack])), 0);
    assert_eq!(code(&lukao(&["exam", "lint", pack])), 0);
    let own = lukao(&["grade", &run("red-light-run"), "--exam", pack]);
    assert_eq!(own.stdout, lukao(&["grade", &run("red-light-run")]).stdout);
    let changed = fs::read_to_string(pack).unwrap().replacen("veto = true", "vetto = true", 1);
    fs::write(pack, changed).unwrap();
    let out = lukao(&["exam", "lint", pack]);
    assert_eq!(code(&out), 2);
    let said = text(&out.stderr);
    assert!(said.contains("mine.toml line ") && said.contains("did you mean \"veto\"?"), "{said}");
}

#[test]
fn a_field_is_checked_and_drawn_and_one_without_geometry_is_undetermined() {
    let out = lukao(&["track", "check", "tracks/reference-field"]);
    assert_eq!(code(&out), 0);
    assert!(
        text(&out.stdout).contains("The field can host T1 to T5 of beijing-2018."),
        "{}",
        text(&out.stdout)
    );
    // Items a level of the reconstruction, and the variants that T4 adds.
    for (level, n) in [("T1", 11), ("T2", 14), ("T3", 24), ("T4", 34 + 7), ("T5", 40 + 7)] {
        assert!(text(&out.stdout).contains(&format!("{level}: {n} of {n} items can be held")), "{level}");
    }
    // An exam of one's own has levels of its own.
    let dir = tempfile::tempdir().unwrap();
    let pack = dir.path().join("own.toml");
    let source = "source = { doc = \"d\", basis = \"press\" }";
    let item = |id: &str, station: &str, levels: &str| {
        format!(
            "[[item]]\nid = \"{id}\"\ntitle = {{ zh = \"弯\", en = \"Bend\" }}\narea = \"a\"\nlevels = {levels}\nstation = \"{station}\"\nexercise = \"required\"\n[[item.require]]\nrule = \"harsh-braking\"\npoints = 5\n{source}\n"
        )
    };
    let head = format!(
        "format = 1\n[exam]\nid = \"own\"\nedition = \"1\"\ntitle = {{ zh = \"考\", en = \"Exam\" }}\nissuer = \"i\"\nabout = \"a\"\nlevels = [\"low\", \"high\"]\n[exam.score]\nstart = 100\npass = 80\n{source}\n"
    );
    let items = item("bend", "curve", "[\"low\", \"high\"]") + &item("moon", "crater", "[\"high\"]");
    fs::write(&pack, head + &items).unwrap();
    let out = lukao(&["track", "check", "tracks/reference-field", "--exam", pack.to_str().unwrap()]);
    for want in [
        "low: 1 of 1 items",
        "high: 1 of 2 items",
        "The field can host low of own.",
        "lacks a station of that kind",
    ] {
        assert!(text(&out.stdout).contains(want), "{want}: {}", text(&out.stdout));
    }
    let out = lukao(&["track", "check", "tracks/reference-field", "--exam", "gbt-41798-2022"]);
    assert!(code(&out) == 0 && !text(&out.stdout).contains("The field can host"), "{}", text(&out.stdout));
    let out = lukao(&["track", "check", "tracks/avenue"]);
    assert!(text(&out.stdout).contains("The field can host no level of beijing-2018."));
    let out = lukao(&["track", "check", "tracks/haidian", "--format", "json"]);
    assert_eq!(code(&out), 3);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (&report["hosting"], report["profile"]["fact"][0]["text"].as_str()),
        (&Value::Null, Some("T1 to T3"))
    );
    let out = lukao(&["track", "draw", "tracks/avenue"]);
    assert!(code(&out) == 0 && text(&out.stdout).starts_with("<svg "));
    assert_eq!(code(&lukao(&["track", "draw", "tracks/haidian"])), 2);
}
