//! Cases of the rules on indicators, hazard lights and headlamps.

use lukao_model::Channel;
use lukao_model::code::{DrivingMode, Indicator};
use lukao_model::math;
use lukao_synth::{Body, Course, Path, Plan, Speed, xodr};
use lukao_testkit::State;

use crate::case::Case;
use crate::lack::Lack;

const LEFT: u8 = Indicator::Left as u8;
const RIGHT: u8 = Indicator::Right as u8;
const HAZARD: u8 = Indicator::Hazard as u8;

pub fn cases() -> Vec<Case> {
    let mut all = indicators();
    all.extend(others());
    all
}

fn indicators() -> Vec<Case> {
    const NEAR: (&str, &str) = ("indicator-distance", "a short lead is a short way too");
    const LATE: (&str, &str) = ("indicator-late", "a short way is a short lead too");
    vec![
        Case::at_most("indicator-missing", 0.0, "1")
            .fault("changes lanes without indicating", |n| {
                changes(|x| vec![(0.0, 0), (x.on(3.5), if n > 0.0 { 0 } else { LEFT }), (x.end_s + 1.0, 0)])
            })
            .sizes(&[0.0, 1.0])
            .exact(),
        Case::at_most("indicator-wrong-side", 0.0, "1")
            .fault("changes to the left and indicates the right", |n| {
                changes(|x| {
                    vec![(0.0, 0), (x.on(3.5), if n > 0.0 { RIGHT } else { LEFT }), (x.end_s + 1.0, 0)]
                })
            })
            .sizes(&[0.0, 1.0])
            .exact(),
        Case::at_least("indicator-late", 3.0, "s")
            .fault("indicates this long before the line", |s| {
                changes(|x| vec![(0.0, 0), (x.on(s), LEFT), (x.end_s + 1.0, 0)])
            })
            .accuracy(0.03)
            .sizes(&[1.0, 4.5])
            .side(NEAR.0, NEAR.1),
        Case::at_least("indicator-distance", 50.0, "m")
            .fault("indicates this far before the line", |m| {
                changes(|x| vec![(0.0, 0), (x.on(m / SPEED_MPS), LEFT), (x.end_s + 1.0, 0)])
            })
            .accuracy(0.6)
            .sizes(&[20.0, 80.0])
            .side(LATE.0, LATE.1),
        Case::at_most("indicator-cut-short", 0.5, "s")
            .fault("switches off this long before the change is over", |s| {
                changes(|x| vec![(0.0, 0), (x.on(3.5), LEFT), (x.end_s - s, 0)])
            })
            .params("max_s = 0.5")
            .accuracy(0.06)
            .sizes(&[0.2, 1.2])
            .exact(),
        Case::at_most("indicator-left-on", 5.0, "s")
            .fault("switches off this long after the change is over", |s| {
                changes(|x| vec![(0.0, 0), (x.on(3.5), LEFT), (x.end_s + s, 0)])
            })
            .accuracy(0.06)
            .sizes(&[1.0, 8.0])
            .exact(),
    ]
}

