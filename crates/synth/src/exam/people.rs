//! Items with people on foot.

use lukao_model::Error;
use lukao_model::vehicle::ActorClass;
use lukao_track::{Crossing, ZoneKind};

use super::Ask;
use super::areas::Fault;
use super::ride::{HALF_M, Ridden, Ride};
use crate::plan::Plan;

pub(crate) const NOT_YIELDED: Fault = Fault {
    id: "not-yielded",
    rule: "pedestrian-not-yielded",
    what: "drives over the crossing with somebody 2 m away on it",
    side: &[],
};

pub(crate) const FAST_OVER: Fault = Fault {
    id: "too-fast",
    rule: "crossing-not-slowed",
    what: "drives over the crossing at 31.5 km/h",
    side: &[],
};
pub(crate) const FAST_AT_SCHOOL: Fault = Fault {
    id: "too-fast",
    rule: "fast-in-school-zone",
    what: "drives at 31.5 km/h in the school zone",
    side: &["speed-limit"],
};
pub(crate) const NOT_SLOWED: Fault =
    Fault { id: "not-slowed", rule: "not-slowed", what: "is 1 km/h too fast at the entry", side: &[] };
pub(crate) const STOPS: Fault =
    Fault { id: "stops", rule: "stops-at-bus-stop", what: "stands at the bus stop for 22 s", side: &[] };

/// Speed of people on foot, m/s.
const WALK_MPS: f64 = 1.4;

/// The first crossing between the gates: from and to along the way, and its outermost places on the right and left.
fn first(ride: &Ride) -> Result<(f64, f64, [f64; 2]), Error> {
    let inside = |c: &&(f64, f64)| c.0 > ride.entry_m && c.1 < ride.exit_m;
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
    let (sin, cos) = lukao_model::math::sin_cos(spot.yaw_rad);
    let lefts = crossing
        .into_iter()
        .flat_map(|c| &c.outline_m)
        .map(|p| (p[1] - spot.at[1]) * cos - (p[0] - spot.at[0]) * sin);
    let sides = lefts.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], l| [a.min(l), b.max(l)]);
    Ok((from, to, sides))
}

/// Stops for somebody who crosses, and goes on when he has crossed.
fn yields(ride: &Ride, fault: bool) -> Result<Ridden, Error> {
    let (from, to, [right, left]) = first(ride)?;
    let middle = f64::midpoint(from, to);
    let (right, left) = (right + 0.4, left - 0.4);
    if fault {
        let ridden = ride.drive(&ride.pace())?;
        let enters = ridden.time(from - HALF_M);
        // At 2 m from the ego's side when its front enters.
        let at = -(0.9 + 0.3 + 2.0);
        let t0 = (enters - (at - right).max(0.0) / WALK_MPS - 0.9).max(0.0);
        let walker = ride.walker("walker", middle, right, left, t0, WALK_MPS);
        return Ok(ridden.actor(walker).faulty(2.0, enters, enters));
    }
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
            let (from, to, _) = first(ride)?;
            (from - 12.0, to + 6.0)
        }
    };
    let ridden = ride.drive(&ride.pace().over(from, to, mps))?;
    let (a, b) = (ridden.time(from), ridden.time(to));
    Ok(ridden.faulty(31.5, a, b))
}

pub(crate) fn crossing(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let ridden = if ask.is("too-fast") { fast(&ride)? } else { yields(&ride, ask.is("not-yielded"))? };
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
            ridden = ridden.faulty(31.0, t, t + 1.0);
        }
        Some("stops") => {
            let (a, b) = ridden.stand_at(middle);
            ridden = ridden.faulty(b - a, a, b);
        }
        _ => {}
    }
    let waits = |id: &str, back: f64| ride.thing(id, ActorClass::Pedestrian, to - back, -3.0, [0.5, 0.6]);
    let ridden = ridden.actor(waits("waits-1", 3.0)).actor(waits("waits-2", 4.5));
    Ok(ride.plan(ridden, ask.fault))
}
