//! Items on roads and bends without others: drive through, slow, stop, start, change lanes.

use lukao_model::code::{Gear, Indicator};
use lukao_model::{Channel, Error};

use super::Ask;
use super::areas::Fault;
use super::pace::Pace;
use super::ridden::Ridden;
use super::ride::{HALF_M, MIRROR_M, Ride};
use crate::plan::Plan;
use crate::speed::Speed;

pub(crate) const TOO_FAST: Fault = Fault::new("too-fast", "speed-limit", "0.6 km/h faster than allowed");
pub(crate) const RAMP_TOO_FAST: Fault = Fault::new("too-fast", "speed-limit", "0.6 km/h faster than allowed")
    .of("ramp-speed")
    .same(&["speed-limit"]);
pub(crate) const FEW_KINDS: Fault =
    Fault::new("few-kinds", "few-sign-kinds", "has passed four kinds of signs when the examiner ends it");
pub(crate) const ROLLS_THROUGH: Fault =
    Fault::new("rolls-through", "stop-sign", "passes the stop sign at 0.27 m/s");
pub(crate) const WRONG_LANE: Fault =
    Fault::new("wrong-lane", "wrong-lane-for-turn", "turns right from the lane that leads straight on");
pub(crate) const IN_BOX: Fault =
    Fault::new("in-box", "stops-in-yellow-box", "stands in the yellow box of the junction for 3.5 s");
pub(crate) const OVER_LINE: Fault =
    Fault::new("over-line", "solid-line-crossed", "changes lanes over the solid line");
pub(crate) const LINE_RIDDEN: Fault =
    Fault::new("line-ridden", "line-ridden", "drives on the line between lanes for 9 s");
pub(crate) const WHEEL_OVER: Fault =
    Fault::new("wheel-over-edge", "wheel-over-edge", "a wheel or mirror 5 cm over the edge");
pub(crate) const NEEDLESS_STOP: Fault =
    Fault::new("stops", "stands-in-station", "stands for 2.4 s on the way");
pub(crate) const FAST_BEND: Fault =
    Fault::new("fast-bend", "lateral-acceleration", "takes the bend at 3.2 m/s², over half a second")
        .side(&["speed-limit"]);
pub(crate) const NOT_INDICATED: Fault =
    Fault::new("not-indicated", "indicator-missing", "leaves the indicator off");
pub(crate) const BEND_NOT_INDICATED: Fault =
    Fault::new("not-indicated", "bend-not-indicated", "leaves the indicator off");
pub(crate) const INDICATED_LATE: Fault =
    Fault::new("indicated-late", "indicator-late", "indicates 2.7 s before");
pub(crate) const NOT_SLOWED: Fault =
    Fault::new("not-slowed", "not-slowed", "is 1 km/h too fast at the entry");
pub(crate) const STARTS_LATE: Fault = Fault::new("starts-late", "starts-late", "starts 10.5 s after it may");
pub(crate) const ROLLS_BACK: Fault = Fault::new("rolls-back", "rolls-back", "rolls back 0.35 m as it starts");
pub(crate) const JERK: Fault =
    Fault::new("jerk", "longitudinal-jerk", "starts with 6.5 m/s² built up in a quarter of a second");
pub(crate) const NO_GAP: Fault = Fault::new(
    "no-gap",
    "lane-change-gap",
    "changes lanes before somebody who is faster by 2 m/s and lacks 0.8 m of room",
);
pub(crate) const OFF_LINE: Fault =
    Fault::new("off-line", "stops-off-station-line", "stops 0.56 m before the line");
pub(crate) const HARSH: Fault = Fault::new("harsh", "harsh-braking", "brakes at 4.3 m/s² for the line");
pub(crate) const FAR_FROM_KERB: Fault =
    Fault::new("far-from-kerb", "parks-far-from-kerb", "stops 0.36 m from the edge");
pub(crate) const LATE_STOP: Fault =
    Fault::new("late-stop", "late-kerb-stop", "stops 152 m after the command");
pub(crate) const NOT_DONE: Fault = Fault::new("not-done", "manoeuvre-missing", "stays in its lane");

/// How fast bends are taken in drives that are wrong, m/s².
pub(crate) const FAST_ACROSS: f64 = 3.2;
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
        Some("too-fast") => too_fast(&ride, ride.pace())?,
        Some("wrong-lane") => wrong_lane(&ride)?,
        Some("in-box") => {
            let j = junction(&ride)?;
            let (from, to) = ride.inside_m(&j).unwrap_or((j.from_m, j.to_m));
            let at = f64::midpoint(from, to);
            // Below 0.2 m/s it stands for a second more.
            let ridden = ride.drive(&ride.pace().stand(at, 2.5))?;
            let (a, b) = ridden.stand_at(at);
            ridden.about(b - a + 1.0, 0.4, a, b)
        }
        Some("reverses") => return super::lanes::reverses(ask, &ride),
        Some("on-shoulder") => return super::lanes::on_shoulder(ask, &Ride::at(ask.track, ask.item, 1)?),
        _ => ride.drive(&ride.pace())?,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// The first junction of the way after the entry.
