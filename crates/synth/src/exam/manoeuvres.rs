//! Items of strokes forward and back: narrow U-turn, hill, garage, parallel bay.

use std::f64::consts::PI;

use lukao_model::code::{Gear, Indicator};
use lukao_model::drive::Pose;
use lukao_model::{Channel, Error, math};
use lukao_track::Station;

use super::Ask;
use super::areas::Fault;
use super::ride::{HALF_M, Ride, station};
use super::way::Way;
use crate::course::{CAR_AXLE_M, Course};
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const TOO_LONG: Fault =
    Fault { id: "too-long", rule: "takes-too-long", what: "takes 2 s more than it may", side: &[] };
pub(crate) const EDGE: Fault =
    Fault { id: "wheel-over-edge", rule: "wheel-over-edge", what: "a wheel 5 cm over the edge", side: &[] };
pub(crate) const OFF_LINE: Fault =
    Fault { id: "off-line", rule: "stops-off-station-line", what: "stops 0.25 m before the line", side: &[] };
pub(crate) const ROLLS_BACK: Fault =
    Fault { id: "rolls-back", rule: "rolls-back", what: "rolls back 0.35 m as it starts", side: &[] };
pub(crate) const STARTS_LATE: Fault =
    Fault { id: "starts-late", rule: "starts-late", what: "starts 33 s after it stopped", side: &[] };

/// Tightest turns of these drives, metres at the rear axle.
const RADIUS_M: f64 = 4.6;
/// Way over which wheels are straightened while moving, metres.
const EASE_M: f64 = 2.5;
/// How much farther a path goes than its stroke that ends with the wheels turned, metres.
const BEYOND_M: f64 = 0.5;
/// Speed of strokes, m/s.
const CREEP_MPS: f64 = 1.3;
/// Pause at the end of each stroke, in which the wheels are turned, s.
const PAUSE_S: f64 = 1.2;
/// Room that is kept to edges, metres.
const ROOM_M: f64 = 0.35;
/// Half the width of the car, and from its rear axle to its bumpers, metres.
const HALF_WIDTH_M: f64 = 0.9;
const WHEELBASE_M: f64 = 2.7;
/// From the middle to the outer side of a tyre, metres.
const WHEEL_M: f64 = 0.875;
/// How far a wheel is over the edge in the drive that is wrong, metres.
const OVER_M: f64 = 0.05;
const TO_FRONT_M: f64 = 3.6;
const TO_REAR_M: f64 = 0.9;

/// A stroke from a stand to a stand over a length, then a pause.
fn stroke(length_m: f64, mps: f64, pause_s: f64) -> Speed {
    let sign = mps.signum();
    let speed = Speed::of(0.0).hold_s(0.0);
    // Short ones do not reach the speed.
    let reach = |v: f64| {
        let s = Speed::of(0.0).to_with(v, 0.7, 1.5).to_with(0.0, 0.7, 1.5);
        s.distance_m(s.end_s())
    };
    let v =
        if reach(mps.abs()) <= length_m { mps.abs() } else { crate::solve(length_m, 0.02, mps.abs(), reach) };
    let braking = 0.5 * reach(v);
    let speed = speed.to_with(sign * v, 0.7, 1.5);
    speed.hold_to_m(sign * (length_m - braking).max(braking)).to_with(0.0, 0.7, 1.5).hold_s(pause_s)
}

/// A ride on a way straight through the station's entry along its lane, for items that do not follow lanes.
fn ride(ask: &Ask<'_>, before_m: f64, after_m: f64) -> Result<Ride, Error> {
    let station = station(ask.track, ask.item)?;
    let found = station.entry.as_ref().and_then(|g| ask.track.lanes_through(g).first().copied());
    let Some((lane, at)) = found else {
        return Err(Error::new(
            ask.track.name(),
            format!("a lane through the entry of station {}", station.id),
            "none",
        ));
    };
    let leg = lukao_track::RouteLeg { lane, from_m: at, to_m: at, changes: false };
    let route = ask.track.extended(&lukao_track::Route { legs: vec![leg], length_m: 0.0 }, before_m, after_m);
    let way = Way::along(ask.track, &route, 50.0, 3.0);
    let entry_m = station.entry.as_ref().and_then(|g| way.through(g, 0.0)).unwrap_or(before_m);
    let exit_m = station.exit.as_ref().and_then(|g| way.through(g, entry_m)).unwrap_or(way.length_m());
    Ok(Ride { track: ask.track.clone(), item: ask.item, station: station.clone(), way, entry_m, exit_m })
}

/// Shape of a path from a pose at the origin: where it ends.
fn shape(part: impl Fn(Path) -> Path) -> Pose {
    part(Path::from(0.0, 0.0, 0.0)).end()
}

