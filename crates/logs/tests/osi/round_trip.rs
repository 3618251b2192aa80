//! A drive written as OSI and read again is the same drive, as far as OSI can hold it.

use lukao_logs::{Bundle, Format, Input, ReadOptions, input, osi};
use lukao_model::channel::{
    Channels, DrivingMode, Gear, Indicator, SignalState, Switch, Values, override_reason,
};
use lukao_model::frame::Crs;
use lukao_model::time::{MS, S};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Drive, Frame, Subject};
use lukao_testkit::{ActorBuilder, DriveBuilder, Motion};

fn bundle(name: &str, bytes: Vec<u8>) -> Bundle {
    Bundle { main: Input { name: name.into(), bytes }, companions: Vec::new() }
}

fn read(name: &str, bytes: Vec<u8>) -> Drive {
    lukao_logs::read(&bundle(name, bytes), &ReadOptions::default()).unwrap()
}

/// Lamps, heights, an actor that goes and comes back, names that are no numbers, signals that change between
/// frames, modes.
fn sample() -> Drive {
    let at = |t: f64, on: bool| Some(if on == (t < 2.0) { Switch::On.code() } else { Switch::Off.code() });
    let ego = ActorBuilder::car("ego")
        .motion(Motion::at(500_000.25, -3.5, 0.3).speed(10.0).cruise(2.0).arc(30.0, 1.2))
        .height(Some(-0.04), Some(1.6))
        .dynamics()
        .real(Channel::SteeringWheel, |t, _| Some(t / 10.0))
        .code(Channel::BrakeLamp, move |t, _| at(t, true))
        .code(Channel::LowBeam, move |t, _| at(t, false))
        .code(Channel::Indicator, |t, _| (t > 1.0).then_some(Indicator::Right.code()));
    let truck = ActorBuilder::new("7", ActorClass::Truck, 9.0, 2.5)
        .motion(Motion::at(500_050.0, 10.0, -2.0).speed(3.0).cruise(5.0))
        .height(None, Some(3.5));
    let walker = ActorBuilder::pedestrian("kid \"A\"")
        .motion(Motion::at(500_010.0, 20.0, 1.0).speed(1.5).cruise(5.0))
        .height(Some(0.0), None)
        .present_s(&[(0.5, 1.5), (3.0, 4.0)]);
    DriveBuilder::new("sample")
        .span_s(0.0, 5.0)
        .hz(50.0)
        .frame(Frame { crs: Crs::Local { name: "field".into() }, origin_m: [12.0, -7.0, 0.5] })
        .with(|h| h.track = Some("field.xodr".into()))
        .ego(ego)
        .actor(truck)
        .actor(walker)
        .signal(
            "S 1",
            &[
                (0.0, Some(SignalState::Red)),
                (1.013, Some(SignalState::RedAmber)),
                (1.5, Some(SignalState::Green)),
                (3.0, Some(SignalState::Unknown)),
                (4.0, Some(SignalState::FlashingAmber)),
            ],
        )
        .signal("S 2", &[(2.0, Some(SignalState::Off)), (3.0, None), (3.5, Some(SignalState::Amber))])
        .mode(&[
            (0.0, Some(DrivingMode::Manual)),
            (1.0, Some(DrivingMode::Automated)),
            (2.5, Some(DrivingMode::TakeoverRequest)),
            (3.0, Some(DrivingMode::Manual)),
            (4.5, Some(DrivingMode::Failed)),
        ])
        .actor_codes("ego", Channel::DriverOverride, &[(0.0, Some(0)), (3.0, Some(1)), (3.5, Some(0))])
        .actor_codes(
            "ego",
            Channel::OverrideReason,
            &[
                (0.0, Some(0)),
                (3.0, Some(override_reason::BRAKE | override_reason::STEERING)),
                (3.5, Some(0)),
            ],
        )
        .actor_codes(
            "ego",
            Channel::Gear,
            &[(0.0, Some(Gear::Reverse.code())), (0.7, Some(Gear::Forward.code()))],
        )
        .actor_reals("ego", Channel::Brake, &[(0.0, Some(0.0)), (3.0, Some(0.75)), (4.0, None)])
        .build()
}

/// The value of a channel of a subject's series at a time.
fn held(d: &Drive, subject: Subject, channel: Channel, t_ns: i64) -> Option<f64> {
    let last = |s: &&lukao_model::Series| {
        d.series_times(s).partition_point(|t| *t <= t_ns).checked_sub(1).map(|i| (d.series_times(s)[i], i))
    };
    let with = d.series_of(subject).iter().filter(|s| s.channels.get(channel).is_some());
    let s = with.filter(|s| last(s).is_some()).max_by_key(|s| last(s))?;
    let (_, i) = last(&s)?;
    match &s.channels.get(channel)?.values {
        Values::Real(c) => c.get(i),
        Values::Code(c) => c.get(i).map(f64::from),
        Values::Text(_) => None,
    }
}

