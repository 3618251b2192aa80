//! The same drive as native file, `.osi` and MCAP: rules whose channels a format holds find the same; the others are
//! undetermined and name the channel that is missing.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

mod runs_support;
mod shared_data_truth;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use lukao::logs::{Bundle, Input, Limits, ReadOptions};
use lukao::model::Channel;
use lukao::model::outcome::Outcome;
use lukao::model::time::MS;
use lukao::verdict::{RequirementResult, ScoredFinding, Verdict};
use lukao::{Align, Drive, Track};
use lukao_logs::{native, osi};
use runs_support::{root, runs};

fn read(name: &str, bytes: Vec<u8>, ego: Option<&str>) -> Drive {
    let mut options = ReadOptions::default();
    options.ego = ego.map(str::to_owned);
    let main = Input { name: name.into(), bytes };
    lukao::logs::read(&Bundle { main, companions: Vec::new() }, &options).unwrap_or_else(|e| panic!("{e}"))
}

/// Codes and figures that a drive holds of anything, and poses.
fn channels(drive: &Drive) -> BTreeSet<Channel> {
    let of_runs = drive.runs().iter().flat_map(|r| r.channels.iter());
    let of_series = drive.series().iter().flat_map(|s| s.channels.iter());
    of_runs.chain(of_series).map(|(c, _)| c).collect()
}

fn graded(drive: &Drive, track: &Track) -> Verdict {
    let placed = lukao::place(track, &drive.header().frame, Align::Identity).unwrap();
    let exam = lukao::exam("general-road").unwrap();
    lukao::grade(drive, placed.track(), &exam, &lukao::Options::default()).unwrap()
}

fn requirements(v: &Verdict) -> Vec<(String, &RequirementResult)> {
    let all =
        v.items.iter().flat_map(|i| i.requirements.iter().map(move |r| (format!("{}/{}", i.id, r.id), r)));
    all.collect()
}

fn findings<'v>(v: &'v Verdict, r: &RequirementResult) -> Vec<&'v ScoredFinding> {
    v.findings.iter().filter(|f| r.findings.contains(&f.number)).collect()
}

/// What two formats made of one demand.
#[derive(Debug, Default)]
struct Seen {
    equal: usize,
    findings: usize,
    undetermined: usize,
}

/// Compares the verdicts of the same drive, the second from a format that may hold less.
/// `time_ns` is how far ends of findings may be apart; `names` are the partners' names in the second, if it numbers them.
fn same(what: &str, full: &Verdict, other: &Verdict, held: &BTreeSet<Channel>, time_ns: i64) -> Seen {
    let mut seen = Seen::default();
    let (a, b) = (requirements(full), requirements(other));
    assert_eq!(a.len(), b.len());
    for ((name, a), (other_name, b)) in a.iter().zip(&b) {
        assert_eq!(name, other_name);
        let at = format!("{what}, {name}");
        if b.outcome == Outcome::Undetermined && a.outcome != Outcome::Undetermined {
            assert!(!b.undetermined.is_empty(), "{at}: says what is missing");
            for m in &b.undetermined {
                let channel = Channel::from_name(&m.what);
                let channel = channel.unwrap_or_else(|| panic!("{at}: \"{}\" is no channel: {m:?}", m.what));
                assert!(!held.contains(&channel), "{at}: {} is there: {m:?}", m.what);
            }
            seen.undetermined += 1;
            continue;
        }
        assert_eq!(a.outcome, b.outcome, "{at}:\n{a:#?}\n{b:#?}");
        let (fa, fb) = (findings(full, a), findings(other, b));
        assert_eq!(fa.len(), fb.len(), "{at}: {fa:#?}\n{fb:#?}");
        for (x, y) in fa.iter().zip(&fb) {
            let (x, y) = (&x.finding, &y.finding);
            let near = |a: i64, b: i64| (a - b).abs() <= time_ns;
            assert!(near(x.from_ns, y.from_ns) && near(x.to_ns, y.to_ns), "{at}:\n{x:#?}\n{y:#?}");
            assert_eq!((&x.rule, &x.what, &x.unit), (&y.rule, &y.what, &y.unit), "{at}");
            assert_eq!(
                x.attribution.as_ref().map(|a| a.caused_by),
                y.attribution.as_ref().map(|a| a.caused_by),
                "{at}"
            );
            let scale = 1.0 + x.measured.abs();
            assert!(
                (x.measured - y.measured).abs() <= 1e-3 * scale,
                "{at}: {} and {}",
                x.measured,
                y.measured
            );
        }
        seen.equal += 1;
        seen.findings += fa.len();
    }
    seen
}

