//! Single facts of single messages.

use lukao_logs::osi::{self, LaneKind, LineColor, LineKind};
use lukao_logs::{ReadOptions, input};
use lukao_model::channel::{DrivingMode, Gear, SignalState};
use lukao_model::drive::SignalIx;
use lukao_model::frame::Crs;
use lukao_model::time::MS;
use lukao_model::vehicle::ActorClass;
use lukao_model::{ActorIx, Channel, Drive, Origin, Subject};

use crate::wire::{bundle, car, id, int, msg, notes, read, real, text, three, time, trace, truth, version};

const NORTH: f64 = std::f64::consts::FRAC_PI_2;

fn message(e: Result<Drive, lukao_model::Error>) -> String {
    e.unwrap_err().to_string()
}

#[test]
fn world_vectors_turn_into_the_body() {
    let base = msg(
        2,
        &[
            three(1, [4.0, 2.0, 1.5]),
            three(2, [5.0, 6.0, 0.8]),
            three(3, [0.01, -0.02, NORTH]),
            three(4, [0.5, 10.0, 0.0]),
            three(5, [-2.0, 3.0, 0.0]),
            three(6, [0.0, 0.0, 0.25]),
        ],
    );
    let object = msg(5, &[id(1, 3), base, int(3, 2), msg(6, &[int(1, 7)])]);
    let d = read(&[truth(0, &[id(3, 3), object.clone()]), truth(20, &[id(3, 3), object])]).unwrap();
    let r = &d.runs()[0];
    let value = |c| r.channels.real(c).unwrap().get(0).unwrap();
    let near = |c, v: f64| assert!((value(c) - v).abs() < 1e-12, "{}: {}", Channel::name(c), value(c));
    near(Channel::VelocityX, 0.5);
    near(Channel::VelocityY, 10.0);
    near(Channel::Speed, 10.0);
    near(Channel::AccelLon, 3.0);
    // To the west is to the left of a car that heads north.
    near(Channel::AccelLat, 2.0);
    near(Channel::YawRate, 0.25);
    near(Channel::Roll, 0.01);
    near(Channel::Pitch, -0.02);
    assert!((r.z_m.as_ref().unwrap().get(0).unwrap() - 0.05).abs() < 1e-12);
    assert_eq!(r.origin, Origin::Simulation);
    assert_eq!(d.actor(r.actor).class, ActorClass::Truck);
    assert_eq!(d.header().ego, Some(ActorIx(0)));
}

