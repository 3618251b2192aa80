//! Faults that every item can have: who drives, and what the log is worth.

use lukao_model::code::{DrivingMode, FixQuality};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, math};

use super::areas::{Area, ExamItem, Fault};
use super::tell::Tell;
use crate::body::Body;
use crate::course::Course;
use crate::path::Path;
use crate::speed::Speed;

pub(crate) const FAULTS: &[Fault] = &[
    Fault::new("by-hand", "manual-driving", "a human drives all the time"),
    Fault::new("taken-over-at-last", "manual-driving", "a human takes over in the last second"),
    Fault::new("touched", "input-in-attempt", "a hand on the wheel in the last second"),
    Fault::new("nudged", "input-in-attempt", "a remote command helps along"),
    Fault::new("fix-lost", "position-fix-lost", "the position falls back to float for 2 s"),
    Fault::new("dim", "out-of-conditions", "visibility falls to 470 m for 2 s").of("visibility"),
    Fault::new("over-limit", "speed-limit", "is 0.6 km/h faster than allowed for a second"),
    Fault::new("bumped", "contact-with-actor", "something comes from the side and is touched by 0.1 m")
        .same(&["general/contact-with-actor"]),
    Fault::new("dusk", "out-of-conditions", "illuminance falls to 390 lx for 2 s").of("daylight"),
];

/// Whether an item can have it: those about intervention are handed over, and those of weather and darkness need theirs.
pub(crate) fn can_be(fault: &str, item: &ExamItem) -> bool {
    match fault {
        "fix-lost" | "bumped" => true,
        "dim" => !["rain", "fog"].contains(&item.id),
        "dusk" => !["tunnel", "rain", "fog", "night-or-emergency"].contains(&item.id),
        "over-limit" => AT_LIMIT.contains(&item.id),
        _ => item.area != Area::Emergency,
    }
}

/// Items at which the ego can be over the limit for a second without doing something else than the item asks for. Elsewhere its own pace
/// is far below, or the station is too short.
const AT_LIMIT: [&str; 14] = [
    "traffic-markings",
    "curve",
    "hill-stop-start",
    "emergency-handling",
    "operability",
    "start",
    "kerb-stop",
    "lane-change",
    "meeting",
    "roundabout",
    "main-side-road",
    "school-zone",
    "overtaking",
    "night-or-emergency",
];

/// What else is found at one item only: of the same event, and of others.
pub(crate) fn beside(item: &str, fault: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match (item, fault) {
        // What lies there is not to be touched either.
        ("spilled-objects", "bumped") => (&["no-contact"], &[]),
        ("garage-people", "bumped") => (&["nobody-touched"], &[]),
        // Whom one touches one is about to run into.
        ("car-following", "bumped") => (&["time-to-collision"], &[]),
        // There the limit is that of the exam, too.
        (
            "emergency-handling" | "operability" | "start" | "lane-change" | "overtaking"
            | "night-or-emergency",
            "over-limit",
        ) => (&[], &["cap"]),
        ("roundabout", "over-limit") => (&[], &["lateral-acceleration"]),
        ("school-zone", "over-limit") => (&[], &["fast-in-school-zone"]),
        _ => (&[], &[]),
    }
}

/// A speed that is over the limit for a second where that takes least, given the limit along the way; with its size in km/h and when
/// it is.
pub(crate) fn too_fast(
    speed: &Speed,
    limit_mps: impl Fn(f64) -> Option<f64>,
    begin_s: f64,
    end_s: f64,
) -> Option<(Speed, f64, f64, f64)> {
    const OVER_KMH: f64 = 0.6;
    const HOLD_S: f64 = 0.9;
    const ACCEL: f64 = 1.5;
    const JERK: f64 = 3.0;
    let found = (0..400).filter_map(|k| {
        let hold = begin_s + 0.2 + (end_s - begin_s) * f64::from(k) / 400.0;
        let (s, v, _) = speed.state(hold);
        let limit = limit_mps(s)?;
        let by = limit + OVER_KMH / 3.6 - v;
        // To be faster, to be slower and to be as before again.
        let takes = |by: f64| Speed::of(0.0).to_with(by, ACCEL, JERK).end_s();
        let from = hold - takes(by);
        let (fast, until) = (hold + HOLD_S, hold + 2.0 * HOLD_S + takes(2.0 * by) + takes(by));
        let times = |from: f64, to: f64| (0..=40).map(move |i| from + (to - from) * f64::from(i) / 40.0);
        let even = times(hold, fast).all(|t| speed.state(t).2.abs() < 0.05);
        let same = times(hold, fast + 0.3)
            .all(|t| limit_mps(speed.distance_m(t)).is_some_and(|l| (l - limit).abs() < 1e-9));
        let moves = times(fast, until).all(|t| speed.state(t).1 > by + 0.5);
        (by > 0.1 && from > 0.0 && fast < end_s - 0.3 && even && same && moves)
            .then_some((by, from, fast, limit))
    });
    let (by, from, fast, limit) = found.min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((speed.surged(from, by, HOLD_S, ACCEL, JERK), 3.6 * limit + OVER_KMH, from, fast))
}

