//! Each row of `docs/data-policy.md`, held by a test of the same name.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use lukao_logs::ingest::reference::{AngleConvention, Reference};
use lukao_logs::ingest::{At, Ingest, Policy, RawPose, Sampling, StreamIx, Value};
use lukao_model::channel::SignalState;
use lukao_model::drive::{Actor, Note, SignalIx};
use lukao_model::stream::Stream;
use lukao_model::time::{MS, S};
use lukao_model::vehicle::{ActorClass, BoxSize};
use lukao_model::{ActorIx, Channel, Drive, Error, Origin, Subject};

const SIZE: BoxSize = BoxSize { length_m: 4.0, width_m: 2.0, height_m: None, accuracy_m: None };

/// One car in one stream, 10 Hz, along +x at 10 m/s, as far as a test does not change it.
struct Scene {
    log: Ingest,
    stream: StreamIx,
    car: ActorIx,
}

impl Scene {
    fn new(sampling: Sampling) -> Self {
        let mut log = Ingest::new("scene", "test", Policy::default());
        let stream = log.add_stream(Stream::default(), Origin::Reference, sampling);
        let car = actor(&mut log, "car");
        log.header_mut().ego = Some(car);
        Self { log, stream, car }
    }

    fn push(&mut self, k: i64, change: impl FnOnce(&mut RawPose)) -> Result<(), Error> {
        let mut raw = RawPose { t_ns: k * 100 * MS, x_m: k as f64, size: Some(SIZE), ..RawPose::default() };
        change(&mut raw);
        self.log.pose(self.car, self.stream, &raw, &[], At::Row(k as u64 + 2))
    }

    fn drive(mut self, change: impl Fn(i64, &mut RawPose)) -> Result<Drive, Error> {
        for k in 0..50 {
            self.push(k, |raw| change(k, raw))?;
        }
        self.log.finish()
    }
}

fn actor(log: &mut Ingest, id: &str) -> ActorIx {
    log.add_actor(Actor { id: id.into(), class: ActorClass::Car, ..Actor::default() }).unwrap()
}

fn lockstep(change: impl Fn(i64, &mut RawPose)) -> Drive {
    Scene::new(Sampling::Lockstep).drive(change).unwrap()
}

fn note<'a>(drive: &'a Drive, code: &str) -> &'a Note {
    let notes = &drive.header().notes;
    let found: Vec<&Note> = notes.iter().filter(|n| n.code == code).collect();
    assert_eq!(found.len(), 1, "one note {code} in {notes:?}");
    found[0]
}

fn lengths(drive: &Drive) -> Vec<usize> {
    drive.runs().iter().map(lukao_model::Run::len).collect()
}

#[test]
fn sound_samples_pass_unchanged_and_without_notes() {
    let drive = lockstep(|_, _| {});
    assert_eq!(lengths(&drive), [50]);
    assert_eq!(drive.header().notes, []);
    assert_eq!(drive.header().max_gap_ns, 500 * MS);
    assert_eq!(drive.header().span, drive.span());
    let run = &drive.runs()[0];
    assert!((0..50).all(|k| run.pose(k).x_m == k as f64 && drive.times(run)[k] == k as i64 * 100 * MS));
}

#[test]
fn non_finite_poses_are_left_out_and_counted_once_a_subject() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for column in 0..3 {
            let drive = lockstep(|k, raw| {
                if k == 20 || k == 30 {
                    *[&mut raw.x_m, &mut raw.y_m, &mut raw.yaw_rad][column] = bad;
                }
            });
            assert_eq!(lengths(&drive), [48], "0.2 s between the neighbours is no gap");
            let n = note(&drive, "non-finite");
            assert_eq!((n.subject.as_str(), n.count), ("car", 2));
            assert_eq!(n.when.map(|w| (w.from_ns, w.to_ns)), Some((2 * S, 3 * S)));
        }
    }
}

#[test]
fn a_height_that_is_no_number_is_missing_and_the_pose_stays() {
    let drive = lockstep(|k, raw| raw.z_m = Some(if k == 7 { f64::NAN } else { 1.0 }));
    assert_eq!(lengths(&drive), [50]);
    let z = drive.runs()[0].z_m.as_ref().unwrap();
    assert_eq!((z.get(6), z.get(7), z.missing()), (Some(1.0), None, 1));
    assert_eq!(note(&drive, "non-finite").count, 1);
}