fn others() -> Vec<Case> {
    let lamp = |rule: &'static str, value: Channel, bad: f64, lamp: Channel, on: u8| {
        Case::at_most(rule, 2.0, "s")
            .fault("the lamp comes on this long after it is needed", move |s| needs(value, bad, lamp, on, s))
            .accuracy(0.06)
            .sizes(&[1.0, 5.0])
            .lacks(Lack::DriveChannel(value), value.name())
            .lacks(Lack::EgoChannel(lamp), lamp.name())
            .exact()
    };
    vec![
        lamp("headlamps-off-at-night", Channel::Illuminance, 10.0, Channel::LowBeam, 1),
        lamp("position-lamps-off-at-night", Channel::Illuminance, 10.0, Channel::PositionLamp, 1),
        lamp("headlamps-off-in-fog", Channel::Visibility, 120.0, Channel::LowBeam, 1),
        lamp("fog-lamps-off", Channel::Visibility, 120.0, Channel::FrontFogLamp, 1),
        lamp("hazard-lights-missing", Channel::Visibility, 60.0, Channel::Indicator, HAZARD),
        Case::at_most("headlamps-off-in-tunnel", 2.0, "s")
            .fault("the beam comes on this long after the portal", |s| {
                let codes = [(0.0, Some(0)), (5.0 + s, Some(1))];
                let path = Path::from(10.0, -1.75, 0.0).straight(400.0);
                let road = xodr::Road::two_way("1", 500.0)
                    .object(r#"<tunnel id="1" name="" s="60" length="200" type="standard"/>"#);
                let ego = Body::car("ego").course(Course::new(path, Speed::of(10.0)));
                Plan::new("tunnel", 14.0, ego)
                    .log(move |d| d.actor_codes("ego", Channel::LowBeam, &codes))
                    .when_s(5.0, 5.0 + s)
                    .on(xodr::Map::new().road(road).track().unwrap())
            })
            .accuracy(0.06)
            .sizes(&[1.0, 5.0])
            .lacks(Lack::EgoChannel(Channel::LowBeam), "low_beam")
            .exact(),
        Case::at_most("breakdown-without-hazard-lights", 5.0, "s")
            .fault("stands with a breakdown for this long before the hazard lights", |s| {
                let speed = Speed::of(10.0).to(0.0, 2.0);
                let (from_s, lamps) = (speed.end_s() + 1.0, speed.end_s() + 1.0 + s);
                let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), speed));
                Plan::new("breaks down", lamps + 4.0, ego)
                    .log(move |d| {
                        d.mode(&[(0.0, Some(DrivingMode::Automated)), (from_s, Some(DrivingMode::Failed))])
                            .actor_codes("ego", Channel::Indicator, &[(0.0, Some(0)), (lamps, Some(HAZARD))])
                    })
                    .when_s(from_s, lamps)
            })
            .accuracy(0.06)
            .sizes(&[2.0, 20.0])
            .side("disengagement", "a failure ends the automation")
            .lacks(Lack::EgoChannel(Channel::DrivingMode), "driving_mode")
            .exact(),
        Case::at_most("hazard-lights-misused", 5.0, "s")
            .fault("hazard lights for this time on a clear day", |s| {
                let codes = [(0.0, Some(0)), (3.0, Some(HAZARD)), (3.0 + s, Some(0))];
                straight(14.0)
                    .log(move |d| {
                        d.actor_codes("ego", Channel::Indicator, &codes)
                            .reals(Channel::Visibility, &[(0.0, Some(2000.0))])
                    })
                    .when_s(3.0, 3.0 + s)
            })
            .accuracy(0.06)
            .sizes(&[2.0, 8.0])
            .lacks(Lack::DriveChannel(Channel::Visibility), "visibility_m")
            .exact(),
        Case::at_least("main-beam-oncoming", 150.0, "m")
            .fault("dips the main beam this far before one who comes", |gap_m| {
                const FROM_M: f64 = 195.0;
                let car = |id: &str, x: f64, y: f64, yaw: f64| {
                    Body::car(id).course(Course::new(Path::from(x, y, yaw).straight(400.0), Speed::of(10.0)))
                };
                // They come nearer by 20 m a second.
                let dips_s = (FROM_M - gap_m) / 20.0;
                let ego = car("ego", 10.0, -1.75, 0.0)
                    .log(move |a| a.code(Channel::HighBeam, move |t, _| Some(u8::from(t <= dips_s))));
                Plan::new("meets", 9.0, ego)
                    .hz(100.0)
                    .actor(car("other", 10.0 + 4.5 + FROM_M, 1.75, std::f64::consts::PI))
                    .when_s(0.0, dips_s)
                    .on(xodr::Map::new().road(xodr::Road::two_way("1", 600.0)).track().unwrap())
            })
            // 0.2 m from sample to sample.
            .accuracy(0.21)
            .sizes(&[100.0, 180.0])
            .lacks(Lack::OthersReference, "actor poses"),
        Case::at_least("main-beam-close-behind", 50.0, "m")
            .fault("follows at this gap with the main beam on", |gap_m| {
                let road = xodr::Road::two_way("1", 600.0);
                let car = |id: &str, x: f64| {
                    let path = Path::from(x, -1.75, 0.0).straight(550.0);
                    Body::car(id).course(Course::new(path, Speed::of(10.0)))
                };
                let ego = car("ego", 10.0).log(|a| a.code(Channel::HighBeam, |_, _| Some(1)));
                Plan::new("follows", 10.0, ego)
                    .actor(car("lead", 10.0 + 4.5 + gap_m))
                    .when_s(0.0, 10.0)
                    .on(xodr::Map::new().road(road).track().unwrap())
            })
            .accuracy(0.01)
            .sizes(&[30.0, 80.0]),
    ]
}