/// Corners of the body for a rear axle's pose, or of the wheels.
fn corners(p: Pose, wheels: bool) -> [[f64; 2]; 4] {
    let (sin, cos) = math::sin_cos(p.yaw_rad);
    if wheels {
        return [(WHEELBASE_M, WHEEL_M), (WHEELBASE_M, -WHEEL_M), (0.0, WHEEL_M), (0.0, -WHEEL_M)]
            .map(|(u, v)| [p.x_m + u * cos - v * sin, p.y_m + u * sin + v * cos]);
    }
    [
        (TO_FRONT_M, HALF_WIDTH_M),
        (TO_FRONT_M, -HALF_WIDTH_M),
        (-TO_REAR_M, HALF_WIDTH_M),
        (-TO_REAR_M, -HALF_WIDTH_M),
    ]
    .map(|(u, v)| [p.x_m + u * cos - v * sin, p.y_m + u * sin + v * cos])
}

/// Strokes forward and back in a road whose edges are `half_m` to both sides: lengths of arcs of [`RADIUS_M`], the last one up to
/// where the wheels are straightened. Begins at the lateral place `left_m`.
fn turning(half_m: f64, left_m: f64, over: bool) -> Vec<f64> {
    let room_m = if over { -OVER_M } else { ROOM_M };
    const STEP_M: f64 = 0.01;
    let mut p = Pose { x_m: 0.0, y_m: left_m, yaw_rad: 0.0 };
    let last = PI - 0.5 * EASE_M / RADIUS_M;
    let mut out = Vec::new();
    for k in 0..9 {
        let back = k % 2 == 1;
        let mut length = 0.0;
        while p.yaw_rad < last {
            let sign = if back { -1.0 } else { 1.0 };
            let yaw = p.yaw_rad + STEP_M / RADIUS_M;
            let (sin, cos) = math::sin_cos(f64::midpoint(p.yaw_rad, yaw));
            let q = Pose { x_m: p.x_m + sign * STEP_M * cos, y_m: p.y_m + sign * STEP_M * sin, yaw_rad: yaw };
            if corners(q, over).iter().any(|c| c[1].abs() > half_m - room_m) {
                break;
            }
            (p, length) = (q, length + STEP_M);
        }
        out.push(length);
        if p.yaw_rad >= last {
            return out;
        }
    }
    out
}

