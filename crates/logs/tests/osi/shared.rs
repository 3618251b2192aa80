//! Files that others made, with known truth. Needs the folder of data in the variable LUKAO_DATA.

use std::io::Read;
use std::path::{Path, PathBuf};

use lukao_logs::osi::{LineKind, OsiLanes};
use lukao_logs::{Bundle, Input, Limits, ReadOptions, osi};
use lukao_model::channel::{DrivingMode, Indicator, SignalState, Switch, override_reason};
use lukao_model::frame::Crs;
use lukao_model::time::{MS, S};
use lukao_model::vehicle::ActorClass;
use lukao_model::{ActorIx, Channel, Drive, Frame, Series, Subject};

const CUT_IN: &str = "20261122T000000Z_multi_380_736_1091_cut_in_crash.mcap";
const CUT_IN_OSI: &str = "20261122T000000Z_gt_380_736_1091_cut_in_crash.osi";
const BRAKE: &str =
    "20261122T000000Z_multi_380_736_1086_alks_4_3_2_follow_lead_vehicle_emergency_brake__controlled.mcap";
const BRAKE_OSI: &str =
    "20261122T000000Z_gt_380_736_1086_alks_4_3_2_follow_lead_vehicle_emergency_brake__controlled.osi";

fn data() -> Option<PathBuf> {
    let dir = std::env::var_os("LUKAO_DATA").map(PathBuf::from);
    if dir.is_none() {
        println!("skipped: LUKAO_DATA is not set");
    }
    dir
}

fn bundle(dir: &Path, name: &str) -> Bundle {
    let file = std::fs::File::open(dir.join("osi").join(name)).unwrap();
    Bundle { main: Input::read(name, file, Limits::default()).unwrap(), companions: Vec::new() }
}

fn drive(dir: &Path, name: &str) -> Drive {
    lukao_logs::read(&bundle(dir, name), &ReadOptions::default()).unwrap()
}

fn lanes(dir: &Path, name: &str) -> Option<OsiLanes> {
    osi::lanes(&bundle(dir, name), &ReadOptions::default()).unwrap()
}

/// Times at which a code changes, with the code.
fn changes(drive: &Drive, series: &Series, channel: Channel) -> Vec<(i64, Option<u8>)> {
    let codes = series.channels.code(channel).unwrap();
    let mut out: Vec<(i64, Option<u8>)> = Vec::new();
    for (t, c) in drive.series_times(series).iter().zip(codes.iter()) {
        if out.last().is_none_or(|(_, last)| *last != c) {
            out.push((*t, c));
        }
    }
    out
}

fn mode_series(drive: &Drive) -> &Series {
    let ego = Subject::Actor(drive.header().ego.unwrap());
    drive.series_of(ego).iter().find(|s| s.channels.get(Channel::DrivingMode).is_some()).unwrap()
}

#[test]
fn every_file_reads_to_what_it_holds() {
    let Some(dir) = data() else { return };
    // Name, samples of each actor, first and last time, ego.
    let files: [(&str, &[usize], i64, i64, &str); 8] = [
        ("20240618T122540Z_sv_370_244_20_minimal_valid_example.osi", &[20, 20], 100 * MS, 2 * S, "113"),
        ("example_sv_trace.osi", &[547, 547], 0, 18_218_199_999, "1"),
        (CUT_IN, &[1091, 1091], 0, 21_800 * MS, "0"),
        (CUT_IN_OSI, &[1091, 1091], 0, 21_800 * MS, "0"),
        (BRAKE, &[1086, 1086], 0, 21_700 * MS, "0"),
        (BRAKE_OSI, &[1086, 1086], 0, 21_700 * MS, "0"),
        ("MovingHostWithStopLine.mcap", &[152], 0, 6_040 * MS, "0"),
        ("testBrakeAndIndicatorLights.mcap", &[502, 502], 0, 5_010 * MS, "0"),
    ];
    for (name, samples, from, to, ego) in files {
        let d = drive(&dir, name);
        let found: Vec<usize> = d.runs().iter().map(|r| r.len()).collect();
        assert_eq!(found, samples, "{name}: one run an actor, no sample lost");
        let span = d.span().unwrap();
        assert_eq!((span.from_ns, span.to_ns), (from, to), "{name}");
        assert_eq!(d.actor(d.header().ego.unwrap()).id, ego, "{name}");
        assert!(d.header().actors.iter().all(|a| a.class == ActorClass::Car), "{name}");
        assert!(d.header().notes.is_empty(), "{name}: {:?}", d.header().notes);
        // On the road: the box's centre is half its height above the underside.
        let z = d.runs()[0].z_m.as_ref().unwrap().get(0).unwrap();
        let expected = if name.contains("minimal") { -0.75 } else { 0.0 };
        assert!((z - expected).abs() < 0.05, "{name}: underside at {z} m");
    }
}