#[test]
fn what_is_missing_names_its_record() {
    let good = truth(0, &[car(1, 0.0, &[])]);
    let no_version = [time(2, 20), car(1, 0.0, &[])].concat();
    assert_eq!(
        message(read(std::slice::from_ref(&no_version))),
        "a.osi record 0: expected GroundTruth with its interface version set, found none"
    );
    assert!(read(&[good.clone(), no_version]).is_ok(), "said once is said");
    let old = [msg(1, &[int(1, 2), int(2, 2)]), time(2, 0), car(1, 0.0, &[])].concat();
    assert_eq!(
        message(read(&[old])),
        "a.osi record 0: expected GroundTruth with interface version 3, found 2.2.0"
    );
    let bare = |parts: &[Vec<u8>]| truth(20, &[msg(5, &[&[id(1, 4)], parts].concat())]);
    let place = [three(2, [0.0; 3]), three(3, [0.0; 3])];
    for (second, expected) in [
        ([version(1), car(1, 0.0, &[])].concat(), "GroundTruth with its timestamp set, found none"),
        (truth(20, &[msg(5, &[int(3, 2)])]), "an id of each moving object, found none"),
        (bare(&[]), "a base of moving object 4, found none"),
        (bare(&[msg(2, &[three(3, [0.0; 3])])]), "a position of object 4, found none"),
        (bare(&[msg(2, &place[..1])]), "an orientation of object 4, found none"),
        (bare(&[msg(2, &place)]), "a length and a width of each actor, found none for \"4\""),
        (
            bare(&[msg(2, &[&[three(1, [4.0, -2.0, 1.0])], &place[..]].concat())]),
            "a size above 0 and at most 500 m",
        ),
    ] {
        let found = message(read(&[good.clone(), second]));
        assert!(found.starts_with("a.osi record 1: expected "), "{found}");
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn a_pose_that_is_no_number_is_left_out_with_a_note() {
    let frames: Vec<_> =
        (0..10).map(|k| truth(k * 20, &[car(1, if k == 5 { f64::NAN } else { k as f64 }, &[])])).collect();
    let d = read(&frames).unwrap();
    assert_eq!(d.runs().iter().map(|r| r.len()).sum::<usize>(), 9);
    assert!(notes(&d).contains(&"non-finite 1 1".to_string()), "{:?}", notes(&d));
}

#[test]
fn stationary_objects_are_obstacles_unless_traffic_passes_through_their_box() {
    let object = |number: u64, kind: u64, size: [f64; 3], more: &[Vec<u8>]| {
        let place = [three(1, size), three(2, [10.0, 5.0, 1.0]), three(3, [0.0, 0.0, 0.5])];
        msg(4, &[id(1, number), msg(2, &[&place[..], more].concat()), msg(3, &[int(1, kind)])])
    };
    let corner = |x: f64, y: f64| msg(4, &[real(1, x), real(2, y)]);
    let triangle = [corner(-1.0, -0.5), corner(0.0, 0.5), corner(1.0, -0.5)];
    let parts = [
        car(1, 0.0, &[]),
        object(2, 3, [2.0, 1.0, 2.0], &triangle),
        object(3, 2, [30.0, 12.0, 8.0], &[]),
        object(4, 4, [0.0, 0.0, 3.0], &[]),
        // An id that a moving object has, too.
        object(1, 8, [1.0, 1.0, 1.0], &[]),
    ];
    let d = read(&[truth(0, &parts), truth(20, &parts)]).unwrap();
    let ids: Vec<&str> = d.header().actors.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "stationary-1"]);
    assert_eq!(d.header().actors[1].class, ActorClass::Object);
    let outline = d.header().actors[1].outline.clone().unwrap();
    assert_eq!(outline.corners_m, [[-1.0, -0.5], [1.0, -0.5], [0.0, 0.5]]);
    assert!(d.runs().iter().all(|r| r.len() == 2));
    assert_eq!(notes(&d), ["osi-stationary 3 2", "osi-stationary 4 2"]);
}

#[test]
fn a_trailer_belongs_to_the_vehicle_that_tows_it() {
    let truck = car(1, 0.0, &[msg(6, &[int(1, 7), int(3, 1), id(4, 2)])]);
    let d = read(&[truth(0, &[truck, car(2, -9.0, &[])])]).unwrap();
    let trailer = &d.header().actors[1];
    assert_eq!((trailer.towed_by, &trailer.exempt_from[..]), (Some(ActorIx(0)), &[ActorIx(0)][..]));
}

#[test]
fn the_host_is_named_by_truth_or_view_or_the_user() {
    let objects = [car(7, 0.0, &[]), car(8, 20.0, &[])].concat();
    let ego = |d: &Drive| d.header().ego.map(|e| d.actor(e).id.clone());
    let view =
        |host: u64| [version(1), time(2, 0), msg(7, &[time(2, 0), objects.clone()]), id(8, host)].concat();
    assert_eq!(ego(&read(&[view(8)]).unwrap()).as_deref(), Some("8"));
    assert_eq!(ego(&read(&[view(u64::MAX)]).unwrap()), None, "the largest id means none");
    assert_eq!(ego(&read(&[view(9)]).unwrap()), None, "a host that is not in the log");

    let mut options = ReadOptions::default();
    options.ego = Some("7".into());
    let b = bundle("a.osi", trace(&[view(8)]));
    assert_eq!(ego(&osi::read_trace(&b, &options).unwrap()).as_deref(), Some("7"));
    options.ego = Some("77".into());
    let e = osi::read_trace(&b, &options).unwrap_err().to_string();
    assert_eq!(e, "a.osi: expected an object with id \"77\", found ids 7, 8");
}

