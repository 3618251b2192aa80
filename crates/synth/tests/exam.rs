//! Drives of the closed-field exam on the reference field: that they can be driven, stay on the road and touch nobody.

#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]

use lukao_model::drive::{Drive, Pose, Run};
use lukao_model::{math, time};
use lukao_synth::exam::{items, plan};
use lukao_track::Track;

fn field() -> Track {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tracks/reference-field/");
    let read = |name: &str| std::fs::read_to_string(format!("{dir}{name}")).unwrap();
    let track =
        Track::from_parts("field.xodr", read("field.xodr").as_bytes(), Some(&read("survey.toml"))).unwrap();
    track.with_stations("stations.toml", &read("stations.toml")).unwrap()
}

fn corners(p: Pose, length_m: f64, width_m: f64) -> [[f64; 2]; 4] {
    let (sin, cos) = math::sin_cos(p.yaw_rad);
    [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)].map(|(a, b)| {
        let (u, v) = (a * length_m / 2.0, b * width_m / 2.0);
        [p.x_m + u * cos - v * sin, p.y_m + u * sin + v * cos]
    })
}

/// Whether two rectangles share a point: no side of either parts them.
fn meet(a: &[[f64; 2]; 4], b: &[[f64; 2]; 4]) -> bool {
    let parted = |a: &[[f64; 2]; 4], b: &[[f64; 2]; 4]| {
        (0..4).any(|i| {
            let (p, q) = (a[i], a[(i + 1) % 4]);
            let n = [q[1] - p[1], p[0] - q[0]];
            let on = |c: &[f64; 2]| n[0] * (c[0] - p[0]) + n[1] * (c[1] - p[1]);
            let inner = on(&a[(i + 2) % 4]);
            b.iter().all(|c| on(c) * inner < 0.0)
        })
    };
    !parted(a, b) && !parted(b, a)
}

fn ego(drive: &Drive) -> &Run {
    &drive.runs()[0]
}

/// Pose of a run at a time, between its samples.
fn pose_at(drive: &Drive, run: &Run, t_ns: i64) -> Option<Pose> {
    let times = drive.times(run);
    let k = times.partition_point(|t| *t <= t_ns);
    if k == 0 || k == times.len() {
        return None;
    }
    let (a, b) = (run.pose(k - 1), run.pose(k));
    let f = (t_ns - times[k - 1]) as f64 / (times[k] - times[k - 1]) as f64;
    Some(Pose {
        x_m: a.x_m + f * (b.x_m - a.x_m),
        y_m: a.y_m + f * (b.y_m - a.y_m),
        yaw_rad: a.yaw_rad + f * math::angle_between(a.yaw_rad, b.yaw_rad),
    })
}

