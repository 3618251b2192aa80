//! Slow, obvious second answers for measures that rules rest on.

use lukao_measure::{Admit, Ahead, Held, Measures, Who};
use lukao_model::drive::Pose;
use lukao_model::time::{S, to_s};
use lukao_model::{Drive, Interval, math};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, Rng, State};
use lukao_track::{Track, example};

fn measures<'a>(drive: &'a Drive, track: &'a Track, held: &'a Held) -> Measures<'a> {
    Measures::new(drive, Interval::new(0, 3600 * S), Some(track), Admit::ALL, held)
}

/// The line is x = 100 m: step through each sample interval in 20 µs and see when the front is beyond.
#[test]
fn stop_lines_are_passed_when_a_fine_walk_says_so() {
    let track = example::signalised();
    let held = Held::default();
    let rng = &mut Rng::new(5);
    let mut passed = 0;
    for _ in 0..60 {
        let mut points = Vec::new();
        let (mut t, mut x) = (0.0, rng.range(80.0, 95.0));
        while t < 6.0 {
            points.push((t, x, rng.range(-2.5, -1.0), rng.range(-0.6, 0.6)));
            t += rng.range(0.1, 0.5);
            x += rng.range(-2.0, 4.0);
        }
        let ego = ActorBuilder::car("ego").motion(Motion::points(&points));
        let drive = DriveBuilder::new("fine").span_s(0.0, 5.0).hz(9.0).ego(ego).build();
        let m = measures(&drive, &track, &held);
        let run = &drive.runs()[0];
        let times = drive.times(run);
        let mut expected = Vec::new();
        let mut before: Option<f64> = None;
        for w in times.windows(2) {
            let n = (w[1] - w[0]) / 20_000;
            for i in 0..=n {
                let t = w[0] + i * (w[1] - w[0]) / n;
                let p = drive.pose_at(run, t).unwrap();
                let front = p.x_m + 2.25 * math::cos(p.yaw_rad);
                if before.is_some_and(|b| b < 100.0) && front >= 100.0 {
                    expected.push(t);
                }
                before = Some(front);
            }
        }
        let found: Vec<i64> = m.stop_lines_passed().iter().map(|p| p.t_ns).collect();
        // Going over and back within one sample interval leaves no trace at the samples.
        let seen: Vec<i64> = expected
            .into_iter()
            .filter(|t| {
                let k = times.partition_point(|x| x < t);
                let front = |k: usize| {
                    drive.runs()[0].pose(k).x_m + 2.25 * math::cos(drive.runs()[0].pose(k).yaw_rad)
                };
                front(k - 1) < 100.0 && front(k) >= 100.0
            })
            .collect();
        assert_eq!(found.len(), seen.len(), "{found:?} {seen:?}");
        for (a, b) in found.iter().zip(&seen) {
            assert!((a - b).abs() <= 25_000, "{a} {b}");
        }
        passed += found.len();
    }
    assert!(passed > 30, "{passed} passages");
}

/// A quarter circle to the left, radius 50 m at the reference line, one lane outside it.
const BEND: &str = r#"<OpenDRIVE>
  <header revMajor="1" revMinor="4"/>
  <road id="1" name="" length="78.53981633974483" junction="-1">
    <planView><geometry s="0" x="0" y="-50" hdg="0" length="78.53981633974483"><arc curvature="0.02"/></geometry></planView>
    <lanes><laneSection s="0">
      <center><lane id="0" type="none"/></center>
      <right><lane id="-1" type="driving"><width sOffset="0" a="4" b="0" c="0" d="0"/></lane></right>
    </laneSection></lanes>
  </road>
</OpenDRIVE>"#;

/// On a circle of 52 m the gap is the arc between the two centres less half of each length.
#[test]
fn gap_and_headway_follow_the_arc_of_a_bend() {
    const R: f64 = 52.0;
    let track = Track::from_parts("bend", BEND.as_bytes(), None).unwrap();
    let held = Held::default();
    let rng = &mut Rng::new(3);
    let on_circle = |from: f64, speed: f64| {
        Motion::function(move |t| {
            let a = from + speed * t / R;
            let pose = Pose { x_m: R * math::sin(a), y_m: -R * math::cos(a), yaw_rad: a };
            State { pose, speed_mps: speed, accel_lon_mps2: 0.0, curvature_per_m: 1.0 / R }
        })
    };
    let mut compared = 0;
    for _ in 0..40 {
        let (a, b) = (rng.range(0.05, 0.3), rng.range(0.5, 0.9));
        let (v, w) = (rng.range(3.0, 8.0), rng.range(0.0, 8.0));
        let ego = ActorBuilder::car("ego").motion(on_circle(a, v)).dynamics();
        let lead = ActorBuilder::car("lead").motion(on_circle(b, w)).dynamics().hz(33.0);
        let drive = DriveBuilder::new("bend").span_s(0.0, 3.0).hz(10.0).ego(ego).actor(lead).build();
        let m = measures(&drive, &track, &held);
        let ahead = m.ahead(Who::Vehicles).unwrap();
        for (k, one) in ahead.iter().enumerate() {
            let t = to_s(m.ego().samples()[k].t_ns);
            let (ea, la) = (a + v * t / R, b + w * t / R);
            let gap = R * (la - ea) - 4.5;
            if ea > 1.5 || la > 1.5 || gap < 0.5 {
                continue;
            }
            let Ahead::Lead(lead) = one else { panic!("{one:?} at {t} s, {ea} {la}") };
            assert!((lead.gap_m.value - gap).abs() < 0.02, "{} {gap}", lead.gap_m.value);
            let headway = lead.headway_s().unwrap().value;
            assert!((headway - gap / v).abs() < 0.02 / v + 1e-6, "{headway} {}", gap / v);
            match lead.ttc_s() {
                Some(ttc) => assert!(
                    (ttc.value - gap / (v - w)).abs() < 0.03 / (v - w),
                    "{} {}",
                    ttc.value,
                    gap / (v - w)
                ),
                None => assert!(v <= w + 1e-3),
            }
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared} compared");
}
