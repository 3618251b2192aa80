//! Drives that this project did not make: esmini's wide tables and SUMO's FCD, against facts known from
//! elsewhere. They are not part of the repository.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout, reason = "a test")]

use std::path::{Path, PathBuf};

use lukao_logs::{Bundle, Input, Limits, ReadOptions};
use lukao_model::channel::SignalState;
use lukao_model::time::{MS, S};
use lukao_model::{Channel, Drive, Subject};

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("LUKAO_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: LUKAO_DATA is not set");
    }
    folder
}

fn input(path: &Path) -> Input {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Input::read(name, std::fs::File::open(path).unwrap(), Limits::default()).unwrap()
}

fn read(folder: &Path, main: &str, companions: &[&str]) -> Drive {
    let companions = companions.iter().map(|c| input(&folder.join(c))).collect();
    let bundle = Bundle { main: input(&folder.join(main)), companions };
    lukao_logs::read(&bundle, &ReadOptions::default()).unwrap()
}

fn codes(drive: &Drive) -> Vec<String> {
    drive
        .header()
        .notes
        .iter()
        .map(|n| format!("{} {} ×{}: {}", n.code, n.subject, n.count, n.text))
        .collect()
}

#[test]
fn esmini_tables_read_with_the_built_in_mapping() {
    let Some(data) = data() else { return };
    // Folder, actors, last time of the log in ms.
    let drives = [
        ("cut_in_crash", 2, 21_800),
        ("alks_4_3_2_follow_lead_vehicle_emergency_brake__uncontrolled", 2, 21_700),
        ("alks_4_3_2_follow_lead_vehicle_emergency_brake__controlled", 2, 21_700),
        ("pedestrian_ok", 2, 14_280),
        ("highway_merge_ok", 6, 14_220),
        ("traffic_lights", 3, 30_020),
    ];
    for (folder, actors, last_ms) in drives {
        let path = data.join("esmini").join(folder);
        let drive = read(&path, "full_log.csv.gz", &[]);
        assert_eq!(drive.header().notes, [], "{folder}");
        assert_eq!(drive.header().actors.len(), actors, "{folder}");
        assert_eq!(drive.span().map(|s| (s.from_ns, s.to_ns)), Some((0, last_ms * MS)), "{folder}");
        // Six lines of preamble and the header stand above the rows.
        let rows = input(&path.join("full_log.csv.gz")).bytes.iter().filter(|b| **b == b'\n').count() - 7;
        assert_eq!(drive.samples(), (rows * actors) as u64, "{folder}");
        assert_eq!(drive.header().ego, drive.header().actor_named("Ego"), "{folder}");
        assert!(drive.header().ego.is_some());
        assert_eq!(drive.clocks().len(), 1, "{folder}: all in lockstep");
        assert_eq!(drive.clocks()[0].t_ns.get(1), Some(20 * MS));
        assert_eq!(drive.clocks()[0].t_ns.get(50), Some(S));
    }
}

#[test]
fn the_centre_is_ahead_of_the_rear_axle() {
    let Some(data) = data() else { return };
    let drive = read(&data.join("esmini/cut_in_crash"), "full_log.csv.gz", &[]);
    let ego = drive.header().ego.unwrap();
    let run = &drive.runs_of(ego)[0];
    // Row 0 of the log: (8.173369, 49.970175), heading 1.567103, bb_x 1.4.
    let pose = run.pose(0);
    let (sin, cos) = (1.567103f64.sin(), 1.567103f64.cos());
    assert!((pose.x_m - (8.173369 + 1.4 * cos)).abs() < 1e-9);
    assert!((pose.y_m - (49.970175 + 1.4 * sin)).abs() < 1e-9);
    assert!((pose.yaw_rad - 1.567103).abs() < 1e-12);
    // Underside: -0.040595 + 0.75 - 1.5 / 2.
    assert!((run.z_m.as_ref().unwrap().get(0).unwrap() + 0.040595).abs() < 1e-9);
    assert_eq!((run.size.length_m, run.size.width_m, run.size.height_m), (5.04, 2.0, Some(1.5)));
    assert_eq!(run.channels.real(Channel::Speed).unwrap().get(0), Some(30.0));
}

