//! Items at junctions.

use lukao_model::code::{Indicator, SignalState};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Error};
use lukao_track::{Route, RouteLeg, Turn};

use super::Ask;
use super::areas::Fault;
use super::ride::{HALF_M, Ridden, Ride, target};
use super::way::{Bend, Way};
use crate::body::Body;
use crate::course::Course;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const RED_LIGHT: Fault =
    Fault { id: "red-light", rule: "red-light", what: "passes the line 1 s before green", side: &[] };
pub(crate) const LATE_START: Fault =
    Fault { id: "late-start", rule: "late-start-on-green", what: "starts 10.6 s after green", side: &[] };
pub(crate) const AMBER: Fault =
    Fault { id: "amber", rule: "amber-light", what: "passes the line 4.5 s after amber", side: &[] };
pub(crate) const FAST_TURN: Fault =
    Fault { id: "fast-turn", rule: "fast-when-turning", what: "turns at 31.5 km/h", side: &[] };
pub(crate) const FAST_RING: Fault = Fault {
    id: "fast-bend",
    rule: "lateral-acceleration",
    what: "goes round at 3.3 m/s²",
    side: &["speed-limit"],
};
pub(crate) const OFF_LINE: Fault =
    Fault { id: "off-line", rule: "stops-off-the-line", what: "stops 2.4 m before the line", side: &[] };
pub(crate) const ON_CROSSING: Fault =
    Fault { id: "on-crossing", rule: "stops-on-crossing", what: "stands on the crossing for 5 s", side: &[] };
pub(crate) const INDICATED_LATE: Fault = Fault {
    id: "indicated-late",
    rule: "indicator-late",
    what: "indicates 2.5 s before the junction",
    side: &[],
};
pub(crate) const NOT_YIELDED: Fault = Fault {
    id: "not-yielded",
    rule: "give-way",
    what: "turns in before somebody on the main road",
    side: &["unsignalled-right-of-way"],
};
pub(crate) const POLICE_IGNORED: Fault =
    Fault { id: "police-ignored", rule: "police-order", what: "drives on though told to stop", side: &[] };
pub(crate) const NOT_INDICATED: Fault =
    Fault { id: "not-indicated", rule: "indicator-missing", what: "turns without indicator", side: &[] };

/// How far before a line the front stops, metres.
const SHORT_M: f64 = 0.8;
/// How long after green it starts, s.
const REACTS_S: f64 = 1.5;

/// The first junction of the way after the entry.
fn junction(ride: &Ride) -> Result<Bend, Error> {
    let found = ride.way.bends.iter().find(|b| !b.change && b.to_m > ride.entry_m && b.from_m < ride.exit_m);
    found.copied().ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a junction on the way through station {}", ride.station.id),
            "none",
        )
    })
}

fn line(ride: &Ride) -> Result<f64, Error> {
    let found = ride.stop_line_m(ride.entry_m).filter(|s| *s < ride.exit_m);
    found.ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a stop line on the way through station {}", ride.station.id),
            "none",
        )
    })
}

