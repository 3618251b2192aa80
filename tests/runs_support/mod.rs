//! The fixture drives, their known truth, and the command as a user runs it.

#![allow(dead_code, reason = "each test binary uses its part of this")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A drive in `fixtures/runs`.
pub struct Run {
    pub name: String,
    pub dir: PathBuf,
    pub truth: Truth,
}

/// What happened, from the simulator or the plan; see `docs/fixtures.md`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    pub source: String,
    pub ego: String,
    pub tolerance_s: f64,
    #[serde(default)]
    pub contact: Vec<Contact>,
    #[serde(default)]
    pub entry: Vec<Entry>,
    #[serde(default)]
    pub overlap_in_plan: Vec<OverlapInPlan>,
    #[serde(default)]
    pub speeding: Vec<Stretch>,
    #[serde(default)]
    pub solid_line: Vec<Stretch>,
    #[serde(default)]
    pub wrong_way: Vec<Stretch>,
    #[serde(default)]
    pub hard_braking: Vec<Stretch>,
}

/// The ego touches another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub other: String,
    pub from_s: f64,
    pub to_s: f64,
    pub caused_by: String,
}

/// The ego's front passes a stop line under a light.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub signal: String,
    pub at_s: f64,
    pub light: String,
}

/// The ego and another overlap in plan on two levels.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverlapInPlan {
    pub other: String,
    pub from_s: f64,
    pub to_s: f64,
    pub height_gap_m: f64,
}

/// Something lasts.
#[derive(Deserialize)]
pub struct Stretch {
    pub from_s: f64,
    pub to_s: f64,
}

impl Run {
    /// The native file, as an absolute path.
    pub fn drive(&self) -> PathBuf {
        self.dir.join("drive.arrow")
    }

    /// The native file, as it is named from the project's root.
    pub fn shown(&self) -> String {
        format!("fixtures/runs/{}/drive.arrow", self.name)
    }
}

/// All of them, by name.
pub fn runs() -> Vec<Run> {
    let mut all: Vec<Run> = std::fs::read_dir(root().join("fixtures/runs"))
        .expect("fixtures/runs")
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .map(|dir| {
            let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(dir.join("truth.toml")).expect("truth.toml of a run");
            let truth = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}/truth.toml: {e}"));
            Run { name, dir, truth }
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(all.len() >= 5, "the fixtures are there");
    all
}

/// Runs `lukao` in the project's root.
pub fn lukao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lukao")).args(args).current_dir(root()).output().expect("lukao runs")
}

/// Standard output as text.
pub fn stdout(out: &Output) -> String {
    String::from_utf8(out.stdout.clone()).expect("reports are UTF-8")
}

/// The JSON report of a run by the command.
pub fn report(run: &Run) -> Value {
    let out = lukao(&["grade", &run.shown(), "--format", "json"]);
    serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|e| panic!("{}: {e}\n{}", run.name, String::from_utf8_lossy(&out.stderr)))
}

/// Findings of a report by a rule.
pub fn findings<'a>(report: &'a Value, rule: &str) -> Vec<&'a Value> {
    let all = report["findings"].as_array().expect("a list of findings");
    all.iter().filter(|f| f["rule"] == rule).collect()
}

/// A time of a report, seconds.
pub fn seconds(value: &Value) -> f64 {
    value.as_i64().expect("nanoseconds") as f64 * 1e-9
}

/// Opportunities of each rule over a report's requirements: the greatest, since one rule may be asked twice.
pub fn opportunities(report: &Value) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    for item in report["items"].as_array().expect("items") {
        for r in item["requirements"].as_array().expect("requirements") {
            if let Some(rule) = r["rule"].as_str() {
                let n: &mut u64 = out.entry(rule.to_owned()).or_default();
                *n = (*n).max(r["opportunities"].as_u64().expect("a count"));
            }
        }
    }
    out
}
