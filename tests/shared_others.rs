//! Every rule of the registry on drives that others recorded or made: Argoverse 2, CommonRoad, esmini, OSI, SUMO. None
//! panics, and what each says is printed with its findings per hour, for docs/agreement.md. Run with LUKAO_DATA set,
//! `cargo test --test shared_others -- --nocapture` shows the tables.
#![allow(clippy::print_stderr, clippy::unwrap_used)] // Helpers of tests are tests too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lukao::logs::ReadOptions;
use lukao::{Align, Drive, Exam, Track, Verdict};

mod shared_data_truth;

use shared_data_truth::{Event, as_ego, data, drive_at, open, sumo_events};

fn track_at(path: &Path) -> Track {
    shared_data_truth::track_at(path).unwrap()
}

/// The head of a pack.
fn pack_head() -> String {
    "format = 1\n[exam]\nid = \"all\"\nedition = \"1\"\ntitle = { zh = \"-\", en = \"-\" }\nissuer = \"-\"\nabout = \"-\"\n\
     decision = \"simple\"\n[exam.score]\nstart = 100\npass = 0\nfloor = 0\nscope = \"vehicle-and-exam\"\n\
     source = { doc = \"-\", basis = \"profile\" }\n"
        .into()
}

/// An item of one rule.
fn require(text: &mut String, rule: &str, params: &str) {
    writeln!(
        text,
        "[[item]]\nid = \"{rule}\"\ntitle = {{ zh = \"-\", en = \"-\" }}\narea = \"all\"\nexercise = \"if-met\"\n\
         [[item.require]]\nrule = \"{rule}\"\nparams = {{ {params} }}\npoints = 1\nsource = {{ doc = \"-\", basis = \"profile\" }}"
    )
    .unwrap();
}

/// A pack that asks each rule with its own defaults.
fn all_rules() -> Exam {
    let mut text = pack_head();
    for rule in lukao::rules::ALL {
        require(&mut text, rule.meta.id, "");
    }
    Exam::parse("all.toml", &text).unwrap()
}

/// Grades by all rules and prints a line a rule.
fn table(name: &str, drive: &Drive, track: Option<&Track>) -> Verdict {
    let exam = all_rules();
    let placed = track.map(|t| lukao::place(t, &drive.header().frame, Align::Identity).unwrap());
    let track = placed.as_ref().map(lukao::Placed::track);
    let verdict = lukao::grade(drive, track, &exam, &lukao::Options::default()).unwrap();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for f in &verdict.findings {
        *count.entry(&f.finding.rule).or_default() += 1;
    }
    let hours = drive.span().map_or(0.0, |s| s.len_ns() as f64 / 3.6e12);
    let mut out = format!("{name}: {:.1} s, {} actors\n", hours * 3600.0, drive.header().actors.len());
    for item in &verdict.items {
        let n = count.get(&*item.id).copied().unwrap_or(0);
        let rate =
            if n > 0 { format!("{n} findings, {:.0} an hour", n as f64 / hours) } else { String::new() };
        writeln!(out, "  {:<34} {:<16} {rate}", item.id, format!("{:?}", item.requirements[0].outcome))
            .unwrap();
    }
    for f in &verdict.findings {
        let f = &f.finding;
        let (from, to) = (f.from_ns as f64 * 1e-9, f.to_ns as f64 * 1e-9);
        writeln!(
            out,
            "    {} {from:.2}-{to:.2} s: {} {:.3} (limit {}) {} {:?} {:?}",
            f.rule, f.what, f.measured, f.limit, f.unit, f.actors, f.element
        )
        .unwrap();
    }
    eprintln!("{out}");
    assert_eq!(verdict.items.len(), lukao::rules::ALL.len(), "{name}: every rule was asked");
    verdict
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

fn found<'v>(verdict: &'v Verdict, rule: &str) -> Vec<&'v lukao::model::Finding> {
    verdict.findings.iter().map(|f| &f.finding).filter(|f| f.rule == rule).collect()
}

