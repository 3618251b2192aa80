//! Variants of items: the same tasks where they are harder, as T4 and T5 have them.

use lukao_model::Error;
use lukao_model::code::{Indicator, SignalState};
use lukao_model::vehicle::ActorClass;
use lukao_track::{LaneIx, SignalKind, Turn};

use super::Ask;
use super::areas::Fault;
use super::manoeuvres;
use super::ride::{HALF_M, Ride, target};
use super::traffic;
use crate::body::Body;
use crate::course::Course;
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const CLOSED_LANE: Fault =
    Fault::new("closed-lane", "closed-lane-entered", "stays in the tidal lane under a red cross of 1 s");
pub(crate) const WRONG_DIRECTION: Fault = Fault::new(
    "wrong-direction",
    "red-light",
    "goes another way than the lane's sign shows, 1 s before it changes",
)
.of("direction")
.same(&["red-light"]);
pub(crate) const LEFT_EARLY: Fault =
    Fault::new("left-early", "red-light", "leaves the waiting area 1 s before green")
        .of("area")
        .same(&["red-light"]);
pub(crate) const RED_LIGHT: Fault =
    Fault::new("red-light", "red-light", "passes the temporary light 1 s before green")
        .of("red")
        .same(&["red-light"]);
pub(crate) const CUT_OFF: Fault =
    Fault::new("cut-off", "pedestrian-cut-off", "drives on 2 m before somebody who crosses");
pub(crate) const HIT: Fault = Fault::new("hit", "contact-with-actor", "does not see somebody before the bay")
    .of("nobody-touched")
    .same(&["contact-with-actor", "general/contact-with-actor"]);

/// How far before a line the front stops, metres.
const SHORT_M: f64 = 0.8;
/// How long after green it starts, s.
const REACTS_S: f64 = 1.5;
/// Speed of people on foot, m/s.
const WALK_MPS: f64 = 1.4;

fn none(ride: &Ride, what: &str) -> Error {
    Error::new(ride.track.name(), format!("{what} at station {}", ride.station.id), "none")
}

/// Lights over a lane of the way between the gates: place along the way and number.
fn lane_lights(ride: &Ride, lane: LaneIx, way: LaneIx) -> Vec<(f64, String)> {
    let (of, own) = (ride.track.lane(lane), ride.track.lane(way));
    let on =
        ride.track.signs_on(lane).iter().filter(|s| ride.track.signal(s.1).kind == SignalKind::LaneLight);
    on.filter_map(|(station, signal)| {
        let at = own.station_at(of.road_s_at(*station));
        let spot = ride.way.spots.iter().find(|s| s.lane == way && s.station_m >= at)?;
        let inside = spot.s_m > ride.entry_m && spot.s_m < ride.exit_m;
        inside.then(|| (spot.s_m, ride.track.signal(*signal).number.clone()))
    })
    .collect()
}

/// In the tidal lane while its light is green, out of it before the red cross.
pub(crate) fn tidal_lane(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let way = ride.way.spot(f64::midpoint(ride.entry_m, ride.exit_m)).lane;
    let own = ride.track.lane(way);
    let beside = [own.left, own.right].into_iter().flatten();
    let other =
        beside.filter(|l| ride.track.lane(*l).travel == own.travel && ride.track.lane(*l).kind.is_traffic());
    let other = other.last().ok_or_else(|| none(&ride, "two lanes"))?;
    // The tidal lane is the one nearer to the middle of the road.
    let is_left = own.left == Some(other);
    let (tidal, usual) = if is_left { (other, way) } else { (way, other) };
    let lights = lane_lights(&ride, tidal, way);
    let [(first, opens), .., (last, closes)] = &lights[..] else {
        return Err(none(&ride, "two lights over the tidal lane"));
    };
    let change = 50.0;
    let out = (first + 8.0).max(0.5 * (first + last - change));
    let stays = ask.is("closed-lane");
    // From the tidal lane into the other one, or all the way in it.
    let until = if stays { ride.way.length_m() + 200.0 } else { out };
    let (path, _) = match is_left {
        true => ride.beside(&[(-200.0, until)], change)?,
        false if stays => (ride.way.path(|_| 0.0), false),
        false => ride.beside(&[(out, ride.way.length_m() + 200.0)], change)?,
    };
    let mut ridden = ride.drive_on(path, &ride.pace())?;
    let green = [(0.0, SignalState::Green)];
    for (_, number) in lane_lights(&ride, usual, way).iter().chain([&(*first, opens.clone())]) {
        ridden.tell.light(number, &green);
    }
    if stays {
        let t = ridden.time(last - HALF_M);
        ridden.tell.light(closes, &[(0.0, SignalState::Green), (t - 1.0, SignalState::Red)]);
        return Ok(ride.plan(ridden.faulty(1.0, t, t), ask.fault));
    }
    ridden.tell.light(closes, &[(0.0, SignalState::Red)]);
    let (a, b) = (ridden.time(out), ridden.time(out + change));
    ridden.tell.indicate(Indicator::Right, a - 4.0, b);
    Ok(ride.plan(ridden, ask.fault))
}

