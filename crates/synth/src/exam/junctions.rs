//! Items at junctions.

use lukao_model::code::{Indicator, SignalState};
use lukao_model::vehicle::ActorClass;
use lukao_model::{Channel, Error};
use lukao_track::Turn;

use super::Ask;
use super::areas::Fault;
use super::elsewhere::arrives;
use super::pace::Pace;
use super::ride::{HALF_M, Ride};
use super::roads::{FAST_ACROSS, junction};
use super::way::Bend;
use crate::course::CAR_AXLE_M as AXLE_M;
use crate::path::Path;
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const RED_LIGHT: Fault =
    Fault::new("red-light", "red-light", "passes the line 1 s before green").of("red").same(&["red-light"]);
pub(crate) const ON_RED: Fault = Fault::new("red-light", "red-light", "passes the line 1 s before green");
pub(crate) const LATE_START: Fault =
    Fault::new("late-start", "late-start-on-green", "starts 10.7 s after green");
pub(crate) const AMBER: Fault = Fault::new("amber", "amber-light", "passes the line 4.5 s after amber");
pub(crate) const FAST_TURN: Fault = Fault::new("fast-turn", "fast-when-turning", "turns at 31.5 km/h");
pub(crate) const FAST_RING: Fault =
    Fault::new("fast-bend", "lateral-acceleration", "goes round at 3.2 m/s², over half a second");
pub(crate) const OFF_LINE: Fault =
    Fault::new("off-line", "stops-off-the-line", "stops 2.4 m before the line");
pub(crate) const ON_CROSSING: Fault =
    Fault::new("on-crossing", "stops-on-crossing", "stands on the crossing for 3.5 s");
pub(crate) const INDICATED_LATE: Fault =
    Fault::new("indicated-late", "indicator-late", "indicates 2.5 s before the junction");
pub(crate) const NOT_YIELDED: Fault =
    Fault::new("not-yielded", "give-way", "turns in before somebody on the main road");
pub(crate) const POLICE_IGNORED: Fault =
    Fault::new("police-ignored", "police-order", "drives on though told to stop");
pub(crate) const NOT_INDICATED: Fault =
    Fault::new("not-indicated", "indicator-missing", "turns without indicator");

pub(crate) const ELSEWHERE: Fault =
    Fault::new("elsewhere", "manoeuvre-missing", "takes another way through the junction");
pub(crate) const BLOCKED: Fault = Fault::new(
    "blocked",
    "blocked-junction-entered",
    "enters the junction, behind which there is room of 4.6 m, and stands in it",
);
pub(crate) const LATE_BRAKING: Fault = Fault::new(
    "late-braking",
    "hard-braking-needed",
    "brakes so late for somebody who stands that 6.4 m/s² are needed",
)
.of("general/hard-braking-needed");
pub(crate) const CUTS_LEFT: Fault =
    Fault::new("cuts-left", "right-turn-cuts-left-turn", "turns right 1.7 s before somebody who turns left");
pub(crate) const CUTS_ONCOMING: Fault = Fault::new(
    "cuts-oncoming",
    "left-turn-cuts-oncoming",
    "turns left 1.7 s before somebody who comes straight on, while the lights flash amber",
);
pub(crate) const WIDE: Fault =
    Fault::new("wide", "left-turn-right-of-centre", "turns left 0.15 m beyond the middle of the junction");
pub(crate) const PEDESTRIAN: Fault = Fault::new(
    "not-yielded",
    "pedestrian-not-yielded",
    "leaves the junction over the crossing with somebody 2.5 m away on it",
);
pub(crate) const FORBIDDEN: Fault =
    Fault::new("forbidden", "forbidden-u-turn", "turns round from a lane whose sign forbids it");
pub(crate) const FAST_ROUND: Fault =
    Fault::new("fast-turn", "fast-when-turning", "turns round at 31.5 km/h at first");
pub(crate) const ON_RING: Fault =
    Fault::new("not-yielded", "roundabout-entry", "enters 1.7 s before somebody who is in it");
pub(crate) const UNSIGNED: Fault = Fault::new(
    "unsigned",
    "unsignalled-right-of-way",
    "turns in 1.7 s before somebody who goes straight on, where no sign stands",
);
pub(crate) const FAST_BEND: Fault =
    Fault::new("fast-bend", "lateral-acceleration", "turns in at 3.2 m/s², over half a second");