#[test]
fn the_frame_is_the_projection_less_its_offset() {
    let frame = |parts: &[Vec<u8>]| {
        let d = read(&[truth(0, &[parts, &[car(1, 0.0, &[])]].concat())]).unwrap();
        (d.header().frame.clone(), notes(&d))
    };
    let utm = text(14, "+proj=utm +zone=50 +datum=WGS84 +geoidgrids=egm96");
    let offset = |yaw: f64| msg(20, &[three(1, [400_000.0, 4_400_000.0, 30.0]), real(2, yaw)]);
    let (f, _) = frame(&[utm.clone(), offset(0.0)]);
    assert_eq!(f.origin_m, [400_000.0, 4_400_000.0, 30.0]);
    let Crs::Projected { definition, datum, height } = f.crs else { panic!("a projection") };
    assert!(definition.starts_with("+proj=utm"));
    assert_eq!((datum.as_deref(), height.as_deref()), (Some("WGS84"), Some("egm96")));
    let (f, said) = frame(&[utm, offset(0.1)]);
    assert_eq!((f, said), (lukao_model::Frame::local("map"), vec!["osi-turned-frame  1".to_string()]));
}

/// `HostVehicleData` at a time with one function: name, state, more.
fn host(ms: u64, functions: &[(u64, u64, Vec<u8>)], more: &[Vec<u8>]) -> Vec<u8> {
    let function =
        |(name, state, rest): &(u64, u64, Vec<u8>)| msg(12, &[int(1, *name), int(3, *state), rest.clone()]);
    let functions: Vec<Vec<u8>> = functions.iter().map(function).collect();
    [&more.concat()[..], &version(9), &time(10, ms), &id(11, 5), &functions.concat()].concat()
}

#[test]
fn host_data_alone_give_the_ego_its_modes_and_pedals() {
    let none = Vec::new;
    let messages = [
        // Highway autopilot stands by, a warning is active.
        host(0, &[(23, 5, none()), (3, 6, none())], &[msg(4, &[real(1, 0.25), int(3, 3)])]),
        host(100, &[(23, 6, none())], &[msg(4, &[int(3, u64::MAX)]), msg(5, &[real(1, 0.5)])]),
        // One that is active counts, whatever is not known of the other.
        host(200, &[(22, 0, none()), (23, 6, none())], &[]),
        host(300, &[(22, 0, none()), (23, 4, none())], &[]),
        host(400, &[(22, 2, none()), (23, 5, none())], &[]),
        host(500, &[(3, 6, none())], &[msg(6, &[msg(1, &[real(1, -0.75)])])]),
    ];
    let d = read(&messages).unwrap();
    let ego = d.header().ego.unwrap();
    assert_eq!(d.actor(ego).id, "5");
    assert!(d.runs().is_empty(), "no pose is made up");
    let s = &d.series_of(Subject::Actor(ego))[0];
    let codes = |c| s.channels.code(c).unwrap().iter().collect::<Vec<_>>();
    let mode = |m: DrivingMode| Some(m.code());
    let (manual, automated) = (mode(DrivingMode::Manual), mode(DrivingMode::Automated));
    let modes = [manual, automated, automated, None, mode(DrivingMode::Failed), None];
    assert_eq!(codes(Channel::DrivingMode), modes);
    assert!(s.channels.get(Channel::DriverOverride).is_none());
    assert_eq!(codes(Channel::Gear)[..3], [Some(Gear::Forward.code()), Some(Gear::Reverse.code()), None]);
    let reals = |c| s.channels.real(c).unwrap().iter().collect::<Vec<_>>();
    assert_eq!(reals(Channel::Throttle)[..2], [Some(0.25), None]);
    assert_eq!(reals(Channel::Brake)[..3], [None, Some(0.5), None]);
    assert_eq!(reals(Channel::SteeringWheel)[5], Some(-0.75));
    assert_eq!(notes(&d), ["osi-other-function number 3 2"]);
}

#[test]
fn host_data_that_come_first_do_not_take_the_hosts_name() {
    let d = sample_with_early_host();
    let ids: Vec<&str> = d.header().actors.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["ego"]);
    assert!(!d.series_of(Subject::Actor(ActorIx(0))).is_empty());
}

