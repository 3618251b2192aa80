//! Items on roads and bends without others: drive through, slow, stop, start, change lanes.

use lukao_model::code::{Gear, Indicator};
use lukao_model::{Channel, Error};

use super::Ask;
use super::areas::Fault;
use super::ride::{HALF_M, MIRROR_M, Ridden, Ride};
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const TOO_FAST: Fault =
    Fault { id: "too-fast", rule: "speed-limit", what: "0.6 km/h faster than allowed", side: &[] };
pub(crate) const OVER_LINE: Fault = Fault {
    id: "over-line",
    rule: "solid-line-crossed",
    what: "changes lanes over the solid line",
    side: &[],
};
pub(crate) const LINE_RIDDEN: Fault = Fault {
    id: "line-ridden",
    rule: "line-ridden",
    what: "drives on the line between lanes for 9 s",
    side: &[],
};
pub(crate) const WHEEL_OVER: Fault = Fault {
    id: "wheel-over-edge",
    rule: "wheel-over-edge",
    what: "a wheel or mirror 5 cm over the edge",
    side: &[],
};
pub(crate) const NEEDLESS_STOP: Fault =
    Fault { id: "stops", rule: "stands-in-station", what: "stands for 2.4 s on the way", side: &[] };
pub(crate) const FAST_BEND: Fault = Fault {
    id: "fast-bend",
    rule: "lateral-acceleration",
    what: "takes the bend at 3.2 m/s²",
    side: &["speed-limit"],
};
pub(crate) const NOT_INDICATED: Fault =
    Fault { id: "not-indicated", rule: "indicator-missing", what: "leaves the indicator off", side: &[] };
pub(crate) const BEND_NOT_INDICATED: Fault =
    Fault { id: "not-indicated", rule: "bend-not-indicated", what: "leaves the indicator off", side: &[] };
pub(crate) const INDICATED_LATE: Fault =
    Fault { id: "indicated-late", rule: "indicator-late", what: "indicates 2.7 s before", side: &[] };
pub(crate) const NOT_SLOWED: Fault =
    Fault { id: "not-slowed", rule: "not-slowed", what: "is 1 km/h too fast at the entry", side: &[] };
pub(crate) const STARTS_LATE: Fault =
    Fault { id: "starts-late", rule: "starts-late", what: "starts 10.5 s after it may", side: &[] };
pub(crate) const ROLLS_BACK: Fault =
    Fault { id: "rolls-back", rule: "rolls-back", what: "rolls back 0.35 m as it starts", side: &[] };
pub(crate) const JERK: Fault = Fault {
    id: "jerk",
    rule: "longitudinal-jerk",
    what: "starts with 6.5 m/s² built up in a quarter of a second",
    side: &[],
};
pub(crate) const NO_GAP: Fault = Fault {
    id: "no-gap",
    rule: "lane-change-gap",
    what: "changes lanes 13 m before somebody who is faster by 2 m/s",
    side: &[],
};
pub(crate) const OFF_LINE: Fault =
    Fault { id: "off-line", rule: "stops-off-station-line", what: "stops 0.56 m before the line", side: &[] };
pub(crate) const HARSH: Fault =
    Fault { id: "harsh", rule: "harsh-braking", what: "brakes at 4.3 m/s² for the line", side: &[] };
pub(crate) const FAR_FROM_KERB: Fault =
    Fault { id: "far-from-kerb", rule: "parks-far-from-kerb", what: "stops 0.36 m from the edge", side: &[] };
pub(crate) const LATE_STOP: Fault =
    Fault { id: "late-stop", rule: "late-kerb-stop", what: "stops 152 m after the command", side: &[] };
pub(crate) const NOT_DONE: Fault =
    Fault { id: "not-done", rule: "manoeuvre-missing", what: "stays in its lane", side: &[] };

/// Half the width of the car, metres.
const HALF_WIDTH_M: f64 = 0.9;
/// From the middle of the car to the outer side of a tyre, metres.
const WHEEL_M: f64 = 0.875;

