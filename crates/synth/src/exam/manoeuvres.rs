//! Items of strokes forward and back: narrow U-turn, hill, garage, parallel bay.

use std::f64::consts::PI;

use lukao_model::code::{Gear, Indicator};
use lukao_model::drive::Pose;
use lukao_model::{Channel, Error, math};
use lukao_track::Station;

use super::Ask;
use super::areas::Fault;
use super::ridden::{Ridden, seen_s};
use super::ride::{HALF_M, Ride, station};
use super::way::Way;
use crate::course::{CAR_AXLE_M, Course};
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const TOO_LONG: Fault = Fault::new("too-long", "takes-too-long", "takes 2 s longer than it may");
pub(crate) const EDGE: Fault =
    Fault::new("wheel-over-edge", "wheel-over-edge", "wheels 5 cm over both edges")
        .side(&["wheel-over-edge"]);
pub(crate) const OFF_LINE: Fault =
    Fault::new("off-line", "stops-off-station-line", "stops 0.21 m before the line").of("stop-position");
pub(crate) const ROLLS_BACK: Fault = Fault::new("rolls-back", "rolls-back", "rolls back 0.35 m as it starts")
    .of("roll-back-veto")
    .same(&["roll-back"]);
pub(crate) const ROLLS_A_LITTLE: Fault =
    Fault::new("rolls-a-little", "rolls-back", "rolls back 0.09 m as it starts").of("roll-back");
pub(crate) const ROLLS_AT_ALL: Fault =
    Fault::new("rolls-at-all", "rolls-back", "rolls back 0.09 m as it starts, where none is allowed")
        .of("roll-back-veto")
        .under(&[("roll-back", "none-allowed")]);
pub(crate) const ROLLS_MORE: Fault =
    Fault::new("rolls-more", "rolls-back", "rolls back 0.2 m as it starts, where 0.15 m are allowed")
        .of("roll-back")
        .under(&[("t4-error", "roll-back")]);
pub(crate) const FAR_OFF_LINE: Fault = Fault::new(
    "far-off-line",
    "stops-off-station-line",
    "stops 0.57 m before the line, where 0.5 m are allowed",
)
.of("stop-position")
.under(&[("t4-error", "roll-back")]);
pub(crate) const BRAKE_HELD: Fault =
    Fault::new("brake-held", "parking-brake-held", "starts with the parking brake on");
pub(crate) const TOO_MANY_STROKES: Fault =
    Fault::new("too-many-strokes", "too-many-strokes", "four strokes forward and three back");
pub(crate) const STANDS: Fault = Fault::new("stands", "stands-in-station", "stands for 2.2 s on the way out");
pub(crate) const NOT_TURNED: Fault =
    Fault::new("not-turned", "manoeuvre-missing", "stays where it stopped").of("turned-round");
pub(crate) const OUT_OF_BAY: Fault = Fault::new("out-of-bay", "not-in-slot", "stands 6 cm out of the bay");
pub(crate) const SIDE_OUT: Fault =
    Fault::new("out-of-bay", "not-in-slot", "stands 6 cm out of the bay").same(&["tyre-on-line"]);
pub(crate) const TYRE_OUT: Fault =
    Fault::new("tyre-out", "not-in-slot", "stands with a tyre 5 cm out of the bay")
        .of("tyre-on-line")
        .same(&["not-in-slot"]);
pub(crate) const STARTS_LATE: Fault =
    Fault::new("starts-late", "starts-late", "starts 30.5 s after it stopped");

/// Tightest turns of these drives, metres at the rear axle.
const RADIUS_M: f64 = 4.6;
/// Way over which wheels are straightened while moving, metres.
const EASE_M: f64 = 2.5;
/// How much farther a path goes than its stroke that ends with the wheels turned, metres.
const BEYOND_M: f64 = 0.5;
/// Speed of strokes, m/s.
const CREEP_MPS: f64 = 1.3;
/// Strokes of this length turn about in seven.
const SHORT_STROKE_M: f64 = 2.1;
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
/// How far the body is out of a bay, and how long it stands on the way out, s.
const OUT_M: f64 = 0.06;
const STANDS_S: f64 = 1.05;
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