/// A sensor view whose host data are read before its ground truth, which has the host's name.
fn sample_with_early_host() -> Drive {
    let own = msg(10, &[text(2, "lukao"), text(3, "ego")]);
    let own_host = host(0, &[(23, 6, Vec::new())], &[]);
    let view =
        [version(1), time(2, 0), msg(6, &[own_host]), msg(7, &[time(2, 0), car(5, 0.0, &[own])])].concat();
    read(&[view]).unwrap()
}

#[test]
fn lights_become_heads_with_a_state_at_each_frame() {
    let bulb = |number: u64, color: u64, mode: u64, x: f64, map: Option<&str>| {
        let place = msg(2, &[three(2, [x, 0.0, 5.0 + color as f64 / 10.0]), three(3, [0.0, 0.0, 1.0])]);
        let class = msg(3, &[int(1, color), int(2, 2), int(3, mode), id(5, 40)]);
        let map = map.map(|m| msg(5, &[text(2, "net.asam.opendrive"), text(3, m)])).unwrap_or_default();
        msg(7, &[id(1, number), place, class, map])
    };
    let frame = |ms: u64, red: u64, green: u64| {
        truth(
            ms,
            &[
                car(1, 0.0, &[]),
                bulb(20, 2, red, 0.0, None),
                bulb(21, 3, 2, 0.0, None),
                bulb(22, 4, green, 0.0, None),
                bulb(30, 2, 3, 50.0, Some("sig 4")),
            ],
        )
    };
    let d =
        read(&[frame(0, 3, 2), frame(20, 2, 3), frame(40, 2, 0), truth(60, &[car(1, 0.0, &[])])]).unwrap();
    assert_eq!(d.header().signals, ["light-20", "sig 4"]);
    let states = |k: u32| {
        let s = &d.series_of(Subject::Signal(SignalIx(k)))[0];
        s.channels.code(Channel::SignalState).unwrap().iter().collect::<Vec<_>>()
    };
    let code = |s: SignalState| Some(s.code());
    let (red, green) = (code(SignalState::Red), code(SignalState::Green));
    assert_eq!(states(0), [red, green, code(SignalState::Unknown), None]);
    assert_eq!(states(1), [red, red, red, None]);
}

#[test]
fn content_decides_what_a_trace_holds() {
    let host_data = trace(&[host(0, &[(23, 5, Vec::new())], &[])]);
    let view = trace(&[[version(1), time(2, 0), msg(7, &[time(2, 0), car(1, 0.0, &[])])].concat()]);
    let plain = trace(&[truth(0, &[car(1, 0.0, &[])])]);
    for (bytes, name) in
        [(&host_data, "a_gt_b.osi"), (&view, "a_gt_b.osi"), (&plain, "a_sv_b.osi"), (&plain, "x")]
    {
        assert!(osi::looks_like_trace(bytes));
        assert_eq!(input::sniff(&bundle(name, bytes.clone()).main), Ok(lukao_logs::Format::Osi));
        let d = osi::read_trace(&bundle(name, bytes.clone()), &ReadOptions::default()).unwrap();
        let expected = if bytes == &host_data {
            "HostVehicleData"
        } else if bytes == &view {
            "SensorView"
        } else {
            "GroundTruth"
        };
        assert_eq!(d.header().streams[0].name, expected, "{name}");
    }
    let e = osi::read_trace(&bundle("t_sd_370.osi", plain), &ReadOptions::default()).unwrap_err().to_string();
    assert!(e.contains("record 0: expected a message GroundTruth, SensorView or HostVehicleData"), "{e}");
    assert!(e.contains("\"_sd_\""), "{e}");
}