#[test]
fn positions_beyond_the_earth_are_left_out() {
    let drive = lockstep(|k, raw| {
        if k == 20 {
            raw.y_m = -1e300;
        }
    });
    assert_eq!(lengths(&drive), [49]);
    assert_eq!(note(&drive, "out-of-range").count, 1);
}

#[test]
fn non_finite_values_of_channels_are_invalid() {
    let mut scene = Scene::new(Sampling::Lockstep);
    for k in 0..20 {
        let raw = RawPose { t_ns: k * 100 * MS, x_m: k as f64, size: Some(SIZE), ..RawPose::default() };
        let speed = if k == 3 { f64::NAN } else { 10.0 };
        let channels = [(Channel::Speed, Value::Real(speed)), (Channel::Gear, Value::Code(77))];
        scene.log.pose(scene.car, scene.stream, &raw, &channels, At::Whole).unwrap();
    }
    let drive = scene.log.finish().unwrap();
    let run = &drive.runs()[0];
    let speed = run.channels.real(Channel::Speed).unwrap();
    assert_eq!((speed.get(2), speed.get(3), speed.missing()), (Some(10.0), None, 1));
    assert!(run.channels.get(Channel::Gear).is_none(), "a code that no gear has");
    assert_eq!(note(&drive, "non-finite").count, 1);
    assert_eq!(note(&drive, "unknown-code").count, 20);
}

#[test]
fn a_gap_ends_the_run() {
    let drive = lockstep(|k, raw| {
        if k >= 20 {
            raw.t_ns += 2 * S;
            raw.x_m += 20.0;
        }
    });
    assert_eq!(lengths(&drive), [20, 30]);
    assert_eq!(note(&drive, "gap").text, "2.100 s without a sample; run ended");
}

#[test]
fn the_gap_limit_follows_slow_logs() {
    // 2 Hz: 1.0 s is one missing sample and below 2.5 periods; 1.5 s is not.
    let slow = |hole: i64| {
        lockstep(move |k, raw| {
            raw.t_ns = (k + if k >= 20 { hole } else { 0 }) * 500 * MS;
            raw.x_m = raw.t_ns as f64 / 1e9;
        })
    };
    assert_eq!(lengths(&slow(1)), [50]);
    assert_eq!(lengths(&slow(2)), [20, 30]);
    assert_eq!(slow(1).header().max_gap_ns, 1250 * MS);
}

#[test]
fn a_repeated_sample_is_left_out_and_noted() {
    let mut scene = Scene::new(Sampling::Own);
    for k in 0..50 {
        scene.push(k, |_| {}).unwrap();
        if k == 10 || k == 11 {
            scene.push(k, |_| {}).unwrap();
        }
    }
    let drive = scene.log.finish().unwrap();
    assert_eq!(lengths(&drive), [50]);
    assert_eq!(note(&drive, "repeated-time").count, 2);
}

#[test]
fn samples_that_contradict_each_other_at_one_time_are_all_left_out_and_end_the_run() {
    let mut scene = Scene::new(Sampling::Own);
    for k in 0..50 {
        scene.push(k, |_| {}).unwrap();
        if k == 10 {
            scene.push(k, |raw| raw.y_m = 0.5).unwrap();
        }
    }
    let drive = scene.log.finish().unwrap();
    assert_eq!(lengths(&drive), [10, 39]);
    let n = note(&drive, "conflicting-samples");
    assert_eq!(n.text, "2 poses at one time, up to 0.500 m apart; all left out, run ended");
}

#[test]
fn a_clock_that_goes_back_is_an_error_that_names_both_times() {
    // A jump back by a second, one by half a period, and one that repeats old times with other places.
    for back in [1000 * MS, 50 * MS, 100 * MS] {
        let made = Scene::new(Sampling::Own).drive(|k, raw| {
            if k >= 20 {
                raw.t_ns -= back + 100 * MS;
                raw.x_m += 0.5;
            }
        });
        let text = made.unwrap_err().to_string();
        let to = ["0.9", "1.85", "1.8"][[1000, 50, 100].iter().position(|b| b * MS == back).unwrap()];
        let want = format!("scene row 22: expected times that rise, found {to} s after 1.9 s of \"car\"");
        assert_eq!(text, want);
    }
}