fn close(a: &Channels, b: &Channels, channel: Channel, i: usize, j: usize) {
    if let Some(Values::Code(c)) = a.get(channel).map(|d| &d.values) {
        assert_eq!(c.get(i), b.code(channel).and_then(|c| c.get(j)), "{} at {i}", channel.name());
        return;
    }
    let (x, y) = (a.real(channel).unwrap().get(i), b.real(channel).and_then(|c| c.get(j)));
    let near = x.zip(y).map_or(x == y, |(x, y)| (x - y).abs() < 1e-9);
    assert!(near, "{} at {i}: {x:?} became {y:?}", channel.name());
}

fn same_motion(a: &Drive, b: &Drive) {
    assert_eq!(a.runs().len(), b.runs().len());
    for r in a.runs() {
        let id = &a.actor(r.actor).id;
        let other = b.header().actor_named(id).unwrap();
        let q = &b.runs_of(other)[r.ordinal as usize];
        assert_eq!(b.actor(other).class, a.actor(r.actor).class);
        assert_eq!((q.size.length_m, q.size.width_m), (r.size.length_m, r.size.width_m));
        assert_eq!(q.size.height_m, r.size.height_m);
        assert_eq!((&r.x_m, &r.y_m, &r.yaw_rad), (&q.x_m, &q.y_m, &q.yaw_rad), "poses to the bit");
        assert_eq!(a.times(r), b.times(q));
        // A height is kept where the box's is known, too.
        match (&r.z_m, r.size.height_m) {
            (Some(z), Some(_)) => {
                for i in 0..r.len() {
                    assert!((z.get(i).unwrap() - q.z_m.as_ref().unwrap().get(i).unwrap()).abs() < 1e-12);
                }
            }
            _ => assert!(q.z_m.is_none()),
        }
        for (channel, _) in r.channels.iter() {
            (0..r.len()).for_each(|i| close(&r.channels, &q.channels, channel, i, i));
        }
    }
}

#[test]
fn motion_lamps_names_and_frame_survive_both_formats() {
    let d = sample();
    let (trace, mcap) = (osi::write_trace(&d).unwrap(), osi::write_mcap(&d).unwrap());
    assert!(osi::looks_like_trace(&trace) && !osi::looks_like_trace(&mcap));
    let format = |b: &[u8]| input::sniff(&Input { name: "x".into(), bytes: b.to_vec() }).unwrap();
    assert_eq!((format(&trace), format(&mcap)), (Format::Osi, Format::Mcap));
    for back in [read("a.osi", trace), read("a.mcap", mcap)] {
        let h = back.header();
        assert_eq!(h.frame, d.header().frame);
        assert_eq!(h.track, d.header().track);
        assert_eq!(back.actor(h.ego.unwrap()).id, "ego");
        same_motion(&d, &back);
        for (k, name) in d.header().signals.iter().enumerate() {
            let now = h.signals.iter().position(|s| s == name).unwrap();
            let signal = |k: usize| Subject::Signal(lukao_model::drive::SignalIx(k as u32));
            // At every frame, also those between the signal's own ticks.
            for t in (0..=5000).step_by(20) {
                let was = held(&d, signal(k), Channel::SignalState, t * MS);
                assert_eq!(was, held(&back, signal(now), Channel::SignalState, t * MS), "{name} at {t} ms");
            }
        }
    }
}

#[test]
fn mode_override_and_pedals_survive_in_mcap_and_are_absent_in_a_trace() {
    let d = sample();
    let back = read("a.mcap", osi::write_mcap(&d).unwrap());
    let ego = |d: &Drive| Subject::Actor(d.header().ego.unwrap());
    let channels = [
        Channel::DrivingMode,
        Channel::DriverOverride,
        Channel::OverrideReason,
        Channel::Gear,
        Channel::Brake,
    ];
    for channel in channels {
        for t in (0..=5000).step_by(50) {
            let (was, is) = (held(&d, ego(&d), channel, t * MS), held(&back, ego(&back), channel, t * MS));
            assert_eq!(was, is, "{} at {t} ms", channel.name());
        }
    }
    let trace = read("a.osi", osi::write_trace(&d).unwrap());
    assert!(held(&trace, ego(&trace), Channel::DrivingMode, S).is_none());
}

#[test]
fn what_was_read_from_osi_stays_as_it_is() {
    let first = read("a.mcap", osi::write_mcap(&sample()).unwrap());
    let second = read("a.mcap", osi::write_mcap(&first).unwrap());
    same_motion(&first, &second);
    assert_eq!(first.series(), second.series());
    assert_eq!(first.clocks(), second.clocks());
    assert_eq!(first.header(), second.header());
}

#[test]
fn a_time_before_zero_fits_a_trace_and_not_mcap() {
    let d = DriveBuilder::new("early")
        .span_s(-0.5, 0.5)
        .ego(ActorBuilder::car("1").motion(Motion::at(0.0, 0.0, 0.0).speed(5.0).cruise(1.0)))
        .build();
    let back = read("a.osi", osi::write_trace(&d).unwrap());
    assert_eq!(back.times(&back.runs()[0]), d.times(&d.runs()[0]));
    let e = osi::write_mcap(&d).unwrap_err();
    assert_eq!(e.to_string(), "early: expected a time of at least 0, found -500000000 ns");
}