#[test]
fn a_trace_without_version_is_refused_with_its_record() {
    let Some(dir) = data() else { return };
    let e =
        lukao_logs::read(&bundle(&dir, "version_not_set_invalid.osi"), &ReadOptions::default()).unwrap_err();
    let text = "version_not_set_invalid.osi record 0: expected SensorView with its interface version set, found none";
    assert_eq!(e.to_string(), text);
}

#[test]
fn mode_and_override_change_when_they_were_made_to() {
    let Some(dir) = data() else { return };
    let d = drive(&dir, CUT_IN);
    let s = mode_series(&d);
    let code = |m: DrivingMode| Some(m.code());
    let (manual, automated) = (code(DrivingMode::Manual), code(DrivingMode::Automated));
    assert_eq!(changes(&d, s, Channel::DrivingMode), [(0, manual), (2 * S, automated), (13 * S, manual)]);
    let (off, on) = (Some(Switch::Off.code()), Some(Switch::On.code()));
    assert_eq!(changes(&d, s, Channel::DriverOverride), [(0, off), (13 * S, on)]);
    let steering = Some(override_reason::STEERING);
    assert_eq!(changes(&d, s, Channel::OverrideReason), [(0, Some(0)), (13 * S, steering)]);
    assert_eq!(s.channels.real(Channel::Speed).unwrap().get(0), Some(30.0));

    let d = drive(&dir, BRAKE);
    let s = mode_series(&d);
    assert_eq!(changes(&d, s, Channel::DrivingMode), [(0, manual), (3 * S, automated)]);
    assert!(s.channels.get(Channel::DriverOverride).is_none(), "never said in this log, so not known");
}

#[test]
fn trace_and_mcap_of_one_drive_hold_the_same_motion() {
    let Some(dir) = data() else { return };
    for (mcap, trace) in [(CUT_IN, CUT_IN_OSI), (BRAKE, BRAKE_OSI)] {
        let (a, b) = (drive(&dir, mcap), drive(&dir, trace));
        assert_eq!(a.runs(), b.runs());
        assert_eq!(a.times(&a.runs()[0]), b.times(&b.runs()[0]));
        assert!(b.series().is_empty(), "a ground truth knows no driving mode");
    }
}

/// The other log of the same run: wide CSV whose position is the rear axle and `bb_x` the way to the centre.
#[test]
fn poses_agree_with_the_same_run_in_another_format() {
    let Some(dir) = data() else { return };
    let runs = [
        (CUT_IN_OSI, "cut_in_crash"),
        (BRAKE_OSI, "alks_4_3_2_follow_lead_vehicle_emergency_brake__controlled"),
    ];
    for (name, folder) in runs {
        let d = drive(&dir, name);
        let packed = std::fs::File::open(dir.join("esmini").join(folder).join("full_log.csv.gz")).unwrap();
        let mut text = String::new();
        Input::read("csv", packed, Limits::default())
            .unwrap()
            .bytes
            .as_slice()
            .read_to_string(&mut text)
            .unwrap();
        let rows = text.lines().skip_while(|l| !l.starts_with("Index")).collect::<Vec<_>>();
        let head: Vec<&str> = rows[0].split(',').map(str::trim).collect();
        let mut compared = 0;
        for row in &rows[1..] {
            let cells: Vec<&str> = row.split(',').map(str::trim).collect();
            let cell = |actor: usize, what: &str| {
                let at = head.iter().position(|h| *h == format!("#{} {what}", actor + 1)).unwrap();
                cells[at].parse::<f64>().unwrap()
            };
            let t_ns = (cells[1].parse::<f64>().unwrap() * 1e9).round() as i64;
            for actor in 0..2 {
                let run = &d.runs_of(ActorIx(actor as u32))[0];
                let Ok(i) = d.times(run).binary_search(&t_ns) else { continue };
                let yaw = cell(actor, "World_Heading_Angle [rad]");
                let (sin, cos) = lukao_model::math::sin_cos(yaw);
                let forward = cell(actor, "bb_x [m]");
                let (x, y) = (
                    cell(actor, "World_Position_X [m]") + forward * cos,
                    cell(actor, "World_Position_Y [m]") + forward * sin,
                );
                let p = run.pose(i);
                let apart = lukao_model::math::hypot(p.x_m - x, p.y_m - y);
                assert!(apart < 2e-3, "{folder} actor {actor} at {t_ns} ns: {apart} m apart");
                assert!(lukao_model::math::angle_between(p.yaw_rad, yaw).abs() < 1e-5);
                let z = run.z_m.as_ref().unwrap().get(i).unwrap();
                assert!((z - cell(actor, "World_Position_Z [m]")).abs() < 1e-5);
                compared += 1;
            }
        }
        assert!(compared > 2000, "{folder}: {compared} poses at common times");
    }
}