#[test]
fn a_late_sample_that_fills_a_free_place_is_sorted_in() {
    let mut scene = Scene::new(Sampling::Own);
    for k in (0..50).map(|k| [k, 21, 20][usize::from(k == 20) + 2 * usize::from(k == 21)]) {
        scene.push(k, |_| {}).unwrap();
    }
    let drive = scene.log.finish().unwrap();
    let sound = Scene::new(Sampling::Own).drive(|_, _| {}).unwrap();
    assert_eq!((drive.runs(), drive.clocks()), (sound.runs(), sound.clocks()));
    assert_eq!(note(&drive, "late").text, "came after 2.1 s; sorted in");
}

#[test]
fn jitter_is_kept_and_noted() {
    let drive = lockstep(|k, raw| {
        if k % 10 == 5 {
            raw.t_ns += 60 * MS;
            raw.x_m += 0.6;
        }
    });
    assert_eq!(lengths(&drive), [50]);
    assert_eq!(drive.times(&drive.runs()[0])[5], 560 * MS);
    assert_eq!(note(&drive, "jitter").count, 10);
}

#[test]
fn a_teleport_ends_the_run() {
    let drive = lockstep(|k, raw| {
        if k >= 20 {
            raw.x_m += 5000.0;
        }
    });
    assert_eq!(lengths(&drive), [20, 30]);
    assert_eq!(note(&drive, "teleport").text, "5001.000 m in 0.100 s; run ended");
}

#[test]
fn what_is_a_teleport_depends_on_the_class() {
    let jump = |class| {
        let mut scene = Scene::new(Sampling::Lockstep);
        scene.log.actor_mut(scene.car).class = class;
        // 5 m in 0.1 s: no pedestrian, but a racing car.
        let change = |k: i64, raw: &mut RawPose| raw.x_m = if k >= 20 { 5.0 } else { 0.0 };
        lengths(&scene.drive(change).unwrap())
    };
    assert_eq!(jump(ActorClass::Pedestrian), [20, 30]);
    assert_eq!(jump(ActorClass::Car), [50]);
}

#[test]
fn a_spike_is_left_out() {
    let drive = lockstep(|k, raw| {
        if k == 20 {
            raw.y_m = 3000.0;
        }
    });
    assert_eq!(lengths(&drive), [20, 29], "what was between is not known");
    assert!(drive.runs().iter().all(|r| r.y_m.values().iter().all(|y| *y == 0.0)));
    assert_eq!(note(&drive, "spike").count, 1);
}

fn with_channels(change: impl Fn(f64, &mut RawPose, &mut [f64; 3])) -> Drive {
    let mut scene = Scene::new(Sampling::Lockstep);
    for k in 0..100 {
        let t = f64::from(k) * 0.1;
        let mut raw =
            RawPose { t_ns: i64::from(k) * 100 * MS, x_m: 10.0 * t, size: Some(SIZE), ..RawPose::default() };
        let mut v = [10.0, 10.0, 0.0];
        change(t, &mut raw, &mut v);
        let channels = [
            (Channel::Speed, Value::Real(v[0])),
            (Channel::VelocityX, Value::Real(v[1])),
            (Channel::VelocityY, Value::Real(v[2])),
        ];
        scene.log.pose(scene.car, scene.stream, &raw, &channels, At::Whole).unwrap();
    }
    scene.log.finish().unwrap()
}

#[test]
fn speed_that_contradicts_position_is_invalid_where_it_does() {
    let drive = with_channels(|t, _, v| {
        if (4.0..6.0).contains(&t) {
            v[0] = 36.0; // km/h taken for m/s
        }
    });
    let speed = drive.runs()[0].channels.real(Channel::Speed).unwrap();
    assert!((40..60).all(|k| speed.get(k).is_none()), "the whole contradicting stretch");
    assert!(
        (0..28).chain(72..100).all(|k| speed.get(k) == Some(10.0)),
        "and no more than a window around it"
    );
    assert!(drive.runs()[0].channels.real(Channel::VelocityX).unwrap().missing() == 0);
    assert_eq!(note(&drive, "speed-contradicts").count, speed.missing() as u64);
}

#[test]
fn velocity_in_the_wrong_axes_is_invalid() {
    let drive = with_channels(|_, _, v| (v[1], v[2]) = (0.0, 10.0));
    let channels = &drive.runs()[0].channels;
    assert!(channels.get(Channel::VelocityX).is_none() && channels.get(Channel::VelocityY).is_none());
    assert_eq!(channels.real(Channel::Speed).unwrap().missing(), 0);
}