#[test]
fn every_item_is_driven_on_the_road_from_gate_to_gate_without_a_touch() {
    let field = field();
    let mut wrong = Vec::new();
    for item in items() {
        let made = match plan(&field, item.id, None, 1).and_then(lukao_synth::Plan::make) {
            Ok(made) => made,
            Err(e) => {
                wrong.push(format!("{}: {e}", item.id));
                continue;
            }
        };
        assert_eq!(made.truth.size, None);
        let (drive, run) = (&made.drive, ego(&made.drive));
        let times = drive.times(run);
        let mut out: f64 = f64::INFINITY;
        for (i, t_ns) in times.iter().enumerate().step_by(5) {
            let body = corners(run.pose(i), 4.5, 1.8);
            let z = run.z_m.as_ref().map(|z| z.values()[i]);
            for c in body {
                let clear = field.drivable_clearance(c, z, 2.0);
                if clear < out {
                    out = clear;
                }
            }
            for other in &drive.runs()[1..] {
                if let Some(p) = pose_at(drive, other, *t_ns)
                    && meet(&body, &corners(p, other.size.length_m, other.size.width_m))
                {
                    let who = &drive.header().actors[other.actor.0 as usize].id;
                    wrong.push(format!("{}: touches {who} at {:.2} s", item.id, time::to_s(*t_ns)));
                }
            }
        }
        if out < 0.0 {
            wrong.push(format!("{}: {:.2} m off the road", item.id, -out));
        }
        let station = field.stations().iter().find(|s| s.kind == item.id).unwrap();
        let gate = |g: &[[f64; 2]; 2], ahead: f64| {
            let side = |i: usize| {
                let p = run.pose(i);
                let (sin, cos) = math::sin_cos(p.yaw_rad);
                let at = [p.x_m + ahead * cos, p.y_m + ahead * sin];
                (g[1][0] - g[0][0]) * (at[1] - g[0][1]) - (g[1][1] - g[0][1]) * (at[0] - g[0][0])
            };
            (1..run.len()).any(|i| side(i - 1) <= 0.0 && side(i) > 0.0)
        };
        let ends_inside = ["emergency-handling", "emergency-stop"].contains(&item.id);
        if !gate(&station.entry.unwrap(), 2.25) || (!ends_inside && !gate(&station.exit.unwrap(), -2.25)) {
            wrong.push(format!("{}: does not pass both gates", item.id));
        }
        println!(
            "{}: {:.1} s, {} actors",
            item.id,
            time::to_s(times[times.len() - 1]),
            drive.runs().len() - 1
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fault_can_be_driven_and_says_its_size() {
    let field = field();
    let mut wrong = Vec::new();
    let (mut planned, mut own) = (0, 0);
    for item in items() {
        for fault in item.all_faults() {
            let plan = match plan(&field, item.id, Some(fault.id), 1) {
                Ok(plan) if plan.truth().size.is_some() && plan.truth().when_s.is_some() => plan,
                Ok(_) => {
                    wrong.push(format!("{} {}: no size", item.id, fault.id));
                    continue;
                }
                Err(e) => {
                    wrong.push(format!("{} {}: {e}", item.id, fault.id));
                    continue;
                }
            };
            planned += 1;
            // Those that all items have change what the log says, not the motion.
            if item.faults.contains(fault) {
                own += 1;
                wrong.extend(plan.make().err().map(|e| format!("{} {}: {e}", item.id, fault.id)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(planned > 440 && own > 130, "{planned}, {own}");
}

/// Strokes of a drive: lengths, backward negative.
fn strokes(drive: &Drive) -> Vec<f64> {
    let run = ego(drive);
    let mut out: Vec<f64> = Vec::new();
    for i in 1..run.len() {
        let (a, b) = (run.pose(i - 1), run.pose(i));
        let (sin, cos) = math::sin_cos(a.yaw_rad);
        let step = (b.x_m - a.x_m) * cos + (b.y_m - a.y_m) * sin;
        match out.last_mut() {
            Some(last) if step == 0.0 || (*last >= 0.0) == (step > 0.0) => *last += step,
            _ => out.push(step),
        }
    }
    out.retain(|s| s.abs() > 0.2);
    out
}

#[test]
fn manoeuvres_end_where_they_shall() {
    let field = field();
    let made = |item: &str| plan(&field, item, None, 1).unwrap().make().unwrap().drive;
    let drive = made("narrow-u-turn");
    let s = strokes(&drive);
    assert!(s.len() <= 5, "three forward and two back: {s:?}");
    let run = ego(&drive);
    let turned = math::angle_between(run.pose(0).yaw_rad, run.pose(run.len() - 1).yaw_rad);
    assert!(turned.abs() > 3.1, "{turned}");
    for (item, times) in [("garage", 2), ("parallel-parking", 1)] {
        let drive = made(item);
        let station = field.stations().iter().find(|s| s.kind == item).unwrap();
        let run = ego(&drive);
        let inside = |i: usize| {
            let body = corners(run.pose(i), 4.5, 1.8);
            station.slots.iter().any(|slot| {
                let outline: Vec<[f64; 3]> = slot.iter().map(|p| [p[0], p[1], 0.0]).collect();
                body.iter().all(|c| lukao_track::outline_distance(&outline, *c) == 0.0)
            })
        };
        let mut visits = 0;
        let mut was = false;
        for i in 0..run.len() {
            let is = inside(i);
            if is && !was {
                visits += 1;
            }
            was = is;
        }
        assert_eq!(visits, times, "{item}: {:?}", strokes(&drive));
    }
}