/// Along the way, nothing else.
pub(crate) fn plain(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let ridden = match ask.fault {
        Some("over-line") => over_line(&ride)?,
        Some("line-ridden") => line_ridden(&ride)?,
        Some("too-fast") => too_fast(&ride)?,
        _ => ride.drive(&ride.pace())?,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// Over to the lane beside and on in it, over the first solid line of the way.
fn over_line(ride: &Ride) -> Result<Ridden, Error> {
    let from = ride.entry_m + 2.0;
    let (path, left) = ride.beside(&[(from, ride.way.length_m())], 22.0)?;
    let mut ridden = ride.drive_on(path, &ride.pace().slow(ride.entry_m - 10.0, from + 30.0, 7.0))?;
    let (a, b) = (ridden.time(from), ridden.time(from + 22.0));
    let side = if left { Indicator::Left } else { Indicator::Right };
    ridden.tell.indicate(side, a - 4.0, b);
    Ok(ridden.faulty(1.0, a, b))
}

/// On the line between the lanes for a while.
fn line_ridden(ride: &Ride) -> Result<Ridden, Error> {
    let (_, left) = ride.beside(&[(0.0, 1.0)], 22.0)?;
    let mps = 6.0;
    let from = f64::midpoint(ride.entry_m, ride.exit_m) - 3.3 * mps;
    // What is ridden on both sides of it adds some 2.4 s.
    let to = from + 6.6 * mps;
    let side = if left { 1.0 } else { -1.0 };
    let ease = |u: f64| {
        let u = u.clamp(0.0, 1.0);
        u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)
    };
    let path = ride.way.path(|s| 1.3 * side * ease((s - from + 15.0) / 15.0) * (1.0 - ease((s - to) / 15.0)));
    let ridden = ride.drive_on(path, &ride.pace().slow(from - 15.0, to + 15.0, mps))?;
    let (a, b) = (ridden.time(from), ridden.time(to));
    Ok(ridden.faulty(9.0, a - 1.2, b + 1.2))
}

/// A little faster than allowed for a while in the middle of the way.
fn too_fast(ride: &Ride) -> Result<Ridden, Error> {
    let middle = f64::midpoint(ride.entry_m, ride.exit_m);
    let limit = |s: f64| {
        let spot = ride.way.spot(s);
        let found = ride.track.speed_limit_at(spot.lane, spot.station_m).and_then(|l| l.max_mps);
        found.unwrap_or(super::ride::TOP_MPS)
    };
    let most = limit(middle);
    // As far as that limit holds around the middle, but for some metres at both ends.
    let n = ((ride.exit_m - ride.entry_m) / 2.0) as usize;
    let holds = |sign: f64| {
        let ends = (1..n).find(|k| (limit(middle + sign * *k as f64) - most).abs() > 1e-9);
        ends.unwrap_or(n) as f64
    };
    let (from, to) =
        (middle - (holds(-1.0) - 15.0).clamp(5.0, 40.0), middle + (holds(1.0) - 15.0).clamp(5.0, 40.0));
    let ridden = ride.drive(&ride.pace().over(from, to, most + 0.6 / 3.6))?;
    let (a, b) = (ridden.time(from), ridden.time(to));
    Ok(ridden.faulty(3.6 * most + 0.6, a, b))
}

pub(crate) fn signs(ask: &Ask<'_>) -> Result<Plan, Error> {
    plain(ask)
}

pub(crate) fn curve(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, ride| {
        if !ask.is("fast-bend") {
            return pace;
        }
        let path = ride.way.path(|_| 0.0);
        let middle = f64::midpoint(ride.entry_m, ride.exit_m);
        // Where the bend begins the path is a little sharper than in its middle.
        let mps = (3.1 / path.at(middle).curvature_per_m.abs().max(1e-4)).sqrt();
        pace.over(ride.entry_m - 20.0, middle + 12.0, mps)
    })
}

pub(crate) fn width_gate(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, ride| pace.slow(ride.entry_m - 4.0, ride.exit_m + 4.0, 4.5))
}

pub(crate) fn right_angle(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, _| pace)
}

/// Greatest curvature of a path over a stretch, 1/m.
pub(crate) fn sharpest(path: &crate::path::Path, from_m: f64, to_m: f64) -> f64 {
    let n = (to_m - from_m) as usize;
    (0..=n).map(|k| path.at(from_m + k as f64).curvature_per_m.abs()).fold(1e-4, f64::max)
}

