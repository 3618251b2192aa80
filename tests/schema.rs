//! The published schema is the one of the types, and what the command writes keeps it.
//!
//! `BLESS=1 cargo test --test schema` writes `docs/verdict.schema.json` anew.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use serde_json::Value;

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verdict.schema.json")
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let now = lukao::report::json::schema().unwrap();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(schema_file(), &now).unwrap();
        return;
    }
    let there = std::fs::read_to_string(schema_file()).unwrap();
    assert!(there == now, "docs/verdict.schema.json is out of date; BLESS=1 rewrites it");
}

#[test]
#[cfg(feature = "cli")]
fn reports_of_all_fixtures_keep_the_schema() {
    let schema: Value = serde_json::from_str(&lukao::report::json::schema().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for run in std::fs::read_dir(root.join("fixtures/runs")).unwrap() {
        let log = run.unwrap().path().join("drive.arrow");
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_lukao"))
            .args(["grade", "--format", "json"])
            .arg(&log)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&out.stdout)
            .unwrap_or_else(|e| panic!("{}: {e}: {}", log.display(), String::from_utf8_lossy(&out.stderr)));
        let wrong: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", log.display());
        seen += 1;
    }
    assert!(seen >= 5);
    let broken: Value = serde_json::json!({ "schema_version": "1.0", "outcome": "perhaps" });
    assert!(!validator.is_valid(&broken), "the schema refuses something");
}