#[test]
fn argoverse() {
    let Some(data) = data("argoverse") else { return };
    let mut drives = 0;
    for dir in entries(&data.join("av2")) {
        let all = entries(&dir);
        let named = |begin: &str, end: &str| {
            all.iter().find(|p| {
                let n = p.file_name().unwrap().to_str().unwrap();
                n.starts_with(begin) && n.ends_with(end)
            })
        };
        let drive = drive_at(named("annotations", ".feather").unwrap(), None);
        let track = track_at(named("log_map_archive", ".json").unwrap());
        assert!(track.lanes().count() > 50 && track.features().crossings, "{track:?}");
        // The ego drives on its map: its middle is on a lane nearly all the time.
        let ego = drive.runs_of(drive.header().ego.unwrap());
        let (mut on, mut all) = (0, 0);
        for run in ego {
            for i in 0..run.len() {
                let p = run.pose(i);
                on += usize::from(
                    !track.lanes_at([p.x_m, p.y_m], run.z_m.as_ref().and_then(|z| z.get(i))).is_empty(),
                );
                all += 1;
            }
        }
        assert!(all > 1000 && on * 10 > all * 9, "{on} of {all} on a lane");
        let verdict = table(dir.file_name().unwrap().to_str().unwrap(), &drive, Some(&track));
        assert_eq!(found(&verdict, "contact-with-actor"), Vec::<&lukao::model::Finding>::new(), "no crash");
        drives += 1;
    }
    assert!(drives > 0);
}

#[test]
fn commonroad() {
    let Some(data) = data("commonroad") else { return };
    let mut drives = 0;
    for path in entries(&data.join("commonroad")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let ego = name.starts_with("DEU_Gar-1_1").then_some("200");
        let drive = drive_at(&path, ego);
        let track = track_at(&path);
        assert!(track.lanes().count() > 1, "{name}");
        let verdict = table(name, &drive, Some(&track));
        if name.starts_with("ZAM_Urban-3_3") {
            // Published: the ego 8 overlaps the parked 6 from 2.4 to 3.3 s, judged at steps of 0.1 s.
            assert_eq!(drive.header().ego.map(|e| drive.actor(e).id.as_str()), Some("8"));
            let contacts = found(&verdict, "contact-with-actor");
            let [f] = contacts[..] else { panic!("{contacts:#?}") };
            assert_eq!(f.actors, ["6"]);
            let (from, to) = (f.from_ns as f64 * 1e-9, f.to_ns as f64 * 1e-9);
            assert!(2.3 < from && from <= 2.4 && (3.3..3.4).contains(&to), "{from} to {to}");
        }
        if name.starts_with("OSC_CutIn") {
            assert_eq!(drive.header().ego.map(|e| drive.actor(e).id.as_str()), Some("3"));
            assert!(found(&verdict, "contact-with-actor").is_empty(), "published: no overlap");
        }
        drives += 1;
    }
    assert!(drives >= 4);
}

/// OSI logs without a map are graded on their own lanes.
#[test]
fn lanes_of_osi_logs() {
    let Some(data) = data("lanes_of_osi_logs") else { return };
    let mut tracks = 0;
    for path in entries(&data.join("osi")) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (bundle, options) = (open(&path).unwrap(), ReadOptions::default());
        let Ok(drive) = lukao::logs::read(&bundle, &options) else {
            eprintln!("{name}: cannot be read");
            continue;
        };
        let track = lukao::track_of(&bundle, &options).unwrap();
        let lanes = track.as_ref().map_or(0, |t| t.lanes().count());
        eprintln!("{name}: {lanes} lanes, {:?}", track.as_ref().map(Track::notes));
        table(&name, &drive, track.as_ref());
        if let Some(track) = track {
            let run = &drive.runs_of(drive.header().ego.unwrap())[0];
            let p = run.pose(run.len() / 2);
            assert!(!track.lanes_at([p.x_m, p.y_m], None).is_empty(), "{name}: the ego is on a lane");
            tracks += 1;
        }
    }
    assert!(tracks >= 2, "{tracks} logs describe their lanes");
}

