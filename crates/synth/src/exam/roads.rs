//! Items on roads and bends without others: drive through, slow, stop, start, change lanes.

use lukao_model::code::Indicator;
use lukao_model::{Channel, Error};

use super::Ask;
use super::areas::Fault;
use super::ride::{HALF_M, Ridden, Ride};
use crate::plan::Plan;

pub(crate) const TOO_FAST: Fault =
    Fault { id: "too-fast", rule: "speed-limit", what: "3 km/h faster than the sign allows", side: &[] };
pub(crate) const OVER_LINE: Fault = Fault {
    id: "over-line",
    rule: "solid-line-crossed",
    what: "changes lanes over the solid line",
    side: &["indicator-missing"],
};
pub(crate) const WHEEL_OVER: Fault =
    Fault { id: "wheel-over-edge", rule: "wheel-over-edge", what: "a wheel 5 cm over the edge", side: &[] };
pub(crate) const NEEDLESS_STOP: Fault =
    Fault { id: "stops", rule: "stands-in-station", what: "stands for 4 s on the way", side: &[] };
pub(crate) const NOT_INDICATED: Fault =
    Fault { id: "not-indicated", rule: "indicator-missing", what: "leaves the indicator off", side: &[] };
pub(crate) const NOT_SLOWED: Fault =
    Fault { id: "not-slowed", rule: "not-slowed", what: "does not slow before it", side: &[] };
pub(crate) const STARTS_LATE: Fault =
    Fault { id: "starts-late", rule: "starts-late", what: "starts 14 s after it may", side: &[] };
pub(crate) const OFF_LINE: Fault =
    Fault { id: "off-line", rule: "stops-off-station-line", what: "stops 0.6 m before the line", side: &[] };
pub(crate) const FAR_FROM_KERB: Fault =
    Fault { id: "far-from-kerb", rule: "parks-far-from-kerb", what: "stops 0.35 m from the edge", side: &[] };

/// Half the width of the car, metres.
const HALF_WIDTH_M: f64 = 0.9;
/// From the middle of the car to the outer side of a tyre, metres.
const WHEEL_M: f64 = 0.875;

/// Along the way, nothing else.
pub(crate) fn plain(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let ridden = if ask.is("over-line") { over_line(&ride)? } else { ride.drive(&ride.pace())? };
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

pub(crate) fn signs(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut pace = ride.pace();
    if ask.is("too-fast") {
        // On the stretch of the lowest limit, some way in.
        let limit = |s: f64| {
            let spot = ride.way.spot(s);
            ride.track
                .speed_limit_at(spot.lane, spot.station_m)
                .and_then(|l| l.max_mps)
                .unwrap_or(f64::INFINITY)
        };
        let middle = f64::midpoint(ride.entry_m, ride.exit_m);
        let v = limit(middle) + 3.0 / 3.6;
        pace = pace.over(ride.entry_m + 30.0, ride.exit_m - 20.0, v);
        let ridden = ride.drive(&pace)?;
        let (a, b) = (ridden.time(ride.entry_m + 30.0), ridden.time(ride.exit_m - 20.0));
        return Ok(ride.plan(ridden.faulty(3.0, a, b), ask.fault));
    }
    let ridden = ride.drive(&pace)?;
    Ok(ride.plan(ridden, ask.fault))
}

pub(crate) fn curve(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, _| pace)
}

pub(crate) fn width_gate(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, ride| pace.slow(ride.entry_m - 4.0, ride.exit_m + 4.0, 4.5))
}

pub(crate) fn right_angle(ask: &Ask<'_>) -> Result<Plan, Error> {
    edged(ask, |pace, _| pace)
}

