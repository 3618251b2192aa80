//! What the pages promise: README's commands print what stands there, and what the pages name exists.
//!
//! `BLESS=1 cargo test --test readme` writes the outputs anew.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

mod runs_support;

use std::collections::BTreeSet;
use std::fs;

use runs_support::{lukao, root, stdout};

/// Arguments of `lukao`, if a line of a console block is a call of it.
fn call(line: &str) -> Option<Vec<&str>> {
    let command = line.strip_prefix("$ ")?;
    let args = command.strip_prefix("cargo run --release -- ").or_else(|| command.strip_prefix("lukao "))?;
    Some(args.split_whitespace().collect())
}

/// README with the outputs of its `console` blocks as they are now, and the number of calls.
fn with_outputs(text: &str) -> (String, usize) {
    let (mut out, mut calls) = (String::new(), 0);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|l| *l != "```") {
            out += line;
            out.push('\n');
            let Some(args) = call(line) else { continue };
            calls += 1;
            while lines.next_if(|l| !l.starts_with("$ ") && *l != "```").is_some() {}
            let ran = lukao(&args);
            assert_ne!(ran.status.code(), Some(2), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
            for printed in stdout(&ran).trim_end().lines() {
                out += printed.trim_end();
                out.push('\n');
            }
        }
    }
    (out, calls)
}

#[test]
fn readme_shows_what_its_commands_print() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (now, calls) = with_outputs(&text);
    assert!(calls > 0, "README has at least one command with its output");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, now).unwrap();
        return;
    }
    for (k, (there, is)) in text.lines().zip(now.lines()).enumerate() {
        assert_eq!(there, is, "README.md line {} (BLESS=1 rewrites)", k + 1);
    }
    assert_eq!(text.lines().count(), now.lines().count(), "README.md (BLESS=1 rewrites)");
}

/// Subcommands and options that the pages show with a placeholder (`lukao convert IN OUT`) exist.
#[test]
fn commands_on_the_pages_exist() {
    let mut seen = 0;
    for page in ["README.md", "CONTRIBUTING.md", "docs/fixtures.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for line in text.lines() {
            let line = line.trim_start_matches(['$', ' ']);
            let args = line.strip_prefix("lukao ").or_else(|| line.strip_prefix("cargo run --release -- "));
            let Some(args) = args else { continue };
            let words: Vec<&str> = args.split_whitespace().take_while(|w| *w != "#").collect();
            let help = lukao(&[words[0], "--help"]);
            assert!(help.status.success(), "{page}: {line}: there is no such command");
            let help = stdout(&help);
            for option in words.iter().filter(|w| w.starts_with("--")) {
                assert!(help.contains(option.trim_end_matches(']')), "{page}: {line}: there is no {option}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen} commands on the pages");
}

/// Every `crates/…`, `docs/…`, `tests/…` and the like that a page names is there, and every crate has its line in the map.
#[test]
fn paths_on_the_pages_exist() {
    let tops = ["crates/", "docs/", "tests/", "fixtures/", "tracks/", "examples/", "benches/", ".ci/"];
    let mut seen = 0;
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for span in text.split('`').skip(1).step_by(2) {
            let path = span.trim_end_matches('/');
            let named = tops.iter().any(|t| path.starts_with(t)) && !path.contains(['*', '<', '{', ' ', '…']);
            if named {
                assert!(root().join(path).exists(), "{page} names {path}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen} paths on the pages");
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let crates: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|e| format!("`crates/{}`", e.unwrap().file_name().to_str().unwrap()))
        .collect();
    for c in crates {
        assert!(map.contains(&c), "ARCHITECTURE.md has no line for {c}");
    }
}
