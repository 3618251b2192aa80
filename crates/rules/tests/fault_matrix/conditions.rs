//! Cases of the rules about what an attempt asks for beside its station.

use lukao_model::Channel;
use lukao_model::code::{FixQuality, HmiAlert};
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_testkit::DriveBuilder;

use crate::case::Case;
use crate::lack::Lack;

pub fn cases() -> Vec<Case> {
    vec![
        Case::at_most("starts-late", 5.0, "s")
            .fault("moves off this long after the go", |s| {
                // It is in motion 0.2 s after it begins to move.
                let speed = Speed::of(0.0).hold_s(3.0 + s - 0.2).to(5.0, 1.5);
                let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), speed));
                Plan::new("waits", s + 8.0, ego)
                    .when_s(3.0, 3.0 + s)
                    .log(|d| d.texts(Channel::Mark, &[(3.0, "go")]))
            })
            .params("max_s = 5.0")
            .accuracy(0.1)
            .sizes(&[1.0, 12.0])
            .lacks(Lack::DriveChannel(Channel::Mark), "mark"),
        held("parking-brake-held", Channel::ParkingBrake, (0, 1), "holds with the parking brake for this long", 0.0),
        held(
            "position-fix-lost",
            Channel::FixQuality,
            (FixQuality::RtkFixed.code(), FixQuality::RtkFloat.code()),
            "the fix floats for this long",
            5.0,
        ),
        held("lamp-off-in-station", Channel::RearFogLamp, (1, 0), "the lamp is off for this long", 5.0),
        held("input-in-attempt", Channel::RemoteCommand, (0, 1), "a remote command for this long", 5.0),
        Case::at_most("not-slowed", 30.0, "km/h")
            .fault("goes on at this speed", |kmh| {
                Plan::new("enters", 8.0, straight(Speed::of(kmh / 3.6))).when_s(0.0, 8.0)
            })
            .params("max_kmh = 30.0")
            .accuracy(0.01)
            .sizes(&[10.0, 49.0]),
        Case::at_least("speed-not-reached", 20.0, "km/h")
            .fault("gets up to this speed", |kmh| {
                let speed = Speed::of(2.0).hold_s(2.0).to(kmh / 3.6, 1.0);
                Plan::new("goes", 20.0, straight(speed)).when_s(0.0, 20.0)
            })
            .params("least_kmh = 20.0")
            .accuracy(0.01)
            .sizes(&[10.0, 40.0]),
        Case::at_least("manoeuvre-missing", 1.0, "1")
            .fault("changes lanes this often", |n| {
                let path = Path::from(20.0, -1.75, 0.0).straight(60.0);
                let path = if n > 0.0 { path.shift(-3.5, 60.0) } else { path.straight(60.0) };
                let ego = Body::car("ego").course(Course::new(path.straight(300.0), Speed::of(12.0)));
                let indicator = [(0.0, Some(0)), (1.5, Some(if n > 0.0 { 2 } else { 0 })), (11.0, Some(0))];
                Plan::new("changes", 16.0, ego)
                    .when_s(0.0, 16.0)
                    .log(move |d| d.actor_codes("ego", Channel::Indicator, &indicator))
                    .on(xodr::Map::new().road(xodr::Road::one_way("1", 600.0, 2)).track().unwrap())
            })
            .params("least = 1.0")
            .sizes(&[0.0, 1.0])
            .exact(),
        Case::at_least("few-sign-kinds", 3.0, "1")
            .fault("passes this many kinds", |n| {
                let codes = ["131", "276", "222", "272"];
                let mut road = xodr::Road::two_way("1", 600.0);
                for (i, code) in codes.iter().take(n as usize).enumerate() {
                    let s = 50.0 + 30.0 * i as f64;
                    road = road.signal(&format!(
                        r#"<signal id="S{i}" name="" s="{s}" t="-5" zOffset="2" orientation="+" dynamic="no"
                        country="OpenDRIVE" type="{code}" subtype="-1"><validity fromLane="-1" toLane="-1"/></signal>"#
                    ));
                }
                let ego = straight(Speed::of(10.0));
                Plan::new("signs", 20.0, ego).when_s(0.0, 20.0).on(xodr::Map::new().road(road).track().unwrap())
            })
            .params("least = 3.0")
            .sizes(&[0.0, 2.0, 3.0, 4.0])
            .exact(),
        Case::at_most("fault-not-alerted", 4.0, "s")
            .fault("tells of a fault after this time", |s| {
                let alerts = [(0.0, Some(0)), (3.0 + s, Some(HmiAlert::Warning.code()))];
                Plan::new("fault", 20.0, straight(Speed::of(8.0))).when_s(3.0, 3.0 + s).log(move |d| {
                    d.actor_codes("ego", Channel::HmiAlert, &alerts).actor_texts("ego", Channel::Fault, &[(3.0, "lidar")])
                })
            })
            .accuracy(0.01)
            .sizes(&[0.5, 12.0])
            .exact(),
        Case::at_least("out-of-conditions", 500.0, "m")
            .fault("one can see this far", |m| {
                Plan::new("weather", 10.0, straight(Speed::of(8.0)))
                    .when_s(0.0, 10.0)
                    .log(move |d| d.reals(Channel::Visibility, &[(0.0, Some(m))]))
            })
            .params("min = 500.0")
            .accuracy(0.1)
            .sizes(&[300.0, 2000.0])
            .lacks(Lack::DriveChannel(Channel::Visibility), "visibility_m"),
        Case::at_most("v2x-not-heeded", 30.0, "km/h")
            .fault("slows down to this after a message", |kmh| {
                let speed = Speed::of(13.0).hold_s(4.0).to(kmh / 3.6, 2.0);
                Plan::new("message", 20.0, straight(speed))
                    .when_s(3.0, 13.0)
                    .log(|d| d.actor_texts("ego", Channel::V2x, &[(3.0, "works ahead")]))
            })
            .accuracy(0.01)
            .sizes(&[10.0, 46.0]),
        Case::at_most("late-kerb-stop", 60.0, "m")
            .fault("stands after this way", |way_m| {
                let speed = Speed::of(8.0).stop_at_m(24.0 + way_m, 2.0);
                let end_s = speed.end_s();
                Plan::new("told", end_s + 4.0, straight(speed))
                    .when_s(3.0, end_s)
                    .log(|d| d.texts(Channel::Command, &[(3.0, "stop within 60 m")]))
            })
            // It counts as standing a little before it does.
            .accuracy(0.03)
            .sizes(&[20.0, 90.0])
            .lacks(Lack::DriveChannel(Channel::Command), "command"),
    ]
}

fn straight(speed: Speed) -> Body {
    Body::car("ego").course(Course::new(Path::from(20.0, -1.75, 0.0).straight(500.0), speed))
}

/// A code of the ego says the other for this long.
fn held(
    rule: &'static str,
    channel: Channel,
    (usual, other): (u8, u8),
    words: &'static str,
    mps: f64,
) -> Case {
    Case::at_most(rule, 2.0, "s")
        .fault(words, move |s| {
            let codes = [(0.0, Some(usual)), (3.0, Some(other)), (3.0 + s, Some(usual))];
            let more = move |d: DriveBuilder| {
                let d = d.actor_codes("ego", channel, &codes);
                if rule != "input-in-attempt" {
                    return d;
                }
                d.actor_codes("ego", Channel::DriverOverride, &[(0.0, Some(0))]).actor_codes(
                    "ego",
                    Channel::EmergencyStop,
                    &[(0.0, Some(0))],
                )
            };
            Plan::new(rule, 16.0, straight(Speed::of(mps))).when_s(3.0, 3.0 + s).log(more)
        })
        .params("max_s = 2.0")
        // Time is counted in steps between samples.
        .accuracy(0.051)
        .sizes(&[0.5, 8.0])
        .exact()
}
