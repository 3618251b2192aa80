//! Known truth of drives that other projects made, read from the files that lie beside them.

#![allow(dead_code, reason = "each test binary uses its part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use lukao::logs::{Bundle, Input, Limits, ReadOptions, companion_names};
use lukao::{Drive, Track};

/// The folder of other projects' drives, or `None` and a plain word that nothing was tested.
pub fn data(test: &str) -> Option<PathBuf> {
    let Some(dir) = std::env::var_os("LUKAO_DATA") else {
        // Straight to the terminal: a skipped test must not look like a passed one.
        use std::io::Write;
        let _ = writeln!(std::io::stderr().lock(), "{test}: skipped: LUKAO_DATA is not set");
        return None;
    };
    let dir = PathBuf::from(dir);
    assert!(dir.is_dir(), "LUKAO_DATA names {}, which is no folder", dir.display());
    Some(dir)
}

/// A log with its companions.
pub fn open(path: &Path) -> Result<Bundle, lukao::Error> {
    let read = |p: &Path| Input::read(p.display().to_string(), fs::File::open(p).unwrap(), Limits::default());
    let file_name = path.file_name().unwrap().to_str().unwrap();
    let mut companions = Vec::new();
    for name in companion_names(file_name, None) {
        let beside = ["", ".gz"].map(|end| path.with_file_name(format!("{name}{end}")));
        if let Some(found) = beside.iter().find(|p| p.is_file()) {
            companions.push(Input { name, ..read(found)? });
        }
    }
    Ok(Bundle { main: read(path)?, companions })
}

/// A log, read.
pub fn drive_at(path: &Path, ego: Option<&str>) -> Drive {
    let mut options = ReadOptions::default();
    options.ego = ego.map(str::to_owned);
    let read = open(path).and_then(|b| lukao::logs::read(&b, &options));
    read.unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The same drive with another actor as the ego.
pub fn as_ego(drive: &Drive, actor: usize) -> Drive {
    let mut header = (**drive.header()).clone();
    header.ego = Some(lukao::model::ActorIx(actor as u32));
    drive.clone().with_header(header.into()).unwrap()
}

/// A map.
pub fn track_at(path: &Path) -> Result<Track, lukao::Error> {
    Track::from_parts(&path.display().to_string(), &fs::read(path).unwrap(), None)
}

/// An event of SUMO's own: begin and end, s, of the FCD's steps.
pub struct Event {
    pub what: String,
    pub actor: String,
    pub from_s: f64,
    pub to_s: f64,
    pub detail: String,
}

/// All events of `events_truth.csv`.
pub fn sumo_events(dir: &Path) -> Vec<Event> {
    let text = fs::read_to_string(dir.join("events_truth.csv")).unwrap();
    let mut out = Vec::new();
    for line in text.lines().skip(1) {
        let part: Vec<&str> = line.splitn(5, ',').collect();
        // Times are one step later than those of the FCD.
        let from_s = part[0].parse::<f64>().unwrap() - 0.1;
        let until = part[4].split_whitespace().find_map(|w| w.strip_prefix("until="));
        let to_s = until.map_or(from_s, |u| u.parse::<f64>().unwrap() - 0.1);
        let detail = part[4].to_owned();
        out.push(Event { what: part[1].into(), actor: part[2].into(), from_s, to_s, detail });
    }
    out
}

/// A contact that the simulator reported, at its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    pub other: String,
    pub from_s: f64,
    /// First sample without contact; `None` if it lasted to the end.
    pub to_s: Option<f64>,
}

/// esmini's `collisions.txt`: `[12.500] [warn] Collision between A and B`, later the same with `dissolved`.
pub fn esmini_touches(dir: &Path, ego: &str) -> Vec<Touch> {
    let path = dir.join("collisions.txt");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut out: Vec<Touch> = Vec::new();
    for line in text.lines().filter(|l| l.contains("Collision between ")) {
        let time: f64 =
            line.trim_start_matches('[').split(']').next().unwrap().trim().parse().expect("a time");
        let pair = line.split("Collision between ").nth(1).unwrap();
        let (pair, over) = match pair.strip_suffix(" dissolved") {
            Some(p) => (p, true),
            None => (pair, false),
        };
        let (a, b) = pair.split_once(" and ").expect("two names");
        let other = match (a == ego, b == ego) {
            (true, false) => b,
            (false, true) => a,
            _ => continue,
        };
        if over {
            let open = out.iter_mut().rev().find(|t| t.other == other && t.to_s.is_none());
            open.expect("a contact that began").to_s = Some(time);
        } else {
            out.push(Touch { other: other.to_owned(), from_s: time, to_s: None });
        }
    }
    assert!(!out.is_empty() || text.contains("none reported"), "{}: {text}", path.display());
    out
}

/// Contacts of the ego in SUMO's `collisions.xml`: partner and time.
pub fn sumo_collisions(dir: &Path, ego: &str) -> Vec<(String, f64)> {
    let path = dir.join("collisions.xml");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert!(text.contains("<collisions"), "{}: SUMO's collision output", path.display());
    let mut out = Vec::new();
    for element in text.split("<collision ").skip(1) {
        let value = |name: &str| {
            let from = element.split(&format!("{name}=\"")).nth(1).expect(name);
            from.split('"').next().unwrap().to_owned()
        };
        let (a, b) = (value("collider"), value("victim"));
        if a == ego || b == ego {
            out.push((if a == ego { b } else { a }, value("time").parse().expect("a time")));
        }
    }
    out
}

/// Entries of the ego on red in SUMO's `events_truth.csv`: signal's name and time. The table's times are one
/// step later than the log's.
pub fn sumo_red_entries(dir: &Path, ego: &str, step_s: f64) -> Vec<(String, f64)> {
    let path = dir.join("events_truth.csv");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time_s,event,actor,other,detail"), "{}", path.display());
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    assert!(!rows.is_empty(), "{} holds events", path.display());
    let word = |detail: &str, key: &str| {
        let mut words = detail.split_whitespace();
        words.find_map(|w| w.strip_prefix(&format!("{key}="))).expect("tls and link").to_owned()
    };
    rows.iter()
        .filter(|r| r[1] == "red_entry" && r[2] == ego)
        .map(|r| {
            (format!("{}_{}", word(r[4], "tls"), word(r[4], "link")), r[0].parse::<f64>().unwrap() - step_s)
        })
        .collect()
}

/// What the data's README says of the automated mode of an MCAP: from when, and until when if it ended.
///
/// The sentence: "the automated-driving state was added by hand: `cut_in_crash` STANDBY, ACTIVE at 2.0 s, STANDBY with
/// REASON_STEERING_INPUT at 13.0 s; emergency brake STANDBY, ACTIVE at 3.0 s."
pub fn automated(data: &Path, drive: &str) -> (f64, Option<f64>) {
    let text = fs::read_to_string(data.join("README.md")).expect("README.md of the data");
    let said = text.split("state was added by hand:").nth(1).expect("the sentence on the mode");
    let part = said.split(drive).nth(1).unwrap_or_else(|| panic!("the README says nothing of {drive}"));
    let part = part.split([';', '\n']).next().unwrap();
    let after = |words: &str| -> Option<f64> {
        let rest = part.split(words).nth(1)?;
        rest.split_whitespace().next()?.trim_end_matches(['.', ',']).parse().ok()
    };
    (after("ACTIVE at ").expect("when it became active"), after("REASON_STEERING_INPUT at "))
}