/// Each fixture, written in each format and read back.
#[test]
fn fixtures_in_three_formats() {
    let mut all = Seen::default();
    for run in runs() {
        let drive = read(&run.shown(), fs::read(run.drive()).unwrap(), None);
        let named = drive.header().track.clone().unwrap();
        let dir = run.dir.join(&named);
        let survey = fs::read_to_string(dir.join("survey.toml")).unwrap();
        let track =
            Track::from_parts(&named, &fs::read(dir.join("field.xodr")).unwrap(), Some(&survey)).unwrap();
        let full = graded(&drive, &track);
        let copies: [(&str, Vec<u8>); 3] = [
            ("drive.arrow", native::write(&drive, native::SEGMENT_NS).unwrap()),
            ("drive.osi", osi::write_trace(&drive).unwrap()),
            ("drive.mcap", osi::write_mcap(&drive).unwrap()),
        ];
        for (name, bytes) in copies {
            let copy = read(name, bytes, None);
            let what = format!("{} as {name}", run.name);
            let seen = same(&what, &full, &graded(&copy, &track), &channels(&copy), MS);
            if name == "drive.arrow" {
                assert_eq!(seen.undetermined, 0, "{what}: the native file holds everything");
            }
            all.equal += seen.equal;
            all.findings += seen.findings;
            all.undetermined += seen.undetermined;
        }
    }
    assert!(all.equal > 100 && all.findings >= 10, "{all:?}");
}

/// The drive files of the fixtures are what their raw logs say (`fixtures/convert.sh` makes them).
#[test]
fn fixtures_are_their_raw_logs() {
    let mapping =
        Input { name: "plans.toml".into(), bytes: fs::read(root().join("fixtures/plans.toml")).unwrap() };
    for run in runs() {
        let raw = run.dir.join("raw");
        let at = |name: &str| {
            Input::read(name, fs::File::open(raw.join(name)).unwrap(), Limits::default()).unwrap()
        };
        let name = if raw.join("log.csv").exists() { "log.csv" } else { "fcd.xml.gz" };
        let companions =
            lukao::logs::companion_names(name, None).into_iter().flat_map(|c| [c.clone(), format!("{c}.gz")]);
        let companions = companions.filter(|c| raw.join(c).exists()).map(|c| at(&c)).collect();
        let mut options = ReadOptions::default();
        options.mapping = (name == "log.csv").then(|| mapping.clone());
        let drive = lukao::logs::read(&Bundle { main: at(name), companions }, &options).unwrap();
        let file = read("drive.arrow", fs::read(run.drive()).unwrap(), None);
        let mut header = (**drive.header()).clone();
        header.name.clone_from(&file.header().name);
        header.track.clone_from(&file.header().track);
        // What is in the file beside: time span and the like follow from the rest.
        header.span = file.header().span;
        assert_eq!(&header, &**file.header(), "{}: run fixtures/convert.sh", run.name);
        // The command also writes the contact core's index.
        let drive = lukao_contact::build_index(&drive.with_header(file.header().clone()).unwrap()).unwrap();
        assert!(drive == file, "{}: run fixtures/convert.sh", run.name);
    }
}

/// A drive of another project, as it recorded it in `.osi`, MCAP and CSV, and all of them converted.
#[test]
fn a_recorded_drive_in_all_its_formats() {
    let Some(data) = shared_data_truth::data("a_recorded_drive_in_all_its_formats") else { return };
    let scenario = "cut_in_crash";
    let map = fs::read(data.join("esmini/maps/e6mini.xodr")).unwrap();
    let track = Track::from_parts("e6mini.xodr", &map, None).unwrap();
    let mut recordings: Vec<PathBuf> = fs::read_dir(data.join("osi"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.file_stem().is_some_and(|s| s.to_string_lossy().ends_with(scenario)))
        .collect();
    recordings.sort();
    assert_eq!(recordings.len(), 2, "{recordings:?}");
    let mut verdicts = Vec::new();
    for path in &recordings {
        let name = path.file_name().unwrap().to_str().unwrap();
        let drive = read(name, fs::read(path).unwrap(), None);
        let verdict = graded(&drive, &track);
        let copy = read("drive.arrow", native::write(&drive, native::SEGMENT_NS).unwrap(), None);
        let seen = same(&format!("{name} converted"), &verdict, &graded(&copy, &track), &channels(&copy), 0);
        assert!(seen.undetermined == 0 && seen.findings > 0, "{name}: {seen:?}");
        verdicts.push((name.to_owned(), verdict, channels(&drive)));
    }
    // The MCAP has the host's own data beside the ground truth that the trace holds.
    let (mcap, trace): (Vec<_>, Vec<_>) = verdicts.iter().partition(|(n, ..)| n.ends_with(".mcap"));
    let (mcap, trace) = (mcap[0], trace[0]);
    assert!(mcap.2.is_superset(&trace.2), "{:?} and {:?}", mcap.2, trace.2);
    let seen = same("trace against MCAP", &mcap.1, &trace.1, &trace.2, MS);
    assert!(seen.findings > 0, "{seen:?}");
}