pub(crate) fn junction(ride: &Ride) -> Result<super::way::Bend, Error> {
    let found = ride.way.bends.iter().find(|b| !b.change && b.to_m > ride.entry_m && b.from_m < ride.exit_m);
    found.copied().ok_or_else(|| {
        Error::new(
            ride.track.name(),
            format!("a junction on the way through station {}", ride.station.id),
            "none",
        )
    })
}

/// To the right at the junction, from the lane on the left of the one that leads there.
fn wrong_lane(ride: &Ride) -> Result<Ridden, Error> {
    let right = ride.turned(&junction(ride)?, lukao_track::Turn::Right, false)?;
    let j = junction(&right)?;
    let (over, _) = right.lane_beside()?;
    let path =
        right.way.path(|s| over.abs() * (1.0 - super::lanes::ease((s - j.from_m) / (j.to_m - j.from_m))));
    let ridden = right.drive_on(path, &right.pace().slow(j.from_m - 10.0, j.to_m + 10.0, 5.0))?;
    let (a, b) = (ridden.time(j.from_m), ridden.time(j.to_m));
    Ok(ridden.faulty(1.0, a, b))
}

/// Over to the lane beside and on in it, over the first solid line of the way.
fn over_line(ride: &Ride) -> Result<Ridden, Error> {
    let from = ride.entry_m + 2.0;
    let (path, left) = ride.beside(&[(from, ride.way.length_m())], 22.0)?;
    let mut ridden = ride.drive_on(path, &ride.pace().slow(ride.entry_m - 10.0, from + 30.0, 7.0))?;
    let (a, b) = (ridden.time(from), ridden.time(from + 22.0));
    let side = if left { Indicator::Left } else { Indicator::Right };
    ridden.tell.indicate(side, a - 4.0, b);
    Ok(ridden.happens(a, b))
}

/// On the line between the lanes for a while.
fn line_ridden(ride: &Ride) -> Result<Ridden, Error> {
    let (_, left) = ride.beside(&[(0.0, 1.0)], 22.0)?;
    let mps = 6.0;
    // Before the junction, if there is one.
    let end = junction(ride).map_or(ride.exit_m, |j| j.from_m - 18.0);
    let from = f64::midpoint(ride.entry_m, end) - 3.3 * mps;
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
    // As long as a wheel is on it.
    Ok(ridden.about(9.0, 0.1, a - 1.2, b + 1.2))
}

/// A little faster than allowed for a while in the middle of the way.
fn too_fast(ride: &Ride, pace: Pace) -> Result<Ridden, Error> {
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
    let ridden = ride.drive(&pace.over(from, to, most + 0.6 / 3.6))?;
    let (a, b) = (ridden.time(from), ridden.time(to));
    Ok(ridden.faulty(3.6 * most + 0.6, a, b))
}

/// Along the signs, with a stop where one asks for it.
pub(crate) fn signs(ask: &Ask<'_>) -> Result<Plan, Error> {
    /// Slowest speed at the stop sign in the drive that is wrong, m/s.
    const ROLLS_MPS: f64 = 0.27;
    let ride = Ride::new(ask.track, ask.item)?;
    let stop = junction(&ride)?.from_m - 1.5 - HALF_M;
    let pace = ride.pace();
    let pace = match ask.fault {
        Some("rolls-through") => pace.slow(stop - 1.5, stop + 1.0, ROLLS_MPS),
        _ => pace.stand(stop, 2.0),
    };
    if ask.is("too-fast") {
        return Ok(ride.at_last(too_fast(&ride, pace)?, ask));
    }
    let mut ridden = ride.drive(&pace)?;
    match ask.fault {
        Some("few-kinds") => {
            const KINDS: usize = 4;
            let ends = super::lanes::after_kinds(&ride, KINDS).ok_or_else(|| {
                let wanted = format!("more than {KINDS} kinds of signs at station {}", ride.station.id);
                Error::new(ride.track.name(), wanted, "fewer")
            })?;
            let (a, b) = (ridden.time(ride.entry_m), ridden.time(ends - HALF_M));
            ridden.ends_s = Some(b);
            ridden = ridden.faulty(KINDS as f64, a, b);
        }
        Some("rolls-through") => {
            let (a, b) = (ridden.time(stop), ridden.time(stop + 1.5));
            ridden = ridden.faulty(ROLLS_MPS, a, b);
        }
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

pub(crate) fn curve(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, ride| {
        if !ask.is("fast-bend") {
            return pace;
        }
        let path = ride.way.path(|_| 0.0);
        let middle = f64::midpoint(ride.entry_m, ride.exit_m);
        let mps = super::lanes::fastest(&path, (ride.entry_m - 10.0, middle), FAST_ACROSS);
        pace.over(ride.entry_m - 20.0, middle + 12.0, mps)
    })
}

pub(crate) fn width_gate(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, ride| pace.slow(ride.entry_m - 4.0, ride.exit_m + 4.0, 4.5))
}