/// Between edges; a wheel can run over the right one, and the car can stop on the way.
fn edged(ask: &Ask<'_>, pace: impl Fn(super::pace::Pace, &Ride) -> super::pace::Pace) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let middle = f64::midpoint(ride.entry_m, ride.exit_m);
    let mut steady = pace(ride.pace(), &ride);
    if ask.is("stops") {
        steady = steady.stand(middle, 4.0);
    }
    let (mut shift, mut at) = (0.0, middle);
    if ask.is("wheel-over-edge") {
        // Where the edge comes nearest on the right.
        let gap = |s: f64| ride.to_edge_m(s);
        let n = ((ride.exit_m - ride.entry_m) / 1.0) as usize;
        at = (4..n.saturating_sub(4))
            .map(|k| ride.entry_m + k as f64)
            .min_by(|a, b| gap(*a).total_cmp(&gap(*b)))
            .unwrap_or(middle);
        shift = -(gap(at) - WHEEL_M + 0.05);
    }
    let bump = |s: f64| {
        let u = ((s - at).abs() - 4.0).max(0.0) / 14.0;
        if u >= 1.0 { 0.0 } else { shift * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
    };
    let path = ride.way.path(bump);
    let mut ridden = ride.drive_on(path, &steady)?;
    let turn = ride.turned_rad();
    if turn.abs() > 1.2 && ride.item == "right-angle-turn" && !ask.is("not-indicated") {
        let side = if turn > 0.0 { Indicator::Left } else { Indicator::Right };
        let (a, b) = (ridden.time(ride.entry_m), ridden.time(ride.exit_m));
        ridden.tell.indicate(side, (a - 3.5).max(0.0), b);
    }
    let time = ridden.time(at);
    let ridden = match ask.fault {
        Some("stops") => ridden.faulty(4.0, time, time + 4.0),
        Some("wheel-over-edge") => ridden.faulty(0.05, time - 2.0, time + 2.0),
        Some("not-indicated") => ridden.faulty(1.0, time - 3.0, time + 1.0),
        _ => ridden,
    };
    Ok(ride.plan(ridden, ask.fault))
}

pub(crate) fn undulating(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let mut pace = ride.pace();
    if !ask.is("not-slowed") {
        pace = pace.slow(ride.entry_m - HALF_M - 2.0, ride.exit_m + HALF_M, 5.0);
    }
    let mut ridden = ride.drive(&pace)?;
    if ask.is("not-slowed") {
        let t = ridden.time(ride.entry_m);
        ridden = ridden.faulty(1.0, t, t + 2.0);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// Stands on the way at `stop_m`, `right_m` to the right of the way's middle, and goes on when told. Waits `wait_s` before it
/// is told and `late_s` after.
fn halt(
    ride: &Ride,
    stop_m: f64,
    right_m: f64,
    (wait_s, late_s): (f64, f64),
    indicated: bool,
) -> Result<(Ridden, f64), Error> {
    let aside = |s: f64| {
        let u = ((s - stop_m).abs() - 3.0).max(0.0) / 24.0;
        if u >= 1.0 { 0.0 } else { -right_m * (1.0 - u * u * u * (10.0 - 15.0 * u + 6.0 * u * u)) }
    };
    let path = ride.way.path(aside);
    let pace = ride.pace().slow(stop_m - 20.0, stop_m, 4.0).stand(stop_m, wait_s + late_s);
    let mut ridden = ride.drive_on(path, &pace)?;
    let (stands, leaves) = ridden.stand_at(stop_m);
    if indicated {
        if right_m > 0.3 {
            let t = ridden.time(stop_m - 27.0);
            ridden.tell.indicate(Indicator::Right, (t - 4.0).max(0.0), stands);
        }
        ridden.tell.indicate(Indicator::Left, leaves - 3.6, leaves + 2.5);
    }
    ridden.tell.text(Channel::Mark, stands + wait_s, format!("go: {}", ride.item));
    Ok((ridden, leaves))
}

/// From a stand at the right, when told.
pub(crate) fn start(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let stop = ride.entry_m + 0.45 * (ride.exit_m - ride.entry_m);
    let late = if ask.is("starts-late") { 14.0 } else { 4.5 };
    let (mut ridden, leaves) = halt(&ride, stop, 0.4, (3.0, late), !ask.is("not-indicated"))?;
    match ask.fault {
        Some("starts-late") => ridden = ridden.faulty(14.0, leaves - 14.0, leaves),
        Some("not-indicated") => ridden = ridden.faulty(1.0, leaves - 3.6, leaves),
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// At the station's line, and on.
pub(crate) fn stop(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let line = ride.line_m()?;
    let short = if ask.is("off-line") { 0.6 } else { 0.15 };
    let (mut ridden, leaves) = halt(&ride, line - short - HALF_M, 0.0, (3.0, 4.5), true)?;
    if ask.is("off-line") {
        ridden = ridden.faulty(0.6, leaves - 7.5, leaves);
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// At the right edge within the distance of the command, and on.
pub(crate) fn kerb_stop(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let stop = ride.entry_m + (0.55 * (ride.exit_m - ride.entry_m)).min(110.0);
    let gap = if ask.is("far-from-kerb") { 0.35 } else { 0.20 };
    let right = ride.to_edge_m(stop) - HALF_WIDTH_M - gap;
    let (mut ridden, leaves) = halt(&ride, stop, right, (3.0, 4.5), !ask.is("not-indicated"))?;
    let t = ridden.time(ride.entry_m);
    ridden.tell.text(Channel::Command, t, "stop within 150 m");
    match ask.fault {
        Some("far-from-kerb") => ridden = ridden.faulty(gap, leaves - 7.5, leaves),
        Some("not-indicated") => ridden = ridden.faulty(1.0, leaves - 3.6, leaves),
        _ => {}
    }
    Ok(ride.plan(ridden, ask.fault))
}

/// One lane over.
pub(crate) fn lane_change(ask: &Ask<'_>) -> Result<Plan, Error> {
    let ride = Ride::new(ask.track, ask.item)?;
    let from = f64::midpoint(ride.entry_m, ride.exit_m) - 40.0;
    let (path, left) = ride.beside(&[(from, ride.way.length_m())], 60.0)?;
    let mut ridden = ride.drive_on(path, &ride.pace())?;
    let (a, b) = (ridden.time(from), ridden.time(from + 60.0));
    if ask.is("not-indicated") {
        ridden = ridden.faulty(1.0, a, b);
    } else {
        ridden.tell.indicate(if left { Indicator::Left } else { Indicator::Right }, a - 4.0, b);
    }
    Ok(ride.plan(ridden, ask.fault))
}