/// Stands for a while on the way, if at all.
fn paused(speed: Speed, pause_s: f64) -> Speed {
    if pause_s > 0.0 { speed.to_with(0.0, 0.7, 1.5).hold_s(pause_s) } else { speed }
}

/// How long it is seen to stand there.
fn stood_s() -> f64 {
    STANDS_S + seen_s(1.5) + seen_s(1.0)
}

/// Rolls back by this far from a stand, and stands.
pub(crate) fn rolled_back(speed: Speed, back_m: f64) -> Speed {
    let rolling = |v: f64| {
        let s = Speed::of(0.0).to_with(-v, 0.8, 3.0).to_with(0.0, 0.8, 3.0);
        -s.distance_m(s.end_s())
    };
    let v = crate::solve(back_m, 0.01, 2.0, rolling);
    speed.to_with(-v, 0.8, 3.0).to_with(0.0, 0.8, 3.0)
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
fn turning(half_m: f64, left_m: f64, over: bool, most_m: f64) -> Vec<f64> {
    let room_m = if over { -OVER_M } else { ROOM_M };
    const STEP_M: f64 = 0.01;
    let mut p = Pose { x_m: 0.0, y_m: left_m, yaw_rad: 0.0 };
    let last = PI - 0.5 * EASE_M / RADIUS_M;
    let mut out = Vec::new();
    for k in 0..9 {
        let back = k % 2 == 1;
        let mut length = 0.0;
        while p.yaw_rad < last && length < most_m {
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
    let over = ask.is("wheel-over-edge");
    let lingers = |pause_s| {
        let course = between_edges(&ride, (over, ask.is("too-many-strokes")), pause_s)?;
        Ok::<_, Error>((ride.attempt_s(&course), course))
    };
    if ask.is("not-turned") {
        let stop = ride.entry_m + TO_FRONT_M + 3.0;
        let pace = ride.pace().slow(ride.entry_m - 20.0, stop, 3.0).stand(stop, 5.0);
        let ridden = ride.with(ride.way.path(|_| 0.0), pace.speed(stop)?.hold_s(5.0));
        let to_s = ridden.to_s;
        return Ok(ride.plan(ridden.happens(0.0, to_s), ask.fault));
    }
    let (usual_s, mut course) = lingers(PAUSE_S)?;
    if ask.is("too-long") {
        course = lingers(PAUSE_S + 302.0 - usual_s)?.1;
    }
    let mut ridden = ride.with(ride.way.path(|_| 0.0), Speed::of(0.0));
    ridden.to_s = course.end_s();
    let end = ridden.to_s;
    ridden.tell.indicate(Indicator::Left, 6.0, end - 8.0);
    ridden.course = course;
    ridden = match ask.fault {
        Some("too-long") => ridden.faulty(302.0, 0.0, end),
        Some("wheel-over-edge") => ridden.faulty(OVER_M, 0.0, end),
        Some("too-many-strokes") => ridden.faulty(4.0, 0.0, end),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// The course of a turn in strokes; the first pause lasts as said, the others are short.
fn between_edges(ride: &Ride, (over, many): (bool, bool), pause_s: f64) -> Result<Course, Error> {
    let gate = ride.station.entry.unwrap_or_default();
    let half = 0.5 * math::hypot(gate[0][0] - gate[1][0], gate[0][1] - gate[1][1]);
    let left = -(half - HALF_WIDTH_M - 0.45);
    // Who makes short strokes needs more of them.
    let strokes = turning(half, left, over, if many { SHORT_STROKE_M } else { f64::INFINITY });
    let path = ride.way.path(|_| left);
    let stop = ride.entry_m + TO_FRONT_M + 3.0;
    let pace = ride.pace().slow(ride.entry_m - 20.0, stop, 3.0).stand(stop, PAUSE_S);
    let mut course = Course::new(path, pace.speed(stop)?.hold_s(PAUSE_S));
    let k = 1.0 / RADIUS_M;
    for (i, length) in strokes.iter().copied().enumerate() {
        let lingers = if i == 0 { pause_s } else { PAUSE_S };
        course = if i % 2 == 1 {
            course.then_back(|p| p.steered(k).bend(length + BEYOND_M, k), stroke(length, -CREEP_MPS, lingers))
        } else if i + 1 < strokes.len() {
            course.then(|p| p.steered(k).bend(length + BEYOND_M, k), stroke(length, CREEP_MPS, lingers))
        } else {
            let out = ride.entry_m.min(34.0);
            let whole = length + EASE_M;
            let speed = Speed::of(0.0)
                .to_with(CREEP_MPS, 0.7, 1.5)
                .hold_to_m(whole.max(2.0) + 1.0)
                .to_with(3.0, 0.8, 1.0)
                .hold_to_m(whole + out);
            course.then(|p| p.steered(k).bend(length, k).bend(EASE_M, 0.0).straight(60.0), speed)
        };
    }
    Ok(course)
}

/// Stops at the line of a slope and starts again.
pub(crate) fn hill(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let line = ride.line_m()?;
    let short = match ask.fault {
        Some("off-line") => 0.21,
        Some("far-off-line") => 0.57,
        _ => 0.06,
    };
    let stop = line - short - HALF_M;
    let right = (ride.to_edge_m(stop) - HALF_WIDTH_M - 0.25).max(0.0);
    let aside = |s: f64| {
        let u = ((s - stop).abs() - 3.0).max(0.0) / 22.0;
        if u >= 1.0 { 0.0 } else { -right * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
    };
    let path = ride.way.path(aside);
    let up = ride.pace().slow(stop - 25.0, stop, 4.0).stand(stop, 0.0).speed(stop)?;
    let stands = up.end_s();
    // It is seen to stand for a second more.
    let waits = if ask.is("starts-late") { 29.5 } else { 5.0 };
    let mut speed = up.hold_s(waits);
    let leaves = speed.end_s();
    let back = match ask.fault {
        Some("rolls-back") => 0.35,
        Some("rolls-more") => 0.2,
        Some("rolls-a-little" | "rolls-at-all") => 0.09,
        _ => 0.0,
    };
    if back > 0.0 {
        speed = rolled_back(speed, back);
    }
    let end = ride.way.length_m() - HALF_M - 1.0;
    let speed = speed.to_with(6.0, 1.0, 1.5).hold_to_m(end);
    let mut ridden = ride.with(path, speed);
    ridden.gear = Some(Gear::Forward);
    let pulls_in = ridden.time(stop - 25.0);
    ridden.tell.indicate(Indicator::Right, (pulls_in - 4.0).max(0.0), stands);
    ridden.tell.indicate(Indicator::Left, leaves - 3.6, leaves + 3.0);
    ridden.tell.text(Channel::Mark, stands + 1.0, format!("go: {}", ride.item));
    ridden = match ask.fault {
        Some("off-line" | "far-off-line") => ridden.faulty(short, stands, leaves),
        Some("rolls-back" | "rolls-a-little" | "rolls-more" | "rolls-at-all") => {
            ridden.faulty(back, leaves, leaves + 2.0)
        }
        Some("brake-held") => {
            ridden.tell.on(Channel::ParkingBrake, stands + 0.5, leaves + 3.0);
            ridden.happens(leaves, leaves + 3.0)
        }
        Some("starts-late") => {
            let stood = ridden.stood_s(stop);
            ridden.faulty(stood, stands, leaves)
        }
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// A bay beside the way: distance of its middle along it, from the way's middle to its open side on the right, and its depth.
pub(crate) struct Bay {
    pub at_m: f64,
    pub mouth_m: f64,
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
    let (ride, ridden, _) = in_and_out(ask, 2.0)?;
    Ok(ride.plan(ridden, ask.fault))
}

/// The same, standing in the bay for so long.
pub(crate) fn in_and_out(ask: &Ask<'_>, stays_s: f64) -> Result<(Ride, Ridden, Bay), Error> {
    let ride = ride(ask, 45.0, 100.0)?;
    let bay = bay(&ride, &ride.station)?;
    // From the end of the turn, half a metre inside, to the rest; the second time perhaps not far enough.
    let usual = bay.depth_m - TO_REAR_M - 0.45 - 0.5;
    let inside = match ask.fault {
        Some("out-of-bay") => [usual, TO_FRONT_M - 0.5 - OUT_M],
        Some("tyre-out") => [usual, WHEELBASE_M - 0.5 - OVER_M],
        _ => [usual; 2],
    };
    let pause = if ask.is("stands") { STANDS_S } else { 0.0 };
    let (usual_s, mut course) = both_ways(&ride, &bay, inside, stays_s, pause)?;
    if ask.is("too-long") {
        course = both_ways(&ride, &bay, inside, stays_s + 0.5 * (212.0 - usual_s), 0.0)?.1;
    }
    let mut ridden = ride.with(ride.way.path(|_| 0.0), Speed::of(0.0));
    let end = course.end_s();
    ridden.to_s = end;
    // The last stroke out takes some 25 s.
    let leaves = course.last_from_s();
    ridden.tell.indicate(Indicator::Right, leaves - 1.8, leaves + 8.0);
    ridden.course = course;
    ridden = match ask.fault {
        Some("too-long") => ridden.faulty(212.0, 0.0, end),
        Some("out-of-bay") => ridden.faulty(OUT_M, 0.0, leaves),
        Some("tyre-out") => ridden.faulty(OVER_M, 0.0, leaves),
        Some("stands") => ridden.faulty(stood_s(), leaves, end),
        _ => ridden,
    };
    Ok((ride, ridden, bay))
}

/// The course in and out two times, standing in the bay for some time; and how long the attempt takes.
fn both_ways(
    ride: &Ride,
    bay: &Bay,
    [first, inside]: [f64; 2],
    stays_s: f64,
    pause_s: f64,
) -> Result<(f64, Course), Error> {
    let k = 1.0 / RADIUS_M;
    // Out of full lock into straight wheels, a right angle in all.
    let arc = RADIUS_M * (0.5 * PI) - 0.5 * EASE_M;
    let quarter = shape(|p| p.steered(k).bend(arc, k).bend(EASE_M, 0.0));
    // The rear axle before the bay's axis by as much as the turn takes, and so far from the mouth that the turn is over just
    // inside it.
    let left = (quarter.y_m - 0.5) - bay.mouth_m;
    let beyond = bay.at_m + quarter.x_m + CAR_AXLE_M;
    let path = beside_edge(ride, left);
    let pace = ride.pace().slow(ride.entry_m - 10.0, beyond, 3.0).stand(beyond, PAUSE_S);
    let turn = arc + EASE_M;
    let course = Course::new(path, pace.speed(beyond)?.hold_s(PAUSE_S))
        .then_back(
            |p| p.steered(k).bend(arc, k).bend(EASE_M, 0.0).straight(first),
            stroke(turn + first, -CREEP_MPS, stays_s),
        )
        .then(
            |p| p.straight(first).bend(EASE_M, k).bend(arc + BEYOND_M, k),
            stroke(turn + first, CREEP_MPS, PAUSE_S),
        )
        .then_back(
            |p| p.steered(-k).bend(arc, -k).bend(EASE_M, 0.0).straight(inside),
            stroke(turn + inside, -CREEP_MPS, stays_s),
        );
    let out = ride.exit_m - bay.at_m + 22.0;
    let arc = RADIUS_M * (0.5 * PI) - EASE_M;
    let speed = Speed::of(0.0).to_with(CREEP_MPS, 0.7, 1.5).hold_to_m(turn + inside + EASE_M);
    let speed = paused(speed, pause_s).to_with(3.0, 0.8, 1.0).hold_to_m(turn + inside + out);
    let course = course.then(
        |p| p.straight(inside).bend(EASE_M, -k).bend(arc, -k).bend(EASE_M, 0.0).straight(out + 30.0),
        speed,
    );
    Ok((ride.attempt_s(&course), course))
}

/// The way's middle, then `left_m` beside it from the entry on.
fn beside_edge(ride: &Ride, left_m: f64) -> Path {
    ride.way.path(|s| {
        let u = ((s - (ride.entry_m - 25.0)) / 30.0).clamp(0.0, 1.0);
        left_m * u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
    })
}

/// Backward into a bay along the way, and out.
pub(crate) fn parallel(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = ride(ask, 45.0, 90.0)?;
    let bay = bay(&ride, &ride.station)?;
    let out_m = match ask.fault {
        Some("out-of-bay") => 0.5 * bay.depth_m - HALF_WIDTH_M + OUT_M,
        Some("tyre-out") => 0.5 * bay.depth_m - WHEEL_M + OVER_M,
        _ => 0.0,
    };
    let pause = if ask.is("stands") { STANDS_S } else { 0.0 };
    let (usual_s, mut course) = aside(&ride, &bay, out_m, 4.5, pause)?;
    if ask.is("too-long") {
        course = aside(&ride, &bay, out_m, 4.5 + 92.0 - usual_s, 0.0)?.1;
    }
    let mut ridden = ride.with(ride.way.path(|_| 0.0), Speed::of(0.0));
    let leaves = course.last_from_s();
    let end = course.end_s();
    ridden.to_s = end;
    ridden.tell.indicate(Indicator::Left, leaves - 3.8, leaves + 7.0);
    ridden.course = course;
    ridden = match ask.fault {
        Some("too-long") => ridden.faulty(92.0, 0.0, end),
        Some("out-of-bay") => ridden.faulty(OUT_M, leaves - 4.5, leaves),
        Some("tyre-out") => ridden.faulty(OVER_M, leaves - 4.5, leaves),
        Some("stands") => ridden.faulty(stood_s(), leaves, end),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// The course into a bay along the way and out, `out_m` nearer to the road than its middle, standing in it for some time; and how
/// long the attempt takes.
fn aside(ride: &Ride, bay: &Bay, out_m: f64, stays_s: f64, pause_s: f64) -> Result<(f64, Course), Error> {
    const FLIP_M: f64 = 3.0;
    let k = 1.0 / RADIUS_M;
    // In: an arc, the other arc, equal; `a` metres each.
    let swing = |a: f64| shape(|p| p.steered(k).bend(a, k).bend(FLIP_M, -k).bend(a, -k));
    // Beside the bay with 0.6 m between; in it in the middle.
    let beside = 0.6 + HALF_WIDTH_M;
    let across = beside + 0.5 * bay.depth_m - out_m;
    let a = crate::solve(across, 0.2, 3.6, |a| swing(a).y_m);
    // Rear axle in the bay: the body in its middle, a little back.
    let rest = bay.at_m - HALF_M + TO_REAR_M - 0.4;
    let stop = rest + swing(a).x_m + CAR_AXLE_M;
    let pace = ride.pace().slow(ride.entry_m - 10.0, stop, 3.0).stand(stop, PAUSE_S);
    let course = Course::new(beside_edge(ride, beside - bay.mouth_m), pace.speed(stop)?.hold_s(PAUSE_S))
        .then_back(
            |p| p.steered(k).bend(a, k).bend(FLIP_M, -k).bend(a + BEYOND_M, -k),
            stroke(2.0 * a + FLIP_M, -CREEP_MPS, stays_s),
        );
    // Out: the same forward to the left, straightened while moving.
    let away = |b: f64| {
        shape(|p| p.steered(k).bend(b, k).bend(FLIP_M, -k).bend(b - 0.5 * EASE_M, -k).bend(EASE_M, 0.0))
    };
    let b = crate::solve(across + 0.4, 0.5 * EASE_M, 4.2, |b| away(b).y_m);
    let length = 2.0 * b + FLIP_M + 0.5 * EASE_M;
    let out = ride.exit_m - bay.at_m + 24.0;
    let speed = Speed::of(0.0).to_with(CREEP_MPS, 0.7, 1.5).hold_to_m(length);
    let speed = paused(speed, pause_s).to_with(3.0, 0.8, 1.0).hold_to_m(length + out);
    let course = course.then(
        |p| {
            let p = p.steered(k).bend(b, k).bend(FLIP_M, -k);
            p.bend(b - 0.5 * EASE_M, -k).bend(EASE_M, 0.0).straight(out + 30.0)
        },
        speed,
    );
    Ok((ride.attempt_s(&course), course))
}
