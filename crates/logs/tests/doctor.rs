//! The log doctor: for each symptom a drive that has it and a twin, one number away, that does not.
#![allow(clippy::unwrap_used, reason = "a test")]

use lukao_logs::doctor::{Diagnosis, Known, Severity, Whose, examine};
use lukao_model::channel::Channel;
use lukao_model::code::{DrivingMode, Gear, SignalState};
use lukao_model::drive::{Drive, Pose};
use lukao_model::frame::Frame;
use lukao_model::stream::{Stream, Sync, TimeBase};
use lukao_model::vehicle::ActorClass;
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion, State, random_drive};

fn has(drive: &Drive, code: &str, subject: &str) -> bool {
    examine(drive).symptoms.iter().any(|s| s.code == code && s.subject == subject)
}

/// The bad twin has the symptom, the good one has it not.
fn twins(code: &str, subject: &str, make: impl Fn(bool) -> Drive) {
    let lines =
        |d: &Drive| examine(d).symptoms.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let (bad, good) = (make(true), make(false));
    assert!(has(&bad, code, subject), "{code} is not found in\n{}", lines(&bad));
    assert!(!has(&good, code, subject), "{code} is found in\n{}", lines(&good));
}

fn ego(motion: Motion) -> ActorBuilder {
    ActorBuilder::car("ego").motion(motion)
}

/// A drive with a curve, so that courses differ.
fn curve() -> Motion {
    Motion::at(0.0, 0.0, 0.4).speed(8.0).cruise(3.0).arc(20.0, 5.0).cruise(2.0)
}

fn with_ego(ego: ActorBuilder) -> DriveBuilder {
    DriveBuilder::new("d").hz(20.0).ego(ego)
}

/// A pose in other numbers.
fn warped(motion: Motion, warp: impl Fn(State) -> State + Send + std::marker::Sync + 'static) -> Motion {
    Motion::function(move |t| warp(motion.state(t)))
}

#[test]
fn a_complete_log_has_nothing_wrong() {
    let drive = with_ego(
        ego(curve())
            .dynamics()
            .code(Channel::DrivingMode, |_, _| Some(DrivingMode::Automated.code()))
            .code(Channel::Indicator, |_, _| Some(0))
            .code(Channel::BrakeLamp, |_, _| Some(0))
            .code(Channel::Gear, |_, _| Some(Gear::Forward.code()))
            .code(Channel::FixQuality, |_, _| Some(4)),
    )
    .actor(ActorBuilder::pedestrian("p").motion(Motion::at(30.0, 9.0, 0.0).speed(1.4)))
    .signal("s", &[(0.0, Some(SignalState::Red))])
    .build();
    let d = examine(&drive);
    assert_eq!(d.symptoms, [], "{:?}", d.symptoms.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(d.worst(), None);
    assert_eq!((d.holds.ego.as_deref(), d.holds.samples, d.holds.signals), (Some("ego"), 402, 1));
    let line = |whose, c: Channel| {
        d.holds.channels.iter().find(|l| l.whose == whose && l.channel == c.name()).unwrap()
    };
    let speed = line(Whose::Ego, Channel::Speed);
    assert_eq!((speed.values, speed.coverage, speed.accuracy), (201, 1.0, Known::Yes));
    assert!((speed.rate_hz.unwrap() - 20.0).abs() < 1e-9);
    assert_eq!(line(Whose::Others, Channel::X).subjects, 1);
}

#[test]
fn what_is_missing() {
    twins("no-ego", "", |bad| with_ego(ego(curve())).with(|_| ()).build().with_ego_removed(bad));
    twins("no-poses", "ego", |bad| {
        let a = ego(curve());
        with_ego(if bad { a.present_s(&[]) } else { a }).build()
    });
    twins("frame-unknown", "", |bad| {
        with_ego(ego(curve())).frame(if bad { Frame::default() } else { Frame::local("field") }).build()
    });
    twins("missing-channel", "ego", |bad| {
        let all =
            Channel::ALL.iter().filter(|c| !matches!(c, Channel::X | Channel::Y | Channel::Yaw | Channel::Z));
        let a = all.fold(ego(Motion::at(0.0, 0.0, 0.0)), |a, c| match c.kind() {
            lukao_model::channel::Kind::Real => a.real(*c, |_, _| Some(0.0)),
            lukao_model::channel::Kind::Code if bad && *c == Channel::DrivingMode => a,
            lukao_model::channel::Kind::Code => a.code(*c, |_, _| Some(0)),
            lukao_model::channel::Kind::Text => a,
        });
        with_ego(a).build()
    });
    twins("missing-channel", "signals", |bad| {
        let d = with_ego(ego(curve()));
        if bad { d.build() } else { d.signal("s", &[(0.0, None)]).build() }
    });
    twins("accuracy-unknown", "ego", |bad| {
        with_ego(ego(curve()).accuracy((!bad).then_some(0.02), None)).build()
    });
    twins("sync", "bus", |bad| {
        let sync = if bad { Sync::None } else { Sync::Ptp };
        let bus =
            Stream { name: "bus".into(), base: TimeBase::Utc, sync, offset_ns: 0, accuracy_ns: Some(1000) };
        with_ego(ego(curve())).stream(bus).actor(ActorBuilder::car("a").stream("bus")).build()
    });
}

trait WithEgoRemoved {
    fn with_ego_removed(self, yes: bool) -> Drive;
}

impl WithEgoRemoved for Drive {
    fn with_ego_removed(self, yes: bool) -> Drive {
        let mut h = self.header().as_ref().clone();
        if yes {
            h.ego = None;
        }
        self.with_header(std::sync::Arc::new(h)).unwrap()
    }
}

/// The drive with its first clock's times changed.
fn retimed(drive: &Drive, f: impl Fn(usize, i64) -> i64) -> Drive {
    let clocks = drive.clocks().iter().map(|c| {
        let t = c.t_ns.values().iter().enumerate().map(|(i, t)| f(i, *t)).collect();
        lukao_model::Clock { t_ns: lukao_model::Column::new(t), ..c.clone() }
    });
    Drive::new(drive.header().clone(), clocks.collect(), drive.runs().to_vec(), drive.series().to_vec())
        .unwrap()
}

#[test]
fn clocks() {
    let base = || with_ego(ego(Motion::at(0.0, 0.0, 0.0))).build();
    twins("clock-jump", "clock 0", |bad| {
        retimed(&base(), |i, t| if bad && i > 100 { t + 3_000_000_000 } else { t })
    });
    twins("jitter", "clock 0", |bad| {
        retimed(&base(), |i, t| if bad && i % 9 == 0 { t + 30_000_000 } else { t })
    });
    twins("rate-low", "ego", |bad| with_ego(ego(curve())).hz(if bad { 5.0 } else { 10.0 }).build());
    twins("gap", "ego", |bad| {
        let parts: &[(f64, f64)] = if bad { &[(0.0, 4.0), (6.0, 10.0)] } else { &[(0.0, 10.0)] };
        with_ego(ego(curve()).present_s(parts)).build()
    });
}

#[test]
fn boxes() {
    let sized = |id: &'static str, l: f64, w: f64| {
        with_ego(ego(curve())).actor(ActorBuilder::car(id).size(l, w)).build()
    };
    twins("box-swapped", "a", |bad| if bad { sized("a", 1.8, 4.5) } else { sized("a", 4.5, 1.8) });
    twins("box-implausible", "a", |bad| sized("a", if bad { 14.5 } else { 4.5 }, 1.8));
    // What may have any size is not judged by it.
    let cone = ActorBuilder::new("cone", ActorClass::Object, 0.3, 9.0);
    assert!(!has(&with_ego(ego(curve())).actor(cone).build(), "box-implausible", "cone"));
}