fn straight(to_s: f64) -> Plan {
    let ego = Body::car("ego").course(Course::new(Path::from(0.0, 0.0, 0.0), Speed::of(10.0)));
    Plan::new("straight", to_s, ego)
}

/// Something gets bad at 3 s, the lamp comes on some time later.
fn needs(value: Channel, bad: f64, lamp: Channel, on: u8, after_s: f64) -> Plan {
    let codes = [(0.0, Some(0)), (3.0 + after_s, Some(on))];
    let plan = straight(12.0).log(move |d| {
        d.actor_codes("ego", lamp, &codes).reals(value, &[(0.0, Some(5000.0)), (3.0, Some(bad))])
    });
    plan.when_s(3.0, 3.0 + after_s)
}

const SPEED_MPS: f64 = 20.0;

/// Where across a road along +x the outer edge of the left front tyre of a car of the synth's is, m.
pub fn front_left_m(s: &State) -> f64 {
    let (sin, cos) = math::sin_cos(s.pose.yaw_rad);
    s.pose.y_m + (2.25 - 0.9) * sin + (0.5 * 1.55 + 0.5 * 0.2) * cos
}

/// A planned lane change: when a front wheel touches the line, and when all corners are over it.
struct Change {
    onset_s: f64,
    end_s: f64,
}

impl Change {
    fn on(&self, lead_s: f64) -> f64 {
        self.onset_s - lead_s
    }
}

/// From the right lane of two to the left one, with what the indicators show from times on.
fn changes(lamps: impl Fn(&Change) -> Vec<(f64, u8)>) -> Plan {
    let path = Path::from(10.0, -5.25, 0.0).straight(120.0).shift(3.5, 80.0).straight(300.0);
    let ego = Body::car("ego").course(Course::new(path, Speed::of(SPEED_MPS)));
    // The line is at y = -3.5; right corners leave it last.
    let corners = |t: f64| {
        let s = ego.state(t).pose;
        let (sin, cos) = math::sin_cos(s.yaw_rad);
        [(2.25, 0.9), (-2.25, 0.9), (2.25, -0.9), (-2.25, -0.9)].map(|(x, y)| s.y_m + x * sin + y * cos + 3.5)
    };
    let at = |done: &dyn Fn(f64) -> bool| {
        (0..20_000).map(|i| f64::from(i) * 1e-3).find(|t| done(*t)).expect("it changes lanes")
    };
    let change = Change {
        onset_s: at(&|t| front_left_m(&ego.state(t)) > -3.5),
        end_s: at(&|t| corners(t).iter().all(|d| *d >= 0.0)),
    };
    let codes: Vec<(f64, Option<u8>)> = lamps(&change).into_iter().map(|(t, c)| (t, Some(c))).collect();
    let road = xodr::Road::one_way("1", 600.0, 2);
    Plan::new("changes lanes", 21.0, ego)
        .log(move |d| d.actor_codes("ego", Channel::Indicator, &codes))
        .when_s(change.onset_s, change.end_s + 10.0)
        .on(xodr::Map::new().road(road).track().unwrap())
}