pub(crate) fn right_angle(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, _| pace)
}

/// Between edges; a wheel can run over the right one, and the car can stop on the way.
fn edged(ask: &Ask<'_>, pace: impl Fn(Pace, &Ride) -> Pace) -> Result<Plan, Error> {
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
        Some("stops") => {
            let stood = ridden.stood_s(middle);
            ridden.faulty(stood, time, time + stood)
        }
        Some("fast-bend") => {
            let from = ridden.time(ride.entry_m - 10.0);
            ridden.about(FAST_ACROSS, 0.1, from, time)
        }
        Some("wheel-over-edge") => ridden.faulty(0.05, time - 2.0, time + 2.0),
        Some("not-indicated") => ridden.happens(time - 3.0, time + 1.0),
        Some("not-slowed") => {
            let enters = ridden.time(ride.entry_m - HALF_M);
            ridden.faulty(21.0, enters, enters)
        }
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
    /// How long before it starts it indicates; 0: not at all. Whether it indicates as it pulls in.
    lead_s: f64,
    tells_in: bool,
    /// Deceleration, m/s², and how far it rolls back first, metres.
    decel: f64,
    back_m: f64,
    /// How fast its acceleration is built up as it starts, m/s³; 0: as usual.
    jerk: f64,
}

impl Halt {
    fn at(stop_m: f64, right_m: f64) -> Self {
        Self {
            stop_m,
            right_m,
            wait_s: 3.0,
            late_s: 4.5,
            lead_s: 3.6,
            tells_in: true,
            decel: 0.0,
            back_m: 0.0,
            jerk: 0.0,
        }
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
    if h.tells_in && h.right_m > 0.3 {
        let t = ridden.time(h.stop_m - 27.0);
        ridden.tell.indicate(Indicator::Right, (t - 4.0).max(0.0), stands);
    }
    if h.lead_s > 0.0 {
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
        Some("not-indicated") => ridden.happens(leaves - 3.6, leaves),
        Some("indicated-late") => ridden.faulty(2.7, leaves - h.lead_s, leaves),
        Some("rolls-back") => ridden.faulty(h.back_m, leaves, leaves + 2.0),
        Some("jerk") => ridden.happens(leaves, leaves + 2.0),
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
    h.tells_in = !ask.is("not-indicated");
    let (mut ridden, leaves) = halt(&ride, &h)?;
    let t = ridden.time(ride.entry_m);
    ridden.tell.text(Channel::Command, t, "stop within 150 m");
    ridden = match ask.fault {
        Some("far-from-kerb") => ridden.faulty(gap, leaves - 7.5, leaves),
        Some("late-stop") => ridden.faulty(152.0, t, leaves - 7.5),
        Some("not-indicated") => ridden.happens(t, leaves - 7.5),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

/// Somebody comes up in the lane that the ego takes, whose middle is in it at a place of the way, and is too near.
pub(crate) fn no_gap(ride: &Ride, ridden: Ridden, enters_m: f64, left: bool) -> Ridden {
    /// How much faster he is, m/s, and how much of what he needs is missing, metres.
    const FASTER: f64 = 2.0;
    const SHORT_M: f64 = 0.8;
    let enters = ridden.time(enters_m);
    let mps = ridden.speed.state(enters).1;
    // He needs 0.4 s to react, brakes at 3 m/s² and is left 1 s.
    let gap = 0.4 * FASTER + FASTER * FASTER / 6.0 + mps - SHORT_M;
    // He slows down half a second after the ego's middle is in his lane.
    let speed = Speed::of(mps + FASTER).hold_s(enters + 0.5).to_with(0.6 * mps, 1.5, 2.0);
    let begin = enters_m - 2.0 * HALF_M - gap - (mps + FASTER) * enters;
    let behind = ride.car("behind", begin, if left { 3.5 } else { -3.5 }, speed);
    ridden.actor(behind).about(gap, 0.2, enters - 1.0, enters + 1.0)
}

/// One lane over.
pub(crate) fn lane_change(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let from = f64::midpoint(ride.entry_m, ride.exit_m) - 40.0;
    match ask.fault {
        Some("double") => return super::lanes::double(ask, &ride),
        Some("over-cap" | "over-cap-invalid") => return super::lanes::over_cap(ask, &ride),
        _ => {}
    }
    if ask.is("not-done") {
        let ridden = ride.drive(&ride.pace())?;
        let (a, b) = (ridden.time(ride.entry_m), ridden.time(ride.exit_m));
        return Ok(ride.plan(ridden.faulty(0.0, a, b), ask.fault));
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
        Some("not-indicated") => ridden.happens(a, b),
        // Which corner comes to the line first is not looked at.
        Some("indicated-late") => ridden.about(2.7, 0.12, a, b),
        Some("no-gap") => no_gap(&ride, ridden, from + 30.0, left),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}