#[test]
fn motion_that_cannot_be() {
    let jumping = |dx: f64| Motion::at(0.0, 0.0, 0.0).speed(10.0).cruise(3.0).jump(dx, 0.0).cruise(3.0);
    twins("jump", "ego", |bad| with_ego(ego(jumping(if bad { 30.0 } else { 0.3 }))).build());
    let stops = |decel: f64| Motion::at(0.0, 0.0, 0.0).speed(20.0).cruise(3.0).brake(decel, 0.0);
    twins("acceleration-implausible", "ego", |bad| {
        with_ego(ego(stops(if bad { 80.0 } else { 10.0 }))).build()
    });
    // A pedestrian at the speed of a car.
    let walker = |v: f64| {
        with_ego(ego(curve())).actor(ActorBuilder::pedestrian("p").motion(Motion::at(0.0, 9.0, 0.0).speed(v)))
    };
    twins("jump", "p", |bad| walker(if bad { 20.0 } else { 2.0 }).build());
    twins("speed-contradicts", "ego", |bad| {
        let extra = if bad { 4.0 } else { 0.4 };
        with_ego(
            ego(curve())
                .real(Channel::Speed, move |t, s| Some(s.speed_mps + if t > 5.0 { extra } else { 0.0 })),
        )
        .build()
    });
    let backward = || Motion::at(0.0, 0.0, 0.0).speed(-5.0).cruise(10.0);
    twins("yaw-opposite", "ego", |bad| {
        let a = ego(backward());
        with_ego(if bad { a } else { a.code(Channel::Gear, |_, _| Some(Gear::Reverse.code())) }).build()
    });
}

