//! A new rule in a copy of the sources: everything in its place and well formatted. With `LUKAO_FULL=1` the copy is compiled and
//! the new rules' tests are run, which takes a quarter of an hour on one core.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Copies a folder, without what is built.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, to) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && name != ".git" {
                copy(&entry.path(), &to);
            }
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The parts of the project that a new rule touches.
fn part() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["crates/rules", "crates/exam/packs"] {
        copy(&root().join(folder), &dir.path().join(folder));
    }
    fs::copy(root().join("rustfmt.toml"), dir.path().join("rustfmt.toml")).unwrap();
    dir
}

fn new_rule(root: &Path, args: &[&str]) -> Output {
    let root = root.to_str().unwrap();
    Command::new(env!("CARGO_BIN_EXE_devtool"))
        .arg("new-rule")
        .args(args)
        .args(["--root", root])
        .output()
        .unwrap()
}

fn read(root: &Path, file: &str) -> String {
    fs::read_to_string(root.join(file)).unwrap()
}

/// Asks rustfmt about those files that are Rust.
fn assert_formatted(files: impl Iterator<Item = PathBuf>) {
    let sources = files.filter(|f| f.extension().is_some_and(|e| e == "rs"));
    let formatted = Command::new("rustfmt").args(["--check", "--edition", "2024"]).args(sources).output();
    match formatted {
        Ok(out) => assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout)),
        Err(e) => panic!("rustfmt comes with the toolchain: {e}"),
    }
}

/// The lines around the one that holds something.
fn around(text: &str, what: &str) -> [String; 3] {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|l| l.contains(what)).unwrap_or_else(|| panic!("no {what}"));
    [at - 1, at, at + 1].map(|i| lines[i].to_owned())
}

#[test]
fn a_new_rule_has_all_its_parts_in_their_places() {
    let dir = part();
    let made = new_rule(dir.path(), &["harsh-steering"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8(made.stdout).unwrap();
    let files: Vec<&str> = said.lines().filter_map(|l| l.strip_prefix("    crates/")).collect();
    assert_eq!(files.len(), 7, "{said}");
    let rule = "crates/rules/src/control/harsh_steering.rs";
    assert!(said.contains(rule), "its name tells its group: {said}");

    let entries = around(&read(dir.path(), "crates/rules/src/lib.rs"), "HarshSteering");
    assert_eq!(entries[1], "Entry::of::<control::harsh_steering::HarshSteering>(),");
    assert!(entries[0].contains("HarshBraking") && entries[2].contains("HazardLightsMissing"), "{entries:?}");
    let titles = around(&read(dir.path(), "crates/rules/src/titles.rs"), "harsh-steering");
    assert!(titles[0].contains("harsh-braking") && titles[2].contains("hazard-lights-missing"), "{titles:?}");
    let modules = around(&read(dir.path(), "crates/rules/src/control/mod.rs"), "harsh_steering");
    assert!(
        modules[0].ends_with("harsh_braking;") && modules[2].ends_with("lateral_acceleration;"),
        "{modules:?}"
    );
    let page = read(dir.path(), rule);
    for section in ["Checks", "Method", "Cannot tell", "Limits", "Source"] {
        assert!(page.contains(&format!("/// ## {section}\n")), "{section}");
    }
    assert!(
        read(dir.path(), "crates/exam/packs/lukao/general-road.toml").contains("rule = \"harsh-steering\"")
    );

    assert_formatted(files.iter().map(|f| dir.path().join("crates").join(f)));
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_written() {
    let dir = part();
    let before = read(dir.path(), "crates/rules/src/lib.rs");
    let cases: [(&[&str], &str); 5] = [
        (&["Harsh_Braking"], "expected a name in kebab-case (harsh-braking), found \"Harsh_Braking\""),
        (&["harsh-braking"], "crates/rules/src/control/harsh_braking.rs is there already"),
        (&["red-light", "--folder", "control"], "crates/rules/src/lib.rs: red-light is there already"),
        (&["zigzag"], "its name does not tell its group; say --folder with one of contact, control,"),
        (&["zigzag", "--folder", "nowhere"], "crates/rules/src/nowhere/mod.rs: "),
    ];
    for (args, want) in cases {
        let out = new_rule(dir.path(), args);
        let said = String::from_utf8(out.stderr).unwrap();
        assert!(!out.status.success() && said.starts_with(want), "{args:?}: {said}");
    }
    assert_eq!(before, read(dir.path(), "crates/rules/src/lib.rs"));
    assert!(!dir.path().join("crates/rules/src/control/red_light.rs").exists());
}

/// A new rule in every group; says what was written. The groups are the folders of the rules, so that none is forgotten.
fn one_in_every_group(root: &Path) -> BTreeSet<PathBuf> {
    let folders = fs::read_dir(root.join("crates/rules/src")).unwrap().map(|e| e.unwrap());
    let folders = folders.filter(|e| e.file_type().unwrap().is_dir());
    let groups: BTreeSet<String> = folders.map(|e| e.file_name().into_string().unwrap()).collect();
    assert!(groups.contains("items") && groups.len() > 9, "{groups:?}");
    let mut written = BTreeSet::new();
    for group in groups {
        let out = new_rule(root, &[&format!("example-of-{group}"), "--folder", &group]);
        assert!(out.status.success(), "{group}: {}", String::from_utf8_lossy(&out.stderr));
        let said = String::from_utf8(out.stdout).unwrap();
        written.extend(said.lines().filter_map(|l| l.strip_prefix("    crates/")).map(PathBuf::from));
    }
    written
}

#[test]
fn every_group_takes_a_new_rule() {
    let dir = part();
    let written = one_in_every_group(dir.path());
    assert_formatted(written.iter().map(|f| dir.path().join("crates").join(f)));
}

/// In every group: the stubs compile, and the tests of rules and packs pass with them.
#[test]
fn the_stubs_compile_and_pass() {
    if std::env::var_os("LUKAO_FULL").is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    copy(&root(), dir.path());
    one_in_every_group(dir.path());
    let cargo = |args: &[&str]| {
        let out = Command::new(env!("CARGO")).args(args).current_dir(dir.path()).output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{args:?}: {said}");
        said
    };
    let said = cargo(&[
        "test",
        "-p",
        "lukao-rules",
        "--test",
        "rules",
        "--test",
        "fault_matrix",
        "--",
        "--skip",
        "channels",
    ]);
    assert!(said.contains("every_rule_has_a_case") && said.contains("every_rule_has_twins"), "{said}");
    cargo(&["test", "-p", "lukao-exam", "--test", "grader", "--test", "packs"]);
}