/// Turns round between two edges in strokes.
pub(crate) fn narrow_u_turn(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = ride(ask, 45.0, 40.0)?;
    let gate = ride.station.entry.unwrap_or_default();
    let half = 0.5 * math::hypot(gate[0][0] - gate[1][0], gate[0][1] - gate[1][1]);
    let left = -(half - HALF_WIDTH_M - 0.45);
    let strokes = turning(half, left, ask.is("wheel-over-edge"));
    let path = ride.way.path(|_| left);
    let stop = ride.entry_m + TO_FRONT_M + 3.0;
    let pace = ride.pace().slow(ride.entry_m - 20.0, stop, 3.0).stand(stop, PAUSE_S);
    let mut course = Course::new(path.clone(), pace.speed(stop)?.hold_s(PAUSE_S));
    let k = 1.0 / RADIUS_M;
    for (i, length) in strokes.iter().copied().enumerate() {
        let lingers = if ask.is("too-long") && i == 0 { 300.0 } else { PAUSE_S };
        course = if i % 2 == 1 {
            course.then_back(|p| p.steered(k).bend(length + BEYOND_M, k), stroke(length, -CREEP_MPS, lingers))
        } else if i + 1 < strokes.len() {
            course.then(|p| p.steered(k).bend(length + BEYOND_M, k), stroke(length, CREEP_MPS, lingers))
        } else {
            let out = ride.entry_m.min(34.0);
            let length = length + EASE_M;
            let speed = Speed::of(0.0)
                .to_with(CREEP_MPS, 0.7, 1.5)
                .hold_to_m(length + 1.0)
                .to_with(3.0, 0.8, 1.0)
                .hold_to_m(length + out);
            course.then(|p| p.steered(k).bend(length - EASE_M, k).bend(EASE_M, 0.0).straight(60.0), speed)
        };
    }
    let mut ridden = ride.with(path, Speed::of(0.0));
    ridden.to_s = course.end_s();
    ridden.tell.indicate(Indicator::Left, 6.0, ridden.to_s - 8.0);
    ridden.course = course;
    let end = ridden.to_s;
    ridden = match ask.fault {
        Some("too-long") => ridden.faulty(2.0, 0.0, end),
        Some("wheel-over-edge") => ridden.faulty(OVER_M, 0.0, end),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// Stops at the line of a slope and starts again.
pub(crate) fn hill(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let line = ride.line_m()?;
    let short = if ask.is("off-line") { 0.25 } else { 0.06 };
    let stop = line - short - HALF_M;
    let right = (ride.to_edge_m(stop) - HALF_WIDTH_M - 0.25).max(0.0);
    let aside = |s: f64| {
        let u = ((s - stop).abs() - 3.0).max(0.0) / 22.0;
        if u >= 1.0 { 0.0 } else { -right * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
    };
    let path = ride.way.path(aside);
    let up = ride.pace().slow(stop - 25.0, stop, 4.0).stand(stop, 0.0).speed(stop)?;
    let stands = up.end_s();
    let waits = if ask.is("starts-late") { 33.0 } else { 5.0 };
    let mut speed = up.hold_s(waits);
    let leaves = speed.end_s();
    if ask.is("rolls-back") {
        let rolling = |v: f64| {
            let s = Speed::of(0.0).to_with(-v, 0.8, 3.0).to_with(0.0, 0.8, 3.0);
            -s.distance_m(s.end_s())
        };
        let v = crate::solve(0.35, 0.05, 2.0, rolling);
        speed = speed.to_with(-v, 0.8, 3.0).to_with(0.0, 0.8, 3.0);
    }
    let end = ride.way.length_m() - HALF_M - 1.0;
    let speed = speed.to_with(6.0, 1.0, 1.5).hold_to_m(end);
    let mut ridden = ride.with(path, speed);
    ridden.gear = Some(Gear::Forward);
    ridden.tell.indicate(Indicator::Left, leaves - 3.6, leaves + 3.0);
    ridden.tell.text(Channel::Mark, stands + 1.0, format!("go: {}", ride.item));
    ridden = match ask.fault {
        Some("off-line") => ridden.faulty(short, stands, leaves),
        Some("rolls-back") => ridden.faulty(0.35, leaves, leaves + 3.0),
        Some("starts-late") => ridden.faulty(waits, stands, leaves),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// A bay beside the way: distance of its middle along it, from the way's middle to its open side on the right, and its depth.
struct Bay {
    at_m: f64,
    mouth_m: f64,
    depth_m: f64,
}

fn bay(ride: &Ride, station: &Station) -> Result<Bay, Error> {
    let none = || {
        Error::new(
            ride.track.name(),
            format!("a bay on the right of the way at station {}", station.id),
            "none",
        )
    };
    let slot = station.slots.first().ok_or_else(none)?;
    let middle = [0, 1].map(|d| slot.iter().map(|p| p[d]).sum::<f64>() / 4.0);
    let away = |s: &super::way::Spot| math::hypot(s.at[0] - middle[0], s.at[1] - middle[1]);
    let spot = ride.way.spots.iter().min_by(|a, b| away(a).total_cmp(&away(b))).ok_or_else(none)?;
    let (sin, cos) = math::sin_cos(spot.yaw_rad);
    let on = |p: [f64; 2]| {
        let (dx, dy) = (p[0] - spot.at[0], p[1] - spot.at[1]);
        (spot.s_m + dx * cos + dy * sin, dx * sin - dy * cos)
    };
    let all = slot.map(on);
    let range = |f: fn(&(f64, f64)) -> f64| {
        let v = all.iter().map(f);
        (v.clone().fold(f64::INFINITY, f64::min), v.fold(f64::NEG_INFINITY, f64::max))
    };
    let ((a, b), (mouth, back)) = (range(|p| p.0), range(|p| p.1));
    if mouth < 1.0 {
        return Err(none());
    }
    Ok(Bay { at_m: f64::midpoint(a, b), mouth_m: mouth, depth_m: back - mouth })
}

/// Two times backward into a bay across the way: from the far side, out to the near one, in again, and on.
pub(crate) fn garage(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = ride(ask, 45.0, 100.0)?;
    let bay = bay(&ride, &ride.station)?;
    let k = 1.0 / RADIUS_M;
    // Out of full lock into straight wheels, a right angle in all.
    let arc = RADIUS_M * (0.5 * PI) - 0.5 * EASE_M;
    let quarter = shape(|p| p.steered(k).bend(arc, k).bend(EASE_M, 0.0));
    // The rear axle before the bay's axis by as much as the turn takes, and so far from the mouth that the turn is over just
    // inside it.
    let left = (quarter.y_m - 0.5) - bay.mouth_m;
    let inside = bay.depth_m - TO_REAR_M - 0.45 - 0.5;
    let beyond = bay.at_m + quarter.x_m + CAR_AXLE_M;
    let path = ride.way.path(|s| {
        let u = ((s - (ride.entry_m - 25.0)) / 30.0).clamp(0.0, 1.0);
        left * u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
    });
    let pace = ride.pace().slow(ride.entry_m - 10.0, beyond, 3.0).stand(beyond, PAUSE_S);
    let turn = arc + EASE_M;
    let stays = if ask.is("too-long") { 180.0 } else { 2.0 };
    let course = Course::new(path.clone(), pace.speed(beyond)?.hold_s(PAUSE_S))
        .then_back(
            |p| p.steered(k).bend(arc, k).bend(EASE_M, 0.0).straight(inside),
            stroke(turn + inside, -CREEP_MPS, stays),
        )
        .then(
            |p| p.straight(inside).bend(EASE_M, k).bend(arc + BEYOND_M, k),
            stroke(turn + inside, CREEP_MPS, PAUSE_S),
        )
        .then_back(
            |p| p.steered(-k).bend(arc, -k).bend(EASE_M, 0.0).straight(inside),
            stroke(turn + inside, -CREEP_MPS, stays),
        );
    let out = ride.exit_m - bay.at_m + 22.0;
    let leaves = course.end_s();
    let arc = RADIUS_M * (0.5 * PI) - EASE_M;
    let speed = Speed::of(0.0)
        .to_with(CREEP_MPS, 0.7, 1.5)
        .hold_to_m(turn + inside + EASE_M)
        .to_with(3.0, 0.8, 1.0)
        .hold_to_m(turn + inside + out);
    let course = course.then(
        |p| p.straight(inside).bend(EASE_M, -k).bend(arc, -k).bend(EASE_M, 0.0).straight(out + 30.0),
        speed,
    );
    let mut ridden = ride.with(path, Speed::of(0.0));
    ridden.to_s = course.end_s();
    ridden.course = course;
    ridden.tell.indicate(Indicator::Right, leaves - 3.5, leaves + 8.0);
    if ask.is("too-long") {
        ridden = ridden.faulty(2.0, 0.0, leaves);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Backward into a bay along the way, and out.
pub(crate) fn parallel(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = ride(ask, 45.0, 90.0)?;
    let bay = bay(&ride, &ride.station)?;
    let k = 1.0 / RADIUS_M;
    const FLIP_M: f64 = 3.0;
    // In: an arc, the other arc, equal; `a` metres each.
    let swing = |a: f64| shape(|p| p.steered(k).bend(a, k).bend(FLIP_M, -k).bend(a, -k));
    // Beside the bay with 0.6 m between; in it in the middle.
    let beside = 0.6 + HALF_WIDTH_M;
    let across = beside + 0.5 * bay.depth_m;
    let a = crate::solve(across, 0.2, 3.6, |a| swing(a).y_m);
    let made = swing(a).x_m;
    // Rear axle in the bay: the body in its middle, a little back.
    let rest = bay.at_m - HALF_M + TO_REAR_M - 0.4;
    let stop = rest + made + CAR_AXLE_M;
    let left = beside - bay.mouth_m;
    let path = ride.way.path(|s| {
        let u = ((s - (ride.entry_m - 25.0)) / 30.0).clamp(0.0, 1.0);
        left * u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
    });
    let pace = ride.pace().slow(ride.entry_m - 10.0, stop, 3.0).stand(stop, PAUSE_S);
    let stays = if ask.is("too-long") { 92.0 } else { 4.5 };
    let course = Course::new(path.clone(), pace.speed(stop)?.hold_s(PAUSE_S)).then_back(
        |p| p.steered(k).bend(a, k).bend(FLIP_M, -k).bend(a + BEYOND_M, -k),
        stroke(2.0 * a + FLIP_M, -CREEP_MPS, stays),
    );
    let leaves = course.end_s();
    // Out: the same forward to the left, straightened while moving.
    let away = |b: f64| {
        shape(|p| p.steered(k).bend(b, k).bend(FLIP_M, -k).bend(b - 0.5 * EASE_M, -k).bend(EASE_M, 0.0))
    };
    let b = crate::solve(across + 0.4, 0.5 * EASE_M, 4.2, |b| away(b).y_m);
    let length = 2.0 * b + FLIP_M + 0.5 * EASE_M;
    let out = ride.exit_m - bay.at_m + 24.0;
    let speed = Speed::of(0.0)
        .to_with(CREEP_MPS, 0.7, 1.5)
        .hold_to_m(length)
        .to_with(3.0, 0.8, 1.0)
        .hold_to_m(length + out);
    let course = course.then(
        |p| {
            p.steered(k)
                .bend(b, k)
                .bend(FLIP_M, -k)
                .bend(b - 0.5 * EASE_M, -k)
                .bend(EASE_M, 0.0)
                .straight(out + 30.0)
        },
        speed,
    );
    let mut ridden = ride.with(path, Speed::of(0.0));
    ridden.to_s = course.end_s();
    ridden.course = course;
    ridden.tell.indicate(Indicator::Left, leaves - 3.8, leaves + 7.0);
    if ask.is("too-long") {
        ridden = ridden.faulty(2.0, 0.0, leaves);
    }
    Ok(ride.plan(ridden, ask.fault))
}
