//! Argoverse 2: boxes in the ego's frame, poses at times of their own.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests too.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use lukao_logs::{Bundle, Format, Input, ReadOptions, input};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Drive, Origin};

fn feather(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn reals(v: Vec<f64>) -> ArrayRef {
    Arc::new(Float64Array::from(v))
}

/// The ego drives north at 10 m/s, a pose every 10 ms; every 100 ms it sees a bus 20 m ahead that stands still for it.
fn bundle(ego_at_m: Option<f64>) -> Bundle {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let times: Vec<i64> = (0..=50).map(|k| k * 10_000_000).collect();
    let n = times.len();
    let poses = feather(vec![
        ("timestamp_ns", Arc::new(Int64Array::from(times.clone())) as ArrayRef),
        ("qw", reals(vec![half; n])),
        ("qx", reals(vec![0.0; n])),
        ("qy", reals(vec![0.0; n])),
        ("qz", reals(vec![half; n])),
        ("tx_m", reals(vec![100.0; n])),
        ("ty_m", reals(times.iter().map(|t| *t as f64 * 1e-8).collect())),
        ("tz_m", reals(vec![5.0; n])),
    ]);
    let mut rows: Vec<(i64, &'static str, &'static str, [f64; 6])> = Vec::new();
    for k in 0..5i64 {
        // Between two poses.
        let t = k * 100_000_000 + 5_000_000;
        rows.push((t, "bus-1", "SCHOOL_BUS", [20.0, 0.0, 1.5, 10.0, 2.5, 3.0]));
        if let Some(x) = ego_at_m {
            rows.push((t, "me", "EGO_VEHICLE", [x, 0.0, 0.2 * x, 5.0, 2.0, 1.6]));
        }
    }
    // Long after the last pose.
    rows.push((2_000_000_000, "bus-1", "SCHOOL_BUS", [20.0, 0.0, 1.5, 10.0, 2.5, 3.0]));
    let text = |texts: Vec<&'static str>| -> ArrayRef { Arc::new(StringArray::from(texts)) };
    let column = |k: usize| reals(rows.iter().map(|r| r.3[k]).collect());
    let n = rows.len();
    let boxes = feather(vec![
        (
            "timestamp_ns",
            Arc::new(Int64Array::from(rows.iter().map(|r| r.0).collect::<Vec<_>>())) as ArrayRef,
        ),
        ("track_uuid", text(rows.iter().map(|r| r.1).collect())),
        ("category", text(rows.iter().map(|r| r.2).collect())),
        ("length_m", column(3)),
        ("width_m", column(4)),
        ("height_m", column(5)),
        ("qw", reals(vec![1.0; n])),
        ("qx", reals(vec![0.0; n])),
        ("qy", reals(vec![0.0; n])),
        ("qz", reals(vec![0.0; n])),
        ("tx_m", column(0)),
        ("ty_m", column(1)),
        ("tz_m", column(2)),
    ]);
    Bundle {
        main: Input { name: "log/annotations.feather".into(), bytes: boxes },
        companions: vec![Input { name: "city_SE3_egovehicle.feather".into(), bytes: poses }],
    }
}

fn read(bundle: &Bundle) -> Drive {
    lukao_logs::read(bundle, &ReadOptions::default()).unwrap()
}

#[test]
fn boxes_and_poses_are_in_the_city() {
    let bundle = bundle(Some(1.5));
    assert_eq!(input::sniff(&bundle.main), Ok(Format::Argoverse));
    assert_eq!(input::sniff(&bundle.companions[0]), Ok(Format::Arrow));
    assert_eq!(input::companion_names("annotations.feather", None), ["city_SE3_egovehicle.feather"]);
    let drive = read(&bundle);
    let ego = &drive.runs_of(drive.header().ego.unwrap())[0];
    assert_eq!(ego.len(), 51, "all poses, on a clock of their own");
    // The rear axle is at (100, 0); the middle is 1.5 m further north. z is that of the underside.
    let p = ego.pose(0);
    assert!((p.x_m - 100.0).abs() < 1e-9 && (p.y_m - 1.5).abs() < 1e-9, "{p:?}");
    assert!((p.yaw_rad - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
    assert!((ego.z_m.as_ref().unwrap().get(0).unwrap() - (5.0 + 0.3 - 0.8)).abs() < 1e-9);
    assert_eq!((ego.size.length_m, ego.origin), (5.0, Origin::VehicleBus));
    let bus = drive.header().actor_named("bus-1").unwrap();
    assert_eq!(drive.actor(bus).class, ActorClass::Bus);
    let run = &drive.runs_of(bus)[0];
    assert_eq!((run.len(), run.origin), (5, Origin::VehiclePerception));
    // At 105 ms the rear axle is at y = 1.05.
    assert!((run.pose(1).y_m - 21.05).abs() < 1e-9, "{:?}", run.pose(1));
    let noted = |code: &str| drive.header().notes.iter().any(|n| n.code == code);
    assert!(noted("argoverse-no-pose") && !noted("declared-size"));
}

#[test]
fn without_its_own_row_the_ego_has_the_size_of_the_argoverse_vehicle_and_a_note() {
    let drive = read(&bundle(None));
    let ego = &drive.runs_of(drive.header().ego.unwrap())[0];
    assert_eq!(ego.size.length_m, 4.877);
    assert!(drive.header().notes.iter().any(|n| n.code == "declared-size" && n.subject == "ego"));
}

#[test]
fn an_ego_that_lies_on_its_own_origin_has_the_middle_of_the_argoverse_vehicle() {
    let drive = read(&bundle(Some(0.0)));
    let ego = &drive.runs_of(drive.header().ego.unwrap())[0];
    assert_eq!(ego.size.length_m, 5.0, "the size is the row's");
    assert!((ego.pose(0).y_m - 1.422).abs() < 1e-9, "{:?}", ego.pose(0));
    assert!(drive.header().notes.iter().any(|n| n.code == "declared-place"));
}