#[test]
fn esmini_and_sumo() {
    let Some(data) = data("esmini_and_sumo") else { return };
    for dir in entries(&data.join("esmini")) {
        let name = dir.file_name().unwrap().to_str().unwrap();
        let map = match name {
            "maps" => continue,
            "cut_in_crash" => "e6mini",
            d if d.starts_with("alks_4_3_2") => "alks_road_straight",
            "pedestrian_ok" => "fabriksgatan",
            "highway_merge_ok" => "soderleden",
            _ => "fabriksgatan_traffic_lights",
        };
        let drive = drive_at(&dir.join("full_log.csv.gz"), Some("Ego"));
        table(name, &drive, Some(&track_at(&data.join(format!("esmini/maps/{map}.xodr")))));
    }
    for dir in entries(&data.join("sumo")) {
        let name = dir.file_name().unwrap().to_str().unwrap();
        if name != "maps" {
            let drive = drive_at(&dir.join("fcd.xml.gz"), Some("ego"));
            table(name, &drive, Some(&track_at(&data.join("sumo/maps/junction.xodr"))));
        }
    }
}

/// Everybody in turn is the ego: his red entries, speeding and hard braking against what SUMO says of him.
#[test]
fn sumo_truth_of_everybody() {
    let Some(data) = data("sumo_truth_of_everybody") else { return };
    let head = pack_head();
    let wanted =
        [("red-light", ""), ("speed-limit", ""), ("harsh-braking", "max_decel_mps2 = 4.2, mean_s = 0.02")];
    let mut text = head;
    for (rule, params) in wanted {
        require(&mut text, rule, params);
    }
    let exam = Exam::parse("truth.toml", &text).unwrap();
    let track = track_at(&data.join("sumo/maps/junction.xodr"));
    // By kind: events of the truth, those found, findings, those that nobody else saw.
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for dir in entries(&data.join("sumo")) {
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "maps" {
            continue;
        }
        let truth = sumo_events(&dir);
        let drive = drive_at(&dir.join("fcd.xml.gz"), Some("ego"));
        let placed = lukao::place(&track, &drive.header().frame, Align::Identity).unwrap();
        for (k, actor) in drive.header().actors.iter().enumerate() {
            if !actor.class.is_motor_vehicle() {
                continue;
            }
            let verdict =
                lukao::grade(&as_ego(&drive, k), placed.track(), &exam, &lukao::Options::default()).unwrap();
            for (rule, event) in
                [("red-light", "red_entry"), ("speed-limit", "speeding"), ("harsh-braking", "hard_brake")]
            {
                let mine: Vec<&Event> =
                    truth.iter().filter(|t| t.what == event && t.actor == actor.id).collect();
                let there = found(&verdict, rule);
                let near = |t: &Event, f: &lukao::model::Finding| {
                    // Within two steps, or what the mean of the rule reaches.
                    f.from_ns as f64 * 1e-9 <= t.to_s + 0.21 && t.from_s - 0.21 <= f.to_ns as f64 * 1e-9
                };
                let c = counts.entry(event).or_default();
                c[0] += mine.len();
                c[2] += there.len();
                for t in &mine {
                    let seen = there.iter().any(|f| near(t, f));
                    c[1] += usize::from(seen);
                    assert!(seen, "{name}: {event} of {} at {:.1}-{:.1} s", actor.id, t.from_s, t.to_s);
                }
                for f in there.iter().filter(|f| !mine.iter().any(|t| near(t, f))) {
                    c[3] += 1;
                    // SUMO's list leaves out what is over by some 1 km/h, ways through the junction, and brakes in the first
                    // seconds or a little below 4.5 m/s².
                    let inside = f.element.as_ref().is_some_and(|e| {
                        let lane = e.strip_suffix(" speed").and_then(|id| track.lane_by_id(id));
                        lane.is_some_and(|l| track.lane(l).in_junction)
                    });
                    let known = match rule {
                        "speed-limit" => inside || f.measured - f.limit <= 1.01,
                        "harsh-braking" => f.measured <= 4.501,
                        _ => false,
                    };
                    assert!(known, "{name}: {}: {f:#?}", actor.id);
                    let (from, to) = (f.from_ns as f64 * 1e-9, f.to_ns as f64 * 1e-9);
                    eprintln!(
                        "{name}: {rule} of {} at {from:.1}-{to:.1} s, {:.2} of {:.2} {}, {:?}: not in SUMO's list",
                        actor.id, f.measured, f.limit, f.unit, f.element
                    );
                }
            }
        }
    }
    eprintln!("events, found, findings, unconfirmed: {counts:?}");
    assert_eq!(counts["red_entry"], [1, 1, 1, 0]);
    assert_eq!((counts["speeding"][1], counts["hard_brake"][1]), (321, 170), "{counts:?}");
}
