//! Cases of the rules on people, school zones and emergency vehicles.

use std::f64::consts::FRAC_PI_2;

use lukao_model::Channel;
use lukao_model::code::Switch;
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_track::Track;

use crate::case::Case;
use crate::junctions::slow_s;
use crate::lack::Lack;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_least("pedestrian-not-yielded", 3.0, "m")
            .fault("enters a crossing with somebody on it so near to its side", on_crossing)
            .accuracy(0.001)
            .sizes(&[1.0, 4.0])
            .compliant("waits for somebody who crosses", waits())
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("pedestrian-cut-off", 3.0, "m")
            .fault("drives on as somebody who crosses the road is so near to its side", cuts_off)
            .accuracy(0.01)
            .sizes(&[1.0, 4.0])
            .compliant("waits for somebody who crosses the road", waits_away())
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("crossing-not-slowed", 30.0, "km/h")
            .fault("drives onto a crossing at this speed", |kmh| at_speed("crosswalk", kmh))
            .accuracy(0.01)
            .sizes(&[20.0, 45.0]),
        Case::at_most("fast-in-school-zone", 30.0, "km/h")
            .fault("drives through a school zone at this speed", |kmh| at_speed("schoolZone", kmh))
            .accuracy(0.01)
            .sizes(&[20.0, 45.0]),
        Case::at_least("close-pass-of-cyclist", 1.0, "m")
            .fault("overtakes a cyclist with this much room", |room| overtakes(room, 10.0))
            .accuracy(0.001)
            .sizes(&[0.6, 1.4])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("close-pass-of-cyclist", 1.5, "m")
            .fault("overtakes a cyclist at 54 km/h with this much room", |room| overtakes(room, 15.0))
            .accuracy(0.001)
            .sizes(&[1.2, 2.0]),
        Case::at_most("emergency-vehicle-held-up", 10.0, "s")
            .fault("stays before an ambulance on duty for this long", held_up)
            .accuracy(0.06)
            .sizes(&[4.0, 16.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_most("stops-near-hydrant", 20.0, "s")
            .fault("stands beside a hydrant for this long", |for_s| {
                beside(
                    "<object id=\"5\" type=\"pole\" name=\"hydrant\" s=\"100\" t=\"-4.5\" hdg=\"0\"/>",
                    for_s,
                )
            })
            .accuracy(0.1)
            .sizes(&[5.0, 40.0]),
        Case::at_most("stops-at-bus-stop", 20.0, "s")
            .fault("stands beside a bus stop for this long", bus_stop)
            .accuracy(0.1)
            .sizes(&[5.0, 40.0]),
    ]
}

/// A road along +x with an object at 100 m.
fn road(object: &str) -> Track {
    let road = xodr::Road::two_way("1", 300.0).limit_kmh(60.0).object(object);
    xodr::Map::new().road(road).track().unwrap()
}

fn area(kind: &str, length_m: f64) -> Track {
    road(&format!(
        "<object id=\"4\" type=\"{kind}\" s=\"100\" t=\"0\" hdg=\"0\" length=\"{length_m}\" width=\"7\"/>"
    ))
}

fn in_lane(speed: Speed, from_m: f64) -> Body {
    Body::car("ego").course(Course::new(Path::from(0.0, -1.75, 0.0).straight(300.0), speed).from_m(from_m))
}

fn on_crossing(gap_m: f64) -> Plan {
    let person =
        Body::pedestrian("walker").course(Course::standing(100.0, -1.75 + 0.9 + 0.3 + gap_m, FRAC_PI_2));
    // 4 m deep: from x = 98 m on.
    let enters_s = (98.0 - 40.0 - 2.25) / 8.0;
    Plan::new("on crossing", 14.0, in_lane(Speed::of(8.0), 40.0))
        .on(area("crosswalk", 4.0))
        .actor(person)
        .when_s(enters_s, enters_s)
}

fn waits() -> Plan {
    let path = Path::from(100.0, -5.0, FRAC_PI_2).straight(30.0);
    let person =
        Body::pedestrian("walker").course(Course::new(path, Speed::of(0.0).hold_s(4.0).to(1.3, 1.0)));
    let speed = Speed::of(8.0).stop_at_m(38.0, 1.5).hold_s(6.0).to(8.0, 1.2);
    Plan::new("waits", 26.0, in_lane(speed, 40.0)).on(area("crosswalk", 4.0)).actor(person)
}