#[test]
fn what_is_not_a_trace_does_not_look_like_one() {
    let no: [&[u8]; 9] = [
        b"",
        b"abc",
        b"t,x,y\n1,2,3\n",
        b"\n\n\n\n\n\n\n\n\n\n",
        b"<fcd-export>",
        b"ARROW1\0\0",
        b"\x89MCAP0\r\n\x01",
        b"PAR1\x15\x04\x15\x10",
        &[4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
    ];
    for b in no {
        assert!(!osi::looks_like_trace(b), "{b:?}");
    }
    // The beginning of a trace is enough, and a truncated one is still told as one.
    let whole = trace(&[truth(0, &[car(1, 0.0, &[]), car(2, 9.0, &[])])]);
    assert!(osi::looks_like_trace(&whole[..60]));
}

/// A road in one direction, described by physical lanes whose centre line runs against the traffic.
#[test]
fn lanes_are_seen_in_driving_direction() {
    let lane = msg(
        10,
        &[
            id(1, 11),
            msg(
                2,
                &[
                    int(1, 2),
                    three(3, [0.0, 2.0, 0.0]),
                    three(3, [100.0, 2.0, 0.0]),
                    int(4, 0),
                    id(5, 12),
                    msg(7, &[id(1, 90), id(2, 91)]),
                    id(8, 31),
                    id(9, 32),
                ],
            ),
        ],
    );
    let point = |x: f64, dash: u64| msg(2, &[three(1, [x, 4.0, 0.0]), real(2, 0.15), int(4, dash)]);
    let line = msg(9, &[id(1, 32), point(0.0, 2), point(3.0, 5), msg(3, &[int(1, 4), int(2, 4)])]);
    let limit = msg(17, &[int(1, 0), msg(3, &[msg(1, &[real(1, 72.0), int(2, 3)])])]);
    let logical = msg(19, &[id(1, 50), int(2, 2), msg(4, &[id(1, 11)]), limit]);
    let bytes = trace(&[truth(0, &[car(1, 0.0, &[])]), truth(20, &[lane, line, logical])]);
    let lanes = osi::lanes(&bundle("a.osi", bytes), &ReadOptions::default()).unwrap().unwrap();
    let l = &lanes.lanes[0];
    assert_eq!(l.centre_m, [[100.0, 2.0, 0.0], [0.0, 2.0, 0.0]]);
    assert_eq!((&l.left[..], &l.right[..]), (&[31][..], &[32][..]));
    assert_eq!((&l.before[..], &l.after[..]), (&[91][..], &[90][..]));
    assert_eq!((&l.left_lanes[..], &l.right_lanes[..]), (&[][..], &[12][..]));
    assert_eq!((l.kind, l.speed_limit_mps), (LaneKind::Driving, Some(20.0)));
    let b = &lanes.boundaries[0];
    assert_eq!((b.id, b.line, b.color), (32, LineKind::Dashed, LineColor::Yellow));
    assert_eq!(b.points.iter().map(|p| p.painted).collect::<Vec<_>>(), [Some(true), Some(false)]);
}

#[test]
fn logical_lanes_serve_where_there_are_no_others() {
    let lane = msg(19, &[id(1, 50), int(2, 3), int(8, 3), id(12, 61), id(13, 62), msg(14, &[id(1, 49)])]);
    let line = msg(18, &[id(1, 61), msg(2, &[three(1, [0.0, 1.0, 0.0])]), int(5, 2)]);
    let bytes = trace(&[truth(0, &[car(1, 0.0, &[]), lane, line])]);
    let lanes = osi::lanes(&bundle("a.osi", bytes), &ReadOptions::default()).unwrap().unwrap();
    let l = &lanes.lanes[0];
    // Driven against its reference line, so what was right is left.
    assert_eq!(
        (l.kind, &l.left[..], &l.right[..], &l.after[..]),
        (LaneKind::Biking, &[61][..], &[62][..], &[49][..])
    );
    assert_eq!(lanes.boundaries[0].line, LineKind::Solid);
}

#[test]
fn times_may_be_a_little_out_of_order_and_no_more() {
    let at = |ms: u64, x: f64| truth(ms, &[car(1, x, &[])]);
    let d = read(&[at(0, 0.0), at(40, 0.4), at(20, 0.2), at(60, 0.6)]).unwrap();
    assert_eq!(d.times(&d.runs()[0]), [0, 20 * MS, 40 * MS, 60 * MS]);
    let e = message(read(&[at(5000, 0.0), at(5020, 0.4), at(20, 0.2)]));
    assert!(e.starts_with("a.osi record 2: expected"), "{e}");
}