/// Stops at red, goes on green.
pub(crate) fn lights(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let line = line(&ride)?;
    if ask.is("red-light") {
        let mut ridden = ride.drive(&ride.pace())?;
        let t = ridden.time(line - HALF_M);
        ride.lights(&mut ridden.tell, &[(0.0, SignalState::Red), (t + 1.0, SignalState::Green)]);
        return Ok(ride.plan(ridden.faulty(1.0, t, t), ask.fault));
    }
    if ask.is("amber") {
        let mut ridden = ride.drive(&ride.pace())?;
        let t = ridden.time(line - HALF_M);
        let states = [(0.0, SignalState::Green), (t - 4.5, SignalState::Amber), (t + 2.0, SignalState::Red)];
        ride.lights(&mut ridden.tell, &states);
        return Ok(ride.plan(ridden.faulty(1.0, t, t), ask.fault));
    }
    let reacts = if ask.is("late-start") { 10.6 } else { REACTS_S };
    let stop = line - HALF_M - if ask.is("off-line") { 2.4 } else { SHORT_M };
    let waits = 4.0 + ask.pick(3);
    let mut ridden = ride.drive(&ride.pace().stand(stop, waits + reacts))?;
    let (_, leaves) = ridden.stand_at(stop);
    ride.lights(&mut ridden.tell, &[(0.0, SignalState::Red), (leaves - reacts, SignalState::Green)]);
    ridden = match ask.fault {
        Some("late-start") => ridden.faulty(reacts, leaves - reacts, leaves),
        Some("off-line") => ridden.faulty(2.4, leaves - reacts - waits, leaves),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// Stops though the light is green, since an officer says so, and goes when he says so.
pub(crate) fn police(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let (line, junction) = (line(&ride)?, junction(&ride)?);
    let stop = line - SHORT_M - HALF_M;
    let pace = ride.pace();
    let ignored = ask.is("police-ignored");
    let mut ridden = ride.drive(&if ignored { pace } else { pace.stand(stop, 6.0) })?;
    let way = match junction.turn {
        Turn::Left | Turn::Around => "left",
        Turn::Right => "right",
        Turn::Straight => "straight",
    };
    let told = ridden.time((line - 45.0).max(1.0));
    ridden.tell.text(Channel::Mark, told, "police: stop");
    let goes = if ignored { ridden.time(junction.to_m) + 2.0 } else { ridden.stand_at(stop).1 - REACTS_S };
    ridden.tell.text(Channel::Mark, goes, format!("police: {way}"));
    let middle = f64::midpoint(junction.from_m, junction.to_m);
    let officer = ride.thing("officer", ActorClass::Pedestrian, middle, 4.5, [0.5, 0.6]);
    if ignored {
        let t = ridden.time(junction.from_m - HALF_M);
        ridden = ridden.faulty(1.0, t, t);
    }
    Ok(ride.plan(ridden.actor(officer), ask.fault))
}

/// Slowly over the junction.
pub(crate) fn straight(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    let mut pace = ride.pace().slow(j.from_m - 12.0, j.to_m, 7.5);
    let on = ride.crossings().first().map_or(j.from_m, |c| f64::midpoint(c.0, c.1));
    if ask.is("on-crossing") {
        // Below 0.2 m/s it stands for a second more.
        pace = pace.stand(on, 4.0);
    }
    let mut ridden = ride.drive(&pace)?;
    if ask.is("on-crossing") {
        let (a, b) = ridden.stand_at(on);
        ridden = ridden.faulty(5.0, a, b);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Right, left or round, with the light green.
pub(crate) fn turn(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    let mut pace = ride.pace();
    if ask.is("fast-turn") {
        pace = pace.over(j.from_m - 40.0, j.to_m + 4.0, 31.5 / 3.6);
    }
    let mut ridden = ride.drive(&pace)?;
    let (a, b) = (ridden.time(j.from_m), ridden.time(j.to_m));
    match ask.fault {
        Some("fast-turn") => ridden = ridden.faulty(31.5, a, b),
        Some("not-indicated") => {
            ridden.tell.dark();
            ridden = ridden.faulty(1.0, a, b);
        }
        Some("indicated-late") => {
            ridden.tell.dark();
            // The front is in the junction before the middle is.
            let enters = ridden.time(j.from_m - HALF_M);
            let side = if j.turn == Turn::Right { Indicator::Right } else { Indicator::Left };
            ridden.tell.indicate(side, enters - 2.5, b);
            ridden = ridden.faulty(2.5, enters - 2.5, enters);
        }
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Slowly into the roundabout, after somebody who is in it.
pub(crate) fn roundabout(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    let mut pace = ride.pace().slow(j.from_m - 10.0, j.to_m, 6.0);
    let middle = f64::midpoint(ride.entry_m, ride.exit_m);
    if ask.is("fast-bend") {
        let path = ride.way.path(|_| 0.0);
        let mps = (3.3 / super::roads::sharpest(&path, j.from_m - 12.0, middle + 6.0)).sqrt();
        pace = pace.over(j.from_m - 12.0, middle + 6.0, mps);
    }
    let mut ridden = ride.drive(&pace)?;
    let t = ridden.time(middle);
    match ask.fault {
        Some("fast-bend") => ridden = ridden.faulty(3.3, t - 1.0, t + 1.0),
        Some("not-indicated") => {
            ridden.tell.dark();
            ridden = ridden.faulty(1.0, t, t + 3.0);
        }
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Waits for somebody on the main road, then joins it.
pub(crate) fn main_road(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    let stop = j.from_m - 1.5 - HALF_M;
    let (yields, dark) = (!ask.is("not-yielded"), ask.is("not-indicated"));
    let mut ridden = ride.drive(&if yields { ride.pace().stand(stop, 6.0) } else { ride.pace() })?;
    // Who does not wait is in the way of somebody who is 1.5 s from the middle of the junction.
    let stands = if yields { ridden.stand_at(stop).0 } else { ridden.time(j.to_m) };
    if dark {
        ridden.tell.dark();
        let (a, b) = (ridden.time(j.from_m), ridden.time(j.to_m));
        ridden = ridden.faulty(1.0, a, b);
    }
    if !yields {
        ridden = ridden.faulty(1.0, (stands - 2.0).max(0.0), stands);
    }
    let others = from_the_main_road(&ride, &j).map(|way| {
        // In the middle of the junction while the ego stands.
        let middle = 0.5 * way.length_m();
        let mps = 9.0;
        let from = (middle - mps * (stands + 1.5)).max(0.0);
        let speed = Speed::of(mps);
        let late_s = stands + 1.5 - (middle - from) / mps;
        let course = Course::new(way.path(|_| 0.0), speed).from_m(from + HALF_M);
        let seen = (late_s.max(0.0), late_s.max(0.0) + (way.length_m() - from - 10.0) / mps);
        target(Body::car("main").course(course), &way).log(move |a| a.present_s(&[seen]))
    });
    let ridden = others.into_iter().fold(ridden, Ridden::actor);
    Ok(ride.plan(ridden, ask.fault))
}

/// The way straight on into the lane that the ego turns into.
fn from_the_main_road(ride: &Ride, junction: &Bend) -> Option<Way> {
    let inside = ride.way.spot(f64::midpoint(junction.from_m, junction.to_m)).lane;
    let own = ride.track.paths().map(|p| p.1).find(|p| p.via.contains(&inside))?;
    let other = ride.track.paths().map(|p| p.1).find(|p| {
        p.junction == own.junction && p.to == own.to && p.from != own.from && p.turn == Turn::Straight
    })?;
    let length = |l| ride.track.lane(l).length_m();
    let leg = |lane, from_m, to_m| RouteLeg { lane, from_m, to_m, changes: false };
    let (from, to) = (other.from, other.to?);
    let mut legs = vec![leg(from, (length(from) - 150.0).max(0.0), length(from))];
    legs.extend(other.via.iter().map(|v| leg(*v, 0.0, length(*v))));
    legs.push(leg(to, 0.0, length(to).min(150.0)));
    let length_m = legs.iter().map(|l| l.to_m - l.from_m).sum();
    Some(Way::along(&ride.track, &Route { legs, length_m }, 50.0, 3.0))
}
