//! Drives that other projects made, each with its known truth, read from the files that came with them.
//!
//! They are not part of this project: `LUKAO_DATA=DIR cargo test --test shared_data` uses them, and without it each test
//! says that it was skipped.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

mod shared_data_truth;

use std::fs;
use std::path::{Path, PathBuf};

use lukao::logs::ReadOptions;
use lukao::model::code::{DrivingMode, override_reason};
use lukao::model::drive::Subject;
use lukao::model::outcome::Finding;
use lukao::model::time::{MS, to_s};
use lukao::model::{Channel, Column};
use lukao::{Align, Drive, Verdict};
use lukao_reference::{Moving, check};
use shared_data_truth::{
    Touch, automated, data, drive_at, esmini_touches, open, sumo_collisions, sumo_red_entries, track_at,
};

/// Steps of esmini's and SUMO's logs.
const ESMINI_STEP_NS: i64 = 20 * MS;
const SUMO_STEP_NS: i64 = 100 * MS;

fn graded(drive: &Drive, map: &Path) -> Verdict {
    let track = track_at(map).unwrap();
    let placed = lukao::place(&track, &drive.header().frame, Align::Identity).unwrap();
    let exam = lukao::exam("general-road").unwrap();
    // The track is in place already; its frame is the drive's now.
    lukao::grade(drive, placed.track(), &exam, &lukao::Options::default()).unwrap()
}

fn found<'v>(verdict: &'v Verdict, rule: &str) -> Vec<&'v Finding> {
    verdict.findings.iter().map(|f| &f.finding).filter(|f| f.rule == rule).collect()
}

fn sub_folders(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    all.sort();
    all
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut all: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    for p in all {
        if p.is_dir() { files(&p, out) } else { out.push(p) }
    }
}

/// Whether the slow second answer finds the two as close as a contact must be, somewhere in each of these times,
/// and no deeper contact outside them.
fn confirmed(drive: &Drive, other: &str, times_ns: &[(i64, i64)]) -> Result<(), String> {
    let header = drive.header();
    let ego = header.ego.expect("an ego");
    let other = header.actor_named(other).expect("a known partner");
    let mut seen = 0;
    for a in drive.runs_of(ego) {
        for b in drive.runs_of(other) {
            let (a, b) = (Moving::of(drive, a, None), Moving::of(drive, b, None));
            // Both have to be there: a contact belongs to one run of each.
            let (from, to) =
                (a.t_ns[0].max(b.t_ns[0]), a.t_ns[a.t_ns.len() - 1].min(b.t_ns[b.t_ns.len() - 1]));
            let here: Vec<(i64, i64)> =
                times_ns.iter().copied().filter(|t| from <= t.0 && t.1 <= to).collect();
            seen += here.len();
            check(&a, &b, &here, 1e-4).map_err(|v| format!("{v:?}"))?;
        }
    }
    if seen == times_ns.len() { Ok(()) } else { Err(format!("{seen} of {} belong to runs", times_ns.len())) }
}

/// Every contact of the truth is found with its ends within one sample; what else is found is shorter than a step,
/// and the second answer confirms it. `same_names` is false where the log numbers its actors.
fn contacts_are(
    name: &str,
    drive: &Drive,
    findings: &[&Finding],
    truth: &[Touch],
    step_ns: i64,
    same_names: bool,
) {
    let end_ns = drive.span().unwrap().to_ns;
    let mut extra: Vec<&&Finding> = findings.iter().collect();
    for t in truth {
        let near = |a_ns: i64, b_s: f64| (a_ns as f64 * 1e-9 - b_s).abs() <= to_s(step_ns) + 1e-6;
        let to_s = t.to_s.unwrap_or(to_s(end_ns));
        let k = extra.iter().position(|f| {
            near(f.from_ns, t.from_s) && near(f.to_ns, to_s) && (!same_names || f.actors == [t.other.clone()])
        });
        let k = k.unwrap_or_else(|| panic!("{name}: no contact as {t:?} among {findings:#?}"));
        extra.remove(k);
    }
    for f in extra {
        assert!(f.to_ns - f.from_ns < step_ns, "{name}: a contact that nobody else saw: {f:#?}");
    }
    // One more time by the second answer: all partners, all times.
    let mut partners: Vec<&String> = findings.iter().flat_map(|f| &f.actors).collect();
    partners.sort();
    partners.dedup();
    for p in partners {
        let times: Vec<(i64, i64)> =
            findings.iter().filter(|f| f.actors.contains(p)).map(|f| (f.from_ns, f.to_ns)).collect();
        confirmed(drive, p, &times).unwrap_or_else(|e| panic!("{name}: {p}: {e}"));
    }
}