#[test]
fn honest_speeds_are_left_alone() {
    // Hard braking, a tight turn, reversing with a signed and with an unsigned speed, noise at standstill.
    let brake = with_channels(|t, raw, v| {
        let s = t.min(1.0);
        raw.x_m = 10.0 * s - 5.0 * s * s;
        v[0] = 10.0 - 10.0 * s;
        v[1] = v[0];
    });
    let turn = with_channels(|t, raw, v| {
        (raw.x_m, raw.y_m) = (5.0 * (2.0 * t).sin(), 5.0 - 5.0 * (2.0 * t).cos());
        (v[1], v[2]) = (10.0 * (2.0 * t).cos(), 10.0 * (2.0 * t).sin());
    });
    let shuttle = |signed: bool| {
        with_channels(move |t, raw, v| {
            raw.x_m = 3.0 * (t * 0.8).sin();
            v[1] = 2.4 * (t * 0.8).cos();
            v[0] = if signed { v[1] } else { v[1].abs() };
        })
    };
    let noise = with_channels(|t, raw, v| {
        raw.x_m = if (t * 10.0).round() as i64 % 2 == 0 { 0.02 } else { -0.02 };
        *v = [0.0; 3];
    });
    for drive in [brake, turn, shuttle(true), shuttle(false), noise] {
        assert_eq!(drive.header().notes, []);
    }
}

#[test]
fn a_change_of_size_ends_the_run_and_rounding_does_not() {
    let grown = |by: f64| {
        lockstep(move |k, raw| {
            if k >= 20 {
                raw.size = Some(BoxSize { length_m: 4.0 + by, ..SIZE });
            }
        })
    };
    assert_eq!(lengths(&grown(0.005)), [50]);
    let drive = grown(6.0);
    assert_eq!(lengths(&drive), [20, 30]);
    assert_eq!(drive.runs()[1].size.length_m, 10.0);
    assert_eq!(note(&drive, "size-change").text, "from 4 × 2 m to 10 × 2 m; run ended");
    // Slow growth is measured from the run's first sample, so it cannot creep.
    let creeping = lockstep(|k, raw| raw.size = Some(BoxSize { length_m: 4.0 + 0.004 * k as f64, ..SIZE }));
    assert!(creeping.runs().len() > 10);
}