pub(crate) const CUTS_IN: Fault = Fault::new(
    "cuts-in",
    "cut-in-forces-braking",
    "changes lanes before somebody who then brakes at 3.3 m/s²",
)
.same(&["general/cut-in-forces-braking"]);

/// How far before a line the front stops, metres.
const SHORT_M: f64 = 0.8;
/// What is left to somebody who goes first, s: 2 s are asked for.
const GAP_S: f64 = 1.7;
/// How long after green it starts, s.
const REACTS_S: f64 = 1.5;

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

/// Passes the line a second before the light is green.
fn on_red(ask: &Ask<'_>, ride: &Ride, pace: &Pace) -> Result<Plan, Error> {
    let line = line(ride)?;
    let mut ridden = ride.drive(pace)?;
    let t = ridden.time(line - HALF_M);
    ride.lights(&mut ridden.tell, &[(0.0, SignalState::Red), (t + 1.0, SignalState::Green)]);
    Ok(ride.at_last(ridden.faulty(1.0, t, t), ask))
}

/// Stops at red, goes on green.
pub(crate) fn lights(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let line = line(&ride)?;
    if ask.is("red-light") {
        return on_red(ask, &ride, &ride.pace());
    }
    if ask.is("amber") {
        let mut ridden = ride.drive(&ride.pace())?;
        let t = ridden.time(line - HALF_M);
        let states = [(0.0, SignalState::Green), (t - 4.5, SignalState::Amber), (t + 2.0, SignalState::Red)];
        ride.lights(&mut ridden.tell, &states);
        return Ok(ride.plan(ridden.happens(t, t), ask.fault));
    }
    // What counts is when it is seen to move.
    let reacts = if ask.is("late-start") { 10.2 } else { REACTS_S };
    let stop = line - HALF_M - if ask.is("off-line") { 2.4 } else { SHORT_M };
    let waits = 4.0 + ask.pick(3);
    let mut ridden = ride.drive(&ride.pace().stand(stop, waits + reacts))?;
    let (_, leaves) = ridden.stand_at(stop);
    ride.lights(&mut ridden.tell, &[(0.0, SignalState::Red), (leaves - reacts, SignalState::Green)]);
    ridden = match ask.fault {
        Some("late-start") => {
            let moves = ridden.moves_s(leaves);
            ridden.faulty(moves - leaves + reacts, leaves - reacts, moves)
        }
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
        ridden = ridden.happens(t, t);
    }
    Ok(ride.plan(ridden.actor(officer), ask.fault))
}