fn esmini_map(data: &Path, drive: &str) -> PathBuf {
    let map = match drive {
        "cut_in_crash" => "e6mini",
        d if d.starts_with("alks_4_3_2") => "alks_road_straight",
        "pedestrian_ok" => "fabriksgatan",
        "highway_merge_ok" => "soderleden",
        "traffic_lights" => "fabriksgatan_traffic_lights",
        other => panic!("the map of {other} is not known here"),
    };
    data.join(format!("esmini/maps/{map}.xodr"))
}

#[test]
fn esmini_contacts() {
    let Some(data) = data("esmini_contacts") else { return };
    let (mut drives, mut contacts) = (0, 0);
    for dir in sub_folders(&data.join("esmini")) {
        let name = dir.file_name().unwrap().to_str().unwrap();
        if name == "maps" {
            continue;
        }
        let truth = esmini_touches(&dir, "Ego");
        let drive = drive_at(&dir.join("full_log.csv.gz"), Some("Ego"));
        let verdict = graded(&drive, &esmini_map(&data, name));
        contacts_are(name, &drive, &found(&verdict, CONTACT), &truth, ESMINI_STEP_NS, true);
        drives += 1;
        contacts += truth.len();
    }
    assert!(drives >= 6 && contacts >= 2, "{drives} drives, {contacts} contacts");
}

/// The OSI files are recordings of two of esmini's drives, by name.
fn osi_drives(data: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut all = Vec::new();
    files(&data.join("osi"), &mut all);
    let scenarios = sub_folders(&data.join("esmini"));
    let drives: Vec<_> = all
        .into_iter()
        .filter(|p| {
            let n = p.file_name().unwrap().to_str().unwrap();
            n.contains("cut_in") || n.contains("emergency_brake")
        })
        .map(|p| {
            let stem = p.file_stem().unwrap().to_str().unwrap();
            let of = scenarios.iter().find(|s| stem.ends_with(s.file_name().unwrap().to_str().unwrap()));
            let of = of.unwrap_or_else(|| panic!("{stem} is no drive of esmini's")).clone();
            (p, of)
        })
        .collect();
    assert!(drives.len() >= 4, "{} OSI drives", drives.len());
    drives
}

#[test]
fn osi_contacts() {
    let Some(data) = data("osi_contacts") else { return };
    let mut contacts = 0;
    for (path, of) in osi_drives(&data) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let truth = esmini_touches(&of, "Ego");
        let drive = drive_at(&path, None);
        assert!(drive.header().ego.is_some(), "{name} says who is the host");
        let verdict = graded(&drive, &esmini_map(&data, of.file_name().unwrap().to_str().unwrap()));
        contacts_are(name, &drive, &found(&verdict, CONTACT), &truth, ESMINI_STEP_NS, false);
        contacts += truth.len();
    }
    assert!(contacts >= 2, "in .osi and .mcap");
}

/// Times and values of an actor's code channel, from its runs and its series.
fn codes(drive: &Drive, channel: Channel) -> Vec<(i64, u8)> {
    let ego = drive.header().ego.unwrap();
    let mut out = Vec::new();
    let mut take = |times: &[i64], values: Option<&Column<u8>>| {
        let Some(values) = values else { return };
        out.extend(times.iter().zip(values.iter()).filter_map(|(t, v)| Some((*t, v?))));
    };
    for r in drive.runs_of(ego) {
        take(drive.times(r), r.channels.code(channel));
    }
    for s in drive.series_of(Subject::Actor(ego)) {
        take(drive.series_times(s), s.channels.code(channel));
    }
    out.sort_unstable();
    out
}