/// Between edges; a wheel can run over the right one, and the car can stop on the way.
fn edged(ask: &Ask<'_>, pace: impl Fn(super::pace::Pace, &Ride) -> super::pace::Pace) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let middle = f64::midpoint(ride.entry_m, ride.exit_m);
    let mut steady = pace(ride.pace(), &ride);
    if ask.is("stops") {
        // Below 0.2 m/s it stands for a second more.
        steady = steady.stand(middle, 1.4);
    }
    let mut at = middle;
    let gap = |s: f64| ride.to_edge_m(s);
    if ask.is("wheel-over-edge") {
        // Where the edge comes nearest on the right.
        let n = (ride.exit_m - ride.entry_m) as usize;
        at = (4..n.saturating_sub(4))
            .map(|k| ride.entry_m + k as f64)
            .min_by(|a, b| gap(*a).total_cmp(&gap(*b)))
            .unwrap_or(middle);
    }
    let bumped = |right_m: f64| {
        ride.way.path(|s| {
            let u = ((s - at).abs() - 4.0).max(0.0) / 14.0;
            if u >= 1.0 { 0.0 } else { -right_m * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
        })
    };
    let path = if ask.is("wheel-over-edge") {
        let half = if ride.item == "width-gate" { MIRROR_M } else { WHEEL_M };
        let usual = gap(at) - half;
        steady = steady.slow(at - 22.0, at + 22.0, 5.5);
        // Mirrors are no wheels: they are where the middle of the body is.
        let right = if ride.item == "width-gate" {
            usual + 0.05
        } else {
            crate::solve(0.05, (usual - 0.6).max(0.0), usual + 0.4, |r| ride.beyond_m(&bumped(r), half))
        };
        bumped(right)
    } else {
        ride.way.path(|_| 0.0)
    };
    let mut ridden = ride.drive_on(path, &steady)?;
    let turn = ride.turned_rad();
    if turn.abs() > 1.2 && ride.item == "right-angle-turn" && !ask.is("not-indicated") {
        let side = if turn > 0.0 { Indicator::Left } else { Indicator::Right };
        let (a, b) = (ridden.time(ride.entry_m), ridden.time(ride.exit_m));
        ridden.tell.indicate(side, (a - 3.5).max(0.0), b);
    }
    let time = ridden.time(at);
    let ridden = match ask.fault {
        Some("stops") => ridden.faulty(2.4, time, time + 2.4),
        Some("fast-bend") => ridden.faulty(3.2, time - 1.0, time + 1.0),
        Some("wheel-over-edge") => ridden.faulty(0.05, time - 2.0, time + 2.0),
        Some("not-indicated") => ridden.faulty(1.0, time - 3.0, time + 1.0),
        Some("not-slowed") => ridden.faulty(21.0, time - 3.0, time),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

pub(crate) fn undulating(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, ride| {
        let mps = if ask.is("not-slowed") { 21.0 / 3.6 } else { 5.0 };
        pace.slow(ride.entry_m - HALF_M - 2.0, ride.exit_m + HALF_M, mps)
    })
}

/// How it stands and starts on the way.
struct Halt {
    /// Where, and how far to the right of the way's middle, metres.
    stop_m: f64,
    right_m: f64,
    /// Time until it is told to go, and from then until it goes, s.
    wait_s: f64,
    late_s: f64,
    /// How long before it starts it indicates; 0: not at all.
    lead_s: f64,
    /// Deceleration, m/s², and how far it rolls back first, metres.
    decel: f64,
    back_m: f64,
    /// How fast its acceleration is built up as it starts, m/s³; 0: as usual.
    jerk: f64,
}

impl Halt {
    fn at(stop_m: f64, right_m: f64) -> Self {
        Self { stop_m, right_m, wait_s: 3.0, late_s: 4.5, lead_s: 3.6, decel: 0.0, back_m: 0.0, jerk: 0.0 }
    }
}

/// Stands on the way and goes on when told. Says when it starts, too.
fn halt(ride: &Ride, h: &Halt) -> Result<(Ridden, f64), Error> {
    let aside = |s: f64| {
        let u = ((s - h.stop_m).abs() - 3.0).max(0.0) / 24.0;
        if u >= 1.0 { 0.0 } else { -h.right_m * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
    };
    let path = ride.way.path(aside);
    let pace = ride.pace();
    let pace = if h.decel > 0.0 {
        pace.stand_by(h.stop_m, 0.0, h.decel)
    } else {
        pace.slow(h.stop_m - 20.0, h.stop_m, 4.0).stand(h.stop_m, 0.0)
    };
    let up = pace.speed(h.stop_m)?;
    let stands = up.end_s();
    let mut speed = up.hold_s(h.wait_s + h.late_s);
    let leaves = speed.end_s();
    if h.back_m > 0.0 {
        speed = super::manoeuvres::rolled_back(speed, h.back_m);
    }
    if h.jerk > 0.0 {
        speed = speed.to_with(4.0, 6.5, h.jerk);
    }
    let end = ride.way.length_m() - HALF_M - 1.0;
    let speed = ride.pace_on(&path).go_on(speed, end)?;
    let mut ridden = ride.with(path, speed);
    ridden.gear = Some(Gear::Forward);
    if h.lead_s > 0.0 {
        if h.right_m > 0.3 {
            let t = ridden.time(h.stop_m - 27.0);
            ridden.tell.indicate(Indicator::Right, (t - 4.0).max(0.0), stands);
        }
        ridden.tell.indicate(Indicator::Left, leaves - h.lead_s, leaves + 2.5);
    }
    ridden.tell.text(Channel::Mark, stands + h.wait_s, format!("go: {}", ride.item));
    Ok((ridden, leaves))
}

/// From a stand at the right, when told.
pub(crate) fn start(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut h = Halt::at(ride.entry_m + 0.45 * (ride.exit_m - ride.entry_m), 0.4);
    match ask.fault {
        Some("starts-late") => h.late_s = 10.0,
        Some("not-indicated") => h.lead_s = 0.0,
        // It moves half a second later.
        Some("indicated-late") => h.lead_s = 2.2,
        Some("rolls-back") => h.back_m = 0.35,
        Some("jerk") => h.jerk = 26.0,
        _ => {}
    }
    let (mut ridden, leaves) = halt(&ride, &h)?;
    ridden = match ask.fault {
        Some("starts-late") => ridden.faulty(10.5, leaves - h.late_s, leaves),
        Some("not-indicated") => ridden.faulty(1.0, leaves - 3.6, leaves),
        Some("indicated-late") => ridden.faulty(2.7, leaves - h.lead_s, leaves),
        Some("rolls-back") => ridden.faulty(h.back_m, leaves, leaves + 2.0),
        Some("jerk") => ridden.faulty(1.0, leaves, leaves + 2.0),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// At the station's line, and on.
pub(crate) fn stop(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let short = if ask.is("off-line") { 0.56 } else { 0.15 };
    let mut h = Halt::at(ride.line_m()? - short - HALF_M, 0.0);
    if ask.is("harsh") {
        h.decel = 4.3;
    }
    let (mut ridden, leaves) = halt(&ride, &h)?;
    ridden = match ask.fault {
        Some("off-line") => ridden.faulty(short, leaves - 7.5, leaves),
        Some("harsh") => ridden.faulty(h.decel, leaves - 12.0, leaves - 7.5),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// At the right edge within the distance of the command, and on.
pub(crate) fn kerb_stop(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let far = (0.55 * (ride.exit_m - ride.entry_m)).min(110.0);
    let stop = ride.entry_m + if ask.is("late-stop") { 152.0 } else { far };
    let gap = if ask.is("far-from-kerb") { 0.36 } else { 0.20 };
    let mut h = Halt::at(stop, ride.to_edge_m(stop) - HALF_WIDTH_M - gap);
    if ask.is("not-indicated") {
        h.lead_s = 0.0;
    }
    let (mut ridden, leaves) = halt(&ride, &h)?;
    let t = ridden.time(ride.entry_m);
    ridden.tell.text(Channel::Command, t, "stop within 150 m");
    ridden = match ask.fault {
        Some("far-from-kerb") => ridden.faulty(gap, leaves - 7.5, leaves),
        Some("late-stop") => ridden.faulty(152.0, t, leaves - 7.5),
        Some("not-indicated") => ridden.faulty(1.0, leaves - 3.6, leaves),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// One lane over.
pub(crate) fn lane_change(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let from = f64::midpoint(ride.entry_m, ride.exit_m) - 40.0;
    if ask.is("not-done") {
        let ridden = ride.drive(&ride.pace())?;
        let (a, b) = (ridden.time(ride.entry_m), ridden.time(ride.exit_m));
        return Ok(ride.plan(ridden.faulty(1.0, a, b), ask.fault));
    }
    let (path, left) = ride.beside(&[(from, ride.way.length_m())], 60.0)?;
    let mut ridden = ride.drive_on(path, &ride.pace())?;
    // The wheel is at the line a third of the way over, or so: what is asked for is counted from the begin of the change.
    let (a, b) = (ridden.time(from), ridden.time(from + 60.0));
    let crosses = ridden.time(from + 22.0);
    let lead = match ask.fault {
        Some("not-indicated") => 0.0,
        Some("indicated-late") => 2.7 - (crosses - a),
        _ => 4.0,
    };
    if lead != 0.0 {
        ridden.tell.indicate(if left { Indicator::Left } else { Indicator::Right }, a - lead, b);
    }
    ridden = match ask.fault {
        Some("not-indicated") => ridden.faulty(1.0, a, b),
        Some("indicated-late") => ridden.faulty(2.7, a, b),
        Some("no-gap") => {
            // In the lane that it takes; he slows down half a second after the ego's middle is in it.
            let aside = if left { 3.5 } else { -3.5 };
            let enters = ridden.time(from + 30.0);
            let mps = ridden.speed.state(enters).1;
            let speed = Speed::of(mps + 2.0).hold_s(enters + 0.5).to_with(0.6 * mps, 1.5, 2.0);
            let begin = from + 30.0 - 2.0 * HALF_M - 13.0 - (mps + 2.0) * enters;
            let behind = ride.car("behind", begin, aside, speed);
            ridden.actor(behind).faulty(13.0, a, b)
        }
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}
