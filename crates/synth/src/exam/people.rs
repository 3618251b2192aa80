//! Items with people on foot.

use lukao_model::vehicle::ActorClass;
use lukao_model::{Error, math};
use lukao_track::{Crossing, ZoneKind};

use super::Ask;
use super::areas::Fault;
use super::ridden::Ridden;
use super::ride::{HALF_M, Ride, target};
use crate::body::Body;
use crate::course::Course;
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const NOT_YIELDED: Fault = Fault::new(
    "not-yielded",
    "pedestrian-not-yielded",
    "drives over the crossing with somebody 2.5 m away on it",
);

pub(crate) const FAST_OVER: Fault =
    Fault::new("too-fast", "crossing-not-slowed", "drives over the crossing at 31.5 km/h");
pub(crate) const FAST_AT_SCHOOL: Fault =
    Fault::new("too-fast", "fast-in-school-zone", "drives at 31.5 km/h in the school zone")
        .side(&["speed-limit"]);
pub(crate) const NOT_SLOWED: Fault =
    Fault::new("not-slowed", "not-slowed", "is 1 km/h too fast at the entry");
pub(crate) const STOPS: Fault = Fault::new("stops", "stops-at-bus-stop", "stands at the bus stop for 23 s");

pub(crate) const CLOSE_TO_CYCLIST: Fault =
    Fault::new("close-pass", "close-pass-of-cyclist", "passes a cyclist 0.92 m beside him");

/// Speed of people on foot, m/s.
const WALK_MPS: f64 = 1.4;

/// The first crossing between the gates and beyond a place: from and to along the way, and its outermost places on the right and left.
fn first(ride: &Ride, beyond_m: f64) -> Result<(f64, f64, [f64; 2]), Error> {
    let inside = |c: &&(f64, f64)| c.0 > ride.entry_m.max(beyond_m) && c.1 < ride.exit_m;
    let crossings = ride.crossings();
    let found = crossings.iter().find(inside).copied();
    let (from, to) = found.ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a crossing between the gates of station {}", ride.station.id),
            "none",
        )
    })?;
    let middle = f64::midpoint(from, to);
    let spot = ride.way.spot(middle);
    let over = |c: &&Crossing| {
        c.lanes.iter().any(|l| l.lane == spot.lane && (l.from_m..=l.to_m).contains(&spot.station_m))
    };
    let all: Vec<&Crossing> = ride.track.crossings().map(|c| c.1).collect();
    let crossing = all.iter().copied().find(over);
    let (sin, cos) = math::sin_cos(spot.yaw_rad);
    let lefts = crossing
        .into_iter()
        .flat_map(|c| &c.outline_m)
        .map(|p| (p[1] - spot.at[1]) * cos - (p[0] - spot.at[0]) * sin);
    let sides = lefts.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], l| [a.min(l), b.max(l)]);
    Ok((from, to, sides))
}

/// Over the first crossing beyond a place before somebody who is on it. How near he is, is known so well, metres.
pub(crate) fn not_yielded(ride: &Ride, beyond_m: f64, known_to_m: f64) -> Result<Ridden, Error> {
    let (from, to, [right, left]) = first(ride, beyond_m)?;
    let (middle, right, left) = (f64::midpoint(from, to), right + 0.4, left - 0.4);
    let ridden = ride.drive(&ride.pace())?;
    let enters = ridden.time(from - HALF_M);
    // He has come so near to the ego's side when it enters, and stands still then.
    const AWAY_M: f64 = 2.5;
    let beside = 0.9 + 0.3 + AWAY_M;
    let from_right = right < -beside;
    // Seen from the ego, which may still be turning.
    let ego = Body::car("ego").course(ridden.course.clone()).state(enters).pose;
    let (sin, cos) = math::sin_cos(ego.yaw_rad);
    let seen_m = |left_m: f64| {
        let at = ride.way.place(middle, left_m);
        (at[1] - ego.y_m) * cos - (at[0] - ego.x_m) * sin
    };
    let at = crate::solve(if from_right { -beside } else { beside }, -12.0, 12.0, seen_m);
    let from = if from_right { right } else { left };
    let t0 = (enters - (at - from).abs() / WALK_MPS - 3.0).max(0.0);
    let walker = ride.walker("walker", middle, from, at, t0, WALK_MPS);
    Ok(ridden.actor(walker).about(AWAY_M, known_to_m, enters, enters))
}

