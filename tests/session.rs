//! Sessions by the command: from a proving ground's files to a sheet, preflight, planned exams, archives.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lukao::Drive;
use lukao::logs::{Input, ReadOptions, native};
use lukao::model::Column;

fn lukao(args: &[&str]) -> Output {
    let mut c = Command::new(env!("CARGO_BIN_EXE_lukao"));
    c.current_dir(env!("CARGO_MANIFEST_DIR")).args(args).output().unwrap()
}

fn said(o: &Output) -> String {
    String::from_utf8_lossy(&o.stdout).into_owned() + &String::from_utf8_lossy(&o.stderr)
}

const SESSION: &str = "fixtures/sessions/traffic-lights/session.toml";

/// A copy of the planned session, to be changed.
fn copy(to: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sessions/traffic-lights");
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let session = to.join("session.toml");
    let field = Path::new(env!("CARGO_MANIFEST_DIR")).join("tracks/reference-field");
    let text = fs::read_to_string(&session).unwrap();
    fs::write(&session, text.replace("../../../tracks/reference-field", field.to_str().unwrap())).unwrap();
    session
}

fn change(session: &Path, file: &str, from: &str, to: &str) {
    let path = session.with_file_name(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

fn item(session: &Path) -> serde_json::Value {
    let o = lukao(&["grade", "--session", session.to_str().unwrap(), "--format", "json"]);
    let v: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap_or_else(|_| panic!("{}", said(&o)));
    v["items"].as_array().unwrap().iter().find(|i| i["id"] == "traffic-lights").unwrap().clone()
}

#[test]
fn files_of_a_proving_ground_become_a_sheet() {
    let o = lukao(&["grade", "--session", SESSION]);
    let text = said(&o);
    assert!(text.contains("traffic-lights") && text.contains("no occasion"), "{text}");
    let dir = tempfile::tempdir().unwrap();
    let session = copy(dir.path());
    let i = item(&session);
    assert_eq!(
        (i["status"].as_str(), i["attempts"][0]["status"].as_str()),
        (Some("met"), Some("valid")),
        "{i:#}"
    );
    // The same with the light green 9 s later: it drives on red.
    change(&session, "cabinet.csv", "1793664019.750", "1793664028.750");
    assert_eq!(item(&session)["status"], "not-met");
}

#[test]
fn preflight_names_what_stands_in_the_way() {
    assert_eq!(lukao(&["exam", "preflight", SESSION]).status.code(), Some(0));
    // What a paper shows is for people to weigh; what the log lacks keeps the item from being passed.
    for (file, from, to, want, passes) in [
        (
            "session.toml",
            "2027-06-30",
            "2026-10-31",
            "calibration of RTK/INS A-4711 (ins-1) had run out",
            true,
        ),
        ("session.toml", "sheet = \"vehicle.toml\"\n", "", "car-1 has no sheet", true),
        (
            "session.toml",
            "sync = \"shared-event\", ",
            "sync = \"none\", ",
            "clock of cabinet.csv is not aligned",
            false,
        ),
        (
            "logger.toml",
            "remote_command = { column = \"remote\" }\n",
            "",
            "nothing says remote_command",
            false,
        ),
        ("logger.toml", "4 = \"rtk-fixed\"", "4 = \"rtk-float\"", "RTK was not fixed in 100.0 %", false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let session = copy(dir.path());
        change(&session, file, from, to);
        let o = lukao(&["exam", "preflight", session.to_str().unwrap()]);
        assert!(said(&o).contains(want), "{want}:\n{}", said(&o));
        assert_eq!(o.status.code(), Some(3), "{want}");
        assert_eq!(item(&session)["status"] == "met", passes, "{want}");
    }
}

#[test]
fn a_change_of_software_voids_what_was_driven_before() {
    let dir = tempfile::tempdir().unwrap();
    let session = copy(dir.path());
    let text = fs::read_to_string(&session).unwrap();
    let begin = text.find("[[run]]").unwrap();
    let end = text.find("[[judged]]").unwrap();
    let second =
        text[begin..end].replace("run-01", "run-02").replace("date =", "software = \"3.3.0\"\ndate =");
    fs::write(&session, format!("{}{second}{}", &text[..end], &text[end..])).unwrap();
    let i = item(&session);
    let status: Vec<_> =
        i["attempts"].as_array().unwrap().iter().map(|a| a["reason"].as_str().unwrap_or("-")).collect();
    assert_eq!((status, i["status"].as_str()), (vec!["vehicle-changed", "-"], Some("met")));
    let preflight = |session: &Path| said(&lukao(&["exam", "preflight", session.to_str().unwrap()]));
    assert!(preflight(&session).contains("the run is void"));
    // The pack has a switch for it, which the session may choose and the sheet prints.
    let chosen = "switches = { vehicle-change = \"earlier-runs-count\" }\nkeep_until";
    change(&session, "session.toml", "keep_until", chosen);
    let i = item(&session);
    assert!(i["attempts"].as_array().unwrap().iter().all(|a| a["status"] == "valid"), "{i:#}");
    assert!(preflight(&session).contains("the run still counts"), "{}", preflight(&session));
    let sheet = said(&lukao(&["grade", "--session", session.to_str().unwrap(), "--lang", "zh"]));
    assert!(sheet.contains("vehicle-change = earlier-runs-count"), "{sheet}");
}

#[test]
fn of_a_vehicle_that_the_exam_was_not_made_for_nothing_is_decided() {
    for (in_log, in_session, status, why) in [
        ("car", "type = \"car\"\n", "met", ""),
        ("car", "", "met", ""),
        ("bus", "type = \"bus\"\n", "undetermined", "the exam was made for car, and the vehicle is a bus"),
        ("bus", "", "undetermined", "the vehicle is a bus"),
        ("car", "type = \"bus\"\n", "undetermined", "of what type the vehicle is is not known"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let session = copy(dir.path());
        change(&session, "logger.toml", "class = \"car\"", &format!("class = \"{in_log}\""));
        change(&session, "session.toml", "type = \"car\"\n", in_session);
        let i = item(&session);
        assert_eq!(i["status"], status, "{in_log} {in_session}");
        assert!(i.to_string().contains(why), "{i:#}");
        let o = lukao(&["exam", "preflight", session.to_str().unwrap()]);
        assert_eq!(o.status.code(), Some(if why.is_empty() { 0 } else { 3 }), "{}", said(&o));
        assert!(said(&o).contains(why), "{}", said(&o));
    }
    let dir = tempfile::tempdir().unwrap();
    let session = copy(dir.path());
    change(&session, "session.toml", "type = \"car\"", "type = \"cra\"");
    let o = lukao(&["grade", "--session", session.to_str().unwrap()]);
    assert!(said(&o).contains("found \"cra\" (did you mean \"car\"?)"), "{}", said(&o));
}

#[test]
fn a_drive_file_whose_index_lies_is_refused_in_a_session_too() {
    let dir = tempfile::tempdir().unwrap();
    let o = lukao(&["synth", "--item", "curve", "--out", dir.path().to_str().unwrap()]);
    assert!(o.status.success(), "{}", said(&o));
    let path = dir.path().join("curve.arrow");
    let input = Input { name: "curve.arrow".into(), bytes: fs::read(&path).unwrap() };
    let drive = lukao_contact::build_index(&native::read(&input, &ReadOptions::default()).unwrap()).unwrap();
    let graded = |drive: &Drive| {
        fs::write(&path, native::write(drive, 1 << 60).unwrap()).unwrap();
        lukao(&["grade", "--session", dir.path().join("session.toml").to_str().unwrap()])
    };
    assert_ne!(graded(&drive).status.code(), Some(2));
    // The boxes are of another place.
    let mut runs = drive.runs().to_vec();
    let moved: Vec<f64> = runs[0].x_m.values().iter().map(|x| x + 50.0).collect();
    runs[0].x_m = Column::new(moved);
    let lying =
        Drive::new(drive.header().clone(), drive.clocks().to_vec(), runs, drive.series().to_vec()).unwrap();
    let o = graded(&lying);
    assert_eq!(o.status.code(), Some(2), "{}", said(&o));
    assert!(said(&o).contains("boxes that hold their samples"), "{}", said(&o));
}

#[test]
fn wrong_sessions_are_refused_with_their_place() {
    for (from, to, want) in [
        ("[session]", "[sesion]", "found \"sesion\""),
        ("level = \"T1\"", "level = \"T9\"", "expected a level of beijing-2018"),
        ("items = [\"traffic-lights\"]", "items = [\"lights\"]", "found \"lights\""),
        ("instrument = \"ins-1\"", "instrument = \"ins-l\"", "did you mean \"ins-1\"?"),
        ("2026-11-03\"\nitems", "2026-13-03\"\nitems", "a day as YYYY-MM-DD"),
        ("role = \"vehicle\"", "role = \"tablet\"", "a file with role \"vehicle\""),
        ("logger.csv", "lager.csv", "lager.csv"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let session = copy(dir.path());
        change(&session, "session.toml", from, to);
        let o = lukao(&["grade", "--session", session.to_str().unwrap()]);
        assert_eq!(o.status.code(), Some(2), "{to}");
        assert!(said(&o).contains(want), "{to}: {}", said(&o));
    }
}

#[test]
fn an_archive_holds_all_and_gives_the_same_again() {
    let dir = tempfile::tempdir().unwrap();
    let tar = dir.path().join("case.tar");
    let tar = tar.to_str().unwrap();
    assert!(lukao(&["bundle", SESSION, "--out", tar]).status.success());
    let once = fs::read(tar).unwrap();
    assert!(lukao(&["bundle", SESSION, "--out", tar]).status.success());
    assert_eq!(once, fs::read(tar).unwrap(), "the same bytes");
    let o = lukao(&["bundle", "--verify", tar]);
    assert!(o.status.success() && said(&o).contains("2029-11-03"), "{}", said(&o));
    let mut archive = tar::Archive::new(once.as_slice());
    archive.unpack(dir.path()).unwrap();
    let inside = dir.path().join("data/fixtures/sessions/traffic-lights/session.toml");
    let again = lukao(&["grade", "--session", inside.to_str().unwrap(), "--format", "json"]);
    let there: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path().join("verdicts/car-1.json")).unwrap()).unwrap();
    let now: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (&there["items"], &there["findings"], &there["score"]),
        (&now["items"], &now["findings"], &now["score"])
    );
    // One byte of a log changed.
    let mut bad = once.clone();
    let at = bad.windows(10).position(|w| w == b"1793664002").unwrap_or(once.len() / 2);
    bad[at] ^= 1;
    fs::write(tar, bad).unwrap();
    assert_eq!(lukao(&["bundle", "--verify", tar]).status.code(), Some(1));
}

#[test]
fn a_planned_session_is_graded_as_its_truth_says() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().to_str().unwrap();
    let o = lukao(&["synth", "--item", "curve", "--out", out]);
    assert!(o.status.success(), "{}", said(&o));
    let graded = |dir: &Path| {
        let o =
            lukao(&["grade", "--session", dir.join("session.toml").to_str().unwrap(), "--format", "json"]);
        let v: serde_json::Value =
            serde_json::from_slice(&o.stdout).unwrap_or_else(|_| panic!("{}", said(&o)));
        v["items"].as_array().unwrap().iter().find(|i| i["id"] == "curve").unwrap()["status"].clone()
    };
    assert_eq!(graded(dir.path()), "met");
    let truth = fs::read_to_string(dir.path().join("truth.toml")).unwrap();
    assert!(!truth.contains("fault"), "{truth}");
    for extra in [&["--recorders"][..], &["--noise-m", "0.005"]] {
        let mut args = vec!["synth", "--item", "curve", "--out", out];
        args.extend(extra);
        assert!(lukao(&args).status.success());
        assert_eq!(graded(dir.path()), "met", "{extra:?}");
    }
    assert!(
        lukao(&["synth", "--item", "curve", "--fault", "wheel-over-edge", "--out", out]).status.success()
    );
    assert_eq!(graded(dir.path()), "not-met");
    assert!(
        fs::read_to_string(dir.path().join("truth.toml")).unwrap().contains("rule = \"wheel-over-edge\"")
    );
    // What is wrong under another reading only is graded under it.
    let args = ["synth", "--item", "emergency-stop", "--fault", "slow-from-command", "--out", out];
    assert!(lukao(&args).status.success());
    let session = fs::read_to_string(dir.path().join("session.toml")).unwrap();
    assert!(session.contains("switches = { emergency-stop = \"command-to-standstill\" }"), "{session}");
    assert_eq!(lukao(&["synth", "--item", "curve", "--fault", "x", "--out", out]).status.code(), Some(2));
}