#[test]
fn units() {
    let speed =
        |f: f64| with_ego(ego(curve()).real(Channel::Speed, move |_, s| Some(s.speed_mps * f))).build();
    twins("units-speed", "ego", |bad| speed(if bad { 3.6 } else { 1.0 }));
    assert!(!has(&speed(3.6), "speed-contradicts", "ego"), "one cause, one symptom");
    twins("units-speed", "ego", |bad| speed(if bad { 2.237 } else { 2.0 }));
    twins("speed-sign", "ego", |bad| speed(if bad { -1.0 } else { 1.0 }));
    twins("units-yaw", "ego", |bad| {
        let f = if bad { 180.0 / std::f64::consts::PI } else { 1.0 };
        with_ego(ego(warped(curve(), move |s| State {
            pose: Pose { yaw_rad: s.pose.yaw_rad * f, ..s.pose },
            ..s
        })))
        .build()
    });
    twins("yaw-convention", "ego", |bad| {
        let turned = move |s: State| {
            let yaw_rad = if bad { std::f64::consts::FRAC_PI_2 - s.pose.yaw_rad } else { s.pose.yaw_rad };
            State { pose: Pose { yaw_rad, ..s.pose }, ..s }
        };
        with_ego(ego(warped(curve(), turned))).build()
    });
    let degrees = |said: bool| {
        move |bad: bool| {
            let f = if bad { 1.0 / 111_320.0 } else { 1.0 };
            let a = ego(warped(curve(), move |s| {
                let pose = Pose { x_m: 116.3 + s.pose.x_m * f, y_m: 39.9 + s.pose.y_m * f, ..s.pose };
                State { pose, ..s }
            }));
            with_ego(if said { a.dynamics() } else { a }).span_s(0.0, 15.0).build()
        }
    };
    twins("units-degrees", "ego", degrees(true));
    twins("units-degrees", "ego", degrees(false));
    twins("units-time", "ego", |bad| {
        let d = with_ego(ego(curve()).dynamics()).build();
        retimed(&d, |_, t| if bad { t * 1000 } else { t })
    });
    twins("units-time", "ego", |bad| {
        let d = with_ego(ego(curve())).build();
        retimed(&d, |_, t| if bad { t / 1000 } else { t })
    });
    // Standing with noise is not travelling in degrees.
    let noisy = Motion::function(|t| {
        let wobble = if (t * 20.0).round() as i64 % 2 == 0 { 0.0002 } else { -0.0002 };
        State {
            pose: Pose { x_m: 10.0 + wobble, y_m: 20.0, yaw_rad: 0.0 },
            speed_mps: 0.0,
            accel_lon_mps2: 0.0,
            curvature_per_m: 0.0,
        }
    });
    assert!(!has(&with_ego(ego(noisy)).span_s(0.0, 15.0).build(), "units-degrees", "ego"));
}

#[test]
fn places() {
    let other = |z: f64| {
        with_ego(ego(curve()))
            .actor(ActorBuilder::car("a").height(Some(z), Some(1.5)).motion(Motion::at(50.0, 9.0, 0.0)))
            .build()
    };
    twins("underground", "a", |bad| other(if bad { -500.0 } else { -20.0 }));
    twins("far-above", "a", |bad| other(if bad { 100.0 } else { 6.0 }));
    let cargo = |x: f64| {
        with_ego(ego(curve()))
            .actor(ActorBuilder::car("a").motion(Motion::at(50.0, 40.0, 0.3)))
            .actor(ActorBuilder::new("box", ActorClass::Object, 1.0, 1.0).motion(Motion::at(x, 40.0, 0.0)))
    };
    twins("overlap-at-rest", "a", |bad| cargo(if bad { 50.5 } else { 55.0 }).build());
    // The same, declared as cargo; on another level; in motion.
    let exempt = cargo(50.5).build();
    let mut h = exempt.header().as_ref().clone();
    h.actors[2].exempt_from = vec![lukao_model::ActorIx(1)];
    assert!(!has(&exempt.with_header(std::sync::Arc::new(h)).unwrap(), "overlap-at-rest", "a"));
    let pair = |v: f64, z: f64| {
        let a = |id: &str, z: f64| {
            ActorBuilder::car(id).height(Some(z), Some(1.5)).motion(Motion::at(50.0, 40.0, 0.0).speed(v))
        };
        with_ego(ego(curve())).actor(a("a", 0.0)).actor(a("b", z)).build()
    };
    assert!(has(&pair(0.0, 0.0), "overlap-at-rest", "a"));
    assert!(!has(&pair(0.0, 6.0), "overlap-at-rest", "a"), "on a bridge");
    assert!(!has(&pair(3.0, 0.0), "overlap-at-rest", "a"), "towed");
}

#[test]
fn the_worst_comes_first_and_lines_and_json_say_the_same() {
    let drive = with_ego(ego(curve()).size(1.8, 4.5)).frame(Frame::default()).build();
    let d = examine(&drive.with_ego_removed(true));
    assert_eq!(
        d.symptoms[0].to_string(),
        "error no-ego: the log does not say which actor is the vehicle under test"
    );
    assert_eq!(d.worst(), Some(Severity::Error));
    let json = serde_json::to_string(&d).unwrap();
    assert_eq!(serde_json::from_str::<Diagnosis>(&json).unwrap(), d);
    let schema = serde_json::to_value(schemars::schema_for!(Diagnosis)).unwrap();
    for key in serde_json::to_value(&d).unwrap().as_object().unwrap().keys() {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
}

#[test]
fn no_drive_makes_the_doctor_fail() {
    for seed in 0..200 {
        let drive = random_drive(seed, 60);
        let d = examine(&drive);
        assert_eq!(d, examine(&drive));
        assert_eq!(d.holds.samples, drive.samples());
        assert!(serde_json::to_string(&d).is_ok());
    }
    let _ = examine(&DriveBuilder::new("empty").build());
}