/// Stops for somebody who crosses, and goes on when he has crossed.
fn yields(ride: &Ride) -> Result<Ridden, Error> {
    let (from, to, [right, left]) = first(ride, 0.0)?;
    let middle = f64::midpoint(from, to);
    let (right, left) = (right + 0.4, left - 0.4);
    let crosses_s = (left - right) / WALK_MPS + 2.0;
    let stop = from - 1.5 - HALF_M;
    let ridden = ride.drive(&ride.pace().stand(stop, crosses_s - 2.0))?;
    let (stands, _) = ridden.stand_at(stop);
    Ok(ridden.actor(ride.walker("walker", middle, right, left, (stands - 3.0).max(0.0), WALK_MPS)))
}

/// A little faster than 30 km/h, nobody near.
fn fast(ride: &Ride) -> Result<Ridden, Error> {
    let mps = 31.5 / 3.6;
    let (from, to) = match ride.item {
        "school-zone" => (ride.entry_m + 25.0, ride.exit_m - 40.0),
        _ => {
            let (from, to, _) = first(ride, 0.0)?;
            (from - 12.0, to + 6.0)
        }
    };
    let ridden = ride.drive(&ride.pace().over(from, to, mps))?;
    let (a, b) = (ridden.time(from), ridden.time(to));
    Ok(ridden.faulty(31.5, a, b))
}

pub(crate) fn crossing(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let ridden = match ask.fault {
        Some("too-fast") => fast(&ride)?,
        Some("not-yielded") => not_yielded(&ride, 0.0, 0.1)?,
        _ => yields(&ride)?,
    };
    Ok(ride.plan(ridden, ask.fault))
}

pub(crate) fn school(ask: &Ask<'_>) -> Result<Plan, Error> {
    crossing(ask)
}

/// Slowly past people who wait.
pub(crate) fn bus_stop(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let zone = ride.track.zones().iter().filter(|z| z.kind == ZoneKind::BusStop);
    let near = |s: f64| {
        let at = ride.way.place(s, 0.0);
        zone.clone().any(|z| lukao_track::outline_distance(&z.outline_m, at) < 5.0)
    };
    let n = (ride.exit_m - ride.entry_m) as usize;
    let along: Vec<f64> = (0..n).map(|k| ride.entry_m + k as f64).filter(|s| near(*s)).collect();
    let (Some(from), Some(to)) = (along.first(), along.last()) else {
        return Err(Error::new(
            ride.track.name(),
            format!("a bus stop at station {}", ride.station.id),
            "none",
        ));
    };
    let fast = 31.0 / 3.6;
    let mut pace = ride.pace().slow(
        ride.entry_m - HALF_M - 4.0,
        to + HALF_M,
        if ask.is("not-slowed") { fast } else { 6.5 },
    );
    let middle = f64::midpoint(*from, *to);
    if ask.is("stops") {
        pace = pace.stand(middle, 22.0);
    } else if !ask.is("not-slowed") {
        pace = pace.slow(from - HALF_M - 4.0, to + HALF_M, 5.0);
    }
    let mut ridden = ride.drive(&pace)?;
    match ask.fault {
        Some("not-slowed") => {
            let t = ridden.time(ride.entry_m - HALF_M);
            let kmh = 3.6 * ridden.speed.state(t).1;
            ridden = ridden.faulty(kmh, t, t + 1.0);
        }
        Some("stops") => {
            let (a, b) = ridden.stand_at(middle);
            let stood = ridden.stood_s(middle);
            ridden = ridden.faulty(stood, a, b);
        }
        Some("close-pass") => {
            // He rides at the right, and the ego passes him in the middle of the bus stop.
            const GAP_M: f64 = 0.92;
            let (mps, right) = (2.5, -(0.9 + 0.3 + GAP_M));
            let t = ridden.time(middle);
            let (a, b) =
                (ride.way.place(middle - mps * t, right), ride.way.place(ride.way.length_m(), right));
            let path = Path::from(a[0], a[1], math::atan2(b[1] - a[1], b[0] - a[0])).straight(400.0);
            let cyclist = Body::bicycle("cyclist").course(Course::new(path, Speed::of(mps)));
            ridden = ridden.actor(target(cyclist, &ride.way)).about(GAP_M, 0.02, t - 2.0, t + 2.0);
        }
        _ => {}
    }
    let waits = |id: &str, back: f64| ride.thing(id, ActorClass::Pedestrian, to - back, -3.0, [0.5, 0.6]);
    let ridden = ridden.actor(waits("waits-1", 3.0)).actor(waits("waits-2", 4.5));
    Ok(ride.plan(ridden, ask.fault))
}