#[test]
fn sumo_junction_reads_with_its_companions() {
    let Some(data) = data() else { return };
    let companions = ["actors.csv", "fcd_person.xml.gz", "signal_states.csv", "vehroutes.xml.gz"];
    for folder in ["sumo_junction_normal", "sumo_junction_ego_redlight"] {
        let drive = read(&data.join("sumo").join(folder), "fcd.xml.gz", &companions);
        let elements = |file: &str| {
            let text = String::from_utf8(input(&data.join("sumo").join(folder).join(file)).bytes).unwrap();
            text.matches("<vehicle id").count() + text.matches("<person id").count()
        };
        let (vehicles, persons) = (elements("fcd.xml.gz"), elements("fcd_person.xml.gz"));
        assert!(vehicles > 50_000 && persons > 10_000);
        assert_eq!(drive.samples(), (vehicles + persons) as u64, "{folder}: none is lost");
        // Its vehicles keep their class, and the only sizes that no file says are the persons'.
        let declared = drive.header().notes.iter().filter(|n| n.code == "declared-size");
        assert!(declared.clone().count() > 30 && declared.clone().all(|n| n.subject.starts_with('p')));
        for n in codes(&drive).iter().filter(|n| !n.starts_with("declared-size")) {
            println!("{folder}: {n}");
        }
        assert_eq!(drive.clocks().len(), 2, "all in lockstep, and the signals");
        assert!(drive.header().ego.is_some());
        assert_eq!(drive.header().signals.len(), 20);
        let truck = drive.runs().iter().find(|r| r.size.length_m == 9.5).unwrap();
        assert_eq!(truck.size.width_m, 2.5);
    }
}

#[test]
fn sumo_red_light_times_are_those_of_the_steps() {
    let Some(data) = data() else { return };
    let companions = ["actors.csv", "signal_states.csv"];
    let drive = read(&data.join("sumo/sumo_junction_ego_redlight"), "fcd.xml.gz", &companions);
    let head = drive.header().signals.iter().position(|s| s == "C_0").unwrap();
    let series = &drive.series_of(Subject::Signal(lukao_model::drive::SignalIx(head as u32)))[0];
    let times = drive.series_times(series);
    let states = series.channels.code(Channel::SignalState).unwrap();
    let at = |k: usize| (times[k], states.get(k).and_then(SignalState::from_code).unwrap());
    // The programme's phases last whole seconds from 0; the table says 0.1, 11.1, 16.1, 20.1.
    assert_eq!(at(0), (0, SignalState::GreenYield));
    assert_eq!(at(2), (16 * S, SignalState::Amber));
    assert_eq!(at(3), (20 * S, SignalState::Red));
    assert!(drive.header().notes.iter().any(|n| n.code == "signal-time-shift"));
    // First step of the ego: front bumper at (-245, -4.8), heading east, 4.9 m long.
    let run = &drive.runs_of(drive.header().ego.unwrap())[0];
    let pose = run.pose(0);
    assert!((pose.x_m + 247.45).abs() < 1e-9 && (pose.y_m + 4.8).abs() < 1e-9 && pose.yaw_rad.abs() < 1e-12);
    // It enters at 57.5 s by link 14, which is red (told one step later).
    let head = drive.header().signals.iter().position(|s| s == "C_14").unwrap();
    let series = &drive.series_of(Subject::Signal(lukao_model::drive::SignalIx(head as u32)))[0];
    let k = drive.series_times(series).partition_point(|t| *t <= 57_500 * MS) - 1;
    let state = series.channels.code(Channel::SignalState).unwrap().get(k);
    assert_eq!(state, Some(SignalState::Red.code()));
}