#[test]
fn osi_mode() {
    let Some(data) = data("osi_mode") else { return };
    let mut ended = 0;
    for (path, of) in osi_drives(&data) {
        if path.extension().unwrap() != "mcap" {
            continue;
        }
        let name = path.display();
        let of = of.file_name().unwrap().to_str().unwrap();
        let (from_s, to_s) =
            automated(&data, if of == "cut_in_crash" { "cut_in_crash" } else { "emergency brake" });
        let drive = drive_at(&path, None);
        let modes = codes(&drive, Channel::DrivingMode);
        let changes: Vec<(i64, u8)> = modes
            .iter()
            .enumerate()
            .filter(|(k, m)| *k == 0 || modes[k - 1].1 != m.1)
            .map(|(_, m)| *m)
            .collect();
        let (manual, auto) = (DrivingMode::Manual.code(), DrivingMode::Automated.code());
        let want: Vec<(Option<f64>, u8)> = [(None, manual), (Some(from_s), auto)]
            .into_iter()
            .chain(to_s.map(|t| (Some(t), manual)))
            .collect();
        assert_eq!(changes.len(), want.len(), "{name}: {changes:?}");
        for (got, want) in changes.iter().zip(&want) {
            assert_eq!(got.1, want.1, "{name}: {changes:?}");
            if let Some(at) = want.0 {
                assert!((got.0 as f64 * 1e-9 - at).abs() <= 0.02 + 1e-6, "{name}: {changes:?} for {at} s");
            }
        }
        if let Some(to) = to_s {
            let why = codes(&drive, Channel::OverrideReason);
            let after = why.iter().find(|(t, v)| *v != 0 && (*t as f64 * 1e-9 - to).abs() <= 0.02 + 1e-6);
            assert!(after.is_some_and(|(_, v)| v & override_reason::STEERING != 0), "{name}: {why:?}");
            ended += 1;
        }
    }
    assert_eq!(ended, 1, "one of the drives ends its automated mode");
}

#[test]
fn sumo_contacts_and_red_entries() {
    let Some(data) = data("sumo_contacts_and_red_entries") else { return };
    let map = data.join("sumo/maps/junction.xodr");
    let mut entries = 0;
    for dir in sub_folders(&data.join("sumo")) {
        let name = dir.file_name().unwrap().to_str().unwrap();
        if name == "maps" {
            continue;
        }
        let drive = drive_at(&dir.join("fcd.xml.gz"), Some("ego"));
        let verdict = graded(&drive, &map);
        let touches: Vec<Touch> = sumo_collisions(&dir, "ego")
            .into_iter()
            .map(|(other, from_s)| Touch { other, from_s, to_s: None })
            .collect();
        assert_eq!(touches, [], "{name}: SUMO reports when a contact begins and not when it ends");
        contacts_are(name, &drive, &found(&verdict, CONTACT), &touches, SUMO_STEP_NS, true);

        let truth = sumo_red_entries(&dir, "ego", to_s(SUMO_STEP_NS));
        let red = found(&verdict, RED_LIGHT);
        assert_eq!(red.len(), truth.len(), "{name}: {red:#?}");
        for ((signal, at_s), f) in truth.iter().zip(&red) {
            let at = to_s(f.from_ns);
            assert!((at - at_s).abs() <= to_s(SUMO_STEP_NS) + 1e-6, "{name}: {at} for {at_s}");
            assert!(format!("{f:?}").contains(signal.as_str()), "{name}: names {signal}: {f:#?}");
        }
        entries += truth.len();
    }
    assert_eq!(entries, 1, "one of the drives runs a red light");
}

#[test]
fn osi_without_a_version_is_flagged() {
    let Some(data) = data("osi_without_a_version_is_flagged") else { return };
    let path = data.join("osi/version_not_set_invalid.osi");
    let e = lukao::logs::read(&open(&path).unwrap(), &ReadOptions::default()).unwrap_err();
    assert!(e.to_string().contains("version"), "{e}");
}

#[test]
fn all_maps_load() {
    let Some(data) = data("all_maps_load") else { return };
    let mut all = Vec::new();
    files(&data, &mut all);
    let (mut loaded, mut refused) = (0, 0);
    for path in all {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.contains(".xodr") {
            let track = track_at(&path).unwrap_or_else(|e| panic!("{e}"));
            assert!(track.lanes().count() > 0, "{name} has lanes");
            loaded += 1;
        } else if name.contains(".osm") {
            let e = track_at(&path).unwrap_err().to_string();
            assert!(e.contains("OpenDRIVE"), "{name}: {e}");
            refused += 1;
        }
    }
    assert!(loaded >= 9 && refused >= 2, "{loaded} maps loaded, {refused} of another kind refused");
}

/// Ids of the rules that are asked here.
const CONTACT: &str = "contact-with-actor";
const RED_LIGHT: &str = "red-light";
