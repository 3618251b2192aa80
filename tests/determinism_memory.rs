//! Peak memory of `lukao grade` does not grow with the length of the log: a drive ten times as long takes at most a tenth
//! more. Measured on the command itself, from the peak that Linux keeps for each process.
#![cfg(all(feature = "cli", target_os = "linux"))]
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use lukao_logs::ingest::MAP_FRAME;
use lukao_logs::native;
use lukao_model::channel::{Accuracy, ChannelData, Channels};
use lukao_model::drive::{Actor, ActorIx, Clock, ClockIx, Drive, Header, PoseAccuracy, Run};
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::time::{Interval, MS, S};
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{Channel, Column, Frame, Origin, math};

/// Radius of the ring road's centre line.
const RING_M: f64 = 200.0;
const STEP_NS: i64 = 100 * MS;

/// A ring road of two lanes, one a direction, driven for ever without an event.
fn ring() -> String {
    let lane = |id: i32| {
        format!(
            r#"<lane id="{id}" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/><roadMark sOffset="0" type="solid" color="white" width="0.15"/><speed sOffset="0" max="60" unit="km/h"/></lane>"#
        )
    };
    // Four quarters, so that no arc closes on itself.
    let quarter = RING_M * std::f64::consts::FRAC_PI_2;
    let arcs: String = (0..4)
        .map(|k| {
            let angle = f64::from(k) * std::f64::consts::FRAC_PI_2;
            format!(
                r#"<road id="{k}" length="{quarter}" junction="-1"><link><predecessor elementType="road" elementId="{}" contactPoint="end"/><successor elementType="road" elementId="{}" contactPoint="start"/></link><type s="0" type="rural"/><planView><geometry s="0" x="{}" y="{}" hdg="{}" length="{quarter}"><arc curvature="{}"/></geometry></planView><lanes><laneSection s="0"><left>{}</left><center><lane id="0" type="none"><roadMark sOffset="0" type="broken" color="white" width="0.15"/></lane></center><right>{}</right></laneSection></lanes></road>"#,
                (k + 3) % 4,
                (k + 1) % 4,
                RING_M * math::cos(angle),
                RING_M * math::sin(angle),
                angle + std::f64::consts::FRAC_PI_2,
                1.0 / RING_M,
                lane(1),
                lane(-1),
            )
        })
        .collect();
    format!(r#"<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="6"/>{arcs}</OpenDRIVE>"#)
}

/// Six vehicles on the ring, 10 Hz, a quarter or more apart.
fn stretch(header: &Arc<Header>, first: usize, len: usize, goes_on: bool) -> Drive {
    let times: Vec<i64> = (first..first + len).map(|k| k as i64 * STEP_NS).collect();
    let runs = (0..header.actors.len())
        .map(|k| {
            // Right-hand traffic, roads counter-clockwise: the outer lane runs along, the inner one against.
            let along = k < 4;
            let (radius, way) = if along { (RING_M + 1.75, 1.0) } else { (RING_M - 1.75, -1.0) };
            let speed = 12.0;
            let angle = |t: i64| way * (speed * (t as f64 * 1e-9) / radius + k as f64 * 1.5);
            let real = |f: &dyn Fn(f64) -> f64| {
                Column::new(times.iter().map(|&t| f(angle(t))).collect::<Vec<f64>>())
            };
            let mut channels = Channels::default();
            let values = Column::new(vec![speed; len]);
            let mut data = ChannelData::real(values, Origin::Simulation);
            data.accuracy = Accuracy::Constant(0.0);
            channels.set(Channel::Speed, data);
            Run {
                actor: ActorIx(k as u32),
                ordinal: 0,
                clock: ClockIx(0),
                first: 0,
                x_m: real(&|a| radius * math::cos(a)),
                y_m: real(&|a| radius * math::sin(a)),
                yaw_rad: real(&|a| math::wrap_angle(a + way * std::f64::consts::FRAC_PI_2)),
                z_m: None,
                size: BoxSize { length_m: 4.6, width_m: 1.85, height_m: Some(1.5), accuracy_m: Some(0.0) },
                accuracy: PoseAccuracy {
                    position_m: Accuracy::Constant(0.0),
                    yaw_rad: Accuracy::Constant(0.0),
                },
                origin: Origin::Simulation,
                channels,
                index: None,
                begun_before: first > 0,
                goes_on,
            }
        })
        .collect();
    let clock = Clock { stream: 0, first_tick: first as u64, t_ns: Column::new(times) };
    Drive::new(header.clone(), vec![clock], runs, Vec::new()).unwrap()
}

/// Writes a drive of that length, in segments of ten minutes.
fn write(path: &Path, minutes: usize) {
    let steps = minutes * 600;
    let ids = ["ego", "a", "b", "c", "d", "e"];
    let actor = |id: &&str| Actor { id: (*id).into(), class: ActorClass::Car, ..Actor::default() };
    let header = Arc::new(Header {
        name: "ring".into(),
        frame: Frame::local(MAP_FRAME),
        streams: vec![Stream {
            name: "sim".into(),
            base: TimeBase::Simulation,
            sync: Sync::Same,
            offset_ns: 0,
            accuracy_ns: Some(0),
        }],
        actors: ids.iter().map(actor).collect(),
        ego: Some(ActorIx(0)),
        max_gap_ns: S,
        span: Some(Interval { from_ns: 0, to_ns: (steps as i64 - 1) * STEP_NS }),
        ..Header::default()
    });
    let part = 6000;
    let first = stretch(&header, 0, part.min(steps), steps > part);
    let file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let mut writer = native::Writer::new(file, &first, &native::Layout::of(&first)).unwrap();
    writer.push(&first).unwrap();
    for from in (part..steps).step_by(part) {
        let len = part.min(steps - from);
        writer.push(&stretch(&header, from, len, from + len < steps)).unwrap();
    }
    writer.finish().unwrap();
}

/// Peak resident memory of a grading, kB, and its report.
fn peak_kb(dir: &Path, log: &str) -> (u64, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lukao"))
        .args(["grade", log, "--track", "ring.xodr", "--format", "json", "--jobs", "1"])
        .current_dir(dir)
        .stdout(Stdio::from(fs::File::create(dir.join("report.json")).unwrap()))
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // The mark only rises, and the process is polled to its end, so the last reading is the peak but for its last moments.
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = text.lines().find(|l| l.starts_with("VmHWM:")) {
            peak = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        }
        if let Some(ended) = child.try_wait().unwrap() {
            assert_ne!(ended.code(), Some(2), "grading {log}");
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    (peak, fs::read_to_string(dir.join("report.json")).unwrap())
}

#[test]
fn ten_times_the_drive_takes_no_more_memory() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ring.xodr"), ring()).unwrap();
    // Long enough that the grader's window and the reader's segment are full in both.
    let minutes = if std::env::var_os("LUKAO_FULL").is_some() { 120 } else { 30 };
    write(&dir.path().join("short.arrow"), minutes);
    write(&dir.path().join("long.arrow"), 10 * minutes);
    let (short, _) = peak_kb(dir.path(), "short.arrow");
    let (long, report) = peak_kb(dir.path(), "long.arrow");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let samples = report["drives"][0]["samples"].as_u64().unwrap();
    assert_eq!(samples, 10 * minutes as u64 * 600 * 6, "the whole drive was read");
    assert_eq!(
        report["outcome"], "passed",
        "it was judged on its track, and nothing is in the report that grows"
    );
    eprintln!("peak: {short} kB for {minutes} min, {long} kB for {} min", 10 * minutes);
    assert!(short > 2_000, "a peak was measured");
    assert!(long * 10 < short * 11, "{short} kB for {minutes} min, {long} kB for ten times that");
}