/// Slowly over the junction.
pub(crate) fn straight(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    let mut pace = ride.pace().slow(j.from_m - 12.0, j.to_m, 7.5);
    match ask.fault {
        Some("elsewhere") => return elsewhere(ask, &ride, &j, Turn::Right),
        Some("red-light") => return on_red(ask, &ride, &pace),
        Some("late-braking") => return late_braking(ask, ride, &j),
        Some("blocked") => return blocked(ask, ride, &j),
        _ => {}
    }
    let on = ride.crossings().first().map_or(j.from_m, |c| f64::midpoint(c.0, c.1));
    if ask.is("on-crossing") {
        // Below 0.2 m/s it stands for a second more.
        pace = pace.stand(on, 2.5);
    }
    let mut ridden = ride.drive(&pace)?;
    if ask.is("on-crossing") {
        let (a, b) = ridden.stand_at(on);
        let stood = ridden.stood_s(on);
        ridden = ridden.faulty(stood, a, b);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// By another way through the junction, from where the exit is not passed.
fn elsewhere(ask: &Ask<'_>, ride: &Ride, junction: &Bend, turn: Turn) -> Result<Plan, Error> {
    let ride = ride.turned(junction, turn, false)?;
    let ridden = ride.drive(&ride.pace())?;
    let (a, b) = (ridden.time(ride.entry_m), ridden.to_s);
    Ok(ride.plan(ridden.faulty(0.0, a, b), ask.fault))
}

/// Into the junction behind somebody who stands right behind it.
fn blocked(ask: &Ask<'_>, ride: Ride, junction: &Bend) -> Result<Plan, Error> {
    const ROOM_M: f64 = 4.6;
    let (from, to) = ride.inside_m(junction).unwrap_or((junction.from_m, junction.to_m));
    let stop = to - 0.5 - HALF_M;
    let ridden = ride.drive(&ride.pace().slow(from - 12.0, to, 7.5).stand(stop, 6.0))?;
    let (a, b) = ridden.stand_at(stop);
    let lead = ride.car("lead", to + ROOM_M + HALF_M, 0.0, Speed::of(0.0).hold_s(b - 1.5).to(9.0, 1.5));
    let enters = ridden.time(from - HALF_M);
    Ok(ride.plan(ridden.actor(lead).about(ROOM_M, 0.1, enters, a), ask.fault))
}

/// Hard and late for somebody who stands before the junction.
fn late_braking(ask: &Ask<'_>, ride: Ride, junction: &Bend) -> Result<Plan, Error> {
    const NEEDED: f64 = 6.4;
    let rear = junction.from_m - 36.0;
    let usual = ride.pace().slow(junction.from_m - 12.0, junction.to_m, 7.5);
    let pace = |gap_m: f64| usual.clone().stand_by(rear - gap_m - HALF_M, 4.0, 7.5);
    // What would just do if it braked evenly from now on; nobody looks at it when it is slower than 2 m/s.
    let needed = |gap_m: f64| {
        let Ok(speed) = pace(gap_m).speed(rear - gap_m - HALF_M) else { return 0.0 };
        let at = |k: u32| {
            let (s, v, _) = speed.state(0.01 * f64::from(k));
            if v < 2.0 { 0.0 } else { v * v / (2.0 * (rear - s - HALF_M)) }
        };
        (0..(100.0 * speed.end_s()) as u32).map(at).fold(0.0, f64::max)
    };
    let gap_m = crate::solve(NEEDED, 0.3, 4.0, needed);
    let stop = rear - gap_m - HALF_M;
    let ridden = ride.drive(&pace(gap_m))?;
    let (a, b) = ridden.stand_at(stop);
    let lead = ride.car("lead", rear + HALF_M, 0.0, Speed::of(0.0).hold_s(b - 2.0).to(9.0, 1.5));
    Ok(ride.plan(ridden.actor(lead).about(NEEDED, 0.1, a - 3.0, a), ask.fault))
}

/// Right, left or round, with the light green.
pub(crate) fn turn(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    match ask.fault {
        Some("elsewhere") => return elsewhere(ask, &ride, &j, Turn::Straight),
        Some("red-light") => return on_red(ask, &ride, &ride.pace()),
        Some("cuts-left" | "cuts-oncoming") => return cuts(ask, ride, &j),
        Some("wide") => return wide(ask, ride, &j),
        Some("not-yielded") => {
            // The body is still turning when it comes to the crossing.
            let ridden = super::people::not_yielded(&ride, j.to_m - 4.0, 0.35)?;
            return Ok(ride.plan(ridden, ask.fault));
        }
        Some("forbidden") => {
            // From the lane beside, for which there is a sign of its own.
            let ride = ride.turned(&j, Turn::Around, false)?;
            let ridden = ride.drive(&ride.pace())?;
            let (a, b) = (ridden.time(j.from_m), ridden.time(j.to_m));
            return Ok(ride.plan(ridden.faulty(1.0, a, b), ask.fault));
        }
        Some("fast-turn") if j.turn == Turn::Around => {
            let from = ride.inside_m(&j).unwrap_or((j.from_m, j.to_m)).0;
            let kmh = 31.5;
            // Braked hard before the bend proper.
            let pace = ride.pace().over(from - 20.0, j.to_m + 4.0, kmh / 3.6).slow_by(
                from + 7.5,
                j.to_m + 4.0,
                3.6,
                8.0,
            );
            let ridden = ride.drive(&pace)?;
            let (a, b) = (ridden.time(from), ridden.time(j.to_m));
            return Ok(ride.plan(ridden.faulty(kmh, a, b), ask.fault));
        }
        _ => {}
    }
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
            ridden = ridden.happens(a, b);
        }
        Some("indicated-late") => {
            ridden.tell.dark();
            // The front is in the junction before the middle is.
            let enters = ridden.time(ride.inside_m(&j).map_or(j.from_m, |i| i.0) - HALF_M);
            let side = if j.turn == Turn::Right { Indicator::Right } else { Indicator::Left };
            ridden.tell.indicate(side, enters - 2.5, b);
            ridden = ridden.about(2.5, 0.05, enters - 2.5, enters);
        }
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Before somebody who goes first.
fn cuts(ask: &Ask<'_>, ride: Ride, junction: &Bend) -> Result<Plan, Error> {
    let ridden = ride.drive(&ride.pace())?;
    let right = junction.turn == Turn::Right;
    let from_there = |p: &lukao_track::Path, own: &lukao_track::Path| {
        let opposite = lukao_model::math::angle_between(heading(&ride, p), heading(&ride, own)).abs() > 2.6;
        opposite && p.turn == if right { Turn::Left } else { Turn::Straight }
    };
    let other = ride.other(junction, from_there)?;
    let mut ridden = ride.comes(other, ridden, 9.0, GAP_S);
    if !right {
        // A green arrow would hold back who comes.
        ride.all_lights(&mut ridden.tell, junction, SignalState::FlashingAmber);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Heading at the end of the lane by which a path comes, rad.
fn heading(ride: &Ride, path: &lukao_track::Path) -> f64 {
    let lane = ride.track.lane(path.from);
    lane.heading_at(lane.length_m())
}

/// Left in a tight bend beyond the middle of the junction.
fn wide(ask: &Ask<'_>, ride: Ride, junction: &Bend) -> Result<Plan, Error> {
    const BEYOND_M: f64 = 0.15;
    let begin = ride.way.spots[0];
    let after = *ride.way.spot(junction.to_m + 15.0);
    let yaw = begin.yaw_rad;
    let turn = lukao_model::math::angle_between(yaw, after.yaw_rad);
    let (sin, cos) = lukao_model::math::sin_cos(yaw);
    let ahead = |p: [f64; 2]| (p[0] - begin.at[0]) * cos + (p[1] - begin.at[1]) * sin;
    // The bend begins so that it ends in the lane that it turns into.
    let path = |r: f64| {
        let bend = Path::from(0.0, 0.0, 0.0).turn(turn.to_degrees(), r).end();
        let straight = ahead([after.at[0], after.at[1]]) - bend.x_m;
        Path::from(begin.at[0], begin.at[1], yaw)
            .straight(straight)
            .turn(turn.to_degrees(), r)
            .straight(120.0)
    };
    let centre = ride.centre_m(junction).ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a middle of the junction at station {}", ride.station.id),
            "none",
        )
    })?;
    // How far the middle of the body passes on the right of it.
    let beyond = |r: f64| {
        let path = path(r);
        let n = (10.0 * path.length_m()) as usize;
        let off = (0..n).map(|k| {
            let p = path.at(0.1 * k as f64).pose;
            let (sin, cos) = lukao_model::math::sin_cos(p.yaw_rad);
            let to = [centre[0] - p.x_m - AXLE_M * cos, centre[1] - p.y_m - AXLE_M * sin];
            let away = lukao_model::math::hypot(to[0], to[1]);
            if cos * to[1] - sin * to[0] > 0.0 { away } else { -away }
        });
        off.fold(f64::INFINITY, |a: f64, b| if b.abs() < a.abs() { b } else { a })
    };
    let r = crate::solve(BEYOND_M, 5.0, 12.0, beyond);
    let pace = ride.pace().slow(junction.from_m - 4.0, junction.to_m + 6.0, 3.2);
    let ridden = ride.drive_on(path(r), &pace)?;
    let (a, b) = (ridden.time(junction.from_m - HALF_M), ridden.time(junction.to_m));
    Ok(ride.plan(ridden.faulty(BEYOND_M, a, b), ask.fault))
}

/// Slowly into the roundabout, after somebody who is in it.
pub(crate) fn roundabout(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let j = junction(&ride)?;
    let mut pace = ride.pace().slow(j.from_m - 10.0, j.to_m, 6.0);
    if ask.is("not-yielded") {
        let other = ride.other(&j, |p, own| ride.track.on_ring(p.from) && p.to == own.to)?;
        let ridden = ride.comes(other, ride.drive(&pace)?, 5.0, GAP_S);
        return Ok(ride.plan(ridden, ask.fault));
    }
    let middle = f64::midpoint(ride.entry_m, ride.exit_m);
    if ask.is("fast-bend") {
        let path = ride.way.path(|_| 0.0);
        let mps = super::lanes::fastest(&path, (j.from_m - 4.0, middle), FAST_ACROSS);
        pace = pace.over(j.from_m - 12.0, middle + 6.0, mps);
    }
    let mut ridden = ride.drive(&pace)?;
    let t = ridden.time(middle);
    match ask.fault {
        Some("fast-bend") => {
            let from = ridden.time(j.from_m - 4.0);
            ridden = ridden.about(FAST_ACROSS, 0.1, from, t);
        }
        Some("not-indicated") => {
            ridden.tell.dark();
            // It is the way out that has to be told.
            let out = ride
                .way
                .bends
                .iter()
                .rfind(|b| b.turn != Turn::Straight)
                .map_or(t, |b| ridden.time(b.from_m));
            ridden = ridden.happens(out - 3.0, out + 3.0);
        }
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Waits for somebody on the main road, then joins it.
pub(crate) fn main_road(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::at(ask.track, ask.item, usize::from(ask.is("unsigned")))?;
    let j = junction(&ride)?;
    match ask.fault {
        Some("not-yielded" | "unsigned") => {
            let ridden = ride.drive(&ride.pace())?;
            let straight =
                |p: &lukao_track::Path, own: &lukao_track::Path| p.turn == Turn::Straight && p.to == own.to;
            let ridden = ride.comes(ride.other(&j, straight)?, ridden, 9.0, GAP_S);
            return Ok(ride.plan(ridden, ask.fault));
        }
        Some("fast-bend") => {
            let path = ride.way.path(|_| 0.0);
            // Only into the bend; out of it it is a little slower.
            let half = f64::midpoint(j.from_m, j.to_m);
            let mps = super::lanes::fastest(&path, (j.from_m - 4.0, half), FAST_ACROSS);
            let pace = ride.pace().over(j.from_m - 12.0, half, mps).over(half, j.to_m + 6.0, 0.94 * mps);
            let ridden = ride.drive(&pace)?;
            let (a, b) = (ridden.time(j.from_m), ridden.time(j.to_m));
            return Ok(ride.plan(ridden.about(FAST_ACROSS, 0.1, a, b), ask.fault));
        }
        Some("cuts-in") => return cuts_in(ask, ride, &j),
        _ => {}
    }
    let stop = j.from_m - 1.5 - HALF_M;
    let mut ridden = ride.drive(&ride.pace().stand(stop, 6.0))?;
    let stands = ridden.stand_at(stop).0;
    if ask.is("not-indicated") {
        ridden.tell.dark();
        let (a, b) = (ridden.time(j.from_m), ridden.time(j.to_m));
        ridden = ridden.happens(a, b);
    }
    // In the middle of the junction while the ego stands.
    let straight =
        |p: &lukao_track::Path, own: &lukao_track::Path| p.turn == Turn::Straight && p.to == own.to;
    let ridden = match ride.other(&j, straight) {
        Ok(other) => ridden.actor(other.passes(stands + 1.5, 9.0)),
        Err(_) => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// On the main road over to the next lane, before somebody who then has to brake.
fn cuts_in(ask: &Ask<'_>, ride: Ride, junction: &Bend) -> Result<Plan, Error> {
    const DECEL: f64 = 3.3;
    // Where the line between the lanes is broken.
    let from = junction.to_m + 42.0;
    let (path, left) = ride.beside(&[(from, ride.way.length_m())], 45.0)?;
    let stop = junction.from_m - 1.5 - HALF_M;
    let mut ridden = ride.drive_on(path, &ride.pace().stand(stop, 6.0))?;
    let (a, b) = (ridden.time(from), ridden.time(from + 45.0));
    ridden.tell.indicate(if left { Indicator::Left } else { Indicator::Right }, a - 4.0, b);
    // In the lane when the ego's middle comes into it, 12 m behind it, and then he brakes.
    let enters = ridden.time(from + 22.5);
    let mps = ridden.speed.state(enters).1 + 1.5;
    let speed = Speed::of(mps).hold_s(enters + 0.6).to_with(0.4 * mps, DECEL, 12.0);
    let way = ride.straight_beside(junction)?;
    let there = way.nearest_m(ride.way.place(from + 22.5, 0.0));
    let behind = arrives(&way, there - 2.0 * HALF_M - 12.0, enters, speed);
    Ok(ride.plan(ridden.actor(behind).about(DECEL, 0.1, enters, enters + 3.0), ask.fault))
}