/// Somebody walks in from the left, away from any crossing.
fn cuts_off(gap_m: f64) -> Plan {
    let level_s = (100.0 - 40.0 - 2.25) / 8.0;
    let y = -1.75 + 0.9 + 0.3 + gap_m + 1.3 * level_s;
    let path = Path::from(100.0, y, -FRAC_PI_2).straight(40.0);
    let person = Body::pedestrian("walker").course(Course::new(path, Speed::of(1.3)));
    Plan::new("cuts off", 14.0, in_lane(Speed::of(8.0), 40.0))
        .on(area("schoolZone", 4.0))
        .actor(person)
        .when_s(level_s, level_s)
}

fn waits_away() -> Plan {
    let path = Path::from(100.0, -5.0, FRAC_PI_2).straight(30.0);
    let person =
        Body::pedestrian("walker").course(Course::new(path, Speed::of(0.0).hold_s(4.0).to(1.3, 1.0)));
    let speed = Speed::of(8.0).stop_at_m(38.0, 1.5).hold_s(6.0).to(8.0, 1.2);
    Plan::new("waits", 26.0, in_lane(speed, 40.0)).on(area("schoolZone", 4.0)).actor(person)
}

fn at_speed(kind: &str, kmh: f64) -> Plan {
    let v = kmh / 3.6;
    let (from, to) = if kind == "crosswalk" { (98.0 - 2.25, 98.0 - 2.25) } else { (90.0, 110.0) };
    let length = if kind == "crosswalk" { 4.0 } else { 20.0 };
    Plan::new("speed", 12.0, in_lane(Speed::of(v), 50.0))
        .on(area(kind, length))
        .when_s((from - 50.0) / v, (to - 50.0) / v)
}

fn overtakes(room_m: f64, speed_mps: f64) -> Plan {
    let y = -1.75 - 0.9 - 0.3 - room_m;
    let path = Path::from(60.0, y, 0.0).straight(200.0);
    let cyclist = Body::bicycle("cyclist").course(Course::new(path, Speed::of(4.0)));
    let road = xodr::Road::one_way("1", 300.0, 2).limit_kmh(60.0);
    let map = xodr::Map::new().road(road).track().unwrap();
    Plan::new("overtakes", 12.0, in_lane(Speed::of(speed_mps), 20.0)).hz(50.0).on(map).actor(cyclist)
}

/// The ambulance comes up behind the ego and swings out to the left after a time.
fn held_up(for_s: f64) -> Plan {
    let lamps =
        |a: lukao_testkit::ActorBuilder| a.code(Channel::EmergencyLamp, |_, _| Some(Switch::On.code()));
    let path = Path::from(0.0, -1.75, 0.0).straight(300.0);
    // 30 m behind from the start to the end of its data.
    let ambulance = Body::car("ambulance").course(Course::new(path, Speed::of(5.0)).from_m(20.0));
    let ambulance = ambulance.log(move |a| lamps(a).present_s(&[(0.0, for_s)]));
    let road = xodr::Road::one_way("1", 300.0, 1).limit_kmh(60.0);
    Plan::new("held up", 18.0, in_lane(Speed::of(5.0), 54.5))
        .on(xodr::Map::new().road(road).track().unwrap())
        .actor(ambulance)
        .when_s(0.0, for_s)
}

fn bus_stop(for_s: f64) -> Plan {
    let object =
        "<object id=\"5\" type=\"busStop\" s=\"100\" t=\"-4.5\" hdg=\"0\" length=\"12\" width=\"1.5\"/>";
    beside(object, for_s)
}

/// Stands for a time beside something at 100 m.
fn beside(object: &str, for_s: f64) -> Plan {
    let map = road(object);
    let speed = Speed::of(8.0).stop_at_m(60.0, 1.5);
    let stops_s = speed.end_s();
    let speed = speed.hold_s(for_s - 2.0 * slow_s()).to(8.0, 1.5);
    Plan::new("beside", stops_s + for_s + 12.0, in_lane(speed, 40.0))
        .hz(50.0)
        .on(map)
        .when_s(stops_s, stops_s + for_s)
}