#[test]
fn lamps_change_when_they_were_made_to() {
    let Some(dir) = data() else { return };
    let d = drive(&dir, "testBrakeAndIndicatorLights.mcap");
    let other = d.header().actor_named("1001").unwrap();
    let run = &d.runs_of(other)[0];
    let changes = |channel: Channel| {
        let codes = run.channels.code(channel).unwrap();
        let all: Vec<(i64, u8)> = d.times(run).iter().copied().zip(codes.iter().flatten()).collect();
        assert_eq!(all.len(), run.len(), "no value missing");
        let first = all[0];
        let rest = all.windows(2).filter(|w| w[0].1 != w[1].1).map(|w| w[1]);
        std::iter::once(first).chain(rest).map(|(t, c)| (t / MS, c)).collect::<Vec<_>>()
    };
    let (off, on) = (Switch::Off.code(), Switch::On.code());
    let brake =
        [(0, off), (10, on), (1210, off), (1660, on), (2600, off), (3000, on), (3870, off), (4440, on)];
    assert_eq!(changes(Channel::BrakeLamp), brake);
    let left = [(0, Indicator::Off.code()), (1840, Indicator::Left.code()), (4410, Indicator::Off.code())];
    assert_eq!(changes(Channel::Indicator), left);

    // Three dark bulbs at one place are one head that is off.
    assert_eq!(d.header().signals, ["light-10"]);
    let states = d.series()[0].channels.code(Channel::SignalState).unwrap();
    assert_eq!(states.len(), 502);
    assert!(states.iter().all(|s| s == Some(SignalState::Off.code())));
}

#[test]
fn lanes_and_the_stop_line_come_out_where_they_were_put() {
    let Some(dir) = data() else { return };
    let name = "MovingHostWithStopLine.mcap";
    let d = drive(&dir, name);
    assert_eq!(d.header().track.as_deref(), Some("Highway6kmStraight.xodr"));
    let Frame { crs: Crs::Projected { datum, .. }, .. } = &d.header().frame else { panic!("a projection") };
    assert_eq!(datum.as_deref(), Some("WGS84"));
    let l = lanes(&dir, name).unwrap();
    assert_eq!(l.frame, d.header().frame);
    assert_eq!(l.lanes.iter().map(|l| l.id).collect::<Vec<_>>(), [2, 3, 4]);
    let middle = &l.lanes[1];
    assert_eq!((&middle.left[..], &middle.right[..]), (&[5][..], &[6][..]));
    assert_eq!(middle.centre_m, [[-5.0, -15.25, 0.0], [5994.999, -15.25, 0.0]]);
    let kinds: Vec<LineKind> = l.boundaries.iter().map(|b| b.line).collect();
    assert_eq!(kinds, [LineKind::Dashed, LineKind::Dashed, LineKind::Solid, LineKind::Solid]);
    assert_eq!(l.boundaries[2].points[0].at_m, [-5.0, -20.5, 0.0]);
    let stop = &l.stop_lines[0];
    assert_eq!((stop.id, &stop.lanes[..], stop.thickness_m), (1001, &[3][..], Some(0.3)));
    // 4 m wide, across the lane at x = 25 m.
    let [a, b] = stop.ends_m;
    assert!((a[0] - 25.0).abs() < 1e-9 && (b[0] - 25.0).abs() < 1e-9, "{a:?} {b:?}");
    assert!((a[1] + 17.25).abs() < 1e-9 && (b[1] + 13.25).abs() < 1e-9, "{a:?} {b:?}");
    let ego = d.runs_of(ActorIx(0))[0].clone();
    assert_eq!(ego.channels.code(Channel::BrakeLamp).unwrap().len(), 152);
    // Axles from the log.
    let sheet = d.actor(ActorIx(0)).sheet.clone().unwrap();
    assert!((sheet.wheelbase_m.unwrap() - 3.215).abs() < 1e-9 && sheet.front_track_m.is_none());
    assert!(lanes(&dir, CUT_IN).is_none(), "that log has no lanes");
}
