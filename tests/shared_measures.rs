//! Measures against values that others publish or computed: CommonRoad's criticality measures and SUMO's lane changes. Run with
//! LUKAO_DATA set.
#![allow(clippy::print_stderr, clippy::unwrap_used)] // Helpers of tests are tests too.

use lukao::model::code::Indicator;
use lukao::model::{Channel, Drive, Interval};
use lukao::{Align, Placed, Track};
use lukao_measure::manoeuvre;
use lukao_measure::{Admit, Ahead, Held, Measures, Who};

mod shared_data_truth;

use shared_data_truth::{as_ego, data, drive_at, sumo_events, track_at};

fn with<T>(drive: &Drive, track: &Track, f: impl FnOnce(&Measures<'_>) -> T) -> T {
    let placed = lukao::place(track, &drive.header().frame, Align::Identity).unwrap();
    let held = Held::default();
    f(&Measures::new(drive, Interval::ALL, Some(Placed::track(&placed)), Admit::ALL, &held))
}

fn s(t_ns: i64) -> f64 {
    t_ns as f64 * 1e-9
}

/// Values of the measures of CommonRoad-CriMe, from its own tests: headway 20.75 m of 8 to 6 and time to collision 2.4 s at
/// step 0, least distance 0.98 m of 8 to 7; required deceleration of 200 behind 202 at step 0 0.81 m/s².
#[test]
fn commonroad_values() {
    let Some(data) = data("commonroad_values") else { return };
    let file = |name: &str| data.join("commonroad").join(name);
    let path = file("ZAM_Urban-3_3_Repair.xml.gz");
    let (drive, track) = (drive_at(&path, Some("8")), track_at(&path).unwrap());
    let lead = with(&drive, &track, |m| m.ahead(Who::Anyone).unwrap()[0].clone());
    let Ahead::Lead(lead) = lead else { panic!("{lead:?}") };
    assert_eq!(drive.actor(lead.actor).id, "6");
    assert!((lead.gap_m.value - 20.75).abs() < 0.05, "{lead:?}");
    let ego = drive.header().ego.unwrap();
    let options = lukao_measure::contact_options(false);
    let seven = drive.header().actor_named("7").unwrap();
    let begin = drive.span().unwrap().from_ns;
    let nearest = |t_s: f64| {
        let t = begin + (t_s * 1e9) as i64;
        lukao_contact::clearance_at(&drive, ego, seven, t, &options).map(|n| n.distance_m)
    };
    let (step, least) = (0..40)
        .map(|i| f64::from(i) * 0.1)
        .filter_map(|t| Some((t, nearest(t)?)))
        .fold((0.0, f64::INFINITY), |a, b| if b.1 < a.1 { b } else { a });
    eprintln!(
        "ZAM_Urban-3_3: gap {:.3} m, least distance to 7 {least:.3} m at {step:.1} s",
        lead.gap_m.value
    );
    assert!((least - 0.98).abs() < 0.01 && (step - 2.4).abs() < 0.01, "{least} at {step}");

    let path = file("DEU_Gar-1_1_T-1.xml.gz");
    let (drive, track) = (drive_at(&path, Some("200")), track_at(&path).unwrap());
    let lead = with(&drive, &track, |m| m.ahead(Who::Vehicles).unwrap()[0].clone());
    let Ahead::Lead(lead) = lead else { panic!("{lead:?}") };
    let run = &drive.runs_of(lead.actor)[0];
    let accel = run.channels.real(Channel::AccelLon).and_then(|c| c.get(0));
    eprintln!(
        "DEU_Gar-1_1: {} {lead:?} needs {:?}, its acceleration {accel:?}",
        drive.actor(lead.actor).id,
        lead.needed_decel_mps2()
    );
    assert_eq!(drive.actor(lead.actor).id, "202");
    // Theirs: the other's acceleration, without its sign, less ours.
    let theirs = lead.needed_decel_mps2().unwrap().value - accel.unwrap_or(0.0).abs();
    assert!((theirs - 0.81).abs() < 0.02, "{theirs}");
}

/// Everybody in turn is the ego: his lane changes against SUMO's.
#[test]
fn sumo_lane_changes() {
    let Some(data) = data("sumo_lane_changes") else { return };
    let track = track_at(&data.join("sumo/maps/junction.xodr")).unwrap();
    let (mut found, mut extra) = (0, 0);
    for name in ["sumo_junction_normal", "sumo_junction_ego_redlight"] {
        let dir = data.join("sumo").join(name);
        let truth: Vec<_> = sumo_events(&dir).into_iter().filter(|e| e.what == "lane_change").collect();
        let drive = drive_at(&dir.join("fcd.xml.gz"), Some("ego"));
        for (k, actor) in drive.header().actors.iter().enumerate() {
            if !actor.class.is_motor_vehicle() {
                continue;
            }
            let mine: Vec<(f64, Indicator)> = with(&as_ego(&drive, k), &track, |m| {
                let changes = m.manoeuvres().known.iter().filter(|x| x.kind == manoeuvre::Kind::LaneChange);
                changes.map(|x| (s(x.t_ns), x.side)).collect()
            });
            let mut left = mine.clone();
            for e in truth.iter().filter(|e| e.actor == actor.id) {
                // SUMO counts lanes from the right. It tells a change when the middle of the front bumper is over the line;
                // the middle of the body follows, late if it crawls.
                let lane = |l: &str| l.rsplit('_').next().unwrap().parse::<i32>().unwrap();
                let (from, to) = e.detail.split_once("->").unwrap();
                let side = if lane(to) > lane(from) { Indicator::Left } else { Indicator::Right };
                let at = left.iter().position(|x| x.1 == side && (-0.01..3.0).contains(&(x.0 - e.from_s)));
                match at {
                    Some(i) => {
                        left.remove(i);
                        found += 1;
                    }
                    None => eprintln!(
                        "{name}: {} at {:.1} s {}: not found in {mine:?}",
                        actor.id, e.from_s, e.detail
                    ),
                }
            }
            for x in &left {
                eprintln!("{name}: {} at {:.2} s to the {:?}: not in SUMO's list", actor.id, x.0, x.1);
                extra += 1;
            }
        }
    }
    eprintln!("lane changes: {found} found, {extra} more");
    assert_eq!((found, extra), (47, 0));
}