/// How deep the ego is touched, and how well that is known, metres: it may turn meanwhile.
const TOUCH_M: f64 = 0.1;
const TOUCH_KNOWN_M: f64 = 0.05;

/// A thing that comes to the ego's right side, behind its front, while it drives on as straight as it ever does; with the size of the
/// touch, how well that is known, and when it is.
pub(crate) fn bump(ego: &Body, begin_s: f64, end_s: f64) -> Option<(Body, f64, f64, f64)> {
    const SIDE_M: f64 = 0.5;
    const WAY_M: f64 = 3.0;
    // Quick, and at a stand at once: it must not be ahead of the ego before, nor in its way after.
    let comes = |wait_s: f64| {
        Speed::of(0.0)
            .hold_s(wait_s)
            .to_with(1.5, 5.0, 50.0)
            .hold_to_m(WAY_M - 0.05)
            .to_with(0.0, 30.0, 1000.0)
    };
    let goes = |speed: Speed| speed.to_with(-1.5, 5.0, 50.0).hold_s(1.6).to_with(0.0, 5.0, 50.0);
    let takes_s = comes(0.0).end_s();
    let at = |k: u32| begin_s + (end_s - begin_s) * f64::from(k) / 200.0;
    let calm = |t: f64| {
        let s = ego.state(t);
        s.speed_mps.min(4.0) - 30.0 * s.curvature_per_m.abs()
    };
    let when = (20..180).map(at).filter(|t| *t > takes_s && ego.state(*t).speed_mps > 0.5);
    let t = when.max_by(|a, b| calm(*a).total_cmp(&calm(*b)))?;
    let p = ego.state(t).pose;
    let (sin, cos) = math::sin_cos(p.yaw_rad);
    let place = |u: f64, v: f64| [p.x_m + u * cos - v * sin, p.y_m + u * sin + v * cos];
    let [x, y] = place(-0.5, -(HALF_WIDTH_M + 0.5 * SIDE_M - TOUCH_M) - WAY_M);
    let path = Path::from(x, y, p.yaw_rad + std::f64::consts::FRAC_PI_2).straight(WAY_M + 1.0);
    let course = Course::new(path, goes(comes(t - takes_s)));
    let thing = Body::other("bumper", ActorClass::Object, SIDE_M, SIDE_M).course(course);
    // The ego may come by there again.
    let thing = thing.log(move |a| a.present_s(&[(0.0, t + 2.0)]));
    Some((thing, TOUCH_M, TOUCH_KNOWN_M, t))
}

/// Half the width of the car, metres.
const HALF_WIDTH_M: f64 = 0.9;

/// Puts one of them into a log, given the times of the attempt. Says how large it is, if that is known, and when it takes place.
pub(crate) fn put(tell: &mut Tell, fault: &str, begin_s: f64, end_s: f64) -> Option<(Option<f64>, f64, f64)> {
    let last = (end_s - 1.0).max(begin_s);
    let middle = f64::midpoint(begin_s, end_s);
    Some(match fault {
        "by-hand" => {
            tell.mode(0.0, DrivingMode::Manual);
            (Some(end_s - begin_s), begin_s, end_s)
        }
        "taken-over-at-last" => {
            tell.mode(last, DrivingMode::Manual);
            (Some(end_s - last), last, end_s)
        }
        "touched" => {
            tell.on(Channel::DriverOverride, last, last + 0.4);
            (Some(0.4), last, last + 0.4)
        }
        "nudged" => {
            tell.on(Channel::RemoteCommand, middle, middle + 0.4);
            (Some(0.4), middle, middle + 0.4)
        }
        "fix-lost" => {
            tell.code(Channel::FixQuality, middle, FixQuality::RtkFloat.code());
            tell.code(Channel::FixQuality, middle + 2.0, FixQuality::RtkFixed.code());
            (Some(2.0), middle, middle + 2.0)
        }
        "dim" => {
            tell.around(Channel::Visibility, &[(0.0, 2000.0), (middle, 470.0), (middle + 2.0, 2000.0)]);
            (Some(470.0), middle, middle + 2.0)
        }
        "dusk" => {
            let day = 20_000.0;
            tell.around(Channel::Illuminance, &[(0.0, day), (middle, 390.0), (middle + 2.0, day)]);
            (Some(390.0), middle, middle + 2.0)
        }
        _ => return None,
    })
}