#[test]
fn a_size_that_is_no_size_is_an_error() {
    for (length_m, shown) in
        [(-4.0, "-4"), (0.0, "0"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (5000.0, "5000")]
    {
        let mut scene = Scene::new(Sampling::Lockstep);
        let bad = scene.push(0, |raw| raw.size = Some(BoxSize { length_m, ..SIZE })).unwrap_err();
        let want =
            format!("scene row 2: expected a size above 0 and at most 500 m, found {shown} × 2 m of \"car\"");
        assert_eq!(bad.to_string(), want);
    }
    let mut scene = Scene::new(Sampling::Lockstep);
    let bad = scene.push(0, |raw| raw.size = None).unwrap_err();
    let want = "scene row 2: expected a length and a width of each actor, found none for \"car\"";
    assert_eq!(bad.to_string(), want);
}

#[test]
fn a_declared_size_holds_until_the_log_says_another() {
    let mut scene = Scene::new(Sampling::Lockstep);
    scene.log.set_size(scene.car, BoxSize { length_m: 5.0, ..SIZE }, At::Whole).unwrap();
    let drive = scene.drive(|k, raw| raw.size = (k >= 20).then_some(SIZE)).unwrap();
    let sizes: Vec<f64> = drive.runs().iter().map(|r| r.size.length_m).collect();
    assert_eq!(sizes, [5.0, 4.0]);
}

#[test]
fn an_actor_that_vanishes_near_the_ego_is_noted() {
    let vanish = |x_m: f64| {
        let mut scene = Scene::new(Sampling::Lockstep);
        let other = actor(&mut scene.log, "other");
        for k in 0..20 {
            let raw = RawPose { t_ns: k * 100 * MS, x_m, y_m: 5.0, size: Some(SIZE), ..RawPose::default() };
            scene.log.pose(other, scene.stream, &raw, &[], At::Whole).unwrap();
        }
        scene.drive(|_, _| {}).unwrap()
    };
    let near = vanish(19.0);
    assert_eq!(note(&near, "vanished").text, "last seen 5.0 m from the ego; what it did then is not known");
    assert_eq!(vanish(90.0).header().notes, []);
}

#[test]
fn an_ego_whose_data_end_early_is_noted() {
    let mut scene = Scene::new(Sampling::Lockstep);
    let other = actor(&mut scene.log, "other");
    for k in 0..100 {
        let raw = RawPose { t_ns: k * 100 * MS, x_m: 500.0, size: Some(SIZE), ..RawPose::default() };
        scene.log.pose(other, scene.stream, &raw, &[], At::Whole).unwrap();
    }
    let drive = scene.drive(|_, _| {}).unwrap();
    let n = note(&drive, "vanished");
    assert_eq!((n.subject.as_str(), n.text.as_str()), ("car", "no pose in the last 5.000 s of the log"));
}

#[test]
fn an_empty_log_is_an_error() {
    let empty = Scene::new(Sampling::Lockstep).log.finish().unwrap_err().to_string();
    assert_eq!(empty, "scene: expected at least one pose or value, found an empty log");
    let broken = Scene::new(Sampling::Lockstep).drive(|_, raw| raw.x_m = f64::NAN).unwrap_err().to_string();
    assert_eq!(
        broken,
        "scene: expected at least one pose or value, found only samples that cannot be used (non-finite: \
         pose (NaN, 0, 0 rad) that is no finite number; sample left out)"
    );
}

#[test]
fn times_that_could_overflow_are_an_error() {
    for t_ns in [i64::MIN, i64::MAX] {
        let mut scene = Scene::new(Sampling::Lockstep);
        assert!(scene.push(0, |raw| raw.t_ns = t_ns).unwrap_err().to_string().contains("within 146 years"));
    }
}

/// Two actors, of which `b` misses every fifth frame.
fn two(sampling: Sampling, interleaved: bool) -> Drive {
    let mut scene = Scene::new(sampling);
    let other = actor(&mut scene.log, "b");
    let add = |scene: &mut Scene, who: ActorIx, k: i64| {
        if who == other && k % 5 == 4 {
            return;
        }
        let raw = RawPose { t_ns: k * 100 * MS, x_m: k as f64, size: Some(SIZE), ..RawPose::default() };
        scene.log.pose(who, scene.stream, &raw, &[], At::Whole).unwrap();
    };
    let car = scene.car;
    if interleaved {
        (0..50).for_each(|k| [car, other].into_iter().for_each(|who| add(&mut scene, who, k)));
    } else {
        [car, other].into_iter().for_each(|who| (0..50).for_each(|k| add(&mut scene, who, k)));
    }
    scene.log.finish().unwrap()
}

#[test]
fn frames_share_a_clock_and_what_skips_a_frame_has_its_own() {
    let drive = two(Sampling::Lockstep, true);
    assert_eq!(lengths(&drive), [50, 40]);
    assert_eq!(drive.clocks().len(), 2);
    assert_ne!(drive.runs()[0].clock, drive.runs()[1].clock);
    assert_eq!(drive.times(&drive.runs()[1])[4], 500 * MS);
    assert_eq!(two(Sampling::Own, true).clocks().len(), 2);
}

#[test]
fn the_order_of_actors_in_the_log_does_not_matter() {
    for sampling in [Sampling::Lockstep, Sampling::Own] {
        assert_eq!(two(sampling, true), two(sampling, false));
    }
}

#[test]
fn a_second_source_of_poses_is_not_mixed_in() {
    let mut scene = Scene::new(Sampling::Lockstep);
    let name = Stream { name: "camera".into(), ..Stream::default() };
    let camera = scene.log.add_stream(name, Origin::VehiclePerception, Sampling::Own);
    scene.push(0, |_| {}).unwrap();
    let raw = RawPose { t_ns: 50 * MS, x_m: 3.0, size: Some(SIZE), ..RawPose::default() };
    scene.log.pose(scene.car, camera, &raw, &[], At::Whole).unwrap();
    let drive = scene.log.finish().unwrap();
    assert_eq!((drive.samples(), drive.runs()[0].origin), (1, Origin::Reference));
    assert!(note(&drive, "second-source").text.contains("\"camera\""));
}

fn signal(sampling: Sampling, states: &[(i64, Value<'_>)]) -> Drive {
    let mut scene = Scene::new(Sampling::Lockstep);
    let stream = scene.log.add_stream(Stream::default(), Origin::Infrastructure, sampling);
    let head = scene.log.add_signal("s1");
    for (t_ns, value) in states {
        scene
            .log
            .value(Subject::Signal(head), stream, *t_ns, Channel::SignalState, *value, At::Whole)
            .unwrap();
    }
    scene.drive(|_, _| {}).unwrap()
}

fn states(drive: &Drive) -> Vec<(i64, Option<u8>)> {
    let series = &drive.series_of(Subject::Signal(SignalIx(0)))[0];
    let codes = series.channels.code(Channel::SignalState).unwrap();
    drive.series_times(series).iter().copied().zip(codes.iter()).collect()
}

const RED: u8 = SignalState::Red as u8;
const GREEN: u8 = SignalState::Green as u8;

#[test]
fn a_logged_change_holds_however_long() {
    let drive = signal(Sampling::OnChange, &[(0, Value::Code(RED)), (3 * S, Value::Code(GREEN))]);
    assert_eq!(states(&drive), [(0, Some(RED)), (3 * S, Some(GREEN))]);
    assert_eq!(drive.header().notes, []);
}

#[test]
fn a_sampled_value_is_trusted_for_the_gap_limit_only() {
    let at = [0, 1, 2, 3, 30, 31].map(|k| (k * 100 * MS, Value::Code(RED)));
    let drive = signal(Sampling::Own, &at);
    let seen = states(&drive);
    // Missing from 0.5 s after the last sample before the hole, and after the last of all (the log goes on).
    let ends: Vec<i64> = seen.iter().filter(|(_, s)| s.is_none()).map(|(t, _)| *t).collect();
    assert_eq!(ends, [800 * MS, 3600 * MS]);
    assert_eq!(note(&drive, "gap").subject, "s1");
}

#[test]
fn a_text_is_an_event_and_not_a_state() {
    let mut scene = Scene::new(Sampling::Lockstep);
    let car = Subject::Actor(scene.car);
    scene.log.value(car, scene.stream, S, Channel::Fault, Value::Text("hot"), At::Whole).unwrap();
    let drive = scene.drive(|_, _| {}).unwrap();
    assert_eq!((drive.series_of(car)[0].len, drive.header().notes.len()), (1, 0));
}

#[test]
fn values_that_contradict_each_other_are_missing() {
    let both =
        [(0, Value::Code(RED)), (S, Value::Code(RED)), (S, Value::Code(GREEN)), (2 * S, Value::Code(RED))];
    let drive = signal(Sampling::OnChange, &both);
    assert_eq!(states(&drive), [(0, Some(RED)), (S, None), (2 * S, Some(RED))]);
    assert_eq!(note(&drive, "conflicting-samples").subject, "s1");
    let twice = [(0, Value::Code(RED)), (0, Value::Code(RED))];
    assert_eq!(states(&signal(Sampling::OnChange, &twice)), [(0, Some(RED))]);
}

#[test]
fn a_code_that_the_enumeration_lacks_is_missing() {
    let drive = signal(Sampling::OnChange, &[(0, Value::Code(RED)), (S, Value::Code(99))]);
    assert_eq!(states(&drive), [(0, Some(RED)), (S, None)]);
    assert_eq!(note(&drive, "unknown-code").count, 1);
}

#[test]
fn channels_of_equal_times_ride_on_one_series() {
    let mut scene = Scene::new(Sampling::Lockstep);
    let bus = scene.log.add_stream(Stream::default(), Origin::VehicleBus, Sampling::Own);
    let car = Subject::Actor(scene.car);
    for k in 0..40 {
        let t_ns = 7 * MS + k * 50 * MS;
        scene.log.value(car, bus, t_ns, Channel::Brake, Value::Real(0.5), At::Whole).unwrap();
        scene.log.value(car, bus, t_ns, Channel::Throttle, Value::Real(0.0), At::Whole).unwrap();
        if k % 2 == 0 {
            scene.log.value(car, bus, t_ns, Channel::Gear, Value::Code(3), At::Whole).unwrap();
        }
    }
    scene.log.set_channel_accuracy(bus, Channel::Brake, 0.01);
    let drive = scene.log.finish().unwrap();
    let series = drive.series_of(car);
    assert_eq!(series.len(), 2);
    let with = |c| series.iter().find(|s| s.channels.get(c).is_some()).unwrap();
    assert_eq!(with(Channel::Brake).ordinal, with(Channel::Throttle).ordinal);
    let brake = with(Channel::Brake).channels.get(Channel::Brake).unwrap();
    assert_eq!((brake.origin, brake.accuracy.at(3)), (Origin::VehicleBus, Some(0.01)));
}

#[test]
fn ids_are_unique() {
    let mut scene = Scene::new(Sampling::Lockstep);
    let e = scene.log.add_actor(Actor { id: "car".into(), ..Actor::default() }).unwrap_err();
    assert_eq!(e.to_string(), "scene: expected ids of actors that differ, found \"car\" twice");
}

#[test]
fn any_samples_give_a_drive_or_an_error() {
    let mut rng = lukao_testkit::Rng::new(7);
    let (mut made, mut refused) = (0, 0);
    for _ in 0..2000 {
        let mut scene = Scene::new(if rng.below(2) == 0 { Sampling::Lockstep } else { Sampling::Own });
        let other = actor(&mut scene.log, "b");
        let mut t_ns = 0;
        let mut bad = false;
        for _ in 0..rng.below(60) {
            let steps = if rng.below(20) == 0 { 7 } else { 6 };
            t_ns += [0, 1, 100 * MS, 100 * MS, 100 * MS, 700 * MS, -50 * MS][rng.below(steps)];
            let odd = [f64::NAN, f64::INFINITY, 1e300, -1e9, 5000.0, 0.0];
            let mut number = |usual: f64| if rng.below(12) == 0 { odd[rng.below(6)] } else { usual };
            let raw = RawPose {
                t_ns,
                x_m: number(t_ns as f64 * 1e-8),
                y_m: number(0.0),
                yaw_rad: number(1.0),
                z_m: Some(number(0.0)),
                size: Some(BoxSize { length_m: if number(4.0) == 5000.0 { 4.5 } else { 4.0 }, ..SIZE }),
                position_accuracy_m: Some(number(0.1)),
                yaw_accuracy_rad: None,
            };
            let speed = number(10.0);
            let who = [scene.car, other][rng.below(2)];
            let channels = [(Channel::Speed, Value::Real(speed))];
            bad |= scene.log.pose(who, scene.stream, &raw, &channels, At::Whole).is_err();
        }
        assert!(!bad);
        // `finish` verifies every promise of the type.
        match scene.log.finish() {
            Ok(_) => made += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(made > 500 && refused > 100, "{made} made, {refused} refused");
}

#[test]
fn reference_points_and_angles_meet_at_the_centre() {
    use std::f64::consts::{FRAC_PI_2, PI};
    // The same heading, a quarter turn left of +x, in every convention.
    let north = [
        (AngleConvention::RadCcwFromEast, FRAC_PI_2),
        (AngleConvention::DegCcwFromEast, 90.0),
        (AngleConvention::RadCwFromNorth, 0.0),
        (AngleConvention::DegCwFromNorth, 360.0),
        (AngleConvention::RadCwFromEast, -FRAC_PI_2),
        (AngleConvention::DegCwFromEast, 270.0),
        (AngleConvention::RadCcwFromNorth, 2.0 * PI),
        (AngleConvention::DegCcwFromNorth, 0.0),
    ];
    for (convention, angle) in north {
        assert!((convention.to_yaw_rad(angle) - FRAC_PI_2).abs() < 1e-12, "{convention:?}");
    }
    assert!(AngleConvention::DegCwFromNorth.to_yaw_rad(f64::NAN).is_nan());
    // A car of 4 × 2 m at (10, 20) that heads north, told by different points.
    let told = [
        (Reference::Centre, (10.0, 20.0)),
        (Reference::FrontBumper, (10.0, 22.0)),
        (Reference::RearBumper, (10.0, 18.0)),
        (Reference::Offset { forward_m: 1.4, left_m: 0.0 }, (10.0, 18.6)),
        (Reference::Offset { forward_m: 0.0, left_m: 0.5 }, (10.5, 20.0)),
    ];
    for (reference, (x, y)) in told {
        let (cx, cy) = reference.to_centre(x, y, FRAC_PI_2, 4.0, 2.0);
        assert!((cx - 10.0).abs() < 1e-12 && (cy - 20.0).abs() < 1e-12, "{reference:?} {cx} {cy}");
    }
    assert_eq!(Reference::MinXMaxYCorner.to_centre(8.0, 21.0, 0.0, 4.0, 2.0), (10.0, 20.0));
}