/// The way that the sign over the lane shows.
pub(crate) fn variable_lane(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let line = ride.stop_line_m(ride.entry_m).ok_or_else(|| none(&ride, "a stop line"))?;
    let mut ridden = ride.drive(&ride.pace())?;
    if ask.is("wrong-direction") {
        let t = ridden.time(line - HALF_M);
        ride.lights(&mut ridden.tell, &[(0.0, SignalState::Red), (t + 1.0, SignalState::Green)]);
        ridden = ridden.faulty(1.0, t, t);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Past the stop line while straight on is green, waits in the area, turns on green.
pub(crate) fn waiting_area(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let lines = |after| ride.stop_line_m(after).filter(|s| *s < ride.exit_m);
    let first = lines(ride.entry_m).ok_or_else(|| none(&ride, "a stop line"))?;
    let line = lines(first + 1.0).ok_or_else(|| none(&ride, "a line at the end of a waiting area"))?;
    let early = ask.is("left-early");
    let stop = line - SHORT_M - HALF_M;
    let mut ridden =
        ride.drive(&if early { ride.pace() } else { ride.pace().stand(stop, 5.0 + ask.pick(3)) })?;
    let green = if early { ridden.time(line - HALF_M) + 1.0 } else { ridden.stand_at(stop).1 - REACTS_S };
    ride.lights(&mut ridden.tell, &[(0.0, SignalState::Red), (green, SignalState::Green)]);
    // Who goes straight on from the lane beside has green until then.
    let road = ride.track.lane(ride.way.spot(line - 2.0).lane).road;
    let straight = |p: &lukao_track::PathIx| {
        let path = ride.track.path(*p);
        path.turn == Turn::Straight && ride.track.lane(path.from).road == road
    };
    for (_, light) in ride.track.signals().filter(|(_, s)| s.governs.iter().any(straight)) {
        let states = [(0.0, SignalState::Green), (green - 1.0, SignalState::Red)];
        ridden.tell.light(&light.number, &states);
    }
    if early {
        ridden = ridden.faulty(1.0, green - 1.0, green - 1.0);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Stops at the red of a light that stands away from any junction.
pub(crate) fn temporary_lights(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let inside = |s: &f64| *s < ride.exit_m;
    let line = ride.stop_line_m(ride.entry_m).filter(inside).ok_or_else(|| none(&ride, "a stop line"))?;
    let lane = ride.way.spot(line).lane;
    let of_line = |s: &lukao_track::Signal| {
        s.kind == SignalKind::TrafficLight && s.governs.is_empty() && s.lanes.contains(&lane)
    };
    let light = ride.track.signals().map(|s| s.1).find(|s| of_line(s));
    let light = light.ok_or_else(|| none(&ride, "a light away from any junction"))?.number.clone();
    let runs = ask.is("red-light");
    let stop = line - SHORT_M - HALF_M;
    let mut ridden =
        ride.drive(&if runs { ride.pace() } else { ride.pace().stand(stop, 5.0 + ask.pick(3)) })?;
    let green = if runs { ridden.time(line - HALF_M) + 1.0 } else { ridden.stand_at(stop).1 - REACTS_S };
    ridden.tell.light(&light, &[(0.0, SignalState::Red), (green, SignalState::Green)]);
    if runs {
        ridden = ridden.faulty(1.0, green - 1.0, green - 1.0);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Stops for somebody who walks over the road where there is no crossing.
pub(crate) fn jaywalker(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let at = f64::midpoint(ride.entry_m, ride.exit_m) + ask.pick(5);
    let (right, left) = (-4.0, 7.0);
    if ask.is("cut-off") {
        let ridden = ride.drive(&ride.pace())?;
        let level = ridden.time(at - HALF_M);
        // From the right, 2 m from the ego's side when its front comes level with him.
        let side = -(0.9 + 0.3 + 2.0);
        let walks = |t: f64| Speed::of(0.0).to(WALK_MPS, 1.0).distance_m(t);
        let waits = level - crate::solve(side - right, 0.0, 20.0, walks);
        let walker = ride.walker("walker", at, right, left, waits.max(0.0), WALK_MPS);
        return Ok(ride.plan(ridden.actor(walker).faulty(2.0, level, level), ask.fault));
    }
    let stop = at - 3.0 - HALF_M;
    let crosses_s = (left - right) / WALK_MPS + 2.0;
    let ridden = ride.drive(&ride.pace().stand(stop, crosses_s - 2.0))?;
    let (stands, _) = ridden.stand_at(stop);
    let walker = ride.walker("walker", at, right, left, (stands - 2.0).max(0.0), WALK_MPS);
    Ok(ride.plan(ridden.actor(walker), ask.fault))
}

/// Round works that close the lane, over the lane of oncoming traffic.
pub(crate) fn detour(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let cones = traffic::cones(&ride)?;
    let (first, last) = cones.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), c| (a.min(c.0), b.max(c.0)));
    let middle = f64::midpoint(first, last);
    // Between the line of the cones and the far border, seen from the middle of the own lane.
    let mut edges = ride.edges_left_m(middle);
    edges.sort_by(f64::total_cmp);
    let [near, .., far] = edges[..] else {
        return Err(none(&ride, "edges on both sides of the way round"));
    };
    let over = if ask.is("over-edge") { near + 0.9 - 0.05 } else { f64::midpoint(near, far) };
    let ease = |u: f64| {
        let u = u.clamp(0.0, 1.0);
        u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
    };
    let change = 40.0;
    let (out, back) = (first + 17.0 - change, last - 17.0);
    let path = ride.way.path(|s| over * ease((s - out) / change) * (1.0 - ease((s - back) / change)));
    let entry = if ask.is("not-slowed") { 31.0 / 3.6 } else { 7.5 };
    let pace = ride.pace().slow(ride.entry_m - HALF_M - 4.0, out, entry).slow(out, back + change, 6.0);
    let mut ridden = ride.drive_on(path, &pace)?;
    let at = |s: f64| ridden.speed.time_at_m(s);
    let (a, b, c, d) = (at(out), at(out + change), at(back), at(back + change));
    let (passes, enters) = (at(middle), at(ride.entry_m - HALF_M));
    ridden.tell.indicate(Indicator::Left, a - 4.0, b).indicate(Indicator::Right, (c - 4.0).max(b + 0.1), d);
    ridden = match ask.fault {
        Some("over-edge") => ridden.faulty(0.05, passes - 2.0, passes + 2.0),
        Some("not-slowed") => ridden.faulty(31.0, enters, enters + 1.0),
        _ => ridden,
    };
    let ridden = traffic::standing(&ride, ridden, &cones);
    Ok(ride.plan(ridden, ask.fault))
}

/// In and out of a bay two times; somebody walks past it, and a thing lies beside it.
pub(crate) fn garage_people(ask: &Ask<'_>) -> Result<Plan, Error> {
    let hit = ask.is("hit");
    let (ride, ridden, bay) = manoeuvres::in_and_out(ask, if hit { 2.0 } else { 11.0 })?;
    let leaves = ridden.course.last_from_s();
    let (walker, ridden) = if hit {
        // Where the front is some way out of the bay he stands, and the car drives on.
        let ego = Body::car("ego").course(ridden.course.clone());
        let pose = ego.state(leaves + 4.0).pose;
        let (sin, cos) = lukao_model::math::sin_cos(pose.yaw_rad);
        let at = [pose.x_m + (HALF_M + 0.1) * cos, pose.y_m + (HALF_M + 0.1) * sin];
        let stands = Body::pedestrian("walker").course(Course::standing(at[0], at[1], pose.yaw_rad));
        (seen(stands, &ride, leaves, leaves + 8.0), ridden.faulty(1.0, leaves, leaves + 8.0))
    } else {
        let aside = -(bay.mouth_m - 1.5);
        let (a, b) = (ride.way.place(bay.at_m - 6.0, aside), ride.way.place(bay.at_m + 6.0, aside));
        let yaw = lukao_model::math::atan2(b[1] - a[1], b[0] - a[0]);
        let path = Path::from(a[0], a[1], yaw).straight(12.0);
        let walks = Body::pedestrian("walker")
            .course(Course::new(path, Speed::of(0.0).hold_s(leaves - 10.0).to(WALK_MPS, 1.0)));
        (seen(walks, &ride, leaves - 10.0, leaves - 1.5), ridden)
    };
    let beside =
        ride.station.slots.get(1).map_or(ride.way.place(bay.at_m + 4.0, -(bay.mouth_m + 2.0)), |slot| {
            [0, 1].map(|d| slot.iter().map(|p| p[d]).sum::<f64>() / 4.0)
        });
    let thing =
        Body::other("box", ActorClass::Object, 0.6, 0.6).course(Course::standing(beside[0], beside[1], 0.0));
    let ridden = ridden.actor(walker).actor(target(thing, &ride.way));
    Ok(ride.plan(ridden, ask.fault))
}

/// Somebody who is there for a while only.
fn seen(body: Body, ride: &Ride, from_s: f64, to_s: f64) -> Body {
    target(body, &ride.way).log(move |a| a.present_s(&[(from_s, to_s)]))
}
